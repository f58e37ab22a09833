/** The cart and the orders, without a screen: sums, numbers, states. */
import { BY_ID, MOST_OF_ONE } from "./menu.js";

/** How many orders are remembered; the oldest are forgotten first. */
const KEPT = 30;

/** Lines of a cart {id: count} in the order of the menu; unknown things are left out. */
export function linesOf(cart) {
  const lines = [];
  for (const [id, item] of BY_ID) {
    const count = cart[id] ?? 0;
    if (count > 0) lines.push({ id, name: item.name, count, price: item.price, sum: item.price * count });
  }
  return lines;
}

/** Whole tomans. */
export function sumOf(lines) {
  return lines.reduce((sum, line) => sum + line.sum, 0);
}

/** The cart with `id` changed by `step`, between nothing and MOST_OF_ONE. */
export function changed(cart, id, step) {
  const count = Math.min(MOST_OF_ONE, Math.max(0, (cart[id] ?? 0) + step));
  const next = { ...cart, [id]: count };
  if (count === 0) delete next[id];
  return next;
}

/** A new order; `orders` gives the next number, `now` is milliseconds. */
export function order({ cart, note, name, minutes }, orders, now) {
  const lines = linesOf(cart);
  const last = orders.reduce((most, one) => Math.max(most, one.number), 100);
  return {
    number: last + 1, lines, sum: sumOf(lines), note: note.trim(), name: name.trim(),
    placed: now, pickup: now + minutes * 60000, ended: null,
  };
}

/** The newest first, no more than are kept. */
export function remembered(orders, fresh) {
  return [fresh, ...orders.filter((one) => one.number !== fresh.number)]
    .sort((a, b) => b.number - a.number).slice(0, KEPT);
}

/** "waiting" for money, "placed", "due" once its time has come, or how it ended. */
export function stateOf(one, now) {
  if (one.ended) return one.ended; // "collected" or "cancelled"
  if (one.paid === false) return "waiting"; // absent where nothing is paid in the app
  return now >= one.pickup ? "due" : "placed";
}
