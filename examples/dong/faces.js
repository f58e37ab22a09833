/** A round letter for each person; the hue comes from the place in the group, so no two are alike. */
import { h } from "./kit/dom.js";
import { nameOf } from "./book.js";

const GOLDEN_ANGLE = 137.5;

export function avatar(book, id, mini = false) {
  const place = book.people.findIndex((person) => person.id === id);
  return h("span", { class: mini ? "avatar mini" : "avatar", "aria-hidden": "true",
    style: { "--hue": String(Math.round((place * GOLDEN_ANGLE + 210) % 360)) } }, [...nameOf(book, id)][0]);
}
