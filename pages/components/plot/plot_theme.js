// Colours and fonts of a plot: the figure names those of the light theme, the screen may be dark.

import { chartColours, readTheme } from "../frontend/sync.js";

/** What a plot takes from the theme as `element` sees it now. */
export function themeOf(element) {
  const theme = readTheme(element);
  return {
    partners: chartColours(element),
    ink: theme("text-color", "#1b2430"),
    line: theme("border-color", "#d5dbe3"),
    ground: theme("background-color", "#ffffff"),
    family: theme("font", "sans-serif"),
    scale: scaleNow(),
  };
}

/** How much larger than usual the page is, as where it is presented. */
export const scaleNow = () =>
  Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

// What figures give in pixels: part → names. A note's place is in pixels unless it says otherwise.
const IN_PIXELS = {
  ...Object.fromEntries(["font", "tickfont", "textfont", "marker"].map((part) => [part, ["size"]])),
  line: ["width"],
  margin: ["l", "r", "t", "b"],
  annotations: ["ax", "ay", "xshift", "yshift", "standoff", "arrowwidth"],
};

/** A part of a figure with its lengths in pixels scaled. */
function scaled(part, scale, lengths = []) {
  if (Array.isArray(part)) {
    return part.some((one) => one && typeof one === "object")
      ? part.map((one) => scaled(one, scale, lengths))
      : part;
  }
  if (!part || typeof part !== "object") return part;
  const isLength = (name) => lengths.includes(name) && !(`${name}ref` in part);
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [
      name,
      typeof value === "number" && isLength(name)
        ? scale * value
        : scaled(value, scale, IN_PIXELS[name]),
    ]),
  );
}

/** The figure with the palette's colours replaced by their partners in the theme. */
export function themed({ figure, palette }, { partners, ink, line, ground, family, scale }) {
  const swap = new Map();
  palette.forEach((colour, place) => {
    const partner = partners[place] ?? colour;
    swap.set(colour, partner);
    swap.set(channels(colour), channels(partner));
  });
  const recolour = (value) => {
    if (typeof value === "string") {
      if (value[0] === "#") return swap.get(value.toLowerCase()) ?? value;
      const rgba = /^rgba\((\d+,\d+,\d+),(.+)\)$/.exec(value);
      return rgba ? `rgba(${swap.get(rgba[1]) ?? rgba[1]},${rgba[2]})` : value;
    }
    if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(recolour);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, recolour(one)]));
    }
    return value;
  };
  const axis = {
    gridcolor: line,
    zerolinecolor: line,
    linecolor: line,
    // Without it Plotly measures every tick label again after each redraw.
    ticklabeloverflow: "allow",
  };
  const drawn = recolour(scale === 1 ? figure : scaled(figure, scale));
  const { layout } = drawn;
  layout.template = {
    layout: {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: ink, family, size: 13 * scale },
      // The first number of one axis stands clear of that of the other.
      xaxis: { ...axis, ticklabelstandoff: 4 },
      yaxis: axis,
      ternary: Object.fromEntries([
        ["bgcolor", "rgba(0,0,0,0)"],
        ...["aaxis", "baxis", "caxis"].map((name) => [name, { gridcolor: line, linecolor: line }]),
      ]),
      hoverlabel: { bgcolor: ground, bordercolor: line, font: { color: ink } },
      legend: { orientation: "h", y: 1, yanchor: "bottom", x: 0 },
    },
  };
  layout.uirevision ??= "kept";
  layout.autosize = true;
  return { data: drawn.data, layout };
}

function channels(colour) {
  const number = Number.parseInt(colour.slice(1), 16);
  return `${number >> 16},${(number >> 8) & 255},${number & 255}`;
}
