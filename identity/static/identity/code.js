// @ts-check
/** The page of the one-time code: it goes on by itself and counts down to another code. */

import { digits } from "../ui/ui.js";

const form = document.getElementById("code-form");
const input = document.querySelector("input[name=code]");
const again = document.getElementById("send-again");

/**
 * Count the digits of a text, of whatever script.
 * @param {string} text
 * @returns {number}
 */
function digitCount(text) {
  return (text.match(/\p{Nd}/gu) ?? []).length;
}

if (form instanceof HTMLFormElement && input instanceof HTMLInputElement) {
  const wanted = Number(form.dataset["digits"]);
  const goOn = () => {
    if (digitCount(input.value) === wanted) form.requestSubmit();
  };
  input.addEventListener("input", goOn);
  if (input.getAttribute("aria-invalid")) input.select();
  else goOn(); // a quick hand, or the phone's own filling, may have been before this script
}

if (again instanceof HTMLButtonElement) {
  const words = again.textContent ?? "";
  const until = Date.now() + Number(again.dataset["wait"]) * 1000;
  const show = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    again.disabled = left > 0;
    const time = digits(`${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`);
    again.textContent = left > 0 ? (again.dataset["wordsWait"] ?? "").replace("{time}", time) : words;
    if (left > 0) setTimeout(show, 250);
  };
  show();
}
