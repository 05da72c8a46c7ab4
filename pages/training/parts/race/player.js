// The slider over a race, and playing it: one position, moved by hand, by key or by the clock.

import { h } from "../../../components/frontend/sync.js";

const SPEEDS = [5, 10, 30]; // seconds for the whole race
const REST_MS = 350; // after the last key the gesture has ended

/**
 * @param {(step: number | null) => void} actions.move shows a step; null is the newest
 * @param {() => void} actions.rest is told when a gesture has ended
 * @param {(direction: number) => number} actions.next returns the step of the next measurement
 */
export function createPlayer({ move, rest, next }) {
  let now = 0; // newest step there is
  let at = 0;
  let last = 1;
  let seconds = SPEEDS[1];
  let frame = 0;
  let before = 0; // time of the last frame
  let exact = 0; // position while playing, with a fraction
  let timer = 0;

  const play = h("button", { class: "cee-race-play", onclick: toggle }, "▶ Play");
  const slider = h("input", {
    type: "range",
    min: "0",
    step: "1",
    "aria-label": "Step of the race",
    title: "Arrows: from measurement to measurement. Space: play.",
    oninput: () => {
      pause();
      go(Number(slider.value));
    },
    onchange: rest,
    onkeydown: pressed,
  });
  const one = (words, label, direction) =>
    h(
      "button",
      {
        "aria-label": label,
        title: label,
        onclick: () => {
          pause();
          go(next(direction));
          rest();
        },
      },
      words,
    );
  const speeds = SPEEDS.map((value) =>
    h(
      "button",
      { onclick: () => pick(value), title: `The whole race in ${value} seconds` },
      `${value} s`,
    ),
  );
  const element = h(
    "div",
    { class: "cee-race-player" },
    play,
    one("‹", "One measurement back", -1),
    one("›", "One measurement on", 1),
    slider,
    h("span", { class: "cee-race-speed", role: "group", "aria-label": "Play over" }, ...speeds),
  );
  pick(seconds);

  function pick(value) {
    seconds = value;
    speeds.forEach((button, index) =>
      button.setAttribute("aria-pressed", String(SPEEDS[index] === value)),
    );
  }

  function go(step) {
    at = Math.max(0, Math.min(step, now));
    move(at >= now ? null : at);
  }

  function pressed(event) {
    const page = Math.max(1, Math.round(last / 10));
    const targets = {
      ArrowRight: () => next(1),
      ArrowUp: () => next(1),
      ArrowLeft: () => next(-1),
      ArrowDown: () => next(-1),
      PageUp: () => at + page,
      PageDown: () => at - page,
      Home: () => 0,
      End: () => Infinity,
    };
    if (event.key === " ") toggle();
    else if (targets[event.key]) {
      pause();
      go(targets[event.key]());
      clearTimeout(timer);
      timer = setTimeout(rest, REST_MS);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function toggle() {
    if (frame) {
      pause();
      rest();
    } else begin();
  }

  function begin() {
    exact = at >= now ? 0 : at;
    before = 0;
    frame = requestAnimationFrame(tick);
    paintPlay();
    go(exact);
  }

  function tick(time) {
    // A tab in the background has no frames; what it missed is not skipped.
    if (before) exact += (Math.min(time - before, 250) / 1000 / seconds) * last;
    before = time;
    if (exact >= now) {
      pause();
      go(now);
      rest();
      return;
    }
    frame = requestAnimationFrame(tick);
    go(Math.floor(exact));
  }

  function pause() {
    cancelAnimationFrame(frame);
    frame = 0;
    paintPlay();
  }

  function paintPlay() {
    play.textContent = frame ? "❚❚ Hold" : "▶ Play";
    element.dataset.playing = String(Boolean(frame));
  }

  return {
    element,
    play: begin,
    pause,
    isPlaying: () => frame !== 0,
    paint({ at: shown, now: newest, told, head }) {
      ({ last } = told);
      now = newest;
      at = shown;
      slider.max = String(last);
      slider.value = String(shown);
      slider.style.setProperty("--share", `${(100 * shown) / last}%`);
      slider.style.setProperty("--made", `${(100 * newest) / last}%`);
      const epoch = ((shown / last) * told.epochs).toFixed(1);
      const said = `step ${shown.toLocaleString("en")} of ${last.toLocaleString("en")}`;
      slider.setAttribute("aria-valuetext", `${said}, epoch ${epoch}`);
      play.disabled = newest === 0 || head.curves.length === 0;
    },
  };
}
