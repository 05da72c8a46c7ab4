// The keys of a slider.

/**
 * Return the value that a key asks for, or null where it is none of a slider's keys.
 *
 * @param {string} key `KeyboardEvent.key`
 * @param {(steps: number) => number} by the value that many steps away
 * @param {number} low
 * @param {number} high
 *
 * Source: WAI-ARIA Authoring Practices, "Slider Pattern", keyboard interaction.
 */
export function valueByKey(key, by, low, high) {
  const target = {
    ArrowUp: () => by(1),
    ArrowRight: () => by(1),
    ArrowDown: () => by(-1),
    ArrowLeft: () => by(-1),
    PageUp: () => by(10),
    PageDown: () => by(-10),
    Home: () => low,
    End: () => high,
  }[key];
  return target ? target() : null;
}
