// @ts-check
/** The maker's desk: opens his own page in the runner as somebody, on a place of some size, and shows all that passes. */

const ENTRIES_MAX = 500;
const BODY_CHARS_MAX = 2000;

/** @template {HTMLElement} T @param {string} id @param {new () => T} kind @returns {T} */
function part(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page has no ${id}.`);
  return found;
}

const form = part("desk-form", HTMLFormElement);
const place = part("desk-screen", HTMLElement);
const list = part("desk-log", HTMLOListElement);
const empty = part("desk-log-empty", HTMLElement);
const words = list.dataset;
/** @type {HTMLIFrameElement | null} */
let frame = null;

function open() {
  const data = new FormData(form);
  const query = new URLSearchParams();
  for (const name of ["url", "who", "chat", "lang", "theme", "start", "scenario"]) query.set(name, String(data.get(name) ?? ""));
  const [width, height] = String(data.get("screen")).split("x");
  list.replaceChildren();
  empty.hidden = false;
  frame = document.createElement("iframe");
  frame.title = words["frame"] ?? "";
  frame.allow = "camera; geolocation; clipboard-read; clipboard-write; fullscreen";
  frame.width = width ?? "390";
  frame.height = height ?? "844";
  frame.src = `${form.dataset["run"]}?${query}&bar=own`;
  place.replaceChildren(frame);
}

/** @param {{way: string, wire?: string, name: string, body: unknown, bad?: boolean}} entry */
function show({ way, wire, name, body, bad }) {
  const text = JSON.stringify(body ?? null, null, 1) ?? "";
  const line = document.createElement("li");
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  const time = document.createElement("time");
  time.textContent = new Date().toISOString().slice(11, 23);
  const mark = document.createElement("span");
  mark.className = `desk-way desk-way--${way}`;
  mark.textContent = words[way] ?? way;
  const code = document.createElement("code");
  code.textContent = name;
  const from = document.createElement("span");
  from.className = "quiet";
  from.textContent = wire ?? "";
  summary.append(time, mark, code, from);
  const pre = document.createElement("pre");
  pre.textContent = text.slice(0, BODY_CHARS_MAX);
  details.append(summary, pre);
  line.append(details);
  line.classList.toggle("desk-bad", Boolean(bad));
  list.prepend(line);
  empty.hidden = true;
  while (list.children.length > ENTRIES_MAX) list.lastElementChild?.remove();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  open();
});
part("desk-clear", HTMLButtonElement).addEventListener("click", () => {
  list.replaceChildren();
  empty.hidden = false;
});
addEventListener("message", ({ source, origin, data }) => {
  if (origin !== location.origin || !frame || source !== frame.contentWindow) return;
  if (data?.type === "run:log") show(data.entry);
  else if (data?.type === "run:prepared") {
    show({ way: "out", name: "share", body: { prepared: data.id, text: data.text } });
    frame.contentWindow?.postMessage({ type: "host:prepared", error: "USER_DECLINED" }, location.origin);
  } else if (data?.type === "run:share") show({ way: "out", name: "share", body: { url: data.url, text: data.text } });
});

export {};
