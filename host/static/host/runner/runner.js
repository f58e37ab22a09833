// One running app: its state as the host sees it, and everything either wire may do to it.
import { chosen, parseColour } from "./colours.js";
import { DeviceStore } from "./device.js";
import { Dialogs } from "./dialogs.js";
import { el, wording } from "./dom.js";
import { Frame, Keep } from "./frame.js";
import { legacyCall } from "./legacy.js";
import { watchLaunch } from "./live.js";
import { modernCall, hello } from "./modern.js";
import { Outer } from "./outer.js";
import { limits } from "./protocol.js";
import { Scanner } from "./scanner.js";
import { BridgeError, Server } from "./server.js";
import { Shell, hiddenButton } from "./shell.js";
import { sheetOver } from "./payments.js";
import { themeNow, watchTheme } from "./theme.js";
import { askAbout, askClose, askDownload, askLink, askOpen, askWriteAccess } from "./questions.js";
import { PopupPause, plainFileName, readInnerLink, readPopup } from "./wire.js";

const SANDBOX = "allow-scripts allow-same-origin allow-forms"; // the narrowest an app can run in
const STABLE_AFTER_MS = 150;
const VIBRATION_MS = { light: 10, soft: 10, medium: 20, rigid: 20, heavy: 35, success: 30, warning: 45, error: 60 };

