// The plotted values, as a table on the page and as a CSV file.

import { format, h } from "../frontend/sync.js";

/** Show the values of the drawn traces in the element `table`. */
export function fillTable(table, traces) {
  const rows = tableRows(traces);
  const shown = rows.slice(0, 401);
  const cell = (tag) => (value) => h(tag, {}, typeof value === "number" ? format(value, 10) : value);
  table.replaceChildren(
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, ...shown[0].map(cell("th")))),
      h("tbody", {}, ...shown.slice(1).map((row) => h("tr", {}, ...row.map(cell("td"))))),
    ),
  );
  if (rows.length > shown.length) {
    table.append(h("p", {}, `${rows.length - shown.length} more rows are in the CSV.`));
  }
}

/** The values of the drawn traces as CSV (RFC 4180). */
export function csvOf(traces) {
  const quote = (value) =>
    typeof value === "number" ? String(value) : `"${String(value).replaceAll('"', '""')}"`;
  return tableRows(traces)
    .map((row) => row.map(quote).join(","))
    .join("\r\n");
}

/** One row per point: curve, x, y (and z, error or text where a trace has them), header first. */
function tableRows(traces) {
  const rows = [["series", "x", "y", "value"]];
  for (const trace of traces) {
    if (trace.meta?.untabled) continue;
    const name = trace.name ?? "";
    if (trace.z) {
      Array.from(trace.z).forEach((line, i) =>
        Array.from(line).forEach((z, j) =>
          rows.push([name, trace.x?.[j] ?? j, trace.y?.[i] ?? i, z]),
        ),
      );
    } else {
      const length = Math.max(trace.x?.length ?? 0, trace.y?.length ?? 0);
      for (let i = 0; i < length; i += 1) {
        rows.push([name, trace.x?.[i] ?? i, trace.y?.[i] ?? i, trace.customdata?.[i] ?? ""]);
      }
    }
  }
  // Figures write names for Plotly, which reads entities; a table shows them as they are.
  const plain = (value) =>
    typeof value === "string"
      ? value.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&")
      : value;
  const used = rows[0].map((_, column) => rows.slice(1).some((row) => row[column] !== ""));
  return rows.map((row) => row.filter((_, column) => used[column]).map(plain));
}
