// Draws a figure with Plotly.react on one element for the life of the component, so that an
// update never shows a blank frame and keeps the zoom.

import { createSender, decoded, format, h, readTheme, viewPerPlace } from "./sync.js";

// The figure's own buttons save it; nothing of it is ever sent to a cloud.
const UNWANTED_BUTTONS = [
  "sendChartToCloud",
  "toImage",
  "lasso2d",
  "select2d",
  "zoomIn2d",
  "zoomOut2d",
];

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
const channel = new MessageChannel();
channel.port1.onmessage = () => {
  const together = [...waiting];
  waiting.clear();
  for (const draw of together) draw();
};

function drawSoon(draw) {
  if (waiting.size === 0) channel.port2.postMessage(null);
  waiting.add(draw);
}

export default viewPerPlace(createView, "edit");

function createView(parent, assets) {
  const canvas = h("div", { class: "cee-plot-canvas" });
  const table = h("div", { class: "cee-plot-table", hidden: "" });
  const button = (label, title, action) =>
    h("button", { type: "button", title, onclick: action }, label);
  const values = button("Values", "Show the plotted values as a table", toggleTable);
  values.setAttribute("aria-expanded", "false");
  const tools = h(
    "div",
    { class: "cee-plot-tools" },
    values,
    button("CSV", "Download the plotted values", downloadCsv),
    button("PNG", "Download as PNG", () => downloadImage("png")),
    button("SVG", "Download as SVG", () => downloadImage("svg")),
  );
  const root = h("figure", { class: "cee-plot" }, canvas, tools, table);
  parent.append(root);

  const view = { send: null, update, dispose };
  let payload = null;
  let drawing = false;
  let stale = false;
  let sender = null;

  const observer = new ResizeObserver(() => {
    if (canvas.data && canvas.clientWidth) window.Plotly.Plots.resize(canvas);
  });
  observer.observe(root);

  function dispose() {
    observer.disconnect();
    waiting.delete(draw);
    sender?.dispose();
    if (canvas.data) window.Plotly.purge(canvas);
    root.remove();
  }

  function update(data) {
    payload = decoded(data);
    canvas.style.minHeight = `${payload.figure.layout.height}px`;
    sender ??= createSender((edit) => view.send(edit), payload.seq);
    sender.answer(payload.seq);
    stale = true;
    drawSoon(draw);
  }

  async function draw() {
    if (drawing) return;
    drawing = true;
    try {
      const Plotly = await loadPlotly(assets);
      while (stale) {
        stale = false;
        const figure = themed(payload, root);
        await Plotly.react(canvas, figure.data, figure.layout, {
          displaylogo: false,
          displayModeBar: "hover",
          modeBarButtonsToRemove: UNWANTED_BUTTONS,
          responsive: false,
        });
        listenToZoom();
        canvas.setAttribute("role", "img");
        canvas.setAttribute("aria-label", payload.alt);
        // Counts redraws for whoever measures or tests the delay to a finished picture.
        root.dataset.draws = String(Number(root.dataset.draws ?? 0) + 1);
        if (!table.hidden) fillTable();
      }
    } catch (error) {
      canvas.textContent = error.message;
    } finally {
      drawing = false;
    }
  }

  // --- the draggable point: the trace with `meta.drag`, whose first x follows the pointer
  function handle() {
    const trace = canvas._fullData?.find((one) => one.meta?.drag);
    if (!trace) return null;
    const x = canvas._fullLayout[`xaxis${trace.xaxis.slice(1)}`];
    const y = canvas._fullLayout[`yaxis${trace.yaxis.slice(1)}`];
    return { trace, x, y };
  }

  function near(event) {
    const grip = handle();
    if (!grip) return null;
    const box = canvas.getBoundingClientRect();
    const left = box.left + grip.x._offset + grip.x.d2p(grip.trace.x[0]);
    const top = box.top + grip.y._offset + grip.y.d2p(grip.trace.y[0]);
    return Math.hypot(event.clientX - left, event.clientY - top) < 22 ? grip : null;
  }

  let dragged = null;
  canvas.addEventListener(
    "pointerdown",
    (event) => {
      dragged = near(event);
      if (!dragged) return;
      event.stopPropagation();
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
    },
    true,
  );
  // Plotly starts its zoom on mousedown, which follows pointerdown.
  canvas.addEventListener("mousedown", (event) => dragged && event.stopPropagation(), true);
  canvas.addEventListener("touchstart", (event) => near(event.touches[0]) && event.preventDefault(), {
    capture: true,
    passive: false,
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!dragged) {
      if (payload && handle()) canvas.classList.toggle("cee-grab", Boolean(near(event)));
      return;
    }
    const { x } = dragged;
    const value = x.p2d(event.clientX - canvas.getBoundingClientRect().left - x._offset);
    const [low, high] = [...x.range].sort((a, b) => a - b);
    sender.push({ x: Math.round(Math.min(high, Math.max(low, value)) * 100) / 100 });
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => (dragged = null));
  }

  // --- the part of the x axis that is looked at, told to the server so that it can send more of it
  let listening = false;

  function listenToZoom() {
    if (listening) return;
    listening = true;
    canvas.on("plotly_relayout", (change) => {
      if (!payload.zooms) return;
      const range = change["xaxis.range"] ?? [change["xaxis.range[0]"], change["xaxis.range[1]"]];
      if (range.every(Number.isFinite)) sender.push({ span: range });
      else if (change["xaxis.autorange"]) sender.push({ span: null });
    });
  }

  // --- values as a table
  function toggleTable() {
    table.hidden = !table.hidden;
    values.setAttribute("aria-expanded", String(!table.hidden));
    if (!table.hidden) fillTable();
  }

  function fillTable() {
    const rows = tableRows(canvas._fullData);
    const shown = rows.slice(0, 401);
    const cell = (tag) => (value) => h(tag, {}, typeof value === "number" ? format(value, 10) : value);
    table.replaceChildren(
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, ...shown[0].map(cell("th")))),
        h("tbody", {}, ...shown.slice(1).map((row) => h("tr", {}, ...row.map(cell("td"))))),
      ),
    );
    if (rows.length > shown.length) {
      table.append(h("p", {}, `${rows.length - shown.length} more rows are in the CSV.`));
    }
  }

  function save(href, name) {
    h("a", { href, download: name }).click();
  }

  function downloadCsv() {
    const quote = (value) =>
      typeof value === "number" ? String(value) : `"${String(value).replaceAll('"', '""')}"`;
    const text = tableRows(canvas._fullData)
      .map((row) => row.map(quote).join(","))
      .join("\r\n");
    const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    save(url, `${payload.name}.csv`);
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  async function downloadImage(kind) {
    // A legend that stands elsewhere on the page goes below the plot in a picture of it.
    const rows = canvas.layout.meta?.legend_rows ?? 0;
    const more = rows ? 24 * rows + 44 : 0;
    const height = canvas.clientHeight + more;
    const margin = { ...canvas.layout.margin, b: canvas.layout.margin?.b + more };
    const legend = { orientation: "v", x: 0, y: 0, yref: "container", yanchor: "bottom" };
    // A picture by itself has no web font: text is measured in the font that it is drawn in.
    const font = { ...canvas.layout.font, family: "Arial, Helvetica, sans-serif" };
    const added = rows ? { showlegend: true, height, margin, legend } : {};
    const picture = { data: canvas.data, layout: { ...canvas.layout, font, ...added } };
    const url = await window.Plotly.toImage(picture, {
      format: kind,
      // Names of curves are long.
      width: rows ? Math.max(canvas.clientWidth, 900) : canvas.clientWidth,
      height,
      scale: kind === "png" ? 2 : 1,
      setBackground: (gd) => {
        gd._fullLayout.paper_bgcolor = readTheme(root)("background-color", "#ffffff");
      },
    });
    save(url, `${payload.name}.${kind}`);
  }

  return view;
}

