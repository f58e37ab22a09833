// @ts-check
/**
 * The sheet around an app: over the chat on a phone, beside it on a desktop. Its bar is ours; the app runs
 * in the runner's own page, which is the only thing this page talks to (same origin, that frame).
 */

import { icon, toast } from "../ui/ui.js";
import { Refusal, call } from "./api.js";
import { say } from "./boot.js";
import { bdi, h } from "./dom.js";
import { appName } from "./names.js";
import { inkOn, parseColour } from "./runner/colours.js";

/**
 * @typedef {{id: string, name: string, name_en?: string, icon?: string, verified?: boolean, slug?: string}} Opened
 * @typedef {{app: Opened, chat?: string, startParam?: string, source: "chat" | "card" | "link" | "menu"}} Wish
 */

export class Sheet {
  /**
   * @param {HTMLElement} pane
   * @param {{changed: (open: boolean) => void, open: (app: string, startParam: string) => void,
   *   share: (app: Opened) => void, shareText: (url: string, text: string) => void,
   *   sharePrepared: (app: Opened, id: string, text: string, done: (error: string) => void) => void}} on
   */
  constructor(pane, on) {
    this.pane = pane;
    this.on = on;
    /** @type {HTMLIFrameElement | null} */
    this.frame = null;
    /** @type {Opened | null} */
    this.app = null;
    /** @type {Element | null} */
    this.opener = null;
    this.ready = false;
    this.expanded = false;
    /** Counts openings: an answer that comes late belongs to an older one. */
    this.turn = 0;
    addEventListener("message", (event) => this.#heard(event));
    document.documentElement.addEventListener("barnamak:theme", (event) => {
      if (event instanceof CustomEvent) this.#tell({ type: "host:theme", scheme: event.detail });
    });
    pane.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !(event.target instanceof Element && event.target.closest(".menu[open]"))) this.askToClose();
    });
  }

  get isOpen() {
    return this.app !== null;
  }

  /** @param {Wish} wish */
  async open({ app, chat, startParam = "", source }) {
    this.turn += 1;
    const { turn } = this;
    if (!this.isOpen) this.opener = document.activeElement;
    this.app = app;
    this.ready = false;
    this.#draw(app);
    this.on.changed(true);
    this.closer?.focus({ preventScroll: true });
    try {
      const launch = await call("POST", "/launches", {
        app: app.id, source, ...(chat ? { chat } : {}), ...(startParam ? { start_param: startParam } : {}),
      });
      if (turn === this.turn) this.#frame(app, launch.run_url);
    } catch (reason) {
      if (turn === this.turn) this.#failed(app, reason, { app, ...(chat ? { chat } : {}), startParam, source });
    }
  }

  /** @param {Opened} app */
  #draw(app) {
    const name = appName(app);
    this.title = h("span", { class: "sheet__title" }, bdi(name), app.verified ? verified() : null);
    this.closer = h("button", {
      type: "button", class: "icon-button", "aria-label": say("close_app"), title: say("close_app"), onclick: () => this.#backOrClose(),
    }, icon("x"));
    this.settings = this.#item("settings", "settings", () => this.#tell({ type: "host:settings" }));
    this.settings.hidden = true;
    const larger = this.#item("maximize-2", "full", () => this.#expand(!this.expanded));
    larger.classList.add("sheet-larger");
    this.menu = h("details", { class: "menu" },
      h("summary", { class: "icon-button", "aria-label": say("menu"), title: say("menu") }, icon("ellipsis-vertical")),
      h("div", { class: "menu__panel" },
        this.settings, larger,
        this.#item("rotate-cw", "reload", () => this.#tell({ type: "host:reload" })),
        this.#item("share-2", "share", () => this.on.share(app)),
        this.#item("info", "about_app", () => this.#tell({ type: "host:about" })),
        this.#item("x", "close_app", () => this.askToClose())));
    this.bar = h("header", { class: "sheet__bar" }, this.closer, this.title, this.menu);
    this.body = h("div", { class: "sheet__body" },
      h("div", { class: "sheet-note", role: "status" },
        h("span", { class: "sheet-spinner", "aria-hidden": "true" }, icon("loader-circle", 24)),
        h("span", { class: "visually-hidden", text: say("opening", { name }) })));
    this.pane.setAttribute("aria-label", name);
    this.pane.replaceChildren(
      h("div", { class: "sheet-scrim", onclick: () => this.askToClose() }),
      h("div", { class: "sheet" }, this.bar, this.body));
    this.#expand(false);
  }

  /** @param {string} mark @param {string} key @param {() => void} run */
  #item(mark, key, run) {
    return h("button", {
      type: "button", class: "menu__item",
      onclick: () => {
        this.menu?.removeAttribute("open");
        run();
      },
    }, icon(mark), h("span", { text: say(key) }));
  }

  /** @param {Opened} app @param {string} url */
  #frame(app, url) {
    this.frame = h("iframe", { src: url, title: appName(app) });
    this.body?.replaceChildren(this.frame);
  }

  /** @param {Opened} app @param {unknown} reason @param {Wish} wish */
  #failed(app, reason, wish) {
    const problem = reason instanceof Refusal ? reason.problem : null;
    this.body?.replaceChildren(h("div", { class: "empty empty--bad", role: "alert" },
      h("span", { class: "empty__mark" }, icon("triangle-alert", 32)),
      h("p", { class: "empty__title", text: problem?.title ?? say("open_failed", { name: appName(app) }) }),
      problem?.remedy ? h("p", { class: "empty__text", text: problem.remedy }) : null,
      h("div", { class: "button-row" },
        h("button", { type: "button", class: "button button--primary", text: say("retry"), onclick: () => void this.open(wish) }),
        h("button", { type: "button", class: "button", text: say("close"), onclick: () => this.close() })),
      problem ? h("p", { class: "empty__code", text: say("code", { code: problem.code }) }) : null));
  }

  /** @param {boolean} wanted */
  #expand(wanted) {
    this.expanded = wanted;
    this.pane.querySelector(".sheet")?.classList.toggle("is-expanded", wanted);
    const label = this.pane.querySelector(".sheet-larger span");
    if (label) label.textContent = say(wanted ? "smaller" : "full");
    this.#tell({ type: "host:expand", expanded: wanted });
  }

  /** The app may ask for attention first; what cannot be asked is closed. */
  askToClose() {
    if (!this.isOpen) return;
    if (this.frame && this.ready) this.#tell({ type: "host:close" });
    else this.close();
  }

  #backOrClose() {
    if (this.back) this.#tell({ type: "host:back" });
    else this.askToClose();
  }

  close() {
    if (!this.isOpen) return;
    this.turn += 1;
    this.app = null;
    this.frame = null;
    this.ready = false;
    this.back = false;
    this.pane.replaceChildren();
    this.on.changed(false);
    if (this.opener instanceof HTMLElement && this.opener.isConnected) this.opener.focus({ preventScroll: true });
  }

  /** @param {object} message */
  #tell(message) {
    this.frame?.contentWindow?.postMessage(message, location.origin);
  }

  /** For an answer to the app that is open now, not to its successor. @param {string} type @returns {(error: string) => void} */
  #answer(type) {
    const { turn } = this;
    return (error) => {
      if (turn === this.turn) this.#tell({ type, error });
    };
  }

  /** @param {MessageEvent} event */
  #heard({ source, origin, data }) {
    if (origin !== location.origin || !this.frame || source !== this.frame.contentWindow) return;
    if (typeof data?.type !== "string") return;
    switch (data.type) {
      case "run:title":
        this.ready = true;
        this.title?.replaceChildren(bdi(String(data.app?.name ?? "")), data.app?.verified ? verified() : "");
        break;
      case "run:back":
        this.#setBack(Boolean(data.visible));
        break;
      case "run:settings":
        if (this.settings) this.settings.hidden = !data.visible;
        break;
      case "run:header":
        this.#paint(data.color);
        break;
      case "run:expand":
        this.#expand(true);
        break;
      case "run:close":
        this.close();
        break;
      case "run:ended":
        if (this.app) toast(say("app_ended", { name: appName(this.app) }));
        this.ready = false;
        break;
      case "run:open":
        this.on.open(String(data.app ?? ""), String(data.start_param ?? ""));
        break;
      case "run:prepared":
        if (this.app) this.on.sharePrepared(this.app, String(data.id ?? ""), String(data.text ?? ""), this.#answer("host:prepared"));
        break;
      case "run:share":
        this.on.shareText(String(data.url ?? ""), String(data.text ?? ""));
        break;
      default:
    }
  }

  /** @param {boolean} visible the app's back button stands where closing stood */
  #setBack(visible) {
    this.back = visible;
    const words = say(visible ? "back" : "close_app");
    this.closer?.replaceChildren(icon(visible ? "arrow-left" : "x"));
    this.closer?.setAttribute("aria-label", words);
    this.closer?.setAttribute("title", words);
  }

  /** @param {unknown} colour */
  #paint(colour) {
    const ground = typeof colour === "string" ? parseColour(colour) : null;
    for (const [name, value] of Object.entries({ background: ground, color: ground && inkOn(ground) })) {
      if (value) this.bar?.style.setProperty(name, value);
      else this.bar?.style.removeProperty(name);
    }
    this.bar?.classList.toggle("sheet__bar--painted", ground !== null);
  }
}

/** @returns {SVGSVGElement} */
function verified() {
  const mark = icon("badge-check", 16);
  mark.classList.add("verified");
  mark.setAttribute("aria-hidden", "false");
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", say("verified"));
  return mark;
}
