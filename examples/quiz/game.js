/** One round, without a screen: which questions, what an answer is worth, how it ended. */
import { QUESTIONS, TOPICS } from "./questions.js";
import { shuffled } from "./kit/text.js";

export const ROUND = 10;
export const SECONDS = 20;
export const RIGHT_POINTS = 100;
/** On top for a quick answer: all of it at once, none at the last second, none without a clock. */
export const SPEED_POINTS = 50;
export const MOST_POINTS = ROUND * (RIGHT_POINTS + SPEED_POINTS);

/** ROUND questions, as even over the topics as it goes, each with shuffled choices. */
export function deal(random = Math.random) {
  const piles = Object.keys(TOPICS).map((topic) =>
    shuffled(QUESTIONS.filter((question) => question.topic === topic), random));
  const dealt = [];
  for (let i = 0; dealt.length < ROUND; i += 1) dealt.push(piles[i % piles.length].pop());
  return shuffled(dealt, random).map((question) => {
    const order = shuffled(question.choices.map((_, place) => place), random);
    return {
      ...question,
      choices: order.map((place) => question.choices[place]),
      right: order.indexOf(question.right),
    };
  });
}

/** `left` is the part of the time that is left, 0 to 1; null without a clock. */
export function pointsFor(right, left) {
  if (!right) return 0;
  return RIGHT_POINTS + Math.round(SPEED_POINTS * (left ?? 0));
}

/** The outcome of a round of answers [{question, picked, points}]. */
export function outcome(answers) {
  const right = answers.filter((one) => one.picked === one.question.right);
  const topics = Object.keys(TOPICS).map((topic) => {
    const all = answers.filter((one) => one.question.topic === topic);
    return { topic, all: all.length, right: all.filter((one) => right.includes(one)).length };
  });
  return { points: answers.reduce((sum, one) => sum + one.points, 0), right: right.length, topics };
}

/** A word for the result, kind at any score. */
export function verdict(right) {
  if (right === ROUND) return "بی‌نقص";
  if (right >= 8) return "آفرین، خیلی خوب بود";
  if (right >= 5) return "خوب پیش رفتید";
  return "شروع خوبی بود";
}
