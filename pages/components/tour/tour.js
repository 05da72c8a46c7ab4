// Turns the tour by keys, and shows and marks the control that its stop is about.

import { isInteractive } from "../frontend/focus.js";

const TURNS = { PageDown: "next", PageUp: "back", ArrowRight: "next", ArrowLeft: "back" };
const PATIENCE_MS = 15_000; // until the page of a stop must have drawn its control
const MARK = "cee-tour-mark";

let control = ""; // key of what the stop is about
let shown = ""; // the stop whose control has been shown
let observer = null;

export default function render({ data }) {
  const stop = `${data.stop} ${data.control}`;
  control = data.control;
  if (stop !== shown) {
    shown = stop;
    seek();
  }
  window.addEventListener("keydown", turn);
  return () => {
    window.removeEventListener("keydown", turn);
    unmark();
    shown = "";
  };
}

/** Follow the link to the next stop or the one before, as a presenter's remote asks for it. */
function turn(event) {
  const way = TURNS[event.key];
  if (!way || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key.startsWith("Arrow") && isInteractive(document.activeElement)) return;
  event.preventDefault();
  if (!event.repeat) document.querySelector(`.st-key-tour-${way} a`)?.click();
}

function unmark() {
  observer?.disconnect();
  document.querySelector(`.${MARK}`)?.classList.remove(MARK);
}

/** Mark the control once it is there, and bring it into view. */
function seek() {
  unmark();
  if (!control) return;
  const look = () => {
    const found = document.querySelector(`.st-key-${CSS.escape(control.replaceAll(" ", "-"))}`);
    if (!found?.getBoundingClientRect().height) return;
    observer.disconnect();
    found.classList.add(MARK);
    found.scrollIntoView({ block: "nearest" });
  };
  observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true, subtree: true });
  setTimeout(observer.disconnect.bind(observer), PATIENCE_MS);
  look();
}
