// @ts-check
/** About a chat: its people, silence, words, apps; leaving it. */

import { icon, toast } from "../ui/ui.js";
import { Refusal, call } from "./api.js";
import { boot, isolate, say } from "./boot.js";
import { confirm, field, form, openDialog } from "./dialogs.js";
import { bdi, h } from "./dom.js";
import { avatar, chatAvatar, chatTitle, number, personName } from "./names.js";

/**
 * @typedef {import("./boot.js").Chat} Chat
 * @typedef {import("./store.js").Store} Store
 * @typedef {{person: import("./boot.js").Person, role: string}} Member
 */

/**
 * @param {Store} store
 * @param {string} id
 * @param {{left: () => void, apps: () => void}} on
 */
export function showInfo(store, id, on) {
  const chat = store.chats.get(id);
  if (!chat) return;
  const members = h("div", { class: "stack stack--tight" });
  const dialog = openDialog(say("info"), [
    h("div", { class: "info-head" }, chatAvatar(chat, "large"),
      h("p", { class: "info-head__name" }, bdi(chatTitle(chat))),
      h("p", { class: "quiet", text: headText(chat) })),
    chat.about ? h("p", { dir: "auto", text: chat.about }) : null,
    chat.handle ? link(chat.handle) : null,
    h("div", {},
      muteSwitch(store, chat),
      row("layout-grid", say("apps"), () => {
        dialog.close();
        on.apps();
      }),
      chat.can_manage ? row("pencil", say("edit"), () => {
        dialog.close();
        edit(store, chat);
      }) : null),
    chat.kind === "group" || chat.can_manage ? members : null,
    chat.kind === "direct" ? null : h("button", {
      type: "button", class: "button button--quiet-danger button--wide",
      onclick: () => void leave(store, chat, () => {
        dialog.close();
        on.left();
      }),
    }, icon("log-out"), say(chat.kind === "group" ? "leave_group" : "leave_channel")),
  ], { css: "dialog--info" });
  if (members.isConnected) void drawMembers(store, chat, members);
}

/** @param {Chat} chat */
function headText(chat) {
  if (chat.kind === "direct") return say("direct");
  return `${say(chat.kind)} · ${say(chat.kind === "group" ? "members_n" : "followers_n", { n: number(chat.members_count) })}`;
}

/** @param {string} mark @param {string} text @param {() => void} run */
function row(mark, text, run) {
  return h("button", { type: "button", class: "menu__item", onclick: run }, icon(mark), text);
}

/** @param {string} handle */
function link(handle) {
  const address = `${location.origin}/c/${handle}/`;
  return h("div", { class: "code-box" }, h("code", { text: address }),
    h("button", { type: "button", class: "icon-button", "data-copy": address, "aria-label": say("copy"), title: say("copy") }, icon("copy")));
}

/** @param {Store} store @param {Chat} chat */
function muteSwitch(store, chat) {
  const input = h("input", { type: "checkbox", role: "switch", checked: chat.muted });
  input.addEventListener("change", async () => {
    const wanted = input.checked;
    try {
      store.put(await call("PATCH", `/chats/${chat.id}`, { muted: wanted }));
    } catch (reason) {
      input.checked = !wanted;
      toast(reason instanceof Refusal ? reason.sentence : say("load_failed"));
    }
  });
  return h("label", { class: "choice choice--apart info-switch" }, input, h("span", { class: "cluster" }, icon("bell-off"), say("mute")));
}

/** @param {Store} store @param {Chat} chat */
function edit(store, chat) {
  const channel = chat.kind === "channel";
  const dialog = openDialog(say("edit"), [form({
    fields: [
      field({ name: "title", label: say("title"), value: chat.title, most: 128, dir: "auto" }),
      field({ name: "about", label: say("about"), value: chat.about, most: 500, optional: true, dir: "auto" }),
      channel ? field({ name: "handle", label: say("handle"), hint: say("handle_hint"), value: chat.handle ?? "", most: 33, optional: true, css: "input--ltr" }) : null,
    ],
    submit: say("save"),
    run: async (values) => {
      store.put(await call("PATCH", `/chats/${chat.id}`, values));
      dialog.close();
      toast(say("saved"));
    },
  })]);
}

