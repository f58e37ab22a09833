// The payment sheet: a modal dialog of the host's page, above everything an app can draw.
// It shows what the server says of the invoice, is pressed once, and keeps one key for all its tries.
import { el } from "./dom.js";
import { PinPad, isGoodPin } from "./pinpad.js";
import { limits } from "./protocol.js";
import { BridgeError } from "./server.js";
import { closedView, factsView, failedView, paidView } from "./payviews.js";

/** @typedef {(key: string, facts?: any) => string} Text */
/** @typedef {(method: string, params: object) => Promise<any>} Call */
/** @typedef {{status: "paid" | "cancelled" | "failed" | "pending", token: string | null, payment: string | null}} Outcome */

const SLOW_AFTER_MS = 2500;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const GRABS_MAX = 3;

/** @returns {string} */
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Whether nobody knows what became of a try. @param {any} error */
const isLost = (error) => error.code === "unavailable" || error.status >= 500;

export class PaySheet {
  /**
   * @param {{text: Text, call: Call, back?: string, cover?: (on: boolean) => void}} options
   *   `back` names where the person goes on afterwards; `cover` makes what lies below inert
   */
  constructor({ text, call, back = "", cover = () => {} }) {
    this.text = text;
    this.call = call;
    this.back = back;
    this.cover = cover;
    /** @type {((outcome: Outcome) => void) | null} */
    this.finish = null;
    this.asking = false;
    this.onSubmit = async () => {};
  }

  get open() {
    return this.asking || this.finish !== null;
  }

  /**
   * Show the sheet of an invoice until the person is done with it.
   * @param {string} invoice its public id
   * @returns {Promise<Outcome>} throws BridgeError when there is nothing to show
   */
  async pay(invoice) {
    if (this.open) throw new BridgeError("busy", "A payment sheet is open.", true);
    this.asking = true;
    try {
      this.facts = await this.call("payments.open", { invoice });
      return await this.#shown();
    } finally {
      this.asking = false;
    }
  }

  /** Take the sheet away for the person; refused while a payment runs. @returns {boolean} */
  leave() {
    if (this.working) return false;
    this.#cancel();
    return true;
  }

  /** The launch is over: what runs on the server goes on there. */
  dismiss() {
    this.finish?.({ status: this.working || this.unsure ? "pending" : "cancelled", token: null, payment: null });
  }

