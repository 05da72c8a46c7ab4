// Tells whether the visitor asks for less motion; says nothing as long as not.

export default function render({ data, setStateValue }) {
  const query = window.matchMedia("(prefers-reduced-motion: reduce)");
  const tell = () => {
    if (query.matches !== data.reduced) setStateValue("reduced", query.matches);
  };
  tell();
  query.addEventListener("change", tell);
  return () => query.removeEventListener("change", tell);
}
