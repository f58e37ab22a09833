// @ts-check
/** An amount in toman as it is written: grouped while typing, and in words below. */

import { digits, persian } from "../ui/ui.js";

const FOREIGN = /[\u06f0-\u06f9\u0660-\u0669]/g;
const DIGITS_MAX = 12;
const ONES = ["", "یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه", "ده", "یازده", "دوازده", "سیزده", "چهارده",
  "پانزده", "شانزده", "هفده", "هجده", "نوزده"];
const TENS = ["", "", "بیست", "سی", "چهل", "پنجاه", "شصت", "هفتاد", "هشتاد", "نود"];
const HUNDREDS = ["", "صد", "دویست", "سیصد", "چهارصد", "پانصد", "ششصد", "هفتصد", "هشتصد", "نهصد"];
const SCALES = ["", "هزار", "میلیون", "میلیارد"];
const ONES_EN = ["", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
  "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"];
const TENS_EN = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES_EN = ["", "thousand", "million", "billion"];

/** @param {string} text @returns {string} its digits as 0-9 */
export function plainDigits(text) {
  return text.replace(FOREIGN, (sign) => String(sign.charCodeAt(0) & 0xf)).replace(/\D/g, "").replace(/^0+(?=\d)/, "").slice(0, DIGITS_MAX);
}

/** @param {number} part below 1000 @returns {string[]} */
function persianPart(part) {
  const rest = part % 100;
  const last = rest < 20 ? [ONES[rest] ?? ""] : [TENS[Math.floor(rest / 10)] ?? "", ONES[rest % 10] ?? ""];
  return [HUNDREDS[Math.floor(part / 100)] ?? "", ...last].filter(Boolean);
}

/** @param {number} part below 1000 @returns {string} */
function englishPart(part) {
  const rest = part % 100;
  const last = rest < 20 ? ONES_EN[rest] ?? "" : [TENS_EN[Math.floor(rest / 10)], ONES_EN[rest % 10]].filter(Boolean).join("-");
  const hundreds = ONES_EN[Math.floor(part / 100)];
  return [hundreds ? `${hundreds} hundred` : "", last].filter(Boolean).join(" ");
}

/**
 * @param {number} count a whole number below 10^12
 * @param {boolean} [inPersian]
 * @returns {string} «دوازده هزار و پانصد», "twelve thousand five hundred"; empty for 0
 */
export function inWords(count, inPersian = persian) {
  const parts = [];
  for (let scale = 0, left = count; left > 0; scale += 1, left = Math.floor(left / 1000)) {
    const part = left % 1000;
    if (!part) continue;
    const name = (inPersian ? SCALES : SCALES_EN)[scale] ?? "";
    if (!inPersian) parts.unshift([englishPart(part), name].filter(Boolean).join(" "));
    else if (part === 1 && scale === 1) parts.unshift(name); // «هزار», not «یک هزار»
    else parts.unshift([persianPart(part).join(" و "), name].filter(Boolean).join(" "));
  }
  return parts.join(inPersian ? " و " : " ");
}

/** @param {string} plain digits @returns {string} grouped, in the page's digits */
function grouped(plain) {
  return digits(plain.replace(/\B(?=(\d{3})+$)/g, persian ? "\u066c" : ","));
}

for (const input of document.querySelectorAll("input[data-amount]")) {
  if (!(input instanceof HTMLInputElement)) continue;
  const words = document.getElementById(input.dataset["amount"] ?? "");
  const show = () => {
    const plain = plainDigits(input.value);
    const behind = plainDigits(input.value.slice(input.selectionEnd ?? input.value.length)).length;
    const atEnd = (input.selectionEnd ?? 0) === input.value.length;
    input.value = grouped(plain);
    if (!atEnd && document.activeElement === input) {
      // The cursor stays before the same digits.
      let place = input.value.length;
      for (let left = behind; left > 0 && place > 0; place -= 1) if (/\d|[\u06f0-\u06f9]/.test(input.value[place - 1] ?? "")) left -= 1;
      input.setSelectionRange(place, place);
    }
    const said = inWords(Number(plain));
    if (words) words.textContent = said ? (words.dataset["said"] ?? "{words}").replace("{words}", said) : "";
  };
  input.addEventListener("input", show);
  if (input.value) show();
}
