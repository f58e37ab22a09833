/** Elements from code: text is always text, so nothing a person types can become markup. */

const SVG = "http://www.w3.org/2000/svg";

function put(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

/**
 * h("button", {class: "chip", onclick: fn, "aria-pressed": "true"}, "متن")
 * A property that is null or false is left out; `style` takes an object of custom properties.
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") node[name] = value;
    else if (name === "style") {
      for (const [key, part] of Object.entries(value)) node.style.setProperty(key, part);
    } else node.setAttribute(name, value === true ? "" : value);
  }
  return put(node, children);
}

/** The same for SVG elements. */
export function s(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return put(node, children);
}

/** Strokes on a 24-point grid. */
const ICONS = {
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  check: "M20 6 9 17l-5-5",
  x: "M18 6 6 18M6 6l12 12",
  clock: "M12 7v5l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18",
  bag: "M6 8h12l1 12H5L6 8ZM9 8V6a3 3 0 0 1 6 0v2",
  receipt: "M6 3v18l2-1.5 2 1.5 2-1.5 2 1.5 2-1.5 2 1.5V3l-2 1.5L14 3l-2 1.5L10 3 8 4.5 6 3ZM9.5 9h5M9.5 13h5",
  note: "M4 20h4L19 9l-4-4L4 16v4ZM13.5 6.5l4 4",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM3 20c0-3.5 2.5-6 6-6s6 2.5 6 6M16 4.5a3.5 3.5 0 0 1 0 6M18 14.5c2 1 3 3 3 5.5",
  wallet: "M4 7h15v12H4zM4 7l11-3v3M15 13h4",
  trophy: "M8 4h8v6a4 4 0 0 1-8 0V4ZM8 6H4c0 3 1.5 5 4 5M16 6h4c0 3-1.5 5-4 5M12 14v4M8 20h8",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6l1-7Z",
  book: "M4 5c3-1 6-1 8 1 2-2 5-2 8-1v13c-3-1-6-1-8 1-2-2-5-2-8-1V5ZM12 6v13",
  globe: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9s.5-6 3.5-9",
  flask: "M9 3h6M10 3v6l-5 9c-.7 1.5.3 3 2 3h10c1.7 0 2.7-1.5 2-3l-5-9V3M7.5 15h9",
  back: "M5 12h14M13 6l6 6-6 6", // drawn for right-to-left: back is to the right
  forward: "M19 12H5M11 6l-6 6 6 6",
};

/** A decorative icon, hidden from screen readers: the words beside it say what it means. */
export function icon(name, size = 20) {
  const node = s("svg", {
    viewBox: "0 0 24 24", width: size, height: size, class: "icon", "aria-hidden": "true",
  }, s("path", { d: ICONS[name] }));
  return node;
}

/** Shows `node` as the whole screen, at the top, with the focus on its heading. */
export function show(root, node, { focus = true } = {}) {
  root.replaceChildren(node);
  window.scrollTo(0, 0);
  const heading = focus ? node.querySelector("[data-heading]") : null;
  if (heading) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
}

let toastTimer = 0;

/** One short sentence at the bottom, spoken by screen readers, gone after four seconds. */
export function toast(text) {
  let box = document.getElementById("toast");
  if (!box) {
    box = h("div", { id: "toast", role: "status", "aria-live": "polite" });
    document.body.append(box);
  }
  box.textContent = text;
  box.classList.add("on");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => box.classList.remove("on"), 4000);
}
