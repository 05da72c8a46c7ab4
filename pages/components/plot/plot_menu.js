// The one menu of a plot: what can be had of it. WAI-ARIA Authoring Practices, "Menu Button".

import { h } from "../frontend/sync.js";
import { savePicture, saveValues } from "./plot_saving.js";
import { fillTable } from "./plot_values.js";

/**
 * @param {Element} canvas Plotly's
 * @param {Element} table where the values are shown on demand
 * @param {() => string} name of the files
 * @param {() => void} showAll undoes zooming
 */
export function createMenu(canvas, table, name, showAll) {
  const items = [
    ["Values", "Show the plotted values as a table, or hide it", toggleTable],
    ["CSV", "Download the plotted values", () => saveValues(canvas, name())],
    ["PNG", "Download as PNG", () => savePicture(canvas, name(), "png")],
    ["SVG", "Download as SVG", () => savePicture(canvas, name(), "svg")],
    ["Show all", "Undo zooming, as a double click on the plot does", showAll],
  ];
  const list = h("div", { class: "cee-menu-items", role: "menu", hidden: "" });
  const button = h(
    "button",
    {
      class: "cee-menu-button",
      title: "Values and files of this plot",
      "aria-label": "Plot menu",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: () => toggle(list.hidden),
      onkeydown: (event) => {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        event.preventDefault();
        toggle(true, event.key === "ArrowUp" ? -1 : 0);
      },
    },
    "⋯",
  );
  const buttons = items.map(([label, title, action]) =>
    h(
      "button",
      {
        role: "menuitem",
        tabindex: "-1",
        title,
        onclick: () => {
          toggle(false);
          action();
        },
      },
      label,
    ),
  );
  list.append(...buttons);
  list.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: buttons.length - 1,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      buttons.at(to % buttons.length).focus();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      toggle(false);
    } else if (event.key === "Tab") {
      close();
    }
  });
  const element = h("div", { class: "cee-menu" }, button, list);
  element.addEventListener("focusout", ({ relatedTarget }) => {
    if (!element.contains(relatedTarget)) close();
  });

  function close() {
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
  }

  function toggle(open, place = 0) {
    list.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    (open ? buttons.at(place) : button).focus({ preventScroll: true });
  }

  function toggleTable() {
    table.hidden = !table.hidden;
    buttons[0].textContent = table.hidden ? "Values" : "Hide the values";
    if (!table.hidden) fillTable(table, canvas._fullData);
  }

  return element;
}
