// The point of a plot that can be dragged: the trace with `meta.drag`, whose first x follows the
// pointer.

import { hold, release } from "../frontend/gestures.js";

const REACH = 22;

/**
 * Let the point be dragged with mouse or finger.
 *
 * @param {HTMLElement} canvas Plotly's element
 * @param {(x: number) => void} moved is told where on the x axis the pointer is
 */
export function letDrag(canvas, moved) {
  let dragged = null;
  canvas.addEventListener(
    "pointerdown",
    (event) => {
      dragged = gripNear(canvas, event);
      if (!dragged) return;
      event.stopPropagation();
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      hold(canvas);
    },
    true,
  );
  // Plotly starts its zoom on mousedown, which follows pointerdown.
  canvas.addEventListener("mousedown", (event) => dragged && event.stopPropagation(), true);
  canvas.addEventListener(
    "touchstart",
    (event) => gripNear(canvas, event.touches[0]) && event.preventDefault(),
    { capture: true, passive: false },
  );
  canvas.addEventListener("pointermove", (event) => {
    if (!dragged) {
      canvas.classList.toggle("cee-grab", Boolean(gripNear(canvas, event)));
      return;
    }
    const { x } = dragged;
    const value = x.p2d(event.clientX - canvas.getBoundingClientRect().left - x._offset);
    const [low, high] = [...x.range].sort((a, b) => a - b);
    moved(Math.round(Math.min(high, Math.max(low, value)) * 100) / 100);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => {
      dragged = null;
      release(canvas);
    });
  }
}

function gripNear(canvas, { clientX, clientY }) {
  const trace = canvas._fullData?.find((one) => one.meta?.drag);
  if (!trace) return null;
  const x = canvas._fullLayout[`xaxis${trace.xaxis.slice(1)}`];
  const y = canvas._fullLayout[`yaxis${trace.yaxis.slice(1)}`];
  const box = canvas.getBoundingClientRect();
  const left = box.left + x._offset + x.d2p(trace.x[0]);
  const top = box.top + y._offset + y.d2p(trace.y[0]);
  return Math.hypot(clientX - left, clientY - top) < REACH ? { x, y } : null;
}