  #shown() {
    this.key = newKey();
    this.working = false;
    /** @type {Outcome | null} */
    this.ended = null; // how this sheet ended, while that is still shown
    this.grabs = 0; // how often the app took the focus
    this.unsure = false; // a try was lost on its way: the money may have moved
    /** @type {PinPad | null} */
    this.pad = null;
    this.pin = "";
    /** @type {any} */
    this.timer = 0;
    const before = document.activeElement;
    this.note = el("p", { class: "pay-note", id: "pay-note", role: "status", "aria-live": "polite" });
    this.content = el("form", { class: "pay-content", novalidate: true });
    this.content.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      void this.onSubmit();
    });
    this.dialog = el("dialog", { class: "pay-sheet", "aria-labelledby": "pay-name", tabindex: "-1" }, this.content);
    const showOnTop = () => this.#showOnTop();
    const network = () => this.#tellNetwork();
    const hold = () => void setTimeout(() => this.#holdFocus()); // only then is it known where it went
    const promise = new Promise((resolve) => {
      this.finish = (outcome) => {
        this.finish = null;
        clearTimeout(this.timer);
        document.removeEventListener("fullscreenchange", showOnTop);
        removeEventListener("online", network);
        removeEventListener("offline", network);
        removeEventListener("blur", hold);
        this.dialog.close();
        this.dialog.remove();
        this.cover(false);
        if (before instanceof HTMLElement) before.focus({ preventScroll: true });
        resolve(outcome);
      };
    });
    this.dialog.addEventListener("cancel", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.leave();
    });
    // A browser may close a dialog in spite of us: never while a payment runs.
    this.dialog.addEventListener("close", () => {
      if (this.finish && !this.leave()) this.dialog.showModal();
    });
    document.addEventListener("fullscreenchange", showOnTop);
    addEventListener("online", network);
    addEventListener("offline", network);
    addEventListener("blur", hold);
    this.cover(true);
    document.body.append(this.dialog);
    this.#showOnTop();
    this.#render();
    return promise;
  }

  /** An app in full screen would lie above us: it does not stay there. */
  #showOnTop() {
    if (document.fullscreenElement) void document.exitFullscreen().catch(() => {});
    if (!this.dialog.open) this.dialog.showModal();
    this.dialog.focus({ preventScroll: true });
  }

  /**
   * An inert frame still takes the focus for itself: no key of a PIN goes there. An app that
   * insists is not paid.
   */
  #holdFocus() {
    if (!this.finish || this.dialog.contains(document.activeElement)) return;
    this.grabs = (this.grabs ?? 0) + 1;
    if (this.grabs > GRABS_MAX && this.leave()) return;
    if (this.pad) this.pad.focus();
    else this.dialog.focus({ preventScroll: true });
  }

  // ---- What is shown -------------------------------------------------------------

  #render() {
    const { facts } = this;
    if (facts.receipt) return this.#end(paidView(this, facts.receipt, true), this.#paid(facts.receipt));
    if (facts.state !== "open") return this.#showClosed(facts.state);
    if (facts.refusal) return this.#end(closedView(this, "pay_refused", facts.refusal), this.#outcome("failed"));
    if (facts.pin === "choose") return this.#choosePin();
    this.#ask();
    const left = facts.expires_in_s * 1000;
    if (left < LONGEST_TIMER_MS) this.timer = setTimeout(() => this.working || this.unsure || this.#showClosed("expired"), left);
    return undefined;
  }

  /** The question itself; the PIN, where it is needed, is asked for after the first press. */
  #ask({ withPin = false } = {}) {
    const { facts, text } = this;
    this.pad = withPin ? new PinPad({ text, label: text("pay_pin") }) : null;
    this.button = this.#submitButton(text("pay_button", { amount: facts.amount, name: facts.maker.name }), "pay");
    this.onSubmit = () => this.#confirm();
    this.cancelButton = this.#button("pay_cancel", () => this.leave(), "cancel");
    this.content.replaceChildren(...factsView(this, { short: withPin }), ...(this.pad ? [this.pad.element] : []),
      el("div", { class: "pay-actions" }, this.note, this.button, this.cancelButton));
    this.#say("");
    if (facts.missing) this.#tellMissing();
    this.#tellNetwork();
    this.pad?.focus();
  }

  /** Who needs a PIN and has none chooses it here, twice. */
  #choosePin() {
    const { text } = this;
    let first = "";
    const step = (/** @type {string} */ label, /** @type {string} */ action, /** @type {string} */ hint) => {
      this.pad = new PinPad({ text, label, hint, fresh: true });
      this.button = this.#submitButton(text(action), "pin");
      this.cancelButton = this.#button("pay_cancel", () => this.leave(), "cancel");
      this.content.replaceChildren(...factsView(this, { short: true }), el("p", { class: "pay-why", text: text("pay_pin_why") }),
        this.pad.element, el("div", { class: "pay-actions" }, this.note, this.button, this.cancelButton));
      this.pad.focus();
    };
    const begin = (/** @type {string} */ said) => {
      first = "";
      step(text("pay_pin_choose"), "pay_pin_next", text("pay_pin_rule"));
      this.#say(said, "bad");
    };
    this.onSubmit = async () => {
      if (this.working || this.#deaf()) return;
      const given = this.pad?.value ?? "";
      if (!first) {
        if (!isGoodPin(given)) return this.#say(text("pay_pin_bad"), "bad");
        first = given;
        step(text("pay_pin_repeat"), "pay_pin_keep", "");
        return this.#say("");
      }
      if (given !== first) return begin(text("pay_pin_differs"));
      return this.#keepPin(first, begin);
    };
    begin("");
  }

  /** @param {string} pin @param {(said: string) => void} again */
  async #keepPin(pin, again) {
    this.#work(true);
    try {
      await this.call("payments.choose_pin", { pin });
    } catch (error) {
      this.#work(false);
      const { code } = /** @type {any} */ (error);
      if (code === "invalid-input") return again(this.text("pay_pin_bad"));
      if (code !== "pin-needed") return this.#say(this.text("pay_unreached"), "bad"); // pin-needed: it was kept before
    }
    this.#work(false);
    this.facts = { ...this.facts, pin: "ask" };
    this.#ask();
    if (!this.facts.missing) this.#say(this.text("pay_pin_kept"), "good");
    return undefined;
  }

  // ---- The payment -----------------------------------------------------------------

  async #confirm() {
    if (this.working || this.#deaf()) return;
    if (this.facts.pin === "ask" && !this.pad) return this.#ask({ withPin: true });
    const pin = this.pad?.value ?? "";
    if (this.pad && pin.length < 4) {
      this.pad.focus();
      return void this.#say(this.text("pay_pin_missing"), "bad");
    }
    this.#work(true);
    const slow = setTimeout(() => this.facts.asks_first && this.#say(this.text("pay_slow")), SLOW_AFTER_MS);
    try {
      const given = pin ? { pin } : {};
      const done = await this.call("payments.confirm", { invoice: this.facts.invoice, key: this.key, ...given });
      this.#work(false);
      if (done.status === "paid") this.#end(paidView(this, done, false), this.#paid(done));
      else this.#end(failedView(this, done), this.#outcome("failed", done.payment));
    } catch (error) {
      this.#work(false);
      this.#refused(/** @type {any} */ (error));
    } finally {
      clearTimeout(slow);
    }
    return undefined;
  }

  /** @param {any} error a BridgeError: its message is a whole sentence of the server's */
  #refused(error) {
    if (!this.finish) return;
    if (isLost(error)) {
      // The same key goes along again, so that a second try finds what the first one did.
      this.unsure = true;
      this.button.querySelector(".pay-label").textContent = this.text("pay_again");
      return void this.#say(this.text(navigator.onLine ? "pay_lost" : "pay_offline"), "bad");
    }
    if (error.code === "invoice-closed" && !this.unsure) return this.#showClosed(error.facts?.state ?? "expired");
    if (error.code === "pin-not-set") {
      this.facts = { ...this.facts, pin: "choose" };
      return this.#choosePin();
    }
    if (error.code.startsWith("pin-") && !this.pad) {
      this.facts = { ...this.facts, pin: "ask" };
      this.#ask({ withPin: true });
    }
    if (error.code === "insufficient-funds") return this.#tellMissing(error.message);
    this.#say(error.message, "bad");
    if (error.code.startsWith("pin-")) {
      this.pad?.clear();
      this.pad?.mark(true);
      this.pad?.focus();
    }
  }

  /** @param {string} [said] */
  #tellMissing(said = this.text("pay_missing", { amount: this.facts.missing })) {
    const { facts, text } = this;
    this.#say(said, "bad");
    if (facts.test) {
      this.note.append(this.#button("pay_test_money", () => this.#getTestMoney(), "test-money"));
    } else if (facts.top_up_url) {
      this.note.append(el("a", { class: "button button--small", href: facts.top_up_url, target: "_blank", rel: "noopener", text: text("pay_top_up") }));
    }
  }

  async #getTestMoney() {
    if (this.working) return;
    this.#work(true);
    try {
      this.facts = await this.call("payments.test_money", { invoice: this.facts.invoice, key: newKey() });
      this.#work(false);
      this.#render();
    } catch (error) {
      this.#work(false);
      this.#say(/** @type {any} */ (error).message, "bad");
    }
  }

  // ---- Small things ------------------------------------------------------------------

  /** @param {string} state */
  #showClosed(state) {
    if (this.finish) this.#end(closedView(this, `pay_state_${state}`, this.text("pay_state_text")), this.#outcome("failed"));
  }

  /** Show how it ended; closing hands the outcome over. @param {Node[]} view @param {Outcome} outcome */
  #end(view, outcome) {
    clearTimeout(this.timer);
    this.pad = null;
    this.ended = outcome;
    const done = outcome.status === "paid" && this.back ? this.text("pay_back", { app: this.back }) : this.text(outcome.status === "paid" ? "pay_done_button" : "pay_close");
    const button = this.#submitButton(done, "done");
    this.onSubmit = async () => this.finish?.(outcome);
    this.content.replaceChildren(...view, el("div", { class: "pay-actions" }, button));
    button.focus({ preventScroll: true });
  }

  #cancel() {
    const ended = this.ended;
    this.ended = null;
    this.finish?.(ended ?? this.#outcome(this.unsure ? "pending" : "cancelled"));
  }

  /** @param {Outcome["status"]} status @param {string | null} [payment] @returns {Outcome} */
  #outcome(status, payment = null) {
    return { status, token: null, payment };
  }

  /** @param {any} done @returns {Outcome} */
  #paid({ token, payment }) {
    return { status: "paid", token: token ?? null, payment };
  }

  /** Whether the button came up under a finger just now. */
  #deaf() {
    return performance.now() - (this.shownAt ?? 0) < limits.dialog_deaf_ms;
  }

  /** @param {boolean} on */
  #work(on) {
    this.working = on;
    this.dialog.toggleAttribute("data-working", on);
    this.button.setAttribute("aria-busy", String(on));
    this.button.setAttribute("aria-disabled", String(on));
    this.cancelButton.disabled = on;
    if (this.pad) this.pad.input.readOnly = on;
    if (on) this.#say(this.text("pay_working"));
  }

  /** @param {string} said @param {"bad" | "good" | ""} [tone] */
  #say(said, tone = "") {
    this.note.replaceChildren(el("span", { text: said }));
    this.note.dataset.tone = tone;
    this.note.setAttribute("role", tone === "bad" ? "alert" : "status");
    this.note.hidden = !said;
    this.pad?.mark(false);
  }

  #tellNetwork() {
    if (this.working || !this.finish || this.ended) return;
    if (!navigator.onLine) this.#say(this.text("pay_offline"), "bad");
    else if (this.note.textContent === this.text("pay_offline")) this.#say("");
  }

  /** @param {string} key @param {() => void} run @param {string} name */
  #button(key, run, name) {
    return el("button", { type: "button", class: "button", "data-pay": name, text: this.text(key), onclick: run });
  }

  /** @param {string} words @param {string} name */
  #submitButton(words, name) {
    this.shownAt = performance.now();
    return el("button", { type: "submit", class: "button button--primary button--large button--wide", "data-pay": name },
      el("span", { class: "pay-label", text: words }));
  }
}
