// Undo and redo, sharing and presenting: buttons beside the navigation, and their keys.

import { flush, isHeld } from "../address/address.js";
import { popped, reach, travel, watchHistory } from "../address/edit_history.js";
import { isInteractive, isText } from "../frontend/focus.js";
import { copyText, h } from "../frontend/sync.js";

const PRIVATE = ["via", "beat", "predicted", "present", "embed"]; // no part of what is shared
const here = () => window.location.pathname.split("/").pop();

const PATIENCE_MS = 3000;

let asking = 0;
let root = null;
let parts = null;
let setup = null;
let send = () => {};

export default function render({ data, parentElement, setStateValue }) {
  // As states, which are sent with the next request: a trigger that fires while a run is under way
  // can be lost. By its number the server tells a request from the one before.
  send = (name, request) => setStateValue(name, { ...request, number: Date.now() });
  setup = data;
  if (!root?.isConnected) build(parentElement);
  paint();
  return () => {
    if (parentElement.isConnected) return;
    root?.remove();
    root = null;
  };
}

function build(parent) {
  const button = (label, title, onclick) =>
    h("button", { title, "aria-label": title, onclick }, label);
  parts = {
    undo: button("↶", "Undo", () => go("undo")),
    redo: button("↷", "Redo", () => go("redo")),
    share: button("Share", "Share this page", openShare),
    present: button("Present", "Present this page (P)", () => present(true)),
    leave: button("×", "Stop presenting (Esc)", () => present(false)),
    panel: h("div", { class: "cee-share", role: "dialog", "aria-label": "Share this page" }),
  };
  parts.panel.hidden = true;
  root = h("div", { class: "cee-top-tools" }, ...Object.values(parts));
  parent.append(root);
}

function paint() {
  const { undo, redo } = reach(setup.page);
  parts.undo.disabled = undo === 0;
  parts.redo.disabled = redo === 0;
  for (const name of ["undo", "redo", "share", "present"]) parts[name].hidden = setup.presenting;
  parts.leave.hidden = !setup.presenting;
  if (!parts.panel.hidden && setup.shared) fill();
}

watchHistory(() => root?.isConnected && paint(), isHeld);

function go(way) {
  flush();
  const search = travel(setup.page, way);
  if (search !== null) ask(search);
}

/**
 * Ask for an address of the page once the server is idle.
 *
 * A run that ends while another is asked for takes messages from Streamlit's client of which the
 * other has been told that they are there: going back to what was shown lately meets just those.
 */
function ask(search, since = performance.now()) {
  const { testScriptState } = document.querySelector("[data-testid=stApp]").dataset;
  clearTimeout(asking);
  if (testScriptState === "notRunning" || performance.now() - since > PATIENCE_MS) {
    send("asked", { page: setup.page, search });
  } else {
    asking = setTimeout(ask, 30, search, since);
  }
}

// Before Streamlit's own, which would run the page once more beside this and take nothing of the
// address, since the page is the same.
window.addEventListener("popstate", (event) => {
  if (!setup || !root?.isConnected || here() !== setup.page) return;
  // A link of the app says which one it is, and the server opens what it names.
  if (new URLSearchParams(window.location.search).has("via")) return;
  event.stopImmediatePropagation();
  ask(popped(setup.page));
}, true);

// ------------------------------------------------------------------------------------- sharing

function sharedAddress() {
  flush();
  const address = new URL(window.location.href);
  for (const name of PRIVATE) address.searchParams.delete(name);
  address.hash = "";
  // As the page itself writes it: commas stay readable.
  address.search = address.search.replaceAll("%2C", ",");
  return address.href;
}

function openShare() {
  if (!parts.panel.hidden) return closeShare();
  parts.panel.hidden = false;
  parts.panel.replaceChildren(h("p", {}, "…"));
  parts.share.setAttribute("aria-expanded", "true");
  send("share", { link: sharedAddress() });
}

function closeShare() {
  parts.panel.hidden = true;
  parts.share.setAttribute("aria-expanded", "false");
}

function fill() {
  const { link, embed, code, note } = setup.shared;
  if (parts.panel.dataset.link === link && parts.panel.querySelector("input")) return;
  parts.panel.dataset.link = link;
  const field = (label, text) => {
    const input = h("input", { readonly: "", value: text, "aria-label": label });
    const copy = h("button", { onclick: () => copyText(copy, input) }, "Copy");
    return h("label", {}, h("span", {}, label), h("span", { class: "cee-share-row" }, input, copy));
  };
  const picture = h("div", { class: "cee-share-code" });
  if (code) {
    const image = h("img", { alt: "The link as a QR code", src: code });
    picture.append(image);
  } else {
    picture.append(note);
  }
  parts.panel.replaceChildren(field("Link", link), picture, field("Embed code", embed));
  parts.panel.querySelector("input").select();
}

window.addEventListener("pointerdown", (event) => {
  if (parts && !parts.panel.hidden && !root.contains(event.target)) closeShare();
}, true);

// ------------------------------------------------------------------------------ presenting, keys

const ANSWERED_MS = 1500;
let unanswered = 0;

// Sent again while the page does not show it: what is sent during a run of a fragment can be lost,
// and asking twice does no harm.
function present(on, tries = 3) {
  send("present", { on });
  clearTimeout(unanswered);
  unanswered = setTimeout(() => {
    if (root?.isConnected && setup.presenting !== on && tries > 1) present(on, tries - 1);
  }, ANSWERED_MS);
}

window.addEventListener("keydown", (event) => {
  if (!root?.isConnected || event.defaultPrevented || event.altKey) return;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    const way = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : "";
    if (!way || isText()) return;
    event.preventDefault();
    go(way);
  } else if (key === "escape") {
    if (!parts.panel.hidden) {
      closeShare();
      parts.share.focus();
    } else if (setup.presenting && !document.querySelector("[data-testid=stPopoverBody]")) {
      present(false);
    }
  } else if (key === "p" && !event.repeat && !isInteractive()) {
    present(!setup.presenting);
  }
});
