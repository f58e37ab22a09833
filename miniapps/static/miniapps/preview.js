// @ts-check
/**
 * Opens a version in the phone frame beside the page: a launch is made when the button is pressed,
 * not before. Without this script the form opens the app in a page of its own.
 */

import { csrfToken, refuse } from "./refusal.js";

/** @param {HTMLElement} preview */
async function open(preview) {
  const screen = preview.querySelector("[data-screen]");
  const refusal = preview.querySelector("[data-refusal]");
  const words = preview.querySelector("[data-words]");
  const button = preview.querySelector("[type=submit]");
  if (!(screen instanceof HTMLElement) || !(refusal instanceof HTMLElement)) return;
  const said = words instanceof HTMLElement ? words.dataset : {};
  refusal.replaceChildren();
  button?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch("/api/v1/launches", {
      method: "POST",
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-CSRFToken": csrfToken(),
      },
      body: JSON.stringify({
        app: preview.dataset["app"],
        version: preview.dataset["version"],
        source: preview.dataset["source"],
      }),
      credentials: "same-origin",
    });
    const found = await answer.json();
    if (!answer.ok) {
      refuse(refusal, found);
      return;
    }
    const frame = document.createElement("iframe");
    frame.title = said["title"] ?? "";
    frame.src = found.run_url;
    screen.replaceChildren(frame);
  } catch {
    refuse(refusal, { title: said["lost"] ?? "", code: "unreachable" });
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

for (const preview of document.querySelectorAll("[data-preview]")) {
  if (!(preview instanceof HTMLElement)) continue;
  preview.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    void open(preview);
  });
}
