// The stage of a race: every number, curve and digit on it is that of one step, which a slider
// chooses. All that was measured is here, so that moving asks the server for nothing.

import { noteEdit } from "../../../components/address/address.js";
import { chartColours, decoded, h } from "../../../components/frontend/sync.js";
import { createConfusion } from "./confusion.js";
import { createCurves } from "./curves.js";
import { createDigits } from "./digits.js";
import { createNumbers } from "./numbers.js";
import { createPlayer } from "./player.js";
import { createMemory } from "./memory.js";

const ACKNOWLEDGE = 8; // snapshots that may be sent twice before it is said that they are here
const OWNER = "race";
const views = new WeakMap();

export default function render({ data, parentElement, setStateValue, assets }) {
  let view = views.get(parentElement);
  if (!view) {
    view = createView(parentElement, assets);
    views.set(parentElement, view);
  }
  view.send = setStateValue;
  view.update(decoded(data));
  return () => {
    views.delete(parentElement);
    view.dispose();
  };
}

function createView(parent, assets) {
  const memory = createMemory();
  const view = { send: null, update, dispose };
  let told = null; // what the server said last
  let head = null;
  let chosen = 0; // network
  let step = null; // null is the newest
  let asked = -1;
  let playing = null; // run that plays itself, so that it does so once
  let isSealed = false; // a bet on a race that has ended hides its end until it has been played
  let shown = ""; // what was painted last

  const numbers = createNumbers((curve) => {
    chosen = curve;
    ask(digits.cell());
    paint();
  });
  const confusion = createConfusion((cell) => {
    digits.showCell(cell);
    ask(cell);
    repaint();
  });
  const curves = createCurves(assets, confusion.element, () => {
    paint();
    note();
  });
  const digits = createDigits({
    open: (digit, at) =>
      view.send("opened", { curve: chosen, digit, step: at, seq: Date.now() }),
    close: () => {
      confusion.mark(null);
      digits.showCell(null);
      repaint();
    },
  });
  const player = createPlayer({
    move: (to) => {
      step = to;
      paint();
    },
    rest: note,
    next: (direction) => memory.neighbour(position(), direction),
  });
  const says = h("p", { class: "cee-race-says" });
  const verdict = h("p", { class: "cee-race-verdict", "aria-live": "polite" });
  const ground = h("p", { class: "cee-race-ground" });
  const foot = h("div", { class: "cee-race-foot" }, player.element, verdict, says);
  const root = h(
    "section",
    { class: "cee-race", "aria-label": "The race" },
    numbers.element,
    curves.element,
    digits.element,
    foot,
    ground,
  );
  parent.append(root);
  const observer = new ResizeObserver(fit);
  observer.observe(root);
  window.addEventListener("resize", fit);

  function dispose() {
    player.pause();
    observer.disconnect();
    window.removeEventListener("resize", fit);
    curves.dispose();
    root.remove();
  }

  const position = () => step ?? (told.cue.held ? 0 : told.now);

  function update(next) {
    const another = next.run !== told?.run;
    if (another) {
      player.pause();
      memory.forget();
      if (told) step = null;
    }
    const betNow = told && !another && !told.cue.active && !told.words.verdict;
    told = next;
    if (another) isSealed = false;
    if (betNow && next.words.verdict) {
      player.pause();
      step = 0;
      isSealed = true;
    }
    if (next.head) ({ head } = next);
    else if (another || !head) return askAgain();
    if (!memory.take(next)) return askAgain();
    if (another) chosen = Math.min(chosen, head.curves.length - 1);
    if (next.cue.asked !== asked) {
      player.pause();
      ({ at: step, asked } = next.cue);
      curves.choose(next.cue.tab, head.tabs);
    }
    if (another) note({ quietly: true });
    colour();
    curves.update(head, next);
    if (next.cell) digits.takeCell(next.cell);
    if (next.cue.plays && playing !== next.run) {
      playing = next.run;
      view.send("played", next.run);
      if (!window.matchMedia("(prefers-reduced-motion: reduce)").matches) player.play();
    }
    fit();
    repaint();
    if (memory.unsaid() >= ACKNOWLEDGE || next.head) acknowledge();
    return undefined;
  }

  /** Ask for the images in a cell of the confusion matrix. */
  function ask(cell) {
    if (cell) view.send("cell", { run: told.run, curve: chosen, ...cell });
  }

  function acknowledge() {
    memory.say();
    // The digits are known a moment after the race.
    view.send("have", { run: told.run, counts: memory.counts(), whole: head.truth.length > 0 });
  }

  /** Ask for all of it: what the server believes to be here went with an earlier view. */
  function askAgain() {
    head = null;
    memory.forget();
    view.send("have", { run: "", at: Date.now() });
  }

  /** Keep the step and the tab in the address, and tell the server, which is asked for nothing. */
  function note({ quietly = false } = {}) {
    const tab = curves.tab();
    const at = step === null ? "" : String(step);
    const show = tab === head.tabs[0] ? "" : tab;
    // A moment is one of this race, also where the address has named none so far.
    noteEdit(OWNER, { at, show, ...((at || show) && { run: told.run }) });
    if (!quietly) view.send("moment", { run: told.run, step, tab, asked });
  }

  function colour() {
    const colours = chartColours(root);
    head.curves.forEach(({ place }, index) => {
      root.style.setProperty(`--curve-${index}`, colours[place] ?? "#5f6b7a");
    });
  }

  /** Give the curves what is left of the first screen. */
  function fit() {
    const bar = document.querySelector(".st-key-pinned")?.offsetHeight ?? 0;
    const scroller = document.querySelector("[data-testid=stMain]");
    const top = root.getBoundingClientRect().top + (scroller?.scrollTop ?? 0);
    const left = window.innerHeight - top - foot.offsetHeight - bar - 24;
    const height = root.clientWidth < 760 ? 280 : Math.min(470, Math.max(230, left));
    root.style.setProperty("--height", `${height}px`);
    curves.fit(height);
  }

  function repaint() {
    shown = "";
    paint();
  }

  function paint() {
    if (!head) return;
    const at = position();
    const now = told.cue.held ? 0 : told.now;
    if (step === null) isSealed = false;
    const state = {
      at,
      head,
      told,
      chosen,
      last: told.last,
      isNewest: step === null && !told.cue.held,
      isTold: player.isPlaying() || isSealed,
      snapshots: memory.at(at),
      norms: memory.norms(at),
    };
    const painting = JSON.stringify([at, now, chosen, state.isTold, curves.tab()]);
    player.paint({ at, now, told, head });
    curves.cursor(state);
    if (painting === shown) return;
    shown = painting;
    numbers.paint(state);
    if (curves.tab() === "Confusion") confusion.paint(state);
    digits.paint(state);
    saying(state);
  }

  function saying({ at, snapshots, isNewest }) {
    const { words, cue, last, epochs } = told;
    const epoch = ((at / last) * epochs).toFixed(1);
    const measured = snapshots.find(Boolean);
    const which = !measured
      ? "nothing is measured yet."
      : measured.full || measured.images === head.testImages
        ? `measured on all ${count(measured.images)} test images.`
        : `measured on the first ${count(measured.images)} of ` +
          `${count(head.testImages)} test images.`;
    says.replaceChildren(
      h("span", {}, h("strong", {}, words.status), ` ${words.progress} ${words.pace}`),
      h("span", {}, `Shown: step ${count(at)} of ${count(last)}, epoch ${epoch}; ${which}`),
    );
    const isOver = !cue.active && isNewest && !player.isPlaying();
    verdict.textContent = isOver ? words.verdict : "";
    ground.textContent = words.ground;
  }

  return view;
}

const count = (number) => number.toLocaleString("en");
