/** دانا: ten questions against the clock, and a best score that stays. */
import { h, icon, s, show, toast } from "./kit/dom.js";
import { connect, copy, insist } from "./kit/platform.js";
import { number } from "./kit/text.js";
import { MOST_POINTS, ROUND, SECONDS, deal, outcome, pointsFor, verdict } from "./game.js";
import { keep, standing } from "./scores.js";
import { TOPICS } from "./questions.js";

const KEYS = ["الف", "ب", "پ", "ت"];
const LATE_SECONDS = 5;

const root = document.getElementById("app");
const platform = await connect();
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let score = null;
let timed = true;

/** A circle of which `part` (0 to 1) is drawn. */
function circle(size, width) {
  const radius = (size - width) / 2;
  const whole = 2 * Math.PI * radius;
  const at = { cx: size / 2, cy: size / 2, r: radius };
  const hand = s("circle", { ...at, class: "hand", "stroke-dasharray": whole });
  hand.style.setProperty("--whole", whole);
  return {
    node: s("svg", { viewBox: `0 0 ${size} ${size}`, "aria-hidden": "true" }, s("circle", { ...at, class: "track" }), hand),
    draw: (part) => hand.setAttribute("stroke-dashoffset", whole * (1 - part)),
  };
}

/**
 * A clock for one question. It counts real time, not frames, and stands still while the app is
 * hidden. With reduced motion the ring moves once a second instead of smoothly.
 */
function clock(seconds, whenOver) {
  const ring = circle(52, 5);
  const words = h("span", { class: "num" }, number(seconds));
  const node = h("div", { class: "clock", role: "timer", "aria-label": "زمان" }, ring.node, words);
  let left = seconds * 1000;
  let last = performance.now();
  let running = true;
  const tick = () => {
    if (!running) return;
    const now = performance.now();
    if (!document.hidden) left = Math.max(0, left - (now - last));
    last = now;
    const whole = Math.ceil(left / 1000);
    ring.draw(calm.matches ? whole / seconds : left / 1000 / seconds);
    words.textContent = number(whole);
    node.classList.toggle("late", whole <= LATE_SECONDS);
    if (left === 0) whenOver();
    else setTimeout(tick, calm.matches ? 250 : 50);
  };
  tick();
  return { node, stop: () => { running = false; return left / 1000 / seconds; } };
}

function ranks() {
  if (!score.top?.length) return null;
  return h("section", { class: "stack" },
    h("div", { class: "spread" }, h("h2", {}, "برترین‌ها"),
      score.rank && h("span", { class: "quiet small" }, `شما ${number(score.rank)} از ${number(score.players)}`)),
    h("ol", { class: "card ranks" }, score.top.map((one, place) => h("li", { class: one.you ? "you" : "" },
      h("span", { class: "place num" }, number(place + 1)),
      h("bdi", { class: "grow" }, one.you ? `${one.nick} (شما)` : one.nick),
      h("strong", { class: "num" }, number(one.best))))));
}

function facts() {
  const one = (value, words) => h("div", { class: "card" },
    h("strong", { class: "num" }, value), h("span", { class: "quiet small" }, words));
  return h("section", { class: "facts", "aria-label": "کارنامه" },
    one(number(score.best), "بهترین امتیاز"), one(number(score.plays), "بازی"), one(number(MOST_POINTS), "سقف امتیاز"));
}

function showStart() {
  platform.backButton(null);
  platform.closingConfirmation(false);
  platform.mainButton({ text: score.plays ? "یک دست دیگر" : "شروع بازی" }, play);
  show(root, h("div", { class: "screen" },
    h("header", { class: "cover" },
      h("img", { src: new URL("./images/owl.svg", import.meta.url).href, alt: "" }),
      h("h1", { "data-heading": "" }, "دانا"), h("p", {}, "ده پرسش، هر کدام بیست ثانیه."),
      h("div", { class: "row" }, Object.values(TOPICS).map((topic) =>
        h("span", { class: "badge" }, icon(topic.icon, 16), topic.name)))),
    facts(),
    h("label", { class: "card switch" }, h("span", {}, "بازی با زمان",
      h("span", { class: "quiet small", style: { display: "block" } }, "پاسخ زودتر امتیاز بیشتری دارد.")),
      h("input", { type: "checkbox", role: "switch", checked: timed, onchange: (event) => { timed = event.target.checked; } })),
    ranks()), { focus: false });
}

function play() {
  platform.closingConfirmation(true);
  showQuestion(deal(), []);
}

function dots(questions, answers) {
  return h("div", { class: "dots", role: "img", "aria-label": `پرسش ${number(answers.length + 1)} از ${number(ROUND)}` },
    questions.map((question, place) => {
      const answer = answers[place];
      const how = answer ? (answer.picked === question.right ? "right" : "wrong") : place === answers.length ? "now" : "";
      return h("i", { class: how });
    }));
}

async function leave() {
  const answer = await platform.popup({
    title: "بازی نیمه‌کاره بماند؟", message: "امتیاز این دست شمرده نمی‌شود.",
    buttons: [{ id: "leave", type: "destructive", text: "بیرون رفتن" }, { id: "stay", type: "default", text: "ادامهٔ بازی" }],
  });
  return answer === "leave";
}

