// One cell per network: its accuracy, large, and what else is known of the step that is shown.

import { format, h, svg } from "../../../components/frontend/sync.js";

const DASHES = { solid: "", dash: "9 6", dot: "2 4", dashdot: "9 4 2 4", longdash: "14 6" };
DASHES.longdashdot = "14 4 2 4";

/** @param {(curve: number) => void} choose is told which network was pressed */
export function createNumbers(choose) {
  const ratio = h("p", { class: "cee-race-ratio" });
  const list = h("div", { class: "cee-race-nets", role: "group", "aria-label": "Networks" });
  const element = h("div", { class: "cee-race-numbers" }, list, ratio);
  let cells = [];
  let names = "";

  function build(head) {
    const wanted = JSON.stringify(head.curves);
    if (wanted === names) return;
    names = wanted;
    list.dataset.size = head.curves.length <= 2 ? "large" : head.curves.length <= 4 ? "mid" : "small";
    cells = head.curves.map(({ name, dash }, index) => {
      const big = h("span", { class: "cee-race-big" });
      const more = h("span", { class: "cee-race-more" });
      const goal = h("span", { class: "cee-race-goal" });
      const rate = h("small", { title: "learning rate" });
      const button = h(
        "button",
        {
          style: `--curve: var(--curve-${index})`,
          title: "Show this network's confusion matrix and reading of the digits",
          onclick: () => choose(index),
        },
        h("span", { class: "cee-race-name" }, sample(dash), name, rate),
        big,
        more,
        goal,
      );
      return { button, big, more, goal, rate };
    });
    list.replaceChildren(...cells.map(({ button }) => button));
  }

  return {
    element,
    paint({ head, told, chosen, at, snapshots, norms }) {
      build(head);
      // Its last numbers say nothing of a network at this step.
      const hasDiverged = told.diverged.map((stopped) => stopped !== null && stopped <= at);
      cells.forEach(({ button, big, more, goal, rate }, index) => {
        const one = snapshots[index];
        const [, eta] = told.rates[index].findLast(([step]) => step <= at) ?? told.rates[index][0];
        rate.textContent = ` η = ${format(eta)}`;
        button.setAttribute("aria-pressed", String(index === chosen));
        big.textContent = one && one.accuracy !== null ? percent(one.accuracy) : "–";
        const loss = typeof one?.loss === "number" ? `${fixed(one.loss)} nats` : "";
        const norm = norms[index] === null ? "" : `‖∇‖ ${fixed(norms[index])}`;
        more.textContent =
          hasDiverged[index]
            ? `diverged at step ${told.diverged[index].toLocaleString("en")}`
            : [loss, norm].filter(Boolean).join(" · ") || " ";
        const there = told.reached[index];
        const share = Math.round(100 * head.goal);
        goal.textContent =
          there !== null && there <= at
            ? `${share} % after ${there.toLocaleString("en")} steps`
            : " ";
      });
      const [first, second] = norms;
      const both =
        head.curves.length === 2 && !hasDiverged.includes(true) && Number.isFinite(first / second);
      ratio.textContent = both
        ? `gradient norms ${first >= second ? fixed(first / second) : 1} : ${
            first >= second ? 1 : fixed(second / first)
          }`
        : " ";
    },
  };
}

/** A number in a fixed width: three significant digits, none lost to trailing zeros. */
function fixed(value) {
  if (!Number.isFinite(value)) return format(value);
  if (value === 0) return "0";
  if (value >= 1e5 || value < 1e-3) return value.toExponential(1);
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** An accuracy; what is below 1 is never written as 100 %. */
function percent(share) {
  const shown = Math.min(share < 1 ? 99.9 : 100, Math.round(1000 * share) / 10);
  return `${shown.toFixed(1)}%`;
}

function sample(dash) {
  const line = svg("path", { d: "M0 4H30", "stroke-dasharray": DASHES[dash] ?? "" });
  return svg("svg", { width: 30, height: 8, "aria-hidden": "true" }, line);
}
