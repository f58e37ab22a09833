/** دُنگ: who paid what, and who owes whom. The book is kept in the person's cloud storage. */
import { h, icon, show, toast } from "./kit/dom.js";
import { Cabinet, connect, copy, insist } from "./kit/platform.js";
import { list, number, toman } from "./kit/text.js";
import {
  EMPTY, debts, nameOf, removable, standing, summary, total, withExpense, withPayment, withPerson,
  withoutExpense, withoutPayment, withoutPerson,
} from "./book.js";
import { avatar } from "./faces.js";
import { expenseForm } from "./expense.js";

const root = document.getElementById("app");
const platform = await connect();
const drawer = new Cabinet(platform, "book");
let book = EMPTY;
let tab = "expenses";

function keep(next) {
  book = next;
  drawer.save(book);
}

function expenseRow(expense) {
  const sharers = Object.keys(expense.shares);
  const whom = sharers.length === book.people.length
    ? "همه" : list(sharers.map((id) => nameOf(book, id)));
  return h("li", {}, h("button", { class: "entry", type: "button", onclick: () => showExpense(expense) },
    avatar(book, expense.payer),
    h("span", { class: "grow" }, h("b", {}, h("bdi", {}, expense.title)),
      h("span", { class: "quiet small" }, h("bdi", {}, nameOf(book, expense.payer)), " داد، برای ",
        h("bdi", {}, whom))),
    h("span", { class: "sum num" }, number(expense.amount))));
}

function expensesPanel() {
  if (book.expenses.length === 0) {
    return h("div", { class: "card empty" }, icon("receipt", 40),
      h("h2", {}, "هنوز خرجی ننوشته‌اید"),
      h("p", { class: "quiet small" }, "هر بار که کسی برای جمع پولی داد، همین‌جا بنویسید."));
  }
  return h("ul", { class: "card entries" }, book.expenses.map(expenseRow));
}

function debtCard(debt) {
  const paid = () => {
    keep(withPayment(book, debt));
    platform.haptic("notification", "success");
    showHome();
    toast(`پرداخت ${nameOf(book, debt.from)} نوشته شد.`);
  };
  return h("li", { class: "card debt" },
    h("div", { class: "who" }, avatar(book, debt.from, true), h("bdi", {}, nameOf(book, debt.from)),
      icon("forward", 18), h("span", { class: "sr" }, "به"),
      avatar(book, debt.to, true), h("bdi", {}, nameOf(book, debt.to))),
    h("div", { class: "spread" }, h("span", { class: "sum num" }, toman(debt.amount)),
      h("button", { class: "soft", type: "button", onclick: paid }, icon("check", 18), "پرداخت شد")));
}

function balanceRow(person, sum) {
  const sign = sum > 0 ? "+" : "−";
  return h("li", { class: "entry" }, avatar(book, person.id),
    h("span", { class: "grow" }, h("b", {}, h("bdi", {}, person.name)),
      h("span", { class: "quiet small" }, sum > 0 ? "طلب دارد" : sum < 0 ? "بدهکار است" : "")),
    h("span", { class: `sum num ${sum > 0 ? "plus" : "minus"}` },
      sum === 0 ? "بی‌حساب" : [h("bdi", { dir: "ltr" }, sign, number(Math.abs(sum))), " تومان"]));
}

function paymentRow(payment) {
  const undo = () => {
    keep(withoutPayment(book, payment.id));
    showHome();
    toast("پرداخت برداشته شد.");
  };
  return h("li", { class: "entry" },
    h("span", { class: "grow small" }, h("bdi", {}, nameOf(book, payment.from)), " به ",
      h("bdi", {}, nameOf(book, payment.to)), " ", h("strong", { class: "num" }, toman(payment.amount)), " داد"),
    h("button", { class: "plain", type: "button", onclick: undo }, "برگردان"));
}

function settlePanel() {
  const open = debts(book);
  const sums = standing(book);
  return h("div", { class: "screen" },
    open.length === 0
      ? h("div", { class: "card empty" }, icon("check", 40), h("h2", {}, "همه بی‌حساب‌اند"),
        h("p", { class: "quiet small" }, "کسی به کسی بدهکار نیست."))
      : h("ul", { class: "stack" }, open.map(debtCard)),
    h("button", { class: "soft wide", type: "button", onclick: () => copy(summary(book)) },
      icon("copy", 18), "رونوشت حساب برای گفت‌وگو"),
    h("h2", {}, "مانده‌ها"),
    h("ul", { class: "card entries" }, book.people.map((person) => balanceRow(person, sums[person.id]))),
    book.payments.length > 0 && [h("h2", {}, "پرداخت‌ها"),
      h("ul", { class: "card entries" }, book.payments.map(paymentRow))]);
}

function tabs() {
  const make = (id, words) => h("button", {
    type: "button", role: "tab", id: `tab-${id}`, "aria-selected": String(tab === id),
    "aria-controls": "panel", tabindex: tab === id ? "0" : "-1",
    onclick: () => { tab = id; platform.haptic("selection"); showHome(); document.getElementById(`tab-${id}`).focus(); },
  }, words);
  const bar = h("div", { class: "tabs", role: "tablist", "aria-label": "بخش‌ها" },
    make("expenses", "خرج‌ها"), make("settle", "تسویه"));
  bar.addEventListener("keydown", (event) => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    bar.querySelector('[aria-selected="false"]').click();
  });
  return bar;
}

