// A canvas to draw a digit on, by pointer, touch or keyboard. The browser paints the ink at once
// and tells the server while the hand moves; the server answers with what a network sees.

import { noteEdit, settleEdit } from "../../components/address/address.js";
import { followPointer } from "../../components/frontend/gestures.js";
import { showPictures } from "./digit_pictures.js";
import { createSender, h, viewPerPlace, whenResized } from "../../components/frontend/sync.js";

const EVERY_MS = 66; // between two messages while the hand moves
const FINEST = 2; // shortest way between two points that is worth a point
const LINK = "digit canvas"; // whose edit it is that the address takes
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const hex = (number) => number.toString(16).padStart(2, "0");

export default viewPerPlace(createView, "edit");

function createView(parent) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const pad = h(
    "div",
    {
      class: "cee-pad",
      role: "application",
      tabindex: "0",
      "aria-roledescription": "drawing canvas",
      "aria-label":
        "Draw a digit. Arrow keys move the pen, with Shift in small steps; Space puts it down and lifts it.",
      onkeydown: press,
      onpointerdown: grab,
      onfocus: () => paint(),
      onblur: () => (lift(), paint()),
    },
    canvas,
  );
  const hint = h("div", { class: "cee-hint", "aria-hidden": "true" }, "Draw something");
  pad.append(hint);
  const undo = h("button", { onclick: undoStroke }, "Undo stroke");
  const clear = h("button", { onclick: clearAll }, "Clear");
  const place = h("div", { class: "cee-unseen", role: "status", "aria-live": "polite" });
  const message = h("div", { class: "cee-message", role: "alert" });
  const tools = h("div", { class: "cee-draw-tools" }, undo, clear);
  const seen = h("div", { class: "cee-seen" });
  const root = h("div", { class: "cee-draw" }, h("div", {}, pad, tools), seen, place, message);
  parent.append(root);

  const view = { send: null, update, dispose };
  let setup = null; // what the server last said
  let strokes = []; // lists x, y, x, y, … from 0 to setup.grid
  let revision = -1;
  let sender = null;
  let pointer = null; // the pointer that draws
  let pen = null; // the keyboard's pen: {x, y, down}
  let timer = 0;
  let told = 0;
  let notice = ""; // what the browser itself has to say

  const unwatch = whenResized(pad, paint);

  function dispose() {
    clearTimeout(timer);
    sender?.dispose();
    unwatch();
    root.remove();
  }

  function update(next) {
    const anew = setup && next.session !== setup.session;
    setup = next;
    sender ??= createSender((edit) => view.send(edit), next.seq);
    // A session that began anew knows the address, and nothing that was not answered before; nor
    // a drawing that was too long for the address.
    const tooLong = anew && next.strokes.length === 0 && strokes.length > 0;
    const pending = anew && sender.sendAgain((edit) => ({ ...edit, rev: next.rev }));
    if (pending || tooLong || (anew && timer)) {
      revision = next.rev;
      if (!pending && !timer) tell();
    } else if (anew || next.rev !== revision) {
      revision = next.rev;
      strokes = next.strokes.map((stroke) => [...stroke]);
      pointer = null;
      if (pen) pen.down = false;
      paint();
    }
    sender.answer(next.seq);
    if (sender.idle && !timer) settleEdit(LINK);
    say();
    showPictures(seen, setup.pictures);
  }

  function say() {
    const text = notice || setup.message;
    if (message.textContent !== text) message.textContent = text;
  }

  // ---------------------------------------------------------------- painting
  function paint() {
    const side = canvas.clientWidth;
    if (!setup || !side) return;
    const dense = Math.round(side * (window.devicePixelRatio || 1));
    if (canvas.width !== dense) canvas.width = canvas.height = dense;
    const unit = dense / setup.grid;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, dense, dense);
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = setup.pen * unit;
    // White on black in both themes, as the images are.
    context.strokeStyle = "#fff";
    for (const stroke of strokes) {
      context.beginPath();
      context.moveTo(stroke[0] * unit, stroke[1] * unit);
      for (let i = 0; i < stroke.length; i += 2) context.lineTo(stroke[i] * unit, stroke[i + 1] * unit);
      context.stroke();
    }
    if (pen && document.activeElement === pad) {
      context.lineWidth = 2 * (window.devicePixelRatio || 1);
      context.strokeStyle = pen.down ? "#ff8a3d" : "#8cd0f7";
      context.beginPath();
      context.arc(pen.x * unit, pen.y * unit, (setup.pen / 2 + 3) * unit, 0, 2 * Math.PI);
      context.stroke();
    }
    hint.hidden = strokes.length > 0;
    undo.disabled = clear.disabled = strokes.length === 0;
  }

  // ---------------------------------------------------------------- drawing
  const points = () => strokes.reduce((sum, stroke) => sum + stroke.length / 2, 0);

  function begin(x, y) {
    if (strokes.length >= setup.most.strokes || points() >= setup.most.points) return full();
    strokes.push([x, y]);
    changed();
    return true;
  }

  function extend(x, y) {
    const stroke = strokes.at(-1);
    if (Math.hypot(x - stroke.at(-2), y - stroke.at(-1)) < FINEST) return true;
    if (points() >= setup.most.points) return full();
    stroke.push(x, y);
    changed();
    return true;
  }

  function full() {
    notice = "The canvas takes no more: undo a stroke or clear it.";
    say();
    lift();
    return false;
  }

  function lift() {
    pointer = null;
    if (pen) pen.down = false;
  }

  function undoStroke() {
    lift();
    strokes.pop();
    changed();
  }

  function clearAll() {
    lift();
    strokes = [];
    changed();
    pad.focus({ preventScroll: true });
  }

  function changed() {
    notice = "";
    setup = { ...setup, message: "" };
    say();
    paint();
    const text = strokes.map((stroke) => stroke.map(hex).join("")).join(".");
    if (text.length <= setup.longest) noteEdit(LINK, { [setup.link]: text });
    if (timer) return;
    timer = setTimeout(tell, Math.max(0, told + EVERY_MS - performance.now()));
  }

  function tell() {
    timer = 0;
    told = performance.now();
    sender.push({ rev: revision, strokes: strokes.map((stroke) => [...stroke]) });
  }

  // ---------------------------------------------------------------- pointer and touch
  function grab(event) {
    if (pointer !== null || event.button > 0) return;
    pen = null;
    const at = locator();
    if (!begin(...at(event))) return;
    const own = event.pointerId;
    pointer = own;
    const follow = (move) => {
      if (pointer !== own) return;
      const passed = move.getCoalescedEvents?.() ?? [];
      for (const one of passed.length ? passed : [move]) if (!extend(...at(one))) return;
    };
    followPointer(event, pad, follow, () => {
      if (pointer === own) pointer = null;
    });
  }

  /** A function from an event to its place in the unit of the strokes, kept on the canvas. */
  function locator() {
    const box = canvas.getBoundingClientRect();
    const inside = (share) => Math.round(setup.grid * Math.min(1, Math.max(0, share)));
    return (event) => [
      inside((event.clientX - box.left) / box.width),
      inside((event.clientY - box.top) / box.height),
    ];
  }

  // ---------------------------------------------------------------- keyboard
  function press(event) {
    if (event.key === "z" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (strokes.length) undoStroke();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || pointer !== null) return;
    const way = KEYS[event.key];
    const inside = (x) => Math.min(setup.grid, Math.max(0, x));
    if (way) {
      pen ??= { x: Math.round(setup.grid / 2), y: Math.round(setup.grid / 2), down: false };
      const step = event.shiftKey ? 3 : 12;
      pen.x = inside(pen.x + way[0] * step);
      pen.y = inside(pen.y + way[1] * step);
      if (pen.down) extend(pen.x, pen.y);
    } else if (event.key === " ") {
      pen ??= { x: Math.round(setup.grid / 2), y: Math.round(setup.grid / 2), down: false };
      pen.down = !pen.down && begin(pen.x, pen.y);
    } else if (event.key === "Escape" && pen) {
      pen.down = false;
    } else {
      return;
    }
    event.preventDefault();
    paint();
    const percent = (x) => Math.round((100 * x) / setup.grid);
    place.textContent =
      `Pen ${pen.down ? "down" : "up"}, ${percent(pen.x)} % from the left, ` +
      `${percent(pen.y)} % from the top.`;
  }

  return view;
}
