// A field for a wallet PIN with keys of its own: fingers press them, keyboards write either kind of digits.
import { el, icon } from "./dom.js";

export const PIN_DIGITS_MIN = 4;
export const PIN_DIGITS_MAX = 8;
const ROWS = [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"], ["", "0", "delete"]];
const FOREIGN_ZEROS = [0x06f0, 0x0660]; // Persian, Arabic

/** @param {string} text @returns {string} its digits as 0-9, all else left out, as long as a PIN may be */
export function pinDigits(text) {
  const latin = [...text].map((sign) => {
    const code = sign.codePointAt(0) ?? 0;
    const zero = FOREIGN_ZEROS.find((first) => code >= first && code <= first + 9);
    return zero === undefined ? sign : String(code - zero);
  });
  return latin.filter((sign) => /[0-9]/.test(sign)).join("").slice(0, PIN_DIGITS_MAX);
}

/** @param {string} pin @returns {boolean} whether it has a PIN's length and is not all alike or a plain run */
export function isGoodPin(pin) {
  if (pin.length < PIN_DIGITS_MIN || pin.length > PIN_DIGITS_MAX) return false;
  const steps = new Set([...pin].slice(1).map((digit, at) => Number(digit) - Number(pin[at])));
  return !(steps.size === 1 && [0, 1, -1].some((step) => steps.has(step)));
}

export class PinPad {
  /**
   * @param {{text: (key: string, facts?: any) => string, label: string, hint?: string, fresh?: boolean}} options
   *   `fresh` for a PIN that is chosen now
   */
  constructor({ text, label, hint = "", fresh = false }) {
    const touch = matchMedia("(pointer: coarse)").matches;
    this.input = el("input", {
      class: "input pay-pin-input", id: "pay-pin", type: "password", maxlength: String(2 * PIN_DIGITS_MAX),
      inputmode: touch ? "none" : "numeric", autocomplete: fresh ? "new-password" : "off", dir: "ltr",
      "aria-describedby": hint ? "pay-pin-hint pay-note" : "pay-note",
    });
    this.input.addEventListener("input", () => {
      const clean = pinDigits(this.input.value);
      if (clean !== this.input.value) this.input.value = clean;
    });
    const lang = document.documentElement.lang.startsWith("fa") ? "fa-IR" : "en-US";
    const shown = new Intl.NumberFormat(lang);
    const keys = ROWS.flat().map((key) => {
      if (key === "") return el("span", { "aria-hidden": "true" });
      const remove = key === "delete";
      return el("button", {
        type: "button", class: "pay-key", "data-key": key, "aria-label": remove ? text("pay_pin_delete") : false,
        onpointerdown: (/** @type {Event} */ event) => event.preventDefault(), // the field keeps the focus
        onclick: () => this.#press(key),
      }, remove ? icon("arrow-left") : shown.format(Number(key)));
    });
    this.element = el("div", { class: "pay-pin field" },
      el("label", { for: "pay-pin", text: label }),
      hint ? el("p", { class: "field__hint", id: "pay-pin-hint", text: hint }) : null,
      this.input,
      el("div", { class: "pay-keys", dir: "ltr", role: "group", "aria-label": label }, ...keys));
  }

  /** @param {string} key */
  #press(key) {
    const { value } = this.input;
    this.input.value = key === "delete" ? value.slice(0, -1) : pinDigits(value + key);
  }

  get value() {
    return pinDigits(this.input.value);
  }

  /** @param {boolean} wrong */
  mark(wrong) {
    if (wrong) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }

  clear() {
    this.input.value = "";
  }

  focus() {
    this.input.focus({ preventScroll: true });
  }
}
