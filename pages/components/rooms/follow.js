// On every page: the host's tab says where it is, and the others go there. What the host's page
// shows is painted at once; the session follows a little later, each tab at a moment of its own, so
// that three hundred of them do not ask for their pages at the same time.

import { flush } from "../address/address.js";
import { h } from "../frontend/sync.js";
import { paint } from "../preview/preview.js";
import { EXPLORES, ask, known, listen, listenToFrames, note, resume } from "./connection.js";

const LOOK_MS = 150;
const REST_MS = 700; // without a change: the gesture is over
const SETTLE_MS = 4200;
const TURN_MS = 7000;
const PER_PERSON_MS = 15;
const CHECK_MS = 2500; // after going somewhere, whether the tab is there
const TRIES = 2;
const ROOM = "room"; // last part of the address of the room's own page

let setup = null; // what the server last said: {page, preview, session}
let bar = null;
let said = null; // the bar's words; they stay in the page, so that screen readers hear them change
let shown = ""; // what the bar shows
let told = ""; // the address that the host told
let pushed = null; // the preview token and place for which pushing was asked
let goal = ""; // the address that is gone to next
let reached = ""; // the address of the host that this tab has reached
let timer = 0;
let turns = 0;

const lastPart = (address) => new URL(address, "http://x").pathname.split("/").pop();
const explores = () => window.sessionStorage.getItem(EXPLORES) === "yes";
const isPerson = () => known.place?.role === "person";

/** The tab's address below the app's root, without what belongs to this tab alone. */
function here() {
  const { pathname, searchParams } = new URL(window.location.href);
  for (const name of ["via", "room"]) searchParams.delete(name);
  const query = searchParams.toString();
  return `/${pathname.split("/").pop()}${query && `?${query}`}`;
}

export default function render({ data, parentElement }) {
  const before = setup?.page;
  setup = data;
  if (!bar) {
    said = h("span", { role: "status" });
    bar = h("div", { class: "cee-follow" }, said);
    listen(update);
    listenToFrames((frame) => {
      if (isPerson() && !explores() && frame.page === setup.page) paint(frame);
    });
    setInterval(look, LOOK_MS);
    document.addEventListener("pointerdown", touched, true);
    document.addEventListener("keydown", touched, true);
  }
  if (bar.parentElement !== parentElement) parentElement.append(bar);
  // Somebody who turns to another page than the host's has left to explore.
  const turned = before !== undefined && before !== data.page;
  if (turned && isPerson() && reached && data.page !== lastPart(reached) && data.page !== ROOM) {
    explore(true);
  }
  resume();
  update();
}

/** Whoever uses the page leaves the host: what they set is not taken away from them. */
function touched({ target, type, key }) {
  if (!isPerson() || explores() || !known.room || setup.page === ROOM) return;
  if (type === "keydown" && !/^(Arrow|Home|End|Enter| |Page|Backspace|Delete|[0-9.,])/.test(key)) return;
  if (!target.closest?.(".stMain")) return;
  const tool = "[role=slider], .cee-track, input, select, textarea, button";
  const aside = ".cee-follow, .cee-menu, [data-testid=stPopover], summary";
  if (target.closest(tool) && !target.closest(aside)) explore(true);
}

function explore(yes) {
  window.sessionStorage.setItem(EXPLORES, yes ? "yes" : "no");
  clearTimeout(timer);
  goal = "";
  if (!yes) {
    reached = "";
    const address = known.room?.address;
    if (address && address !== here()) go(address);
    else reached = address ?? "";
  }
  update();
}

function update() {
  if (known.place?.role === "host") lead();
  if (isPerson()) follow();
  show();
}

// ------------------------------------------------------------------------------ the host's tab

function lead() {
  if (!known.isIn) {
    pushed = null;
    return;
  }
  const wanted = `${setup.preview} ${known.place.code}`;
  if (pushed === wanted) return;
  pushed = wanted;
  told = "";
  ask("previews", { token: setup.preview }).catch((error) => {
    pushed = null;
    if (!error.isLost) note(error.message);
  });
}

