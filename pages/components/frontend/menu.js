// A button that opens a menu of things to do. WAI-ARIA Authoring Practices, "Menu Button".

import { h } from "./sync.js";

/**
 * @param {string} text of the button
 * @param {object} attributes of the button
 * @param {[string, string, () => void][]} items label, what it does in words, action
 * @returns {{element: Element, relabel: (place: number, label: string) => void}}
 */
export function createMenu(text, attributes, items) {
  const list = h("div", { class: "cee-menu-items", role: "menu", hidden: "" });
  const button = h(
    "button",
    {
      class: "cee-menu-button",
      ...attributes,
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: () => toggle(list.hidden),
      onkeydown: (event) => {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        event.preventDefault();
        toggle(true, event.key === "ArrowUp" ? -1 : 0);
      },
    },
    text,
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

  return { element, relabel: (place, label) => (buttons[place].textContent = label) };
}
