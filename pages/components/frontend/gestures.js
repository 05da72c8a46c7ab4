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

/**
 * Follow the pointer that pressed on an element until it is let go.
 *
 * @param {PointerEvent} pressed
 * @param {Element} element
 * @param {(event: PointerEvent) => void} moved is told where it goes
 * @param {() => void} ended is called once
 * @returns {() => void} lets go at once
 */
export function followPointer(pressed, element, moved, ended) {
  const following = new AbortController();
  const release = () => {
    following.abort();
    ended();
  };
  const on = (name, act) =>
    element.addEventListener(
      name,
      (event) => event.pointerId === pressed.pointerId && act(event),
      { signal: following.signal },
    );
  element.setPointerCapture(pressed.pointerId);
  on("pointermove", moved);
  on("pointerup", release);
  on("pointercancel", release);
  return release;
}

/**
 * Return the value that a key asks for, or null where it is none of a slider's keys.
 *
 * @param {string} key `KeyboardEvent.key`
 * @param {(steps: number) => number} by the value that many steps away
 *
 * Source: WAI-ARIA Authoring Practices, "Slider Pattern", keyboard interaction.
 */
export function valueByKey(key, by, low, high) {
  const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
  if (key in steps) return by(steps[key]);
  return { Home: low, End: high }[key] ?? null;
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
