// What a plot is saved as: its values, or a picture of it.

import { h } from "../frontend/sync.js";
import { pictureOf } from "./plot_picture.js";
import { csvOf } from "./plot_values.js";

/** Save the values drawn in `canvas`, Plotly's element, as `<name>.csv`. */
export function saveValues(canvas, name) {
  const url = URL.createObjectURL(new Blob([csvOf(canvas._fullData)], { type: "text/csv" }));
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
