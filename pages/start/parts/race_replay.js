// A recorded race, replayed: the accuracies of two networks on test images, and what each makes of
// one digit at that step.

import { chartColours, h, svg, viewPerPlace } from "../../components/frontend/sync.js";

const LASTS_MS = 12_000;
const SLOW_START = 1.6; // most happens in the first epoch
const RESTS_MS = 2500; // at the end, before it begins anew
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [300, 290, 38, 22, 8];

export default viewPerPlace(createView);

function createView(parent) {
  const chart = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  const digit = h("div", { class: "cee-replay-digit" });
  const button = h("button", { onclick: toggle });
  const clock = h("span", { class: "cee-replay-clock" });
  const root = h(
    "div",
    { class: "cee-replay" },
    h("div", { class: "cee-replay-row" }, chart, digit),
    h("div", { class: "cee-replay-foot" }, button, clock),
  );
  parent.append(root);
  const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)");
  let race = null;
  let parts = [];
  let runs = !isCalm.matches;
  let began = performance.now(); // when the step shown would have been 0
  let share = isCalm.matches ? 1 : 0; // of the race that has been shown
  let frame = 0;
  isCalm.addEventListener("change", obey);

  function update(next) {
    race = next;
    build();
    cancelAnimationFrame(frame);
    if (runs) tick();
    else show();
  }

  function obey() {
    if (isCalm.matches && runs) toggle();
  }

  function toggle() {
    runs = !runs;
    if (!runs) {
      cancelAnimationFrame(frame);
      show();
      return;
    }
    if (share >= 1) share = 0;
    began = performance.now() - share ** (1 / SLOW_START) * LASTS_MS;
    tick();
  }

  function tick() {
    const passed = performance.now() - began;
    if (passed > LASTS_MS + RESTS_MS) began = performance.now();
    share = Math.min(1, passed / LASTS_MS) ** SLOW_START;
    show();
    frame = requestAnimationFrame(tick);
  }

  function build() {
    const colours = chartColours(parent);
    const last = race.steps.at(-1);
    const grid = [0, 50, 100].flatMap((percent) => [
      svg("line", { x1: LEFT, x2: WIDTH, y1: y(percent / 100), y2: y(percent / 100), class: "grid" }),
      svg("text", { x: LEFT - 4, y: y(percent / 100) + 4, class: "end" }, `${percent} %`),
    ]);
    parts = race.networks.map((network) => {
      const colour = colours[network.colour];
      const line = svg("polyline", { class: "line", stroke: colour });
      const head = svg("circle", { r: 4, fill: colour });
      const rows = ["label", "rival"].map((which) => {
        const fill = h("i", { style: `background: ${colour}` });
        const value = h("b", {});
        const row = h("div", { class: "cee-replay-belief" }, String(race[which]), h("span", {}, fill), value);
        return { row, fill, value, which };
      });
      const accuracy = h("b", { style: `color: color-mix(in srgb, ${colour} 70%, var(--st-text-color))` });
      const box = h(
        "div",
        { class: "cee-replay-network" },
        h("div", { class: "cee-replay-name" }, h("span", { style: `color: color-mix(in srgb, ${colour} 70%, var(--st-text-color))` }, network.name), accuracy),
        ...rows.map((one) => one.row),
      );
      return { network, line, head, rows, accuracy, box };
    });
    chart.replaceChildren(
      ...grid,
      svg("text", { x: WIDTH, y: HEIGHT - 4, class: "end" }, `${last.toLocaleString("en")} steps`),
      svg("text", { x: LEFT, y: HEIGHT - 4 }, "test accuracy"),
      ...parts.flatMap(({ line, head }) => [line, head]),
    );
    chart.setAttribute(
      "aria-label",
      "Accuracy on test digits while two networks learn: cross-entropy is ahead of squared error.",
    );
    const image = h("img", {
      src: `data:image/png;base64,${race.image}`,
      alt: `A handwritten ${race.label} that could be a ${race.rival}.`,
    });
    digit.replaceChildren(image, ...parts.map(({ box }) => box));
  }

  /** The value of a column at the share shown, between two measurements in proportion. */
  function at(column) {
    const place = share * (column.length - 1);
    const [from, rest] = [Math.floor(place), place % 1];
    return column[from] + rest * ((column[from + 1] ?? column[from]) - column[from]);
  }

  function show() {
    const x = (part) => LEFT + part * (WIDTH - LEFT - 6);
    for (const { network, line, head, rows, accuracy } of parts) {
      const whole = Math.floor(share * (race.steps.length - 1));
      const points = network.accuracy
        .slice(0, whole + 1)
        .map((value, index) => [x(index / (race.steps.length - 1)), y(value)]);
      points.push([x(share), y(at(network.accuracy))]);
      line.setAttribute("points", points.map((one) => one.map((n) => n.toFixed(1)).join()).join(" "));
      head.setAttribute("cx", points.at(-1)[0]);
      head.setAttribute("cy", points.at(-1)[1]);
      accuracy.textContent = `${(100 * at(network.accuracy)).toFixed(1)} %`;
      for (const { fill, value, which } of rows) {
        const belief = at(network[which]);
        fill.style.width = `${100 * belief}%`;
        value.textContent = belief.toFixed(2);
      }
    }
    button.textContent = runs ? "Pause" : "Replay";
    const step = Math.round(at(race.steps) / 10) * 10;
    clock.textContent = `recorded on MNIST · step ${step.toLocaleString("en")}`;
  }

  function dispose() {
    cancelAnimationFrame(frame);
    isCalm.removeEventListener("change", obey);
    root.remove();
  }

  return { update, dispose };
}

const y = (value) => TOP + (1 - value) * (HEIGHT - TOP - BOTTOM);
