// What the host draws around an app: title bar, menu, placeholder, bottom buttons.
import { inkOn, parseColour, readableInk } from "./colours.js";
import { el, icon } from "./dom.js";
import { limits } from "./protocol.js";

/** @typedef {{visible: boolean, active: boolean, progress: boolean, shine: boolean, text: string,
 *   color: string | null, textColor: string | null, position: string}} ButtonState */

/** @returns {ButtonState} */
export const hiddenButton = () => ({
  visible: false, active: true, progress: false, shine: false, text: "", color: null, textColor: null, position: "left",
});

export class Shell {
  /**
   * @param {{app: any, text: (key: string, facts?: any) => string, ownBar: boolean,
   *   on: {back: () => void, close: () => void, settings: () => void, reload: () => void, about: () => void,
   *   press: (which: string) => void}}} options
   */
  constructor({ app, text, ownBar, on }) {
    this.text = text;
    this.on = on;
    this.stage = el("main", { class: "run-stage" });
    this.loading = el("div", { class: "run-loading", role: "status" },
      app.icon ? el("img", { class: "run-loading-icon", src: app.icon, alt: "" }) : null,
      el("bdi", { class: "run-loading-name", text: app.name }),
      el("span", { class: "run-spinner", "aria-hidden": "true" }),
      el("span", { class: "run-unseen", text: text("loading") }));
    this.stage.append(this.loading);
    this.buttons = {
      main: this.#button("main"),
      secondary: this.#button("secondary"),
    };
    // Left and right are the app's words for sides of the screen, in any language.
    this.bottom = el("footer", { class: "run-bottom", dir: "ltr", hidden: true },
      this.buttons.secondary.element, this.buttons.main.element);
    this.bar = ownBar ? this.#titleBar(app) : null;
    if (this.bar) document.body.append(this.bar);
    document.body.append(this.stage, this.bottom);
  }

  /** @param {string} which */
  #button(which) {
    const label = el("span", { class: "run-button-text", dir: "auto" });
    const element = el("button", {
      type: "button", class: `run-button run-button-${which}`, hidden: true, onclick: () => this.on.press(which),
    }, label, el("span", { class: "run-spinner run-button-spinner", "aria-hidden": "true" }));
    return { element, label, state: hiddenButton() };
  }

  /** @param {any} app */
  #titleBar(app) {
    this.backButton = el("button", { type: "button", class: "run-bar-button", onclick: () => this.on.back() });
    this.setBack(false);
    this.menuButton = el("button", {
      type: "button", class: "run-bar-button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": "run-menu",
      "aria-label": this.text("menu"), title: this.text("menu"), onclick: () => this.#toggleMenu(),
    }, icon("ellipsis-vertical"));
    this.settingsItem = this.#menuItem("settings", "settings", () => this.on.settings());
    this.settingsItem.hidden = true;
    this.menu = el("div", { class: "run-menu", id: "run-menu", role: "menu", hidden: true },
      this.settingsItem,
      this.#menuItem("reload", "rotate-cw", () => this.on.reload()),
      this.#menuItem("about", "info", () => this.on.about()),
      this.#menuItem("close", "x", () => this.on.close()));
    this.menu.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#menuKey(event));
    document.addEventListener("pointerdown", (event) => {
      if (!(event.target instanceof Element) || !event.target.closest(".run-menu, .run-bar-button")) this.#toggleMenu(false);
    });
    window.addEventListener("blur", () => this.#toggleMenu(false)); // a tap inside the app
    const badge = app.verified
      ? el("span", { class: "run-badge", role: "img", "aria-label": this.text("verified"), title: this.text("verified") }, icon("badge-check"))
      : null;
    return el("header", { class: "run-bar" },
      this.backButton,
      el("h1", { class: "run-name" }, el("bdi", { text: app.name }), badge),
      this.menuButton, this.menu);
  }

  /** @param {string} key @param {string} mark @param {() => void} run */
  #menuItem(key, mark, run) {
    return el("button", {
      type: "button", class: "run-menu-item", role: "menuitem", "data-item": key,
      onclick: () => {
        this.#toggleMenu(false);
        run();
      },
    }, icon(mark), this.text(key));
  }

  /** @param {boolean} [open] */
  #toggleMenu(open = this.menu.hidden) {
    if (this.menu.hidden === !open) return;
    this.menu.hidden = !open;
    this.menuButton.setAttribute("aria-expanded", String(open));
    if (open) this.menu.querySelector("button:not([hidden])").focus();
  }

  /** @param {KeyboardEvent} event */
  #menuKey(event) {
    const items = [...this.menu.querySelectorAll("button:not([hidden])")];
    const at = items.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      items.at((at + step) % items.length).focus();
    } else if (event.key === "Escape") {
      this.#toggleMenu(false);
      this.menuButton.focus();
    }
  }

  /** @param {boolean} visible the app's back button; without it the same place closes the app */
  setBack(visible) {
    if (!this.backButton) return;
    const label = this.text(visible ? "back" : "close");
    this.backButton.replaceChildren(icon(visible ? "arrow-left" : "x"));
    this.backButton.setAttribute("aria-label", label);
    this.backButton.title = label;
  }

  /** @param {boolean} visible */
  setSettings(visible) {
    if (this.settingsItem) this.settingsItem.hidden = !visible;
  }

  /** @param {"header" | "background" | "bottom"} part @param {string | null} colour null: ours */
  setColour(part, colour) {
    const root = document.documentElement.style;
    const values = { ground: colour, ink: colour && inkOn(colour) };
    for (const [name, value] of Object.entries(values)) {
      if (value) root.setProperty(`--run-${part}-${name}`, value);
      else root.removeProperty(`--run-${part}-${name}`);
    }
  }

  hideLoading() {
    this.loading.hidden = true;
  }

  showLoading() {
    this.loading.hidden = false;
  }

  /**
   * @param {"main" | "secondary"} which
   * @param {ButtonState} state
   * @param {{ground: string | null, ink: string | null}} usual the theme's colours for it
   */
  setButton(which, state, usual) {
    const { element, label } = this.buttons[which];
    this.buttons[which].state = state;
    const words = state.text.trim().slice(0, limits.button_text_chars_max);
    const ground = parseColour(state.color) ?? usual.ground;
    const wished = parseColour(state.textColor) ?? (state.color ? null : usual.ink);
    element.hidden = !state.visible || !words;
    element.disabled = !state.active;
    element.setAttribute("aria-busy", String(state.progress));
    element.classList.toggle("run-button-shine", state.shine && state.active && !state.progress);
    if (ground) {
      element.style.setProperty("--run-button-ground", ground);
      element.style.setProperty("--run-button-ink", readableInk(wished, ground));
    }
    label.textContent = words;
    if (which === "secondary") this.bottom.dataset.position = state.position;
    this.bottom.hidden = this.buttons.main.element.hidden && this.buttons.secondary.element.hidden;
  }

  /** @param {{title: string, message: string, link: string, href: string}} words the quiet page after the end */
  showEnd({ title, message, link, href }) {
    this.bottom.hidden = true;
    this.stage.replaceChildren(el("div", { class: "run-end", role: "status" },
      el("h2", { text: title }), el("p", { text: message }),
      this.bar ? el("a", { class: "run-end-link", href, text: link }) : null));
  }
}
