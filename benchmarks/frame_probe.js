// Watches one key press frame by frame, in the same way on every page that draws with Plotly.
//
// The picture of a frame is what the marks of all charts (bars, lines, points) look like in the
// DOM when that frame's animation callbacks run; the frame's time is taken right after its layout
// and paint. So nothing depends on which library, framework or component asked for the redraw.
(() => {
  const MARKS = ".barlayer path, .scatterlayer path";

  const charts = () => [...document.querySelectorAll(".js-plotly-plot")];
  const picture = (chart) =>
    [...chart.querySelectorAll(MARKS)]
      .map((mark) => `${mark.getAttribute("d")} ${mark.getAttribute("transform") ?? ""}`)
      .join("|");

  // What the hand holds: the bar's height, or the slider's value.
  const control = (held) => {
    const fill = held.querySelector(".cee-fill");
    return [fill?.style.height ?? held.getAttribute("aria-valuenow") ?? held.value];
  };

  const painted = new MessageChannel();
  const waiting = [];
  painted.port1.onmessage = () => waiting.shift()();
  const afterPaint = (action) => {
    waiting.push(action);
    painted.port2.postMessage(null);
  };

  /**
   * Arm for the next key press and resolve once the picture has been still for `quiet` ms.
   *
   * @returns {Promise<object>} ms from the key event's own time stamp: `redrawn`, the frame from
   *   which on all charts show their final new picture; `first`, the frame in which all charts
   *   differed from before for the first time; `control`, the frame in which the control showed
   *   the new value; `controlFrames`, how many frames went by without it; `blank`, frames in which
   *   a chart was missing or had no marks; `remounted`, charts whose element was replaced.
   */
  const watch = (expected, quiet, patience) =>
    new Promise((resolve, reject) => {
      const begin = (event) => {
        const start = event.timeStamp;
        const elements = charts();
        const before = elements.map(picture);
        const held = document.activeElement;
        const heldBefore = control(held);
        const seen = { blank: 0, remounted: 0, controlFrames: 0, first: null, control: null };
        let last = before.join("\n");
        let changed = start;
        let stopped = false;

        const frame = () => {
          const now = charts();
          const pictures = now.map(picture);
          const whole = now.length === expected && pictures.every(Boolean);
          const all = pictures.join("\n");
          const moved = all !== last;
          last = all;
          if (!whole) seen.blank += 1;
          const fresh = whole && pictures.every((one, place) => one !== before[place]);
          // A framework may replace the control's element along with its value.
          const current = held.isConnected ? held : document.activeElement;
          const turned = control(current).every((one, place) => one !== heldBefore[place]);
          if (seen.control === null && !turned) seen.controlFrames += 1;
          afterPaint(() => {
            if (stopped) return;
            const time = performance.now();
            if (moved) changed = time;
            if (fresh) seen.first ??= time - start;
            if (turned) seen.control ??= time - start;
            if (seen.first !== null && time - changed > quiet) {
              stopped = true;
              seen.remounted = now.filter((one) => !elements.includes(one)).length;
              resolve({ ...seen, redrawn: changed - start });
            } else if (time - start > patience) {
              stopped = true;
              reject(new Error(`The charts did not change within ${patience} ms.`));
            }
          });
          if (!stopped) requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      };
      window.addEventListener("keydown", begin, { capture: true, once: true });
    });

  /** The ranges of the chart with two series of bars by outcome, as numbers. */
  const ranges = (place) => {
    const { xaxis, yaxis } = charts()[place]._fullLayout;
    return [...xaxis.range, ...yaxis.range];
  };

  window.frameProbe = { watch, ranges, charts };
})();
