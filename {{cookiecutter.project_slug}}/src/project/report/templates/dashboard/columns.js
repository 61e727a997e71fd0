// What the table shows of a run, and how the filter and the order read it.
const DATA = JSON.parse(document.getElementById("data").textContent);

// An element with attributes and children; text is never markup.
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

function show(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value);
}

// As many decimals as the interval is narrow for.
function decimals([, low, high]) {
  if (low === null || high === null || low === high) return 2;
  return Math.min(Math.max(1 - Math.floor(Math.log10(high - low)), 0), 6);
}

function figure(estimate) {
  if (!estimate || estimate[0] === null) return ["–", ""];
  const digits = decimals(estimate);
  const [value, low, high] = estimate.map((one) => (one === null ? "–" : one.toFixed(digits)));
  return [value, `[${low}, ${high}]`];
}

const CONFIG = DATA.config.map((key, i) => ({
  label: key.label, title: key.name, config: true, of: (run) => run.config[i],
  number: DATA.runs.some((run) => typeof run.config[i] === "number"),
}));
const COLUMNS = [
  { label: "run", of: (run) => run.id },
  ...CONFIG.filter((column) => column.title === "model.name"),
  { label: "finished", of: (run) => run.finished, descending: true },
  ...DATA.metrics.map((metric, i) => ({
    label: metric.name, number: true, metric: true, descending: metric.higher,
    of: (run) => (run.figures[i] ? run.figures[i][0] : null),
    text: (run) => figure(run.figures[i]),
  })),
  ...DATA.costs.map((cost, i) => ({
    label: cost.label, unit: cost.unit, number: true, cost: true, of: (run) => run.costs[i],
    text: (run) => [run.costs[i] === null ? "–" : `${Number(run.costs[i].toPrecision(3))} ${cost.unit}`, ""],
  })),
  ...CONFIG.filter((column) => column.title !== "model.name"),
];

for (const column of COLUMNS) {
  column.text = column.text || ((run) => [show(column.of(run)), ""]);
  column.key = column.label.toLowerCase().replaceAll(" ", "_");
}

for (const run of DATA.runs) {
  run.words = COLUMNS.filter((column) => !column.metric && !column.cost)
    .map((column) => show(column.of(run)).toLowerCase()).join("\n");
}

// Turns "forest seed=3 accuracy>0.9" into a test of runs, or says what it does not know.
function parse(text) {
  const tests = [];
  for (const word of text.toLowerCase().split(/\s+/).filter(Boolean)) {
    const parts = word.match(/^([^<>=]+)(<=|>=|=|<|>)(.+)$/);
    if (!parts) {
      tests.push((run) => run.words.includes(word));
      continue;
    }
    const [, name, sign, wanted] = parts;
    const column = COLUMNS.find((c) => c.key === name || (c.title || "").toLowerCase() === name)
      || COLUMNS.find((c) => c.key.startsWith(name));
    if (!column) return { unknown: name };
    tests.push((run) => holds(column.of(run), sign, wanted));
  }
  return { test: (run) => tests.every((test) => test(run)) };
}

function holds(value, sign, wanted) {
  if (value === null || value === undefined) return sign === "=" && wanted === "–";
  const number = Number(wanted);
  if (sign === "=") {
    return typeof value === "number" && !Number.isNaN(number)
      ? Math.abs(value - number) <= 1e-9 * Math.max(1, Math.abs(number)) : show(value).toLowerCase() === wanted;
  }
  const [left, right] = typeof value === "number" ? [value, number] : [show(value).toLowerCase(), wanted];
  return { "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right }[sign];
}

// What is missing comes last, whichever way the order goes.
function inOrder(column, descending) {
  return (one, two) => {
    const [a, b] = [column.of(one), column.of(two)];
    if (a === b) return one.id < two.id ? -1 : 1;
    if (a === null || a === undefined) return 1;
    if (b === null || b === undefined) return -1;
    const less = typeof a === typeof b ? a < b : String(a) < String(b);
    return less === descending ? 1 : -1;
  };
}
