// @ts-check
/** What the server put into the page: who one is, the first chats, all texts. */

/**
 * @typedef {{id: string, name: string}} Person
 * @typedef {{kind: string, version: number, payload: Record<string, any>}} Card
 * @typedef {{
 *   chat: string, seq: number, kind: "text" | "card" | "service", sender: Person | null,
 *   client_id: string | null, text: string, card: Card | null, service: Record<string, string> | null,
 *   revision: number, sent_at: string,
 * }} Message
 * @typedef {{
 *   id: string, kind: "direct" | "group" | "channel", title: string, about: string, handle: string | null,
 *   is_self: boolean, partner: (Person & {read_seq: number}) | null, role: string, muted: boolean,
 *   can_write: boolean, can_manage: boolean, members_count: number, last_seq: number, read_seq: number,
 *   unread: number, last_message_at: string, last_message: Message | null,
 * }} Chat
 * @typedef {{
 *   id: string, slug: string, name: string, name_fa: string, name_en: string, about: string,
 *   icon: string, maker: string, verified: boolean,
 * }} App
 * @typedef {{items: Message[], more: boolean}} MessagePage
 * @typedef {{
 *   me: Person, chats: Chat[], next_cursor: string | null,
 *   open: {chat: Chat, page: MessagePage} | null,
 *   app: {app: App, start_param: string} | null,
 *   limits: {message_chars: number}, words: Record<string, string>,
 * }} Boot
 */

/** @type {Boot} */
export const boot = JSON.parse(document.getElementById("boot")?.textContent ?? "null");

/**
 * Say a text of the page's language.
 * @param {string} key
 * @param {Record<string, string | number>} [facts] put where `{name}` stands
 * @returns {string}
 */
export function say(key, facts = {}) {
  const text = boot.words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(facts[name] ?? whole));
}

/** @param {string} key @returns {boolean} whether there are words for it */
export function has(key) {
  return Object.hasOwn(boot.words, key);
}

/** Isolate a fact of unknown direction inside a text that cannot hold elements.
 * @param {string} text
 * @returns {string}
 */
export function isolate(text) {
  return `\u2068${text}\u2069`;
}
