// Writes what is derived from protocol.json: node sdk/generate.js [--check]
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const OUTPUTS = { module: "host/static/host/runner/protocol.js", page: "docs/reference/bridge.md" };
const MARKS = /(<!-- begin (\w+), generated -->\n)[^]*?(<!-- end \2 -->)/g;

/** @param {string} path */
const read = (path) => readFileSync(new URL(path, root), "utf8");

/** @param {any} protocol */
export function moduleText(protocol) {
  const needed = {
    version: protocol.version,
    limits: protocol.limits,
    methods: Object.fromEntries(
      Object.entries(protocol.methods).map(([name, { handling, params, refusal }]) => [
        name,
        refusal ? { handling, params, refusal } : { handling, params },
      ]),
    ),
    customMethods: Object.fromEntries(
      Object.entries(protocol.custom_methods).map(([name, { call }]) => [name, call]),
    ),
    modern: Object.fromEntries(
      Object.entries(protocol.modern.methods).map(([name, { params }]) => [name, { params }]),
    ),
  };
  const rows = Object.entries(needed).map(
    ([name, value]) => `export const ${name} = ${JSON.stringify(value, null, 1)};\n`,
  );
  return `// Generated from sdk/protocol.json by sdk/generate.js; edit there.\n${rows.join("")}`;
}

/** @param {any} params */
const shape = (params) =>
  Object.entries(params)
    .map(([name, type]) => (type.endsWith("?") ? `${name}?: ${type.slice(0, -1)}` : `${name}: ${type}`))
    .join(", ");

/** @param {any} params */
const shapeCell = (params) => (Object.keys(params).length ? `\`{${shape(params)}}\`` : "-");

/** @param {any} refusal */
const refusalCell = (refusal) => {
  if (!refusal) return "-";
  const echoed = (refusal.echo ?? []).map((/** @type {string} */ key) => [key, "…"]);
  const body = JSON.stringify({ ...Object.fromEntries(echoed), ...refusal.data });
  return `\`${refusal.event} ${body}\``;
};

/** @param {string[]} head @param {string[][]} rows */
function table(head, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}

/** @param {any} protocol @returns {Record<string, string>} */
function tables(protocol) {
  const { methods, custom_methods: custom, events, modern, limits, handling } = protocol;
  return {
    handling: table(["handling", "meaning"], Object.entries(handling).map(([k, v]) => [k, String(v)])),
    methods: table(
      ["method", "since", "params", "reply", "handling", "refusal", "priority"],
      Object.entries(methods).map(([name, m]) => [
        `\`${name}\``, m.since, shapeCell(m.params),
        m.replies.map((/** @type {string} */ r) => `\`${r}\``).join(", ") || "-",
        m.handling, refusalCell(m.refusal), m.priority,
      ]),
    ),
    differs: table(
      ["method", "what differs here"],
      Object.entries(methods).filter(([, m]) => m.differs).map(([name, m]) => [`\`${name}\``, m.differs]),
    ),
    custom: table(
      ["method", "handling", "result"],
      Object.entries(custom).map(([name, m]) => [`\`${name}\``, m.handling, m.result]),
    ),
    events: table(
      ["event", "since", "payload", "sent today"],
      Object.entries(events).map(([name, e]) => [
        `\`${name}\``, e.since, e.payload.startsWith("{") ? `\`${e.payload}\`` : e.payload,
        e.sent ? "yes" : "no",
      ]),
    ),
    modern: table(
      ["method", "params", "result", "handling"],
      Object.entries(modern.methods).map(([name, m]) => [
        `\`${name}\``, shapeCell(m.params), m.result, m.handling,
      ]),
    ),
    modernevents: table(
      ["event", "data"], Object.entries(modern.events).map(([k, v]) => [`\`${k}\``, `\`${v}\``]),
    ),
    errors: table(["code", "meaning"], Object.entries(modern.errors).map(([k, v]) => [`\`${k}\``, String(v)])),
    limits: table(["limit", "value"], Object.entries(limits).map(([k, v]) => [`\`${k}\``, String(v)])),
  };
}

/** @param {any} protocol @param {string} page */
export function pageText(protocol, page) {
  const made = tables(protocol);
  return page.replace(MARKS, (_all, begin, name, end) => begin + made[name] + end);
}

/** @returns {[string, string][]} path and text of each derived file */
export function derived() {
  const protocol = JSON.parse(read("sdk/protocol.json"));
  return [
    [OUTPUTS.module, moduleText(protocol)],
    [OUTPUTS.page, pageText(protocol, read(OUTPUTS.page))],
  ];
}

/** @returns {string[]} the paths of derived files that are not what they should be */
export const stale = () => derived().filter(([path, text]) => {
  try {
    return read(path) !== text;
  } catch {
    return true;
  }
}).map(([path]) => path);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--check")) {
    const old = stale();
    for (const path of old) console.error(`${path} is older than sdk/protocol.json: node sdk/generate.js`);
    process.exitCode = old.length ? 1 : 0;
  } else {
    for (const [path, text] of derived()) writeFileSync(new URL(path, root), text);
  }
}
