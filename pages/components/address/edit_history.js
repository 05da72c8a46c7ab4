// What a page's address was before each edit: for undo and redo, and for the browser's Back.
//
// An edit is what happens until the address has rested for a while, so that a drag, or a walk of
// the bars, is one. Streamlit replaces the address where a link sets the page that is open; here
// the one before becomes an entry of the browser's history after all.

const REST_MS = 900;
const PATIENCE_MS = 5000; // for the server to take up another state
// What is not part of a page's state: where one is on the tour, and how the page is shown.
const ASIDE = ["tour", "beat", "predicted", "present", "via"];

const pages = new Map(); // page → {past: [...], now, newest, future: [...]}: addresses without ASIDE
let timer = 0;
let moving = null; // the page whose address has not rested yet
let linked = null; // the page that a link has set anew, before its address is written
let isDown = () => false;
let tell = () => {};

/**
 * Say who wants to know.
 *
 * @param {(page: string) => void} told is called when what can be undone or redone has changed
 * @param {() => boolean} held whether a gesture is under way
 */
export function watchHistory(told, held) {
  tell = told;
  isDown = held;
}

const of = (page) => {
  if (!pages.has(page)) pages.set(page, { past: [], now: null, newest: null, future: [], leaving: null, own: [] });
  return pages.get(page);
};

const stateOf = (query, own) =>
  query
    .split("&")
    .filter((pair) => {
      const name = pair.split("=")[0];
      return own.includes(name) && !ASIDE.includes(name);
    })
    .join("&");

/**
 * The address of a page is, or is about to be, `query`.
 *
 * @param {string} page the last part of its path
 * @param {string} query without "?"
 * @param {string[]} own names of the page's parameters
 * @returns {boolean} whether it was written here, as a new entry of the browser's history
 */
export function noteWritten(page, query, own) {
  const steps = of(page);
  steps.own = own;
  steps.newest = stateOf(query, own);
  if (steps.leaving !== null) {
    // Until the server has taken it up, it still says what was there before.
    if (steps.newest === steps.leaving && performance.now() < steps.until) return false;
    steps.now = steps.newest;
    steps.leaving = null;
    tell(page);
  }
  steps.now ??= steps.newest;
  const isNewEntry = linked === page && enter(steps, query);
  linked = null;
  if (steps.newest !== steps.now) {
    moving = page;
    clearTimeout(timer);
    timer = setTimeout(rest, REST_MS);
  }
  return isNewEntry;
}

/** A link has set the page that is open. */
export function noteLink(page) {
  const steps = of(page);
  if (steps.leaving === null) linked = page;
}

/** Give the state before a link an entry of its own in the browser's history. */
function enter(steps, query) {
  if (steps.now === null || steps.now === steps.newest) return false;
  const { pathname, hash } = window.location;
  try {
    window.history.replaceState(window.history.state, "", `${pathname}?${steps.now}${hash}`);
    window.history.pushState(window.history.state, "", `${pathname}?${query}${hash}`);
  } catch {
    // Too often for this browser: Back leaves the page then, and undo still has the step.
    return false;
  }
  return true;
}

/** Make what was changed one edit, when nothing is held, or at once before the next gesture. */
export function rest(now = false) {
  if (moving === null) return;
  clearTimeout(timer);
  if (now !== true) {
    timer = setTimeout(() => (isDown() ? rest() : commit()), REST_MS);
    return;
  }
  commit();
}

function commit() {
  clearTimeout(timer);
  const page = moving;
  moving = null;
  if (page === null) return;
  const steps = of(page);
  if (steps.newest === steps.now) return;
  steps.past.push(steps.now);
  steps.now = steps.newest;
  steps.future = [];
  tell(page);
}

/** How many edits of a page can be undone and redone. */
export const reach = (page) => ({ undo: of(page).past.length, redo: of(page).future.length });

/**
 * Take an edit back, or make it again.
 *
 * @returns {string | null} the address that the page is to have, null where there is none
 */
export function travel(page, way) {
  commit();
  const steps = of(page);
  const [from, to] = way === "undo" ? [steps.past, steps.future] : [steps.future, steps.past];
  if (from.length === 0) return null;
  leave(steps, to, from.pop());
  tell(page);
  return steps.now;
}

/** Go from the state of now, which is kept, to another one. */
function leave(steps, kept, state) {
  kept.push(steps.now);
  steps.leaving = steps.now;
  steps.until = performance.now() + PATIENCE_MS;
  steps.now = state;
}

/** The browser went to another entry of its history on this page; returns its state. */
export function popped(page) {
  commit();
  const steps = of(page);
  const state = stateOf(window.location.search.slice(1), steps.own);
  // Back and Forward among what was edited here are undo and redo.
  if (steps.past.at(-1) === state) return travel(page, "undo");
  if (steps.future.at(-1) === state) return travel(page, "redo");
  leave(steps, steps.past, state);
  steps.future = [];
  tell(page);
  return state;
}
