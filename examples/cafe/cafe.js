/** کافه نارون: a menu, a cart, a payment, a ticket. See counter.js for where orders are kept. */
import { newRequest, openCounter } from "./counter.js";
import { h, icon, show, toast } from "./kit/dom.js";
import { connect, insist } from "./kit/platform.js";
import { clock, day, list, number, persianDigits, toman } from "./kit/text.js";
import { BY_ID, CATEGORIES, ITEMS, MOST_OF_ONE, PICKUP_MINUTES } from "./menu.js";
import { changed, linesOf, stateOf, sumOf } from "./orders.js";

const STATES = {
  waiting: "منتظر پرداخت", placed: "ثبت شد", due: "وقت تحویل", collected: "تحویل گرفتید", cancelled: "لغو شد",
};

const root = document.getElementById("app");
const platform = await connect();
const draft = { request: null, cart: {}, note: "", name: platform.firstName, minutes: PICKUP_MINUTES[1] };
let counter = null;

/** What is wished for now is another wish than the one that was sent. */
function touched() { draft.request = null; }

function picture(item, hand = null) {
  const src = new URL(`./images/${item.id}.svg`, import.meta.url).href;
  return h("div", { class: "plate", style: { "--tone": item.tone } },
    h("img", { src, alt: "", width: 120, height: 96 }), hand && h("div", { class: "hand" }, hand));
}

function stepper(item, change) {
  const count = draft.cart[item.id] ?? 0;
  const step = (by) => () => {
    draft.cart = changed(draft.cart, item.id, by);
    touched();
    platform.haptic("selection");
    platform.closingConfirmation(Object.keys(draft.cart).length > 0);
    change(by);
  };
  if (count === 0) {
    return h("button", { class: "round add", type: "button", "data-step": "1", onclick: step(1),
      "aria-label": `افزودن ${item.name}` }, icon("plus"));
  }
  return h("div", { class: "stepper", role: "group", "aria-label": `تعداد ${item.name}` },
    h("button", { class: "round", type: "button", "data-step": "1", onclick: step(1),
      disabled: count >= MOST_OF_ONE, "aria-label": "یکی بیشتر" }, icon("plus")),
    h("output", { class: "num" }, number(count)),
    h("button", { class: "round", type: "button", "data-step": "-1", onclick: step(-1),
      "aria-label": "یکی کمتر" }, icon("minus")));
}

/** Redraws `old` in place and gives the focus back to the button that was pressed. */
function replace(old, fresh, by) {
  old.replaceWith(fresh);
  const again = fresh.querySelector(`[data-step="${by}"]:not(:disabled)`);
  (again ?? fresh.querySelector("[data-step]"))?.focus({ preventScroll: true });
}

function itemCard(item) {
  const hand = stepper(item, (by) => {
    replace(card, itemCard(item), by);
    menuButton();
  });
  const card = h("li", { class: draft.cart[item.id] ? "item in" : "item" }, picture(item, hand),
    h("h3", {}, item.name), h("p", {}, item.about),
    h("div", { class: "price num" }, number(item.price), " ", h("small", {}, "تومان")));
  return card;
}

function menuButton() {
  const sum = sumOf(linesOf(draft.cart));
  platform.mainButton(sum ? { text: `دیدن سفارش، ${toman(sum)}` } : null, showCart);
}

function categoryBar(sections) {
  const chips = CATEGORIES.map((category, place) => h("button", {
    class: "chip", type: "button", "aria-current": String(place === 0),
    onclick: () => sections[place].scrollIntoView({ behavior: "smooth" }),
  }, category.name));
  const watcher = new IntersectionObserver((entries) => {
    const entered = entries.find((entry) => entry.isIntersecting);
    if (!entered) return;
    const place = sections.indexOf(entered.target);
    chips.forEach((chip, i) => chip.setAttribute("aria-current", String(i === place)));
  }, { rootMargin: "-72px 0px -70% 0px" });
  sections.forEach((section) => watcher.observe(section));
  return h("nav", { class: "categories", "aria-label": "دسته‌ها" }, chips);
}

function showMenu() {
  platform.backButton(null);
  menuButton();
  const sections = CATEGORIES.map((category) => h("section", { class: "category" },
    h("h2", {}, category.name),
    h("ul", { class: "grid" },
      ITEMS.filter((item) => item.category === category.id).map(itemCard))));
  const hero = h("header", { class: "hero" },
    h("div", {}, h("h1", { "data-heading": "" }, "کافه نارون"),
      h("p", {}, "سفارش بدهید، سر وقت تحویل بگیرید."),
      counter.orders.length > 0 && h("button", { class: "soft small", type: "button", onclick: showOrders },
        icon("receipt"), "سفارش‌های من")),
    h("img", { src: new URL("./images/latte.svg", import.meta.url).href, alt: "" }));
  show(root, h("div", {}, hero, categoryBar(sections), sections), { focus: false });
}

