// @ts-check
/** The review desk by keyboard: tabs, findings, decisions that ask first; files beside the list. */

import { csrfToken, refuse } from "./refusal.js";

const STILL_HERE_MS = 5 * 60 * 1000; // how often the server hears that the reviewer is at it

const desk = document.querySelector("[data-desk]");

/** @returns {HTMLButtonElement[]} */
function tabs() {
  return [...document.querySelectorAll("[data-tabs] [role=tab]")].filter(
    (tab) => tab instanceof HTMLButtonElement,
  );
}

/** @param {HTMLButtonElement} chosen */
function choose(chosen) {
  for (const tab of tabs()) {
    const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
    tab.setAttribute("aria-selected", String(tab === chosen));
    tab.tabIndex = tab === chosen ? 0 : -1;
    if (panel) panel.hidden = tab !== chosen;
  }
}

/** @param {string} id */
function chooseById(id) {
  const tab = tabs().find((one) => one.getAttribute("aria-controls") === id);
  if (tab) choose(tab);
}

/** @param {number} step */
function nextFinding(step) {
  chooseById("findings");
  const all = [...document.querySelectorAll("#findings [data-finding]")];
  if (!all.length) return;
  const here = all.findIndex((one) => one === document.activeElement);
  const next = all[here < 0 ? 0 : Math.min(all.length - 1, Math.max(0, here + step))];
  if (next instanceof HTMLElement) next.focus();
}

/** @param {string} action */
function ask(action) {
  const button = document.querySelector(`#decide [value=${action}]`);
  const dialog = document.getElementById(`confirm-${action}`);
  if (!(button instanceof HTMLButtonElement) || !(dialog instanceof HTMLDialogElement)) return;
  if (button.disabled) button.scrollIntoView({ block: "center" });
  else dialog.showModal();
}

function newFinding() {
  const box = document.querySelector("[data-new-finding]");
  if (!(box instanceof HTMLDetailsElement)) return;
  chooseById("findings");
  box.open = true;
  box.querySelector("textarea")?.focus();
}

/** @param {HTMLAnchorElement} link */
async function showFile(link) {
  const view = document.querySelector("[data-file-view]");
  if (!(view instanceof HTMLElement)) return;
  try {
    const answer = await fetch(`${link.href}&part=1`, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    view.replaceChildren(...found.body.childNodes);
    view.scrollIntoView({ block: "start" });
    view.focus({ preventScroll: true });
  } catch {
    location.assign(link.href);
  }
}

function stayHere() {
  const place = desk instanceof HTMLElement ? desk.dataset["claim"] : undefined;
  if (!place) return;
  setInterval(async () => {
    const answer = await fetch(place, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
      credentials: "same-origin",
    }).catch(() => null);
    if (answer && !answer.ok) {
      refuse(document.querySelector("#decide"), await answer.json());
    }
  }, STILL_HERE_MS);
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const tab = event.target.closest("[data-tabs] [role=tab]");
  if (tab instanceof HTMLButtonElement) choose(tab);
  const asking = event.target.closest("[data-confirm]");
  if (asking instanceof HTMLButtonElement) {
    event.preventDefault();
    ask(asking.value);
  }
  const file = event.target.closest("a[data-file]");
  if (file instanceof HTMLAnchorElement && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    void showFile(file);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const at = event.target;
  if (at instanceof HTMLElement && at.closest("input, textarea, select, dialog")) return;
  if (at instanceof HTMLElement && at.matches("[role=tab]") && /^Arrow(Left|Right)$/.test(event.key)) {
    const all = tabs();
    const forward = (event.key === "ArrowRight") === (document.documentElement.dir !== "rtl");
    const here = all.findIndex((tab) => tab === at);
    const next = all[(here + (forward ? 1 : -1) + all.length) % all.length];
    if (next) {
      choose(next);
      next.focus();
    }
    return;
  }
  const numbered = tabs()[Number(event.key) - 1];
  if (/^[1-4]$/.test(event.key) && numbered) {
    choose(numbered);
    numbered.focus();
  } else if (event.key === "j") nextFinding(1);
  else if (event.key === "k") nextFinding(-1);
  else if (event.key === "n") newFinding();
  else if (event.key === "a") ask("approve");
  else if (event.key === "r") ask("request_changes");
  else return;
  event.preventDefault();
});

if (location.hash) chooseById(location.hash.slice(1));
stayHere();
