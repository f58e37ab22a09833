// A host for a plain browser and for tests: the same window.barnamak, played by you.
import { BarnamakError } from "./errors.js";

/** @typedef {import("./host.js").Host} Host */
/** @typedef {import("./host.js").Events} Events */
/** @typedef {{launch?: object, user?: object | null, theme?: object, viewport?: object, token?: string,
 *   storage?: Record<string, string>, lacks?: string[], greets?: boolean}} Asked */

/** @type {(keyof import("./host.js").Methods)[]} */
const METHODS = [
  "ready", "close", "expand", "token.get", "storage.get", "storage.set", "storage.remove", "storage.keys",
  "main_button.set", "secondary_button.set", "back_button.set", "settings_button.set", "popup.open", "invoice.open",
  "closing_confirmation.set", "header.set", "background.set", "bottom_bar.set", "link.open", "haptic.play",
  "write_access.request", "contact.request", "clipboard.read", "location.get", "qr.scan", "share.link", "share.message",
  "home_screen.add",
  "fullscreen.request", "fullscreen.exit",
];
const LIGHT = { bg_color: "#ffffff", text_color: "#17212b", button_color: "#0b7a75", button_text_color: "#ffffff" };
const DARK = { bg_color: "#17212b", text_color: "#f5f5f5", button_color: "#2ec4b6", button_text_color: "#06201e" };

/** What the person does unless you say otherwise. @type {Record<string, unknown>} */
const ANSWERS = {
  "popup.open": "ok", "invoice.open": { status: "paid", token: "mock-payment-token" }, "link.open": true,
  "write_access.request": true, "fullscreen.request": true, "fullscreen.exit": false,
  "qr.scan": "https://example.ir/table/4", "share.link": true, "share.message": true, "home_screen.add": true, "clipboard.read": "سلام",
  "location.get": { latitude: 35.6892, longitude: 51.389, horizontal_accuracy: 20 },
  "contact.request": "contact=%7B%22user_id%22%3A1%2C%22phone_number%22%3A%22%2B989120000000%22%7D&auth_date=1&hash=mock",
};

/** The person, the host and its server, in your hands. */
export class Mock {
  /** Every call that was made: `{method, params}`, in order. @type {{method: string, params: any}[]} */
  calls = [];
  /** What the page has set: by method, the last parameters put together. @type {Record<string, any>} */
  state = {};
  /** @type {Record<string, Set<(data: any) => void>>} */
  #listeners = {};
  /** @type {Record<string, unknown[]>} */
  #answers = {};
  #ended = false;

  /** @param {Asked} asked */
  constructor({ launch, user = { id: 1, first_name: "سارا" }, theme, viewport, token, storage = {}, lacks = [], greets = true }) {
    this.launch = { id: "lnc_mock", appId: "app_mock", startParam: null, chatType: null, lang: "fa", dir: "rtl", platform: "web", ...launch };
    this.user = user;
    this.theme = { scheme: "light", params: LIGHT, ...theme };
    this.viewport = { height: 640, width: 390, expanded: true, stable: true, ...viewport };
    this.token = token ?? "mock-user-token";
    this.storage = new Map(Object.entries(storage));
    /** @type {string[]} */
    this.capabilities = METHODS.filter((method) => !lacks.includes(method));
    this.connected = greets
      ? Promise.resolve()
      : Promise.reject(new BarnamakError("not-connected", "The host did not answer.", true));
    this.connected.catch(() => {});
  }

