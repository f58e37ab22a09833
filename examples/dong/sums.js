/**
 * The arithmetic of a shared bill. Whole tomans only, so nothing is ever lost to rounding:
 * the parts of an amount add up to the amount, and the balances of a group add up to zero.
 */

/** The most one expense may be, in tomans: amount × weight stays an exact integer. */
export const MOST_TOMAN = 100_000_000_000;

/** The largest weight of one person ("three shares"). */
export const MOST_WEIGHT = 99;

/** Up to this many open balances the fewest transfers are found exactly (2^n sets are tried). */
const EXACT_UP_TO = 14;

/**
 * `amount` in proportion to `weights`. Each part is first rounded down; the tomans left over go
 * one by one to the largest remainders, earlier people first where these are equal.
 */
export function split(amount, weights) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!Number.isSafeInteger(amount) || amount < 0 || amount > MOST_TOMAN || total <= 0) {
    throw new RangeError("An amount of whole tomans and at least one share are needed.");
  }
  const parts = weights.map((weight) => Math.floor((amount * weight) / total));
  const order = weights
    .map((weight, place) => ({ place, rest: (amount * weight) % total }))
    .filter(({ rest }) => rest > 0)
    .sort((a, b) => b.rest - a.rest || a.place - b.place);
  const left = amount - parts.reduce((sum, part) => sum + part, 0);
  for (let i = 0; i < left; i += 1) parts[order[i].place] += 1;
  return parts;
}

/**
 * What each person bears of one expense, as {person: tomans}.
 * kind "equal": shares is {person: 1}; "weights": {person: weight}; "exact": {person: tomans}.
 */
export function burden(expense) {
  const people = Object.keys(expense.shares);
  if (expense.kind === "exact") {
    const sum = people.reduce((all, person) => all + expense.shares[person], 0);
    if (sum !== expense.amount) throw new RangeError("The parts are not the whole.");
    return { ...expense.shares };
  }
  const parts = split(expense.amount, people.map((person) => expense.shares[person]));
  return Object.fromEntries(people.map((person, i) => [person, parts[i]]));
}

/** {person: tomans}: above zero is owed to the person, below zero the person owes. */
export function balances(people, expenses, payments = []) {
  const sums = Object.fromEntries(people.map((person) => [person, 0]));
  for (const expense of expenses) {
    sums[expense.payer] += expense.amount;
    for (const [person, part] of Object.entries(burden(expense))) sums[person] -= part;
  }
  for (const payment of payments) {
    sums[payment.from] += payment.amount;
    sums[payment.to] -= payment.amount;
  }
  return sums;
}

/** Largest debtor pays largest creditor until all are even: one transfer less than people. */
function greedy(open) {
  const left = open.map(([person, sum]) => ({ person, sum }));
  const transfers = [];
  for (;;) {
    left.sort((a, b) => a.sum - b.sum);
    const debtor = left[0];
    const creditor = left[left.length - 1];
    if (!debtor || debtor.sum === 0) return transfers;
    const amount = Math.min(-debtor.sum, creditor.sum);
    transfers.push({ from: debtor.person, to: creditor.person, amount });
    debtor.sum += amount;
    creditor.sum -= amount;
  }
}

/**
 * The most groups that are even among themselves: n people in k such groups need n − k transfers.
 * best[set] is the number of prefixes of the best order of `set` that sum to zero.
 */
function evenGroups(open) {
  const size = 1 << open.length;
  const sums = new Float64Array(size);
  const best = new Int8Array(size);
  const last = new Int8Array(size);
  for (let set = 1; set < size; set += 1) {
    const lowest = 31 - Math.clz32(set & -set);
    sums[set] = sums[set & (set - 1)] + open[lowest][1];
    best[set] = -1;
    for (let i = 0; i < open.length; i += 1) {
      const rest = set & ~(1 << i);
      if (rest !== set && best[rest] > best[set]) {
        best[set] = best[rest];
        last[set] = i;
      }
    }
    if (sums[set] === 0) best[set] += 1;
  }
  const groups = [];
  let group = [];
  for (let set = size - 1; set > 0; set &= ~(1 << last[set])) {
    if (sums[set] === 0 && group.length > 0) {
      groups.push(group);
      group = [];
    }
    group.push(open[last[set]]);
  }
  return group.length > 0 ? [...groups, group] : groups;
}

/** The fewest transfers {from, to, amount} that make every balance zero. */
export function settle(sums) {
  const open = Object.entries(sums).filter(([, sum]) => sum !== 0);
  const groups = open.length <= EXACT_UP_TO ? evenGroups(open) : [open];
  return groups.flatMap(greedy).sort((a, b) => b.amount - a.amount);
}
