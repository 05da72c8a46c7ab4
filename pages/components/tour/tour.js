// Turns the tour by keys, and shows and marks the control that its stop is about.

import { isInteractive } from "../frontend/focus.js";

const TURNS = { PageDown: "next", PageUp: "back", ArrowRight: "next", ArrowLeft: "back" };
const PATIENCE_MS = 15_000; // until the page of a stop must have drawn its control
const SETTLES_MS = 3000; // after which the page grows no more around it
// A rule and not a class, which Streamlit would take away with its next rendering.
const mark = document.createElement("style");

let control = ""; // key of what the stop is about
let shown = ""; // the beat of the stop whose control has been shown
let isRunning = false;
let observer = null;
let holding = 0; // timer

export default function render({ data }) {
  const beat = `${data.stop} ${data.beat} ${data.control}`;
  control = data.control;
  isRunning = data.stop > 0;
  if (beat !== shown) {
    shown = beat;
    seek();
  }
  // Before sliders and bars, which take these keys too: a remote turns the tour in any case.
  window.addEventListener("keydown", turn, true);
  return () => {
    window.removeEventListener("keydown", turn, true);
    unmark();
    shown = "";
  };
}

/** Go to the next beat or the one before, as a presenter's remote asks for it; or start the tour. */
function turn(event) {
  const way = TURNS[event.key];
  if (!way || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  // Where the tour is only offered, the keys have their own meanings but for the one that starts it.
  if (isRunning ? event.key.startsWith("Arrow") && isInteractive() : event.key !== "PageDown" || isInteractive()) return;
  event.preventDefault();
  event.stopPropagation();
  const place = isRunning ? `.st-key-tour-${way}` : ".st-key-tour-offer";
  if (!event.repeat) document.querySelector(`${place} :is(a, button)`)?.click();
}

function unmark() {
  observer?.disconnect();
  clearTimeout(holding);
  mark.remove();
}

/** Mark the control, and bring it into view once it is there. */
function seek() {
  unmark();
  if (!control) return;
  const key = `.st-key-${CSS.escape(control.replaceAll(" ", "-"))}`;
  mark.textContent = `${key} { outline: var(--cee-tour-mark); outline-offset: 4px; border-radius: 0.4rem; }`;
  document.head.append(mark);
  const look = () => {
    const found = document.querySelector(key);
    if (!found?.getBoundingClientRect().height) return;
    observer.disconnect();
    hold(found, performance.now() + SETTLES_MS);
  };
  observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true, subtree: true });
  setTimeout(observer.disconnect.bind(observer), PATIENCE_MS);
  look();
}

/** How much of the screen is covered below: by the bar, and by a plot that stays in view on a phone. */
function below(control) {
  const plots = [...document.querySelectorAll(".cee-plot")].map((one) => one.closest("[class*=st-key-]"));
  const staying = plots.find((one) => getComputedStyle(one).position === "sticky" && !control.contains(one));
  return [document.querySelector(".st-key-pinned"), staying].reduce((sum, one) => sum + (one?.offsetHeight ?? 0), 0);
}

/** Keep the control in view while the page grows around it, until somebody takes over. */
function hold(element, until) {
  element.style.scrollMargin = `3.1rem 0 ${below(element) + 8}px`;
  element.scrollIntoView({ block: "nearest" });
  if (performance.now() < until) holding = setTimeout(hold, 150, element, until);
}

for (const taken of ["pointerdown", "wheel", "touchstart", "keydown"]) {
  window.addEventListener(taken, () => clearTimeout(holding), { capture: true, passive: true });
}
