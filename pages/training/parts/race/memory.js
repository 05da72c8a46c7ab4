// What was measured of the race on screen, by step.

import { bytesOf } from "../digit_pictures.js";

/** The last of some values, each of which belongs to a step, that is not after `step`, or null. */
const upTo = (steps, values, step) => values[steps.findLastIndex((one) => one <= step)] ?? null;

export function createMemory() {
  let curves = []; // {steps, snapshots, newest, norms}
  let said = 0;
  let share = 0; // by which the snapshots of the run were chosen

  const total = () => curves.reduce((sum, { steps }) => sum + steps.length, 0);
  const empty = () => ({ steps: [], snapshots: [], norms: { steps: [], values: [] } });

  return {
    forget() {
      curves = [];
      said = 0;
    },
    /** Take what came; false where something before it is missing. */
    take({ first, snapshots, newest, norms, ...told }) {
      if (curves.length === 0 || told.share !== share) {
        curves = first.map(empty);
        said = 0;
        ({ share } = told);
      }
      if (first.some((begin, index) => begin > curves[index].steps.length)) return false;
      if (norms.some(({ from }, index) => from > curves[index].norms.steps.length)) return false;
      curves.forEach((curve, index) => {
        const known = curve.steps.length - first[index];
        for (const one of snapshots[index].slice(Math.max(0, known))) {
          curve.steps.push(one.step);
          curve.snapshots.push(unpacked(one));
        }
        if (newest[index]?.step !== curve.newest?.step || newest[index]?.full !== curve.newest?.full)
          curve.newest = newest[index] && unpacked(newest[index]);
        const { from, ...columns } = norms[index];
        for (const [name, column] of Object.entries(columns)) {
          curve.norms[name].splice(from, Infinity, ...column);
        }
      });
      return true;
    },
    unsaid: () => total() - said,
    say() {
      said = total();
    },
    counts: () => curves.map(({ steps }) => steps.length),
    share: () => share,
    /** What each network's newest measurement up to a step said; null before the first. */
    at: (step) =>
      curves.map(({ steps, snapshots, newest }) => {
        if (newest && newest.step <= step) return newest;
        return upTo(steps, snapshots, step);
      }),
    /** The norm of each network's gradient at a step, as it was measured last; null before. */
    norms: (step) => curves.map(({ norms }) => upTo(norms.steps, norms.values, step)),
    /** The next step, or the one before, at which something was measured. */
    neighbour(step, direction) {
      const all = curves.flatMap(({ steps, newest }) => [...steps, ...(newest ? [newest.step] : [])]);
      const there = all.filter((one) => (direction > 0 ? one > step : one < step));
      if (there.length === 0) return direction > 0 ? Infinity : 0;
      return direction > 0 ? Math.min(...there) : Math.max(...there);
    },
  };
}

function unpacked(snapshot) {
  return {
    ...snapshot,
    confusion: new Uint32Array(bytesOf(snapshot.confusion).buffer),
    softmax: new Float32Array(bytesOf(snapshot.softmax).buffer),
  };
}
