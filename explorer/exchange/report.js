// Draws the report's plots, again whenever the reader changes between light and dark.
"use strict";

const { figures, light, dark } = JSON.parse(document.getElementById("figures").textContent);
const isDark = window.matchMedia("(prefers-color-scheme: dark)");

function channels(colour) {
  const number = Number.parseInt(colour.slice(1), 16);
  return `${number >> 16},${(number >> 8) & 255},${number & 255}`;
}

function recoloured(value) {
  if (!isDark.matches) return value;
  if (typeof value === "string") {
    const place = light.indexOf(value.toLowerCase());
    if (place >= 0) return dark[place];
    const rgba = /^rgba\((\d+,\d+,\d+),(.+)\)$/.exec(value);
    const partner = rgba ? light.findIndex((one) => channels(one) === rgba[1]) : -1;
    return partner >= 0 ? `rgba(${channels(dark[partner])},${rgba[2]})` : value;
  }
  if (Array.isArray(value)) return value.map(recoloured);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, recoloured(one)]));
  }
  return value;
}

function themed(figure) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const axis = {
    gridcolor: colour("line"),
    zerolinecolor: colour("line"),
    linecolor: colour("line"),
  };
  const layout = {
    ...recoloured(figure.layout),
    autosize: true,
    template: {
      layout: {
        paper_bgcolor: colour("ground"),
        plot_bgcolor: colour("ground"),
        font: { color: colour("ink"), family: "system-ui, sans-serif", size: 13 },
        xaxis: axis,
        yaxis: axis,
        hoverlabel: { bgcolor: colour("ground"), font: { color: colour("ink") } },
        legend: { orientation: "h", y: 1, yanchor: "bottom", x: 0 },
      },
    },
  };
  return [recoloured(figure.data), layout];
}

const config = {
  responsive: true,
  displaylogo: false,
  modeBarButtonsToRemove: ["lasso2d", "select2d", "toImage", "sendChartToCloud"],
};

function draw() {
  for (const place of document.querySelectorAll("[data-figure]")) {
    Plotly.react(place, ...themed(figures[place.dataset.figure]), config);
  }
}

for (const button of document.querySelectorAll("button[data-format]")) {
  button.addEventListener("click", () => {
    const name = button.dataset.of;
    const place = document.querySelector(`[data-figure="${name}"]`);
    const format = button.dataset.format;
    const scale = format === "png" ? 2 : 1;
    const { offsetWidth: width, offsetHeight: height } = place;
    Plotly.downloadImage(place, { format, filename: name, scale, width, height });
  });
}

isDark.addEventListener("change", draw);
draw();
