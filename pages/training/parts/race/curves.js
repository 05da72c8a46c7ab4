// The curves behind tabs, with a cursor at the step that is shown and a curtain over what came
// later. The cursor lies above the plot, so that moving it draws nothing anew.

import { drawPlot } from "../../../components/plot/plot.js";
import { bytesOf } from "../digit_pictures.js";
import { h, readTheme } from "../../../components/frontend/sync.js";

const CHROME = 62; // pixels for tabs above and tools below a plot
const nameOf = (tab) => tab.toLowerCase().replace(" ", "-");

/**
 * @param {string} assets where Plotly is
 * @param {Element} confusion stands in the place of a plot on the tab "Confusion"
 * @param {() => void} changed is told when another tab was chosen
 */
export function createCurves(assets, confusion, changed) {
  const tablist = h("div", { class: "cee-race-tabs", role: "tablist", "aria-label": "Curves" });
  const place = h("div", { class: "cee-race-plot" });
  const line = h("div", { class: "cee-race-cursor", hidden: "" });
  const curtain = h("div", { class: "cee-race-curtain", hidden: "" });
  const panel = h(
    "div",
    { class: "cee-race-panel", role: "tabpanel", tabindex: "-1" },
    place,
    curtain,
    line,
    confusion,
  );
  const element = h("div", { class: "cee-race-curves" }, tablist, panel);
  const plots = new Map(); // name → {plot, version, read, view}: what was sent of it
  let views = {}; // name → what its plot is to show, as the server says it
  let chosen = null;
  let buttons = [];
  let height = 260;
  let drawn = "";
  let ground = ""; // colour of the theme
  let cleanUp = null;
  let state = null;

  if (!document.querySelector("link[data-cee-plot]")) {
    const href = `${assets}components/plot/plot.css`;
    document.head.append(h("link", { rel: "stylesheet", href, "data-cee-plot": "" }));
  }
  const watcher = new MutationObserver(() => follow());
  watcher.observe(place, { subtree: true, attributeFilter: ["data-draws"] });

  function build(tabs) {
    if (buttons.length === tabs.length) return;
    buttons = tabs.map((tab) =>
      h("button", { role: "tab", onclick: () => press(tab), onkeydown: arrow }, tab),
    );
    tablist.replaceChildren(...buttons);
    choose(chosen ?? tabs[0], tabs);
  }

  function press(tab) {
    choose(tab);
    changed();
  }

  /** Arrows turn the tabs, of which one alone is in the order of the Tab key. */
  function arrow(event) {
    const turn = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!turn) return;
    event.preventDefault();
    event.stopPropagation();
    const to = (buttons.indexOf(event.currentTarget) + turn + buttons.length) % buttons.length;
    buttons[to].focus();
    press(buttons[to].textContent);
  }

  function choose(tab, tabs) {
    chosen = tab;
    if (tabs) build(tabs);
    for (const button of buttons) {
      const selected = button.textContent === tab;
      button.setAttribute("aria-selected", String(selected));
      button.tabIndex = selected ? 0 : -1;
      if (selected) panel.setAttribute("aria-label", tab);
    }
    const isMatrix = tab === "Confusion";
    confusion.hidden = !isMatrix;
    place.hidden = isMatrix;
    draw();
  }

  function draw() {
    const sent = plots.get(nameOf(chosen ?? ""))?.plot;
    if (!sent || place.hidden) return follow();
    const { layout } = sent.figure;
    const figure = { ...sent.figure, layout: { ...layout, height: height - CHROME } };
    const text = JSON.stringify({ ...sent, figure });
    if (text === drawn) return follow();
    drawn = text;
    cleanUp = drawPlot(place, text, assets);
    return undefined;
  }

  function follow() {
    const canvas = place.querySelector(".cee-plot-canvas");
    const axis = canvas?._fullLayout?.xaxis;
    const size = canvas?._fullLayout?._size;
    const hide = !state || !axis || place.hidden;
    line.hidden = hide;
    curtain.hidden = hide;
    if (hide) return;
    const x = axis.d2p(state.at);
    const inside = Math.min(axis._length, Math.max(0, x));
    const left = canvas.offsetLeft + axis._offset;
    const box = `top:${canvas.offsetTop + size.t}px;height:${size.h}px;`;
    line.style.cssText = `${box}left:${left + inside}px`;
    line.hidden = x < -1 || x > axis._length + 1;
    curtain.style.cssText = `${box}left:${left + inside + 1}px;width:${axis._length - inside}px`;
    curtain.hidden = state.isNewest;
    curtain.dataset.closed = String(state.isTold);
  }

  return {
    element,
    tab: () => chosen,
    choose,
    /** Take what the page's script sent, but for what is older than what came by the socket. */
    update(head, told) {
      build(head.tabs);
      views = told.views;
      for (const [name, plot] of Object.entries(told.plots)) {
        const known = plots.get(name);
        const view = JSON.stringify(views[name]);
        const isOlder = known?.run === told.run && known.view === view && known.read > told.read;
        if (isOlder) continue;
        const { run, version, read } = told;
        plots.set(name, { plot, run, version, read, view });
      }
      // The same curves in other colours are drawn anew.
      const colours = readTheme(element)("background-color", "");
      if (colours !== ground) drawn = "";
      ground = colours;
      draw();
    },
    /** What is wanted of the chosen tab, null for no plot, and which version of it is here. */
    wanted(run) {
      const name = nameOf(chosen ?? "");
      const view = views[name] ?? null;
      const known = plots.get(name);
      const fits = known?.run === run && known.view === JSON.stringify(view);
      return { view, version: fits ? known.version : "" };
    },
    /** Let a plot go on as the socket says; false where that does not fit what is here. */
    extend({ name, view, base, version, whole, ...change }, { run, read }) {
      const wanted = JSON.stringify(view);
      if (wanted !== JSON.stringify(views[name])) return false;
      const known = plots.get(name);
      if (whole) plots.set(name, { plot: whole, run, version, read, view: wanted });
      else if (known?.run === run && known.view === wanted && known.version === base) {
        lengthen(known.plot, change);
        Object.assign(known, { version, read });
      } else return false;
      if (name === nameOf(chosen ?? "")) draw();
      return true;
    },
    cursor(next) {
      state = next;
      follow();
    },
    fit(wanted) {
      if (Math.abs(wanted - height) < 4) return;
      height = wanted;
      draw();
    },
    dispose() {
      watcher.disconnect();
      cleanUp?.();
    },
  };
}

/** Let the traces of a plot go on from some of their points. */
function lengthen(plot, { alt, traces, layout }) {
  plot.alt = alt;
  if (layout) plot.figure.layout = layout;
  traces.forEach(({ from, ...columns }, index) => {
    const trace = plot.figure.data[index];
    for (const [name, column] of Object.entries(columns)) {
      trace[name] = [...unpacked(trace[name]).slice(0, from), ...column];
    }
  });
}

const ARRAYS = {
  i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array,
  f4: Float32Array, f8: Float64Array,
};

/** The values of a trace, which Plotly's Python side packs. */
function unpacked(values) {
  return values?.bdata ? new ARRAYS[values.dtype](bytesOf(values.bdata).buffer) : (values ?? []);
}
