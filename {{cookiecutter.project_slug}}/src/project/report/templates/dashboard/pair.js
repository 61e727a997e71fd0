// Two selected runs side by side: settings, figures, costs and rows that they predict otherwise.
const CHANGED = 50; // rows that are listed

function table(header, rows) {
  const cell = (text, i) => el("td", { class: i ? "number" : null }, ...[].concat(text));
  return el("div", { class: "wide" }, el("table", {},
    el("thead", {}, el("tr", {}, ...header.map((text, i) => el("th", { scope: "col", class: i ? "number" : null }, text)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map(cell))))));
}

function pair() {
  const place = document.getElementById("pair");
  if (state.chosen.length !== 2) {
    place.replaceChildren(el("p", { class: "soft" }, "Select two runs in the table, by the boxes in its first column."));
    return;
  }
  const [one, two] = state.chosen;
  const header = ["", one.id, two.id];
  place.replaceChildren(
    el("p", { class: "soft" }, "Whether a difference is more than chance: ", el("code", {}, `make compare RUNS="${one.id} ${two.id}"`)),
    el("h3", {}, "Settings that differ"), settings(one, two, header),
    el("h3", {}, "Figures"), figures(one, two, header),
    el("h3", {}, "Rows that are predicted otherwise"), ...changed(one, two));
}

function settings(one, two, header) {
  const rows = COLUMNS.filter((column) => column.config && show(column.of(one)) !== show(column.of(two)))
    .map((column) => [column.title, show(column.of(one)), show(column.of(two))]);
  return rows.length ? table(header, rows) : el("p", {}, "None.");
}

function figures(one, two, header) {
  const rows = COLUMNS.filter((column) => column.metric || column.cost).map((column) => {
    const [a, b] = [column.of(one), column.of(two)];
    const both = typeof a === "number" && typeof b === "number";
    const gap = both ? Number((b - a).toPrecision(3)) : null;
    const label = column.metric ? `${column.descending ? "↑" : "↓"} ${column.label}` : column.label;
    return [label, column.text(one).join(" "), column.text(two).join(" "), gap > 0 ? `+${gap}` : show(gap)];
  });
  return table([...header, "second minus first"], rows);
}

function changed(one, two) {
  if (one.group !== two.group || one.group === null || !one.predicted || !two.predicted) {
    return [el("p", {}, "They predicted other rows, or another target, so that none can be compared.")];
  }
  const group = DATA.groups[one.group];
  const name = (value) => (group.classes ? group.classes[value] : show(value));
  const moved = group.rows.map((id, i) => [id, group.truth[i], one.predicted[i], two.predicted[i]])
    .filter(([, , a, b]) => a !== b);
  if (!group.classes) moved.sort((x, y) => Math.abs(y[3] - y[2]) - Math.abs(x[3] - x[2]) || x[0] - y[0]);
  const part = group.rows.length < group.of ? `, which are an even part of ${group.of}` : "";
  const rest = moved.length > CHANGED ? ` The ${CHANGED} ${group.classes ? "first" : "largest changes"} are listed.` : "";
  const said = el("p", { id: "changed" }, `${moved.length} of ${group.rows.length} validation rows${part}.${rest}`);
  const rows = moved.slice(0, CHANGED).map(([id, truth, a, b]) => {
    const mark = (value) => (group.classes && value === truth ? `${name(value)} ✓` : name(value));
    return [String(id), name(truth), mark(a), mark(b)];
  });
  return rows.length ? [said, table(["row id", "truth", one.id, two.id], rows)] : [said];
}
