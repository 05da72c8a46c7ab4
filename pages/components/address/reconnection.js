// Tells the server what the tab shows when its connection was lost. Streamlit's client asks for
// nothing then if it had nothing to do, or with the query that the tab was opened with; and a
// server that was started anew, or has forgotten the session, knows no better.

import { flush } from "./address.js";

let connection = null; // what Streamlit's client last said of it
let session = null; // the one that the page was drawn by
let set = null;
let isLeaving = false; // a page that is left loses its connection too, and has nobody to tell

export default function render({ data, setStateValue }) {
  session = data.session;
  set = setStateValue;
  if (connection === null) watch();
}

function watch() {
  const app = document.querySelector("[data-testid=stApp]");
  const look = () => {
    const before = connection;
    connection = app.dataset.testConnectionState;
    if (before === null || before === connection) return;
    // When it is lost, so that whatever the client asks for first has it beside it; and when it is
    // there again, since the client may ask for nothing.
    if (before === "CONNECTED" || connection === "CONNECTED") tell();
  };
  look();
  // Firefox ends the connection before it hides the page; a page that stays after all, as for a
  // download, is told apart by going on.
  window.addEventListener("beforeunload", () => {
    isLeaving = true;
    setTimeout(() => { isLeaving = false; }, 1000);
  });
  new MutationObserver(look).observe(app, { attributeFilter: ["data-test-connection-state"] });
}

function tell() {
  if (isLeaving) return;
  flush();
  set("tab", { session, search: window.location.search });
}
