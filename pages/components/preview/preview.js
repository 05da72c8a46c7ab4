// Asks the server for the plots of an edit, ahead of Streamlit's own answer to it.

import { decoded, openSocket } from "../frontend/sync.js";

const ATTEMPTS = 3;
const PATIENCE_MS = 3000;
const editors = new Map(); // key → what shows somebody else's state of an editor there
const BATCH_MS = 50; // within which the parts of one answer arrive
const plots = new Map(); // key → {show, catchUp}: what shows a preview there
const unsettled = new Set(); // editors with edits that were asked about and not answered yet
let socket = null;
let name = "";
let attempts = 0; // since the last answer
let number = 0;
let asked = null; // the question under way
let next = null; // the newest one after it

/** Connect under the name that the server gave, if it did; anew where that is lost. */
export function connect(token) {
  if (!token) return;
  if (token !== name) {
    socket?.close();
    socket = null;
    name = token;
    attempts = 0;
  }
  // Where nothing is ever answered, behind a proxy perhaps, there is no use in going on.
  if (socket?.readyState <= WebSocket.OPEN || attempts === ATTEMPTS) return;
  attempts += 1;
  const mine = openSocket(`explorer-preview/${token}`);
  mine.onmessage = ({ data }) => {
    if (mine === socket) receive(decoded(data));
  };
  socket = mine;
  asked = next = null;
}

/** Ask for the plots of an editor's state. One question is under way, the newest other one waits. */
export function ask(editor, state) {
  if (socket?.readyState !== WebSocket.OPEN) return;
  if (asked && performance.now() - asked.at > PATIENCE_MS) {
    // A connection can be dead without having been closed; the next answer makes another one.
    socket.close();
    return;
  }
  number += 1;
  next = { number, editor, state };
  unsettled.add(editor);
  if (asked === null) send();
}

/** Expect no more previews of an editor: its edits are answered, or the server changes its state. */
export function settle(editor) {
  unsettled.delete(editor);
  if (next?.editor === editor) next = null;
  if (asked?.editor === editor) asked.forgotten = true;
}

/** Settle an editor of which the last edit is answered, so that no preview is newer than that. */
export function settleAnswered(editor) {
  settle(editor);
  setTimeout(() => {
    if (unsettled.size === 0) for (const { catchUp } of plots.values()) catchUp();
  }, BATCH_MS);
}

/** Whether an answer that comes now may be older than what previews show. */
export function isUnsettled() {
  return unsettled.size > 0;
}

/**
 * Have `show` called with what the plot `key` is to be given by the script, as text, and `catchUp`
 * when the script's own last answer counts: an edit that it refused changes nothing that it gave.
 */
export function listen(key, show, catchUp) {
  plots.set(key, { show, catchUp });
}

/** Stop calling `show`, unless another plot has this key by now. */
export function unlisten(key, show) {
  if (plots.get(key)?.show === show) plots.delete(key);
}

/** Have `show` called with a state that the editor `key` has on the page of whoever is followed. */
export function heed(key, show) {
  editors.set(key, show);
}

/** Stop calling `show`, unless another editor has this key by now. */
export function unheed(key, show) {
  if (editors.get(key) === show) editors.delete(key);
}

/** Paint what the page of whoever is followed shows: states of editors, and plots, by key. */
export function paint({ editors: states, plots: texts }) {
  for (const [key, state] of Object.entries(states)) editors.get(key)?.(state);
  for (const [key, text] of Object.entries(texts)) plots.get(key)?.show(text);
}

function send() {
  const { number, editor, state } = next;
  asked = { number, editor, at: performance.now(), forgotten: false };
  next = null;
  socket.send(JSON.stringify({ number, editor, state }));
}

function receive(answer) {
  attempts = 0;
  const answered = asked;
  asked = null;
  if (next) send();
  if (!answered || answered.forgotten || answer.number !== answered.number) return;
  for (const [key, text] of Object.entries(answer.plots)) plots.get(key)?.show(text);
}