function look() {
  if (known.place?.role !== "host" || !known.isIn) return;
  const address = here();
  if (address === told) return;
  told = address;
  ask("show", { address }).catch((error) => {
    told = "";
    if (!error.isLost) note(error.message);
  });
}

// --------------------------------------------------------------------------- the others' tabs

function follow() {
  const address = known.room?.address;
  // Both are in the room's own page, so there is nowhere else to explore.
  if (address && setup.page === ROOM && lastPart(address) === ROOM) {
    window.sessionStorage.removeItem(EXPLORES);
  }
  if (!address || explores() || address === goal || address === reached) return;
  if (address === here()) {
    clearTimeout(timer);
    goal = "";
    reached = address;
    return;
  }
  const people = known.room.people * PER_PERSON_MS;
  const turns = lastPart(address) !== setup.page;
  const wait = turns
    ? Math.random() * Math.min(TURN_MS, 2 * people)
    : REST_MS + Math.random() * Math.min(SETTLE_MS, people);
  goal = address;
  clearTimeout(timer);
  timer = setTimeout(() => go(address), wait);
}

/** Go to an address of the host as a link inside the app does. */
function go(address, tries = TRIES) {
  goal = "";
  reached = address;
  turns += 1;
  clearTimeout(timer);
  // An answer that was under way can come after it, and write its own state into the address.
  if (tries > 0) timer = setTimeout(() => check(address, tries - 1), CHECK_MS * (1 + Math.random()));
  const there = new URL(address.slice(1) || ".", document.baseURI);
  there.searchParams.set("via", `room-${turns}-${Date.now()}`);
  flush();
  const isTurn = lastPart(address) !== setup.page;
  window.history[isTurn ? "pushState" : "replaceState"](null, "", there);
  window.dispatchEvent(new PopStateEvent("popstate"));
  show();
}

/** Go there once more where the tab shows something else, although nobody has used it. */
function check(address, tries) {
  const isStill = isPerson() && !explores() && known.room?.address === address;
  if (isStill && here() !== address) go(address, tries);
}

// ------------------------------------------------------------------------------ the bar

function parts() {
  const { place, room, isLost, notice } = known;
  // The room's own page says it itself.
  if (notice && setup.page !== ROOM) return [notice, [["Close", () => note("")]]];
  if (!place) return null;
  if (isLost) return ["The connection to the room is lost; it is tried again.", []];
  if (!room || setup.page === ROOM) {
    const away = room && isPerson() && explores() && lastPart(room.address) !== ROOM;
    return away ? [`The host shows “${room.title}”.`, [["Follow the host", () => explore(false)]]] : null;
  }
  const toRoom = (label) => [label, () => {
    if (isPerson()) explore(true);
    go(`/${ROOM}`);
  }];
  if (place.role === "host") {
    return [`You host: ${room.people} in the room follow this page.`, [toRoom("To the room")]];
  }
  const asks = room.round?.state === "open" ? [toRoom("Forecast")] : [];
  const question = asks.length > 0 ? " A question is open." : "";
  const title = room.title ? `“${room.title}”` : "a page";
  if (explores()) {
    const moved = lastPart(room.address) === setup.page ? "is on this page" : `has moved on to ${title}`;
    return [`You explore by yourself. The host ${moved}.${question}`, [...asks, ["Back to the host", () => explore(false)]]];
  }
  const turning = lastPart(room.address) !== setup.page;
  const words = turning ? `The host turns to ${title}; you follow in a moment.` : "You follow the host.";
  return [words + question, [...asks, ["Explore by yourself", () => explore(true)]]];
}

function show() {
  const found = parts();
  const text = JSON.stringify(found && [found[0], found[1].map(([label]) => label)]);
  if (text === shown) return;
  shown = text;
  const [words, acts] = found ?? ["", []];
  const isHeld = bar.contains(bar.getRootNode().activeElement);
  said.textContent = words;
  for (const button of bar.querySelectorAll("button")) button.remove();
  bar.append(...acts.map(([label, act]) => h("button", { onclick: act }, label)));
  // Whoever leaves by the keyboard comes back by it.
  if (isHeld) bar.querySelector("button")?.focus();
}
