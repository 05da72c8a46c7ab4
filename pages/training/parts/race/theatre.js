// The stage of a race: every number, curve and digit on it is that of one step, which a slider
// chooses. All that was measured is here, so that moving asks the server for nothing. What is new
// comes by a socket; without one the page's script is asked for it again and again.

import { noteEdit } from "../../../components/address/address.js";
import { createWatch } from "../../../components/push/push.js";
import { chartColours, h, viewPerPlace, whenResized } from "../../../components/frontend/sync.js";
import { createConfusion } from "./confusion.js";
import { createCurves } from "./curves.js";
import { createDigits } from "./digits.js";
import { createNumbers } from "./numbers.js";
import { createPlayer } from "./player.js";
import { createMemory } from "./memory.js";

const ACKNOWLEDGE = 8; // snapshots that may be sent twice before it is said that they are here
const OWNER = "race";
const ASK_AGAIN_MS = 3000; // a rerun can be lost with its connection
const CLOCKS_APART_S = 5; // a newer picture of another server may seem older
// Older than what is told of them already, these are left out of what a script sends.
const FACTS = [
  "version", "share", "diverged", "rates", "reached", "now", "last", "epochs", "active", "quick",
  "words", "read",
];

export default viewPerPlace(createView);

function createView(parent, assets) {
  const memory = createMemory();
  const view = { send: null, update, dispose };
  let text = ""; // what the page's script sent last
  let told = null; // what the server said last, by script or by socket
  let answered = ""; // `news` that a script has answered
  let asking = null; // {news, at}: those that it was asked to
  let wasActive = false; // when a script was last run
  let watch = null;
  let timer = 0; // asks for reruns without a socket
  let ticks = 0;
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
    // Before the script answers, the curve goes on from where it was when its tab was left.
    watch?.say();
    note();
  });
  const digits = createDigits({
    open: (digit, at) =>
      tell("opened", { curve: chosen, digit, step: at, seq: Date.now() }),
    chosen: () => note(),
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
  const unwatch = whenResized(root, fit);
  window.addEventListener("resize", fit);

  function dispose() {
    player.pause();
    watch?.close();
    clearTimeout(timer);
    view.send = () => {};
    unwatch();
    window.removeEventListener("resize", fit);
    curves.dispose();
    root.remove();
  }

  // A race that will be replayed is shown from its beginning, not where it is for a moment.
  const isHeld = () => told.cue.follows && told.quick && told.active;
  const position = () => step ?? (isHeld() ? 0 : told.now);

  function update(data) {
    const sent = new TextDecoder().decode(data);
    // Called again without news, for the theme perhaps: what came by the socket is newer.
    const isKnown = sent === text && head;
    text = sent;
    if (!isKnown) return take(JSON.parse(sent));
    curves.update(head, { ...told, plots: {} });
    colour();
    fit();
    return repaint();
  }

  /** Take what the page's script sent. */
  function take(next) {
    const another = next.run !== told?.run;
    if (another) {
      player.pause();
      memory.forget();
      if (told) step = null;
    }
    const betNow = told && !another && !wasActive && !told.verdict;
    const ahead = another || !head ? 0 : told.read - next.read;
    const isOlder = ahead > 0 && ahead < CLOCKS_APART_S;
    const facts = isOlder ? Object.fromEntries(FACTS.map((name) => [name, told[name]])) : {};
    told = { ...next, ...facts };
    wasActive = next.active;
    answered = JSON.stringify(next.news);
    if (another) isSealed = false;
    if (betNow && next.verdict) {
      player.pause();
      step = 0;
      isSealed = true;
    }
    if (next.head) ({ head } = next);
    else if (another || !head) return askAgain();
    if (!isOlder && !memory.take(next)) return askAgain();
    if (another) chosen = Math.min(chosen, head.curves.length - 1);
    if (next.cue.asked !== asked) {
      player.pause();
      ({ at: step, asked } = next.cue);
      curves.choose(next.cue.tab, head.tabs);
      digits.choose(next.cue.image);
    }
    if (another) note({ quietly: true });
    colour();
    curves.update(head, next);
    if (next.cell) digits.takeCell(next.cell);
    show();
    if (next.head || (memory.unsaid() >= ACKNOWLEDGE && !watch?.hears())) acknowledge();
    return follow();
  }

  function show() {
    replay();
    fit();
    repaint();
  }

  /** Replay a race that was too quick, once it has ended. */
  function replay() {
    const plays = told.cue.follows && told.quick && !told.active;
    if (!plays || playing === told.run) return;
    playing = told.run;
    tell("played", told.run);
    if (!window.matchMedia("(prefers-reduced-motion: reduce)").matches) player.play();
  }

  /** Watch on: by the socket, and by reruns where there is none. */
  function follow() {
    if (told.live === null) {
      watch?.close();
      watch = null;
      clearTimeout(timer);
    } else if (watch) watch.say();
    else watch = createWatch({ place, hear, turn });
  }

  function turn(hears) {
    clearTimeout(timer);
    // Where the whole connection is lost, Streamlit's client knows it in a moment.
    if (!hears) timer = setTimeout(askForRerun, 250);
  }

  function askForRerun() {
    const { testConnectionState, testScriptState } =
      document.querySelector("[data-testid=stApp]").dataset;
    timer = setTimeout(askForRerun, 1000 * told.live);
    // One after the other, and none while there is nobody to answer.
    if (testConnectionState !== "CONNECTED" || testScriptState !== "notRunning") return;
    ticks += 1;
    tell("tick", ticks);
  }

  const place = () => {
    const { view: wanted, version } = curves.wanted(told.run);
    return {
      kind: "race",
      of: told.run,
      view: wanted,
      versions: [told.version, version],
      counts: memory.counts(),
      share: memory.share(),
    };
  };

  /** Take what came by the socket. */
  function hear({ plot, base, news, spread, ...facts }) {
    if (facts.run !== told.run || !head) return;
    if (facts.version) {
      // What there was to tell since another place than this tab is at by now.
      if (base !== told.version || !memory.take(facts)) {
        watch.say();
        return;
      }
      const { first, snapshots, newest, norms, ...own } = facts;
      told = { ...told, ...own };
      if (plot && !curves.extend(plot, told)) watch.say();
      show();
    }
    answer(JSON.stringify(news), spread);
  }

  /** Have the page's script answer news that it has not: once, and not all of a hall at a time. */
  function answer(news, spread) {
    if (news === answered) return;
    if (asking?.news === news && performance.now() - asking.at < ASK_AGAIN_MS + 1000 * spread) return;
    asking = { news, at: performance.now() };
    setTimeout(() => {
      if (news !== answered) tell("stale", { news, at: Date.now() });
    }, 1000 * spread * Math.random());
  }

  /** Say something to the page's script, which is then run. */
  function tell(what, value) {
    if (head && memory.unsaid() >= ACKNOWLEDGE) acknowledge();
    view.send(what, value);
  }

  /** Ask for the images in a cell of the confusion matrix. */
  function ask(cell) {
    if (cell) tell("cell", { run: told.run, curve: chosen, ...cell });
  }

  function acknowledge() {
    memory.say();
    // The digits are known a moment after the race.
    const whole = head.truth.length > 0;
    view.send("have", { run: told.run, counts: memory.counts(), share: memory.share(), whole });
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
    const image = digits.chosen();
    const large = image ? String(image + 1) : "";
    // A moment is one of this race, also where the address has named none so far.
    noteEdit(OWNER, { at, show, image: large, ...((at || show || large) && { run: told.run }) });
    if (!quietly) tell("moment", { run: told.run, step, tab, asked, image });
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
    const now = isHeld() ? 0 : told.now;
    if (step === null) isSealed = false;
    const state = {
      at,
      head,
      told,
      chosen,
      last: told.last,
      isNewest: step === null && !isHeld(),
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
    const { words, last, epochs } = told;
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
    const isOver = !told.active && isNewest && !player.isPlaying();
    verdict.textContent = isOver ? told.verdict : "";
    ground.textContent = words.ground;
  }

  return view;
}

const count = (number) => number.toLocaleString("en");
