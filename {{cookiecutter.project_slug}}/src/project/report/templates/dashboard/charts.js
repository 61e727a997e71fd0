// Curves of the selected runs, and parallel coordinates of all: lines in SVG, as wide as the page.
function svg(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function words(x, y, content, anchor) {
  return svg("text", { x, y, "text-anchor": anchor || "middle" }, content);
}

function brief(value) {
  return typeof value === "number" ? show(Number(value.toPrecision(3))) : show(value).slice(0, 18);
}

// Round numbers that span a range.
function ticks(low, high, count) {
  const raw = (high - low) / count || 1;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * size).find((s) => s >= raw);
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-9; at += step) found.push(Number(at.toPrecision(9)));
  return found;
}

function path(points) {
  return `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;
}

function curves() {
  const place = document.getElementById("curves");
  const select = document.getElementById("curve-metric");
  const having = state.chosen.filter((run) => run.curves);
  const metrics = [...new Set(having.flatMap((run) => Object.keys(run.curves)))];
  document.getElementById("curve-choice").hidden = metrics.length < 2;
  if (!metrics.length) {
    place.replaceChildren(el("p", { class: "soft" }, state.chosen.length
      ? "The selected runs have none: their models don't learn in steps." : "Select runs in the table, by the boxes in its first column."));
    return;
  }
  const metric = metrics.includes(select.value) ? select.value : metrics[0];
  select.replaceChildren(...metrics.map((name) => el("option", { selected: name === metric }, name)));
  const lines = having.flatMap((run) => Object.entries(run.curves[metric] || {}).map(([split, [x, y]]) => ({ run, split, x, y })));
  const [width, height, left] = [Math.max(place.clientWidth, 300), 300, 56];
  const [xs, ys] = [lines.flatMap((line) => line.x), lines.flatMap((line) => line.y)];
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const across = (x) => left + ((x - x0) / (x1 - x0 || 1)) * (width - left - 12);
  const up = (y) => height - 36 - ((y - y0) / (y1 - y0 || 1)) * (height - 52);
  const drawn = svg("svg", { width, height, role: "img", "aria-label": `${metric} by step of ${having.length} selected runs` });
  for (const y of ticks(y0, y1, 5)) drawn.append(svg("path", { class: "axis", d: `M${left} ${up(y)}H${width}` }), words(left - 6, up(y) + 4, show(y), "end"));
  for (const x of ticks(x0, x1, 6)) drawn.append(words(across(x), height - 18, show(x)));
  drawn.append(words((left + width) / 2, height - 2, "step"));
  for (const line of lines) {
    drawn.append(svg("path", { d: path(line.x.map((x, i) => [across(x), up(line.y[i])])), fill: "none", stroke: colour(line.run),
      "stroke-width": 1.8, "stroke-dasharray": line.split === "train" ? "5 4" : "none", "data-run": line.run.id }));
  }
  const legend = having.map((run) => el("span", {}, key(run), `${run.id} `));
  place.replaceChildren(el("p", {}, `${metric}: `, ...legend, el("span", { class: "soft" }, "dashed: train")), drawn);
}

// Where the values of a column lie on an axis from 0 to 1; a logarithm where they span much.
function scale(column) {
  const values = DATA.runs.map(column.of).filter((value) => value !== null && value !== undefined);
  if (values.length && values.every((value) => typeof value === "number")) {
    const [low, high] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
    const map = low > 0 && high / low > 100 ? Math.log : (v) => v;
    const range = map(high) - map(low) || 1;
    return { at: (v) => (map(v) - map(low)) / range, marks: [[low, 0], [high, low === high ? 0 : 1]] };
  }
  const names = [...new Set(values.map(show))].sort();
  const at = (v) => (names.length < 2 ? 0.5 : names.indexOf(show(v)) / (names.length - 1));
  const every = Math.ceil(names.length / 12);
  return { at, marks: names.filter((_, i) => i % every === 0).map((name) => [name, at(name)]) };
}

const AXES = [...COLUMNS.filter((c) => c.config), ...COLUMNS.filter((c) => c.cost), ...COLUMNS.filter((c) => c.metric)];
const scales = new Map();
const axes = new Set([...COLUMNS.filter((c) => c.config).slice(0, 4), ...COLUMNS.filter((c) => c.cost).slice(0, 1),
  ...COLUMNS.filter((c) => c.metric).slice(0, 3)]);

function parallel() {
  const place = document.getElementById("parallel");
  const shown = AXES.filter((column) => axes.has(column));
  const [width, height, top, foot, side] = [Math.max(place.clientWidth, 110 * shown.length), 320, 34, 24, 60];
  for (const column of shown) if (!scales.has(column)) scales.set(column, scale(column));
  const across = (i) => side + (shown.length < 2 ? 0 : (i / (shown.length - 1)) * (width - 2 * side));
  const up = (share) => height - foot - share * (height - top - foot);
  const line = (run) => {
    const points = shown.map((column, i) => [i, column.of(run), column]).filter(([, v]) => v !== null && v !== undefined)
      .map(([i, v, column]) => [across(i), up(scales.get(column).at(v))]);
    return points.length > 1 ? path(points) : "";
  };
  const drawn = svg("svg", { width, height, role: "img", "aria-label": `${listed.length} runs over ${shown.map((c) => c.label).join(", ")}` });
  // One element for all that are not selected: a thousand of them would be slow.
  drawn.append(svg("path", { d: listed.map(line).join(""), fill: "none", stroke: "var(--soft)",
    "stroke-opacity": Math.max(0.06, Math.min(0.6, 20 / listed.length)), id: "others" }));
  for (const run of state.chosen) drawn.append(svg("path", { d: line(run), fill: "none", stroke: colour(run), "stroke-width": 2.5, "data-run": run.id }));
  shown.forEach((column, i) => {
    drawn.append(svg("path", { class: "axis", d: `M${across(i)} ${top}V${height - foot}` }), words(across(i), 14, column.label));
    for (const [value, share] of scales.get(column).marks) drawn.append(words(across(i), up(share) + (share === 0 ? 16 : share === 1 ? -6 : 4), brief(value)));
  });
  place.replaceChildren(drawn);
}
