// What the bars of the editor show of its state.

import { format } from "../frontend/sync.js";

/** Show names, values and locks on the parts that `barParts` made. */
export function paintBars(bars, { series, low, high }, { names, values, locked }) {
  const share = (x) => (100 * (Math.min(high, Math.max(low, x)) - low)) / (high - low);
  names.forEach((name, index) => {
    const parts = bars[index];
    const isLocked = locked.includes(index);
    for (const { id } of series) {
      const now = values[id][index];
      const { bar, fill, value, zero } = parts[id];
      const [from, to] = [share(Math.min(0, now)), share(Math.max(0, now))];
      fill.style.bottom = `${from}%`;
      fill.style.height = `${to - from}%`;
      fill.classList.toggle("cee-below", now < 0);
      zero.style.bottom = `${share(0)}%`;
      value.textContent = short(now);
      bar.classList.toggle("cee-locked", isLocked);
      bar.setAttribute("aria-valuenow", String(now));
      bar.setAttribute("aria-label", `${id} of ${name}`);
      bar.setAttribute(
        "aria-valuetext",
        `${id} of ${name} = ${format(now, 4)}${isLocked ? ", locked" : ""}`,
      );
    }
    if (parts.label !== document.activeElement) parts.label.value = name;
    parts.lock.setAttribute("aria-pressed", String(isLocked));
    parts.lock.setAttribute("aria-label", `Lock ${name}`);
  });
}

// Above a bar there is room for five signs; the text field below has all digits.
function short(value) {
  const size = Math.abs(value);
  if (size >= 0.1 || size === 0) return format(value, 3);
  if (size >= 0.001) return format(Number(value.toFixed(3)), 2);
  return value.toExponential(0).replace("-", "−").replace("e-", "e−");
}