function cartLine(line, redraw) {
  const item = BY_ID.get(line.id);
  return h("li", { class: "line", "data-id": line.id }, picture(item),
    h("div", {}, h("div", { class: "strong" }, line.name),
      h("div", { class: "quiet small num" }, toman(line.sum))),
    stepper(item, redraw));
}

function pickupField() {
  const now = Date.now();
  return h("fieldset", { class: "card" }, h("legend", { class: "sr" }, "زمان تحویل"),
    h("div", { class: "row" }, icon("clock"), h("span", { class: "strong" }, "کی تحویل می‌گیرید؟")),
    h("div", { class: "chips" }, PICKUP_MINUTES.map((minutes) => h("label", { class: "chip" },
      h("input", { type: "radio", name: "pickup", value: minutes, checked: minutes === draft.minutes,
        onchange: () => { draft.minutes = minutes; touched(); platform.haptic("selection"); } }),
      h("span", { class: "num" }, clock(new Date(now + minutes * 60000)))))));
}

function detailsFields() {
  return h("div", { class: "card stack" },
    h("label", { class: "field" }, h("span", {}, "به نام"),
      h("input", { value: draft.name, maxlength: 40, autocomplete: "name", placeholder: "نامی که صدا می‌زنیم",
        oninput: (event) => { draft.name = event.target.value; touched(); } })),
    h("label", { class: "field" }, h("span", {}, "یادداشت برای باریستا"),
      h("textarea", { value: draft.note, maxlength: 200, rows: 2, placeholder: "مثلاً کم‌شکر، بدون یخ",
        oninput: (event) => { draft.note = event.target.value; touched(); } })));
}

function showCart() {
  const lines = linesOf(draft.cart);
  if (lines.length === 0) {
    showMenu();
    return;
  }
  const sum = sumOf(lines);
  const redraw = (id) => (by) => {
    const keep = window.scrollY;
    showCart();
    window.scrollTo(0, keep);
    root.querySelector(`[data-id="${id}"] [data-step="${by}"]`)?.focus({ preventScroll: true });
  };
  platform.backButton(showMenu);
  platform.mainButton({ text: `${counter.takesMoney ? "پرداخت" : "ثبت سفارش"}، ${toman(sum)}` }, place);
  show(root, h("div", { class: "screen" }, h("h1", { "data-heading": "" }, "سفارش شما"),
    h("section", { class: "card" },
      h("ul", {}, lines.map((line) => cartLine(line, redraw(line.id)))),
      h("div", { class: "spread sum" }, h("span", {}, "جمع"),
        h("strong", { class: "num", "aria-live": "polite" }, toman(sum)))),
    pickupField(), detailsFields(),
    h("p", { class: "quiet small" }, counter.takesMoney
      ? "از کیف پول می‌پردازید. تا وقت تحویل می‌توانید لغو کنید و پولتان برمی‌گردد."
      : "پرداخت هنگام تحویل، در کافه.")));
}

let placing = false;

async function place() {
  if (placing) return;
  placing = true;
  platform.mainButton({ text: "ثبت می‌کنیم", active: false, progress: true });
  draft.request ??= newRequest();
  const placed = await counter.place(draft);
  const fresh = placed && counter.takesMoney && stateOf(placed, Date.now()) === "waiting"
    ? await counter.pay(placed) : placed;
  placing = false;
  if (!fresh || fresh.ended === "cancelled") {
    if (fresh) touched(); // nothing was paid: the next press is another order
    else if (counter.takesMoney) toast("سفارش ثبت نشد. اتصال را ببینید و دوباره بزنید.");
    platform.haptic("notification", "error");
    showCart();
    return;
  }
  draft.cart = {};
  draft.note = "";
  touched();
  platform.closingConfirmation(false);
  platform.haptic("notification", "success");
  showTicket(fresh, showMenu);
}

/** Pays an order that an earlier visit left without an answer. */
async function payNow(one, back) {
  if (placing) return;
  placing = true;
  const after = await counter.pay(one);
  placing = false;
  showTicket(after, back);
}

async function end(one, how, back) {
  if (placing) return;
  placing = true;
  const ended = await counter.end(one, how);
  placing = false;
  if (!ended) {
    if (counter.takesMoney) toast("انجام نشد. کمی بعد دوباره بزنید.");
    return;
  }
  showTicket(ended, back);
  if (how === "collected") toast("نوش جان.");
  else toast(ended.refunded ? "سفارش لغو شد و پول به کیف پولتان برگشت." : "سفارش لغو شد.");
}

