// A native range input and a number field in sync, which send while the hand moves. The server
// reads typed text; what it holds is shown as soon as no newer edit is under way.

import { noteEdit, settleEdit } from "../address/address.js";
import { hold, release, step as stepped, valueByKey, wantsStillness } from "../frontend/gestures.js";
import { ask, connect, heed, settle, settleAnswered, unheed } from "../preview/preview.js";
import { createSender, format, h, viewPerPlace } from "../frontend/sync.js";

export default viewPerPlace(createView, "edit");

function createView(parent) {
  const label = h("label", {});
  const range = h("input", {
    type: "range",
    step: "any",
    oninput: slide,
    onkeydown: press,
    onpointerdown: () => hold(range),
    onpointerup: () => release(range),
    onpointercancel: () => release(range),
  });
  const field = h("input", {
    type: "text",
    inputmode: "text",
    spellcheck: "false",
    autocomplete: "off",
    oninput: () => (draft = field.value),
    onkeydown: (event) => event.key === "Enter" && commit(),
    onblur: commit,
  });
  const playing = h("button", { onclick: togglePlay });
  const message = h("div", { class: "cee-message", role: "status" });
  const row = h("div", { class: "cee-live-row" }, playing, range, field);
  const root = h("div", { class: "cee-live" }, label, row, message);
  parent.append(root);

  const view = { send: null, update, dispose };
  let setup = null;
  let value = 0;
  let draft = null; // text in the field that is not, or not yet, the value
  let submitted = null; // the draft that the server was asked to read
  let sender = null;
  let timer = 0;

  function dispose() {
    stopPlay();
    release(range);
    sender?.dispose();
    settle(setup?.key);
    unheed(setup?.key, follow);
    root.remove();
  }

  /** Show the value that it has on the page of whoever is followed. */
  function follow(theirs) {
    if (!sender.idle || typeof theirs !== "number") return;
    value = theirs;
    draft = submitted = null;
    paint();
  }

  function update(next) {
    if (!setup && next.message.text) draft = submitted = next.message.text;
    const anew = setup && next.session !== setup.session;
    setup = next;
    connect(next.preview);
    heed(next.key, follow);
    sender ??= createSender((edit) => view.send(edit), next.seq);
    if (anew) sender.sendAgain();
    sender.answer(next.seq);
    const id = `cee-live-${next.key.replaceAll(" ", "-")}`;
    range.id = id;
    label.htmlFor = id;
    label.textContent = next.label;
    field.setAttribute("aria-label", `${next.label}, as a number`);
    range.min = String(position(next.low));
    range.max = String(position(next.high));
    playing.hidden = !next.play;
    playing.textContent = timer ? "Pause" : next.play;
    // While own edits are under way the server's value is older than the hand's.
    if (sender.idle) {
      settleAnswered(next.key);
      settleEdit(next.key);
      value = next.value;
      if (draft === submitted && !next.message.error) draft = submitted = null;
    }
    paint();
    say(next.message);
  }

  const position = (x) => (setup.logarithmic ? Math.log10(x) : x);

  function valueAt(place) {
    const inside = (x) => Math.min(setup.high, Math.max(setup.low, x));
    const raw = setup.logarithmic ? Number((10 ** place).toPrecision(2)) : snapped(place, setup.step);
    return inside(setup.whole ? Math.round(raw) : raw);
  }

  const snapped = (x, step) => Number((Math.round(x / step) * step).toFixed(6));

  function paint() {
    range.value = String(position(value));
    range.setAttribute("aria-valuetext", format(value, 6));
    field.value = draft ?? format(value, 6);
  }

  function say(said) {
    message.textContent = said.error ?? said.note ?? "";
    message.classList.toggle("cee-error", Boolean(said.error));
    field.setAttribute("aria-invalid", String(Boolean(said.error)));
  }

  function change(next) {
    value = next;
    draft = submitted = null;
    paint();
    say({});
    if (setup.preview) ask(setup.key, value);
    note(String(value));
    sender.push({ value });
  }

  function slide() {
    stopPlay();
    change(valueAt(Number(range.value)));
  }

  function press(event) {
    const step = event.shiftKey ? setup.step / 10 : setup.step;
    const by = (steps) => {
      const moved = position(value) + steps * step;
      const next = setup.logarithmic ? 10 ** moved : snapped(moved, step);
      // A whole number must move by one at least.
      const whole = steps > 0 ? Math.max(value + 1, Math.round(next)) : Math.min(value - 1, Math.round(next));
      const tidy = setup.logarithmic ? 3 : 6;
      const wanted = setup.whole ? whole : Number(next.toPrecision(tidy));
      return Math.min(setup.high, Math.max(setup.low, wanted));
    };
    const target = valueByKey(event.key, by, setup.low, setup.high);
    if (target === null) return;
    event.preventDefault();
    stopPlay();
    stepped();
    change(target);
  }

  function commit() {
    if (draft === submitted) return;
    stopPlay();
    submitted = draft;
    settle(setup.key);
    note(draft);
    sender.push({ text: draft });
  }

  function note(text) {
    if (setup.link) noteEdit(setup.key, { [setup.link]: text });
  }

  function togglePlay() {
    if (timer) return stopPlay();
    if (wantsStillness()) return change(setup.high);
    if (value >= setup.high) change(setup.low);
    hold(view);
    // About a hundred pictures, however long the way.
    const stride = Math.max(setup.step, Math.ceil((setup.high - setup.low) / 100));
    timer = setInterval(() => {
      // Each step waits for the picture of the last, so that none is skipped on screen.
      if (!sender.idle) return;
      if (value >= setup.high) return stopPlay();
      change(Math.min(setup.high, value + stride));
    }, 60);
    playing.textContent = "Pause";
  }

  function stopPlay() {
    clearInterval(timer);
    timer = 0;
    release(view);
    if (setup) playing.textContent = setup.play;
  }

  return view;
}
