// The parts of the bar editor as elements, and what they show of its state; what using them does is
// in the editor's `actions`.

import { createMenu } from "../frontend/menu.js";
import { format, h, svg } from "../frontend/sync.js";

/** Whether the bars are logits, which need not add up. */
export const isFree = (setup) => setup.mode === "logits";

/** The menu of presets, the number of outcomes and, for p and q, what makes one of the other. */
export function toolParts(setup, count, actions) {
  const presets = setup.presets.map((name) => [name, "", () => actions.preset(name)]);
  const button = (label, title, onclick) => h("button", { title, onclick }, label);
  const fewer = button("−", "Remove the last outcome", () => actions.resize(count - 1));
  const more = button("+", "Add an outcome", () => actions.resize(count + 1));
  fewer.disabled = count <= setup.least;
  more.disabled = count >= setup.most;
  fewer.setAttribute("aria-label", `Fewer ${setup.noun}`);
  more.setAttribute("aria-label", `More ${setup.noun}`);
  const pair = setup.series.length === 2 && !isFree(setup);
  const [p, q] = setup.series.map((one) => one.id);
  return [
    ...(presets.length ? [createMenu("Examples", { title: "Load an example" }, presets).element] : []),
    ...(setup.least < setup.most
      ? [h("span", { class: "cee-count" }, fewer, h("span", {}, String(count), h("span", { class: "cee-noun" }, ` ${setup.noun}`)), more)]
      : []),
    ...(pair
      ? [
          button(`Copy ${p} to ${q}`, "Make q equal to p", actions.copy),
          button("Swap", "Exchange p and q", actions.swap),
          button(`Walk ${q} to ${p}`, "Move q to p in twenty steps", actions.walk),
        ]
      : []),
  ];
}

/**
 * The bars with their names and locks.
 *
 * @returns {{outcomes: Element[], bars: object[]}} an element for each outcome, and its parts: for
 *   each series {bar, fill, value, zero}, beside them `label` and `lock`
 */
export function barParts(setup, count, actions) {
  const bars = [];
  const outcomes = Array.from({ length: count }, (_, index) => {
    const label = h("input", {
      class: "cee-name",
      "aria-label": `Name of ${setup.one} ${index + 1}`,
      maxlength: "24",
      onchange: (event) => actions.rename(index, event.target.value),
    });
    const lock = h(
      "button",
      {
        class: "cee-lock",
        title: "Hold this value while others change",
        onclick: () => actions.toggleLock(index),
      },
      padlock(),
    );
    const each = setup.series.map((one) => barPart(setup, one, index, actions));
    bars.push({ label, lock, ...Object.fromEntries(each.map((part) => [part.id, part])) });
    return h(
      "div",
      { class: "cee-outcome" },
      h("div", { class: "cee-pair" }, ...each.map((part) => part.bar)),
      label,
      isFree(setup) ? null : lock,
    );
  });
  return { outcomes, bars };
}

const padlock = () =>
  svg(
    "svg",
    { viewBox: "0 0 12 14", "aria-hidden": "true" },
    svg("rect", { x: 1, y: 6, width: 10, height: 7, rx: 1.5, fill: "currentColor" }),
    svg("path", { class: "cee-shackle", d: "M3 6V4a3 3 0 0 1 6 0v2", fill: "none", stroke: "currentColor", "stroke-width": 1.6 }),
  );

function barPart(setup, one, index, actions) {
  const fill = h("div", { class: "cee-fill" });
  const value = h("div", { class: "cee-value" });
  const zero = h("div", { class: "cee-zero" });
  const track = h("div", { class: "cee-track" }, fill, isFree(setup) ? zero : null);
  const bar = h(
    "div",
    {
      class: "cee-bar",
      role: "slider",
      tabindex: "0",
      "aria-orientation": "vertical",
      "aria-valuemin": String(setup.low),
      "aria-valuemax": String(setup.high),
      style: `--cee-colour: var(--cee-${one.id})`,
      onkeydown: (event) => actions.press(event, one.id, index),
    },
    value,
    track,
  );
  track.addEventListener("pointerdown", (event) =>
    actions.grab(event, one.id, index, bar, track),
  );
  return { id: one.id, bar, fill, value, zero };
}

/** Show names, values and locks on the parts that `barParts` made. */
export function paintBars(bars, { series, low, high }, { names, values, locked }) {
  const share = (x) => (100 * (Math.min(high, Math.max(low, x)) - low)) / (high - low);
  names.forEach((name, index) => {
    const parts = bars[index];
    const isLocked = locked.includes(index);
    for (const { id } of series) {
      const now = values[id][index];
      const { bar, fill, value, zero } = parts[id];
      const [from, to] = [share(Math.min(0, now)), share(Math.max(0, now))];
      fill.style.bottom = `${from}%`;
      fill.style.height = `${to - from}%`;
      fill.classList.toggle("cee-below", now < 0);
      zero.style.bottom = `${share(0)}%`;
      value.textContent = short(now);
      bar.classList.toggle("cee-locked", isLocked);
      bar.setAttribute("aria-valuenow", String(now));
      bar.setAttribute("aria-label", `${id} of ${name}`);
      bar.setAttribute(
        "aria-valuetext",
        `${id} of ${name} = ${format(now, 4)}${isLocked ? ", locked" : ""}`,
      );
    }
    if (parts.label !== document.activeElement) parts.label.value = name;
    parts.lock.setAttribute("aria-pressed", String(isLocked));
    parts.lock.setAttribute("aria-label", `Lock ${name}`);
  });
}

// Above a bar there is room for five signs; the text field below has all digits.
function short(value) {
  const size = Math.abs(value);
  if (size >= 0.1 || size === 0) return format(value, 3);
  if (size >= 0.001) return format(Number(value.toFixed(3)), 2);
  return value.toExponential(0).replace("-", "−").replace("e-", "e−");
}
