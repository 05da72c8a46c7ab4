// A participant's phone: drag a forecast, see what each outcome would cost, commit, and be scored.

import { coupled } from "../../components/bars/simplex.js";
import { h } from "../../components/frontend/sync.js";
import { forecast, known, leave, note } from "../../components/rooms/connection.js";
import { cost, createSections, inBits, listed, outcomePart, percent, questionParts } from "./room_parts.js";

export function createPhoneView(place) {
  const head = h("div", { class: "cee-phone-head" });
  const main = h("div", { class: "cee-phone-main" });
  const foot = h("div", { class: "cee-phone-foot" });
  // Says in words what changed, to those who do not see it.
  const news = h("p", { class: "cee-room-news", role: "status" });
  const root = h("div", { class: "cee-phone" }, news, head, main, foot);
  place.append(root);
  const section = createSections();
  let q = [];
  let start = null; // the forecast when the present gesture began
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
      h("span", {}, h("b", {}, h("bdi", {}, me.label)), ` · ${room.people} in the room`),
      h("button", { onclick: leave }, "Leave"),
    ]);
    const isOpen = round?.state === "open";
    section(main, isOpen ? [round.number, "open"] : [round, me], () =>
      !round ? waiting() : isOpen ? asking(round) : round.state === "closed" ? closed(round) : scored(round),
    );
    if (isOpen) paintStatus();
    const words = round ? newsOf(round) : "";
    if (news.textContent !== words) {
      news.textContent = words;
      // Whoever has scrolled down to commit sees what is new from its beginning.
      if (main.getBoundingClientRect().top < 0) head.scrollIntoView();
    }
    section(foot, [me.sums, room.hours], () => [
      me.sums
        ? h(
            "p",
            {},
            `Over ${me.sums.rounds === 1 ? "1 round" : `${me.sums.rounds} rounds`}: `,
            h("b", {}, me.sums.log),
            `, Brier ${me.sums.brier}. Less is better.`,
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
    button = h("button", { class: "cee-main", onclick: commit });
    status = h("p", { class: "cee-phone-status", role: "status" });
    paint();
    return [
      ...questionParts(round),
      h(
        "p",
        { class: "cee-room-kept" },
        "How likely is each? If you give what happens 100 %, you pay 0 bits; 50 % costs 1 bit, 25 % costs 2, 0 % costs ∞. Less is better.",
      ),
      h("div", { class: "cee-phone-rows", role: "group", "aria-label": "Your forecast" }, ...rows.map((one) => one.root)),
      button,
      status,
    ];
  }

  function newsOf(round) {
    if (round.state === "open") return `The host asks: ${round.prompt}`;
    if (round.state === "closed") return "The round is closed.";
    const { bits, brier } = known.me.round === round.number ? known.me : {};
    const score = bits ? ` Your score: ${inBits(bits)}, Brier ${brier}.` : "";
    return `It was ${round.outcomes[round.outcome]}.${score}`;
  }

  function row(name, index) {
    const share = h("span", { class: "cee-phone-share" });
    const price = h("span", { class: "cee-phone-cost" });
    const range = h("input", {
      type: "range",
      min: "0",
      max: "1",
      step: "0.01",
      "aria-label": `Probability of ${name}`,
      oninput: () => {
        start ??= [...q];
        q = coupled(start, index, Number(range.value), []);
        paint();
      },
    });
    // The others keep their proportions as they were when the finger came down; a screen reader
    // that moves the slider has no finger.
    for (const ends of ["pointerdown", "keydown", "change"]) range.addEventListener(ends, () => (start = null));
    const top = h("span", { class: "cee-phone-name" }, name, share);
    return { root: h("label", { class: "cee-phone-row" }, top, range, price), range, share, price };
  }

  function paint() {
    rows.forEach(({ range, share, price }, index) => {
      range.value = String(q[index]);
      range.setAttribute("aria-valuetext", `${percent(q[index])}, costs ${inBits(cost(q[index]))}`);
      range.style.setProperty("--cee-share", `${100 * q[index]}%`);
      share.textContent = percent(q[index]);
      const bits = cost(q[index]);
      price.textContent = `if so, ${inBits(bits)}`;
      price.classList.toggle("cee-infinite", bits === "∞");
    });
    paintStatus();
  }

  const isSent = () => madeIn(asked)?.every((value, index) => Math.abs(value - q[index]) < 1e-9);

  function paintStatus() {
    button.ariaDisabled = String(isSending || Boolean(isSent()));
    button.textContent = isSent() ? "Committed" : madeIn(asked) ? "Commit the change" : "Commit";
    if (isSending && known.isLost) status.textContent = "It is sent as soon as the connection is back.";
    else if (isSent()) status.textContent = "You can change it until the host closes the round.";
    else status.textContent = "";
  }

  async function commit() {
    if (isSending || isSent()) return;
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
    saidIn(round),
    h("p", { class: "cee-phone-status" }, "The round is closed. What happened?"),
  ];

  function saidIn(round) {
    const made = madeIn(round.number);
    return h("p", {}, made ? `You said: ${listed(round.outcomes, made)}.` : "You made no forecast.");
  }

  function scored(round) {
    const me = known.me.round === round.number ? known.me : {};
    const infinite = me.bits === "∞";
    const given = me.forecast?.[round.outcome];
    return [
      ...questionParts(round),
      outcomePart(round),
      round.hint ? h("p", {}, round.hint) : null,
      saidIn(round),
      me.bits
        ? h(
            "dl",
            { class: "cee-phone-scores" },
            ...[[`Log score, −log₂ ${percent(given)}`, inBits(me.bits)], ["Brier, 0 to 2", me.brier]]
              .concat(round.hedge ? [[`Linear, 1 − ${percent(given)}`, me.linear]] : [])
              .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
          )
        : null,
      infinite
        ? h(
            "p",
            { class: "cee-infinite" },
            "You gave 0 % to what happened: no number of bits is enough to say how wrong that was. A model that does so once has an infinite loss, whatever else it gets right.",
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
