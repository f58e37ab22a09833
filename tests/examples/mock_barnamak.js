/**
 * A host in miniature for tests of the examples: `window.barnamak` with a cloud storage that
 * survives reload (sessionStorage of the test's tab), buttons that a test can press, and a record
 * of every call. `?scheme=dark` gives the dark theme, `?refuse=storage` a storage that fails.
 */
(() => {
  "use strict";

  const asked = new URLSearchParams(location.search);
  const dark = asked.get("scheme") === "dark";
  const listeners = new Map();
  const calls = [];
  const state = { main: { visible: false }, back: { visible: false }, confirm: false, popups: [], answer: null };

  const refuse = () => Promise.reject(Object.assign(new Error("unavailable"), { code: "UNAVAILABLE", retryable: true }));
  const refusing = () => asked.get("refuse") === "storage" && !window.__mock.healed;
  const checkKey = (key) => {
    if (!/^[A-Za-z0-9_-]{1,128}$/.test(key)) throw new Error(`bad key ${key}`);
    return `cloud:${key}`;
  };

  const storage = {
    async get(key) { return refusing() ? refuse() : sessionStorage.getItem(checkKey(key)) ?? ""; },
    async set(key, value) {
      if (refusing()) return refuse();
      if (typeof value !== "string" || value.length > 4096) throw new Error("bad value");
      sessionStorage.setItem(checkKey(key), value);
      return true;
    },
    async remove(key) { sessionStorage.removeItem(checkKey(key)); return true; },
    async keys() { return Object.keys(sessionStorage).filter((key) => key.startsWith("cloud:")).map((key) => key.slice(6)); },
  };

  window.__mock = {
    calls, state, healed: false,
    press: (event) => { for (const fn of listeners.get(event) ?? []) fn(); },
  };

  const noted = (name, effect = () => undefined) => (...args) => {
    calls.push([name, ...args]);
    return Promise.resolve(effect(...args));
  };

  window.barnamak = {
    connected: Promise.resolve(),
    ready: noted("ready"),
    launch: { id: "lnc_test", appId: "app_test", startParam: "", lang: "fa", dir: "rtl", platform: "test" },
    user: asked.get("user") ? { first_name: asked.get("user") } : null,
    theme: {
      scheme: dark ? "dark" : "light",
      params: dark
        ? { bg_color: "#101716", secondary_bg_color: "#0b1110", section_bg_color: "#19211f", text_color: "#e9efed", subtitle_text_color: "#a5b1ad", section_separator_color: "#2b3633", destructive_text_color: "#ff9a90" }
        : { bg_color: "#ffffff", secondary_bg_color: "#f3f4f3", section_bg_color: "#ffffff", text_color: "#17201f", subtitle_text_color: "#57635f", section_separator_color: "#dfe4e2", destructive_text_color: "#b3261e" },
    },
    storage,
    getToken: () => (window.__token ? Promise.resolve(window.__token) : refuse()),
    mainButton: { set: noted("mainButton", (look) => { state.main = { ...state.main, ...look }; }) },
    backButton: { set: noted("backButton", (look) => { state.back = { ...state.back, ...look }; }) },
    popup: (asked) => {
      if (asked.title.length > 64 || asked.message.length > 256) return refuse();
      state.popups.push(asked);
      return Promise.resolve(state.answer);
    },
    closingConfirmation: noted("closingConfirmation", (on) => { state.confirm = on; }),
    haptic: noted("haptic"),
    on: (event, fn) => {
      listeners.set(event, [...(listeners.get(event) ?? []), fn]);
      return () => listeners.set(event, (listeners.get(event) ?? []).filter((one) => one !== fn));
    },
  };
})();
