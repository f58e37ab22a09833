// window.Bale.WebApp for pages written for Bale's mini-apps (API 1.4), served
// in place of Bale's own script. Bale numbers its versions itself; its wire is
// the one Telegram documented (docs/reference/bridge.md).
(() => {
  "use strict";
  /** @type {any} */
  const w = window;
  if (w.Bale && w.Bale.WebApp) return;

  const VERSION = "1.4";
  const STORED = "__telegram__baleInitParams"; // under the prefix a new launch clears
  const isIframe = window.parent !== window;

  /** @param {any} text @returns {any} */
  const parsed = (text) => {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  };

  // ---- Launch parameters ------------------------------------------------------

  /** @returns {Record<string, string>} */
  const launchParams = () => {
    const text = location.hash.slice(location.hash.indexOf("?") + 1).replace(/^#/, "");
    const given = Object.fromEntries(new URLSearchParams(text));
    try {
      if ("tgWebAppData" in given || "tgWebAppVersion" in given) {
        sessionStorage.setItem(STORED, JSON.stringify(given));
        return given;
      }
      return parsed(sessionStorage.getItem(STORED)) || given;
    } catch {
      return given;
    }
  };
  const initParams = launchParams();
  const initData = initParams.tgWebAppData || "";
  /** @type {Record<string, any>} */
  const initDataUnsafe = {};
  for (const [key, value] of new URLSearchParams(initData)) {
    initDataUnsafe[key] = /^[[{]/.test(value) ? parsed(value) ?? value : value;
  }

  // ---- The wire ----------------------------------------------------------------

  /** @param {string} type @param {any} [data] */
  const post = (type, data = {}) => {
    const proxy = w.TelegramWebviewProxy;
    if (proxy) return void proxy.postEvent(type, JSON.stringify(data));
    if (!isIframe) return undefined;
    const text = JSON.stringify({ eventType: type, eventData: data });
    return window.parent.postMessage(text, "https://web.telegram.org"); // our relay's posed origin
  };

  /** @type {any} */
  const WebApp = {};
  /** @type {Record<string, Set<any>>} */
  const listeners = {};
  /** @param {any} callback @param {any[]} args */
  const run = (callback, args) => {
    if (typeof callback !== "function") return;
    try {
      callback.apply(WebApp, args);
    } catch (error) {
      console.error(error);
    }
  };
  /** @param {string} event @param {...any} args */
  const emit = (event, ...args) => {
    for (const callback of [...(listeners[event] || [])]) run(callback, args);
  };
  /** @param {any[]} queue @param {...any} args */
  const drain = (queue, ...args) => {
    for (const callback of queue.splice(0)) run(callback, args);
  };

  // ---- What the host says ---------------------------------------------------------

  /** @type {Record<string, string>} */
  const themeParams = {};
  let colorScheme = "light";
  /** @param {any} params */
  const takeTheme = (params) => {
    for (const [key, value] of Object.entries(params || {})) {
      if (!/^#[0-9a-f]{6}$/i.test(String(value))) continue;
      themeParams[key] = String(value).toLowerCase();
      document.documentElement?.style.setProperty(`--tg-theme-${key.replaceAll("_", "-")}`, themeParams[key]);
    }
    if (!themeParams.bg_color) return;
    const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(themeParams.bg_color.slice(at, at + 2), 16));
    colorScheme = Math.sqrt(0.299 * r * r + 0.587 * g * g + 0.114 * b * b) < 120 ? "dark" : "light";
    document.documentElement?.style.setProperty("--tg-color-scheme", colorScheme);
  };
  takeTheme(parsed(initParams.tgWebAppThemeParams));

  /** @type {any[]} */
  const contactAsked = [];
  /** @type {any[]} */
  const homeAsked = [];
  /** @type {Map<string, {id: string, callback: any}>} */
  const invoices = new Map();
  let closingConfirmation = false;
  let contactPoll = 0;

  /** @param {string} response a signed query string with `contact` in it */
  const phoneOf = (response) => parsed(new URLSearchParams(response).get("contact"))?.phone_number ?? "";
  /** @param {boolean} shared @param {string} phone */
  const contactDone = (shared, phone) => {
    drain(contactAsked, shared, phone);
    emit("contactRequested", { status: shared ? "sent" : "cancelled" });
  };
  const CONTACT_POLLS = 10;
  const askContact = () =>
    post("web_app_invoke_custom_method", { req_id: `bale-contact-${contactPoll}`, method: "getRequestedContact", params: {} });

  /** @type {Record<string, (data: any) => void>} */
  const handlers = {
    theme_changed: (data) => {
      takeTheme(data.theme_params);
      emit("themeChanged");
    },
    back_button_pressed: () => emit("backButtonPressed"),
    settings_button_pressed: () => {
      emit("settingsButtonPressed"); // Bale's pages name it both ways
      emit("settingsButtonClicked");
    },
    phone_requested: (data) => {
      if (data.status !== "sent") return contactDone(false, "");
      contactPoll = 1;
      return askContact();
    },
    custom_method_invoked: (data) => {
      if (data.req_id !== `bale-contact-${contactPoll}`) return;
      if (data.result) contactDone(true, phoneOf(data.result));
      else if (contactPoll < CONTACT_POLLS) setTimeout(askContact, 50 * contactPoll++);
      else contactDone(true, "");
    },
    home_screen_checked: (data) => {
      drain(homeAsked, data.status || "unknown");
      emit("homeScreenChecked", { status: data.status || "unknown" });
    },
    home_screen_added: () => emit("homeScreenAdded"),
    home_screen_failed: (data) => emit("homeScreenFailed", { error: data.error }),
    qr_text_received: (data) => {
      emit("qrTextReceived", { text: data.data, data: data.data });
      post("web_app_close_scan_qr_popup"); // Bale's pages have no way to close it: one code a scanner
    },
    scan_qr_popup_closed: () => emit("scanQrPopupClosed"),
    invoice_closed: (data) => {
      const invoice = invoices.get(data.slug);
      if (!invoice) return;
      invoices.delete(data.slug);
      run(invoice.callback, [{ status: data.status }]);
      emit("invoiceClosed", { invoiceId: invoice.id, status: data.status });
    },
    reload_iframe: () => {
      post("iframe_will_reload");
      location.reload();
    },
  };
  /** @param {string} type @param {any} data */
  const receive = (type, data) => {
    if (Object.hasOwn(handlers, type)) handlers[type](data && typeof data === "object" ? data : {});
  };
  if (isIframe) {
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent || typeof event.data !== "string") return;
      const message = parsed(event.data);
      if (message && typeof message.eventType === "string") receive(message.eventType, message.eventData);
    });
    // A page may load Telegram's script too; only one of them should greet.
    if (!w.Telegram?.WebView) post("iframe_ready", { reload_supported: true });
    else delete handlers.reload_iframe;
  } else if (w.TelegramWebviewProxy && !w.TelegramGameProxy) {
    w.TelegramGameProxy = { receiveEvent: receive };
    w.TelegramGameProxy_receiveEvent = receive;
  }

  // ---- What the page may ask ---------------------------------------------------------

  /** @param {string} method @param {string} event */
  const button = (method, event) => {
    let visible = false;
    /** @type {any} */
    const made = {
      /** @param {any} callback */
      onClick: (callback) => (WebApp.onEvent(event, callback), made),
      /** @param {any} callback */
      offClick: (callback) => (WebApp.offEvent(event, callback), made),
      show: () => toggle(true),
      hide: () => toggle(false),
    };
    /** @param {boolean} wanted */
    const toggle = (wanted) => {
      if (visible !== wanted) post(method, { is_visible: (visible = wanted) });
      return made;
    };
    Object.defineProperty(made, "isVisible", { get: () => visible, enumerable: true });
    return made;
  };

  /** @param {boolean} needed */
  const setClosing = (needed) => {
    closingConfirmation = needed;
    post("web_app_setup_closing_behavior", { need_confirmation: needed });
  };
  /** What createInvoiceLink returned, whatever its shape: only its last part travels. @param {string} link */
  const slugOf = (link) => /([A-Za-z0-9\-_=]+)\/?$/.exec(link.replace(/[?#].*$/, ""))?.[1] ?? link;

  Object.assign(WebApp, {
    initData, initDataUnsafe, version: VERSION, isIframe, themeParams, isMiniAppSupported: isIframe || Boolean(w.TelegramWebviewProxy),
    BackButton: button("web_app_setup_back_button", "backButtonPressed"),
    SettingsButton: button("web_app_setup_settings_button", "settingsButtonPressed"),
    /** @param {string} event @param {any} callback */
    onEvent: (event, callback) => void (listeners[event] ??= new Set()).add(callback),
    /** @param {string} event @param {any} callback */
    offEvent: (event, callback) => void listeners[event]?.delete(callback),
    ready: () => post("web_app_ready"),
    expand: () => post("web_app_expand"),
    close: () => post("web_app_close"),
    enableClosingConfirmation: () => setClosing(true),
    disableClosingConfirmation: () => setClosing(false),
    /** @param {any} url @param {any} options */
    openLink: (url, options) =>
      post("web_app_open_link", options?.try_instant_view ? { url: `${url}`, try_instant_view: true } : { url: `${url}` }),
    addToHomeScreen: () => post("web_app_add_to_home_screen"),
    /** @param {any} callback */
    checkHomeScreenStatus(callback) {
      homeAsked.push(callback);
      post("web_app_check_home_screen");
    },
    /** @param {any} callback */
    requestContact(callback) {
      contactAsked.push(callback);
      post("web_app_request_phone");
    },
    /** @param {any} color */
    setHeaderColor: (color) =>
      post("web_app_set_header_color", /^(secondary_)?bg_color$/.test(color) ? { color_key: color } : { color: `${color}` }),
    /** @param {any} data */
    showScanQrPopup: (data) => post("web_app_open_scan_qr_popup", data?.text ? { text: `${data.text}` } : {}),
    /** @param {any} data */
    sendData: (data) => post("web_app_data_send", { data: `${data}` }),
    /** @param {any} invoice @param {any} callback */
    openInvoice(invoice, callback) {
      const id = `${invoice}`;
      const slug = slugOf(id);
      invoices.set(slug, { id, callback });
      post("web_app_open_invoice", { slug });
    },
    /** @param {any} options */
    askReview: (options) => post("web_app_ask_review", { delay_seconds: Number(options?.delay_seconds) || 0 }),
  });
  Object.defineProperty(WebApp, "colorScheme", { get: () => colorScheme, enumerable: true });
  Object.defineProperty(WebApp, "isClosingConfirmationEnabled", { get: () => closingConfirmation, enumerable: true });
  w.Bale = Object.assign(w.Bale || {}, { WebApp });

  post("web_app_request_theme");
  post("web_app_request_viewport");
})();