/** One row per point: curve, x, y (and z, error or text where a trace has them), header first. */
function tableRows(traces) {
  const rows = [["series", "x", "y", "value"]];
  for (const trace of traces) {
    if (trace.meta?.untabled) continue;
    const name = trace.name ?? "";
    if (trace.z) {
      Array.from(trace.z).forEach((line, i) =>
        Array.from(line).forEach((z, j) =>
          rows.push([name, trace.x?.[j] ?? j, trace.y?.[i] ?? i, z]),
        ),
      );
    } else {
      const length = Math.max(trace.x?.length ?? 0, trace.y?.length ?? 0);
      for (let i = 0; i < length; i += 1) {
        rows.push([name, trace.x?.[i] ?? i, trace.y?.[i] ?? i, trace.customdata?.[i] ?? ""]);
      }
    }
  }
  // Figures write names for Plotly, which reads entities; a table shows them as they are.
  const plain = (value) =>
    typeof value === "string"
      ? value.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&")
      : value;
  const used = rows[0].map((_, column) => rows.slice(1).some((row) => row[column] !== ""));
  return rows.map((row) => row.filter((_, column) => used[column]).map(plain));
}

/** The figure with the palette's colours replaced by their partners in the current theme. */
function themed({ figure, palette }, element) {
  const theme = readTheme(element);
  const partners = theme("chart-categorical-colors", "").split(",").map((one) => one.trim());
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
  const ink = theme("text-color", "#1b2430");
  const line = theme("border-color", "#d5dbe3");
  const ground = theme("background-color", "#ffffff");
  const axis = {
    gridcolor: line,
    zerolinecolor: line,
    linecolor: line,
    // Without it Plotly measures every tick label again after each redraw.
    ticklabeloverflow: "allow",
  };
  const layout = recolour(figure.layout);
  layout.template = {
    layout: {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: ink, family: theme("font", "sans-serif"), size: 13 },
      xaxis: axis,
      yaxis: axis,
      ternary: Object.fromEntries([
        ["bgcolor", "rgba(0,0,0,0)"],
        ...["aaxis", "baxis", "caxis"].map((name) => [name, { gridcolor: line, linecolor: line }]),
      ]),
      modebar: { bgcolor: "rgba(0,0,0,0)", color: line, activecolor: ink },
      hoverlabel: { bgcolor: ground, bordercolor: line, font: { color: ink } },
      legend: { orientation: "h", y: 1, yanchor: "bottom", x: 0 },
    },
  };
  layout.uirevision ??= "kept";
  layout.autosize = true;
  return { data: recolour(figure.data), layout };
}

function channels(colour) {
  const number = Number.parseInt(colour.slice(1), 16);
  return `${number >> 16},${(number >> 8) & 255},${number & 255}`;
}
