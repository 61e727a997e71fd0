// The table of runs: order, filter, selection.
const FIRST = 100; // rows that are laid out until somebody asks for all
const state = { order: COLUMNS.find((column) => column.label === "finished"), descending: true, filter: "", all: false, chosen: [] };
let listed = [];

function colour(run) {
  const place = state.chosen.indexOf(run);
  return place < 0 ? null : `var(--c${place % 7})`;
}

function key(run) {
  return el("span", { class: "key", style: `background: ${colour(run)}`, "aria-hidden": "true" });
}

function head() {
  const cells = COLUMNS.map((column) => {
    const button = el("button", { type: "button", title: column.title || null },
      column.metric ? `${column.descending ? "↑" : "↓"} ${column.label}` : column.label);
    button.addEventListener("click", () => sortBy(column));
    const sorted = state.order === column ? (state.descending ? "descending" : "ascending") : null;
    const classes = [column.number ? "number" : "", column.label === "run" ? "run" : ""].join(" ").trim();
    return el("th", { scope: "col", "aria-sort": sorted, class: classes || null }, button);
  });
  document.querySelector("#runs thead").replaceChildren(el("tr", {}, ...cells));
}

function sortBy(column) {
  const again = state.order === column;
  state.descending = again ? !state.descending : Boolean(column.descending);
  state.order = column;
  const place = COLUMNS.indexOf(column);
  update();
  document.querySelectorAll("#runs th button")[place].focus();
}

function row(run) {
  const box = el("input", { type: "checkbox", "aria-label": `select run ${run.id}`, "data-run": run.id });
  box.checked = state.chosen.includes(run);
  box.addEventListener("change", () => choose(run, box.checked));
  const name = run.page ? el("a", { href: run.page }, run.id) : el("span", { title: `make report RUN=${run.id}` }, run.id);
  const first = el("th", { scope: "row", class: "run" }, box, box.checked ? key(run) : null, name);
  const cells = COLUMNS.slice(1).map((column) => {
    const [text, small] = column.text(run);
    return el("td", { class: column.number ? "number" : null }, text, small ? el("small", {}, ` ${small}`) : null);
  });
  return el("tr", { class: box.checked ? "chosen" : null }, first, ...cells);
}

function choose(run, wanted) {
  state.chosen = state.chosen.filter((other) => other !== run);
  if (wanted) state.chosen.push(run);
  update();
  const box = document.querySelector(`input[data-run="${run.id}"]`);
  if (box) box.focus();
}

function update() {
  const found = parse(state.filter);
  const status = document.getElementById("status");
  if (found.unknown) {
    status.textContent = `There is no column “${found.unknown}”.`;
  } else {
    listed = DATA.runs.filter(found.test).sort(inOrder(state.order, state.descending));
    const chosen = state.chosen.length ? `, ${state.chosen.length} selected` : "";
    status.textContent = `${listed.length} of ${DATA.runs.length} runs${chosen}`;
  }
  const shown = state.all ? listed : listed.slice(0, FIRST);
  head();
  document.querySelector("#runs tbody").replaceChildren(...shown.map(row));
  const more = document.getElementById("more");
  more.hidden = shown.length === listed.length;
  more.textContent = `Show all ${listed.length} rows`;
  document.getElementById("clear").disabled = !state.chosen.length;
  history.replaceState(null, "", `#${state.chosen.map((run) => run.id).join(",")}`);
  pair();
  curves();
  parallel();
}
