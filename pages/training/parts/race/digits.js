// Twenty test digits, each with what every network believes of its true class at the step that is
// shown; below them the softmax of one, or the images of a cell of the confusion matrix.

import { bytesOf, digitPicture } from "../digit_pictures.js";
import { h } from "../../../components/frontend/sync.js";

/** The images that are written in base64, each as its bytes. */
const imagesOf = (encoded) => {
  const bytes = bytesOf(encoded);
  return Array.from({ length: bytes.length / 784 }, (_, index) =>
    bytes.subarray(784 * index, 784 * (index + 1)),
  );
};

/**
 * @param {(digit: number, step: number) => void} actions.open shows p and q of a digit elsewhere
 * @param {() => void} actions.chosen is told that another digit was pressed
 * @param {() => void} actions.close puts the images of a cell away
 */
export function createDigits({ open, chosen: pressed, close }) {
  const title = h("p", { class: "cee-race-title" }, "what each network believes of the true digit");
  const grid = h("div", { class: "cee-race-grid", role: "group" });
  grid.setAttribute("aria-label", "Twenty test digits; choose one");
  const detail = h("div", { class: "cee-race-detail" });
  const images = h("div", { class: "cee-race-images", hidden: "" });
  const element = h("div", { class: "cee-race-digits" }, title, grid, detail, images);
  let built = "";
  let cells = [];
  let bars = []; // of the detail: by class, by network
  let says = null;
  let opener = null;
  let digit = 0;
  let cell = null; // of the confusion matrix
  let sent = null; // its images at the end
  let state = null;

  function build(head) {
    const wanted = JSON.stringify([head.curves, head.pixels.length, head.truth]);
    if (wanted === built) return;
    built = wanted;
    const digits = imagesOf(head.pixels);
    const strips = () =>
      head.curves.map((_, curve) =>
        h("i", { style: `--curve: var(--curve-${curve})` }, h("b", {})),
      );
    cells = head.truth.map((truth, index) => {
      const beliefs = strips();
      const wrong = h("em", { "aria-hidden": "true" });
      const button = h(
        "button",
        { onclick: () => press(index) },
        digitPicture(digits[index]),
        wrong,
        h("span", { "aria-hidden": "true" }, ...beliefs),
      );
      return { button, beliefs, wrong };
    });
    grid.replaceChildren(...cells.map(({ button }) => button));
    bars = Array.from({ length: 10 }, strips);
    says = h("span", { class: "cee-race-reads" });
    opener = h("button", { onclick: () => open(digit, state.snapshots[state.chosen].step) });
    opener.textContent = "Show p and q of this digit";
    const columns = bars.map((own, place) => h("div", {}, h("div", {}, ...own), String(place)));
    detail.replaceChildren(
      h("div", { class: "cee-race-softmax", role: "img" }, ...columns),
      h("div", { class: "cee-race-line" }, says, opener),
    );
  }

  function press(index) {
    digit = index;
    close();
    pressed();
  }

  function paint(next) {
    state = next;
    const { head, chosen, snapshots } = next;
    build(head);
    digit = Math.max(0, Math.min(digit, cells.length - 1));
    const read = cells.map((_, index) => snapshots.map((one) => reading(one, index, head)));
    cells.forEach(({ button, beliefs, wrong }, index) => {
      const truth = head.truth[index];
      beliefs.forEach((strip, curve) => {
        strip.firstChild.style.width = `${100 * (read[index][curve]?.belief ?? 0)}%`;
      });
      const mine = read[index][chosen];
      button.setAttribute("aria-pressed", String(index === digit && !cell));
      button.setAttribute("aria-label", saying(truth, mine));
      const isWrong = mine && mine.said !== truth;
      wrong.textContent = isWrong ? `✗ ${mine.said}` : "";
      wrong.style.setProperty("--curve", `var(--curve-${chosen})`);
    });
    detail.hidden = Boolean(cell) || cells.length === 0;
    images.hidden = !cell;
    if (cell) paintCell(read);
    else if (cells.length) paintDetail(read[digit]);
  }

  function paintDetail(readings) {
    const { head, chosen, snapshots } = state;
    const truth = head.truth[digit];
    detail.firstChild.setAttribute("aria-label", `p and q of the chosen digit, a ${truth}.`);
    bars.forEach((own, place) => {
      own[0]?.parentElement.parentElement.classList.toggle("cee-true", place === truth);
      own.forEach((bar, curve) => {
        const q = readings[curve] ? snapshots[curve].softmax[10 * digit + place] : 0;
        bar.firstChild.style.height = `${100 * q}%`;
      });
    });
    const mine = readings[chosen];
    opener.disabled = !mine;
    says.textContent = mine
      ? `A ${truth}: ${head.curves[chosen].name} says ${mine.said}, ${share(mine.highest)}`
      : snapshots[chosen]
        ? "This network diverged: its output is not a distribution."
        : "Nothing is measured yet.";
  }

  function paintCell(read) {
    const { head, chosen, snapshots, isNewest, told } = state;
    const one = snapshots[chosen];
    const there = one ? one.confusion[10 * cell.truth + cell.said] : 0;
    const words = `true ${cell.truth}, ${head.curves[chosen].name} said ${cell.said}`;
    const isEnd = isNewest && !told.active;
    const same =
      sent && sent.curve === chosen && sent.truth === cell.truth && sent.said === cell.said;
    let found;
    let note;
    if (isEnd && same && sent.known) {
      found = imagesOf(sent.pixels);
      const known = sent.whole ? "" : "that came with the app, ";
      const first = found.length < sent.count ? `${found.length} of ` : "";
      const all = sent.whole ? "" : ` of ${there.toLocaleString("en")}`;
      note = `${first}${sent.count.toLocaleString("en")}${all} test images, ${known}as the network reads them at the end of the run.`;
    } else {
      found = imagesOf(head.pixels).filter(
        (_, index) => head.truth[index] === cell.truth && read[index][chosen]?.said === cell.said,
      );
      const why = !isEnd
        ? "Which images the others are is known for the end of the run alone."
        : !same
          ? "Looking for the others…"
          : "The other images, or the network's weights, are not on this server.";
      note =
        `${there.toLocaleString("en")} images at step ${(one?.step ?? 0).toLocaleString("en")}; ` +
        `${found.length} of them among the twenty above. ${found.length < there ? why : ""}`;
    }
    const wanted = JSON.stringify([words, note, found.length]);
    if (images.dataset.shows === wanted) return;
    images.dataset.shows = wanted;
    const closing = h("button", { onclick: close }, "Close");
    const label = { role: "img", "aria-label": `${found.length} images: ${words}` };
    images.replaceChildren(
      h("div", { class: "cee-race-line" }, h("b", {}, words), closing),
      h("p", {}, note),
      // It scrolls, and takes the keys for that.
      h("div", { class: "cee-race-pictures", tabindex: "0", ...label }, ...found.map(digitPicture)),
    );
  }

  return {
    element,
    paint,
    showCell(next) {
      cell = next;
    },
    cell: () => cell,
    choose(index) {
      digit = index;
    },
    chosen: () => digit,
    takeCell(images) {
      sent = images;
    },
  };
}

/** What a network says of a digit; null where its output is no distribution. */
function reading(snapshot, index, head) {
  if (!snapshot) return null;
  const q = snapshot.softmax.subarray(10 * index, 10 * index + 10);
  if (!q.every(Number.isFinite)) return null;
  const highest = Math.max(...q);
  return { belief: q[head.truth[index]], said: q.indexOf(highest), highest };
}

function saying(truth, mine) {
  if (!mine) return `Test digit ${truth}: no output`;
  return `Test digit ${truth}, recognised as ${mine.said} with ${share(mine.highest)}`;
}

/** A probability; what is below 1 is never written as 100 %. */
function share(probability) {
  if (probability >= 0.9995 && probability < 1) return ">99.9 %";
  const digits = probability > 0.995 && probability < 1 ? 1 : 0;
  return `${(100 * probability).toFixed(digits)} %`;
}
