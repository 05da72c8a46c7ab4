// Ranges of axes that stand still while something moves, and stay where somebody has zoomed.

const axesOf = (shown) => Object.keys(shown ?? {}).filter((name) => /^[xy]axis\d*$/.test(name));

/**
 * Leave a zoomed axis as it is. Plotly keeps a person's range as long as the figure names the same
 * one as before; so it is told the one that was named when the axis was zoomed.
 *
 * @param {object} layout of the figure that comes next; is changed
 * @param {object} shown Plotly's full layout of the figure on screen
 * @param {object} named range by axis that the figure on screen named; is brought up to date
 */
export function keepZoom(layout, shown, named) {
  for (const name of axesOf({ ...shown, ...layout })) {
    if (shown?.[name] && isZoomed(shown, name, named) && named[name]) {
      layout[name] = { ...layout[name], range: [...named[name]] };
    }
    // A copy: Plotly writes what a person zooms to into the one that it was given.
    named[name] = layout[name]?.range && [...layout[name].range];
  }
}

/**
 * Change a layout so that each of its axes of numbers shows at least what it shows now. A range that
 * fits the new values is kept; one that does not grows by what is missing.
 *
 * @param {object} layout of the figure that comes next
 * @param {object} shown Plotly's full layout of the figure on screen
 * @param {object} named range by axis that the figure on screen named
 * @returns {boolean} whether an axis may show more than the figure by itself would
 */
export function keepRanges(layout, shown, named) {
  let isHeld = false;
  for (const name of axesOf(shown)) {
    if (!["linear", "log"].includes(shown[name].type) || isZoomed(shown, name, named)) continue;
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

/** Whether somebody has zoomed an axis and not back again. */
function isZoomed(shown, name, named) {
  const touched = Object.keys(shown._preGUI ?? {}).some((one) => one.startsWith(`${name}.`));
  const { range, autorange } = shown[name];
  const given = named[name];
  return touched && (given ? given.some((end, place) => end !== range[place]) : !autorange);
}
