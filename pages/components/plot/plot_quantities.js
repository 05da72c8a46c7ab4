// The numbers that a figure is about, in cells that do not move when digits change; they change in
// the same moment as the figure.

import { h } from "../frontend/sync.js";

/**
 * Show the quantities in the element `list`.
 *
 * @param {Element} list
 * @param {object} meta of the figure's layout
 * @param {{name: string, value: string, unit: string, colour: string}[]} meta.quantities
 * @param {boolean} meta.aside whether they are of less weight than the figure
 */
export function showQuantities(list, { quantities = [], aside = false }) {
  list.classList.toggle("cee-aside", aside);
  list.hidden = quantities.length === 0;
  if (list.children.length !== quantities.length) {
    list.replaceChildren(
      ...quantities.map(() => h("div", {}, h("dt", {}), h("dd", {}, h("b", {}), h("span", {})))),
    );
  }
  quantities.forEach(({ name, value, unit, colour }, place) => {
    const [term, number] = list.children[place].children;
    term.textContent = name;
    number.firstChild.style.setProperty("--cee-colour", colour || "currentColor");
    number.firstChild.textContent = value;
    number.lastChild.textContent = unit && ` ${unit}`;
  });
}
