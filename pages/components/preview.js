// Asks the server for the plots of an edit, ahead of Streamlit's own answer to it.

const plots = new Map();
let socket = null;
let name = "";
let attempts = 0;
let number = 0;
let asked = null; // the question under way
let next = null; // the newest one after it

/** Connect under the name that the server gave, if it did; anew a few times where that is lost. */
export function connect(token) {
  if (!token) return;
  if (token !== name) {
    socket?.close();
    socket = null;
    name = token;
    attempts = 0;
  }
  if (socket?.readyState <= WebSocket.OPEN || attempts === 3) return;
  attempts += 1;
  const address = new URL(`explorer-preview/${token}`, document.baseURI);
  address.protocol = address.protocol.replace("http", "ws");
  const mine = new WebSocket(address);
  mine.binaryType = "arraybuffer";
  mine.onopen = () => {
    attempts = 0;
  };
  mine.onmessage = ({ data }) => {
    if (mine === socket) receive(JSON.parse(new TextDecoder().decode(data)));
  };
  socket = mine;
  asked = next = null;
}

/** Ask for the plots of this state. One question is under way; of later ones the newest waits. */
export function ask(editor, state) {
  if (socket?.readyState !== WebSocket.OPEN) return;
  number += 1;
  next = { number, editor, state };
  if (asked === null) send();
}

/** Take no notice of answers to what was asked so far: the server has changed the state itself. */
export function forget() {
  next = null;
  if (asked) asked.forgotten = true;
}

/** Have `show` called with what the plot `key` is to be given by the script, as text. */
export function listen(key, show) {
  plots.set(key, show);
}

/** Stop calling `show`, unless another plot has this key by now. */
export function unlisten(key, show) {
  if (plots.get(key) === show) plots.delete(key);
}

function send() {
  asked = next;
  next = null;
  socket.send(JSON.stringify(asked));
}

function receive(answer) {
  if (asked && !asked.forgotten && answer.number === asked.number) {
    for (const [key, text] of Object.entries(answer.plots)) plots.get(key)?.(text);
  }
  asked = null;
  if (next) send();
}
