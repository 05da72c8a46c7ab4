// What a plot is saved as: its values, or a picture of it.

import { h, readTheme } from "../frontend/sync.js";
import { csvOf } from "./plot_values.js";

/** Save the values drawn in `canvas`, Plotly's element, as `<name>.csv`. */
export const saveValues = (canvas, name) => saveTable(name, csvOf(canvas._fullData));

/** Save texts, one after the other, as `<name>.csv`. */
export function saveTable(name, ...texts) {
  const url = URL.createObjectURL(new Blob(texts, { type: "text/csv" }));
  save(url, `${name}.csv`);
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Save a picture of what is drawn in `canvas` as `<name>.<kind>`; `kind` is "png" or "svg". */
export async function savePicture(canvas, name, kind) {
  save(await pictureOf(canvas, kind), `${name}.${kind}`);
}

function save(href, download) {
  h("a", { href, download }).click();
}

/** The address of a picture of what is drawn in `canvas`. */
function pictureOf(canvas, kind) {
  // A legend that stands elsewhere on the page goes below the plot in a picture of it.
  const rows = canvas.layout.meta?.legend_rows ?? 0;
  const more = rows ? 20 * rows + 16 : 0;
  const height = canvas.clientHeight + more;
  const margin = { ...canvas.layout.margin, b: canvas.layout.margin?.b + more };
  const legend = {
    orientation: "v",
    x: 0,
    y: 0,
    yref: "container",
    yanchor: "bottom",
    tracegroupgap: 0,
  };
  // A picture by itself has no web font: text is measured in the font that it is drawn in.
  const font = { ...canvas.layout.font, family: "Arial, Helvetica, sans-serif" };
  const added = rows ? { showlegend: true, height, margin, legend } : {};
  const layout = { ...canvas.layout, ...apartFromNumbers(canvas.layout), font, ...added };
  return window.Plotly.toImage(
    { data: canvas.data, layout },
    {
      format: kind,
      // A column of a page is narrow for the wider letters here, and names of curves are long.
      width: Math.max(canvas.clientWidth, rows ? 900 : 640),
      height,
      scale: kind === "png" ? 2 : 1,
      setBackground: (gd) => {
        gd._fullLayout.paper_bgcolor = readTheme(canvas)("background-color", "#ffffff");
      },
    },
  );
}

/** The axes with titles that keep clear of the numbers, which Plotly does on a page only. */
function apartFromNumbers(layout) {
  return Object.fromEntries(
    Object.entries(layout)
      .filter(([name, axis]) => /^[xy]axis\d*$/.test(name) && axis.title)
      .map(([name, axis]) => [name, { ...axis, title: { ...axis.title, standoff: 6 } }]),
  );
}
