// @ts-check
/** The apps one may open in a chat, and sharing one as a card. */

import { icon, toast } from "../ui/ui.js";
import { Refusal, call } from "./api.js";
import { boot, isolate, say } from "./boot.js";
import { confirm, field, form, openDialog } from "./dialogs.js";
import { bdi, h } from "./dom.js";
import { appIcon, appName, chatAvatar, chatTitle } from "./names.js";

/**
 * @typedef {import("./boot.js").App} App
 * @typedef {import("./boot.js").Chat} Chat
 * @typedef {{in_chat: App[], recent: App[], found: App[], can_change: boolean}} Menu
 */

const SEARCH_AFTER_MS = 250;

/**
 * @param {Chat} chat
 * @param {(app: App) => void} open
 */
export function showApps(chat, open) {
  const place = h("div", { class: "stack", "aria-live": "polite" });
  const search = h("input", { type: "search", "aria-label": say("search_apps"), placeholder: say("search_apps"), autocomplete: "off" });
  const dialog = openDialog(say("apps"), [h("label", { class: "search" }, icon("search"), search), place], { css: "dialog--apps" });
  const pick = (/** @type {App} */ app) => {
    dialog.close();
    open(app);
  };
  const load = async () => {
    const words = search.value.trim();
    try {
      /** @type {Menu} */
      const menu = await call("GET", `/chats/${chat.id}/apps?q=${encodeURIComponent(words)}`);
      if (search.value.trim() === words) draw(place, chat, menu, words, pick, () => void load());
    } catch (reason) {
      place.replaceChildren(h("p", { class: "field__error", role: "alert", text: reason instanceof Refusal ? reason.sentence : say("load_failed") }),
        h("button", { type: "button", class: "button", text: say("retry"), onclick: () => void load() }));
    }
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void load(), SEARCH_AFTER_MS);
  });
  void load();
}

/**
 * @param {HTMLElement} place
 * @param {Chat} chat
 * @param {Menu} menu
 * @param {string} words
 * @param {(app: App) => void} pick
 * @param {() => void} again
 */
function draw(place, chat, menu, words, pick, again) {
  const pinned = new Set(menu.in_chat.map((app) => app.id));
  const line = (/** @type {App} */ app) => appRow(chat, app, { pick, again, pinned: pinned.has(app.id), canChange: menu.can_change });
  const parts = [];
  if (!words && menu.in_chat.length) parts.push(...section("apps_in_chat", h("ul", { class: "list" }, ...menu.in_chat.map(line))));
  if (!words && menu.recent.length) {
    parts.push(...section("apps_recent", h("ul", { class: "app-grid" }, ...menu.recent.map((app) => tile(app, pick)))));
  }
  const rest = words ? menu.found : menu.found.filter((app) => !pinned.has(app.id));
  if (rest.length) parts.push(...section("apps_all", h("ul", { class: "list" }, ...rest.map(line))));
  if (!parts.length) parts.push(h("p", { class: "list-note", text: say("no_apps") }));
  place.replaceChildren(...parts);
}

/** @param {string} title @param {HTMLElement} content */
function section(title, content) {
  return [h("h3", { class: "list-heading", text: say(title) }), content];
}

/** @param {App} app @param {(app: App) => void} pick */
function tile(app, pick) {
  return h("li", {}, h("button", { type: "button", class: "app-tile", onclick: () => pick(app) }, appIcon(app), bdi(app.name)));
}

/**
 * @param {Chat} chat
 * @param {App} app
 * @param {{pick: (app: App) => void, again: () => void, pinned: boolean, canChange: boolean}} how
 */
