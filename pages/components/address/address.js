// The address of the tab, which holds the page's state: written when a gesture ends, and at most
// twice a second while it lasts. What the server says of the state comes with `keep`; edits that
// it has not answered yet are known here by `noteEdit`, so that neither a slow answer nor a reload
// loses them. The component hands over what the server says, and looks at the top of a page that a
// link has opened.

import { noteLink, noteWritten, rest } from "./edit_history.js";

const EVERY_MS = 500; // between two writes while something moves
const SOON_MS = 20; // after a gesture: its last event comes a moment after its end
const RECENT_MS = 1500; // for so long an answer belongs to the gesture before it
// Browsers refuse to write too often: WebKit more than 100 times in 30 seconds, others 200 in 10.
const MOST = { writes: 40, within: 15_000 };
const AGAIN_MS = 1000;
const UNSAID_MS = 2000;
const LEFT = "explorer: address that was not written";

let kept = null; // what the server said last: {page, own, parameters}
const edits = new Map(); // owner → {values: {parameter: text}, answered}
let held = false; // a button or key is down
let ended = -Infinity;
let written = []; // {at, before}: when, and the address it replaced; the newest last
let refused = -Infinity;
let known = null; // what the address was when it was last looked at
let timer = 0;
let due = Infinity;
let session;
let visit;

const encode = (text) => encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("%20", "+");

/** What the address is to be after `?`; null where the tab shows another page by now. */
function wanted() {
  const here = new URL(window.location.href);
  if (!kept || here.pathname.split("/").pop() !== kept.page) return null;
  const changed = Object.assign({}, ...[...edits.values()].map(({ values }) => values));
  const others = [...here.searchParams].filter(([name]) => !kept.own.includes(name));
  const known = kept.parameters.map(([name, value]) => [name, changed[name] ?? value]);
  // What the server said nothing of had its first value.
  const said = new Set(kept.parameters.map(([name]) => name));
  const added = Object.entries(changed).filter(([name]) => kept.own.includes(name) && !said.has(name));
  const ours = [...known, ...added].filter(([name, value]) => value !== "" || !(name in changed));
  return [...others, ...ours].map((pair) => pair.map(encode).join("=")).join("&");
}

export default function render({ data, parentElement }) {
  // A link inside the app may set the page that is open, from far below what it sets. A session
  // that begins anew, after the connection was lost, opens nothing.
  const followed = session === data.session && visit !== data.visit;
  if (followed) document.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0 });
  ({ session, visit } = data);
  // Tells whoever follows links here, as the tests do, that this one has been followed, and which
  // session says so.
  Object.assign(parentElement.dataset, { visit, session });
  keep(data, followed);
}

/** Keep what the server says in the address; a link that was `followed` leaves no edit behind. */
function keep({ page, own, parameters }, followed) {
  if (followed) edits.clear();
  kept = { page, own, parameters };
  known = window.location.search;
  if (followed) noteLink(page);
  for (const [owner, { answered }] of edits) if (answered) edits.delete(owner);
  schedule();
}

/** Keep an edit, of which the server has not said anything yet, in the address: parameter → text. */
export function noteEdit(owner, values) {
  edits.set(owner, { values, answered: false });
  schedule();
}

/** What the server says next of the address holds all edits of this owner. */
export function settleEdit(owner) {
  const edit = edits.get(owner);
  if (!edit || edit.answered) return;
  edit.answered = true;
  // Nothing is said where it holds them already.
  setTimeout(() => {
    if (edits.get(owner) !== edit) return;
    edits.delete(owner);
    schedule();
  }, UNSAID_MS);
}

/** Whether a button or key is down. */
export const isHeld = () => held;

/** Write at once what is to be written. */
export function flush() {
  clearTimeout(timer);
  due = Infinity;
  const query = wanted();
  if (query === null) return;
  // An entry of the browser's history that is new has the address already.
  if (noteWritten(kept.page, query, kept.own)) known = window.location.search;
  const { pathname, search, hash } = window.location;
  const address = query ? `?${query}` : "";
  // Whoever changed it since then has gone elsewhere, and the server will say where to.
  if (address === search || search !== known) return;
  try {
    window.history.replaceState(window.history.state, "", pathname + address + hash);
  } catch {
    // Too often: looked at below, since some browsers refuse without a word.
  }
  const now = performance.now();
  if (window.location.search === search) {
    refused = now;
    schedule();
    return;
  }
  known = window.location.search;
  written = [...lately(), { at: now, before: pathname + search }];
}

const lately = () => written.filter(({ at }) => performance.now() - at < MOST.within);

function schedule() {
  const now = performance.now();
  const rested = Math.max((written.at(-1)?.at ?? -Infinity) + EVERY_MS, refused + AGAIN_MS);
  const calm = !held && now - ended < RECENT_MS && refused + AGAIN_MS < now;
  const at = calm && lately().length < MOST.writes ? now + SOON_MS : Math.max(now, rested);
  if (at >= due) return;
  clearTimeout(timer);
  due = at;
  timer = setTimeout(flush, at - now);
}

function begin() {
  // What is due belongs to the gesture before.
  if (!held && due < Infinity) flush();
  if (!held) rest(true);
  held = true;
}

function end() {
  held = false;
  ended = performance.now();
  rest();
  if (due < Infinity) schedule();
}

for (const name of ["pointerdown", "keydown"]) window.addEventListener(name, begin, true);
for (const name of ["pointerup", "pointercancel", "keyup"]) {
  window.addEventListener(name, end, true);
}
// Not of an element in it: another window takes the key's end.
window.addEventListener("blur", ({ target }) => target === window && end());

// A reload asks for the address that was there when it began, in every browser, and loses what was
// written after that or was still to be written: it is left for the page that comes.
window.addEventListener("pagehide", () => {
  const { pathname, search } = window.location;
  const query = search === known ? wanted() : null;
  const after = pathname + (query === null ? search : query && `?${query}`);
  const earlier = [...lately().map((one) => one.before), pathname + search];
  flush();
  window.sessionStorage.setItem(LEFT, JSON.stringify({ earlier, after }));
});

function takeUp() {
  const left = JSON.parse(window.sessionStorage.getItem(LEFT) ?? "null");
  window.sessionStorage.removeItem(LEFT);
  const [{ type } = {}] = performance.getEntriesByType("navigation");
  const here = window.location.pathname + window.location.search;
  if (left && type === "reload" && here !== left.after && left.earlier.includes(here)) {
    window.location.replace(left.after);
  }
}

takeUp();
