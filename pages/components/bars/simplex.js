// The arithmetic a hand on the bars needs within a frame. The tested reference for each function
// is in explorer/core; tests/browser compares the two.

/**
 * Set `values[index]` to `value`; the others that are not locked rescale so that the sum stays 1.
 * Without anything left to rescale they share what remains equally.
 */
export function coupled(values, index, value, locked) {
  const others = values.map((_, i) => i).filter((i) => i !== index && !locked.includes(i));
  if (others.length === 0) return [...values];
  const held = values.reduce((sum, x, i) => (i !== index && locked.includes(i) ? sum + x : sum), 0);
  const room = Math.max(0, 1 - held);
  const wanted = Math.min(room, Math.max(0, value));
  const rest = room - wanted;
  const total = others.reduce((sum, i) => sum + values[i], 0);
  const result = [...values];
  result[index] = wanted;
  for (const i of others) result[i] = total > 0 ? (values[i] / total) * rest : rest / others.length;
  return result;
}

/** The mixture (1 − t) q + t p; exactly p at t = 1. */
export function mixture(q, p, t) {
  return t >= 1 ? [...p] : q.map((x, i) => (1 - t) * x + t * p[i]);
}
