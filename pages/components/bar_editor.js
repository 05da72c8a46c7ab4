// Draggable bars with their text fields: probabilities that keep their sum, or free logits.
// The browser moves the bars and a rounded readout at once; parsing, presets and normalising are
// done by the server, which answers with a higher revision.

import { createSender, chartColours, format, h, viewPerPlace } from "./sync.js";
import { coupled, measures, mixture } from "./simplex.js";

export default viewPerPlace(createView, "edit");

function createView(parent) {
  const tools = h("div", { class: "cee-bars-tools" });
  const chart = h("div", { class: "cee-bars-plot", role: "group" });
  const fields = h("div", { class: "cee-bars-fields" });
  const readout = h("div", { class: "cee-readout", "aria-live": "off" });
  const root = h("div", { class: "cee-bars" }, tools, chart, readout, fields);
  parent.append(root);

  const view = { send: null, update, dispose };
  let setup = null; // what the server last said
  let state = null; // {names, values: {series: [...]}, locked: [...]}
  let revision = -1;
  let sender = null;
  let drag = null;
  let walk = 0;
  let bars = {};
  let inputs = {};

  const free = () => setup.mode === "logits";
  const seriesIds = () => setup.series.map((one) => one.id);

  function dispose() {
    clearInterval(walk);
    sender?.dispose();
    root.remove();
  }

  function update(next) {
    const first = setup === null;
    const structure = first || layoutOf(next) !== layoutOf(setup);
    const said = first || saidBy(next) !== saidBy(setup);
    // Called without a new answer: something around it changed, perhaps the theme.
    const unasked = !first && next.seq === setup.seq;
    setup = next;
    sender ??= createSender((edit) => view.send(edit), next.seq);
    const fromServer = next.rev > revision;
    if (fromServer) adopt(next);
    else if (unasked) recolour();
    sender.answer(next.seq);
    const rebuilt = structure || state.names.length !== chart.children.length;
    if (rebuilt) build();
    // Most answers only confirm what the browser has painted already.
    if (rebuilt || fromServer || said) {
      paint(fromServer);
      messages();
    }
  }

  /** Take over what the server changed itself: a text it read, a preset, a number of outcomes. */
  function adopt({ rev, state: theirs }) {
    revision = rev;
    stopWalk();
    const mine = drag && state.values[drag.id];
    state = structuredClone(theirs);
    if (!mine) return;
    if (mine.length !== state.names.length) {
      drag.release();
      return;
    }
    // An answer that lands in mid-drag must not tear the bar out of the hand; the server refused
    // the drag's last edit as older than its own change, so it is said again.
    state.values[drag.id] = mine;
    sender.push({ rev, state, command: null });
  }

  const saidBy = (one) => JSON.stringify([one.readout, one.messages]);

  const layoutOf = (one) =>
    JSON.stringify([one.mode, one.series, one.presets, one.least, one.most, one.low, one.high]);

  // ---------------------------------------------------------------- building
  function recolour() {
    const colours = chartColours(parent);
    for (const one of setup.series) root.style.setProperty(`--cee-${one.id}`, colours[one.colour]);
  }

  function build() {
    const name = (one) => one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent;
    const focused = root.contains(document.activeElement) ? name(document.activeElement) : null;
    recolour();
    buildTools();
    buildBars();
    buildFields();
    // Who works by keyboard goes on from where they are, not from the top of the page.
    if (focused === null) return;
    const again = [...root.querySelectorAll("button, input, select, [tabindex]")];
    again.find((one) => name(one) === focused)?.focus({ preventScroll: true });
  }

  function buildTools() {
    const presets = h(
      "select",
      {
        "aria-label": "Preset",
        onchange: (event) => {
          if (event.target.value) command({ kind: "preset", name: event.target.value });
          event.target.value = "";
        },
      },
      h("option", { value: "" }, "Presets …"),
      ...setup.presets.map((name) => h("option", { value: name }, name)),
    );
    const button = (label, title, onclick) => h("button", { type: "button", title, onclick }, label);
    const count = state.names.length;
    const fewer = button("−", "Remove the last outcome", () => command({ kind: "resize", size: count - 1 }));
    const more = button("+", "Add an outcome", () => command({ kind: "resize", size: count + 1 }));
    fewer.disabled = count <= setup.least;
    more.disabled = count >= setup.most;
    fewer.setAttribute("aria-label", `Fewer ${setup.noun}`);
    more.setAttribute("aria-label", `More ${setup.noun}`);
    const pair = setup.series.length === 2 && !free();
    const [p, q] = seriesIds();
    tools.replaceChildren(
      presets,
      h("span", { class: "cee-count" }, fewer, h("span", {}, `${count} ${setup.noun}`), more),
      ...(pair
        ? [
            button(`Copy ${p} to ${q}`, "Make q equal to p", () =>
              change({ values: { ...state.values, [q]: [...state.values[p]] } }),
            ),
            button("Swap", "Exchange p and q", () =>
              change({ values: { [p]: state.values[q], [q]: state.values[p] } }),
            ),
            button(`Walk ${q} to ${p}`, "Move q to p in twenty steps", startWalk),
          ]
        : []),
    );
  }

  function buildBars() {
    bars = {};
    const dense = state.names.length > 6;
    root.classList.toggle("cee-dense", dense);
    root.style.setProperty(
      "--cee-outcome-width",
      setup.series.length === 2 && !dense ? "4.2rem" : "2.3rem",
    );
    chart.replaceChildren(
      ...state.names.map((name, index) => {
        const pair = setup.series.map((one) => buildBar(one, index));
        const label = h("input", {
          class: "cee-name",
          "aria-label": `Name of ${setup.one} ${index + 1}`,
          maxlength: "24",
          onchange: (event) => rename(index, event.target.value),
        });
        const lock = h(
          "button",
          { type: "button", class: "cee-lock", onclick: () => toggleLock(index) },
          "lock",
        );
        bars[index] = { ...bars[index], label, lock };
        return h(
          "div",
          { class: "cee-outcome" },
          h("div", { class: "cee-pair" }, ...pair),
          label,
          free() ? null : lock,
        );
      }),
    );
  }

  function buildBar(one, index) {
    const fill = h("div", { class: "cee-fill" });
    const value = h("div", { class: "cee-value" });
    const zero = h("div", { class: "cee-zero" });
    const track = h("div", { class: "cee-track" }, fill, free() ? zero : null);
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
        onkeydown: (event) => press(event, one.id, index),
      },
      value,
      track,
    );
    track.addEventListener("pointerdown", (event) => grab(event, one.id, index, bar, track));
    bars[index] = { ...bars[index], [one.id]: { bar, fill, value, zero } };
    return bar;
  }

  function buildFields() {
    inputs = {};
    fields.replaceChildren(
      ...setup.series.map((one) => {
        const input = h("input", {
          id: `cee-${setup.key}-${one.id}`,
          spellcheck: "false",
          autocomplete: "off",
          onkeydown: (event) => event.key === "Enter" && commit(one.id),
          onblur: () => commit(one.id),
        });
        const normalise = h(
          "button",
          {
            type: "button",
            // The field's own blur would first send the text as it is.
            onpointerdown: (event) => event.preventDefault(),
            onclick: () => command({ kind: "normalize", series: one.id, text: input.value }),
          },
          "Normalise",
        );
        const message = h("div", { class: "cee-message", role: "status" });
        inputs[one.id] = { input, normalise, message, shown: "" };
        return h(
          "div",
          { class: "cee-series", style: `--cee-colour: var(--cee-${one.id})` },
          h("label", { for: `cee-${setup.key}-${one.id}` }, one.label),
          input,
          free() ? null : normalise,
          message,
        );
      }),
    );
  }

  // ---------------------------------------------------------------- painting
  function paint(refreshText) {
    const { low, high } = setup;
    state.names.forEach((name, index) => {
      const parts = bars[index];
      const locked = state.locked.includes(index);
      for (const id of seriesIds()) {
        const value = state.values[id][index];
        const { bar, fill, zero } = parts[id];
        const share = (x) => (100 * (Math.min(high, Math.max(low, x)) - low)) / (high - low);
        const [from, to] = [share(Math.min(0, value)), share(Math.max(0, value))];
        fill.style.bottom = `${from}%`;
        fill.style.height = `${to - from}%`;
        fill.classList.toggle("cee-below", value < 0);
        zero.style.bottom = `${share(0)}%`;
        parts[id].value.textContent = short(value);
        bar.classList.toggle("cee-locked", locked);
        bar.setAttribute("aria-valuenow", String(value));
        bar.setAttribute("aria-label", `${id} of ${name}`);
        bar.setAttribute("aria-valuetext", `${id} of ${name} = ${format(value, 4)}${locked ? ", locked" : ""}`);
      }
      if (parts.label !== document.activeElement) parts.label.value = name;
      parts.lock.setAttribute("aria-pressed", String(locked));
      parts.lock.setAttribute("aria-label", `Lock ${name}`);
    });
    for (const id of seriesIds()) {
      const field = inputs[id];
      const text = state.values[id].map((x) => String(Number(x.toPrecision(6)))).join(", ");
      const editing = field.input === document.activeElement && field.input.value !== field.shown;
      const refused = setup.messages[id]?.error && !refreshText && field.shown === text;
      if (editing || refused) continue;
      field.shown = text;
      field.input.value = setup.messages[id]?.error ? setup.messages[id].text : text;
    }
    if (setup.readout) {
      readout.replaceChildren(
        ...measures(seriesIds().map((id) => state.values[id]), setup.readout.base).map(([name, value]) =>
          h("span", {}, `${name} = `, h("b", {}, format(value, 4)), ` ${unitOf(format(value, 4))}`),
        ),
      );
    }
  }

  // Above a bar there is room for four signs; the text field below has all digits.
  const short = (value) =>
    value !== 0 && Math.abs(value) < 0.01
      ? value.toExponential(0).replace("-", "−").replace("e-", "e−")
      : format(value, 3);

  const unitOf = (number) =>
    number === "1" ? setup.readout.unit.replace(/s$/, "") : setup.readout.unit;

  function messages() {
    for (const id of seriesIds()) {
      const { input, normalise, message } = inputs[id];
      const said = setup.messages[id] ?? {};
      message.textContent = said.error ?? said.note ?? "";
      message.classList.toggle("cee-error", Boolean(said.error));
      input.setAttribute("aria-invalid", String(Boolean(said.error)));
      normalise.disabled = !said.can_normalize;
    }
  }

  // ---------------------------------------------------------------- editing
  function change(part) {
    state = { ...state, ...part };
    setup = { ...setup, messages: {} };
    paint(true);
    messages();
    sender.push({ rev: revision, state, command: null });
  }

  function command(what) {
    stopWalk();
    sender.push({ rev: revision, state, command: what });
  }

  function commit(id) {
    const { input, shown } = inputs[id];
    const error = setup.messages[id]?.error;
    // After a refused text the good one may be typed again: then the complaint has to go.
    const unchanged = error ? setup.messages[id].text : shown;
    if (input.value === unchanged) return;
    // What is being asked is no longer an unfinished text: the answer may write into the field.
    inputs[id].shown = input.value;
    command({ kind: "text", series: id, text: input.value });
  }

  function rename(index, name) {
    const names = [...state.names];
    names[index] = name.trim() || names[index];
    change({ names });
  }

  function toggleLock(index) {
    const locked = state.locked.includes(index)
      ? state.locked.filter((one) => one !== index)
      : [...state.locked, index];
    change({ locked });
  }

  function move(id, index, wanted, start = state.values[id]) {
    if (state.locked.includes(index)) return;
    const value = Math.min(setup.high, Math.max(setup.low, wanted));
    const values = free()
      ? start.map((x, i) => (i === index ? value : x))
      : coupled(start, index, value, state.locked);
    change({ values: { ...state.values, [id]: values } });
  }

  function press(event, id, index) {
    const step = event.shiftKey ? setup.step / 10 : setup.step;
    const now = state.values[id][index];
    const by = (steps) => Math.round((now + steps * step) / step) * step;
    const tidy = (x) => Number(x.toFixed(6));
    const target = {
      ArrowUp: () => by(1),
      ArrowRight: () => by(1),
      ArrowDown: () => by(-1),
      ArrowLeft: () => by(-1),
      PageUp: () => by(10),
      PageDown: () => by(-10),
      Home: () => setup.low,
      End: () => setup.high,
    }[event.key];
    if (!target) return;
    event.preventDefault();
    stopWalk();
    move(id, index, tidy(target()));
  }

  function grab(event, id, index, bar, track) {
    if (state.locked.includes(index) || event.button > 0) return;
    event.preventDefault();
    bar.focus({ preventScroll: true });
    stopWalk();
    track.setPointerCapture(event.pointerId);
    const box = track.getBoundingClientRect();
    // Proportions of the others are those at the start, so that passing 1 does not lose them.
    const start = [...state.values[id]];
    const follow = (at) => {
      const share = (box.bottom - at.clientY) / box.height;
      const value = setup.low + share * (setup.high - setup.low);
      move(id, index, Number((Math.round(value / setup.step) * setup.step).toFixed(6)), start);
    };
    const release = () => {
      drag = null;
      for (const kind of ["pointermove", "pointerup", "pointercancel"]) {
        track.removeEventListener(kind, kind === "pointermove" ? follow : release);
      }
    };
    track.addEventListener("pointermove", follow);
    track.addEventListener("pointerup", release);
    track.addEventListener("pointercancel", release);
    drag = { id, release };
    follow(event);
  }

  // ---------------------------------------------------------------- q walks to p
  function startWalk() {
    stopWalk();
    const [p, q] = seriesIds();
    const start = [...state.values[q]];
    let step = 0;
    walk = setInterval(() => {
      // Each step waits for the picture of the last, so that none is skipped on screen.
      if (!sender.idle) return;
      step += 1;
      change({ values: { ...state.values, [q]: mixture(start, state.values[p], step / 20) } });
      if (step === 20) stopWalk();
    }, 60);
  }

  function stopWalk() {
    clearInterval(walk);
    walk = 0;
  }

  return view;
}
