// The text fields under the bars: what a person types, which text the server is reading, and what
// it said of one.

import { isFree } from "./bar_parts.js";
import { h } from "../frontend/sync.js";

/**
 * @param {Element} parent holds nothing else
 * @param {(kind: "text" | "normalize", series: string, text: string) => void} ask the server
 */
export function createFields(parent, ask) {
  let fields = {}; // by series; `shown` is the text that was last put in or sent

  function build(setup) {
    fields = {};
    parent.replaceChildren(...setup.series.map((one) => buildRow(setup, one)));
  }

  function buildRow(setup, { id, label }) {
    const input = h("input", {
      id: `cee-${setup.key}-${id}`,
      spellcheck: "false",
      autocomplete: "off",
      onkeydown: (event) => event.key === "Enter" && commit(id),
      onblur: () => commit(id),
    });
    const normalise = h(
      "button",
      {
        // The field's own blur would first send the text as it is.
        onpointerdown: (event) => event.preventDefault(),
        onclick: () => send("normalize", id),
      },
      "Normalise",
    );
    const message = h("div", { class: "cee-message", role: "status" });
    fields[id] = { input, normalise, message, shown: "", asked: false };
    return h(
      "div",
      { class: "cee-series", style: `--cee-colour: var(--cee-${id})` },
      h("label", { for: input.id }, label),
      input,
      isFree(setup) ? null : normalise,
      message,
    );
  }

  function commit(id) {
    if (fields[id].input.value !== fields[id].shown) send("text", id);
  }

  function send(kind, id) {
    const field = fields[id];
    // No longer an unfinished text: its answer may write into the field, but no earlier one.
    field.shown = field.input.value;
    field.asked = true;
    ask(kind, id, field.shown);
  }

  /** Show the values, or a refused text, and what was said; `idle` once all asked is answered. */
  function show(values, messages, idle) {
    for (const [id, field] of Object.entries(fields)) {
      const { input, normalise, message } = field;
      const said = messages[id] ?? {};
      message.textContent = said.error ?? said.note ?? "";
      message.classList.toggle("cee-error", Boolean(said.error));
      input.setAttribute("aria-invalid", String(Boolean(said.error)));
      normalise.disabled = !said.can_normalize;
      field.asked &&= !idle;
      const editing = input === document.activeElement && input.value !== field.shown;
      if (editing || field.asked) continue;
      field.shown = said.text ?? values[id].map((x) => String(Number(x.toPrecision(6)))).join(", ");
      input.value = field.shown;
    }
  }

  /** Whether a text was sent of which the answer was not shown yet. */
  const awaits = () => Object.values(fields).some((field) => field.asked);

  return { build, show, awaits };
}