function appRow(chat, app, { pick, again, pinned, canChange }) {
  const mark = icon("badge-check", 16);
  mark.classList.add("verified");
  mark.setAttribute("aria-hidden", "false");
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", say("verified"));
  const change = async () => {
    try {
      if (pinned) await call("DELETE", `/chats/${chat.id}/apps/${app.id}`);
      else await call("POST", `/chats/${chat.id}/apps`, { app: app.id });
      again();
    } catch (reason) {
      toast(reason instanceof Refusal ? reason.sentence : say("load_failed"));
    }
  };
  return h("li", { class: "app-line" },
    h("button", { type: "button", class: "row row--flush", onclick: () => pick(app) }, appIcon(app),
      h("span", { class: "row__body" },
        h("span", { class: "row__title" }, bdi(app.name), app.verified ? mark : null),
        h("span", { class: "row__text", dir: "auto", text: app.about || say("by_maker", { maker: isolate(app.maker) }) }))),
    canChange ? h("button", {
      type: "button", class: "icon-button", "aria-pressed": String(pinned), "aria-label": `${say(pinned ? "unpin" : "pin")}: ${app.name}`,
      title: say(pinned ? "unpin" : "pin"), onclick: () => void change(),
    }, icon("pin")) : null);
}

/**
 * Choose a chat and post the app's card into it.
 * @param {Chat[]} chats those one may write in
 * @param {{id: string, name: string, name_en?: string}} app
 * @param {(chat: string) => void} shared
 */
export function shareApp(chats, app, shared) {
  const name = appName(app);
  pickChat(say("share_title", { name: isolate(name) }), chats, (chat) => {
    const dialog = openDialog(chatTitle(chat), [form({
      fields: [field({ name: "text", label: say("share_text"), optional: true, most: 300, dir: "auto" })],
      submit: say("share"),
      run: async ({ text }) => {
        await call("POST", `/chats/${chat.id}/cards`, { app: app.id, text });
        dialog.close();
        toast(say("shared"));
        shared(chat.id);
      },
    })]);
  });
}

/**
 * Send what an app prepared, word for word as it is shown, into a chat that one chooses.
 * @param {Chat[]} chats those one may write in
 * @param {{id: string, name: string, name_en?: string}} app
 * @param {{id: string, text: string}} message
 * @param {(error: string) => void} done "" when it was sent
 */
export function sharePrepared(chats, app, message, done) {
  const name = isolate(appName(app));
  pickChat(say("share"), chats, async (chat) => {
    const body = h("p", { class: "dialog__quote", dir: "auto", text: message.text });
    const question = { title: say("prepared_title", { name, chat: isolate(chatTitle(chat)) }), body, yes: say("send") };
    if (!(await confirm(question))) return done("USER_DECLINED");
    try {
      await call("POST", `/chats/${chat.id}/cards`, { prepared: message.id });
      toast(say("shared"));
      done("");
    } catch (reason) {
      toast(reason instanceof Refusal ? reason.sentence : say("load_failed"));
      done(reason instanceof Refusal && reason.problem.code === "prepared-message-gone" ? "MESSAGE_EXPIRED" : "MESSAGE_SEND_FAILED");
    }
  }, () => done("USER_DECLINED"));
}

/**
 * @param {string} title
 * @param {Chat[]} chats
 * @param {(chat: Chat) => void} picked
 * @param {() => void} [left] the dialog was closed without a choice
 */
export function pickChat(title, chats, picked, left = () => {}) {
  let chosen = false;
  const dialog = openDialog(title, [h("ul", { class: "list dialog-list" }, ...chats.map((chat) =>
    h("li", {}, h("button", {
      type: "button", class: "row row--flush",
      onclick: () => {
        chosen = true;
        dialog.close();
        picked(chat);
      },
    }, chatAvatar(chat, "small"), h("span", { class: "row__body" }, h("span", { class: "row__title" }, bdi(chatTitle(chat))))))))]);
  dialog.addEventListener("close", () => chosen || left());
}

/** @param {string} app @returns {Promise<boolean>} whether the person agrees that one app opens another */
export function askOpenOther(app) {
  return confirm({ title: say("open_other_q", { name: isolate(app) }), text: say("open_other_text"), yes: say("open") });
}

/** @param {string} slug @returns {import("./sheet.js").Opened} an app that is known by its address only */
export function unknownApp(slug) {
  const known = boot.app && [boot.app.app.id, boot.app.app.slug].includes(slug) ? boot.app.app : null;
  return known ?? { id: slug, name: slug };
}
