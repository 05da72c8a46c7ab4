// Which line of a comparison a pointer is near to, and what the lines are at a place of the x axis.

import { format } from "../../../components/frontend/sync.js";

const ORDER = ["train", "", "validation", "test", "test_full"];

/** The first split that all lines of a panel have; null where there is none. */
export function commonSplit(lines) {
  const numbers = new Set(lines.map((one) => one.line));
  const has = (number, split) => lines.some((one) => one.line === number && one.split === split);
  return ORDER.find((split) => [...numbers].every((number) => has(number, split))) ?? null;
}

/** The panels of a drawn figure, as boxes that turn values into pixels and back. */
export function panelsOf(canvas) {
  const layout = canvas._fullLayout;
  return Array.from({ length: layout.meta?.panels ?? 0 }, (_, number) => {
    const name = number === 0 ? "" : String(number + 1);
    const [xa, ya] = [layout[`xaxis${name}`], layout[`yaxis${name}`]];
    const isShare = String(ya.tickformat ?? "").endsWith("%");
    return {
      axis: `y${name}`,
      middle: xa._offset + xa._length / 2,
      holds: (px, py) =>
        px >= xa._offset && px <= xa._offset + xa._length && py >= ya._offset && py <= ya._offset + ya._length, // prettier-ignore
      valueOf: (px) => xa.p2c(px - xa._offset),
      place: (x) => ({ left: xa._offset + xa.c2p(x), top: ya._offset, height: ya._length }),
      height: (y) => ya._offset + ya.c2p(y),
      written: (value) => (isShare ? `${format(100 * value, 4)} %` : format(value, 5)),
    };
  });
}

/** The lines of the panels, training before validation before test. */
export function linesOf(canvas, panels) {
  return canvas._fullData
    .filter((trace) => trace.meta?.role === "line")
    .map((trace) => ({
      line: trace.meta.line,
      split: trace.meta.split,
      count: trace.meta.n,
      steps: trace.meta.steps ?? null,
      name: trace.name.replaceAll("&lt;", "<"),
      colour: trace.line?.color ?? trace.marker?.color,
      x: trace.x,
      y: trace.y,
      raw: trace.customdata ?? trace.y,
      panel: panels.findIndex((panel) => panel.axis === trace.yaxis),
    }))
    .sort((a, b) => ORDER.indexOf(a.split) - ORDER.indexOf(b.split));
}

/** What a line is at its point nearest to x; null beyond its ends. */
export function valueAt(own, x) {
  const { length } = own.x;
  if (length === 0 || x < own.x[0] - slack(own) || x > own.x[length - 1] + slack(own)) return null;
  const after = Math.min(firstNotBelow(own.x, x), length - 1);
  const at = after > 0 && x - own.x[after - 1] < own.x[after] - x ? after - 1 : after;
  const place = Number(own.steps?.[at] ?? own.x[at]);
  return {
    x: own.x[at],
    y: own.y[at],
    raw: own.raw[at],
    place: place.toLocaleString("en", { maximumFractionDigits: 4 }),
  };
}

/** The line of a panel nearest to a pointer, if it is within `reach` pixels. */
export function nearest(lines, panels, at, px, py, reach) {
  const panel = panels[at];
  const x = panel.valueOf(px);
  let [best, least] = [null, reach];
  for (const own of lines) {
    if (own.panel !== at || own.x.length === 0) continue;
    const after = firstNotBelow(own.x, x);
    for (const end of [after - 1, after, after + 1]) {
      const begin = Math.max(0, end - 1);
      if (end < 0 || end >= own.x.length) continue;
      const [a, b] = [begin, end].map((place) => [
        panel.place(own.x[place]).left,
        panel.height(own.y[place]),
      ]);
      const distance = fromSegment(px, py, a, b);
      if (distance < least) [best, least] = [own, distance];
    }
  }
  return best;
}

function slack(own) {
  return own.x.length > 1 ? (own.x.at(-1) - own.x[0]) / 50 : Infinity;
}

function firstNotBelow(xs, x) {
  let [low, high] = [0, xs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

function fromSegment(px, py, [ax, ay], [bx, by]) {
  const square = (bx - ax) ** 2 + (by - ay) ** 2;
  const along = square ? ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / square : 0;
  const part = Math.min(1, Math.max(0, along));
  const distance = Math.hypot(px - ax - part * (bx - ax), py - ay - part * (by - ay));
  return Number.isFinite(distance) ? distance : Infinity;
}
