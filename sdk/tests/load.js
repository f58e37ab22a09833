// Loads a classic script of sdk/app into a small make-believe page, without a browser.
import { readFileSync } from "node:fs";
import vm from "node:vm";

/** @param {string} name of a file in sdk/app */
export const source = (name) => readFileSync(new URL(`../app/${name}`, import.meta.url), "utf8");

class FakeStorage { key() {} getItem() {} setItem() {} removeItem() {} clear() {} }

/** Storage as the browser has it, enough for a page that may use it. */
export function workingStorage() {
  const items = new Map();
  return {
    get length() { return items.size; },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(String(key)) ?? null,
    setItem: (key, value) => void items.set(String(key), String(value)),
    removeItem: (key) => void items.delete(String(key)),
  };
}

/**
 * A page in a frame of another origin.
 * @param {{hash?: string, search?: string, name?: string, framed?: boolean, storage?: "blocked" | "works",
 *   host?: string}} [options]
 */
export function page({ hash = "", search = "", name = "", framed = true, storage = "blocked", host = "http://host.test" } = {}) {
  const posted = [];
  const listeners = {};
  const timers = [];
  const css = new Map();
  const outside = {
    get location() { throw new Error("another origin"); },
    postMessage: (message, target, transfer) => posted.push({ message, target, transfer }),
  };
  const element = () => ({
    style: { setProperty: (key, value) => css.set(key, value) },
    appendChild() {}, remove() {}, contentWindow: {}, dataset: {}, textContent: "",
    set href(value) { this.url = new URL(value, window.location.href); },
    get protocol() { return this.url.protocol; },
    get hostname() { return this.url.hostname; },
    get pathname() { return this.url.pathname; },
    get search() { return this.url.search; },
    get href() { return this.url.href; },
  });
  const address = new URL(`http://app.test/${search}${hash}`);
  const root = element();
  const window = {
    name, crypto: globalThis.crypto, URL, URLSearchParams, AbortController, console, performance, TextEncoder,
    Promise, atob, DOMException, Storage: FakeStorage, XMLHttpRequest: class { open(...given) { posted.push({ open: given }); } },
    innerHeight: 600, Element: class {}, MessageEvent: class { constructor(type, init) { Object.assign(this, { type }, init); } },
    Request, location: {
      get hash() { return address.hash; }, get search() { return address.search; }, get pathname() { return address.pathname; },
      get origin() { return address.origin; }, get href() { return address.href; }, reload: () => posted.push("reload"),
    },
    history: { state: null, replaceState: (_state, _title, url) => { const next = new URL(url, address); address.hash = next.hash; } },
    document: {
      currentScript: { dataset: {} }, baseURI: address.href, documentElement: root, head: root, createElement: element,
      addEventListener() {},
    },
    setTimeout: (work, after = 0) => timers.push({ work, after }), clearTimeout() {},
    addEventListener: (type, listener) => (listeners[type] ??= []).push(listener),
    dispatchEvent: (event) => (listeners[event.type] ?? []).forEach((listener) => listener(event)),
    fetch: async (url) => ({ url: String(url), redirected: false, asked: String(url) }),
  };
  window.self = window.window = window;
  window.parent = framed ? outside : window;
  for (const area of ["localStorage", "sessionStorage"]) {
    const store = workingStorage();
    Object.defineProperty(window, area, {
      configurable: true,
      get() {
        if (storage === "blocked") throw new Error("blocked");
        return store;
      },
    });
  }
  if (host) window.__BARNAMAK__ = { host };
  const context = vm.createContext(window);
  const fire = (type, event = {}) => (listeners[type] ?? []).forEach((listener) => listener({ type, stopImmediatePropagation() {}, ...event }));
  return {
    window, posted, fire, css, timers, outside,
    run: (script) => vm.runInContext(source(script), context),
    evaluate: (code) => vm.runInContext(code, context),
    /** What the page sent over Telegram's wire. */
    sent: () => posted.filter(({ message }) => typeof message === "string").map(({ message }) => JSON.parse(message)),
    /** The host says something over Telegram's wire. */
    say: (eventType, eventData, from = outside, origin = host) =>
      fire("message", { source: from, origin, data: JSON.stringify({ eventType, eventData }) }),
  };
}
