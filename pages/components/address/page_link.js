// Hands what the server says of the page's state to the address, and looks at the top of a page
// that a link has opened.

import { keep } from "./address.js";

let session;
let visit;

export default function render({ data, parentElement }) {
  // A link inside the app may set the page that is open, from far below what it sets. A session
  // that begins anew, after the connection was lost, opens nothing.
  const followed = session === data.session && visit !== data.visit;
  if (followed) document.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0 });
  ({ session, visit } = data);
  // Tells whoever follows links here, as the tests do, that this one has been followed, and which
  // session says so.
  Object.assign(parentElement.dataset, { visit, session });
  keep(data, followed);
}
