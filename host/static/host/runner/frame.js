// The sandboxed frame an app lives in, and the one port it may speak through.
import { limits } from "./protocol.js";
import { el } from "./dom.js";

/** What an app keeps where its browser keeps nothing. */
export class Keep {
  /** @param {{local?: Record<string, string>, session?: Record<string, string>}} [kept] */
  constructor(kept = {}) {
    this.areas = {
      local: new Map(Object.entries(kept.local ?? {})),
      session: new Map(Object.entries(kept.session ?? {})),
    };
  }

  /**
   * @param {"local" | "session"} area
   * @param {unknown} changes `{key: text or null}`
   * @returns {Record<string, string | null> | null} what was taken; null when it is malformed or too much
   */
  take(area, changes) {
    if (!changes || typeof changes !== "object") return null;
    const next = new Map(this.areas[area]);
    /** @type {Record<string, string | null>} */
    const taken = Object.create(null);
    for (const [key, value] of Object.entries(changes)) {
      if (value === null) next.delete(key);
      else if (typeof value === "string") next.set(key, value);
      else return null;
      taken[key] = value;
    }
    let chars = 0;
    for (const [key, value] of next) chars += key.length + value.length;
    if (chars > limits.stand_in_chars_max) return null;
    this.areas[area] = next;
    return taken;
  }

  snapshot() {
    return { local: Object.fromEntries(this.areas.local), session: Object.fromEntries(this.areas.session) };
  }
}

export class Frame {
  /**
   * @param {{url: () => string, origin: string, sandbox: string, allow: string, title: string, stage: HTMLElement, name: () => string,
   *   onMessage: (data: unknown) => void, onPort: (data: unknown) => void, onHello: () => void,
   *   onLoad: (again: boolean) => void}} options
   */
  constructor(options) {
    this.options = options;
    /** @type {any} */
    this.element = null;
    /** @type {MessagePort | null} */
    this.port = null;
    /** @type {Set<string>} */
    this.greetings = new Set();
    this.greeted = false;
    this.heard = false; // before a page of the app has spoken, there is nobody to speak to
    this.loads = 0;
    window.addEventListener("message", (event) => this.#received(event));
  }

  open() {
    this.remove();
    const { url, sandbox, allow, title, stage, name } = this.options;
    this.loads = 0;
    this.greeted = false;
    this.heard = false;
    this.element = el("iframe", {
      class: "run-frame", name: name(), sandbox, allow,
      referrerpolicy: "no-referrer", title, src: url(), onload: () => this.#loaded(),
    });
    stage.prepend(this.element);
  }

  remove() {
    this.closePort();
    this.element?.remove();
    this.element = null;
  }

  closePort() {
    if (this.port) this.port.onmessage = null;
    this.port?.close();
    this.port = null;
  }

  /** @param {string} event @param {any} data */
  postLegacy(event, data) {
    if (this.heard) this.element?.contentWindow?.postMessage(JSON.stringify({ eventType: event, eventData: data }), this.options.origin);
  }

  /** @param {object} message */
  postPort(message) {
    this.port?.postMessage(message);
  }

  #loaded() {
    this.loads += 1;
    // Each document of the app greets before it has loaded. One that has not is
    // not a page of the app as we serve it, and has nothing to say.
    if (!this.greeted) this.closePort();
    this.greeted = false;
    this.options.onLoad(this.loads > 1);
  }

  /** @param {MessageEvent} event */
  #received(event) {
    // Who speaks is told by the window and its origin, never by what is said.
    if (!this.element || event.source !== this.element.contentWindow) return;
    if (event.origin !== this.options.origin) return;
    this.heard = true;
    const { data } = event;
    if (data && typeof data === "object" && data.type === "miniapp:hello") this.#greet(data);
    else this.options.onMessage(data);
  }

  /** @param {any} hello */
  #greet({ v, nonce }) {
    if (v !== 1 || typeof nonce !== "string" || !/^[0-9a-f]{32,64}$/.test(nonce)) return;
    if (this.greetings.has(nonce) || this.greetings.size >= limits.hellos_max) return;
    this.greetings.add(nonce);
    this.greeted = true;
    this.closePort(); // a greeting comes from a new document: the old one's port is dead
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    port1.onmessage = ({ data }) => this.options.onPort(data);
    this.element.contentWindow.postMessage({ type: "miniapp:port", nonce }, this.options.origin, [port2]);
    this.options.onHello();
  }
}
