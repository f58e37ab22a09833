// @ts-check
/**
 * What the console adds to plain forms: an upload with its progress, and the news that a check has
 * ended. Everything works without it, only with less to see.
 */

import { digits } from "../ui/ui.js";
import { csrfToken, refuse } from "./refusal.js";

const RELOAD_MS = 400;

/** @param {HTMLFormElement} form */
function sendWithProgress(form) {
  const box = form.querySelector("[data-progress]");
  const bar = box?.querySelector("progress");
  const line = box?.querySelector("[data-progress-text]");
  const words = form.querySelector("[data-words]");
  const said = words instanceof HTMLElement ? words.dataset : {};
  const button = form.querySelector("[type=submit]");
  const refusal = form.querySelector("[data-refusal]");
  const request = new XMLHttpRequest();
  const stop = () => {
    button?.removeAttribute("aria-busy");
    if (button instanceof HTMLButtonElement) button.disabled = false;
    if (box instanceof HTMLElement) box.hidden = true;
  };
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable || !bar || !line) return;
    const percent = Math.round((event.loaded / event.total) * 100);
    bar.value = percent;
    line.textContent =
      percent < 100 ? `${said["sending"]} ${digits(percent)}٪` : (said["arrived"] ?? "");
  });
  request.addEventListener("load", () => {
    /** @type {any} */
    let answer = null;
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      answer = null;
    }
    if (request.status < 300 && answer?.url) {
      location.assign(answer.url);
      return;
    }
    stop();
    refuse(refusal, answer?.title ? answer : { title: said["lost"] ?? "" });
  });
  request.addEventListener("error", () => {
    stop();
    refuse(refusal, { title: said["lost"] ?? "", code: "unreachable" });
  });
  refusal?.replaceChildren();
  if (box instanceof HTMLElement) box.hidden = false;
  button?.setAttribute("aria-busy", "true");
  if (button instanceof HTMLButtonElement) button.disabled = true;
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", csrfToken());
  request.send(new FormData(form));
}

document.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement) || !event.target.matches("[data-upload]")) return;
  event.preventDefault();
  sendWithProgress(event.target);
});

/** Hear that the check has ended; the page asks every second as well, should no socket open. */
function watchCheck() {
  const check = document.getElementById("check");
  if (!check) return;
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/`);
  socket.addEventListener("open", () => {
    socket.send(JSON.stringify({ do: "subscribe_version", version: check.dataset["version"] }));
  });
  socket.addEventListener("message", (message) => {
    const news = JSON.parse(String(message.data));
    if (news.event === "version.checked") setTimeout(() => location.reload(), RELOAD_MS);
  });
}

watchCheck();
