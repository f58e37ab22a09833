// window.Telegram.WebApp for pages written for Telegram's Mini Apps API 8.0,
// served in place of Telegram's own script. Written from the documented
// behaviour (docs/reference/bridge.md); names, limits and error texts are
// Telegram's, so that pages made for them go on working.
(() => {
  "use strict";
  /** @type {any} */
  const w = window;
  if (w.Telegram && w.Telegram.WebApp) return;

  // ---- Parts of an address -------------------------------------------------

  /** @param {string} text */
  const urlSafeDecode = (text) => {
    try {
      return decodeURIComponent(text.replace(/\+/g, "%20"));
    } catch {
      return text;
    }
  };

  /** @param {string} query @returns {Record<string, string | null>} */
  const urlParseQueryString = (query) => {
    /** @type {Record<string, string | null>} */
    const params = {};
    for (const part of query.split("&").filter(Boolean)) {
      const [name, ...value] = part.split("=");
      params[urlSafeDecode(name)] = value.length ? urlSafeDecode(value.join("=")) : null;
    }
    return params;
  };

  /** @param {string} hash @returns {Record<string, string | null>} */
  const urlParseHashParams = (hash) => {
    const text = hash.replace(/^#/, "");
    if (!text) return {};
    if (!/[=?]/.test(text)) return { _path: urlSafeDecode(text) };
    const mark = text.indexOf("?");
    if (mark < 0) return urlParseQueryString(text);
    return { _path: urlSafeDecode(text.slice(0, mark)), ...urlParseQueryString(text.slice(mark + 1)) };
  };

  /** @param {string} url @param {string} addition */
  const urlAppendHashParams = (url, addition) => {
    const [base, ...rest] = url.split("#");
    const hash = rest.join("#");
    if (!rest.length || !hash) return `${base}#${addition}`;
    return `${base}#${hash}${/[=?]/.test(hash) ? "&" : "?"}${addition}`;
  };

  /** @param {string} key @param {unknown} value */
  const sessionStorageSet = (key, value) => {
    try {
      sessionStorage.setItem(`__telegram__${key}`, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  };

  /** @param {string} key @returns {any} */
  const sessionStorageGet = (key) => {
    try {
      return JSON.parse(sessionStorage.getItem(`__telegram__${key}`) || "null");
    } catch {
      return null;
    }
  };

  /** @param {any} text @returns {any} */
  const parsed = (text) => {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  };

  // ---- Launch parameters: the fragment, else what it was before a reload ----

  const initParams = urlParseHashParams(location.hash);
  if ("tgWebAppVersion" in initParams || "tgWebAppData" in initParams) {
    sessionStorageSet("initParams", initParams);
  } else {
    Object.assign(initParams, { ...(sessionStorageGet("initParams") || {}), ...initParams });
  }

  // ---- The wire --------------------------------------------------------------

  const isIframe = window.parent !== window;
  /** @type {Record<string, ((type: string, data: any) => void)[]>} */
  const receivers = {};

  /** @param {string} type @param {any} [data] */
  const postEvent = (type, data = "") => {
    const proxy = w.TelegramWebviewProxy;
    if (proxy) return proxy.postEvent(type, JSON.stringify(data));
    if (!isIframe) return undefined;
    // Our relay stands in for the parent and names the host's origin; where it
    // is missing the browser drops the message.
    return window.parent.postMessage(JSON.stringify({ eventType: type, eventData: data }), "https://web.telegram.org");
  };

  /** @param {string} type @param {(type: string, data: any) => void} callback */
  const onHostEvent = (type, callback) => {
    const all = (receivers[type] ??= []);
    if (!all.includes(callback)) all.push(callback);
  };
  /** @param {string} type @param {(type: string, data: any) => void} callback */
  const offHostEvent = (type, callback) => {
    receivers[type] = (receivers[type] || []).filter((one) => one !== callback);
  };
  /** @param {string} type @param {(callback: any) => void} run */
  const callEventCallbacks = (type, run) => {
    for (const callback of [...(receivers[type] || [])]) {
      try {
        run(callback);
      } catch (error) {
        console.error(error);
      }
    }
  };
  /** @param {string} type @param {any} data */
  const receiveEvent = (type, data) => callEventCallbacks(type, (callback) => callback(type, data));

  if (isIframe) {
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent) return;
      const message = typeof event.data === "string" ? parsed(event.data) : null;
      if (!message || typeof message.eventType !== "string") return;
      if (message.eventType === "reload_iframe") {
        postEvent("iframe_will_reload");
        location.reload();
      } else if (message.eventType === "set_custom_style") {
        setCustomStyle(event.origin === "https://web.telegram.org" ? String(message.eventData) : "");
      } else {
        receiveEvent(message.eventType, message.eventData);
      }
    });
  }
  /** The host's style without a node of ours: a framework may hydrate the whole document. @type {any} */
  let customStyle = null;
  /** @param {string} css */
  function setCustomStyle(css) {
    if (!customStyle && "adoptedStyleSheets" in document && "replaceSync" in CSSStyleSheet.prototype) {
      customStyle = new CSSStyleSheet();
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, customStyle];
    }
    if (customStyle) customStyle.replaceSync(css);
  }
  if (isIframe) {
    postEvent("iframe_ready", { reload_supported: true });
  }

  w.Telegram = w.Telegram || {};
  w.Telegram.WebView = {
    initParams, isIframe, onEvent: onHostEvent, offEvent: offHostEvent, postEvent, receiveEvent, callEventCallbacks,
  };
  w.Telegram.Utils = {
    urlSafeDecode, urlParseQueryString, urlParseHashParams, urlAppendHashParams, sessionStorageSet, sessionStorageGet,
  };
  w.TelegramGameProxy_receiveEvent = receiveEvent;
  w.TelegramGameProxy = Object.assign(w.TelegramGameProxy || {}, { receiveEvent, initParams });

  // ---- Versions, colours, events ---------------------------------------------

  const version = initParams.tgWebAppVersion || "6.0";

  /** @param {string} wanted */
  const isVersionAtLeast = (wanted) => {
    const [have, need] = [version, String(wanted)].map((text) => text.trim().split(".").map(Number));
    for (let i = 0; i < Math.max(have.length, need.length); i++) {
      if ((have[i] || 0) !== (need[i] || 0)) return (have[i] || 0) > (need[i] || 0);
    }
    return true;
  };

  /** @param {string} message */
  const warn = (message) => console.warn(`[Telegram.WebApp] ${message}`);

  /** Older hosts go without, with a word to the developer. @param {string} since @param {string} name */
  const has = (since, name) => {
    if (isVersionAtLeast(since)) return true;
    warn(`${name} is not supported in version ${version}`);
    return false;
  };

  /** @param {string} code @param {string} explanation @returns {never} */
  const fail = (code, explanation) => {
    console.error(`[Telegram.WebApp] ${explanation}`);
    throw new Error(code);
  };

  /** @param {string} since @param {string} name */
  const must = (since, name) =>
    isVersionAtLeast(since) || fail("WebAppMethodUnsupported", `${name} is not supported in version ${version}`);

  /** @param {any} value @returns {string | false} `#rrggbb`, or false */
  const hexColour = (value) => {
    const text = String(value).trim();
    const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text);
    if (short) return `#${short.slice(1).map((digit) => digit + digit).join("")}`.toLowerCase();
    if (/^#[0-9a-f]{6}$/i.test(text)) return text.toLowerCase();
    const channels = /^rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*(,\s*[\d.]+\s*)?\)$/.exec(text);
    if (!channels) return false;
    return `#${channels.slice(1, 4).map((n) => Math.min(255, Number(n)).toString(16).padStart(2, "0")).join("")}`;
  };

  /** @param {string} hex */
  const isDark = (hex) => {
    const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
    return Math.sqrt(0.299 * r * r + 0.587 * g * g + 0.114 * b * b) < 120;
  };

  /** @param {string} name @param {string} value */
  const setCss = (name, value) => document.documentElement?.style.setProperty(`--tg-${name}`, value);

  /** @type {any} */
  const WebApp = {};

  /** @param {string} type @param {any} [data] */
  const emit = (type, data) =>
    callEventCallbacks(`webview:${type}`, (callback) => callback.call(WebApp, data));
  /** @param {string} type @param {any} callback */
  const onEvent = (type, callback) => onHostEvent(`webview:${type}`, callback);
  /** @param {string} type @param {any} callback */
  const offEvent = (type, callback) => offHostEvent(`webview:${type}`, callback);

  /** @param {any} callback @param {...any} args */
  const answer = (callback, ...args) => {
    if (typeof callback !== "function") return;
    try {
      callback.apply(WebApp, args);
    } catch (error) {
      console.error(error);
    }
  };

  /** @param {object} target @param {Record<string, () => any>} getters */
  const readOnly = (target, getters) => {
    for (const [name, get] of Object.entries(getters)) Object.defineProperty(target, name, { get, enumerable: true });
  };

  /** Nothing to answer to is an empty object. @param {string} type @param {(data: any) => void} handler */
  const hear = (type, handler) => onHostEvent(type, (_type, data) => handler(data || {}));

  // ---- initData ----------------------------------------------------------------

  const initData = initParams.tgWebAppData || "";
  /** @type {Record<string, any>} */
  const initDataUnsafe = urlParseQueryString(initData);
  for (const [key, value] of Object.entries(initDataUnsafe)) {
    if (/^[[{].*[\]}]$/s.test(value || "")) initDataUnsafe[key] = parsed(value) ?? value;
  }

  // ---- Theme ---------------------------------------------------------------------

  /** @type {Record<string, string>} */
  const themeParams = {};
  let colorScheme = "light";

  /** @param {any} params */
  const takeTheme = (params) => {
    if (!params || typeof params !== "object") return;
    for (const [key, value] of Object.entries(params)) {
      const colour = hexColour(value);
      if (!colour) continue;
      themeParams[key] = colour;
      setCss(`theme-${key.replaceAll("_", "-")}`, colour);
    }
    if (themeParams.bg_color) colorScheme = isDark(themeParams.bg_color) ? "dark" : "light";
    setCss("color-scheme", colorScheme);
    sessionStorageSet("themeParams", themeParams);
  };
  takeTheme(sessionStorageGet("themeParams"));
  takeTheme(parsed(initParams.tgWebAppThemeParams));

  const KEYS = ["bg_color", "secondary_bg_color"];
  const bars = { header: "bg_color", background: "bg_color", bottom: "bottom_bar_bg_color" };
  /** @type {Record<string, string>} */
  const sentBars = {};

  /** @param {string} chosen a key or a colour */
  const shade = (chosen) =>
    chosen.startsWith("#")
      ? chosen
      : themeParams[chosen] || (chosen === "bottom_bar_bg_color" && themeParams.secondary_bg_color) || null;

  /** @param {string} name @param {string} method @param {any} data */
  const sendBar = (name, method, data) => {
    const text = JSON.stringify(data);
    if (sentBars[name] === text) return;
    sentBars[name] = text;
    postEvent(method, data);
  };
  const sendHeader = () =>
    isVersionAtLeast("6.1") &&
    sendBar("header", "web_app_set_header_color",
      KEYS.includes(bars.header) ? { color_key: bars.header } : { color: bars.header });
  const sendBackground = () =>
    isVersionAtLeast("6.1") &&
    sendBar("background", "web_app_set_background_color", { color: shade(bars.background) || "#ffffff" });
  const sendBottom = () =>
    isVersionAtLeast("7.10") &&
    sendBar("bottom", "web_app_set_bottom_bar_color", { color: shade(bars.bottom) || "#ffffff" });

  /** @param {any} colour @param {string[]} keys @param {string} code */
  const chosenColour = (colour, keys, code) => {
    if (keys.includes(colour)) return colour;
    return hexColour(colour) || fail(code, `a colour must be one of ${keys.join(", ")} or #RRGGBB`);
  };
  /** @param {any} colour */
  const setHeaderColor = (colour) => {
    if (!has("6.1", "Header color")) return;
    const chosen = chosenColour(colour, KEYS, "WebAppHeaderColorInvalid");
    if (chosen.startsWith("#") && !isVersionAtLeast("6.9")) {
      const key = KEYS.find((one) => themeParams[one] === chosen);
      bars.header = key || fail("WebAppHeaderColorInvalid", "Header color should be one of the theme's keys");
    } else {
      bars.header = chosen;
    }
    sendHeader();
  };
  /** @param {any} colour */
  const setBackgroundColor = (colour) => {
    if (!has("6.1", "Background color")) return;
    bars.background = chosenColour(colour, KEYS, "WebAppBackgroundColorInvalid");
    sendBackground();
  };
  /** @param {any} colour */
  const setBottomBarColor = (colour) => {
    if (!has("7.10", "Bottom bar color")) return;
    bars.bottom = chosenColour(colour, [...KEYS, "bottom_bar_bg_color"], "WebAppBottomBarColorInvalid");
    sendBottom();
  };

  hear("theme_changed", (data) => {
    if (!data.theme_params) return;
    takeTheme(data.theme_params);
    sendHeader();
    sendBackground();
    sendBottom();
    MainButton.setParams({});
    SecondaryButton.setParams({});
    emit("themeChanged");
  });

  // ---- Viewport and safe areas ------------------------------------------------------

  let viewportHeight = window.innerHeight;
  let viewportStableHeight = window.innerHeight;
  let isExpanded = true;
  let hostTellsSize = false;
  const showViewport = () => {
    setCss("viewport-height", `${viewportHeight}px`);
    setCss("viewport-stable-height", `${viewportStableHeight}px`);
  };
  window.addEventListener("resize", () => {
    if (hostTellsSize) return;
    viewportHeight = viewportStableHeight = window.innerHeight;
    showViewport();
    emit("viewportChanged", { isStateStable: true });
  });
  hear("viewport_changed", (data) => {
    if (typeof data.height !== "number") return;
    hostTellsSize = true;
    viewportHeight = data.height;
    if (data.is_state_stable) viewportStableHeight = data.height;
    if (data.is_expanded !== undefined) isExpanded = Boolean(data.is_expanded);
    showViewport();
    emit("viewportChanged", { isStateStable: Boolean(data.is_state_stable) });
  });
  showViewport();

  const SIDES = ["top", "bottom", "left", "right"];
  const insets = {
    safe: { top: 0, bottom: 0, left: 0, right: 0 },
    content: { top: 0, bottom: 0, left: 0, right: 0 },
  };
  /** @param {any} area @param {string} css @param {any} data @param {string} event */
  const takeInsets = (area, css, data, event) => {
    for (const side of SIDES) {
      if (typeof data[side] === "number") area[side] = data[side];
      setCss(`${css}-inset-${side}`, `${area[side]}px`);
    }
    if (event) emit(event);
  };
  takeInsets(insets.safe, "safe-area", {}, "");
  takeInsets(insets.content, "content-safe-area", {}, "");
  hear("safe_area_changed", (data) => takeInsets(insets.safe, "safe-area", data, "safeAreaChanged"));
  hear("content_safe_area_changed", (data) =>
    takeInsets(insets.content, "content-safe-area", data, "contentSafeAreaChanged"));

  // ---- Fullscreen, orientation, activity -----------------------------------------------

  const shown = {
    isFullscreen: initParams.tgWebAppFullscreen === "1" || Boolean(sessionStorageGet("isFullscreen")),
    isActive: true,
    isOrientationLocked: false,
    isClosingConfirmationEnabled: false,
    isVerticalSwipesEnabled: true,
  };
  hear("fullscreen_changed", (data) => {
    shown.isFullscreen = Boolean(data.is_fullscreen);
    sessionStorageSet("isFullscreen", shown.isFullscreen);
    emit("fullscreenChanged");
  });
  hear("fullscreen_failed", (data) => {
    if (data.error === "ALREADY_FULLSCREEN" && !shown.isFullscreen) shown.isFullscreen = true;
    emit("fullscreenFailed", { error: data.error });
  });
  hear("visibility_changed", (data) => {
    shown.isActive = Boolean(data.is_visible);
    emit(shown.isActive ? "activated" : "deactivated");
  });

  /** @param {any} needed */
  const setClosingConfirmation = (needed) => {
    if (!has("6.2", "Closing confirmation")) return;
    shown.isClosingConfirmationEnabled = Boolean(needed);
    postEvent("web_app_setup_closing_behavior", { need_confirmation: Boolean(needed) });
  };
  /** @param {any} allowed */
  const setVerticalSwipes = (allowed) => {
    if (!has("7.7", "Changing swipes behavior")) return;
    shown.isVerticalSwipesEnabled = Boolean(allowed);
    postEvent("web_app_setup_swipe_behavior", { allow_vertical_swipe: Boolean(allowed) });
  };
  /** @param {any} locked */
  const setOrientationLock = (locked) => {
    if (!has("8.0", "Orientation locking")) return;
    shown.isOrientationLocked = Boolean(locked);
    postEvent("web_app_toggle_orientation_lock", { locked: Boolean(locked) });
  };

  // ---- Buttons ---------------------------------------------------------------------------

  /** @param {string} method @param {string} hostEvent @param {string} event @param {string} since */
  const plainButton = (method, hostEvent, event, since) => {
    let visible = false;
    /** @type {any} */
    const button = {
      /** @param {any} callback */
      onClick: (callback) => (has(since, event) && onEvent(event, callback), button),
      /** @param {any} callback */
      offClick: (callback) => (has(since, event) && offEvent(event, callback), button),
      show: () => toggle(true),
      hide: () => toggle(false),
    };
    /** @param {any} wanted */
    const toggle = (wanted) => {
      if (has(since, event) && visible !== Boolean(wanted)) {
        visible = Boolean(wanted);
        postEvent(method, { is_visible: visible });
      }
      return button;
    };
    Object.defineProperty(button, "isVisible", { get: () => visible, set: toggle, enumerable: true });
    onHostEvent(hostEvent, () => emit(event));
    return button;
  };
  const BackButton = plainButton("web_app_setup_back_button", "back_button_pressed", "backButtonClicked", "6.1");
  const SettingsButton = plainButton(
    "web_app_setup_settings_button", "settings_button_pressed", "settingsButtonClicked", "6.10",
  );

  const POSITIONS = ["left", "right", "top", "bottom"];

  /** @param {string} type main or secondary */
  const bottomButton = (type) => {
    const main = type === "main";
    const event = `${type}ButtonClicked`;
    const since = main ? "6.0" : "7.10";
    /** @type {any} */
    const now = {
      text: main ? "Continue" : "Cancel", isVisible: false, isActive: true, isProgressVisible: false,
      hasShineEffect: false, color: null, textColor: null, position: "left", iconCustomEmojiId: "",
    };
    const colour = () =>
      now.color || (main ? themeParams.button_color : shade(bars.bottom)) || (main ? "#2481cc" : "#ffffff");
    const textColour = () =>
      now.textColor || (main ? themeParams.button_text_color : themeParams.button_color) || (main ? "#ffffff" : "#2481cc");
    let sent = JSON.stringify({ is_visible: false });

    const send = () => {
      if (!isVersionAtLeast(since)) return;
      /** @type {any} */
      const state = { is_visible: now.isVisible };
      if (now.isVisible) {
        Object.assign(state, {
          is_active: now.isActive, is_progress_visible: now.isProgressVisible, text: now.text,
          color: colour(), text_color: textColour(),
        });
        if (isVersionAtLeast("7.10")) state.has_shine_effect = now.hasShineEffect && now.isActive && !now.isProgressVisible;
        if (!main) state.position = now.position;
        if (isVersionAtLeast("9.5") && now.iconCustomEmojiId) state.icon_custom_emoji_id = now.iconCustomEmojiId;
      }
      const text = JSON.stringify(state);
      if (text === sent) return;
      sent = text;
      postEvent(`web_app_setup_${type}_button`, state);
    };

    /** @param {any} text */
    const checkedText = (text) => {
      const trimmed = String(text).trim();
      if (!trimmed.length) fail("WebAppBottomButtonParamInvalid", "Bottom button text is required");
      if (trimmed.length > 64) fail("WebAppBottomButtonParamInvalid", "Bottom button text is too long");
      return trimmed;
    };
    /** @param {any} value */
    const checkedColour = (value) =>
      value === false || value === null
        ? null
        : hexColour(value) || fail("WebAppBottomButtonParamInvalid", "Bottom button color format is invalid");

    /** @param {any} params */
    const setParams = (params) => {
      if (!main && !has("7.10", "SecondaryButton")) return button;
      const asked = params || {};
      const next = { ...now };
      if (asked.text !== undefined) next.text = checkedText(asked.text);
      if (asked.color !== undefined) next.color = checkedColour(asked.color);
      if (asked.text_color !== undefined) next.textColor = checkedColour(asked.text_color);
      if (asked.is_visible !== undefined) next.isVisible = Boolean(asked.is_visible);
      if (asked.is_active !== undefined) next.isActive = Boolean(asked.is_active);
      if (asked.is_progress_visible !== undefined) next.isProgressVisible = Boolean(asked.is_progress_visible);
      if (asked.icon_custom_emoji_id !== undefined) next.iconCustomEmojiId = String(asked.icon_custom_emoji_id);
      if (asked.has_shine_effect !== undefined) next.hasShineEffect = Boolean(asked.has_shine_effect);
      if (!main && asked.position !== undefined) {
        if (!POSITIONS.includes(asked.position)) {
          fail("WebAppBottomButtonParamInvalid", "Bottom button position is invalid");
        }
        next.position = asked.position;
      }
      Object.assign(now, next);
      send();
      return button;
    };

    /** @type {any} */
    const button = {
      type,
      setParams,
      /** @param {any} text */
      setText: (text) => setParams({ text }),
      /** @param {any} callback */
      onClick: (callback) => (has(since, event) && onEvent(event, callback), button),
      /** @param {any} callback */
      offClick: (callback) => (has(since, event) && offEvent(event, callback), button),
      show: () => setParams({ is_visible: true }),
      hide: () => setParams({ is_visible: false }),
      enable: () => setParams({ is_active: true }),
      disable: () => setParams({ is_active: false }),
      /** @param {any} leaveActive */
      showProgress: (leaveActive) => setParams({ is_active: Boolean(leaveActive), is_progress_visible: true }),
      hideProgress: () => setParams({ is_active: true, is_progress_visible: false }),
    };
    const fields = {
      text: "text", isVisible: "is_visible", isActive: "is_active", hasShineEffect: "has_shine_effect",
      iconCustomEmojiId: "icon_custom_emoji_id",
      ...(main ? {} : { position: "position" }),
    };
    for (const [name, param] of Object.entries(fields)) {
      Object.defineProperty(button, name, {
        get: () => now[name], set: (value) => setParams({ [param]: value }), enumerable: true,
      });
    }
    readOnly(button, { isProgressVisible: () => now.isProgressVisible });
    Object.defineProperty(button, "color", { get: colour, set: (color) => setParams({ color }), enumerable: true });
    Object.defineProperty(button, "textColor", {
      get: textColour, set: (value) => setParams({ text_color: value }), enumerable: true,
    });
    onHostEvent(`${type}_button_pressed`, () => {
      if (now.isActive) emit(event);
    });
    return button;
  };
  const MainButton = bottomButton("main");
  const SecondaryButton = bottomButton("secondary");

  // ---- Haptic ----------------------------------------------------------------------------

  /** @param {any} data */
  const haptic = (data) => {
    if (has("6.1", "HapticFeedback")) postEvent("web_app_trigger_haptic_feedback", data);
    return HapticFeedback;
  };
  /** @param {any} style @param {string[]} allowed */
  const hapticStyle = (style, allowed) =>
    allowed.includes(style) ? style : fail("WebAppHapticFeedbackParamInvalid", `unknown style ${style}`);
  const HapticFeedback = {
    /** @param {any} style */
    impactOccurred: (style) =>
      haptic({ type: "impact", impact_style: hapticStyle(style, ["light", "medium", "heavy", "rigid", "soft"]) }),
    /** @param {any} type */
    notificationOccurred: (type) =>
      haptic({ type: "notification", notification_type: hapticStyle(type, ["error", "success", "warning"]) }),
    selectionChanged: () => haptic({ type: "selection_change" }),
  };

  // ---- Requests that carry an id -----------------------------------------------------------

  /** @type {Map<string, (data: any) => void>} */
  const asked = new Map();
  /** @param {string} method @param {object} params @param {(data: any) => void} callback */
  const ask = (method, params, callback) => {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    const id = [...bytes].map((byte) => (byte % 36).toString(36)).join("");
    asked.set(id, callback);
    postEvent(method, { req_id: id, ...params });
  };
  /** @param {any} data */
  const settle = (data) => {
    const callback = asked.get(data.req_id);
    if (!callback) return;
    asked.delete(data.req_id);
    callback(data);
  };
  hear("custom_method_invoked", settle);

  /** @param {string} method @param {any} params @param {any} callback */
  const custom = (method, params, callback) =>
    ask("web_app_invoke_custom_method", { method, params: params || {} }, (data) =>
      data.error ? answer(callback, data.error) : answer(callback, null, data.result));

  /** @param {string} method @param {any} params @param {any} callback */
  const invokeCustomMethod = (method, params, callback) => {
    must("6.9", "Method invokeCustomMethod");
    custom(method, params, callback);
  };

  /** @param {string} method @param {any} params @param {any} callback @param {(result: any) => any} [pick] */
  const cloud = (method, params, callback, pick = (result) => result) => {
    must("6.9", "CloudStorage");
    custom(method, params, (/** @type {any} */ error, /** @type {any} */ result) =>
      error ? answer(callback, error) : answer(callback, null, pick(result)));
    return CloudStorage;
  };
  const CloudStorage = {
    /** @param {string} key @param {string} value @param {any} callback */
    setItem: (key, value, callback) => cloud("saveStorageValue", { key, value }, callback),
    /** @param {string} key @param {any} callback */
    getItem: (key, callback) => cloud("getStorageValues", { keys: [key] }, callback, (found) => found?.[key] ?? ""),
    /** @param {string[]} keys @param {any} callback */
    getItems: (keys, callback) => cloud("getStorageValues", { keys }, callback),
    /** @param {string} key @param {any} callback */
    removeItem: (key, callback) => cloud("deleteStorageValues", { keys: [key] }, callback),
    /** @param {string[]} keys @param {any} callback */
    removeItems: (keys, callback) => cloud("deleteStorageValues", { keys }, callback),
    /** @param {any} callback */
    getKeys: (callback) => cloud("getStorageKeys", {}, callback),
  };

  // Device and secure storage came with 9.0.
  /** @param {string} kind @param {string} label */
  const keyStore = (kind, label) => {
    for (const end of ["key_saved", "key_received", "key_restored", "cleared", "failed"]) hear(`${kind}_${end}`, settle);
    /** @param {string} action @param {object} params @param {any} callback @param {(data: any) => any[]} results */
    const run = (action, params, callback, results) => {
      must("9.0", label);
      ask(`web_app_${kind}_${action}`, params, (data) =>
        data.error ? answer(callback, data.error) : answer(callback, null, ...results(data)));
      return store;
    };
    /** @type {any} */
    const store = {
      /** @param {string} key @param {any} value @param {any} callback */
      setItem: (key, value, callback) => run("save_key", { key, value }, callback, () => [true]),
      /** @param {string} key @param {any} callback */
      getItem: (key, callback) =>
        run("get_key", { key }, callback, ({ value = null, can_restore: restorable }) =>
          kind === "secure_storage" ? [value, Boolean(restorable)] : [value]),
      /** @param {string} key @param {any} callback */
      removeItem: (key, callback) => run("save_key", { key, value: null }, callback, () => [true]),
      /** @param {any} callback */
      clear: (callback) => run("clear", {}, callback, () => [true]),
    };
    if (kind === "secure_storage") {
      store.restoreItem = (/** @type {string} */ key, /** @type {any} */ callback) =>
        run("restore_key", { key }, callback, ({ value = null }) => [value]);
    }
    return store;
  };
  const DeviceStorage = keyStore("device_storage", "DeviceStorage");
  const SecureStorage = keyStore("secure_storage", "SecureStorage");

  // ---- One question at a time: popups, scanner, consent -----------------------------------------

  /** A request without an id: one open at a time. @param {string} takenCode */
  const single = (takenCode) => {
    /** @type {{callback: any} | null} */
    let open = null;
    return {
      /** @param {any} callback */
      begin(callback) {
        if (open) fail(takenCode, "the same request is already open");
        open = { callback };
      },
      /** @param {...any} args */
      end(...args) {
        const ending = open;
        open = null;
        if (ending) answer(ending.callback, ...args);
        return Boolean(ending);
      },
    };
  };

  const popupOpen = single("WebAppPopupOpened");
  const BUTTON_TYPES = ["default", "destructive", "ok", "close", "cancel"];
  /** @param {any} condition @param {string} explanation */
  const popupNeeds = (condition, explanation) => condition || fail("WebAppPopupParamInvalid", explanation);

  /** @param {any} button */
  const popupButton = (button) => {
    const id = button.id === undefined ? "" : String(button.id);
    popupNeeds(id.length <= 64, "Popup button id is too long");
    const type = button.type ?? "default";
    popupNeeds(BUTTON_TYPES.includes(type), "Popup button type is invalid");
    if (!["default", "destructive"].includes(type)) return { id, type };
    const text = String(button.text ?? "").trim();
    popupNeeds(text, "Popup button text is required");
    popupNeeds(text.length <= 64, "Popup button text is too long");
    return { id, type, text };
  };

  /** @param {any} params @param {any} [callback] */
  const showPopup = (params, callback) => {
    must("6.2", "Method showPopup");
    const asked = params || {};
    const title = String(asked.title ?? "").trim();
    const message = String(asked.message ?? "").trim();
    popupNeeds(title.length <= 64, "Popup title is too long");
    popupNeeds(message, "Popup message is required");
    popupNeeds(message.length <= 256, "Popup message is too long");
    const given = asked.buttons ?? [{ type: "close" }];
    popupNeeds(Array.isArray(given) && given.length >= 1 && given.length <= 3, "Popup needs one to three buttons");
    const buttons = given.map(popupButton);
    popupOpen.begin(callback);
    postEvent("web_app_open_popup", title ? { title, message, buttons } : { message, buttons });
  };
  hear("popup_closed", (data) => {
    const chosen = data.button_id ?? null;
    if (popupOpen.end(chosen)) emit("popupClosed", { button_id: chosen });
  });

  /** @param {any} message @param {any} callback */
  const showAlert = (message, callback) => showPopup({ message }, callback ? () => answer(callback) : undefined);
  /** @param {any} message @param {any} callback */
  const showConfirm = (message, callback) =>
    showPopup(
      { message, buttons: [{ type: "ok", id: "ok" }, { type: "cancel" }] },
      callback ? (/** @type {any} */ id) => answer(callback, id === "ok") : undefined,
    );

  const scanOpen = single("WebAppScanQrPopupOpened");
  /** @type {any} */
  let scanned = null;
  /** @param {any} params @param {any} callback */
  const showScanQrPopup = (params, callback) => {
    must("6.4", "Method showScanQrPopup");
    const text = String(params?.text ?? "").trim();
    if (text.length > 64) fail("WebAppScanQrPopupParamInvalid", "Scan QR popup text is too long");
    scanOpen.begin(undefined);
    scanned = callback;
    postEvent("web_app_open_scan_qr_popup", text ? { text } : {});
  };
  const closeScanQrPopup = () => {
    must("6.4", "Method closeScanQrPopup");
    scanOpen.end();
    postEvent("web_app_close_scan_qr_popup");
  };
  hear("qr_text_received", (data) => {
    emit("qrTextReceived", { data: data.data });
    if (typeof scanned !== "function") return;
    try {
      if (scanned.call(WebApp, data.data) === true) closeScanQrPopup();
    } catch (error) {
      console.error(error);
    }
  });
  hear("scan_qr_popup_closed", () => {
    scanOpen.end();
    scanned = null;
    emit("scanQrPopupClosed");
  });

  /** @param {any} callback */
  const readTextFromClipboard = (callback) => {
    must("6.4", "Method readTextFromClipboard");
    ask("web_app_read_text_from_clipboard", {}, (data) => {
      const text = data.data ?? null;
      answer(callback, text);
      emit("clipboardTextReceived", { data: text });
    });
  };
  hear("clipboard_text_received", settle);

  /** A question a person answers: `{status}`. @param {string} since @param {string} name @param {string} method
   *  @param {string} hostEvent @param {string} event @param {string} taken @param {string} yes */
  const question = (since, name, method, hostEvent, event, taken, yes) => {
    const open = single(taken);
    hear(hostEvent, (data) => {
      open.end(data.status === yes, data.status);
      emit(event, { status: data.status });
    });
    return (/** @type {any} */ callback, /** @type {any} */ params) => {
      must(since, `Method ${name}`);
      open.begin(callback);
      postEvent(method, params);
    };
  };
  const askWriteAccess = question(
    "6.9", "requestWriteAccess", "web_app_request_write_access", "write_access_requested",
    "writeAccessRequested", "WebAppWriteAccessRequested", "allowed",
  );
  const askEmojiAccess = question(
    "8.0", "requestEmojiStatusAccess", "web_app_request_emoji_status_access", "emoji_status_access_requested",
    "emojiStatusAccessRequested", "WebAppEmojiStatusAccessRequested", "allowed",
  );
  const askDownload = question(
    "8.0", "downloadFile", "web_app_request_file_download", "file_download_requested",
    "fileDownloadRequested", "WebAppDownloadFilePopupOpened", "downloading",
  );

  const contactOpen = single("WebAppContactRequested");
  const CONTACT_POLL_MS = 3000;
  /** @param {any} callback */
  const requestContact = (callback) => {
    must("6.9", "Method requestContact");
    contactOpen.begin(callback);
    postEvent("web_app_request_phone");
  };
  /** @param {any} outcome */
  const contactDone = (outcome) => {
    contactOpen.end(outcome.status === "sent", outcome);
    emit("contactRequested", outcome);
  };
  /** @param {number} until @param {number} wait */
  const pollContact = (until, wait) =>
    custom("getRequestedContact", {}, (/** @type {any} */ error, /** @type {any} */ response) => {
      if (!error && response) {
        /** @type {Record<string, any>} */
        const responseUnsafe = urlParseQueryString(response);
        for (const [key, value] of Object.entries(responseUnsafe)) {
          if (/^[[{]/.test(value || "")) responseUnsafe[key] = parsed(value) ?? value;
        }
        contactDone({ status: "sent", response, responseUnsafe });
      } else if (Date.now() >= until) {
        contactDone({ status: "sent" });
      } else {
        setTimeout(() => pollContact(until, wait + 50), wait);
      }
    });
  hear("phone_requested", (data) =>
    data.status === "sent" ? pollContact(Date.now() + CONTACT_POLL_MS, 50) : contactDone({ status: "cancelled" }));

  // ---- Home screen, sharing, emoji ----------------------------------------------------------------

  /** @type {any[]} */
  let homeAsked = [];
  hear("home_screen_added", () => emit("homeScreenAdded"));
  hear("home_screen_failed", (data) => emit("homeScreenFailed", { error: data.error }));
  hear("home_screen_checked", (data) => {
    const callbacks = homeAsked;
    homeAsked = [];
    for (const callback of callbacks) answer(callback, data.status || "unknown");
    emit("homeScreenChecked", { status: data.status || "unknown" });
  });

  const shareOpen = single("WebAppShareMessageOpened");
  hear("prepared_message_sent", () => {
    shareOpen.end(true);
    emit("shareMessageSent");
  });
  hear("prepared_message_failed", (data) => {
    shareOpen.end(false);
    emit("shareMessageFailed", { error: data.error });
  });
  const emojiOpen = single("WebAppEmojiStatusRequested");
  hear("emoji_status_set", () => {
    emojiOpen.end(true);
    emit("emojiStatusSet");
  });
  hear("emoji_status_failed", (data) => {
    emojiOpen.end(false);
    emit("emojiStatusFailed", { error: data.error });
  });

  /** @type {Map<string, any>} */
  const chatsAsked = new Map();
  /** @param {any} id of a prepared keyboard button @param {any} callback */
  const requestChat = (id, callback) => {
    must("9.6", "Method requestChat");
    chatsAsked.set(String(id), callback);
    postEvent("web_app_request_chat", { req_id: String(id) });
  };
  for (const [event, sent] of /** @type {[string, boolean][]} */ ([["requested_chat_sent", true], ["requested_chat_failed", false]])) {
    hear(event, (data) => {
      const callback = chatsAsked.get(data.req_id);
      chatsAsked.delete(data.req_id);
      answer(callback, sent);
    });
  }

  // ---- Links, invoices, data ------------------------------------------------------------------------

  /** @param {any} url @param {any} options */
  const openLink = (url, options) => {
    const link = document.createElement("a");
    link.href = String(url);
    if (!/^https?:$/.test(link.protocol)) fail("WebAppTgUrlInvalid", "Url protocol is not supported");
    if (!isVersionAtLeast("6.1")) return void window.open(link.href, "_blank", "noopener,noreferrer");
    /** @type {any} */
    const data = { url: link.href };
    if (isVersionAtLeast("6.4") && options?.try_instant_view) data.try_instant_view = true;
    if (isVersionAtLeast("7.6") && options?.try_browser) data.try_browser = options.try_browser;
    return void postEvent("web_app_open_link", data);
  };
  /** @param {any} url @param {any} [options] */
  const openTelegramLink = (url, options) => {
    const link = document.createElement("a");
    link.href = String(url);
    if (!/^https?:$/.test(link.protocol)) fail("WebAppTgUrlInvalid", "Url protocol is not supported");
    if (link.hostname !== "t.me") fail("WebAppTgUrlInvalid", "Url host is not supported");
    const path = link.pathname + link.search;
    if (!isIframe && !w.TelegramWebviewProxy) return void (location.href = `https://t.me${path}`);
    /** @type {any} */
    const data = { path_full: path };
    if (options?.force_request) data.force_request = true;
    return void postEvent("web_app_open_tg_link", data);
  };

  /** @type {Map<string, {url: string, callback: any}>} */
  const invoices = new Map();
  /** @param {any} url @param {any} callback */
  const openInvoice = (url, callback) => {
    must("6.1", "Method openInvoice");
    const link = document.createElement("a");
    link.href = String(url);
    // Only the slug travels: a pay link of the host names the same invoice as Telegram's form.
    const theirs = link.hostname === "t.me" && /^\/(?:\$|invoice\/)([A-Za-z0-9\-_=]+)$/.exec(link.pathname);
    const found = theirs || /^\/pay\/(inv_[a-z0-9]{26})$/.exec(link.pathname);
    if (!/^https?:$/.test(link.protocol) || !found) {
      return fail("WebAppInvoiceUrlInvalid", "Invoice url is invalid");
    }
    const slug = found[1];
    if (invoices.has(slug)) return fail("WebAppInvoiceOpened", "Invoice is already opened");
    invoices.set(slug, { url: String(url), callback });
    return void postEvent("web_app_open_invoice", { slug });
  };
  hear("invoice_closed", (data) => {
    const invoice = invoices.get(data.slug);
    if (!invoice) return;
    invoices.delete(data.slug);
    answer(invoice.callback, data.status);
    emit("invoiceClosed", { url: invoice.url, status: data.status });
  });

  /** @param {any} data */
  const sendData = (data) => {
    const text = data ? String(data) : "";
    const bytes = new TextEncoder().encode(text).length;
    if (!bytes) fail("WebAppDataInvalid", "Data is required");
    if (bytes > 4096) fail("WebAppDataInvalid", "Data is too long");
    postEvent("web_app_data_send", { data: text });
  };

  const CHAT_TYPES = ["users", "bots", "groups", "channels"];
  /** @param {any} query @param {any} types */
  const switchInlineQuery = (query, types = []) => {
    must("6.6", "Method switchInlineQuery");
    if (!initParams.tgWebAppBotInline) fail("WebAppInlineModeDisabled", "Inline mode is disabled for this bot");
    const text = String(query ?? "").trim();
    if (text.length > 256) fail("WebAppInlineQueryInvalid", "Inline query is too long");
    if (!Array.isArray(types) || types.some((type) => !CHAT_TYPES.includes(type))) {
      fail("WebAppInlineChooseChatTypeInvalid", "Choose chat type is invalid");
    }
    postEvent("web_app_switch_inline_query", { query: text, chat_types: types });
  };

  /** @param {any} url @param {any} params */
  const shareToStory = (url, params = {}) => {
    must("7.8", "Method shareToStory");
    const link = document.createElement("a");
    link.href = String(url);
    if (link.protocol !== "https:") fail("WebAppMediaUrlInvalid", "Media url protocol is not supported");
    if ((params.text || "").length > 2048) fail("WebAppShareToStoryParamInvalid", "Text is too long");
    const linkName = params.widget_link?.name ?? "";
    if (linkName.length > 48) fail("WebAppShareToStoryParamInvalid", "Link name is too long");
    /** @type {any} */
    const data = { media_url: String(url) };
    if (params.text) data.text = params.text;
    if (params.widget_link) data.widget_link = params.widget_link;
    postEvent("web_app_share_to_story", data);
  };

  if (isIframe) {
    document.addEventListener("click", (event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey) return;
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      if (!link || link.hostname !== "t.me" || !/^https?:$/.test(link.protocol)) return;
      event.preventDefault();
      openTelegramLink(link.href);
    });
  }

  // ---- Device: biometrics, location, sensors -----------------------------------------------------------

  const biometry = {
    isInited: false, isBiometricAvailable: false, biometricType: "unknown", isAccessRequested: false,
    isAccessGranted: false, isBiometricTokenSaved: false, deviceId: "",
  };
  /** @type {any[]} */
  let biometryWaits = [];
  const accessOpen = single("WebAppBiometricManagerAccessRequested");
  const authOpen = single("WebAppBiometricManagerAuthenticationRequested");
  const tokenOpen = single("WebAppBiometricManagerTokenUpdateRequested");
  hear("biometry_info_received", (data) => {
    Object.assign(biometry, {
      isInited: true,
      isBiometricAvailable: Boolean(data.available),
      biometricType: data.type || "unknown",
      isAccessRequested: Boolean(data.access_requested),
      isAccessGranted: Boolean(data.access_granted),
      isBiometricTokenSaved: Boolean(data.token_saved),
      deviceId: data.device_id || "",
    });
    const callbacks = biometryWaits;
    biometryWaits = [];
    for (const callback of callbacks) answer(callback);
    accessOpen.end(biometry.isAccessGranted);
    emit("biometricManagerUpdated");
  });
  hear("biometry_auth_requested", (data) => {
    const done = data.status === "authorized";
    if (done && data.token) authOpen.end(true, data.token);
    else authOpen.end(done);
    emit("biometricAuthRequested", done ? { isAuthenticated: true, biometricToken: data.token } : { isAuthenticated: false });
  });
  hear("biometry_token_updated", (data) => {
    const done = data.status === "updated" || data.status === "removed";
    if (done) biometry.isBiometricTokenSaved = data.status === "updated";
    tokenOpen.end(done);
    emit("biometricTokenUpdated", { isUpdated: done });
  });
  /** @param {string} name */
  const biometryReady = (name) => {
    must("7.2", "BiometricManager");
    if (!biometry.isInited) fail("WebAppBiometricManagerNotInited", `BiometricManager is not inited: ${name}`);
  };
  /** @param {any} params */
  const reasonOf = (params) => {
    const reason = String(params?.reason ?? "").trim();
    if (reason.length > 128) fail("WebAppBiometricManagerParamInvalid", "Biometric reason is too long");
    return reason ? { reason } : {};
  };
  const BiometricManager = {
    /** @param {any} callback */
    init(callback) {
      must("7.2", "BiometricManager");
      if (biometry.isInited) {
        answer(callback);
        return BiometricManager;
      }
      biometryWaits.push(callback);
      postEvent("web_app_biometry_get_info");
      return BiometricManager;
    },
    /** @param {any} params @param {any} callback */
    requestAccess(params, callback) {
      biometryReady("requestAccess");
      const data = reasonOf(params);
      if (!biometry.isBiometricAvailable) fail("WebAppBiometricManagerBiometricsNotAvailable", "No biometrics here");
      accessOpen.begin(callback);
      postEvent("web_app_biometry_request_access", data);
      return BiometricManager;
    },
    /** @param {any} params @param {any} callback */
    authenticate(params, callback) {
      biometryReady("authenticate");
      const data = reasonOf(params);
      if (!biometry.isBiometricAvailable) fail("WebAppBiometricManagerBiometricsNotAvailable", "No biometrics here");
      if (!biometry.isAccessGranted) fail("WebAppBiometricManagerBiometricAccessNotGranted", "Access was not granted");
      authOpen.begin(callback);
      postEvent("web_app_biometry_request_auth", data);
      return BiometricManager;
    },
    /** @param {any} token @param {any} callback */
    updateBiometricToken(token, callback) {
      biometryReady("updateBiometricToken");
      const text = String(token ?? "");
      if (text.length > 1024) fail("WebAppBiometricManagerTokenInvalid", "Token is too long");
      if (!biometry.isAccessGranted) fail("WebAppBiometricManagerBiometricAccessNotGranted", "Access was not granted");
      tokenOpen.begin(callback);
      postEvent("web_app_biometry_update_token", { token: text });
      return BiometricManager;
    },
    openSettings() {
      biometryReady("openSettings");
      postEvent("web_app_biometry_open_settings");
      return BiometricManager;
    },
  };
  readOnly(BiometricManager, Object.fromEntries(
    Object.keys(biometry).map((name) => [name, () => biometry[/** @type {keyof typeof biometry} */ (name)]]),
  ));

  const place = { isInited: false, isLocationAvailable: false, isAccessRequested: false, isAccessGranted: false };
  /** @type {any[]} */
  let placeInits = [];
  /** @type {any[]} */
  let placeAsked = [];
  hear("location_checked", (data) => {
    Object.assign(place, {
      isInited: true,
      isLocationAvailable: Boolean(data.available),
      isAccessRequested: Boolean(data.access_requested),
      isAccessGranted: Boolean(data.access_granted),
    });
    const callbacks = placeInits;
    placeInits = [];
    for (const callback of callbacks) answer(callback);
    emit("locationManagerUpdated");
  });
  const PLACE_FIELDS = [
    "latitude", "longitude", "altitude", "course", "speed", "horizontal_accuracy", "vertical_accuracy",
    "course_accuracy", "speed_accuracy",
  ];
  hear("location_requested", (data) => {
    const found = data.available ? Object.fromEntries(PLACE_FIELDS.map((name) => [name, data[name] ?? null])) : null;
    const callbacks = placeAsked;
    placeAsked = [];
    for (const callback of callbacks) answer(callback, found);
    if (found) emit("locationRequested", { locationData: found });
  });
  const LocationManager = {
    /** @param {any} callback */
    init(callback) {
      must("8.0", "LocationManager");
      if (place.isInited) {
        answer(callback);
        return LocationManager;
      }
      placeInits.push(callback);
      postEvent("web_app_check_location");
      return LocationManager;
    },
    /** @param {any} callback */
    getLocation(callback) {
      must("8.0", "LocationManager");
      if (!place.isInited) fail("WebAppLocationManagerNotInited", "LocationManager should be inited before using");
      if (!place.isLocationAvailable) {
        answer(callback, null);
        return LocationManager;
      }
      placeAsked.push(callback);
      postEvent("web_app_request_location");
      return LocationManager;
    },
    openSettings() {
      must("8.0", "LocationManager");
      postEvent("web_app_open_location_settings");
      return LocationManager;
    },
  };
  readOnly(LocationManager, Object.fromEntries(
    Object.keys(place).map((name) => [name, () => place[/** @type {keyof typeof place} */ (name)]]),
  ));

  /** @param {string} wire @param {string} event @param {string[]} axes */
  const sensor = (wire, event, axes) => {
    /** @type {any} */
    const now = { isStarted: false };
    for (const axis of axes) now[axis] = null;
    /** @type {{callbacks: any[]}} */
    const starting = { callbacks: [] };
    /** @type {{callbacks: any[]}} */
    const stopping = { callbacks: [] };
    /** @param {{callbacks: any[]}} queue @param {boolean} done */
    const drain = (queue, done) => {
      const callbacks = queue.callbacks;
      queue.callbacks = [];
      for (const callback of callbacks) answer(callback, done);
    };
    /** @type {any} */
    const device = {
      /** @param {any} params @param {any} callback */
      start(params, callback) {
        if (!has("8.0", event)) return device;
        const rate = Number(params?.refresh_rate ?? 1000);
        /** @type {any} */
        const data = { refresh_rate: Math.min(1000, Math.max(20, rate || 1000)) };
        if (wire === "device_orientation") data.need_absolute = Boolean(params?.need_absolute);
        starting.callbacks.push(callback);
        postEvent(`web_app_start_${wire}`, data);
        return device;
      },
      /** @param {any} callback */
      stop(callback) {
        if (!has("8.0", event)) return device;
        stopping.callbacks.push(callback);
        postEvent(`web_app_stop_${wire}`);
        return device;
      },
    };
    readOnly(device, Object.fromEntries(Object.keys(now).map((name) => [name, () => now[name]])));
    hear(`${wire}_started`, () => {
      now.isStarted = true;
      drain(starting, true);
      emit(`${event}Started`);
    });
    hear(`${wire}_stopped`, () => {
      now.isStarted = false;
      drain(stopping, true);
      emit(`${event}Stopped`);
    });
    hear(`${wire}_failed`, (data) => {
      drain(starting, false);
      emit(`${event}Failed`, { error: data.error });
    });
    hear(`${wire}_changed`, (data) => {
      for (const axis of axes) if (data[axis] !== undefined) now[axis] = data[axis];
      emit(`${event}Changed`);
    });
    return device;
  };

  // ---- The public object -----------------------------------------------------------------------------------

  Object.assign(WebApp, {
    initData, initDataUnsafe, version, platform: initParams.tgWebAppPlatform || "unknown", themeParams,
    isVersionAtLeast, onEvent, offEvent,
    BackButton, SettingsButton, MainButton, SecondaryButton, HapticFeedback, CloudStorage, DeviceStorage,
    SecureStorage, BiometricManager, LocationManager,
    Accelerometer: sensor("accelerometer", "accelerometer", ["x", "y", "z"]),
    Gyroscope: sensor("gyroscope", "gyroscope", ["x", "y", "z"]),
    DeviceOrientation: sensor("device_orientation", "deviceOrientation", ["absolute", "alpha", "beta", "gamma"]),
    setHeaderColor, setBackgroundColor, setBottomBarColor,
    enableClosingConfirmation: () => setClosingConfirmation(true),
    disableClosingConfirmation: () => setClosingConfirmation(false),
    enableVerticalSwipes: () => setVerticalSwipes(true),
    disableVerticalSwipes: () => setVerticalSwipes(false),
    lockOrientation: () => setOrientationLock(true),
    unlockOrientation: () => setOrientationLock(false),
    requestFullscreen: () => (must("8.0", "Method requestFullscreen"), postEvent("web_app_request_fullscreen")),
    exitFullscreen: () => (must("8.0", "Method exitFullscreen"), postEvent("web_app_exit_fullscreen")),
    addToHomeScreen: () => (must("8.0", "Method addToHomeScreen"), postEvent("web_app_add_to_home_screen")),
    /** @param {any} callback */
    checkHomeScreenStatus(callback) {
      must("8.0", "Method checkHomeScreenStatus");
      homeAsked.push(callback);
      postEvent("web_app_check_home_screen");
    },
    sendData, switchInlineQuery, openLink, openTelegramLink, openInvoice, shareToStory,
    /** @param {any} id @param {any} callback */
    shareMessage(id, callback) {
      must("8.0", "Method shareMessage");
      shareOpen.begin(callback);
      postEvent("web_app_send_prepared_message", { id: String(id) });
    },
    /** @param {any} id @param {any} params @param {any} callback */
    setEmojiStatus(id, params, callback) {
      must("8.0", "Method setEmojiStatus");
      const duration = params?.duration;
      emojiOpen.begin(callback);
      postEvent("web_app_set_emoji_status", duration ? { custom_emoji_id: id, duration } : { custom_emoji_id: id });
    },
    /** @param {any} callback */
    requestEmojiStatusAccess: (callback) => askEmojiAccess(callback, undefined),
    /** @param {any} params @param {any} callback */
    downloadFile(params, callback) {
      const url = String(params?.url ?? "");
      if (!url.startsWith("https://")) fail("WebAppDownloadFileParamInvalid", "the url must begin with https://");
      if (!params?.file_name) fail("WebAppDownloadFileParamInvalid", "file_name is required");
      askDownload(callback, { url, file_name: String(params.file_name) });
    },
    showPopup, showAlert, showConfirm, showScanQrPopup, closeScanQrPopup, readTextFromClipboard,
    /** @param {any} callback */
    requestWriteAccess: (callback) => askWriteAccess(callback, undefined),
    requestContact, invokeCustomMethod, requestChat,
    ready: () => postEvent("web_app_ready"),
    expand: () => postEvent("web_app_expand"),
    /** @param {any} options */
    close: (options) =>
      postEvent("web_app_close", isVersionAtLeast("7.6") && options?.return_back ? { return_back: true } : ""),
    hideKeyboard: () => has("9.1", "hideKeyboard") && postEvent("web_app_hide_keyboard"),
  });
  readOnly(WebApp, {
    colorScheme: () => colorScheme,
    viewportHeight: () => viewportHeight,
    viewportStableHeight: () => viewportStableHeight,
    isExpanded: () => isExpanded,
    isActive: () => shown.isActive,
    isFullscreen: () => shown.isFullscreen,
    safeAreaInset: () => insets.safe,
    contentSafeAreaInset: () => insets.content,
  });
  /** @type {[string, () => any, (value: any) => void][]} */
  const writable = [
    ["headerColor", () => shade(bars.header), setHeaderColor],
    ["backgroundColor", () => shade(bars.background) || "#ffffff", setBackgroundColor],
    ["bottomBarColor", () => shade(bars.bottom) || "#ffffff", setBottomBarColor],
    ["isClosingConfirmationEnabled", () => shown.isClosingConfirmationEnabled, setClosingConfirmation],
    ["isVerticalSwipesEnabled", () => shown.isVerticalSwipesEnabled, setVerticalSwipes],
    ["isOrientationLocked", () => shown.isOrientationLocked, setOrientationLock],
  ];
  for (const [name, get, set] of writable) Object.defineProperty(WebApp, name, { get, set, enumerable: true });
  w.Telegram.WebApp = WebApp;

  sendHeader();
  sendBackground();
  sendBottom();
  postEvent("web_app_request_theme");
  postEvent("web_app_request_viewport");
  if (isVersionAtLeast("8.0")) {
    postEvent("web_app_request_safe_area");
    postEvent("web_app_request_content_safe_area");
  }
})();
