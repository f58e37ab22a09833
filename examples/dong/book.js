/** The group's book: people, expenses, payments. Every change gives a new book; nothing is edited. */
import { balances, burden, settle } from "./sums.js";
import { list, toman } from "./kit/text.js";

export const EMPTY = { title: "", people: [], expenses: [], payments: [], next: 1 };
export const MOST_PEOPLE = 30;

/** Names are compared as people read them: spaces at the ends and Arabic letters do not count. */
function folded(name) {
  return name.trim().replaceAll("ي", "ی").replaceAll("ك", "ک").replace(/[\s\u200c]+/g, " ");
}

export function withPerson(book, name) {
  const clean = folded(name);
  if (!clean) return { book, fault: "نام را بنویسید." };
  if (book.people.some((person) => folded(person.name) === clean)) {
    return { book, fault: `«${clean}» در فهرست هست.` };
  }
  if (book.people.length >= MOST_PEOPLE) return { book, fault: "بیش از ۳۰ نفر نمی‌شود." };
  const person = { id: `p${book.next}`, name: clean };
  return { book: { ...book, next: book.next + 1, people: [...book.people, person] }, fault: "" };
}

/** True when no expense or payment speaks of the person. */
export function removable(book, id) {
  return !book.expenses.some((one) => one.payer === id || id in one.shares)
    && !book.payments.some((one) => one.from === id || one.to === id);
}

export function withoutPerson(book, id) {
  if (!removable(book, id)) throw new RangeError("The person is part of the book.");
  return { ...book, people: book.people.filter((person) => person.id !== id) };
}

/** Adds the expense, or replaces the one with the same id. */
export function withExpense(book, expense) {
  burden(expense);
  if (expense.id) {
    return { ...book, expenses: book.expenses.map((one) => (one.id === expense.id ? expense : one)) };
  }
  const fresh = { ...expense, id: `e${book.next}` };
  return { ...book, next: book.next + 1, expenses: [fresh, ...book.expenses] };
}

export function withoutExpense(book, id) {
  return { ...book, expenses: book.expenses.filter((one) => one.id !== id) };
}

export function withPayment(book, { from, to, amount }) {
  const payment = { id: `t${book.next}`, from, to, amount };
  return { ...book, next: book.next + 1, payments: [payment, ...book.payments] };
}

export function withoutPayment(book, id) {
  return { ...book, payments: book.payments.filter((one) => one.id !== id) };
}

export function total(book) {
  return book.expenses.reduce((sum, one) => sum + one.amount, 0);
}

export function standing(book) {
  return balances(book.people.map((person) => person.id), book.expenses, book.payments);
}

export function debts(book) {
  return settle(standing(book));
}

export function nameOf(book, id) {
  return book.people.find((person) => person.id === id)?.name ?? "؟";
}

/** The account as a message to send to the group. */
export function summary(book) {
  const open = debts(book);
  const lines = open.map((one) =>
    `• ${nameOf(book, one.from)} به ${nameOf(book, one.to)}: ${toman(one.amount)}`);
  return [
    `حساب ${book.title || "ما"}`,
    `جمع خرج‌ها ${toman(total(book))}، ${list(book.people.map((person) => person.name))}`,
    "",
    ...(lines.length > 0 ? lines : ["همه بی‌حساب‌اند."]),
  ].join("\n");
}
