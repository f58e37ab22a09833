// The app's side of Barnamak, for makers who build with modules.
import { asks } from "./asks.js";
import { BarnamakError, rethrow } from "./errors.js";
import { Lifecycle } from "./lifecycle.js";
import { authFetch, waitForSettlement } from "./server-calls.js";
import { applyTheme } from "./theme.js";

export { BarnamakError, REMEDIES } from "./errors.js";
export { applyTheme } from "./theme.js";
export { waitForSettlement } from "./server-calls.js";

/** @typedef {import("./host.js").Host} Host */
/** @typedef {import("./host.js").CallOptions} CallOptions */
/** @typedef {Omit<Host, "connected" | "BarnamakError"> & {
 *   launch: import("./host.js").Launch,
 *   can: (method: string) => boolean,
 *   fetch: ReturnType<typeof authFetch>,
 *   lifecycle: Lifecycle,
 *   waitForSettlement: typeof waitForSettlement,
 * } & ReturnType<typeof asks>} App */

const UNTOUCHED = new Set(["connected", "BarnamakError", "on"]);

/**
 * The host's object with our errors: what fails throws `BarnamakError` with a remedy.
 * @param {any} object @param {boolean} [top] @returns {any}
 */
function wrapped(object, top = true) {
  const made = {};
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
    if (top && (name === "connected" || name === "BarnamakError")) continue;
    const { value } = property;
    if (typeof value === "function" && !UNTOUCHED.has(name)) {
      Object.defineProperty(made, name, {
        enumerable: true,
        value: (/** @type {any[]} */ ...given) => Promise.resolve(value(...given)).catch(rethrow),
      });
    } else if (value && typeof value === "object" && top) {
      Object.defineProperty(made, name, { enumerable: true, value: Object.freeze(wrapped(value, false)) });
    } else {
      Object.defineProperty(made, name, { ...property, configurable: true });
    }
  }
  return made;
}

/**
 * Wait for the host's greeting and give everything an app needs.
 *
 * Colours, direction and language are on the page when it returns, and follow the host. The host's
 * placeholder goes after the page has been painted; `ready: "manual"` leaves that to `app.ready()`.
 * `api` names the origins of your own servers, which `app.fetch` may give the person's token to.
 * @param {CallOptions & {ready?: "auto" | "manual", api?: string[], theme?: boolean, window?: any}} [options]
 * @returns {Promise<App>} rejects with `not-connected` outside a host, `timeout` or `aborted`
 */
export async function init({ timeoutMs = 10_000, signal, ready = "auto", api = [], theme = true, window: view = globalThis } = {}) {
  /** @type {Host | undefined} */
  const host = view.barnamak;
  if (!host) throw new BarnamakError("not-connected", "There is no host: window.barnamak is missing.");
  await greeted(host, timeoutMs, signal);
  const app = wrapped(host);
  const root = view.document?.documentElement;
  if (theme && root) {
    applyTheme(root, host.theme, host.launch);
    host.on("theme", (changed) => applyTheme(root, changed, null));
  }
  Object.assign(app, {
    can: (/** @type {string} */ method) => host.capabilities.has(method),
    fetch: authFetch(host, api, view),
    lifecycle: new Lifecycle(host, view),
    waitForSettlement,
    ...asks(app.call),
  });
  if (ready === "auto") painted(view).then(() => host.ready());
  return Object.freeze(app);
}

/** @param {Host} host @param {number} timeoutMs @param {AbortSignal | undefined} signal */
function greeted(host, timeoutMs, signal) {
  /** @type {any} */
  let timer = 0;
  let stop = () => {};
  const waited = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new BarnamakError("timeout", "The host did not greet in time.", true)), timeoutMs);
    stop = () => reject(new BarnamakError("aborted", "The caller gave up."));
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    host.connected.then(resolve, reject);
  });
  return waited.catch(rethrow).finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  });
}

/** Two frames: the first is drawn before the second begins. @param {any} view */
const painted = (view) => new Promise((resolve) => {
  if (!view.requestAnimationFrame) return resolve(undefined);
  view.requestAnimationFrame(() => view.requestAnimationFrame(() => resolve(undefined)));
});