const HAND_IN_MS = 250; // how long a closing app may take to hand in what it wrote last
const LAST_SAVE_MS = 1500; // how long the server may take to keep it

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Runner {
  /** @param {any} config the page's #run-config @param {Record<string, string>} strings its #run-strings */
  constructor(config, strings) {
    this.config = config;
    this.text = wording(strings);
    this.ended = false;
    this.closing = false;
    this.onHandedIn = () => {};
    this.unknown = 0; // messages nobody understood, for whoever looks
    this.malformed = 0; // calls whose parameters were wrong
    /** @type {Set<string>} */
    this.refused = new Set(); // permissions the person has refused in this launch
    /** @type {{signed: string, until: number} | null} */
    this.contact = null;
    this.homeWatched = false;
    this.dialogs = new Dialogs();
    this.paysheet = sheetOver(this);
    this.scanner = new Scanner(this.text);
    this.pause = new PopupPause(() => performance.now());
    this.keep = new Keep(config.storage);
    this.device = new DeviceStore(config.device_store, () => localStorage);
    this.saving = Promise.resolve();
    this.outer = new Outer(this);
    this.theme = themeNow(config.schemes);
    this.expanded = true;
    this.reloadSupported = false;
    this.state = {
      back: false, settings: false, closing: false, main: hiddenButton(), secondary: hiddenButton(),
      /** @type {Record<string, {key: string} | {colour: string} | null>} */
      colours: {},
    };
    /** @type {any} */
    this.reloadTimer = 0;
    this.server = new Server({ url: config.bridge_url, csrf: config.csrf_token, onEnded: (reason) => this.end(reason) });
    this.shell = new Shell({
      app: config.app, text: this.text, ownBar: this.outer.wantsOwnBar,
      on: {
        back: () => this.back(), close: () => this.askToClose(), settings: () => this.pressSettings(),
        reload: () => this.reload(), about: () => askAbout(this), press: (which) => this.pressButton(which),
      },
    });
    this.frame = new Frame({
      url: () => config.schemes[this.theme.scheme].url, origin: config.origin, sandbox: config.sandbox ?? SANDBOX, allow: config.allow ?? "", title: config.app.name, stage: this.shell.stage,
      name: () => this.#frameName(),
      onMessage: (data) => legacyCall(this, data),
      onPort: (data) => modernCall(this, data),
      onHello: () => this.#greeted(),
      onLoad: () => this.shell.hideLoading(),
    });
    this.#resetState();
  }

  start() {
    const { config } = this;
    watchTheme(() => this.#themeMayHaveChanged());
    document.addEventListener("visibilitychange", () => this.tellVisible(!document.hidden));
    document.addEventListener("fullscreenchange", () => this.#tellFullscreen());
    this.frame.open();
    new ResizeObserver(() => this.#resized()).observe(this.shell.stage);
    if (config.ws_url) this.stopWatching = watchLaunch(config.ws_url, config.launch_id, (reason) => this.end(reason));
    this.outer.tell({ type: "run:title", app: config.app });
  }

  // ---- What an app is told ---------------------------------------------------

  /** @param {string} event @param {any} data @param {string} [modern] @param {any} [modernData] */
  tell(event, data, modern, modernData = data) {
    this.frame.postLegacy(event, data);
    if (modern) this.frame.postPort({ event: modern, data: modernData });
  }

  viewport() {
    const { clientWidth, clientHeight } = this.frame.element ?? this.shell.stage;
    return { height: clientHeight, width: clientWidth, expanded: this.expanded };
  }

  /** @param {boolean} stable */
  tellViewport(stable) {
    const { height, width, expanded } = this.viewport();
    this.tell("viewport_changed", { height, width, is_expanded: expanded, is_state_stable: stable },
      "viewport", { height, width, expanded, stable });
  }

  #resized() {
    clearTimeout(this.resizeTimer);
    this.tellViewport(false);
    /** @type {any} */
    this.resizeTimer = setTimeout(() => this.tellViewport(true), STABLE_AFTER_MS);
  }

  tellTheme() {
    this.tell("theme_changed", { theme_params: this.theme.params }, "theme", this.theme);
  }

  #themeMayHaveChanged() {
    const now = themeNow(this.config.schemes);
    if (now.scheme === this.theme.scheme) return;
    this.theme = now;
    this.#paint();
    this.tellTheme();
  }

  /** @param {boolean} visible */
  tellVisible(visible) {
    this.tell("visibility_changed", { is_visible: visible }, "visibility", { visible });
  }

  #tellFullscreen() {
    const on = document.fullscreenElement !== null;
    this.outer.tell({ type: "run:fullscreen", on });
    this.tell("fullscreen_changed", { is_fullscreen: on });
  }

  // ---- Life ---------------------------------------------------------------------

  /** What the app's first script finds in its frame's name. */
  #frameName() {
    return JSON.stringify({ barnamak: 1, storage: this.keep.snapshot(), ...this.introduction() });
  }

  introduction() {
    const { config } = this;
    return {
      launch: {
        id: config.launch_id, appId: config.app.id, startParam: config.start_param ?? null,
        chatType: config.chat_type ?? null, lang: config.lang, dir: config.dir, platform: config.platform ?? "web",
      },
      user: config.user ?? null,
      theme: this.theme,
    };
  }

  #greeted() {
    this.#resetState();
    this.frame.postPort({ event: "hello", data: hello(this) });
  }

  /** A new document starts from nothing: what the last one set is gone. */
  #resetState() {
    Object.assign(this.state, {
      back: false, settings: false, closing: false,
      main: hiddenButton(), secondary: hiddenButton(),
      colours: { header: null, background: null, bottom: null },
    });
    this.setBack(false);
    this.setSettings(false);
    this.#paint();
  }

  /** @param {boolean} reloadSupported */
  iframeReady(reloadSupported) {
    this.reloadSupported = reloadSupported;
    this.#resetState();
  }

  willReload() {
    clearTimeout(this.reloadTimer);
  }

  ready() {
    this.shell.hideLoading();
    this.outer.tell({ type: "run:ready" });
  }

  expand() {
    this.outer.tell({ type: "run:expand" });
    this.tellViewport(true);
  }

  /** @param {boolean} expanded the outer page drew the sheet so */
  setExpanded(expanded) {
    this.expanded = expanded;
    this.tellViewport(true);
  }

  reload() {
    const anew = () => {
      this.shell.showLoading();
      this.#resetState();
      this.frame.open();
    };
    clearTimeout(this.reloadTimer);
    if (!this.reloadSupported) return anew();
    this.reloadTimer = setTimeout(anew, limits.reload_wait_ms);
    return this.tell("reload_iframe", undefined);
  }

  async askToClose() {
    this.dialogs.dismiss();
    this.scanner.close();
    if (!this.paysheet.leave()) return; // a payment runs: how it ends is seen first
    if (this.state.closing && !(await askClose(this))) return;
    this.close("person");
  }

  /** @param {string} reason app or person */
  close(reason) {
    if (this.ended || this.closing) return;
    if (reason === "app" && this.paysheet.open) return; // no app takes the sheet away
    this.closing = true;
    void this.#lastSave().then(() => {
      if (this.ended) return;
      this.server.call("launch.close", { reason }).catch(() => {}); // the launch expires by itself too
      this.#stop(reason);
      this.outer.tell({ type: "run:close", reason });
      this.shell.showEnd({ title: this.text("closed_title"), message: "", link: this.text("go_back"), href: this.config.home_url ?? "/" });
      if (this.outer.alone) window.close(); // works only where a script opened the tab
    });
  }

  /** Let the app hand in what it wrote last where its browser keeps nothing; a mute app is not waited for. */
  async #lastSave() {
    if (!this.frame.port) return;
    const handedIn = new Promise((resolve) => {
      this.onHandedIn = () => resolve(undefined);
    });
    this.frame.postPort({ event: "save" });
    await Promise.race([handedIn, pause(HAND_IN_MS)]);
    await Promise.race([this.saving, pause(LAST_SAVE_MS)]);
  }

  /** The launch is over by the host's word: withdrawn, suspended, expired. @param {string} reason */
  end(reason) {
    if (this.ended) return;
    this.#stop(reason);
    this.outer.tell({ type: "run:ended", reason });
    this.shell.showEnd({
      title: this.text("ended_title"), message: this.text("ended_message"), link: this.text("go_back"),
      href: this.config.home_url ?? "/",
    });
  }

  /** @param {string} reason */
  #stop(reason) {
    this.ended = true;
    clearTimeout(this.reloadTimer);
    this.frame.postPort({ event: "closed", data: { reason } });
    this.dialogs.dismiss();
    this.paysheet.dismiss();
    this.scanner.close();
    this.stopWatching?.();
    this.frame.remove();
  }

  // ---- What an app may set ----------------------------------------------------------

  /** @param {boolean} visible */
  setBack(visible) {
    this.state.back = visible;
    this.shell.setBack(visible);
    this.outer.tell({ type: "run:back", visible });
  }

  back() {
    if (!this.state.back) return void this.askToClose();
    return this.tell("back_button_pressed", {}, "backButton");
  }

  /** @param {boolean} visible */
  setSettings(visible) {
    this.state.settings = visible;
    this.shell.setSettings(visible);
    this.outer.tell({ type: "run:settings", visible });
  }

  pressSettings() {
    if (this.state.settings) this.tell("settings_button_pressed", {}, "settingsButton");
  }

  /** @param {"main" | "secondary"} which @param {Partial<import("./shell.js").ButtonState>} changes */
  setButton(which, changes) {
    Object.assign(this.state[which], changes);
    this.#paintButton(which);
  }

  /** @param {string} which */
  pressButton(which) {
    const button = which === "main" ? this.state.main : this.state.secondary;
    if (!button.active || button.progress) return;
    this.tell(`${which}_button_pressed`, {}, `${which}Button`);
  }

  /** @param {boolean} needed */
  setClosing(needed) {
    this.state.closing = needed;
  }

  /** @param {"header" | "background" | "bottom"} part @param {any} choice @returns {boolean} taken */
  setColour(part, choice) {
    const taken = chosen(choice);
    if (!taken) return false;
    this.state.colours[part] = taken;
    this.#paint();
    return true;
  }

  /** @param {string} part @returns {string | null} */
  #colourOf(part) {
    const choice = this.state.colours[part];
    if (!choice) return null;
    return "key" in choice ? parseColour(this.theme.params[choice.key]) : choice.colour;
  }

  #paint() {
    for (const part of /** @type {const} */ (["header", "background", "bottom"])) {
      this.shell.setColour(part, this.#colourOf(part));
    }
    this.outer.tell({ type: "run:header", color: this.#colourOf("header") });
    this.#paintButton("main");
    this.#paintButton("secondary");
  }

  /** @param {"main" | "secondary"} which */
  #paintButton(which) {
    const { button_color: accent, button_text_color: onAccent, bottom_bar_bg_color: bar } = this.theme.params;
    const ground = this.#colourOf("bottom") ?? bar;
    this.shell.setButton(which, this.state[which],
      which === "main" ? { ground: accent, ink: onAccent } : { ground, ink: accent });
  }

  // ---- What an app may ask --------------------------------------------------------------

  /** May a dialog the app asked for come up now? */
  mayAsk() {
    const busy = this.dialogs.open || this.paysheet.open || this.scanner.open;
    return !this.ended && !busy && !this.pause.refuses();
  }

  /**
   * @param {any} asked
   * @returns {Promise<{refused: "invalid-params" | "busy"} | {answer: string | null}>}
   */
  async popup(asked) {
    const popup = readPopup(asked);
    if (!popup) return { refused: "invalid-params" };
    if (!this.mayAsk()) return { refused: "busy" };
    const looks = /** @type {Record<string, string>} */ ({ destructive: "bad", cancel: "quiet", close: "quiet" });
    // Ids are the app's and may repeat or be blank: ours are places.
    const chosenAt = await this.dialogs.ask({
      by: this.text("app_says", { app: this.config.app.name }), title: popup.title, message: popup.message,
      choices: popup.buttons.map(({ type, text }, at) => ({
        id: String(at), text: text || this.text(`button_${type}`), ...(looks[type] ? { look: looks[type] } : {}),
      })),
    });
    const answer = chosenAt === null ? null : popup.buttons[Number(chosenAt)].id;
    this.pause.closed(answer);
    return { answer };
  }

  /**
   * @param {string} prompt the app's words @param {(text: string) => void} onText @param {() => void} onClosed
   * @returns {boolean} a scanner came up
   */
  scan(prompt, onText, onClosed) {
    if (!this.mayAsk()) return false;
    let found = "";
    this.scanner.show({
      app: this.config.app.name, prompt, onText: (text) => onText((found = text)),
      onClosed: () => {
        this.pause.closed(found || null);
        onClosed();
      },
    });
    return true;
  }

  /** @param {string} text @returns {Promise<boolean>} the person agreed */
  async openLink(text) {
    let url;
    try {
      url = new URL(text);
    } catch {
      return false;
    }
    if (!/^https?:$/.test(url.protocol) || url.username || url.password) return false;
    if (url.origin === location.origin) {
      const inner = /^\/a\/[\w-]+\/?$/.test(url.pathname) ? readInnerLink(url.pathname.slice(2) + url.search) : null;
      return inner ? this.openInner(inner) : false; // no address of ours that could act
    }
    if (!this.mayAsk()) return false;
    const agreed = await askLink(this, url);
    if (agreed) window.open(url.href, "_blank", "noopener,noreferrer");
    return agreed;
  }

  /** @param {string} text @param {string} name of the file @returns {Promise<boolean>} the person agreed */
  async download(text, name) {
    const url = URL.canParse(text) ? new URL(text) : null;
    const isOurs = url?.origin === location.origin;
    const isHttps = url?.protocol === "https:" || url?.origin === this.config.origin;
    if (!url || !isHttps || isOurs || url.username || url.password || !this.mayAsk()) return false;
    const file = plainFileName(name);
    const agreed = await askDownload(this, url, file);
    if (agreed) el("a", { href: url.href, download: file, target: "_blank", rel: "noopener noreferrer" }).click();
    return agreed;
  }

  /** @param {string} path as in web_app_open_tg_link @returns {Promise<boolean>} */
  async openInnerLink(path) {
    const link = readInnerLink(path);
    return link ? this.openInner(link) : false;
  }

  /** @param {NonNullable<ReturnType<typeof readInnerLink>>} link @returns {Promise<boolean>} */
  async openInner(link) {
    if (!this.outer.alone) {
      this.outer.tell(link);
      return true;
    }
    if (link.type !== "run:open" || !this.mayAsk() || !(await askOpen(this, link.app))) return false;
    const query = link.start_param ? `?startapp=${encodeURIComponent(link.start_param)}` : "";
    location.assign(`/a/${encodeURIComponent(link.app)}${query}`);
    return true;
  }

  /** Share a link to this app with words of the app's. @param {string} words @returns {Promise<boolean>} */
  async shareApp(words) {
    const { about_url: about } = this.config.app;
    const url = about ? new URL(new URL(about, location.href).pathname, location.href).href : "";
    return this.openInner({ type: "run:share", url, text: words });
  }

  /** @param {string | undefined} style */
  haptic(style) {
    if (!("vibrate" in navigator)) return;
    navigator.vibrate(VIBRATION_MS[/** @type {keyof typeof VIBRATION_MS} */ (style)] ?? 10);
  }

  /** @returns {Promise<boolean>} */
  async requestWriteAccess() {
    /** @param {boolean} granted what the person answered; before he was asked, false */
    const keep = async (granted) => (await this.server.call("write_access.request", { granted })).status === "allowed";
    if (await keep(false)) return true; // he has agreed before
    return this.mayAsk() && (await askWriteAccess(this)) ? keep(true) : false;
  }

  /** @returns {Promise<"" | "UNSUPPORTED" | "ALREADY_FULLSCREEN">} what went wrong, if anything */
  async requestFullscreen() {
    if (document.fullscreenElement) return "ALREADY_FULLSCREEN";
    if (this.paysheet.open) return "UNSUPPORTED";
    try {
      await document.documentElement.requestFullscreen();
      return "";
    } catch {
      return "UNSUPPORTED";
    }
  }

  async exitFullscreen() {
    if (document.fullscreenElement) await document.exitFullscreen().catch(() => {});
  }

  /** @param {any} changes `{local?, session?}`; throws BridgeError @returns {Promise<null>} */
  async saveStandIn({ local, session }) {
    if (session && !this.keep.take("session", session)) throw new BridgeError("invalid-params", "Malformed or too much.");
    if (!local) {
      this.onHandedIn();
      return null;
    }
    const taken = this.keep.take("local", local);
    if (!taken) throw new BridgeError("invalid-params", "Malformed or too much.");
    // One after the other, so that an older value never overtakes a newer one.
    const saved = this.saving.then(() => this.server.call("local.save", { changes: taken }));
    this.saving = saved.catch(() => {});
    this.onHandedIn();
    await saved;
    return null;
  }
}
