// @ts-check
/**
 * Forms and pages of money: separators and words while an amount is typed, the bank of a Sheba, and
 * pages that ask by themselves how a payment stands. Declared in HTML by data attributes.
 */

import { csrfToken, digits, persian } from "../ui/ui.js";

const TYPED_MS = 400;
const ASK_MS = [3000, 3000, 4000, 5000, 8000, 10000, 15000, 30000];
const DIGITS_MAX = 12;
const SHEBA_CHARS = 24;
const THOUSAND = 1000;

const FA = {
  ones: ["", "یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه", "ده", "یازده", "دوازده",
    "سیزده", "چهارده", "پانزده", "شانزده", "هفده", "هجده", "نوزده"],
  tens: ["", "", "بیست", "سی", "چهل", "پنجاه", "شصت", "هفتاد", "هشتاد", "نود"],
  hundreds: ["", "صد", "دویست", "سیصد", "چهارصد", "پانصد", "ششصد", "هفتصد", "هشتصد", "نهصد"],
  steps: ["", "هزار", "میلیون", "میلیارد"],
};
const EN = {
  ones: ["", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen"],
  tens: ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
  steps: ["", "thousand", "million", "billion"],
};

/**
 * Write digits of three kinds as 0-9 and leave everything else out.
 * @param {string} text
 * @returns {string}
 */
function plain(text) {
  return text
    .replace(/[۰-۹]/g, (d) => String(d.charCodeAt(0) - 0x06f0))
    .replace(/[٠-٩]/g, (d) => String(d.charCodeAt(0) - 0x0660))
    .replace(/[^0-9]/g, "");
}

/** @param {string} bare */
function grouped(bare) {
  const text = bare.replace(/\B(?=(\d{3})+$)/g, persian ? "٬" : ",");
  return digits(text);
}

/** @param {number} n 1 to 999 @returns {string} */
function smallFa(n) {
  const [hundred, rest] = [Math.floor(n / 100), n % 100];
  const below = rest < 20
    ? [FA.ones[rest]]
    : [FA.tens[Math.floor(rest / 10)], FA.ones[rest % 10]];
  return [FA.hundreds[hundred], ...below].filter(Boolean).join(" و ");
}

/** @param {number} n 1 to 999 @returns {string} */
function smallEn(n) {
  const [hundred, rest] = [Math.floor(n / 100), n % 100];
  const below = rest < 20
    ? EN.ones[rest] ?? ""
    : [EN.tens[Math.floor(rest / 10)], EN.ones[rest % 10]].filter(Boolean).join("-");
  return [hundred ? `${EN.ones[hundred] ?? ""} hundred` : "", below].filter(Boolean).join(" ");
}

/**
 * Write a whole number in words of the page's language.
 * @param {number} number up to 999,999,999,999
 * @returns {string}
 */
export function inWords(number) {
  const parts = [];
  let rest = number;
  for (let step = 0; rest > 0; step += 1, rest = Math.floor(rest / THOUSAND)) {
    const small = rest % THOUSAND;
    if (!small) continue;
    const name = (persian ? FA : EN).steps[step] ?? "";
    const said = persian ? smallFa(small) : smallEn(small);
    parts.unshift(persian && step === 1 && small === 1 ? name : `${said} ${name}`.trim());
  }
  return parts.join(persian ? " و " : " ");
}

/** @param {HTMLInputElement} input */
function wire(input) {
  const told = document.getElementById("amount-words");
  const before = told?.textContent ?? "";
  const unit = input.parentElement?.querySelector(".input-group__part")?.textContent ?? "";
  const show = () => {
    // What is no plain amount stays as it was typed: the server says what is wrong with it.
    if (/[^0-9۰-۹٠-٩,٬،\s\u200c]/.test(input.value)) return;
    const behind = plain(input.value.slice(input.selectionStart ?? input.value.length)).length;
    const bare = plain(input.value).replace(/^0+/, "").slice(0, DIGITS_MAX);
    const text = grouped(bare);
    if (text !== input.value) {
      input.value = text;
      let at = text.length;
      for (let left = behind; left > 0 && at > 0; at -= 1) if (plain(text.charAt(at - 1))) left -= 1;
      if (document.activeElement === input) input.setSelectionRange(at, at);
    }
    if (told) told.textContent = bare ? `${inWords(Number(bare))} ${unit}` : before;
  };
  input.addEventListener("input", show);
  if (input.value && !input.hasAttribute("aria-invalid")) show();
}

/** @param {HTMLInputElement} input */
function wireSheba(input) {
  const told = document.getElementById("sheba-told");
  if (!told) return;
  const before = told.textContent ?? "";
  let timer = 0;
  let asked = 0;
  /** @param {string} words @param {string} mark */
  const tell = (words, mark) => {
    told.textContent = words;
    told.className = `field__hint money-told ${mark}`;
  };
  const check = async () => {
    asked += 1;
    const mine = asked;
    const answer = await fetch(input.dataset["sheba"] ?? "", {
      method: "POST",
      headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" },
      body: new URLSearchParams({ sheba: input.value }),
    }).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    const found = await answer.json();
    if (mine !== asked) return;
    if (!found.good) tell(found.words, "is-bad");
    else {
      tell(`${found.bank} · \u2066${found.grouped}\u2069`, "is-good");
      input.removeAttribute("aria-invalid");
    }
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    asked += 1;
    tell(before, "");
    // A number that is still being typed has no faults yet.
    if (plain(input.value).length >= SHEBA_CHARS) timer = setTimeout(() => void check(), TYPED_MS);
  });
  input.addEventListener("change", () => {
    clearTimeout(timer);
    if (input.value.trim()) void check();
  });
  if (input.value && !input.hasAttribute("aria-invalid")) void check();
}

