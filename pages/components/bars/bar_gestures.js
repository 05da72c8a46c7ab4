// What keys and pointers on a bar mean, in the units of its values.

import { valueByKey } from "../slider/slider_keys.js";

const tidy = (x) => Number(x.toFixed(6));

/** The value that a key asks for, from the value `now`; null for other keys. */
export function valueByPress(event, now, { low, high, step: whole }) {
  const step = event.shiftKey ? whole / 10 : whole;
  const by = (steps) => Math.round((now + steps * step) / step) * step;
  const value = valueByKey(event.key, by, low, high);
  return value === null ? null : tidy(value);
}

/**
 * Follow the pointer that pressed on a bar's track until it is let go.
 *
 * @param {PointerEvent} pressed
 * @param {Element} track from `low` at its bottom to `high` at its top
 * @param {{low: number, high: number, step: number}} scale
 * @param {(value: number) => void} moved is told each value, the pressed one too
 * @param {() => void} ended is called once
 * @returns {() => void} lets go at once
 */
export function followPointer(pressed, track, { low, high, step }, moved, ended) {
  track.setPointerCapture(pressed.pointerId);
  const box = track.getBoundingClientRect();
  const follow = (at) => {
    const value = low + ((box.bottom - at.clientY) / box.height) * (high - low);
    moved(tidy(Math.round(value / step) * step));
  };
  const release = () => {
    track.removeEventListener("pointermove", follow);
    track.removeEventListener("pointerup", release);
    track.removeEventListener("pointercancel", release);
    ended();
  };
  track.addEventListener("pointermove", follow);
  track.addEventListener("pointerup", release);
  track.addEventListener("pointercancel", release);
  follow(pressed);
  return release;
}
