// Draggable bars with their text fields: probabilities that keep their sum, or free logits.
// The browser moves the bars at once; parsing, presets and normalising are done by the server, which
// answers with a higher revision.

import { noteEdit, settleEdit } from "../address/address.js";
import {
  followPointer, hold, isMoving, release, step as stepped, valueByKey, wantsStillness,
} from "../frontend/gestures.js";
import { createFields } from "./bar_fields.js";
import { barParts, isFree, paintBars, toolParts } from "./bar_parts.js";
import { ask, connect, heed, settle, settleAnswered, unheed } from "../preview/preview.js";
import { chartColours, createSender, h, viewPerPlace, whenResized } from "../frontend/sync.js";
import { coupled, mixture } from "./simplex.js";

const tidy = (x) => Number(x.toFixed(6));

export default viewPerPlace(createView, "edit");

function createView(parent) {
  const tools = h("div", { class: "cee-bars-tools" });
  const chart = h("div", { class: "cee-bars-plot", role: "group" });
  const rows = h("div", { class: "cee-bars-fields" });
  const root = h("div", { class: "cee-bars" }, tools, chart, rows);
  parent.append(root);

  const view = { send: null, update, dispose };
  const actions = {
    preset: (name) => command({ kind: "preset", name }),
    resize: (size) => command({ kind: "resize", size }),
    copy,
    swap,
    walk: startWalk,
    rename,
    toggleLock,
    press,
    grab,
  };
  const fields = createFields(rows, (kind, series, text) => command({ kind, series, text }));
  let setup = null; // what the server last said
  let state = null; // {names, values: {series: [...]}, locked: [...]}
  let revision = -1;
  let sender = null;
  let drag = null;
  let walk = 0;
  let bars = [];
  const unwatch = whenResized(chart, () => setup && fitNames());

  const seriesIds = () => setup.series.map((one) => one.id);

  function dispose() {
    unwatch();
    stopWalk();
    drag?.release();
    sender?.dispose();
    settle(setup?.key);
    unheed(setup?.key, follow);
    root.remove();
  }

  /** Show the state that the bars have on the page of whoever is followed. */
  function follow(theirs) {
    if (!sender.idle || drag) return;
    stopWalk();
    const before = state.names.length;
    state = structuredClone(theirs);
    if (state.names.length !== before) build();
    paint();
  }

  function update(next) {
    const first = setup === null;
    const structure = first || layoutOf(next) !== layoutOf(setup);
    const said = first || saidBy(next) !== saidBy(setup);
    // Called without a new answer: something around it changed, perhaps the theme.
    const unasked = !first && next.seq === setup.seq;
    const anew = !first && next.session !== setup.session;
    setup = next;
    connect(next.preview);
    heed(next.key, follow);
    sender ??= createSender((edit) => view.send(edit), next.seq);
    // A session that began anew knows the address, and nothing that was not answered before.
    const fromServer = anew
      ? !sender.sendAgain((edit) => ({ ...edit, rev: next.rev }))
      : next.rev > revision;
    if (anew) revision = next.rev;
    if (fromServer) adopt(next);
    else if (unasked) recolour();
    sender.answer(next.seq);
    if (sender.idle) {
      settleAnswered(next.key);
      settleEdit(next.key);
    }
    const rebuilt = structure || state.names.length !== chart.children.length;
    if (rebuilt) build();
    const read = sender.idle && fields.awaits();
    // Most answers only confirm what the browser has painted already.
    if (rebuilt || fromServer || said || read) paint();
    else tellSettled();
  }

  /** Take over what the server changed itself: a text it read, a preset, a number of outcomes. */
  function adopt({ rev, state: theirs }) {
    revision = rev;
    stopWalk();
    settle(setup.key);
    const mine = drag && state.values[drag.id];
    state = structuredClone(theirs);
    if (!mine) return;
    if (mine.length !== state.names.length) {
      drag.release();
      return;
    }
    // An answer that lands in mid-drag must not tear the bar out of the hand; the server refused
    // the drag's last edit as older than its own change, so it is said again.
    state.values[drag.id] = mine;
    sender.push({ rev, state, command: null });
  }

  const saidBy = (one) => JSON.stringify(one.messages);

  const layoutOf = (one) =>
    JSON.stringify([one.mode, one.series, one.presets, one.least, one.most, one.low, one.high]);

  function recolour() {
    const colours = chartColours(parent);
    for (const one of setup.series) root.style.setProperty(`--cee-${one.id}`, colours[one.colour]);
  }

  function build() {
    const name = (one) => one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent;
    const focused = root.contains(document.activeElement) ? name(document.activeElement) : null;
    recolour();
    const count = state.names.length;
    tools.replaceChildren(...toolParts(setup, count, actions));
    root.classList.toggle("cee-tall", setup.tall);
    const built = barParts(setup, count, actions);
    bars = built.bars;
    chart.replaceChildren(...built.outcomes);
    chart.style.setProperty("--cee-count", count);
    fields.build(setup);
    // Who works by keyboard goes on from where they are, not from the top of the page.
    if (focused === null) return;
    const again = [...root.querySelectorAll("button, input, [tabindex]")];
    again.find((one) => name(one) === focused)?.focus({ preventScroll: true });
  }

  function paint() {
    paintBars(bars, setup, state);
    fields.show(state.values, setup.messages, sender.idle);
    fitNames();
    tellSettled();
  }

  /** Turn the names where the longest is wider than its bars; all bars fit on every screen. */
  function fitNames() {
    const room = chart.clientWidth / state.names.length;
    chart.classList.toggle("cee-narrow", room < 7.2 * Math.max(...state.names.map((one) => one.length)) + 10);
    chart.classList.toggle("cee-close", room / setup.series.length < 56);
    chart.classList.toggle("cee-crowded", room / setup.series.length < 40);
    chart.classList.toggle("cee-packed", room / setup.series.length < 13);
    chart.style.setProperty("--cee-longest", Math.max(...state.names.map((one) => one.length)));
  }

  // Tells whoever waits for the server's answers, as the tests do.
  function tellSettled() {
    root.dataset.settled = String(sender.idle);
    root.dataset.moving = String(isMoving());
  }

  function change(part) {
    state = { ...state, ...part };
    setup = { ...setup, messages: {} };
    paint();
    if (setup.preview) ask(setup.key, state);
    note(Object.entries(state.values).map(([id, values]) => [id, values.join(",")]));
    sender.push({ rev: revision, state, command: null });
    tellSettled();
  }

  const note = (texts) => noteEdit(setup.key, Object.fromEntries(texts));

  function command(what) {
    stopWalk();
    settle(setup.key);
    // A link's text is read as a field's is.
    if (what.kind === "text") note([[what.series, what.text]]);
    sender.push({ rev: revision, state, command: what });
    tellSettled();
  }

  function copy() {
    const [p, q] = seriesIds();
    change({ values: { ...state.values, [q]: [...state.values[p]] } });
  }

  function swap() {
    const [p, q] = seriesIds();
    change({ values: { [p]: state.values[q], [q]: state.values[p] } });
  }

  function rename(index, name) {
    const names = [...state.names];
    names[index] = name.trim() || names[index];
    change({ names });
  }

  function toggleLock(index) {
    const locked = state.locked.includes(index)
      ? state.locked.filter((one) => one !== index)
      : [...state.locked, index];
    change({ locked });
  }

  function move(id, index, wanted, start = state.values[id]) {
    if (state.locked.includes(index)) return;
    const value = Math.min(setup.high, Math.max(setup.low, wanted));
    const values = isFree(setup)
      ? start.map((x, i) => (i === index ? value : x))
      : coupled(start, index, value, state.locked);
    change({ values: { ...state.values, [id]: values } });
  }

  function press(event, id, index) {
    const step = event.shiftKey ? setup.step / 10 : setup.step;
    const by = (steps) => Math.round((state.values[id][index] + steps * step) / step) * step;
    const wanted = valueByKey(event.key, by, setup.low, setup.high);
    if (wanted === null) return;
    event.preventDefault();
    stopWalk();
    stepped();
    move(id, index, tidy(wanted));
  }

  function grab(event, id, index, bar, track) {
    if (state.locked.includes(index) || event.button > 0) return;
    event.preventDefault();
    bar.focus({ preventScroll: true });
    stopWalk();
    // Proportions of the others are those at the start, so that passing 1 does not lose them.
    const start = [...state.values[id]];
    const { low, high, step } = setup;
    const box = track.getBoundingClientRect();
    const follow = ({ clientY }) => {
      const value = low + ((box.bottom - clientY) / box.height) * (high - low);
      move(id, index, tidy(Math.round(value / step) * step), start);
    };
    const ended = () => {
      drag = null;
      release(view);
    };
    hold(view);
    drag = { id, release: followPointer(event, track, follow, ended) };
    follow(event);
  }

  function startWalk() {
    stopWalk();
    const [p, q] = seriesIds();
    const start = [...state.values[q]];
    let step = wantsStillness() ? 19 : 0;
    hold(view);
    walk = setInterval(() => {
      // Each step waits for the picture of the last, so that none is skipped on screen.
      if (!sender.idle) return;
      step += 1;
      change({ values: { ...state.values, [q]: mixture(start, state.values[p], step / 20) } });
      if (step === 20) stopWalk();
    }, 60);
  }

  function stopWalk() {
    if (!walk) return;
    clearInterval(walk);
    walk = 0;
    release(view);
  }

  return view;
}
