// The panels of a comparison with their legend and the table of results. What a pointer is near to
// is worked out here from the points that were sent: Plotly's own hover redraws, and knows one panel.

import { createSender, decoded, h, svg, viewPerPlace, whenResized } from "../../../components/frontend/sync.js";
import { createDrawing } from "../../../components/plot/plot.js";
import { createPlotMenu } from "../../../components/plot/plot_menu.js";
import { themed, themeOf } from "../../../components/plot/plot_theme.js";
import { arranged } from "./panel_layout.js";
import { commonSplit, linesOf, nearest, panelsOf, valueAt } from "./nearest_line.js";

const MOST_VALUES = 30; // in the legend
const REACH = 24;

export default viewPerPlace(createView, "edit");

function createView(parent, assets) {
  const legend = h("div", { class: "cee-lines", role: "group", "aria-label": "Lines" });
  const canvas = h("div", { class: "cee-plot-canvas" });
  const over = h("div", { class: "cee-over" });
  const stage = h("div", { class: "cee-stage" }, canvas, over);
  const table = h("div", { class: "cee-plot-table", hidden: "" });
  const results = h("div", {
    class: "cee-wide cee-results",
    tabindex: "0",
    role: "region",
    "aria-label": "Compared curves",
  });
  const menu = createPlotMenu(canvas, table, () => payload.name, showAll);
  const root = h(
    "figure",
    { class: "cee-plot cee-comparison" },
    legend,
    stage,
    menu,
    table,
    results,
  );
  parent.append(root);

  const view = { send: null, update, dispose };
  let payload = null;
  let sender = null;
  let listening = false;
  let size = "";
  let nodes = []; // of the traces, with what they belong to
  let panels = [];
  let lines = [];
  let isolated = null; // label of a line
  let lifted = null; // number of a line

  const unwatch = whenResized(root, resized);
  window.addEventListener("resize", resized);

  function resized() {
    if (payload && canvas.data && root.clientWidth && size !== sizeNow()) draw();
  }

  function dispose() {
    unwatch();
    window.removeEventListener("resize", resized);
    sender?.dispose();
    if (canvas.data) window.Plotly.purge(canvas);
    root.remove();
  }

  function update(data) {
    payload = decoded(data);
    sender ??= createSender((edit) => view.send(edit), payload.seq);
    sender.answer(payload.seq);
    if (!payload.lines.some((one) => one.label === isolated)) isolated = null;
    draw();
  }

  function sizeNow() {
    return `${root.clientWidth}×${window.innerHeight}`;
  }

  const draw = createDrawing({ root, canvas, table, assets }, compose, drawn);

  function compose() {
    size = sizeNow();
    const theme = themeOf(root);
    const { data, layout: wanted } = themed(payload, theme);
    fillLegend(theme);
    fillResults(theme);
    const layout = arranged(wanted, stage);
    canvas.style.height = `${layout.height}px`;
    return { figure: { data, layout }, alt: payload.alt };
  }

  function drawn() {
    listen();
    nodes = canvas._fullData.map((trace) => ({
      meta: trace.meta,
      node: canvas.querySelector(`.trace${CSS.escape(trace.uid)}`),
    }));
    panels = panelsOf(canvas);
    lines = linesOf(canvas, panels);
    lifted = null;
    leave();
    showOnly();
  }

  // --- legend and results

  function swatch({ colour, dash }, { partners }) {
    const stroke = partners[payload.palette.indexOf(colour)] ?? colour;
    const dashes = dash === "solid" ? "" : dash.replaceAll("px", "");
    const look = { stroke, "stroke-width": 3, "stroke-dasharray": dashes };
    const line = svg("line", { x1: 1, x2: 29, y1: 5, y2: 5, ...look });
    return svg("svg", { class: "cee-dash", "aria-hidden": "true" }, line);
  }

  function fillLegend(theme) {
    const focused = [...legend.children].indexOf(document.activeElement);
    legend.replaceChildren(
      ...payload.lines.map((one, place) =>
        h(
          "button",
          {
            title: "Show this line alone, or all again",
            "aria-pressed": String(one.label === isolated),
            onclick: () => isolate(one.label),
            onpointerenter: () => lift(place),
            onpointerleave: () => lift(null),
            onfocus: () => lift(place),
            onblur: () => lift(null),
          },
          swatch(one, theme),
          h("span", {}, one.label),
          ...(payload.lines.length <= MOST_VALUES ? [h("output", { hidden: "" })] : []),
        ),
      ),
    );
    if (focused >= 0) legend.children[focused]?.focus();
  }

  function fillResults(theme) {
    const { head, rows } = payload.table;
    const titles = ["Line", ...head].map((text) => h("th", { scope: "col" }, text));
    const filled = rows.map((row, place) => {
      const one = payload.lines[place];
      return h(
        "tr",
        { onpointerenter: () => lift(place), onpointerleave: () => lift(null) },
        h("th", { scope: "row" }, swatch(one, theme), ` ${one.label}`),
        ...row.map((text) => h("td", {}, text)),
      );
    });
    const whole = h("table", {}, h("thead", {}, h("tr", {}, ...titles)), h("tbody", {}, ...filled));
    results.replaceChildren(whole);
  }

  // --- one line before all others

  function lift(place) {
    if (place === lifted) return;
    lifted = place;
    for (const { meta, node } of nodes) {
      if (meta.role === "marks") eachMark(node, meta, "cee-dim", (line) => isOther(line, lifted));
      else node?.classList.toggle("cee-dim", isOther(meta.line, lifted));
    }
    const rows = results.querySelectorAll("tbody tr");
    for (const list of [rows, legend.children]) {
      [...list].forEach((one, number) => one.classList.toggle("cee-lifted", number === lifted));
    }
  }

  function isOther(line, chosen) {
    return chosen !== null && line !== chosen;
  }

  function eachMark(node, meta, name, test) {
    const marks = node?.querySelectorAll(".point") ?? [];
    marks.forEach((mark, number) => mark.classList.toggle(name, test(meta.lines[number])));
  }

  function isolate(label) {
    isolated = isolated === label ? null : label;
    for (const [place, one] of payload.lines.entries()) {
      legend.children[place].setAttribute("aria-pressed", String(one.label === isolated));
    }
    showOnly();
  }

  function showOnly() {
    const only = payload.lines.findIndex((one) => one.label === isolated);
    if (only < 0) delete root.dataset.isolated;
    else root.dataset.isolated = String(only);
    for (const { meta, node } of nodes) {
      const gone = (line) => only >= 0 && line !== only;
      if (meta.role === "marks") eachMark(node, meta, "cee-gone", gone);
      else node?.classList.toggle("cee-gone", gone(meta.line));
    }
  }

  // --- pointing

  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerleave", leave);

  function leave() {
    over.replaceChildren();
    for (const output of legend.querySelectorAll("output")) output.hidden = true;
    lift(null);
  }

  function point(event) {
    if (event.buttons || panels.length === 0) return leave();
    const box = canvas.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    const at = panels.findIndex((panel) => panel.holds(px, py));
    if (at < 0) return leave();
    const x = panels[at].valueOf(px);
    const only = root.dataset.isolated === undefined ? null : Number(root.dataset.isolated);
    const shown = lines.filter((one) => only === null || one.line === only);
    const found = nearest(shown, panels, at, px, py, REACH);
    lift(found ? found.line : null);
    showRow(found);
    const marks = panels.map((panel) => cursor(panel, x));
    tellInLegend(shown, at, x);
    if (found) {
      for (const [number, panel] of panels.entries()) {
        const own = number === at ? found : shown.find((one) => one.panel === number && one.line === found.line); // prettier-ignore
        if (own) marks.push(...dotAndTip(panel, own, x, number === at));
      }
    }
    over.replaceChildren(...marks);
  }

  /** Scroll the table, never the page, to the row of a line. */
  function showRow(found) {
    const row = found && results.querySelectorAll("tbody tr")[found.line];
    if (!row) return;
    const [top, end] = [row.offsetTop, row.offsetTop + row.offsetHeight];
    const { scrollTop, clientHeight } = results;
    if (top < scrollTop || end > scrollTop + clientHeight) {
      results.scrollTop = top - clientHeight / 2;
    }
  }

  function cursor(panel, x) {
    const { left, top, height } = panel.place(x);
    return h("div", { class: "cee-cursor", style: `left:${left}px;top:${top}px;height:${height}px` });
  }

  function tellInLegend(shown, at, x) {
    // One split for all, where there is one: a training loss says nothing beside a test loss.
    const split = commonSplit(shown.filter((one) => one.panel === at));
    for (const [place, one] of [...legend.children].entries()) {
      const output = one.querySelector("output");
      if (!output) return;
      const own = shown.find(
        (line) => line.panel === at && line.line === place && [line.split, null].includes(split),
      );
      const told = own && valueAt(own, x);
      output.hidden = !told;
      output.textContent = told ? panels[at].written(told.raw) : "";
      output.title = own?.name ?? "";
    }
  }

  function dotAndTip(panel, own, x, isMain) {
    const told = valueAt(own, x);
    if (!told) return [];
    const [left, top] = [panel.place(told.x).left, panel.height(told.y)];
    if (!Number.isFinite(top)) return [];
    const dot = h("div", { class: "cee-dot", style: `left:${left}px;top:${top}px` });
    dot.style.background = own.colour;
    const says = [panel.written(told.raw)];
    if (told.raw !== told.y) says.push(`smoothed ${panel.written(told.y)}`);
    if (isMain) says.push(`step ${told.place}`);
    if (own.count > 1) says.push(`n = ${own.count}`);
    const tip = h("div", { class: "cee-tip" }, ...(isMain ? [h("b", {}, own.name)] : []), says.join(", ")); // prettier-ignore
    const isRight = left > panel.middle;
    tip.style.top = `${Math.max(0, top - (isMain ? 44 : 26))}px`;
    if (isRight) tip.style.right = `${canvas.clientWidth - left + 10}px`;
    else tip.style.left = `${left + 10}px`;
    return [dot, tip];
  }

  // --- the part of the x axis that is looked at, told to the server so that it can send more of it

  function listen() {
    if (listening) return;
    listening = true;
    canvas.on("plotly_relayout", (change) => {
      const names = Object.keys(change);
      const axis = names.map((name) => /^(xaxis\d*)\.(range|autorange)/.exec(name)).find(Boolean);
      if (!axis) return;
      const [, name] = axis;
      if (change[`${name}.autorange`]) return sender.push({ span: null });
      const ends = change[`${name}.range`] ?? [change[`${name}.range[0]`], change[`${name}.range[1]`]];
      const { type } = canvas._fullLayout[name];
      const span = ends.map((end) =>
        type === "log" ? 10 ** end : type === "date" ? dateOf(end) : Number(end),
      );
      if (span.every(Number.isFinite)) sender.push({ span });
    });
  }

  // Plotly writes times without a zone and means UTC.
  function dateOf(end) {
    return typeof end === "number" ? end : Date.parse(`${String(end).replace(" ", "T")}Z`);
  }

  function showAll() {
    const axes = Object.keys(canvas._fullLayout).filter((name) => /^[xy]axis\d*$/.test(name));
    const free = axes.filter((name) => !canvas._fullLayout[name].fixedrange);
    window.Plotly.relayout(canvas, Object.fromEntries(free.map((name) => [`${name}.autorange`, true])));
  }

  return view;
}