function showQuestion(questions, answers) {
  const question = questions[answers.length];
  const said = h("div", { "aria-live": "polite" });
  const buttons = question.choices.map((choice, place) => h("button", {
    class: "choice", type: "button", onclick: () => answer(place),
  }, h("span", { class: "key", "aria-hidden": "true" }, KEYS[place]), h("bdi", {}, choice)));
  const timer = timed ? clock(SECONDS, () => answer(null)) : null;
  let done = false;

  function answer(picked) {
    if (done) return;
    done = true;
    const left = timer ? timer.stop() : null;
    const right = picked === question.right;
    const points = pointsFor(right, left);
    buttons.forEach((button, place) => {
      button.disabled = true;
      if (place === question.right) mark(button, "right", "check");
      else if (place === picked) mark(button, "wrong", "x");
      else button.classList.add("off");
    });
    platform.haptic("notification", right ? "success" : "error");
    const lead = picked === null ? "زمان تمام شد." : right ? `درست، ${number(points)} امتیاز.` : "نادرست.";
    said.replaceChildren(h("div", { class: "card why" },
      h("strong", { class: right ? "right" : "wrong" }, lead), " ", question.why));
    const next = [...answers, { question, picked, points }];
    const last = next.length === questions.length;
    platform.mainButton({ text: last ? "دیدن نتیجه" : "پرسش بعدی" },
      () => (last ? finish(next) : showQuestion(questions, next)));
    said.scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
  }

  platform.mainButton(null);
  platform.backButton(async () => {
    if (!(await leave())) return;
    done = true;
    timer?.stop();
    showStart();
  });
  const topic = TOPICS[question.topic];
  show(root, h("div", { class: "screen" },
    h("div", { class: "status" }, h("span", { class: "num small quiet" }, `${number(answers.length + 1)} از ${number(ROUND)}`),
      dots(questions, answers), timer?.node),
    h("div", { class: "card ask" }, h("span", { class: "topic" }, icon(topic.icon, 18), topic.name),
      h("h1", { "data-heading": "" }, question.ask)),
    h("div", { class: "choices" }, buttons), said));
}

function mark(button, how, sign) {
  button.classList.add(how);
  button.querySelector(".key").replaceChildren(icon(sign, 18));
  button.append(h("span", { class: "sr" }, how === "right" ? "پاسخ درست" : "پاسخ شما"));
}

let finishing = false;

async function finish(answers) {
  if (finishing) return;
  finishing = true;
  platform.mainButton({ text: "نتیجه را می‌نویسیم", active: false, progress: true });
  const result = outcome(answers);
  let record = result.points > score.best;
  try {
    score = await keep(platform, result.points);
    record = score.record;
  } catch {
    score = { ...score, best: Math.max(score.best, result.points), plays: score.plays + 1 };
    toast("امتیاز ذخیره نشد. اتصال را ببینید.");
  }
  finishing = false;
  showResult(result, answers, record);
}

function shareText(result) {
  const squares = result.topics.map(({ topic, right, all }) => `${TOPICS[topic].name} ${number(right)} از ${number(all)}`);
  return `در «دانا» ${number(result.points)} امتیاز گرفتم: ${number(result.right)} پاسخ درست از ${number(ROUND)}.\n${squares.join("، ")}\nشما چند می‌گیرید؟`;
}

function review(answers) {
  const missed = answers.filter((one) => one.picked !== one.question.right);
  if (missed.length === 0) return null;
  return h("details", { class: "card" }, h("summary", {}, `${number(missed.length)} پرسش برای یاد گرفتن`),
    h("ul", {}, missed.map(({ question }) => h("li", {}, h("div", {}, question.ask),
      h("div", { class: "right" }, h("bdi", {}, question.choices[question.right])),
      h("div", { class: "quiet small" }, question.why)))));
}

function showResult(result, answers, record) {
  platform.closingConfirmation(false);
  platform.backButton(showStart);
  platform.mainButton({ text: "یک دست دیگر" }, play);
  const ring = circle(168, 12);
  ring.draw(Math.max(0.001, result.right / ROUND));
  show(root, h("div", { class: "screen" },
    h("section", { class: "card result" },
      h("div", { class: "ring" }, ring.node, h("span", { class: "big num" }, number(result.points)),
        h("span", { class: "quiet small" }, "امتیاز")),
      h("h1", { "data-heading": "" }, verdict(result.right)),
      h("p", { class: "quiet" }, `${number(result.right)} پاسخ درست از ${number(ROUND)}`),
      record && h("span", { class: "record" }, icon("trophy", 16), "بهترین امتیاز شما")),
    h("section", { class: "card" }, result.topics.map(({ topic, right, all }) => h("div", { class: "bar" },
      h("span", { class: "topic" }, icon(TOPICS[topic].icon, 18), TOPICS[topic].name),
      h("span", { class: "track", style: { "--part": `${(right / all) * 100}%` } }, h("i")),
      h("span", { class: "num small" }, `${number(right)} از ${number(all)}`)))),
    h("button", { class: "soft wide", type: "button", onclick: () => copy(shareText(result)) }, icon("copy", 18), "رونوشت نتیجه برای دوستان"),
    review(answers), ranks()));
}

score = await insist(root, () => standing(platform));
showStart();
