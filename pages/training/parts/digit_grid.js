// Test digits as pictures, each beside the probabilities that a network gives to the ten classes.

import { bytesOf, paintDigit } from "./digit_pictures.js";
import { chartColours, decoded, h, viewPerPlace } from "../../components/frontend/sync.js";

export default viewPerPlace(createView, "chosen");

function createView(parent) {
  const root = h("div", { class: "cee-digits", role: "group" });
  parent.append(root);
  const view = { send: null, update, dispose: () => root.remove() };
  let pixels = null;
  let cells = [];

  function update(data) {
    const next = decoded(data);
    root.setAttribute("aria-label", next.label);
    root.style.setProperty("--cee-truth", chartColours(root)[next.truth_colour] ?? "#0072b2");
    root.style.setProperty("--cee-model", chartColours(root)[next.model_colour] ?? "#d55e00");
    if (next.pixels !== pixels) {
      pixels = next.pixels;
      cells = next.labels.map((truth, index) => createCell(truth, index));
      root.replaceChildren(...cells.map((cell) => cell.button));
      const bytes = bytesOf(pixels);
      cells.forEach(({ canvas }, index) =>
        paintDigit(canvas, bytes.subarray(784 * index, 784 * (index + 1))),
      );
    }
    cells.forEach((cell, index) => fillCell(cell, next.labels[index], next.outputs?.[index]));
    mark(next.chosen);
  }

  function createCell(truth, index) {
    const canvas = h("canvas", { width: 28, height: 28, "aria-hidden": "true" });
    const bars = Array.from({ length: 10 }, (_, digit) =>
      h("i", { class: digit === truth ? "cee-true" : "" }, h("b", {})),
    );
    const names = Array.from({ length: 10 }, (_, digit) => h("span", {}, String(digit)));
    const says = h("span", { class: "cee-says" });
    const button = h(
      "button",
      { type: "button", onclick: () => (mark(index), view.send(index)) },
      canvas,
      h("span", { class: "cee-q", "aria-hidden": "true" }, ...bars, ...names),
      says,
    );
    return { button, canvas, bars, says };
  }

  function mark(chosen) {
    cells.forEach((cell, index) =>
      cell.button.setAttribute("aria-pressed", String(index === chosen)),
    );
  }

  return view;
}

function fillCell({ button, bars, says }, truth, q) {
  const known = Array.isArray(q) && q.every((value) => typeof value === "number");
  bars.forEach((bar, digit) => {
    bar.firstChild.style.height = known ? `${100 * q[digit]}%` : "0";
  });
  button.classList.toggle("cee-unknown", !known);
  if (!known) {
    says.textContent = "no output";
    button.setAttribute("aria-label", `Test digit ${truth}: no output`);
    return;
  }
  const said = q.indexOf(Math.max(...q));
  // A probability below 1 is never written as 100 %.
  const digits = q[said] > 0.995 && q[said] < 1 ? 1 : 0;
  const nearOne = q[said] >= 0.9995 && q[said] < 1;
  const share = nearOne ? ">99.9 %" : `${(100 * q[said]).toFixed(digits)} %`;
  button.classList.toggle("cee-wrong", said !== truth);
  says.textContent = `${said === truth ? "✓" : "✗"} ${said}, ${share}`;
  button.setAttribute("aria-label", `Test digit ${truth}, recognised as ${said} with ${share}`);
}
