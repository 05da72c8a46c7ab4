// Keeps the page's state in its address, without adding to the browser's history.

const timers = new WeakMap();
let visit;

export default function render({ data, parentElement }) {
  // A link inside the app may set the page that is open, from far below what it sets.
  if (visit !== undefined && visit !== data.visit) {
    document.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0 });
  }
  visit = data.visit;
  // Tells whoever follows links here, as the tests do, that this one has been followed.
  parentElement.dataset.visit = visit;
  clearTimeout(timers.get(parentElement));
  // Browsers limit how often the address may change; a drag needs only its last position there.
  timers.set(parentElement, setTimeout(() => write(data), 400));
  return () => clearTimeout(timers.get(parentElement));
}

function write({ page, own, parameters }) {
  const here = new URL(window.location.href);
  if (here.pathname.split("/").pop() !== page) return;
  const kept = [...here.searchParams].filter(([name]) => !own.includes(name));
  const encode = (text) => encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("%20", "+");
  const query = [...kept, ...parameters].map((pair) => pair.map(encode).join("=")).join("&");
  const search = query ? `?${query}` : "";
  if (search !== window.location.search) {
    window.history.replaceState(window.history.state, "", here.pathname + search + here.hash);
  }
}