async function askCancel(one, back) {
  const answer = await platform.popup({
    title: `لغو سفارش ${number(one.number)}`,
    message: `${list(one.lines.map((line) => line.name))} از فهرست کافه برداشته می‌شود.${
      one.paid ? ` ${toman(one.sum)} به کیف پولتان برمی‌گردد.` : ""}`,
    buttons: [{ id: "cancel-order", type: "destructive", text: "لغو سفارش" },
      { id: "keep", type: "default", text: "بماند" }],
  });
  if (answer === "cancel-order") await end(one, "cancelled", back);
}

function stateMark(one) {
  const state = stateOf(one, Date.now());
  return h("span", { class: `state ${state}` },
    icon({ waiting: "wallet", placed: "clock", due: "bag", collected: "check", cancelled: "x" }[state], 16), STATES[state]);
}

function fact(name, value) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, value));
}

function paidWords(one) {
  if (one.refunded > 0) return `${toman(one.refunded)} به کیف پول برگشت`;
  return one.test ? "پرداخت شد، با پول آزمایشی" : "پرداخت شد";
}

function ticketCard(one) {
  return h("article", { class: "ticket" },
    h("div", { class: "brand quiet small" }, "کافه نارون، شمارهٔ سفارش"),
    h("div", { class: "big num" }, number(one.number)),
    h("div", { class: "brand", role: "status" }, stateMark(one)),
    h("hr"),
    h("dl", {}, one.lines.map((line) => fact(
      [h("span", { class: "num" }, `${number(line.count)} × `), line.name],
      h("span", { class: "num" }, number(line.sum))))),
    h("hr"),
    h("dl", {},
      fact("جمع", h("strong", { class: "num" }, toman(one.sum))),
      fact("تحویل", `${day(new Date(one.pickup))}، ${clock(new Date(one.pickup))}`),
      one.name && fact("به نام", h("bdi", {}, one.name)),
      one.note && fact("یادداشت", h("bdi", {}, one.note))),
    one.receipt && [h("hr"), h("dl", {}, fact("پرداخت", paidWords(one))),
      h("p", { class: "receipt tiny quiet" }, "شمارهٔ رسید",
        h("bdi", { class: "receipt-number", dir: "ltr" }, one.receipt))]);
}

function showTicket(one, back) {
  const state = stateOf(one, Date.now());
  platform.backButton(back);
  platform.mainButton(null);
  const next = {
    waiting: () => h("div", { class: "stack" },
      h("button", { class: "primary wide", type: "button", onclick: () => payNow(one, back) }, `پرداخت ${toman(one.sum)}`),
      h("button", { class: "danger wide", type: "button", onclick: () => end(one, "cancelled", back) }, "لغو سفارش")),
    placed: () => h("button", { class: "danger wide", type: "button", onclick: () => askCancel(one, back) }, "لغو سفارش"),
    due: () => h("button", { class: "primary wide", type: "button", onclick: () => end(one, "collected", back) }, "تحویل گرفتم"),
    collected: () => h("button", { class: "soft wide", type: "button", onclick: () => again(one) }, "همین را دوباره"),
    cancelled: () => h("button", { class: "soft wide", type: "button", onclick: () => again(one) }, "همین را دوباره"),
  }[state]();
  show(root, h("div", { class: "screen" },
    h("h1", { "data-heading": "", class: "sr" }, `سفارش ${persianDigits(one.number)}`),
    h("div", { class: "paper" }, ticketCard(one)), next));
}

function again(one) {
  touched();
  draft.cart = {};
  for (const line of one.lines) draft.cart = changed(draft.cart, line.id, line.count);
  showCart();
}

function showOrders() {
  platform.backButton(showMenu);
  platform.mainButton(null);
  show(root, h("div", { class: "screen" }, h("h1", { "data-heading": "" }, "سفارش‌های من"),
    h("ul", { class: "stack" }, counter.orders.map((one) => h("li", {},
      h("button", { class: "card past", type: "button", onclick: () => showTicket(one, showOrders) },
        h("span", { class: "no num" }, number(one.number)),
        h("span", { class: "grow" },
          h("span", { class: "spread" }, h("strong", { class: "num" }, toman(one.sum)), stateMark(one)),
          h("span", { class: "quiet small clip", style: { display: "block" } },
            one.lines.map((line) => line.name).join("، ")))))))));
}

counter = await insist(root, () => openCounter(platform));
showMenu();
