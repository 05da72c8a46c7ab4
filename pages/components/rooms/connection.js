// The tab's connection to a room: who it is there, what it was told, and what it asks for. A tab
// keeps its place over a reload, a browser over a closed tab, and both over a lost connection.

import { openSocket } from "../frontend/sync.js";

const PLACE = "explorer: place in a room"; // of this tab
const KNOWN = "explorer: rooms"; // of this browser, by role and code
/** Where a tab keeps whether it explores by itself. */
export const EXPLORES = "explorer: explores alone";
const SILENCE_MS = 25_000; // the server says something every 10 seconds
const WAITS_MS = [300, 1000, 2000, 4000];

/** What is known of the room; `place` is {code, role, key or token}, null where there is none. */
export const known = { place: null, isIn: false, isLost: false, room: null, me: null, host: null, notice: "" };

const listeners = new Set();
const frameListeners = new Set();
const questions = new Map(); // number → {resolve, reject}
let socket = null;
let entered = null; // promise of the place in the room
let number = 0;
let attempts = 0;
let heard = 0;
let unsent = null; // a forecast that the server has not confirmed: {round, q}
let frames = []; // that came and were not shown yet
let isShowing = false;

const stored = (storage, name) => {
  try {
    return JSON.parse(storage.getItem(name) ?? "null");
  } catch {
    return null;
  }
};

/** Have `listener` called with every change; it returns what stops that. */
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Have `listener` called with all that the host's page shows; it returns what stops that. */
export function listenToFrames(listener) {
  frameListeners.add(listener);
  return () => frameListeners.delete(listener);
}

function tell() {
  for (const listener of [...listeners]) listener();
}

/** Take the place that this tab had before it was loaded again, if any. */
export function resume() {
  if (known.place || entered) return;
  const place = stored(window.sessionStorage, PLACE);
  if (place) take(place);
}

const places = () => stored(window.localStorage, KNOWN) ?? {};
const nameOf = ({ role, code }) => `${role} ${code}`;

/** The place that this browser had among the people of a room before, null for none. */
export const placeIn = (code) => places()[`person ${code}`] ?? null;

/** The places that this browser had as the host of rooms, the newest first. */
export const hosted = () => Object.values(places()).filter((one) => one.role === "host").reverse();

/** Go back to a place. */
export function take(place) {
  known.place = place;
  remember();
  connect();
}

function remember() {
  const { place } = known;
  window.sessionStorage.setItem(PLACE, JSON.stringify(place));
  if (!place) return;
  // As many as one may come back to within a day.
  const others = Object.entries(places()).filter(([name]) => name !== nameOf(place)).slice(-9);
  keepPlaces({ ...Object.fromEntries(others), [nameOf(place)]: place });
}

const keepPlaces = (all) => window.localStorage.setItem(KNOWN, JSON.stringify(all));

function forget(notice) {
  const all = places();
  if (known.place) delete all[nameOf(known.place)];
  keepPlaces(all);
  window.sessionStorage.removeItem(PLACE);
  Object.assign(known, { place: null, isIn: false, isLost: false, room: null, me: null, host: null, notice });
  unsent = null;
  tell();
}

/** Open a room and be its host. */
export async function open() {
  const { code, key } = await ask("open");
  become({ code, role: "host", key });
}

/** Join a room as somebody new. */
export async function join(typed, name) {
  const { code, token } = await ask("join", { code: typed, name });
  become({ code, role: "person", token });
}

function become(place) {
  window.sessionStorage.removeItem(EXPLORES);
  known.place = place;
  known.isIn = true;
  known.notice = "";
  remember();
  tell();
}

/** Leave the room; with the browser's place in it one can come back. */
export async function leave() {
  await ask("leave").catch(() => {});
  const all = places();
  forget("");
  keepPlaces(all);
}

/** Replace the host's key by a new one and return it. */
export async function renewKey() {
  const { key } = await ask("key");
  become({ ...known.place, key });
  return key;
}

/** Send a forecast, again after a lost connection, until the server has kept or refused it. */
export async function forecast(round, q) {
  unsent = { round, q };
  try {
    await ask("forecast", unsent);
    if (unsent?.round === round) unsent = null;
  } catch (error) {
    if (!error.isLost) unsent = null;
    throw error;
  }
}

