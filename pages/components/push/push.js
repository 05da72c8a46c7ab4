// The browser's side of what is watched: tells its place, hears what is new from there on, and says
// whether it can hear, so that whoever watches asks the page's script where it cannot.

import { decoded, openSocket } from "../frontend/sync.js";

const WAITS_MS = [300, 1000, 3000, 10_000, 30_000];
const PATIENCE_MS = 6000; // until something is heard
const SILENCE_MS = 10_000; // the server says something every four seconds
const TRY_LATER = 1013; // a server that was started anew knows its pages once one was opened

/**
 * @param {() => object} actions.place tells what is watched, what of it is here, and what is wanted
 * @param {(news: object) => void} actions.hear takes what came
 * @param {(hears: boolean) => void} actions.turn is told when news begin to come, and when they end
 */
export function createWatch({ place, hear, turn }) {
  let socket = null;
  let hears = false;
  let attempts = 0;
  let heard = 0;
  let timer = 0;
  const watchdog = setInterval(look, 1000);

  function connect() {
    const mine = openSocket("explorer-push");
    mine.onopen = () => mine === socket && say();
    mine.onclose = ({ code }) => {
      if (mine !== socket) return;
      if (code === TRY_LATER) attempts = 0;
      lose();
    };
    mine.onmessage = ({ data }) => {
      if (mine !== socket) return;
      heard = performance.now();
      attempts = 0;
      if (!hears) {
        hears = true;
        turn(true);
      }
      const news = decoded(data);
      if (!news.beat) hear(news);
    };
    socket = mine;
    heard = performance.now();
  }

  function say() {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(place()));
  }

  function lose() {
    const wait = WAITS_MS[Math.min(attempts, WAITS_MS.length - 1)];
    const dead = socket;
    socket = null;
    attempts += 1;
    hears = false;
    // A hall that lost its server does not come back in one moment.
    timer = setTimeout(connect, wait * (0.5 + Math.random()));
    dead.close();
    turn(false);
  }

  /** A connection can be dead without having been closed. */
  function look() {
    const patience = hears ? SILENCE_MS : PATIENCE_MS;
    if (socket && performance.now() - heard > patience) lose();
  }

  connect();
  return {
    /** Tell the place again: another one is wanted, or what is here does not fit what came. */
    say,
    hears: () => hears,
    close() {
      clearInterval(watchdog);
      clearTimeout(timer);
      const old = socket;
      socket = null;
      // Firefox calls a connection that is closed before it is there a failed one.
      if (old?.readyState === WebSocket.CONNECTING) old.onopen = () => old.close();
      else old?.close();
    },
  };
}
