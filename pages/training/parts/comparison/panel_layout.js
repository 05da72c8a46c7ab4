// How the panels of a comparison fill the screen that there is: columns by width, height by what is
// left of the first screen.

const NARROWEST = 200;
const LOWEST = 175;
const HIGHEST = 480;
const BELOW = 8; // pixels

/** The layout of a figure from `explorer.figures.panel_grid`, in as many columns as fit `stage`. */
export function arranged(layout, stage) {
  const { arrangements, panels } = layout.meta;
  const width = stage.clientWidth;
  const columns = balanced(panels, Math.max(1, Math.floor(width / NARROWEST)), arrangements);
  const rows = Math.ceil(panels / columns);
  const result = { ...layout, height: heightOf(rows, stage) };
  for (const [name, placed] of Object.entries(arrangements[columns])) {
    result[name] = { ...layout[name], ...placed };
  }
  // A title that is longer than its panel would run into the next one.
  const inside = width - layout.margin.l - layout.margin.r;
  result.annotations = layout.annotations.map((title, panel) => {
    const [left, right] = result[`xaxis${panel === 0 ? "" : panel + 1}`].domain;
    return { ...title, width: Math.max(40, Math.floor((right - left) * inside)), align: "left" };
  });
  return result;
}

/** How many columns fill their rows best. */
function balanced(count, most, arrangements) {
  const fitting = Object.keys(arrangements)
    .map(Number)
    .filter((columns) => columns <= Math.max(1, most));
  const rows = Math.min(...fitting.map((columns) => Math.ceil(count / columns)));
  return fitting.find((columns) => Math.ceil(count / columns) === rows);
}

function heightOf(rows, stage) {
  const least = LOWEST * rows + 60;
  const scrolled = stage.closest("[data-testid=stMain]")?.scrollTop ?? 0;
  const top = stage.getBoundingClientRect().top + scrolled;
  const bar = document.querySelector(".st-key-pinned")?.offsetHeight ?? 0;
  // One or two rows end with the first screen, if they begin well above its end.
  const left = window.innerHeight - top - bar - BELOW;
  return rows <= 2 && left >= least ? Math.min(left, HIGHEST) : least;
}
