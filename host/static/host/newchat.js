// @ts-check
/** Beginning: a direct chat by phone, a group, a channel, following one. */

import { icon } from "../ui/ui.js";
import { call } from "./api.js";
import { say } from "./boot.js";
import { field, form, openDialog } from "./dialogs.js";
import { bdi, h } from "./dom.js";
import { avatar, personName } from "./names.js";

/**
 * @typedef {import("./boot.js").Chat} Chat
 * @typedef {(chat: Chat) => void} Opened
 */

const TITLE_CHARS_MAX = 128;
const ABOUT_CHARS_MAX = 500;

/** Ask what to begin. @param {Opened} opened */
export function begin(opened) {
  /** @type {Array<[string, string, string, (opened: Opened) => void]>} */
  const ways = [
    ["message-circle-plus", "new_direct", "new_direct_text", direct],
    ["users", "new_group", "new_group_text", group],
    ["megaphone", "new_channel", "new_channel_text", channel],
    ["at-sign", "join_channel", "join_channel_text", follow],
  ];
  const dialog = openDialog(say("start_chat"), [
    h("ul", { class: "list dialog-list" }, ...ways.map(([mark, title, text, run]) =>
      h("li", {}, h("button", {
        type: "button", class: "row",
        onclick: () => {
          dialog.close();
          run(opened);
        },
      },
      h("span", { class: "avatar way-mark", "aria-hidden": "true" }, icon(mark)),
      h("span", { class: "row__body" },
        h("span", { class: "row__title", text: say(title) }),
        h("span", { class: "row__text", text: say(text) })))))),
  ]);
}

/** @param {Opened} opened */
function direct(opened) {
  const dialog = openDialog(say("new_direct"), [form({
    fields: [field({ name: "phone", label: say("phone"), hint: say("phone_hint"), type: "tel", css: "input--ltr", inputmode: "tel" })],
    submit: say("start"),
    run: async ({ phone }) => {
      const chat = await call("POST", "/chats", { kind: "direct", phone });
      dialog.close();
      opened(chat);
    },
  })]);
}

/** @param {Opened} opened */
async function group(opened) {
  /** @type {import("./boot.js").Person[]} */
  const contacts = (await call("GET", "/contacts").catch(() => ({ items: [] }))).items;
  const people = contacts.length
    ? h("fieldset", { class: "field" }, h("legend", { text: say("people") }),
      h("div", { class: "pick-list" }, ...contacts.map((person) => h("label", { class: "choice" },
        h("input", { type: "checkbox", value: person.id }), avatar(personName(person), person.id, "small"), bdi(personName(person))))))
    : h("p", { class: "field__hint", text: say("no_contacts") });
  const dialog = openDialog(say("new_group"), [form({
    fields: [field({ name: "title", label: say("title"), most: TITLE_CHARS_MAX, dir: "auto" }), people],
    submit: say("create"),
    run: async ({ title }) => {
      const picked = [...people.querySelectorAll("input:checked")].map((input) => /** @type {HTMLInputElement} */ (input).value);
      const chat = await call("POST", "/chats", { kind: "group", title, people: picked });
      dialog.close();
      opened(chat);
    },
  })]);
}

/** @param {Opened} opened */
function channel(opened) {
  const dialog = openDialog(say("new_channel"), [form({
    fields: [
      field({ name: "title", label: say("title"), most: TITLE_CHARS_MAX, dir: "auto" }),
      field({ name: "about", label: say("about"), most: ABOUT_CHARS_MAX, optional: true, dir: "auto" }),
      field({ name: "handle", label: say("handle"), hint: say("handle_hint"), most: 33, optional: true, css: "input--ltr" }),
    ],
    submit: say("create"),
    run: async ({ title, about, handle }) => {
      const chat = await call("POST", "/chats", { kind: "channel", title, about, handle });
      dialog.close();
      opened(chat);
    },
  })]);
}

/** @param {Opened} opened */
function follow(opened) {
  const dialog = openDialog(say("join_channel"), [form({
    fields: [field({ name: "handle", label: say("handle"), most: 33, css: "input--ltr" })],
    submit: say("follow"),
    run: async ({ handle }) => {
      const chat = await join(handle ?? "");
      dialog.close();
      opened(chat);
    },
  })]);
}

/** @param {string} handle @returns {Promise<Chat>} */
export function join(handle) {
  return call("POST", "/chats/join", { handle });
}
