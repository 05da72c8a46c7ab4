// A participant's phone: drag a forecast, see what each outcome would cost, commit, and be scored.

import { coupled } from "../../components/bars/simplex.js";
import { h } from "../../components/frontend/sync.js";
import { forecast, known, leave, note } from "../../components/rooms/connection.js";
import { cost, createSections, outcomePart, percent, questionParts } from "./room_parts.js";

export function createPhoneView(place) {
  const head = h("div", { class: "cee-phone-head" });
  const main = h("div", { class: "cee-phone-main" });
  const foot = h("div", { class: "cee-phone-foot" });
  const root = h("div", { class: "cee-phone" }, head, main, foot);
  place.append(root);
  const section = createSections();
  let q = [];
  let asked = 0; // number of the round that `q` belongs to
  let rows = [];
  let button = null;
  let status = null;
  let isSending = false;

  /** The forecast that was made in a round; of another one nothing counts. */
  const madeIn = (number) => (known.me.round === number ? known.me.forecast : undefined);

  function update() {
    const { room, me } = known;
    if (!room || !me) return;
    const round = room.round;
    section(head, [me.label, room.people], () => [
      h("span", {}, h("b", {}, me.label), ` · ${room.people} in the room`),
      h("button", { type: "button", onclick: leave }, "Leave"),
    ]);
    const isOpen = round?.state === "open";
    section(main, isOpen ? [round.number, "open"] : [round, me], () =>
      !round ? waiting() : isOpen ? asking(round) : round.state === "closed" ? closed(round) : scored(round),
    );
    if (isOpen) paintStatus();
    section(foot, [me.sums, room.hours], () => [
      me.sums
        ? h(
            "p",
            {},
            `Over ${me.sums.rounds === 1 ? "1 round" : `${me.sums.rounds} rounds`}: `,
            h("b", {}, me.sums.log),
            ` bits, Brier ${me.sums.brier}. Less is better.`,
          )
        : null,
      h(
        "p",
        { class: "cee-room-kept" },
        `Your nickname and forecasts are kept until the host ends the room, ${room.hours} at most.`,
      ),
    ]);
  }

  const waiting = () => [
    h("p", { class: "cee-room-prompt" }, "You are in."),
    h("p", {}, "Your page follows the host's. The first question appears here."),
  ];

  function asking(round) {
    // What was sent, or dragged before a reload of this part, is gone on with.
    if (asked !== round.number) q = madeIn(round.number) ?? round.outcomes.map(() => 1 / round.outcomes.length);
    asked = round.number;
    rows = round.outcomes.map((name, index) => row(name, index));
    button = h("button", { type: "button", class: "cee-main", onclick: commit });
    status = h("p", { class: "cee-phone-status", role: "status" });
    paint();
    return [
      ...questionParts(round),
      h("div", { class: "cee-phone-rows" }, ...rows.map((one) => one.root)),
      button,
      status,
    ];
  }

  function row(name, index) {
    const share = h("output", {});
    const price = h("span", { class: "cee-phone-cost" });
    const range = h("input", {
      type: "range",
      min: "0",
      max: "1",
      step: "0.01",
      "aria-label": `Probability of ${name}`,
      oninput: () => {
        q = coupled(start, index, Number(range.value), []);
        paint();
      },
    });
    // The others keep their proportions as they were when the finger came down.
    let start = q;
    const begin = () => (start = [...q]);
    range.addEventListener("pointerdown", begin);
    range.addEventListener("keydown", begin);
    const top = h("span", { class: "cee-phone-name" }, name, share);
    return { root: h("label", { class: "cee-phone-row" }, top, range, price), range, share, price };
  }

  function paint() {
    rows.forEach(({ range, share, price }, index) => {
      range.value = String(q[index]);
      range.setAttribute("aria-valuetext", `${percent(q[index])}; costs ${cost(q[index])} bits`);
      range.style.setProperty("--cee-share", `${100 * q[index]}%`);
      share.textContent = percent(q[index]);
      const bits = cost(q[index]);
      price.textContent = `if so, ${bits} ${bits === "1" ? "bit" : "bits"}`;
      price.classList.toggle("cee-infinite", bits === "∞");
    });
    paintStatus();
  }

  const isSent = () => madeIn(asked)?.every((value, index) => Math.abs(value - q[index]) < 1e-9);

  function paintStatus() {
    button.disabled = isSending || Boolean(isSent());
    button.textContent = isSent() ? "Committed" : madeIn(asked) ? "Commit the change" : "Commit";
    if (isSending && known.isLost) status.textContent = "It is sent as soon as the connection is back.";
    else if (isSent()) status.textContent = "You can change it until the host closes the round.";
    else status.textContent = "";
  }

  async function commit() {
    isSending = true;
    note("");
    paintStatus();
    const sent = { round: asked, forecast: q };
    try {
      await forecast(asked, q);
      known.me = { ...known.me, ...sent };
    } catch (error) {
      if (!error.isLost) note(error.message);
    } finally {
      isSending = false;
      if (known.room?.round?.state === "open") paintStatus();
    }
  }

  const closed = (round) => [
    ...questionParts(round),
    h("p", {}, madeIn(round.number) ? `You said: ${said(round, madeIn(round.number))}.` : "You made no forecast."),
    h("p", { class: "cee-phone-status" }, "The round is closed. What happened?"),
  ];

  const said = (round, forecast) =>
    round.outcomes.map((name, index) => `${name} ${percent(forecast[index])}`).join(", ");

  function scored(round) {
    const me = known.me.round === round.number ? known.me : {};
    const infinite = me.bits === "∞";
    return [
      ...questionParts(round),
      outcomePart(round),
      round.hint ? h("p", {}, round.hint) : null,
      me.forecast ? h("p", {}, `You said: ${said(round, me.forecast)}.`) : h("p", {}, "You made no forecast."),
      me.bits
        ? h(
            "dl",
            { class: "cee-phone-scores" },
            ...[["−log₂ q", `${me.bits} ${me.bits === "1" ? "bit" : "bits"}`], ["Brier", me.brier]]
              .concat(round.hedge ? [["Linear", me.linear]] : [])
              .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
          )
        : null,
      infinite
        ? h(
            "p",
            { class: "cee-infinite" },
            "You gave 0 to what happened: no finite surprise says how wrong that was. A model with one such forecast has an infinite loss, whatever else it gets right.",
          )
        : null,
      h("details", {}, h("summary", {}, "The room"), ...round.lines.map((line) => h("p", {}, line))),
    ];
  }

  return {
    update,
    dispose() {
      root.remove();
    },
  };
}
