// Whether something is being dragged, stepped through by keys, or played. Meanwhile no axis of a
// plot may shrink or move: what looks at rest would seem to change, and what changes at rest.

// The server's answer to the last edit comes a moment after the hand has let go.
const REST_MS = 700;
const holders = new Set();
const waiting = new Set();
let timer = 0;

/** Say that a gesture or an animation has begun; `owner` is whatever `release` will name. */
export function hold(owner) {
  holders.add(owner);
}

/** Say that it has ended. */
export function release(owner) {
  if (holders.delete(owner)) rest();
}

/** Say that something moved by one step, as by a key, which may be one of many. */
export function step() {
  rest();
}

/** Whether axes have to stand still. */
export const isMoving = () => holders.size > 0 || timer !== 0;

/** Have `settled` called once when everything has come to rest. */
export function whenAtRest(settled) {
  waiting.add(settled);
}

/** Do not call it any more. */
export function forget(settled) {
  waiting.delete(settled);
}

/** Whether the visitor has asked their system for less motion: then nothing plays by itself. */
export const wantsStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function rest() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    timer = 0;
    if (holders.size > 0) return;
    const now = [...waiting];
    waiting.clear();
    for (const settled of now) settled();
  }, REST_MS);
}