  /** Let the next call of a method be answered so; a function gets its parameters. @param {string} method @param {unknown} answer */
  answer(method, answer) {
    (this.#answers[method] ??= []).push(answer);
  }

  /** Let the next call of a method fail. @param {string} method @param {string} code @param {boolean} [retryable] */
  fail(method, code, retryable = false) {
    this.answer(method, () => {
      throw new BarnamakError(code, `The mock host was told to fail ${method}.`, retryable);
    });
  }

  /** Let the next call of a method wait for ever: time-outs and AbortSignals are to be tried, too. @param {string} method */
  hang(method) {
    this.answer(method, () => new Promise(() => {}));
  }

  /** Let something happen, as the person or the host would. @template {keyof Events} K @param {K} event @param {Events[K]} data */
  emit(event, data) {
    if (event === "theme") this.theme = /** @type {any} */ (data);
    if (event === "viewport") this.viewport = /** @type {any} */ (data);
    if (event === "closed") this.#ended = true;
    for (const listener of [...(this.#listeners[event] ?? [])]) listener(data);
  }

  /** Press one of the host's buttons; one that is not to be pressed does nothing. @param {"main" | "secondary" | "back" | "settings"} button */
  press(button) {
    const { visible, active = true, progress = false } = this.state[`${button}_button.set`] ?? {};
    if (visible && active && !progress) this.emit(/** @type {any} */ (`${button}Button`), {});
  }

  /** Change to the other scheme. @param {"light" | "dark"} scheme */
  setScheme(scheme) {
    this.emit("theme", { scheme, params: scheme === "dark" ? DARK : LIGHT });
  }

  /** @param {string} event @param {(data: any) => void} listener */
  on(event, listener) {
    const all = (this.#listeners[event] ??= new Set());
    all.add(listener);
    return () => void all.delete(listener);
  }

  /** @param {string} method @param {any} [params] @param {import("./host.js").CallOptions} [options] @returns {Promise<any>} */
  call(method, params = {}, { timeoutMs = 30_000, signal } = {}) {
    const made = this.connected.then(() => this.#answered(method, params));
    const ended = new Promise((_resolve, reject) => {
      const stop = () => reject(new BarnamakError("aborted", "The caller gave up."));
      if (signal?.aborted) stop();
      signal?.addEventListener("abort", stop, { once: true });
      if (timeoutMs <= 0) return;
      const timer = setTimeout(() => reject(new BarnamakError("timeout", `The host did not answer ${method} in time.`, true)), timeoutMs);
      made.finally(() => clearTimeout(timer)).catch(() => {});
    });
    const first = Promise.race([made, ended]);
    ended.catch(() => {});
    first.catch(() => {});
    return first;
  }

  /** @param {string} method @param {any} params */
  async #answered(method, params) {
    if (this.#ended) throw new BarnamakError("closed", "The launch has ended.");
    if (!this.capabilities.includes(method)) throw new BarnamakError("unknown-method", "This host does not know the method.");
    this.calls.push({ method, params });
    if (method.endsWith(".set") && !method.startsWith("storage")) this.state[method] = { ...this.state[method], ...params };
    const given = this.#answers[method]?.shift();
    if (given !== undefined) return typeof given === "function" ? given(params) : given;
    return this.#usual(method, params);
  }

  /** @param {string} method @param {any} params */
  #usual(method, { key, value }) {
    const { storage } = this;
    if (method === "token.get") return this.token;
    if (method === "storage.get") return storage.get(key) ?? "";
    if (method === "storage.set") return void storage.set(key, `${value}`);
    if (method === "storage.remove") return void storage.delete(key);
    if (method === "storage.keys") return [...storage.keys()];
    return ANSWERS[method] ?? null;
  }
}

/**
 * Put a mock host where the real one puts itself, before the app starts.
 * @param {Asked & {window?: any}} [options] @returns {Mock}
 */
export function installMock({ window: view = globalThis, ...asked } = {}) {
  const mock = new Mock(asked);
  Object.defineProperty(view, "barnamak", { value: Object.freeze(hostOf(mock)), configurable: true, enumerable: true, writable: true });
  return mock;
}

/** @param {Mock} mock @returns {Host} */
function hostOf(mock) {
  const person = { timeoutMs: 0 };
  const set = (/** @type {string} */ method) => Object.freeze({ set: (/** @type {any} */ values) => mock.call(method, values) });
  const popup = (/** @type {any} */ asked, /** @type {any} */ options) => mock.call("popup.open", asked, { ...person, ...options });
  const ok = { id: "ok", type: "ok" };
  return /** @type {Host} */ (/** @type {unknown} */ ({
    ready: () => mock.call("ready"),
    close: () => mock.call("close"),
    expand: () => mock.call("expand"),
    getToken: (/** @type {any} */ options) => mock.call("token.get", {}, options),
    popup,
    pay: (/** @type {any} */ asked, /** @type {any} */ options) => mock.call("invoice.open", asked, { ...person, ...options }),
    alert: (/** @type {string} */ text) => popup({ message: text, buttons: [ok] }, {}).then(() => undefined),
    confirm: (/** @type {string} */ text) =>
      popup({ message: text, buttons: [ok, { id: "cancel", type: "cancel" }] }, {}).then((id) => id === "ok"),
    closingConfirmation: (/** @type {boolean} */ needed) => mock.call("closing_confirmation.set", { needed }),
    header: (/** @type {any} */ look) => mock.call("header.set", look),
    background: (/** @type {any} */ look) => mock.call("background.set", look),
    bottomBar: (/** @type {any} */ look) => mock.call("bottom_bar.set", look),
    openLink: (/** @type {string} */ url) => mock.call("link.open", { url }, person),
    haptic: (/** @type {string} */ kind, /** @type {string} */ style) => mock.call("haptic.play", { kind, style }),
    call: (/** @type {string} */ method, /** @type {any} */ params, /** @type {any} */ options) => mock.call(method, params, { ...person, ...options }),
    requestWriteAccess: (/** @type {any} */ options) => mock.call("write_access.request", {}, { ...person, ...options }),
    on: (/** @type {string} */ event, /** @type {any} */ listener) => mock.on(event, listener),
    connected: mock.connected,
    BarnamakError,
    get launch() { return mock.launch; },
    get user() { return mock.user; },
    get theme() { return mock.theme; },
    get viewport() { return mock.viewport; },
    get capabilities() { return new Set(mock.capabilities); },
    storage: Object.freeze({
      get: (/** @type {string} */ key, /** @type {any} */ options) => mock.call("storage.get", { key }, options),
      set: (/** @type {string} */ key, /** @type {string} */ value, /** @type {any} */ options) => mock.call("storage.set", { key, value }, options),
      remove: (/** @type {string} */ key, /** @type {any} */ options) => mock.call("storage.remove", { key }, options),
      keys: (/** @type {any} */ options) => mock.call("storage.keys", {}, options),
    }),
    mainButton: set("main_button.set"),
    secondaryButton: set("secondary_button.set"),
    backButton: set("back_button.set"),
    settingsButton: set("settings_button.set"),
    fullscreen: Object.freeze({ request: () => mock.call("fullscreen.request"), exit: () => mock.call("fullscreen.exit") }),
  }));
}