function showHome() {
  if (book.people.length < 2) {
    showPeople();
    return;
  }
  platform.backButton(null);
  platform.mainButton({ text: "نوشتن خرج تازه" }, () => showExpense(null));
  const each = Math.round(total(book) / book.people.length);
  show(root, h("div", { class: "screen" },
    h("header", { class: "total" },
      h("div", { class: "spread" }, h("h1", { "data-heading": "" }, h("bdi", {}, book.title || "حساب ما")),
        h("button", { class: "round", type: "button", onclick: showPeople, "aria-label": "آدم‌ها و نام حساب" },
          icon("people"))),
      h("div", { class: "big num" }, number(total(book)), " ", h("small", {}, "تومان")),
      h("div", { class: "foot" }, `${number(book.people.length)} نفر، نفری حدود ${toman(each)}`)),
    tabs(),
    h("section", { id: "panel", role: "tabpanel", "aria-labelledby": `tab-${tab}` },
      tab === "expenses" ? expensesPanel() : settlePanel())), { focus: false });
}

function showExpense(expense) {
  platform.backButton(() => { platform.closingConfirmation(false); showHome(); });
  platform.closingConfirmation(true);
  const form = expenseForm(book, expense, {
    ready: (amount) => platform.mainButton(
      { text: amount ? `ثبت خرج، ${toman(amount)}` : "ثبت خرج", active: amount > 0 }, save),
    remove: () => askRemove(expense),
  });
  function save() {
    const made = form.read();
    if (!made) return;
    keep(withExpense(book, made));
    platform.closingConfirmation(false);
    platform.haptic("notification", "success");
    tab = "expenses";
    showHome();
    toast("نوشته شد.");
  }
  show(root, form.node);
  form.refresh();
}

async function askRemove(expense) {
  const answer = await platform.popup({
    title: "پاک کردن این خرج",
    message: `«${expense.title}»، ${toman(expense.amount)}، از حساب برداشته می‌شود.`,
    buttons: [{ id: "remove", type: "destructive", text: "پاک کردن" },
      { id: "keep", type: "default", text: "بماند" }],
  });
  if (answer !== "remove") return;
  keep(withoutExpense(book, expense.id));
  platform.closingConfirmation(false);
  showHome();
  toast("پاک شد.");
}

function personRow(person) {
  const free = removable(book, person.id);
  return h("li", { class: "person" }, avatar(book, person.id), h("bdi", { class: "grow" }, person.name),
    free && h("button", { class: "round", type: "button", "aria-label": `برداشتن ${person.name}`,
      onclick: () => { keep(withoutPerson(book, person.id)); showPeople(); } }, icon("x")));
}

function adder() {
  const fault = h("p", { class: "fault", role: "alert", id: "name-fault" });
  const input = h("input", { maxlength: 30, placeholder: "مثلاً سارا", "aria-describedby": "name-fault", enterkeyhint: "done" });
  const add = (event) => {
    event.preventDefault();
    const result = withPerson(book, input.value);
    fault.textContent = result.fault;
    if (result.fault) {
      input.focus();
      return;
    }
    keep(result.book);
    platform.haptic("selection");
    showPeople();
    root.querySelector("form input").focus();
  };
  return h("form", { class: "card", onsubmit: add },
    h("div", { class: "adder" },
      h("label", { class: "field" }, h("span", {}, "نام"), input),
      h("button", { class: "soft", type: "submit" }, icon("plus", 18), "افزودن")), h("div", { class: "field" }, fault));
}

function welcome() {
  return h("header", { class: "welcome" },
    h("img", { src: new URL("./icons/icon-192.png", import.meta.url).href, alt: "" }),
    h("h1", { "data-heading": "" }, "دُنگ هر کس، تا تومان آخر"),
    h("p", { class: "quiet" }, "با چه کسانی هستید؟ دست‌کم دو نام بنویسید."));
}

function showPeople() {
  const enough = book.people.length >= 2;
  const fresh = book.expenses.length === 0;
  platform.backButton(enough && !fresh ? showHome : null);
  platform.mainButton(enough ? { text: fresh ? "شروع" : "تمام" } : null, showHome);
  show(root, h("div", { class: "screen" },
    fresh ? welcome() : h("h1", { "data-heading": "" }, "آدم‌ها و نام حساب"),
    h("label", { class: "card field" }, h("span", {}, "نام حساب"),
      h("input", { value: book.title, maxlength: 40, placeholder: "مثلاً سفر شمال",
        onchange: (event) => keep({ ...book, title: event.target.value.trim() }) })),
    book.people.length > 0 && h("ul", { class: "card entries" }, book.people.map(personRow)),
    adder()), { focus: false });
}

book = await insist(root, () => drawer.load(EMPTY));
showHome();
