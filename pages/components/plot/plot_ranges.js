// Ranges of axes that stand still while something moves.

/**
 * Change a layout so that each of its axes shows at least what it shows now. A range that fits the
 * new values is kept; one that does not grows by what is missing.
 *
 * @param {object} layout of the figure that comes next
 * @param {object} shown Plotly's full layout of the figure on screen
 * @returns {boolean} whether an axis may show more than the figure by itself would
 */
export function keepRanges(layout, shown) {
  const names = Object.keys(shown ?? {}).filter((name) => /^[xy]axis\d*$/.test(name));
  let isHeld = false;
  for (const name of names.filter((one) => mayHold(shown, one))) {
    const axis = (layout[name] = { ...layout[name] });
    const [low, high] = [...shown[name].range].sort((a, b) => a - b);
    if (axis.range?.every(Number.isFinite)) {
      const [from, to] = axis.range;
      const ends = [Math.min(low, from, to), Math.max(high, from, to)];
      axis.range = from <= to ? ends : ends.reverse();
      isHeld ||= axis.range[0] !== from || axis.range[1] !== to;
    } else {
      const values = axis.type === "log" ? [10 ** low, 10 ** high] : [low, high];
      axis.autorangeoptions = { ...axis.autorangeoptions, include: values };
      isHeld = true;
    }
  }
  return isHeld;
}

/** Whether an axis is one of numbers, and nobody has zoomed it. */
function mayHold(shown, name) {
  const axis = shown[name];
  const isZoomed = Object.keys(shown._preGUI ?? {}).some((one) => one.startsWith(`${name}.`));
  return ["linear", "log"].includes(axis.type) && axis.range && !isZoomed;
}
