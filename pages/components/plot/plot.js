// Draws a figure with Plotly.react on one element for the life of the component, so that an
// update never shows a blank frame and keeps the zoom.

import { noteEdit, settleEdit } from "../address/address.js";
import { forget, isMoving, whenAtRest } from "../frontend/gestures.js";
import { letDrag } from "./plot_drag.js";
import { createPlotMenu } from "./plot_menu.js";
import { keepRanges, keepZoom } from "./plot_ranges.js";
import { scaleNow, themed, themeOf } from "./plot_theme.js";
import { fillTable } from "./plot_values.js";
import { isUnsettled, listen, unlisten } from "../preview/preview.js";
import { createSender, h, viewPerPlace, whenResized } from "../frontend/sync.js";

// Heights of a low screen and of one on which a figure has its own height: a projector at 125 %, at
// 100 %. On a phone the controls above a plot need the height.
const SCREENS = [576, 720];
const PHONE = matchMedia("(max-width: 640px)");

let plotlyLoading = null;

function loadPlotly(assets) {
  plotlyLoading ??= new Promise((resolve, reject) => {
    const script = h("script", { src: assets + "plotly.min.js" });
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      plotlyLoading = null;
      reject(new Error("The plotting library did not load. Check the connection and reload."));
    };
    document.head.append(script);
  });
  return plotlyLoading;
}

// The plots of one answer arrive in tasks of their own, and the browser paints between them. Drawn
// together they are all on screen a frame or two sooner.
const waiting = new Set();
// Read once for all of them: between two drawings the browser would have to settle all styles.
let theme = null;
const channel = new MessageChannel();
channel.port1.onmessage = () => {
  const together = [...waiting];
  waiting.clear();
  theme = null;
  for (const draw of together) draw();
};

function drawSoon(draw) {
  if (waiting.size === 0) channel.port2.postMessage(null);
  waiting.add(draw);
}

/** Draw what `plots_of` returned for a plot, outside of Streamlit's own places for it. */
export const drawPlot = (parentElement, text, assets) =>
  render({ data: new TextEncoder().encode(text), parentElement, setStateValue() {}, assets });

/**
 * Return what draws a figure on `canvas`, one drawing at a time: called while it draws, it draws
 * once more after that.
 *
 * @param {{root: Element, canvas: Element, table: Element, assets: string}} place
 * @param {() => {figure: object, alt: string}} compose
 * @param {() => void} drawn is called after each drawing
 */
export function createDrawing({ root, canvas, table, assets }, compose, drawn = () => {}) {
  let drawing = false;
  let stale = false;

  return async () => {
    stale = true;
    if (drawing) return;
    drawing = true;
    try {
      const Plotly = await loadPlotly(assets);
      while (stale) {
        stale = false;
        const { figure, alt } = compose();
        await Plotly.react(canvas, figure.data, figure.layout, {
          displayModeBar: false,
          responsive: false,
        });
        drawn();
        canvas.setAttribute("role", "img");
        canvas.setAttribute("aria-label", alt);
        // Counts redraws for whoever measures or tests the delay to a finished picture.
        root.dataset.draws = String(Number(root.dataset.draws ?? 0) + 1);
        if (!table.hidden) fillTable(table, canvas._fullData);
      }
    } catch (error) {
      canvas.textContent = error.message;
    } finally {
      drawing = false;
    }
  };
}

/** The height that a figure has on this screen, in pixels; `scale` tells how large the page is. */
function heightNow({ height, meta }, scale) {
  const least = meta?.least_height ?? height;
  const [low, high] = SCREENS;
  const share = PHONE.matches
    ? 0
    : Math.min(1, Math.max(0, (window.innerHeight / scale - low) / (high - low)));
  return Math.round(scale * (least + share * (height - least)));
}

const render = viewPerPlace(createView, "edit");
export default render;