/** Ask the server for something; rejects with a sentence. */
export async function ask(what, details = {}) {
  connect();
  await (what === "open" || what === "join" ? opened(socket) : entered);
  return question(what, details);
}

function question(what, details) {
  return new Promise((resolve, reject) => {
    if (socket?.readyState !== WebSocket.OPEN) {
      reject(lost());
      return;
    }
    number += 1;
    questions.set(number, { resolve, reject });
    socket.send(JSON.stringify({ id: number, do: what, ...details }));
  });
}

const lost = () =>
  Object.assign(new Error("The connection is lost; it is tried again."), { isLost: true });

function opened(mine) {
  if (mine.readyState === WebSocket.OPEN) return Promise.resolve();
  return new Promise((resolve, reject) => {
    mine.addEventListener("open", resolve, { once: true });
    mine.addEventListener("close", () => reject(lost()), { once: true });
  });
}

function connect() {
  if (socket && socket.readyState <= WebSocket.OPEN) return;
  const mine = openSocket("explorer-room");
  socket = mine;
  heard = performance.now();
  mine.onmessage = ({ data }) => mine === socket && hear(data);
  mine.onclose = () => mine === socket && closed();
  entered = opened(mine).then(enter);
  // Whoever asks is told; nobody may be waiting.
  entered.catch(() => {});
}

async function enter() {
  const { place } = known;
  if (!place) return;
  try {
    if (place.role === "host") await question("host", { code: place.code, key: place.key });
    else await question("back", { code: place.code, token: place.token });
  } catch (error) {
    if (error.isLost) throw error;
    // A store that is busy for a moment ends no workshop.
    if (error.isGone) forget(error.message);
    else socket.close();
    throw error;
  }
  attempts = 0;
  Object.assign(known, { isIn: true, isLost: false, notice: "" });
  tell();
  if (unsent) forecast(unsent.round, unsent.q).catch((error) => note(error.message));
}

/** Show a sentence. */
export function note(words) {
  known.notice = words;
  tell();
}

function closed() {
  socket = null;
  for (const { reject } of questions.values()) reject(lost());
  questions.clear();
  if (!known.place) return;
  known.isIn = false;
  known.isLost = true;
  tell();
  const wait = WAITS_MS[Math.min(attempts, WAITS_MS.length - 1)];
  attempts += 1;
  // A hall that lost its server does not come back in one moment.
  setTimeout(() => known.place && connect(), wait * (0.5 + Math.random()));
}

function hear(data) {
  heard = performance.now();
  if (typeof data !== "string") {
    frames.push(data);
    if (!isShowing) showFrames();
    return;
  }
  const said = JSON.parse(data);
  if ("re" in said) {
    const asked = questions.get(said.re);
    questions.delete(said.re);
    if (said.error === undefined) asked?.resolve(said.ok);
    else asked?.reject(Object.assign(new Error(said.error), { isGone: said.gone }));
  } else if (said.ended) {
    forget(said.ended);
  } else if (!said.beat) {
    Object.assign(known, said);
    tell();
  }
}

// A phone that cannot draw as fast as the host drags shows what is newest, and never falls behind.
async function showFrames() {
  isShowing = true;
  try {
    while (frames.length > 0) {
      const together = await Promise.all(frames.splice(0).map(unpacked));
      const { page } = together.at(-1);
      const shown = { page, editors: {}, plots: {} };
      for (const frame of together.filter((one) => one.page === page)) {
        Object.assign(shown.editors, frame.editors);
        Object.assign(shown.plots, frame.plots);
      }
      for (const listener of frameListeners) listener(shown);
      await shownFrame();
    }
  } catch (error) {
    console.warn(error);
  } finally {
    isShowing = false;
  }
}

/** Wait until the browser has shown a frame; a tab that is hidden shows none. */
const shownFrame = () =>
  new Promise((resolve) => {
    setTimeout(resolve, 250);
    requestAnimationFrame(() => setTimeout(resolve, 0));
  });

async function unpacked(data) {
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

setInterval(() => {
  if (socket?.readyState === WebSocket.OPEN && performance.now() - heard > SILENCE_MS && known.place) {
    const dead = socket;
    closed();
    dead.close();
  }
}, 5000);
