// The confusion matrix of one network at the step that is shown; a cell shows its images.

import { h } from "../../../components/frontend/sync.js";

/** @param {(cell: {truth: number, said: number} | null) => void} choose is told which cell */
export function createConfusion(choose) {
  const title = h("p", { class: "cee-race-matrix-title" });
  const table = h("div", { class: "cee-race-matrix", role: "group" });
  const element = h("div", { class: "cee-race-confusion", hidden: "" }, title, table);
  const cells = [];
  let marked = null;
  let focused = 0;

  const label = (text) => h("span", { "aria-hidden": "true" }, text);
  table.append(label(""), ...Array.from({ length: 10 }, (_, digit) => label(String(digit))));
  for (let truth = 0; truth < 10; truth += 1) {
    table.append(label(String(truth)));
    for (let said = 0; said < 10; said += 1) {
      const index = 10 * truth + said;
      const cell = h("button", {
        tabindex: index ? "-1" : "0",
        onclick: () => press(index),
        onkeydown: (event) => arrow(event, index),
      });
      cells.push(cell);
      table.append(cell);
    }
  }

  function press(index) {
    const cell = { truth: Math.floor(index / 10), said: index % 10 };
    mark(marked === index ? null : index);
    choose(marked === null ? null : cell);
  }

  function mark(index) {
    marked = index;
    cells.forEach((cell, place) => cell.setAttribute("aria-pressed", String(place === index)));
  }

  /** Arrows go from cell to cell, of which one alone is in the order of the Tab key. */
  function arrow(event, index) {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 10, ArrowUp: -10 }[event.key];
    if (!by || !cells[index + by]) return;
    event.preventDefault();
    event.stopPropagation();
    cells[focused].tabIndex = -1;
    focused = index + by;
    cells[focused].tabIndex = 0;
    cells[focused].focus();
  }

  return {
    element,
    mark,
    paint({ head, chosen, snapshots }) {
      const one = snapshots[chosen];
      const { name } = head.curves[chosen];
      if (!one) {
        title.textContent = "Nothing has been measured on test images yet.";
        table.hidden = true;
        return;
      }
      table.hidden = false;
      let right = 0;
      for (let truth = 0; truth < 10; truth += 1) {
        const row = one.confusion.subarray(10 * truth, 10 * truth + 10);
        const total = row.reduce((sum, number) => sum + number, 0);
        right += row[truth];
        row.forEach((images, said) => {
          const share = total ? images / total : 0;
          const cell = cells[10 * truth + said];
          cell.textContent = images ? images.toLocaleString("en") : "";
          // So far that the number stays readable in the theme's own ink.
          cell.style.setProperty("--share", `${images ? 6 + 39 * share : 0}%`);
          cell.classList.toggle("cee-full", share >= 0.5);
          cell.setAttribute("aria-label", `true ${truth}, said ${said}: ${images} images`);
        });
      }
      const said = `${right.toLocaleString("en")} of ${one.images.toLocaleString("en")} images right`;
      table.setAttribute("aria-label", `Confusion matrix of ${name}: ${said}.`);
      table.style.setProperty("--curve", `var(--curve-${chosen})`);
      title.textContent = `${name}: rows are true classes, columns what it said; ${said}.`;
    },
  };
}
