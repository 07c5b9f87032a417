
"use strict";
// Without this the page is whole: a table in a sensible order. With it, the table can be sorted and filtered.
(() => {
  const table = document.getElementById("cases-table");
  const form = document.getElementById("filter");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const words = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });

  const key = (row, column) => {
    const cell = row.cells[column];
    return (cell.querySelector(".asked") ?? cell).textContent.trim();
  };

  const sort = (header) => {
    const ascending = header.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const turn = ascending ? 1 : -1;
    rows.sort((a, b) => turn * order.compare(key(a, header.cellIndex), key(b, header.cellIndex)));
    body.append(...rows);
  };

  const filter = () => {
    const sought = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcome = form.elements.outcome.value;
    const kind = form.elements.kind.value;
    let shown = 0;
    for (const row of rows) {
      const fits =
        (!outcome || row.dataset.outcome === outcome || row.dataset.change === outcome) &&
        (!kind || row.dataset.kind === kind) &&
        sought.every((word) => words.get(row).includes(word));
      row.hidden = !fits;
      if (fits) shown += 1;
    }
    form.querySelector("output").textContent = `${shown} of ${rows.length} shown`;
  };

  const open = () => {
    const row = document.getElementById(location.hash.slice(1));
    if (!row || !rows.includes(row)) return;
    if (row.hidden) { form.reset(); filter(); }
    row.querySelector("details")?.setAttribute("open", "");
    row.scrollIntoView({ block: "start" });
  };

  for (const header of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = header.textContent;
    button.addEventListener("click", () => sort(header));
    header.replaceChildren(button);
  }
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", open);
  filter();
  open();
})();
