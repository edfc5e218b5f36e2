"use strict";
(() => {
  const table = document.querySelector("table.entries");
  const headers = [...table.tHead.rows[0].cells];
  const search = document.getElementById("search");
  const filters = [...document.querySelectorAll("[data-filter]")];
  const entries = [...table.tBodies].map((body, place) => ({
    body,
    place,
    head: body.rows[0],
    button: body.querySelector("[aria-expanded]"),
    rows: [...body.querySelectorAll("tr[data-library]")],
    failures: [...body.querySelectorAll("[data-library]:not(tr)")],
    text: words(body),
  }));
  let order = { column: null, sign: 1 };

  function words(body) {
    const copy = body.cloneNode(true);
    copy.querySelectorAll("svg, pre, thead, .copy").forEach((part) => part.remove());
    return copy.textContent.toLowerCase();
  }

  function matches(row) {
    return filters.every((f) => !f.value || row.dataset[f.dataset.filter] === f.value);
  }

  function number(cell) {
    return cell.dataset.sort === "" ? -1 : Number(cell.dataset.sort);
  }

  function cell(row, key) {
    return row.querySelector(`[data-key="${key}"]`);
  }

  // The row of a loss sums up those of its rows that are shown.
  function total(entry, rows) {
    const sum = (key) => rows.reduce((n, row) => n + number(cell(row, key)), 0);
    const checks = cell(entry.head, "checks");
    checks.dataset.sort = sum("checks");
    checks.textContent = sum("checks").toLocaleString("en-GB");
    for (const kind of ["value", "gradient", "Hessian"]) {
      const cells = rows.map((row) => cell(row, kind));
      const largest = cells.reduce((a, b) => (number(b) > number(a) ? b : a));
      const shown = cell(entry.head, kind);
      shown.dataset.sort = largest.dataset.sort;
      shown.textContent = largest.textContent;
    }
    const failed = sum("failed");
    const verdict = cell(entry.head, "failed");
    verdict.dataset.sort = failed;
    verdict.className = `verdict ${failed ? "fails" : "passes"}`;
    verdict.firstChild.textContent = failed ? `✗ ${failed}` : "✓";
    verdict.lastElementChild.textContent = failed ? " fail" : " passes";
  }

  function apply() {
    const wanted = search.value.toLowerCase().split(/\s+/);
    let shown = 0, checks = 0, failed = 0;
    for (const entry of entries) {
      const rows = entry.rows.filter(matches);
      const found = rows.length > 0 && wanted.every((w) => entry.text.includes(w));
      entry.body.hidden = !found;
      if (!found) continue;
      if (entry.rows[0] !== entry.head) {
        entry.rows.forEach((row) => { row.hidden = !rows.includes(row); });
        total(entry, rows);
      }
      entry.failures.forEach((part) => { part.hidden = !matches(part); });
      shown += 1;
      checks += number(cell(entry.head, "checks"));
      failed += number(cell(entry.head, "failed"));
    }
    const outcome = failed ? `${failed.toLocaleString("en-GB")} fail` : "all pass";
    document.getElementById("found").textContent =
      `${shown} of ${entries.length} ${table.dataset.noun}, ` +
      `${checks.toLocaleString("en-GB")} checks` + (checks ? `, ${outcome}` : "");
    document.querySelector(".nothing").hidden = shown > 0;
    arrange();
  }

  function compare(a, b) {
    if (order.column === null) return a.place - b.place;
    const [x, y] = [a, b].map((e) => e.head.cells[order.column].dataset.sort);
    if (x === "" || y === "") return (x === "") - (y === "") || a.place - b.place;
    const numeric = "descending" in headers[order.column].dataset;
    const difference = numeric
      ? (Number(x) === Number(y) ? 0 : Number(x) - Number(y))
      : x.localeCompare(y);
    return order.sign * difference || a.place - b.place;
  }

  function arrange() {
    const sorted = [...entries].sort(compare);
    if (sorted.some((entry, n) => table.tBodies[n] !== entry.body)) {
      table.append(...sorted.map((entry) => entry.body));
    }
  }

  function sortBy(column) {
    const header = headers[column];
    const before = header.getAttribute("aria-sort");
    const first = "descending" in header.dataset ? "descending" : "ascending";
    const other = first === "ascending" ? "descending" : "ascending";
    const direction = before === first ? other : first;
    headers.forEach((each) => each.setAttribute("aria-sort", "none"));
    header.setAttribute("aria-sort", direction);
    order = { column, sign: direction === "ascending" ? 1 : -1 };
    arrange();
  }

  function toggle(entry, open) {
    entry.button.setAttribute("aria-expanded", open);
    entry.head.classList.toggle("open", open);
    entry.body.rows[1].classList.toggle("open", open);
  }

  function isOpen(entry) {
    return entry.button.getAttribute("aria-expanded") === "true";
  }

  function openNamed() {
    const name = decodeURIComponent(location.hash.slice(1));
    const entry = entries.find((each) => name && each.body.id === name);
    if (!entry) return;
    toggle(entry, true);
    entry.body.scrollIntoView();
  }

  async function copy(button) {
    const code = button.parentElement.querySelector("pre");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected: press Ctrl+C";
    }
    setTimeout(() => { button.textContent = "Copy the code"; }, 2000);
  }

  for (const entry of entries.filter((each) => each.button)) {
    entry.head.addEventListener("click", () => {
      if (getSelection().isCollapsed) toggle(entry, !isOpen(entry));
    });
  }
  headers.forEach((header, column) => {
    header.querySelector("button").addEventListener("click", () => sortBy(column));
  });
  document.querySelectorAll(".copy").forEach((button) => {
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", () => copy(button));
  });
  const form = document.querySelector(".controls");
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  addEventListener("hashchange", openNamed);
  apply();
  const failing = entries.filter((each) => each.button && number(cell(each.head, "failed")));
  if (failing.length === 1) toggle(failing[0], true);
  openNamed();
})();
