// Our own wire: `{id, method, params}` over the port, `{id, result}` or `{id, error}` back.
import { limits, modern, version } from "./protocol.js";
import { payFor } from "./payments.js";
import { addToHome, readClipboard, requestContact, requestLocation } from "./permits.js";
import { sharePrepared } from "./prepared.js";
import { BridgeError } from "./server.js";
import { Bucket, fits } from "./wire.js";

/** @typedef {import("./runner.js").Runner} Runner */
/** @typedef {(runner: Runner, params: any) => any} Handler */

/** @param {any} params @returns {Partial<import("./shell.js").ButtonState>} */
function buttonChanges({ text_color: textColor, ...rest }) {
  const known = ["text", "visible", "active", "progress", "color", "shine", "position"];
  const changes = Object.fromEntries(Object.entries(rest).filter(([name, value]) => known.includes(name) && value !== undefined));
  return textColor === undefined ? changes : { ...changes, textColor };
}

/** @param {"header" | "background" | "bottom"} part @returns {Handler} */
const colouring = (part) => (runner, params) => {
  if (!runner.setColour(part, params)) throw new BridgeError("invalid-params", "Not a colour this host understands.");
};

/** @type {Record<string, Handler>} */
export const handlers = Object.assign(Object.create(null), /** @type {Record<string, Handler>} */ ({
  ready: (runner) => runner.ready(),
  close: (runner) => runner.close("app"),
  expand: (runner) => runner.expand(),
  "token.get": ({ server }) => server.call("token.get", {}),
  "storage.get": async ({ server }, { key }) => (await server.call("storage.get", { keys: [key] }))?.[key] ?? "",
  "storage.set": async ({ server }, { key, value }) => void (await server.call("storage.save", { key, value })),
  "storage.remove": async ({ server }, { key }) => void (await server.call("storage.delete", { keys: [key] })),
  "storage.keys": ({ server }) => server.call("storage.keys", {}),
  "local.save": (runner, params) => runner.saveStandIn(params),
  "main_button.set": (runner, params) => runner.setButton("main", buttonChanges(params)),
  "secondary_button.set": (runner, params) => runner.setButton("secondary", buttonChanges(params)),
  "back_button.set": (runner, { visible }) => runner.setBack(visible),
  "settings_button.set": (runner, { visible }) => runner.setSettings(visible),
  "popup.open": async (runner, params) => {
    const outcome = await runner.popup(params);
    if ("answer" in outcome) return outcome.answer;
    const busy = outcome.refused === "busy";
    throw new BridgeError(outcome.refused, busy ? "A dialog is open, or too many came in a row." : "Not a popup.", busy);
  },
  "invoice.open": async (runner, { invoice }) => {
    const { status, token } = await payFor(runner, invoice);
    return { status, token };
  },
  "closing_confirmation.set": (runner, { needed }) => runner.setClosing(needed),
  "header.set": colouring("header"),
  "background.set": colouring("background"),
  "bottom_bar.set": colouring("bottom"),
  "link.open": (runner, { url }) => runner.openLink(url),
  "haptic.play": (runner, { style }) => runner.haptic(style),
  "write_access.request": (runner) => runner.requestWriteAccess(),
  "contact.request": (runner) => requestContact(runner),
  "clipboard.read": (runner) => readClipboard(runner),
  "location.get": (runner) => requestLocation(runner),
  "qr.scan": (runner, { text }) => new Promise((resolve, reject) => {
    let found = "";
    const once = (/** @type {string} */ read) => {
      found = read;
      runner.scanner.close();
    };
    if (!runner.scan(text ?? "", once, () => resolve(found || null))) {
      reject(new BridgeError("busy", "A dialog is open, or too many came in a row.", true));
    }
  }),
  "share.link": (runner, { url, text }) => runner.openInner({ type: "run:share", url: url ?? "", text: text ?? "" }),
  "share.message": async (runner, { id }) => {
    const error = await sharePrepared(runner, id);
    if (error === "UNSUPPORTED") throw new BridgeError("unknown-method", "There are no chats around this app.");
    return error === "";
  },
  "home_screen.add": (runner) => addToHome(runner),
  "fullscreen.request": async (runner) => (await runner.requestFullscreen()) !== "UNSUPPORTED",
  "fullscreen.exit": async (runner) => {
    await runner.exitFullscreen();
    return document.fullscreenElement !== null;
  },
}));

/** The host's side of the greeting. @param {Runner} runner */
export const hello = (runner) => ({
  version, ...runner.introduction(), viewport: { ...runner.viewport(), stable: true },
  capabilities: Object.keys(handlers),
});

/** @type {WeakMap<Runner, {bucket: Bucket, inFlight: number}>} */
const loads = new WeakMap();

/** @param {Runner} runner */
function loadOf(runner) {
  let load = loads.get(runner);
  if (!load) {
    load = { bucket: new Bucket(limits.calls_burst, limits.calls_per_s, () => performance.now()), inFlight: 0 };
    loads.set(runner, load);
  }
  return load;
}

/** @param {any} data @returns {boolean} */
const tooLarge = (data) => {
  try {
    return JSON.stringify(data.params ?? null).length > limits.message_chars_max;
  } catch {
    return true; // a cycle, a BigInt: nothing our methods take
  }
};

/** @param {Runner} runner @param {string} method @param {any} params */
async function run(runner, method, params) {
  if (!(method in handlers)) throw new BridgeError("unknown-method", "This host does not know the method.");
  const schema = /** @type {any} */ (modern)[method].params;
  if (typeof params !== "object" || Array.isArray(params) || !fits(params, schema)) {
    throw new BridgeError("invalid-params", "The parameters have the wrong shape.");
  }
  return handlers[method](runner, params);
}

/**
 * One call over the port; always answered while the document lives.
 * @param {Runner} runner @param {unknown} data
 */
export async function modernCall(runner, data) {
  if (runner.ended || !data || typeof data !== "object") return;
  const { id, method, params } = /** @type {any} */ (data);
  if (typeof id !== "number" || typeof method !== "string") return;
  const { port } = runner.frame;
  const load = loadOf(runner);
  load.inFlight += 1;
  try {
    if (!load.bucket.take() || load.inFlight > limits.in_flight_max) {
      throw new BridgeError("too-many-calls", "More calls than the host takes.", true);
    }
    if (method !== "local.save" && tooLarge(data)) throw new BridgeError("too-large", "The message is too large.");
    const result = await run(runner, method, params ?? {});
    port?.postMessage({ id, result: result ?? null });
  } catch (error) {
    const known = error instanceof BridgeError;
    port?.postMessage({
      id,
      error: known
        ? { code: error.code, message: error.message, retryable: error.retryable }
        : { code: "unavailable", message: "The host failed.", retryable: true },
    });
  } finally {
    load.inFlight -= 1;
  }
}
