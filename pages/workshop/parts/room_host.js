// The host's console and the screen that the hall looks at: code, question, forecasts, scores.

import { drawPlot } from "../../components/plot/plot.js";
import { saveTable } from "../../components/plot/plot_saving.js";
import { copyText, h } from "../../components/frontend/sync.js";
import { ask, known, note, renewKey } from "../../components/rooms/connection.js";
import { createSections, focusOn, outcomePart, questionParts, trying } from "./room_parts.js";

export function createHostView(place, assets, setup) {
  const door = h("div", { class: "cee-host-door" });
  const round = h("div", { class: "cee-host-round" });
  const questions = h("div", { class: "cee-host-questions" });
  const people = h("div", { class: "cee-host-people" });
  const plots = h("div", { class: "cee-host-plots" });
  const words = h("div", { class: "cee-host-words" });
  const root = h(
    "div",
    { class: "cee-host" },
    h("div", { class: "cee-host-side" }, door, people),
    h("div", { class: "cee-host-main" }, round, questions, plots, words),
  );
  place.append(root);
  // The style of plots comes with the component of the same name, which this page may not have.
  const style = h("link", { rel: "stylesheet", href: `${assets}components/plot/plot.css` });
  root.append(style);
  const section = createSections();
  const drawn = new Map(); // key of a plot → {element, text, cleanUp}
  let pictures = {}; // link → QR code as an image's address
  let moving = ""; // link that makes another device the host's

  const isNear = () => ["localhost", "127.0.0.1", "[::1]"].includes(window.location.hostname);
  const linkTo = (code) => new URL(`room?room=${code}`, document.baseURI).href;

  function update() {
    const { room, host } = known;
    if (!room || !host) return;
    door.classList.toggle("cee-small", Boolean(room.round) && room.joining && !moving);
    section(door, [room.code, host.spoken, room.joining, room.people, pictures, moving], () => doorParts(room, host));
    section(round, [room.round, host.forecasts, host.answer, host.drawn, host.decides], () => roundParts(room, host));
    section(questions, [host.prepared, room.round?.state ?? "none"], () => questionForms(room, host));
    section(people, [host.list, host.standings, host.namesHidden, room.hours], () => peopleParts(room, host));
    // Before the first question they have the whole width, and afterwards the plots do.
    if (room.round) door.after(questions);
    else round.after(questions);
    showPlots(host.plots ?? [], host.entropy);
    const now = room.round?.state === "scored" ? room.round : null;
    section(words, now && [now.hint, now.lines], () =>
      now ? [now.hint, ...now.lines].filter(Boolean).map((line) => h("p", {}, line)) : [],
    );
  }

  const button = (label, act, properties = {}) => {
    const element = h("button", { ...properties }, label);
    element.addEventListener("click", () => trying(element, act));
    return element;
  };

  // ------------------------------------------------------------------------------ the door

  function picture(link) {
    if (!(link in pictures)) {
      pictures[link] = "";
      ask("qr", { link })
        .then(({ svg }) => {
          pictures = { ...pictures, [link]: `data:image/svg+xml,${encodeURIComponent(svg)}` };
          update();
        })
        .catch((error) => {
          delete pictures[link];
          if (!error.isLost) note(error.message);
        });
    }
    return pictures[link] ? h("img", { class: "cee-host-qr", alt: "QR code of the link", src: pictures[link] }) : h("div", { class: "cee-host-qr" });
  }

  function copyable(link) {
    const text = h("input", { readonly: "", value: link, "aria-label": "Link for the other device" });
    const copying = h("button", { onclick: () => copyText(copying, text) }, "Copy the link");
    return h("div", { class: "cee-host-row" }, text, copying);
  }

  function doorParts(room, host) {
    const link = linkTo(room.code);
    if (moving) {
      return [
        h("p", {}, "Scan this with the device that is to host beside this one. Whoever has the link hosts the room: show it to nobody else."),
        picture(moving),
        copyable(moving),
        button("Done", () => {
          moving = "";
          update();
        }),
      ];
    }
    if (!room.joining) {
      return [
        h("p", { class: "cee-host-count" }, h("b", {}, String(room.people)), " in the room"),
        button("Let more people in", () => ask("joining", { on: true })),
      ];
    }
    return [
      h("p", { class: "cee-host-code", "aria-label": "Code" }, `${host.spoken.slice(0, 3)} ${host.spoken.slice(3)}`),
      picture(link),
      h("p", { class: "cee-host-link" }, h("a", { href: link }, link.replace(/^https?:\/\//, ""))),
      h("p", { class: "cee-host-count" }, h("b", {}, String(room.people)), " in the room"),
      button("Close the door", () => ask("joining", { on: false })),
    ];
  }

  // ------------------------------------------------------------------------------ the round

  function roundParts(room, host) {
    const now = room.round;
    if (!now) {
      return [
        h("p", { class: "cee-room-prompt" }, "Ask the first question, or turn to any page: everybody follows."),
        h("p", {}, "What you drag there is painted on all phones while it moves."),
        isNear() && h("p", { class: "cee-room-notice" }, "Phones cannot reach this address: it is this machine's own. Open the app by the name or address by which the network knows it."),
      ];
    }
    const number = { round: now.number };
    const count = h(
      "p",
      { class: "cee-host-forecasts" },
      h("b", {}, String(host.forecasts)),
      ` of ${room.people} have forecast`,
    );
    if (now.state === "scored") {
      return [
        ...questionParts(now),
        outcomePart(now),
      ];
    }
    const closing =
      now.state === "open"
        ? button("Close the round", () => ask("close", number), { class: "cee-main" })
        : button("Open it again", () => ask("reopen", number));
    return [
      ...questionParts(now),
      count,
      h(
        "div",
        { class: "cee-host-row" },
        closing,
        host.decides ? h("a", { class: "cee-button", href: host.decides.slice(1), target: "_self", onclick: leadTo }, "Turn to its page") : null,
        button("Drop the question", () => ask("drop", number)),
      ),
      now.state === "closed"
        ? h(
            "div",
            { class: "cee-host-row", role: "group", "aria-label": "What happened" },
            h("span", {}, "What happened?"),
            host.drawn ? button("Draw it", () => ask("settle", { ...number, outcome: "draw" }), { class: "cee-main" }) : null,
            ...(host.drawn
              ? []
              : now.outcomes.map((name, outcome) =>
                  button(name, () => ask("settle", { ...number, outcome }), host.answer === outcome ? { class: "cee-main" } : {}),
                )),
          )
        : null,
    ];
  }

  /** Turn to a page of the app without loading it anew. */
  function leadTo(event) {
    event.preventDefault();
    const there = new URL(event.currentTarget.href);
    there.searchParams.set("via", `host-${Date.now()}`);
    window.history.pushState(null, "", there);
    window.dispatchEvent(new PopStateEvent("popstate"));
  }

  function questionForms(room, host) {
    if (room.round && room.round.state !== "scored") return [];
    const choice = h(
      "select",
      { "aria-label": "Prepared question" },
      ...host.prepared.map((name) => h("option", { value: name }, name)),
    );
    const prompt = h("input", { maxlength: String(setup.longest.prompt), placeholder: "Will it rain tomorrow?" });
    const outcomes = h("textarea", { rows: "3", placeholder: "rain\nno rain" });
    const odds = h("input", { placeholder: "0.3, 0.7 or nothing", inputmode: "decimal" });
    const hedge = h("input", { type: "checkbox" });
    const field = (label, input) => h("label", { class: "cee-room-field" }, label, input);
    const own = () => {
      const probabilities = odds.value.split(/[\s,;]+/).filter(Boolean).map(Number);
      if (probabilities.some(Number.isNaN)) throw new Error("The probabilities are numbers, such as 0.3, 0.7.");
      const names = outcomes.value.split("\n").map((line) => line.trim()).filter(Boolean);
      return ask("ask", {
        question: { prompt: prompt.value, outcomes: names, probabilities, hedge: hedge.checked },
      });
    };
    return [
      h("div", { class: "cee-host-row" }, choice, button("Ask", () => ask("ask", { prepared: choice.value }), { class: "cee-main" })),
      h(
        "details",
        {},
        h("summary", {}, "A question of your own"),
        field("Question", prompt),
        field(`Outcomes, one in each line, ${setup.mostOutcomes} at most`, outcomes),
        field("Drawn with probabilities", odds),
        h("label", { class: "cee-room-check" }, hedge, "Hedge or be honest: score by three rules"),
        button("Ask", own, { class: "cee-main" }),
      ),
    ];
  }

  // ------------------------------------------------------------------------------ the people

  function peopleParts(room, host) {
    const table = host.standings.length
      ? h(
          "table",
          {},
          h("thead", {}, h("tr", {}, ...["who", "rounds", "bits", "Brier"].map((text) => h("th", { scope: "col" }, text)))),
          h(
            "tbody",
            {},
            ...host.standings.map((one) =>
              h("tr", {}, h("th", { scope: "row" }, h("bdi", {}, one.label)), ...[one.rounds, one.short, one.brier].map((text) => h("td", {}, String(text)))),
            ),
          ),
        )
      : null;
    return [
      table,
      h(
        "details",
        {},
        h("summary", {}, "People and the room"),
        h("label", { class: "cee-room-check" }, namesBox(host), "Hide names on the screen"),
        ...(host.namesHidden
          ? []
          : [
              h(
                "ul",
                {},
                ...host.list.map((one) =>
                  h("li", {}, h("bdi", {}, one.label), " ", button("Remove", () => ask("remove", { person: one.id }), { "aria-label": `Remove ${one.label}` })),
                ),
              ),
            ]),
        h("p", { class: "cee-room-kept" }, `Nicknames and forecasts are kept until you end the room, ${room.hours} at most.`),
        h(
          "div",
          { class: "cee-host-row" },
          button("Forecasts as CSV", saveCsv),
          button("Move to another device", move),
          button("End the room", end),
        ),
      ),
    ];
  }

  function namesBox(host) {
    const box = h("input", { type: "checkbox" });
    box.checked = host.namesHidden;
    box.addEventListener("change", () => ask("hide", { on: box.checked }).catch((error) => note(error.message)));
    return box;
  }

  async function saveCsv() {
    const { csv } = await ask("csv");
    saveTable("forecasts", "\ufeff", csv);
  }

  async function move() {
    const key = await renewKey();
    moving = `${new URL("room", document.baseURI).href}#host=${known.place.code}.${encodeURIComponent(key)}`;
    update();
    // It stands at the top, and the button that asked for it may be far below.
    focusOn(door);
  }

  async function end() {
    const sure = window.confirm("End the room for everybody? Nicknames and forecasts are deleted; save the CSV before.");
    if (sure) await ask("end");
  }

  // ------------------------------------------------------------------------------ the plots

  function showPlots(shown, entropy) {
    for (const [key, one] of drawn) {
      if (shown.some((plotted) => plotted.key === key)) continue;
      one.cleanUp();
      one.element.remove();
      drawn.delete(key);
    }
    shown.forEach(({ key, caption, text }, index) => {
      let one = drawn.get(key);
      if (!one) {
        const title = h("h2", {});
        one = { title, canvas: h("div", {}), text: "" };
        one.element = h("div", {}, title, one.canvas);
        drawn.set(key, one);
      }
      one.title.textContent = key === "room-mean" ? `${caption}, entropy ${entropy}` : caption;
      if (plots.children[index] !== one.element) plots.insertBefore(one.element, plots.children[index] ?? null);
      if (one.text === text) return;
      one.text = text;
      draw(one);
    });
  }

  function draw(one) {
    one.cleanUp = drawPlot(one.canvas, one.text, assets);
  }

  /** Draw the plots again, in the colours of another theme perhaps. */
  function redraw() {
    for (const one of drawn.values()) draw(one);
  }

  return {
    update,
    redraw,
    dispose() {
      showPlots([], "");
      root.remove();
    },
  };
}
