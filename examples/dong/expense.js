/** The form of one expense: amount, what for, who paid, and whose share is how large. */
import { h } from "./kit/dom.js";
import { number, parseWhole, toman } from "./kit/text.js";
import { avatar } from "./faces.js";
import { MOST_TOMAN, MOST_WEIGHT, split } from "./sums.js";

const KINDS = { equal: "برابر", weights: "چند سهم", exact: "مبلغ دقیق" };

/** A field's number in Persian digits with separators, keeping the caret at the end of typing. */
function tidy(input) {
  const value = parseWhole(input.value);
  if (value !== null) input.value = number(value);
}

function start(book, expense) {
  const everyone = Object.fromEntries(book.people.map((person) => [person.id, 1]));
  const state = expense ? structuredClone(expense)
    : { id: null, title: "", amount: 0, payer: book.people[0].id, kind: "equal", shares: everyone };
  const typed = Object.fromEntries(book.people.map((person) => [person.id, {
    in: person.id in state.shares,
    weight: state.kind === "weights" ? state.shares[person.id] ?? 1 : 1,
    exact: state.kind === "exact" ? state.shares[person.id] ?? 0 : 0,
  }]));
  return { state, typed };
}

/** What is wrong with the shares, or "" when they add up. */
function verdictOf(state, typed) {
  const inside = Object.values(typed).filter((one) => one.in);
  if (inside.length === 0) return "دست‌کم یک نفر را برگزینید.";
  if (state.kind === "weights" && inside.some((one) => !(one.weight >= 1 && one.weight <= MOST_WEIGHT))) {
    return `سهم هر نفر از ۱ تا ${number(MOST_WEIGHT)} است.`;
  }
  if (state.kind !== "exact") return "";
  if (inside.some((one) => one.exact === null)) return "مبلغ‌ها را با رقم بنویسید.";
  const rest = state.amount - inside.reduce((sum, one) => sum + one.exact, 0);
  if (rest > 0) return `${toman(rest)} مانده است.`;
  return rest < 0 ? `${toman(-rest)} بیشتر از مبلغ است.` : "";
}

function sharesOf(state, typed) {
  const inside = Object.entries(typed).filter(([, one]) => one.in);
  const value = { equal: () => 1, weights: (one) => one.weight, exact: (one) => one.exact }[state.kind];
  return Object.fromEntries(inside.map(([id, one]) => [id, value(one)]));
}

function radios(name, options, chosen, pick) {
  return h("div", { class: "chips" }, options.map(([value, ...words]) => h("label", { class: "chip" },
    h("input", { type: "radio", name, value, checked: value === chosen, onchange: () => pick(value) }), words)));
}

/**
 * {node, read, refresh}. `read()` gives the expense, or null while something is missing;
 * `ready(amount)` is told the amount whenever the form becomes complete, 0 while it is not.
 */
