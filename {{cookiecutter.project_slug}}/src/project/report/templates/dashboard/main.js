// Wires the controls, and draws for the first time.
document.getElementById("filter").addEventListener("input", (event) => {
  state.filter = event.target.value;
  update();
});
document.getElementById("clear").addEventListener("click", () => {
  state.chosen = [];
  update();
});
document.getElementById("more").addEventListener("click", () => {
  state.all = true;
  update();
});
document.getElementById("curve-metric").addEventListener("change", curves);
for (const column of AXES) {
  const box = el("input", { type: "checkbox" });
  box.checked = axes.has(column);
  box.addEventListener("change", () => {
    if (box.checked) axes.add(column);
    else axes.delete(column);
    parallel();
  });
  document.getElementById("axes").append(el("label", {}, box, ` ${column.label}`));
}
let waiting = null;
window.addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => { curves(); parallel(); }, 100);
});
const named = location.hash.slice(1).split(",");
state.chosen = DATA.runs.filter((run) => named.includes(run.id));
update();
