/**
 * Where the best score lives. With a backend, it is kept there for the person that the token
 * names; without one, or while it does not answer, in the person's cloud storage.
 */
import { BACKEND } from "./backend.js";

const KEY = "best";
const WAIT_MS = 5000;
export const NOTHING = { best: 0, plays: 0 };

async function ask(platform, path, options = {}) {
  const token = await platform.token;
  const response = await fetch(BACKEND + path, {
    ...options,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    signal: AbortSignal.timeout(WAIT_MS),
  });
  if (!response.ok) throw new Error(`The backend answered ${response.status}.`);
  return response.json();
}

async function stored(platform) {
  const raw = await platform.read(KEY);
  if (!raw) return NOTHING;
  try {
    const { best, plays } = JSON.parse(raw);
    return { best: Number(best) || 0, plays: Number(plays) || 0 };
  } catch {
    return NOTHING; // not ours to read: the next round writes it anew
  }
}

const remote = (platform) => BACKEND !== "" && platform.live;

/** {best, plays} and, from a backend, {nick, rank, players, top: [{nick, best, you}]}. */
export async function standing(platform) {
  const own = await stored(platform);
  if (!remote(platform)) return own;
  try {
    const known = await ask(platform, "/me");
    // rounds played while the backend was away are handed in late
    return own.best > known.best ? await send(platform, own.best) : known;
  } catch {
    return own;
  }
}

const send = (platform, points) =>
  ask(platform, "/scores", { method: "POST", body: JSON.stringify({ points }) });

/** Keeps a round and gives the new standing, with `record: true` when it is the best so far. */
export async function keep(platform, points) {
  const own = await stored(platform);
  const next = { best: Math.max(own.best, points), plays: own.plays + 1 };
  await platform.write(KEY, JSON.stringify(next));
  const record = points > own.best;
  if (!remote(platform)) return { ...next, record };
  try {
    return { ...await send(platform, points), record };
  } catch {
    return { ...next, record };
  }
}