export function expenseForm(book, expense, { ready, remove }) {
  const { state, typed } = start(book, expense);
  const words = h("p", { class: "words", "aria-live": "polite" });
  const verdict = h("p", { class: "verdict", role: "status" });
  const rows = h("div");
  const title = h("input", { value: state.title, maxlength: 60, placeholder: "مثلاً شام، بنزین، ویلا",
    oninput: () => { state.title = title.value; } });
  const amount = h("input", { class: "amount", inputmode: "numeric", autocomplete: "off", maxlength: 20,
    value: state.amount ? number(state.amount) : "", placeholder: "۰",
    oninput: () => {
      const value = amount.value.trim() ? parseWhole(amount.value) : 0;
      state.amount = value !== null && value <= MOST_TOMAN ? value : 0;
      if (value !== null) tidy(amount);
      words.textContent = value === null ? "فقط رقم بنویسید." : value > MOST_TOMAN ? "این مبلغ خیلی بزرگ است."
        : value > 0 ? `${number(value * 10)} ریال` : "";
      refresh();
    } });

  function part(id, parts) {
    const one = typed[id];
    if (!one.in) return h("span", { class: "part" }, "نیست");
    const label = `سهم ${book.people.find((person) => person.id === id).name}`;
    if (state.kind === "exact") {
      const box = h("input", { class: "box", inputmode: "numeric", "aria-label": `${label} به تومان`, placeholder: "۰",
        maxlength: 20, value: one.exact ? number(one.exact) : "",
        oninput: () => { one.exact = box.value.trim() ? parseWhole(box.value) : 0; tidy(box); judge(); } });
      return box;
    }
    const sum = h("span", { class: "part num", "data-part": id }, number(parts[id] ?? 0));
    if (state.kind === "equal") return sum;
    const box = h("input", { class: "box weight", inputmode: "numeric", "aria-label": label, maxlength: 2,
      value: number(one.weight),
      oninput: () => { one.weight = parseWhole(box.value) ?? 0; tidy(box); judge(); } });
    return h("span", { class: "end" }, sum, box);
  }

  function currentParts() {
    if (verdictOf(state, typed) || state.kind === "exact") return {};
    const shares = sharesOf(state, typed);
    const parts = split(state.amount, Object.values(shares));
    return Object.fromEntries(Object.keys(shares).map((id, i) => [id, parts[i]]));
  }

  /** Says whether the parts add up, without redrawing the field that has the focus. */
  function judge() {
    const fault = verdictOf(state, typed);
    const parts = currentParts();
    for (const cell of rows.querySelectorAll("[data-part]")) cell.textContent = number(parts[cell.dataset.part] ?? 0);
    verdict.textContent = fault || (state.kind === "exact" && state.amount > 0 ? "جمع سهم‌ها درست است." : "");
    verdict.className = fault ? "verdict bad" : "verdict good";
    ready(fault ? 0 : state.amount);
  }

  function refresh() {
    const parts = currentParts();
    rows.replaceChildren(...book.people.map((person) => h("div", { class: "share" },
      h("input", { type: "checkbox", id: `in-${person.id}`, checked: typed[person.id].in,
        onchange: (event) => {
          typed[person.id].in = event.target.checked;
          refresh();
          document.getElementById(`in-${person.id}`).focus();
        } }),
      h("label", { for: `in-${person.id}` }, avatar(book, person.id, true), h("bdi", {}, person.name)),
      part(person.id, parts))));
    judge();
  }

  const node = h("div", { class: "screen" },
    h("h1", { "data-heading": "" }, expense ? "ویرایش خرج" : "خرج تازه"),
    h("div", { class: "card stack" },
      h("label", { class: "field" }, h("span", {}, "مبلغ به تومان"), amount), words,
      h("label", { class: "field" }, h("span", {}, "بابت"), title)),
    h("fieldset", { class: "card" }, h("legend", { class: "sr" }, "چه کسی داد"),
      h("h2", { "aria-hidden": "true" }, "چه کسی داد؟"),
      radios("payer", book.people.map((person) => [person.id, avatar(book, person.id, true), h("bdi", {}, person.name)]),
        state.payer, (id) => { state.payer = id; })),
    h("fieldset", { class: "card" }, h("legend", { class: "sr" }, "سهم هر نفر"),
      h("h2", { "aria-hidden": "true" }, "چطور قسمت شود؟"),
      radios("kind", Object.entries(KINDS), state.kind, (kind) => { state.kind = kind; refresh(); }),
      h("div", { style: { "margin-block-start": "12px" } }, rows), verdict),
    expense && h("button", { class: "danger wide", type: "button", onclick: remove }, "پاک کردن این خرج"));

  return {
    node,
    refresh,
    read() {
      if (verdictOf(state, typed) || state.amount === 0) return null;
      return { ...state, title: state.title.trim() || "خرج", shares: sharesOf(state, typed) };
    },
  };
}
