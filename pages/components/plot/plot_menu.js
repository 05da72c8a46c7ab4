// The one menu of a plot: what can be had of it.

import { createMenu } from "../frontend/menu.js";
import { savePicture, saveValues } from "./plot_saving.js";
import { fillTable } from "./plot_values.js";

const BUTTON = { title: "Values and files of this plot", "aria-label": "Plot menu" };

/**
 * @param {Element} canvas Plotly's
 * @param {Element} table where the values are shown on demand
 * @param {() => string} name of the files
 * @param {() => void} showAll undoes zooming
 */
export function createPlotMenu(canvas, table, name, showAll) {
  const { element, relabel } = createMenu("⋯", BUTTON, [
    ["Values", "Show the plotted values as a table, or hide it", toggleTable],
    ["CSV", "Download the plotted values", () => saveValues(canvas, name())],
    ["PNG", "Download as PNG", () => savePicture(canvas, name(), "png")],
    ["SVG", "Download as SVG", () => savePicture(canvas, name(), "svg")],
    ["Show all", "Undo zooming, as a double click on the plot does", showAll],
  ]);

  function toggleTable() {
    table.hidden = !table.hidden;
    relabel(0, table.hidden ? "Values" : "Hide the values");
    if (!table.hidden) fillTable(table, canvas._fullData);
  }

  return element;
}
