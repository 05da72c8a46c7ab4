// The parts of the bar editor as elements; what using them does is in the editor's `actions`.

import { createMenu } from "../frontend/menu.js";
import { h } from "../frontend/sync.js";

/** Whether the bars are logits, which need not add up. */
export const isFree = (setup) => setup.mode === "logits";

/** The menu of presets, the number of outcomes and, for p and q, what makes one of the other. */
export function toolParts(setup, count, actions) {
  const presets = setup.presets.map((name) => [name, "", () => actions.preset(name)]);
  const button = (label, title, onclick) => h("button", { type: "button", title, onclick }, label);
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
        type: "button",
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

function padlock() {
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("viewBox", "0 0 12 14");
  picture.setAttribute("aria-hidden", "true");
  picture.innerHTML =
    '<rect x="1" y="6" width="10" height="7" rx="1.5" fill="currentColor"/>' +
    '<path class="cee-shackle" d="M3 6V4a3 3 0 0 1 6 0v2" fill="none" stroke="currentColor" stroke-width="1.6"/>';
  return picture;
}

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
