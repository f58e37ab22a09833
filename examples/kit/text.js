/** Numbers, money and dates as a Persian reader writes and reads them. Pure: no DOM. */

const PERSIAN = "۰۱۲۳۴۵۶۷۸۹";
const ARABIC = "٠١٢٣٤٥٦٧٨٩";

/** Persian and Arabic digits become Latin ones; everything else stays. */
export function latinDigits(text) {
  return String(text).replace(/[۰-۹٠-٩]/g, (digit) => {
    const place = PERSIAN.indexOf(digit);
    return String(place >= 0 ? place : ARABIC.indexOf(digit));
  });
}

/** Latin digits become Persian ones. */
export function persianDigits(text) {
  return String(text).replace(/[0-9]/g, (digit) => PERSIAN[Number(digit)]);
}

/** 185000 -> «۱۸۵٬۰۰۰»: grouped by U+066C. */
export function number(value) {
  const sign = value < 0 ? "−" : "";
  const digits = String(Math.abs(value)).replace(/\B(?=(\d{3})+$)/g, "٬");
  return sign + persianDigits(digits);
}

/** 185000 -> «۱۸۵٬۰۰۰ تومان». */
export function toman(value) {
  return `${number(value)} تومان`;
}

/**
 * A whole number that a person typed, in any digits and with any usual separator, or null.
 * A fraction or a sign is null too: nobody pays half a toman.
 */
export function parseWhole(text) {
  const bare = latinDigits(text).replace(/[\s,٬،_\u200c\u200e\u200f]/g, "");
  if (!/^\d{1,15}$/.test(bare)) return null;
  return Number(bare);
}

/** «۱۴:۳۰» in the person's own time zone. */
export function clock(when) {
  return new Intl.DateTimeFormat("fa-IR", { hour: "2-digit", minute: "2-digit", hour12: false })
    .format(when);
}

/** «سه‌شنبه ۱ آذر» in the Persian calendar. */
export function day(when) {
  return new Intl.DateTimeFormat("fa-IR-u-ca-persian", {
    weekday: "long", day: "numeric", month: "long",
  }).format(when);
}

/** «الف، ب و پ». */
export function list(words) {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join("، ")} و ${words[words.length - 1]}`;
}

/** A new array in random order (Fisher–Yates); `random` gives a number in [0, 1). */
export function shuffled(items, random = Math.random) {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}