/** @param {Store} store @param {Chat} chat @param {() => void} left */
async function leave(store, chat, left) {
  const sure = await confirm({
    title: say("leave_q", { title: isolate(chatTitle(chat)) }), text: say("leave_text"),
    yes: say(chat.kind === "group" ? "leave_group" : "leave_channel"), danger: true,
  });
  if (!sure) return;
  try {
    await call("DELETE", `/chats/${chat.id}/members/me`);
    left();
    store.forget(chat.id);
  } catch (reason) {
    toast(reason instanceof Refusal ? reason.sentence : say("load_failed"));
  }
}

/**
 * @param {Store} store
 * @param {Chat} chat
 * @param {HTMLElement} place
 * @param {string} [cursor]
 */
async function drawMembers(store, chat, place, cursor = "") {
  /** @type {{items: Member[], next_cursor: string | null}} */
  let page;
  try {
    page = await call("GET", `/chats/${chat.id}/members${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ""}`);
  } catch (reason) {
    place.replaceChildren(h("p", { class: "field__error", text: reason instanceof Refusal ? reason.sentence : say("load_failed") }));
    return;
  }
  const again = () => void drawMembers(store, chat, place);
  if (!cursor) {
    place.replaceChildren(h("div", { class: "cluster cluster--apart" }, h("h3", { text: say("members") }),
      chat.can_manage ? h("button", {
        type: "button", class: "button button--small button--soft", onclick: () => addMember(store, chat, again),
      }, icon("user-plus", 16), say("add_member")) : null), h("ul", { class: "list" }));
  }
  const list = place.querySelector("ul");
  place.querySelector(".more")?.remove();
  list?.append(...page.items.map((member) => h("li", {}, memberRow(store, chat, member, again))));
  if (page.next_cursor) {
    const next = page.next_cursor;
    place.append(h("div", { class: "more" }, h("button", {
      type: "button", class: "button button--soft", text: say("more"), onclick: () => void drawMembers(store, chat, place, next),
    })));
  }
}

/** @param {Store} store @param {Chat} chat @param {Member} member @param {() => void} again */
function memberRow(store, chat, { person, role }, again) {
  const me = person.id === boot.me.id;
  const name = personName(person);
  const change = (/** @type {string} */ wanted) => act(async () => {
    await call("PATCH", `/chats/${chat.id}/members/${person.id}`, { role: wanted });
    again();
  });
  const remove = async () => {
    const sure = await confirm({ title: say("remove_member_q", { name: isolate(name) }), yes: say("remove_member"), danger: true });
    if (sure) {
      await act(async () => {
        await call("DELETE", `/chats/${chat.id}/members/${person.id}`);
        await store.load(chat.id);
        again();
      });
    }
  };
  const owner = chat.role === "owner";
  const items = me || !chat.can_manage ? [] : [
    owner && role !== "admin" ? row("shield-check", say("make_admin"), () => void change("admin")) : null,
    owner && role !== "owner" ? row("key-round", say("make_owner"), () => void change("owner")) : null,
    owner && role !== "member" ? row("user", say("make_member"), () => void change("member")) : null,
    owner || role === "member" ? row("user-round", say("remove_member"), () => void remove()) : null,
  ].filter((item) => item !== null);
  return h("div", { class: "row row--flush" }, avatar(name, person.id, "small"),
    h("span", { class: "row__body" }, h("span", { class: "row__title" }, bdi(name), me ? h("span", { class: "meta", text: `(${say("you")})` }) : null)),
    role === "member" ? null : h("span", { class: "badge badge--accent", text: say(role) }),
    items.length ? h("details", { class: "menu" },
      h("summary", { class: "icon-button", "aria-label": `${say("menu")}: ${name}` }, icon("ellipsis-vertical")),
      h("div", { class: "menu__panel" }, ...items)) : null);
}

/** @param {() => Promise<void>} run */
async function act(run) {
  try {
    await run();
  } catch (reason) {
    toast(reason instanceof Refusal ? reason.sentence : say("load_failed"));
  }
}

/** @param {Store} store @param {Chat} chat @param {() => void} again */
function addMember(store, chat, again) {
  const dialog = openDialog(say("add_member"), [form({
    fields: [field({ name: "phone", label: say("phone"), hint: say("phone_hint"), type: "tel", css: "input--ltr", inputmode: "tel" })],
    submit: say("add_member"),
    run: async ({ phone }) => {
      await call("POST", `/chats/${chat.id}/members`, { phone });
      dialog.close();
      await store.load(chat.id);
      again();
    },
  })]);
}
