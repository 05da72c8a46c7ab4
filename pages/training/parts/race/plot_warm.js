// Loads and starts Plotly while nobody waits for it, by drawing once where nobody sees it.

import { drawPlot } from "../../../components/plot/plot.js";

export default function render({ assets }) {
  let stop = null;
  const figure = { data: [{ type: "scatter", x: [0, 1], y: [0, 1] }], layout: { height: 200 } };
  const payload = { figure, palette: [], alt: "", name: "", seq: 0 };
  // The form comes first.
  const timer = setTimeout(() => {
    stop = drawPlot(document.createElement("div"), JSON.stringify(payload), assets);
  }, 300);
  return () => {
    clearTimeout(timer);
    stop?.();
  };
}
