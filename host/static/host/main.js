// @ts-check
/** The messenger's page: puts its parts together and follows the address. */

import { toast } from "../ui/ui.js";
import { Refusal } from "./api.js";
import { askOpenOther, pickChat, shareApp, sharePrepared, showApps, unknownApp } from "./appmenu.js";
import { boot, isolate, say } from "./boot.js";
import { showInfo } from "./chatinfo.js";
import { Conversation } from "./conversation.js";
import { byId } from "./dom.js";
import { ChatList } from "./list.js";
import { Live } from "./live.js";
import { begin, join } from "./newchat.js";
import { Outbox } from "./outbox.js";
import { Sheet } from "./sheet.js";
import { Store } from "./store.js";

const CHAT_PATH = /^\/chats\/(cht_[0-9a-z]+)\/$/;
const BANNER_AFTER_MS = 2500;

const frame = byId("main");
const pane = byId("chat-pane");
const idle = byId("chat-idle");
const store = new Store(boot);
const live = new Live("/ws/");
const outbox = new Outbox(boot.me.id, live);
/** @type {Conversation | null} */
let open = null;

const list = new ChatList(store, {
  open: (id) => go(id),
  create: () => begin(created),
  follow: (handle) => void join(handle).then(created, told),
});

const sheet = new Sheet(byId("app-pane"), {
  changed: (isOpen) => {
    frame.classList.toggle("is-app", isOpen);
    if (isOpen && !history.state?.app) history.pushState({ ...history.state, app: true }, "");
    else if (!isOpen && history.state?.app) history.back();
  },
  open: (app, startParam) => void openOther(app, startParam),
  share: (app) => shareApp(writable(), app, () => {}),
  sharePrepared: (app, id, text, done) => sharePrepared(writable(), app, { id, text }, done),
  shareText: (url, text) => {
    pickChat(say("share"), writable(), (chat) => outbox.add(chat.id, [text, url].filter(Boolean).join("\n")));
  },
});

/** @returns {import("./boot.js").Chat[]} */
function writable() {
  return store.listed().filter((chat) => chat.can_write);
}

/** @param {unknown} reason */
function told(reason) {
  toast(reason instanceof Refusal ? reason.sentence : say("load_failed"));
}

/** @param {import("./boot.js").Chat} chat */
function created(chat) {
  store.put(chat);
  go(chat.id);
}

/** @param {string} app @param {string} startParam */
async function openOther(app, startParam) {
  if (!(await askOpenOther(app))) return;
  void sheet.open({ app: unknownApp(app), startParam, source: "link" });
}

/** Go to a chat, or to the list. @param {string | null} id */
function go(id) {
  const path = id ? `/chats/${id}/` : "/";
  if (location.pathname !== path) history.pushState({ inside: true }, "", path);
  show(id);
}

/** @param {string | null} id */
function show(id) {
  if (open?.id === id && id) return;
  open?.close();
  open = null;
  frame.classList.toggle("is-chat", id !== null);
  list.mark(id);
  idle.hidden = id !== null;
  if (!id) {
    pane.replaceChildren();
    return;
  }
  open = new Conversation(id, { store, outbox, live }, {
    back: () => (history.state?.inside ? history.back() : go(null)),
    info: (chat) => showInfo(store, chat, { left: () => go(null), apps: () => apps(chat) }),
    apps,
    openApp: (card) => void sheet.open({
      app: { id: card["app"], name: card["name"], name_en: card["name_en"], icon: card["icon"] },
      chat: id, startParam: card["start_param"], source: "card",
    }),
  });
  void open.show(pane);
}

/** @param {string} id */
function apps(id) {
  const chat = store.chats.get(id);
  if (chat) showApps(chat, (app) => void sheet.open({ app, chat: id, source: "menu" }));
}

function follow() {
  if (sheet.isOpen && !history.state?.app) sheet.close();
  show(CHAT_PATH.exec(location.pathname)?.[1] ?? null);
}

// --- the socket -----------------------------------------------------------------------------------

/** @type {ReturnType<typeof setTimeout> | undefined} */
let bannerTimer;

/** @param {string | null} text */
function banner(text) {
  const line = byId("live-banner");
  clearTimeout(bannerTimer);
  if (text === null) line.hidden = true;
  else {
    // What is quick must not flicker.
    bannerTimer = setTimeout(() => {
      byId("live-banner-text").textContent = text;
      line.hidden = false;
    }, BANNER_AFTER_MS);
  }
}

/** Catch up, and try again when the connection breaks meanwhile. */
async function refresh() {
  try {
    await store.refresh();
  } catch (reason) {
    if (!(reason instanceof Refusal) && live.ready) setTimeout(() => void refresh(), 2000);
  }
}

live.addEventListener("hello", () => {
  banner(null);
  void refresh();
});
live.addEventListener("down", () => banner(say(navigator.onLine ? "connecting" : "offline")));
live.addEventListener("ended", () => {
  toast(say("signed_out"), { action: say("sign_in"), onAction: () => location.assign("/signin/"), stay: true });
});
live.addEventListener("news", (event) => {
  if (!(event instanceof CustomEvent)) return;
  const { event: name, data } = /** @type {import("./live.js").News} */ (event.detail);
  if (name === "message.ack") outbox.answered(data.client_id, data.message);
  else if (name === "refused" && data.client_id) outbox.answered(data.client_id, new Refusal(data.problem));
  else if (name === "shop.post") {
    // He may look at it already: then the post itself is the news.
    if (open?.id === data.chat && !document.hidden) return;
    toast(say("shop_post", { shop: isolate(data.shop), text: isolate(data.text) }), {
      action: say("shop_post_show"), onAction: () => go(data.chat),
    });
  } else void store.hear({ event: name, data }).catch(() => {});
});
outbox.addEventListener("sent", (event) => {
  if (event instanceof CustomEvent) void store.receive(event.detail).catch(() => {});
});
store.addEventListener("gone", (event) => {
  if (event instanceof CustomEvent && open?.id === event.detail) go(null);
});

// --- beginning ------------------------------------------------------------------------------------

addEventListener("popstate", follow);
byId("new-chat").addEventListener("click", () => begin(created));
if (boot.open) {
  store.chats.set(boot.open.chat.id, boot.open.chat);
  store.begin(boot.open.chat.id, boot.open.page);
}
list.draw();
follow();
live.open();
void outbox.run();
if (boot.app) {
  // Below the app's address stands the list: going back closes the app.
  const address = location.pathname + location.search;
  if (!history.state?.app) {
    history.replaceState({}, "", "/");
    history.pushState({ app: true }, "", address);
  }
  void sheet.open({ app: boot.app.app, startParam: boot.app.start_param, source: "link" });
} else if (history.state?.app) history.replaceState({ inside: history.state.inside }, "");
