// @ts-check
/**
 * Says in words the amount that is being typed, in Persian pages, and prints a pay link's sheet.
 * Amounts are read again on the server; this only shows.
 */

const ONES = [
  "", "یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه", "ده", "یازده", "دوازده", "سیزده",
  "چهارده", "پانزده", "شانزده", "هفده", "هجده", "نوزده",
];
const TENS = ["", "", "بیست", "سی", "چهل", "پنجاه", "شصت", "هفتاد", "هشتاد", "نود"];
const HUNDREDS = [
  "", "یکصد", "دویست", "سیصد", "چهارصد", "پانصد", "ششصد", "هفتصد", "هشتصد", "نهصد",
];
const SCALES = ["", "هزار", "میلیون", "میلیارد", "تریلیون"];
const AND = " و ";

/** @param {number} value below a thousand */
function small(value) {
  const rest = value % 100;
  const parts = [HUNDREDS[Math.floor(value / 100)]];
  if (rest < 20) parts.push(ONES[rest]);
  else parts.push(TENS[Math.floor(rest / 10)], ONES[rest % 10]);
  return parts.filter(Boolean).join(AND);
}

/**
 * A whole number in Persian words; nothing for what is too long to be one.
 * @param {string} digits Latin digits
 */
export function words(digits) {
  const plain = digits.replace(/^0+/, "");
  if (!plain || plain.length > SCALES.length * 3) return "";
  const found = [];
  for (let end = plain.length, scale = 0; end > 0; end -= 3, scale += 1) {
    const part = Number(plain.slice(Math.max(0, end - 3), end));
    if (!part) continue;
    found.unshift([small(part), SCALES[scale]].filter(Boolean).join(" "));
  }
  return found.join(AND);
}

/**
 * The amount in Persian words; empty for what the server would not read.
 * @param {string} text toman as a person writes them
 */
export function tomanWords(text) {
  const latin = text.replace(/[۰-۹٠-٩]/g, (sign) => String((sign.codePointAt(0) ?? 0) & 15));
  const plain = latin.replace(/[\u200e\u200f\u2066-\u2069\ufeff]/g, "").trim();
  const match = /^(\d{1,3}(?:[,٬\s]\d{3})+|\d+)(?:[.٫](\d))?$/.exec(plain);
  if (!match) return "";
  const toman = words((match[1] ?? "").replace(/\D/g, ""));
  const odd = words(match[2] ?? "");
  return [toman && `${toman} تومان`, odd && `${odd} ریال`].filter(Boolean).join(AND);
}

/** @param {HTMLInputElement} input */
function say(input) {
  const line = document.getElementById(input.dataset["toman"] ?? "");
  if (line && document.documentElement.lang === "fa") line.textContent = tomanWords(input.value);
}

document.addEventListener("input", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.dataset["toman"]) say(event.target);
});

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-print]")) print();
});

for (const input of document.querySelectorAll("input[data-toman]")) {
  if (input instanceof HTMLInputElement) say(input);
}
