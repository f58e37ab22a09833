// The first script of every page: the way to the host, storage, one version a page.
// Nothing here throws into the page.
(() => {
  "use strict";
  /** @type {any} */
  const w = window;
  if (w.barnamak) return;

  const given = w.__BARNAMAK__ || {};
  delete w.__BARNAMAK__;
  const script = document.currentScript;
  const HOST = typeof given.host === "string" ? given.host : "";
  const POSED_ORIGIN = "https://web.telegram.org"; // where Telegram's SDKs speak to
  const AREA_CHARS_MAX = 262144; // stand_in_chars_max of protocol.json
  const REQUEST_TIMEOUT_MS = 30000;
  const GREETING_TIMEOUT_MS = 10000;
  const FLUSH_AFTER_MS = 250;
  const RETRY_AFTER_MS = 5000;
  const FRAGMENT_STAYS_MS = 500; // after load, for late readers
  const TOKEN_SPARE_MS = 30000;

  // Our tags go before deferred scripts run: some apps hydrate the whole document.
  addEventListener("readystatechange", () => {
    for (const own of document.querySelectorAll("script[data-pin]")) own.remove();
  }, { capture: true, once: true });

  const real = window.parent;
  const replaceState = history.replaceState.bind(history);

  /** @param {() => void} work */
  const quietly = (work) => {
    try {
      work();
    } catch {
      // the page must not notice
    }
  };

  const nestedInOwnApp = (() => {
    try {
      return real !== window && Boolean(real.location.href); // readable: the same app
    } catch {
      return false;
    }
  })();
  const above = location.ancestorOrigins;
  const framed =
    HOST !== "" && real !== window && !nestedInOwnApp && !w.TelegramWebviewProxy &&
    (!above || !above.length || above[0] === HOST);

  // What the host, or the page before us, left in the frame's name.
  /** @type {any} */
  let carried = {};
  quietly(() => {
    const read = framed && JSON.parse(window.name);
    if (read && read.barnamak === 1) carried = read;
  });
  const fresh = carried.barnamak === 1 && !carried.again;

  /** @type {Record<string, Record<string, string | null>>} */
  const unsaved = { local: Object.create(null), session: Object.create(null) };
  /** @type {Record<string, Map<string, string>>} */
  const standIns = {};

  /** @param {string} area @param {any} initial */
  function standIn(area, initial) {
    /** @type {Map<string, string>} */
    const items = new Map();
    for (const [key, value] of Object.entries(initial || {})) items.set(key, String(value));
    standIns[area] = items;
    let chars = 0;
    for (const [key, value] of items) chars += key.length + value.length;

    /** @param {IArguments} given @param {number} count */
    const need = (given, count) => {
      if (given.length < count) throw new TypeError(`${count} argument(s) required, but only ${given.length} present.`);
    };
    /** @param {string} key @param {string | null} value */
    const note = (key, value) => {
      unsaved[area][key] = value;
      flushLater(FLUSH_AFTER_MS);
    };
    /** @type {Record<string, (...given: any[]) => any>} */
    const methods = {
      key(index) {
        need(arguments, 1);
        return [...items.keys()][index >>> 0] ?? null;
      },
      getItem(key) {
        need(arguments, 1);
        return items.get(`${key}`) ?? null;
      },
      setItem(name, content) {
        need(arguments, 2);
        const key = `${name}`;
        const value = `${content}`;
        const before = items.get(key);
        if (before === value) return;
        const now = chars + value.length + (before === undefined ? key.length : -before.length);
        if (now > AREA_CHARS_MAX) {
          throw new DOMException(`Setting the value of '${key}' exceeded the quota.`, "QuotaExceededError");
        }
        items.set(key, value);
        chars = now;
        note(key, value);
      },
      removeItem(name) {
        need(arguments, 1);
        const key = `${name}`;
        const before = items.get(key);
        if (before === undefined) return;
        items.delete(key);
        chars -= key.length + before.length;
        note(key, null);
      },
      clear() {
        for (const key of [...items.keys()]) methods.removeItem(key);
      },
    };
    const target = Object.create(Storage.prototype);
    /** @param {PropertyKey} name @returns {name is string} */
    const named = (name) => typeof name === "string" && !(name in target) && items.has(name);
    return new Proxy(target, {
      get(_target, name) {
        if (name === "length") return items.size;
        if (typeof name === "symbol") return Reflect.get(target, name);
        if (Object.hasOwn(methods, name)) return methods[name];
        return name in target ? Reflect.get(target, name) : items.get(name);
      },
      set(_target, name, value) {
        if (typeof name === "symbol") return Reflect.set(target, name, value);
        methods.setItem(name, value);
        return true;
      },
      defineProperty(_target, name, descriptor) {
        if (typeof name === "symbol") return Reflect.defineProperty(target, name, descriptor);
        methods.setItem(name, descriptor.value);
        return true;
      },
      deleteProperty(_target, name) {
        if (typeof name === "symbol") return Reflect.deleteProperty(target, name);
        methods.removeItem(name);
        return true;
      },
      has: (_target, name) => named(name) || name in target,
      ownKeys: () => [...[...items.keys()].filter(named), ...Object.getOwnPropertySymbols(target)],
      getOwnPropertyDescriptor(_target, name) {
        if (!named(name)) return Reflect.getOwnPropertyDescriptor(target, name);
        return { value: items.get(name), writable: true, enumerable: true, configurable: true };
      },
    });
  }

  for (const area of ["local", "session"]) {
    const name = `${area}Storage`;
    quietly(() => {
      try {
        void w[name].length;
      } catch {
        const store = nestedInOwnApp
          ? /** @type {any} */ (real)[name]
          : standIn(area, carried.storage && carried.storage[area]);
        Object.defineProperty(window, name, { configurable: true, enumerable: true, get: () => store });
      }
    });
  }

  // No launch inherits what Telegram's SDKs kept of the one before.
  if (fresh) {
    quietly(() => {
      for (const key of Object.keys(sessionStorage)) {
        if (/^(__telegram__|tapps\/)/.test(key)) sessionStorage.removeItem(key);
      }
    });
  }

  // The signed data leaves the fragment once it was read; a reload gets it back.
  const fragment = location.hash.includes("tgWebAppData=") ? location.hash : carried.hash || "";
  quietly(() => {
    if (!framed || !fragment) return;
    if (!location.hash) replaceState(history.state, "", location.pathname + location.search + fragment);
    addEventListener("load", () => setTimeout(() => quietly(() => {
      if (location.hash !== fragment) return;
      replaceState(history.state, "", location.pathname + location.search);
    }), FRAGMENT_STAYS_MS));
  });

  // One version a page: what it asks of its own origin is pinned.
  const pin = [script && script.dataset.pin, new URLSearchParams(location.search).get("bnv"), given.pin]
    .find((value) => typeof value === "string" && /^[0-9a-f]{16}$/.test(value));
  /** @param {any} url @param {any} method @returns {string | null} */
  const pinned = (url, method) => {
    if (!/^(get|head)$/i.test(method)) return null;
    const full = new URL(url, document.baseURI);
    if (full.origin !== location.origin || full.pathname.startsWith("/~")) return null;
    const asked = full.href;
    full.pathname = `/~v/${pin}${full.pathname}`;
    return full.href === asked ? null : full.href;
  };
  if (pin && typeof fetch === "function") {
    quietly(() => {
      window.fetch = new Proxy(window.fetch, {
        apply(target, self, args) {
          let [input, init] = args;
          let asked = "";
          quietly(() => {
            const request = input instanceof Request ? input : null;
            const url = request ? request.url : String(input);
            const to = pinned(url, (init && init.method) || (request && request.method) || "GET");
            if (to === null) return;
            input = request ? new Request(to, request) : to;
            asked = new URL(url, document.baseURI).href.split("#")[0];
          });
          const answer = Reflect.apply(target, self, asked ? [input, init] : args);
          if (!asked) return answer;
          return answer.then((/** @type {Response} */ response) => {
            if (!response.redirected) Object.defineProperty(response, "url", { value: asked, configurable: true });
            return response;
          });
        },
      });
      XMLHttpRequest.prototype.open = new Proxy(XMLHttpRequest.prototype.open, {
        apply(target, self, args) {
          let to = null;
          quietly(() => {
            to = pinned(args[1], args[0]);
          });
          return Reflect.apply(target, self, to === null ? args : [args[0], to, ...args.slice(2)]);
        },
      });
    });
  }

  class BarnamakError extends Error {
    /** @param {string} code @param {string} message @param {boolean} [retryable] */
    constructor(code, message, retryable = false) {
      super(message);
      this.name = "BarnamakError";
      this.code = code;
      this.retryable = retryable;
    }
  }

  const over = () => new BarnamakError("closed", "The launch has ended.");

  /** @type {MessagePort | null} */
  let port = null;
  let lastId = 0;
  let ended = false;
  /** @type {Map<number, any>} */
  const waiting = new Map();
  /** @type {Record<string, Set<any>>} */
  const listeners = Object.create(null);
  const state = {
    launch: carried.launch || null,
    user: carried.user || null,
    theme: carried.theme || null,
    viewport: null,
    capabilities: new Set(),
  };

  /** @type {any} */
  let connect;
  /** @type {any} */
  let refuse;
  const connected = new Promise((resolve, reject) => {
    connect = resolve;
    refuse = reject;
  });
  connected.catch(() => {});

  /** @param {string} event @param {any} data */
  function emit(event, data) {
    for (const listener of [...(listeners[event] || [])]) {
      try {
        listener(data);
      } catch (error) {
        setTimeout(() => {
          throw error; // the listener's fault, shown where the page looks for its faults
        });
      }
    }
  }

  /**
   * Ask the host; throws BarnamakError. `timeoutMs: 0` waits for people.
   * @param {string} method @param {object} [params]
   * @param {{timeoutMs?: number, signal?: AbortSignal}} [options] @returns {Promise<any>}
   */
  function call(method, params = {}, options = {}) {
    const { timeoutMs = REQUEST_TIMEOUT_MS, signal } = options || {};
    const promise = new Promise((resolve, reject) => {
      const id = ++lastId;
      /** @type {any} */
      let timer = 0;
      const abort = () => entry.reject(new BarnamakError("aborted", "The caller gave up."));
      const done = () => {
        clearTimeout(timer);
        waiting.delete(id);
        if (signal) signal.removeEventListener("abort", abort);
      };
      const entry = {
        resolve: (/** @type {any} */ value) => (done(), resolve(value)),
        reject: (/** @type {any} */ error) => (done(), reject(error)),
      };
      if (ended) return entry.reject(over());
      if (signal && signal.aborted) return abort();
      if (signal) signal.addEventListener("abort", abort);
      if (timeoutMs > 0) {
        timer = setTimeout(
          () => entry.reject(new BarnamakError("timeout", `The host did not answer ${method} in time.`, true)),
          timeoutMs,
        );
      }
      waiting.set(id, entry);
      connected.then(() => {
        if (!waiting.has(id) || !port) return;
        try {
          port.postMessage({ id, method, params });
        } catch {
          entry.reject(new BarnamakError("invalid-params", "The parameters cannot be sent."));
        }
      }, entry.reject);
    });
    promise.catch(() => {}); // nobody need wait for a call
    return promise;
  }

  /** @param {MessageEvent} message */
  function fromPort({ data }) {
    if (!data || typeof data !== "object") return;
    if (typeof data.id === "number") {
      const entry = waiting.get(data.id);
      if (!entry) return;
      const error = data.error;
      if (!error) return entry.resolve(data.result);
      return entry.reject(new BarnamakError(String(error.code), String(error.message), Boolean(error.retryable)));
    }
    const body = data.data || {};
    if (data.event === "hello") {
      state.launch = body.launch || state.launch;
      state.user = body.user || null;
      state.theme = body.theme || state.theme;
      state.viewport = body.viewport || null;
      state.capabilities = new Set(body.capabilities || []);
      connect(undefined);
      return flush();
    }
    if (data.event === "theme") state.theme = body;
    if (data.event === "viewport") state.viewport = body;
    if (data.event === "save") return flush(), call("local.save").catch(() => {});
    if (data.event === "closed") {
      ended = true;
      for (const entry of [...waiting.values()]) entry.reject(over());
    }
    emit(data.event, body);
  }

  /** Leave in the frame's name what the next document needs. */
  const carry = () => quietly(() => {
    const storage = Object.fromEntries(
      Object.entries(standIns).map(([area, items]) => [area, Object.fromEntries(items)]),
    );
    window.name = JSON.stringify({
      barnamak: 1, again: true, hash: fragment, storage,
      launch: state.launch, user: state.user, theme: state.theme,
    });
  });

  /** @type {any} */
  let flushTimer = 0;
  /** @param {number} after */
  function flushLater(after) {
    if (!flushTimer) flushTimer = setTimeout(flush, after);
  }
  function flush() {
    clearTimeout(flushTimer);
    flushTimer = 0;
    if (!port || ended) return;
    /** @type {Record<string, any>} */
    const taken = {};
    for (const area of Object.keys(unsaved)) {
      if (!Object.keys(unsaved[area]).length) continue;
      taken[area] = { ...unsaved[area] };
      unsaved[area] = Object.create(null);
    }
    if (!Object.keys(taken).length) return;
    call("local.save", taken).catch((error) => {
      if (!error.retryable) return;
      for (const area of Object.keys(taken)) unsaved[area] = Object.assign(Object.create(null), taken[area], unsaved[area]);
      flushLater(RETRY_AFTER_MS);
    });
  }

  if (framed) {
    const nonce = [...crypto.getRandomValues(new Uint8Array(16))]
      .map((byte) => byte.toString(16).padStart(2, "0")).join("");
    quietly(() => {
      // A MessageEvent's source must be a window: a gone frame's.
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.documentElement.appendChild(frame);
      /** @type {any} */
      const posed = frame.contentWindow;
      /** @param {any[]} given */
      posed.postMessage = (...[message, target, transfer]) =>
        quietly(() => real.postMessage(message, HOST, transfer || (target && target.transfer) || []));
      frame.remove();
      Object.defineProperty(window, "parent", { configurable: true, enumerable: true, get: () => posed });

      addEventListener("message", (event) => {
        if (event.source !== real) return;
        event.stopImmediatePropagation();
        if (event.origin !== HOST) return;
        const { data } = event;
        if (data && data.type === "miniapp:port") {
          if (data.nonce !== nonce || port || !event.ports[0]) return;
          port = event.ports[0];
          port.onmessage = fromPort;
          return;
        }
        window.dispatchEvent(new MessageEvent("message", { data, origin: POSED_ORIGIN, source: posed }));
      }, true);
    });

    // The next document's frame comes before this one is hidden.
    addEventListener("beforeunload", carry);
    addEventListener("pagehide", () => {
      flush();
      carry();
    });
    carry();

    quietly(() => real.postMessage({ type: "miniapp:hello", v: 1, nonce }, HOST));
    setTimeout(() => refuse(new BarnamakError("not-connected", "The host did not answer.", true)), GREETING_TIMEOUT_MS);
  } else {
    refuse(new BarnamakError("not-connected", "This page does not run inside its host."));
  }

  /** @type {any} */
  let token = null;
  /** @type {Promise<string> | null} */
  let tokenAsked = null;

  /** By its claims: the device's clock may be wrong. @param {any} issued */
  function lifeMs(issued) {
    try {
      const { iat, exp } = JSON.parse(atob(issued.token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
      if (exp > iat) return (exp - iat) * 1000;
    } catch {
      // unreadable
    }
    return issued.expires_at * 1000 - Date.now() || 0;
  }

  /** @param {{timeoutMs?: number, signal?: AbortSignal}} [options] */
  function getToken(options) {
    if (token && performance.now() - token.readAt < token.lifeMs - TOKEN_SPARE_MS) {
      return Promise.resolve(token.text);
    }
    if (tokenAsked && !(options && options.signal)) return tokenAsked;
    const asked = call("token.get", {}, options).then((issued) => {
      token = { text: issued.token, readAt: performance.now(), lifeMs: lifeMs(issued) };
      return token.text;
    });
    const forget = () => {
      if (tokenAsked === asked) tokenAsked = null;
    };
    tokenAsked = asked;
    asked.then(forget, forget);
    return asked;
  }

  const PERSON = { timeoutMs: 0 }; // the answer waits for a person
  const OK = { id: "ok", type: "ok" };
  const CANCEL = { id: "cancel", type: "cancel" };
  const set = (/** @type {string} */ method) => Object.freeze({ set: (/** @type {object} */ values) => call(method, values) });

  /** @type {Record<string, (...given: any[]) => any>} */
  const storage = {
    get: (key, options) => call("storage.get", { key }, options),
    set: (key, value, options) => call("storage.set", { key, value }, options),
    remove: (key, options) => call("storage.remove", { key }, options),
    keys: (options) => call("storage.keys", {}, options),
  };
  /** @type {Record<string, (...given: any[]) => any>} */
  const verbs = {
    ready: () => call("ready"),
    close: () => call("close"),
    expand: () => call("expand"),
    getToken,
    popup: (asked, options) => call("popup.open", asked, { ...PERSON, ...options }),
    pay: (asked, options) => call("invoice.open", asked, { ...PERSON, ...options }),
    alert: (text) => verbs.popup({ message: `${text}`, buttons: [OK] }).then(() => undefined),
    confirm: (text) =>
      verbs.popup({ message: `${text}`, buttons: [OK, CANCEL] }).then((/** @type {any} */ id) => id === "ok"),
    closingConfirmation: (needed) => call("closing_confirmation.set", { needed: Boolean(needed) }),
    header: (look) => call("header.set", look),
    background: (look) => call("background.set", look),
    bottomBar: (look) => call("bottom_bar.set", look),
    openLink: (url) => call("link.open", { url: `${url}` }, PERSON),
    haptic: (kind, style) => call("haptic.play", style === undefined ? { kind } : { kind, style }),
    call: (method, params, options) => call(method, params, { ...PERSON, ...options }),
    requestWriteAccess: (options) => call("write_access.request", {}, { ...PERSON, ...options }),
    on(event, listener) {
      const all = (listeners[event] ??= new Set());
      all.add(listener);
      return () => void all.delete(listener);
    },
  };
  const barnamak = {
    ...verbs,
    connected,
    BarnamakError,
    get launch() { return state.launch; },
    get user() { return state.user; },
    get theme() { return state.theme; },
    get viewport() { return state.viewport; },
    get capabilities() { return new Set(state.capabilities); },
    storage: Object.freeze(storage),
    mainButton: set("main_button.set"),
    secondaryButton: set("secondary_button.set"),
    backButton: set("back_button.set"),
    settingsButton: set("settings_button.set"),
    fullscreen: Object.freeze({ request: () => call("fullscreen.request"), exit: () => call("fullscreen.exit") }),
  };
  quietly(() => Object.defineProperty(window, "barnamak", {
    value: Object.freeze(barnamak), configurable: true, enumerable: true, writable: true,
  }));
})();
