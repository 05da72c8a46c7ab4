// A field for the access code. The server answers with a cookie, which a new connection carries.

import { h, viewPerPlace } from "../frontend/sync.js";

export default viewPerPlace(createView, "code");

function createView(parent) {
  const field = h("input", {
    type: "password",
    autocomplete: "current-password",
    "aria-label": "Access code",
    placeholder: "Access code",
  });
  const button = h("button", { type: "submit" }, "Enter");
  const message = h("div", { class: "cee-message", role: "status" });
  const form = h("form", { class: "cee-access", onsubmit: enter }, field, button, message);
  let path = "";
  parent.append(form);

  async function enter(event) {
    event.preventDefault();
    button.disabled = true;
    say("");
    try {
      const answer = await fetch(new URL(path, document.baseURI), {
        method: "POST",
        body: field.value,
      });
      if (answer.ok) {
        window.location.reload();
        return;
      }
      const { error } = await answer.json();
      say(error);
    } catch {
      say("The server did not answer: try again.");
    }
    button.disabled = false;
    field.select();
  }

  function say(words) {
    message.textContent = words;
    message.classList.toggle("cee-error", Boolean(words));
  }

  return {
    update: (data) => { path = data.path; },
    dispose: () => form.remove(),
  };
}