function createView(parent, assets) {
  const canvas = h("div", { class: "cee-plot-canvas" });
  const table = h("div", { class: "cee-plot-table", hidden: "" });
  const numbers = h("dl", { class: "cee-quantities cee-plot-quantities", hidden: "" });
  const menu = createPlotMenu(canvas, table, () => payload.name, showAll);
  const root = h("figure", { class: "cee-plot" }, numbers, canvas, menu, table);
  parent.append(root);

  const view = { send: null, update, dispose };
  let payload = null;
  let shown = ""; // what is drawn
  let answered = ""; // what the script said last
  let ahead = false; // whether a preview came after that
  let sender = null;
  const named = {}; // range by axis that the drawn figure names

  const unwatch = whenResized(root, () => {
    if (canvas.data && canvas.clientWidth) window.Plotly.Plots.resize(canvas);
  });
  // A plot may be lower on a screen that is low.
  const onLowScreens = () =>
    (payload?.figure.layout.meta?.least_height || scaleNow() !== 1) && drawAgain();
  window.addEventListener("resize", onLowScreens);

  function dispose() {
    unwatch();
    window.removeEventListener("resize", onLowScreens);
    waiting.delete(draw);
    forget(drawAgain);
    sender?.dispose();
    unlisten(payload?.name, preview);
    if (canvas.data) window.Plotly.purge(canvas);
    root.remove();
  }

  function update(data) {
    const text = new TextDecoder().decode(data);
    // Called again without news, for the theme perhaps, the plot is drawn again.
    const known = text === shown && text !== answered;
    answered = text;
    // An editor stands before its plots on the page, so it has settled when the last answer comes.
    if (!(ahead && isUnsettled())) {
      ahead = false;
      if (!known) show(text);
    }
    listen(payload.name, preview, catchUp);
  }

  function preview(text) {
    ahead = true;
    if (text !== shown) show(text);
  }

  function catchUp() {
    if (!ahead) return;
    ahead = false;
    if (answered !== shown) show(answered);
  }

  function show(text) {
    shown = text;
    payload = JSON.parse(text);
    canvas.style.minHeight = `${heightNow(payload.figure.layout, scaleNow())}px`;
    sender ??= createSender((edit) => view.send(edit), payload.seq);
    sender.answer(payload.seq);
    if (sender.idle) settleEdit(payload.name);
    drawAgain();
  }

  const draw = createDrawing({ root, canvas, table, assets }, compose);

  function drawAgain() {
    drawSoon(draw);
  }

  function compose() {
    const figure = themed(payload, (theme ??= themeOf(root)));
    figure.layout.height = heightNow(payload.figure.layout, theme.scale);
    canvas.style.minHeight = `${figure.layout.height}px`;
    // Wider than it has to be once everything is at rest.
    if (isMoving() && keepRanges(figure.layout, canvas._fullLayout, named)) whenAtRest(drawAgain);
    keepZoom(figure.layout, canvas._fullLayout, named);
    showQuantities(numbers, figure.layout.meta ?? {});
    return { figure, alt: payload.alt };
  }

  function showAll() {
    const axes = Object.keys(canvas._fullLayout).filter((name) => /^[xy]axis\d*$/.test(name));
    const own = payload.figure.layout;
    const whole = axes.map((name) =>
      own[name]?.range
        ? [`${name}.range`, [...own[name].range]]
        : [`${name}.autorange`, own[name]?.autorange ?? true],
    );
    window.Plotly.relayout(canvas, Object.fromEntries(whole));
  }

  letDrag(canvas, (x) => {
    if (payload.link) noteEdit(payload.name, { [payload.link]: String(x) });
    sender.push({ x });
  });
  return view;
}

/**
 * Show the quantities in the element `list`.
 *
 * @param {Element} list
 * @param {object} meta of the figure's layout
 * @param {{name: string, value: string, unit: string, colour: string}[]} meta.quantities
 * @param {boolean} meta.aside whether they are of less weight than the figure
 */
function showQuantities(list, { quantities = [], aside = false }) {
  list.classList.toggle("cee-aside", aside);
  list.hidden = quantities.length === 0;
  if (list.children.length !== quantities.length) {
    list.replaceChildren(
      ...quantities.map(() => h("div", {}, h("dt", {}), h("dd", {}, h("b", {}), h("span", {})))),
    );
  }
  quantities.forEach(({ name, value, unit, colour }, place) => {
    const [term, number] = list.children[place].children;
    term.textContent = name;
    number.firstChild.style.setProperty("--cee-colour", colour || "currentColor");
    number.firstChild.textContent = value;
    number.lastChild.textContent = unit && ` ${unit}`;
  });
}
