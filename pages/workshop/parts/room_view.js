// The room's page in the browser: the way in, or the host's screen, or a participant's phone.

import { h, viewPerPlace } from "../../components/frontend/sync.js";
import { hosted, join, known, listen, open, placeIn, take } from "../../components/rooms/connection.js";
import { createHostView } from "./room_host.js";
import { focusOn, trying } from "./room_parts.js";
import { createPhoneView } from "./room_phone.js";

export default viewPerPlace(createView);

function createView(parent, assets) {
  const notice = h("p", { class: "cee-room-notice", role: "alert" });
  const body = h("div", {});
  const root = h("div", { class: "cee-room" }, notice, body);
  parent.append(root);
  let setup = null;
  let inside = null; // {role, update, dispose}
  const unlisten = listen(show);

  // A host's device is moved by a link whose end the server never sees.
  const [, code, key] = /^#host=([^.]+)\.(.+)$/.exec(window.location.hash) ?? [];
  if (key) {
    window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
    take({ code, role: "host", key: decodeURIComponent(key) });
  }

  function update(next) {
    const first = setup === null;
    setup = next;
    const before = first && next.code ? placeIn(next.code) : null;
    if (before && !known.place) take(before);
    show();
    if (!first) inside?.redraw?.();
  }

  function dispose() {
    unlisten();
    inside?.dispose();
    root.remove();
  }

  function show() {
    if (!setup) return;
    const lost = known.isLost ? "The connection is lost; it is tried again." : "";
    const words = lost || known.notice;
    if (notice.textContent !== words) notice.textContent = words;
    notice.hidden = !words;
    const role = known.place?.role ?? "door";
    if (inside?.role !== role) {
      const held = body.contains(root.getRootNode().activeElement);
      inside?.dispose();
      body.replaceChildren();
      inside = { role, ...{ door, host: createHostView, person: createPhoneView }[role](body, assets, setup) };
      if (held) focusOn(body);
    }
    inside.update();
  }

  function door(place) {
    const field = (label, properties) => {
      const input = h("input", properties);
      return [input, h("label", { class: "cee-room-field" }, label, input)];
    };
    const [code, codeField] = field("Code", {
      value: setup.code,
      autocomplete: "off",
      autocapitalize: "characters",
      spellcheck: "false",
      maxlength: "20",
      required: "",
    });
    const [name, nameField] = field("Nickname, or none", {
      autocomplete: "nickname",
      maxlength: String(setup.longest.name),
    });
    const button = h("button", { type: "submit", class: "cee-main" }, "Join");
    const form = h("form", { class: "cee-room-card" }, h("h2", {}, "Join a room"), codeField, nameField, button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      trying(button, () => join(code.value, name.value));
    });
    const opening = h("button", { class: "cee-main" }, "Open a room");
    opening.addEventListener("click", () => trying(opening, open));
    const host = h(
      "section",
      { class: "cee-room-card" },
      h("h2", {}, "Host one"),
      h("p", {}, "Everybody's page follows yours, and everybody forecasts what you ask."),
      opening,
      ...hosted().map((one) => {
        const on = h("button", {}, `Go on hosting ${one.code}`);
        on.addEventListener("click", () => take(one));
        return on;
      }),
    );
    const kept = h(
      "p",
      { class: "cee-room-kept" },
      "Kept for a day at most, or until the host ends the room: nicknames and forecasts. Then both are deleted.",
    );
    place.append(h("div", { class: "cee-room-door" }, form, host), kept);
    return { update() {}, dispose() {} };
  }

  return { update, dispose };
}
