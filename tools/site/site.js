// Search without a server: tools/site_pages.py leaves all the text in search/pages.js.
"use strict";
const root = document.currentScript.dataset.root;
const box = document.getElementById("search");
const list = document.getElementById("found");
let index = null;

function build() {
  index = lunr(function () {
    this.ref("location");
    this.field("title", { boost: 10 });
    this.field("text");
    for (const page of sitePages) this.add(page);
  });
}

// All words must be there; of the last, which is still being typed, its beginning.
function search(words) {
  return index.query((query) => {
    words.forEach((word, place) => {
      const last = place === words.length - 1;
      query.term(lunr.tokenizer(word), {
        presence: lunr.Query.presence.REQUIRED,
        wildcard: last ? lunr.Query.wildcard.TRAILING : lunr.Query.wildcard.NONE,
        usePipeline: !last,
      });
    });
  });
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function show() {
  // Words such as `the` are not in the index, so that no page has them.
  const typed = box.value.toLowerCase().match(/[\p{L}\p{N}_.]+/gu) ?? [];
  const words = typed.filter((word, place) => place === typed.length - 1 || lunr.stopWordFilter(word));
  list.replaceChildren();
  list.hidden = words.length === 0;
  if (list.hidden) return;
  if (!index) build();
  const known = new Map(sitePages.map((page) => [page.location, page]));
  const hits = search(words).slice(0, 12).map((hit) => known.get(hit.ref));
  for (const page of hits) {
    const link = element("a", page.title);
    link.href = `${root}/${page.location}`;
    const at = Math.max(0, page.text.toLowerCase().indexOf(words[0]) - 40);
    link.append(element("small", page.text.slice(at, at + 120)));
    const item = element("li", "");
    item.append(link);
    list.append(item);
  }
  if (hits.length === 0) {
    const none = element("li", "nothing found");
    none.className = "none";
    list.append(none);
  }
}

box.addEventListener("input", show);
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter") list.querySelector("a")?.click();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== box) {
    event.preventDefault();
    box.focus();
  } else if (event.key === "Escape") {
    list.hidden = true;
  }
});
