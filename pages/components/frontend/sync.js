// What every live component shares: sending edits without flooding, and reading the theme.

/**
 * Return a sender that keeps one edit under way. The first goes out at once; while it is being
 * answered only the newest later one is kept, and that one follows the answer. So the server is
 * asked as often as it can answer and a rerun is never cut short by the next. An edit with a
 * `command` is asked for once and thus never replaced by a later one.
 *
 * @param {(edit: object) => void} send hands an edit (with its `seq`) to the server
 * @param {number} lastSequence the highest number the server has already seen
 */
export function createSender(send, lastSequence = 0, patience = 600) {
  let sequence = lastSequence;
  let answered = lastSequence;
  let waiting = [];
  let underWay = null;
  let sent = 0; // when
  let again = 0; // times that the same edit was sent once more
  let timer = 0;

  const flush = () => {
    if (waiting.length === 0) return;
    sequence += 1;
    again = 0;
    underWay = waiting.shift();
    hand();
  };

  const hand = () => {
    sent = performance.now();
    // The server takes an edit once by its `seq`; Streamlit asks it only about what is new.
    send({ ...underWay, seq: sequence, ...(again && { again }) });
    clearTimeout(timer);
    timer = setTimeout(late, patience);
  };

  // An answer can be lost with its connection; the newest edit must still arrive.
  const late = () => {
    if (answered >= sequence) return;
    if (waiting.length > 0 && !underWay.command) return flush();
    if (performance.now() - sent > Math.min(16_000, 2000 * 2 ** again)) {
      again += 1;
      hand();
    } else {
      timer = setTimeout(late, patience);
    }
  };

  return {
    push(edit) {
      if (waiting.length > 0 && !waiting.at(-1).command) waiting.pop();
      waiting.push(edit);
      if (answered >= sequence) flush();
    },
    answer(seq) {
      answered = Math.max(answered, seq);
      sequence = Math.max(sequence, seq);
      if (answered >= sequence) flush();
    },
    /**
     * Send once more what was not answered, to a session that knows nothing of it.
     *
     * @param {(edit: object) => object} rebased puts an edit on top of what that session has
     * @returns {boolean} whether there was anything
     */
    sendAgain(rebased = (edit) => edit) {
      if (answered >= sequence) return false;
      underWay = rebased(underWay);
      waiting = waiting.map(rebased);
      if (waiting.length > 0 && !underWay.command) {
        flush();
      } else {
        again += 1;
        hand();
      }
      return true;
    },
    get idle() {
      return waiting.length === 0 && answered >= sequence;
    },
    dispose() {
      clearTimeout(timer);
    },
  };
}

/**
 * Return the function that Streamlit calls with every new `data`: it makes one view for each place
 * on the page, updates it, and disposes of it when the component goes.
 *
 * @param {(parent: Element, assets: string) => {update: Function, dispose: Function}} createView
 * @param {string} [state] of the component, which `view.send` sets; without it that takes the name
 */
export function viewPerPlace(createView, state) {
  const views = new WeakMap();
  return ({ data, parentElement, setStateValue, assets }) => {
    let view = views.get(parentElement);
    if (!view) {
      view = createView(parentElement, assets);
      views.set(parentElement, view);
    }
    view.send = state ? (edit) => setStateValue(state, edit) : setStateValue;
    view.update(data);
    return () => {
      views.delete(parentElement);
      view.dispose();
    };
  };
}

/**
 * Call `act` in the frame after each change of an element's size, and after its first one.
 *
 * Not at once: what then changes a size that was told before leaves an error on the page, "loop
 * completed with undelivered notifications". Source: Resize Observer, section "Deliver Resize Loop
 * Error" (W3C).
 *
 * @returns {() => void} ends it
 */
export function whenResized(element, act) {
  let frame = 0;
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => act());
  });
  observer.observe(element);
  return () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
  };
}

/** Decode data that the server sent as JSON bytes. */
export function decoded(data) {
  return JSON.parse(new TextDecoder().decode(data));
}

/** Return a reader of Streamlit's theme variables as `element` sees them now. */
export function readTheme(element) {
  // Once for all variables: each new computed style makes the browser settle all styles first.
  const style = getComputedStyle(element);
  return (name, fallback) => style.getPropertyValue(`--st-${name}`).trim() || fallback;
}

/** The theme's categorical chart colours, as a list. */
export function chartColours(element) {
  return readTheme(element)("chart-categorical-colors", "")
    .split(",")
    .map((colour) => colour.trim())
    .filter(Boolean);
}

/** Open a socket of the app's own; `path` begins at the app's root. */
export function openSocket(path) {
  const address = new URL(path, document.baseURI);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  return socket;
}

/** Element with properties, attributes (`aria-…`, `role`, `data-…`) and children. */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  // Without it a button submits a form.
  if (tag === "button") element.type = "button";
  return filled(element, properties, children);
}

/** The same in a picture. */
export const svg = (tag, properties, ...children) =>
  filled(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children);

function filled(element, properties = {}, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name === "style") element.style.cssText = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Copy what a field holds, or select it for the keys, and have the button say which. */
export async function copyText(button, input) {
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
    button.textContent = "Copied";
  } catch {
    // Not allowed here, for instance without TLS: it is selected, and the keys copy it.
    button.textContent = "Press Ctrl+C";
  }
}

/** Up to `digits` significant digits, without trailing zeros; ∞ and words as they are. */
export function format(value, digits = 4) {
  if (value === Infinity) return "∞";
  if (value === -Infinity) return "−∞";
  if (Number.isNaN(value)) return "not a number";
  if (value === 0) return "0";
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}
