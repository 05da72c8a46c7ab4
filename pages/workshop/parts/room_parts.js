// What the host's screen and a participant's phone both show of a question.

import { h, svg } from "../../components/frontend/sync.js";
import { note } from "../../components/rooms/connection.js";

/** A number as a percentage, as exact as a finger is. */
export const percent = (p) => `${Number((100 * p).toFixed(p > 0.099 ? 0 : 1))} %`;

/** What an outcome costs in bits if it was given the probability q. */
export function cost(q) {
  if (q <= 0) return "∞";
  return String(Number((-Math.log2(Math.min(1, q)) || 0).toFixed(2)));
}

/** A number of bits, as `cost` and the server write it, with its unit. */
export const inBits = (text) => `${text} ${text === "1" ? "bit" : "bits"}`;

/** Outcomes with their probabilities; a colon keeps a digit's name from its number. */
export const listed = (names, q) => names.map((name, index) => `${name}: ${percent(q[index])}`).join(", ");

/** The question, with its drawing and what its outcome is drawn from where that is told. */
export function questionParts(round) {
  const prompt = h("p", { class: "cee-room-prompt" }, round.prompt);
  const isStated = round.stated.length > 0 && round.state !== "scored";
  return [
    round.ink ? h("div", { class: "cee-room-drawn" }, drawing(round.ink), prompt) : prompt,
    isStated && h("p", {}, `It is drawn with ${listed(round.outcomes, round.stated)}.`),
  ];
}

function drawing(ink) {
  const lines = ink.split(".").map((stroke) => {
    const numbers = (stroke.match(/[0-9a-f]{2}/g) ?? []).map((pair) => Number.parseInt(pair, 16));
    return svg("polyline", { points: numbers.join(" ") });
  });
  const head = { viewBox: "0 0 255 255", class: "cee-room-ink", role: "img" };
  return svg("svg", { ...head, "aria-label": "A digit, written by hand" }, ...lines);
}

/** What happened, in a round whose outcome is known. */
export const outcomePart = (round) =>
  h("p", { class: "cee-room-outcome" }, "It was ", h("b", {}, round.outcomes[round.outcome]), ".");

/**
 * Replace what stands in `place` where `signature` says that it is other than before. What was
 * unfolded there stays so, and the keyboard stays where it was, or at least in `place`.
 */
export function createSections() {
  const known = new Map();
  return (place, signature, build) => {
    const text = JSON.stringify(signature);
    if (known.get(place) === text) return;
    known.set(place, text);
    const unfolded = [...place.querySelectorAll("details[open] > summary")].map(nameOf);
    const held = place.getRootNode().activeElement;
    const name = place.contains(held) ? nameOf(held) : null;
    place.replaceChildren(...build().filter(Boolean));
    for (const summary of place.querySelectorAll("details > summary")) {
      summary.parentElement.open = unfolded.includes(nameOf(summary));
    }
    if (name === null) return;
    const again = [...place.querySelectorAll("button, a, input, select, textarea, summary")];
    focusOn(again.find((one) => nameOf(one) === name) ?? place);
  };
}

const nameOf = (element) =>
  element.getAttribute("aria-label") ?? (element.closest("label") ?? element).textContent;

/** Give the keyboard to any element, so that it goes on from there. */
export function focusOn(element) {
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus();
}

/** Do what a button asks for, once at a time, and say why where it cannot be done. */
export async function trying(button, act) {
  // A button that is disabled loses the keyboard.
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  note("");
  try {
    await act();
  } catch (error) {
    note(error.message);
  } finally {
    button.ariaBusy = "false";
  }
}
