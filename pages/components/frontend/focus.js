// Whether what has the focus takes keys of its own.

const TAKES_KEYS =
  "a, button, input, select, textarea, summary, [contenteditable], [tabindex]:not([tabindex='-1'])";

/** Whether an element, by default the one with the focus, takes keys for itself. */
export const isInteractive = (element = document.activeElement) =>
  Boolean(element && element !== document.body && element.closest(TAKES_KEYS));

/** Whether it takes a text, in which undoing is the browser's. */
export const isText = (element = document.activeElement) =>
  Boolean(element?.closest("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])"));
