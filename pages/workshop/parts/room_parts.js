// What the host's screen and a participant's phone both show of a question.

import { h } from "../../components/frontend/sync.js";
import { note } from "../../components/rooms/connection.js";

/** A number as a percentage, as exact as a finger is. */
export const percent = (p) => `${Number((100 * p).toFixed(p > 0.099 ? 0 : 1))} %`;

/** What an outcome costs in bits if it was given the probability q. */
export function cost(q) {
  if (q <= 0) return "∞";
  return String(Number((-Math.log2(Math.min(1, q)) || 0).toFixed(2)));
}

/** The question, with its drawing and what its outcome is drawn from where that is told. */
export function questionParts(round) {
  const stated = round.stated.length
    ? round.outcomes.map((name, place) => `${name} ${percent(round.stated[place])}`).join(", ")
    : "";
  return [
    h("p", { class: "cee-room-prompt" }, round.prompt),
    ...(round.ink ? [drawing(round.ink)] : []),
    ...(stated && round.state !== "scored" ? [h("p", {}, `It is drawn with ${stated}.`)] : []),
  ];
}

function drawing(ink) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 255 255");
  svg.setAttribute("class", "cee-room-ink");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", "A digit, written by hand");
  for (const stroke of ink.split(".")) {
    const numbers = (stroke.match(/[0-9a-f]{2}/g) ?? []).map((pair) => Number.parseInt(pair, 16));
    const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
    line.setAttribute("points", numbers.join(" "));
    svg.append(line);
  }
  return svg;
}

/** What happened, in a round whose outcome is known. */
export const outcomePart = (round) =>
  h("p", { class: "cee-room-outcome" }, "It was ", h("b", {}, round.outcomes[round.outcome]), ".");

/** Replace what stands in `place` where `signature` says that it is other than before. */
export function createSections() {
  const known = new Map();
  return (place, signature, build) => {
    const text = JSON.stringify(signature);
    if (known.get(place) === text) return;
    known.set(place, text);
    place.replaceChildren(...build().filter(Boolean));
  };
}

/** Do what a button asks for, once at a time, and say why where it cannot be done. */
export async function trying(button, act) {
  button.disabled = true;
  note("");
  try {
    await act();
  } catch (error) {
    note(error.message);
  } finally {
    button.disabled = false;
  }
}
