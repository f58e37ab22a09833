// Writes what is derived from protocol.json: node sdk/generate.js [--check]
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const OUTPUTS = { module: "host/static/host/runner/protocol.js", page: "docs/reference/bridge.md", types: "sdk/types/protocol.d.ts" };
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

const TYPES = { array: "unknown[]", any: "unknown", object: "Record<string, unknown>" };

/** @param {string} kind as the host checks it @param {string | undefined} narrower */
const typeOf = (kind, narrower) => narrower ?? TYPES[/** @type {keyof typeof TYPES} */ (kind)] ?? kind;

/** @param {any} method of the port */
function paramsType({ params, narrower = {} }) {
  const members = Object.entries(params).map(([name, kind]) => {
    const optional = kind.endsWith("?");
    return `${name}${optional ? "?" : ""}: ${typeOf(optional ? kind.slice(0, -1) : kind, narrower[name])}`;
  });
  return members.length ? `{${members.join(", ")}}` : "{}";
}

/** @param {any} protocol @returns {string} what TypeScript knows of the port */
export function typesText({ modern }) {
  const block = (/** @type {string} */ name, /** @type {[string, string][]} */ rows) =>
    `export interface ${name} {\n${rows.map(([key, type]) => `    ${JSON.stringify(key)}: ${type};\n`).join("")}}\n`;
  const { types, methods, events, errors } = modern;
  const named = Object.entries(types).map(([name, type]) => `export type ${name} = ${type};\n`);
  const codes = Object.keys(errors).filter((code) => !code.startsWith("<")).map((code) => JSON.stringify(code));
  return [
    "// Generated from sdk/protocol.json by sdk/generate.js; edit there.\n", ...named,
    `/** Codes of the SDK and the host; a refusal of the server has its own. */\nexport type ErrorCode = ${codes.join(" | ")};\n`,
    block("Methods", Object.entries(methods).map(([name, method]) =>
      [name, `{params: ${paramsType(method)}, result: ${method.result}}`])),
    block("Events", Object.entries(events)),
  ].join("");
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

/** @param {string} name @param {any} method of Telegram's wire */
function entry(name, { since, priority, handling, params, replies, refusal, differs }) {
  const rows = [
    `Since ${since} · ${priority} · ${handling}`,
    Object.keys(params).length ? `Parameters: ${shapeCell(params)}` : "",
    replies.length ? `Reply: ${replies.map((/** @type {string} */ reply) => `\`${reply}\``).join(", ")}` : "",
    refusal ? `Refused: ${refusalCell(refusal)}` : "",
    `Differs: ${differs}`,
  ];
  return `#### \`${name}\`\n\n${rows.filter(Boolean).map((row) => `* ${row}\n`).join("")}`;
}

/** @param {any} protocol @returns {Record<string, string>} */
function tables(protocol) {
  const { methods, custom_methods: custom, events, modern, limits, handling } = protocol;
  return {
    handling: table(["handling", "meaning"], Object.entries(handling).map(([k, v]) => [k, String(v)])),
    methods: Object.entries(methods).map(([name, method]) => entry(name, method)).join("\n"),
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
        `\`${name}\``, shapeCell(m.params),
        `\`${m.result.replaceAll("|", "\\|")}\`${m.says ? `: ${m.says}` : ""}`, m.handling,
      ]),
    ),
    modernevents: table(
      ["event", "data"], Object.entries(modern.events).map(([k, v]) => [`\`${k}\``, `\`${v}\``]),
    ),
    types: table(
      ["type", "members"],
      Object.entries(modern.types).map(([k, v]) => [`\`${k}\``, `\`${String(v).replaceAll("|", "\\|")}\``]),
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
    [OUTPUTS.types, typesText(protocol)],
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