/**
 * Ask how a payment stands, ever more slowly, and show the page anew when it has changed.
 * @param {HTMLElement} box
 * @param {string} address
 * @param {string} method
 * @param {number} turn
 */
function follow(box, address, method, turn) {
  setTimeout(async () => {
    if (!document.hidden) {
      const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
      const answer = await fetch(address, { method, headers }).catch(() => null);
      const state = answer?.ok ? (await answer.json()).state : box.dataset["state"];
      if (state !== box.dataset["state"] && (await showAnew())) return;
    }
    follow(box, address, method, turn + 1);
  }, ASK_MS[Math.min(turn, ASK_MS.length - 1)]);
}

/**
 * Put in what the page says now, without loading it, so that a screen reader tells the news.
 * @returns {Promise<boolean>} whether it could be had
 */
async function showAnew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [main, fresh] = [document.getElementById("main"), page.getElementById("main")];
  if (!main || !fresh) return false;
  main.replaceChildren(...fresh.childNodes);
  followAll();
  return true;
}

/** Follow every payment of the page that is not over; what changes is read out. */
function followAll() {
  for (const box of document.querySelectorAll("[data-ask], [data-follow]")) {
    if (!(box instanceof HTMLElement)) continue;
    document.getElementById("main")?.setAttribute("aria-live", "polite");
    const asks = box.dataset["ask"];
    follow(box, asks ?? location.pathname, asks ? "POST" : "GET", asks ? 0 : 1);
  }
}

for (const input of document.querySelectorAll("[data-toman]")) {
  if (input instanceof HTMLInputElement) wire(input);
}
for (const input of document.querySelectorAll("[data-sheba]")) {
  if (input instanceof HTMLInputElement) wireSheba(input);
}
followAll();

document.addEventListener("click", (event) => {
  const chip = event.target instanceof Element ? event.target.closest("[data-amount]") : null;
  const input = document.querySelector("[data-toman]");
  if (!(chip instanceof HTMLElement) || !(input instanceof HTMLInputElement)) return;
  input.value = chip.dataset["amount"] ?? "";
  input.dispatchEvent(new Event("input"));
});
