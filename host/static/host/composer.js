// @ts-check
/** Where one writes: it grows, keeps drafts, sends by Enter where there is a keyboard. */

import { digits, icon } from "../ui/ui.js";
import { boot, say } from "./boot.js";
import { h } from "./dom.js";

const TYPING_EVERY_MS = 3000;

export class Composer {
  /** @param {{send: (text: string) => void, typing: () => void, apps: () => void}} on */
  constructor(on) {
    this.on = on;
    this.opened = false;
    this.toldTyping = 0;
    this.input = h("textarea", {
      rows: "1", dir: "auto", autocomplete: "off", enterkeyhint: matchMedia("(hover: hover)").matches ? "send" : "enter",
      oninput: () => this.#changed(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    });
    this.button = h("button", {
      type: "submit", class: "icon-button icon-button--accent", disabled: true, "aria-label": say("send"), title: say("send"),
    }, icon("send"));
    this.note = h("p", { class: "composer__over", role: "status", hidden: true });
    this.form = h("form", {
      class: "composer", onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        this.#send();
      },
    }, h("div", { class: "composer__inner" }, this.input, this.button), this.note);
    this.closed = h("div", { class: "composer", hidden: true }, h("p", { class: "composer__note", text: say("only_staff") }));
    this.element = h("div", { class: "composer-place" }, this.form, this.closed);
  }

  /** @param {boolean} mayWrite @param {boolean} posts */
  allow(mayWrite, posts) {
    this.form.hidden = !mayWrite;
    this.closed.hidden = mayWrite;
    const words = say(posts ? "write_post" : "write");
    this.input.placeholder = words;
    this.input.setAttribute("aria-label", words);
  }

  focus() {
    if (!this.form.hidden) this.input.focus({ preventScroll: true });
  }

  /** @param {string} chat */
  keepDraft(chat) {
    try {
      const key = `draft/${boot.me.id}/${chat}`;
      if (this.input.value.trim()) sessionStorage.setItem(key, this.input.value);
      else sessionStorage.removeItem(key);
    } catch {
      // a browser that keeps nothing
    }
  }

  /** @param {string} chat */
  restoreDraft(chat) {
    this.opened = true;
    try {
      this.input.value = sessionStorage.getItem(`draft/${boot.me.id}/${chat}`) ?? "";
    } catch {
      return;
    }
    this.#fit();
  }

  #changed() {
    this.#fit();
    const now = Date.now();
    if (this.input.value.trim() && now - this.toldTyping > TYPING_EVERY_MS) {
      this.toldTyping = now;
      this.on.typing();
    }
  }

  /** Browsers without `field-sizing` grow by script; the button follows what is written. */
  #fit() {
    if (!CSS.supports("field-sizing", "content")) {
      this.input.style.setProperty("block-size", "auto");
      this.input.style.setProperty("block-size", `${this.input.scrollHeight + 2}px`);
    }
    const most = boot.limits.message_chars;
    const over = [...this.input.value.trim()].length - most;
    this.note.hidden = over <= 0;
    this.note.textContent = over > 0 ? say("too_long", { n: digits(most), over: digits(over) }) : "";
    this.button.disabled = !this.input.value.trim() || over > 0;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // While an input method composes, Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (!matchMedia("(hover: hover)").matches && !event.ctrlKey) return; // on a phone Enter is a new line
    event.preventDefault();
    this.#send();
  }

  #send() {
    if (this.button.disabled) return;
    const text = this.input.value.trim();
    this.input.value = "";
    this.toldTyping = 0;
    this.#fit();
    this.on.send(text);
    this.input.focus({ preventScroll: true });
  }
}
