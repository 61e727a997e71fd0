"""The order of the site's pages, and its search without a server; MkDocs asks for both.

Named in mkdocs.yml, and run in an environment that has MkDocs (tools/docs-env.sh).
"""

from pathlib import Path
from typing import Any

# In order, each a page or a heading over pages; a star stands for all others of a folder.
ORDER: dict[str, str | list[str]] = {
    "Start": "index.md",
    "Tutorial": "tutorial.md",
    "How to": ["how-to/index", "how-to/*"],
    "Reference": ["reference/*"],
    "Why": ["explanation/*"],
    "From the lecture notes": "lecture-notes.md",
    "Rubrics": "rubrics.md",
    "Measured": ["*"],
    "Decisions": ["decisions/*"],
}


def on_config(config: Any) -> Any:
    """Fill the navigation from the files that are there, so that a new page needs no line here."""
    docs = Path(config["docs_dir"])
    named = {page for page in ORDER.values() if isinstance(page, str)}
    config["nav"] = [
        {title: pages} if isinstance(pages, str) else {title: _found(docs, pages, named)}
        for title, pages in ORDER.items()
    ]
    return config


def _found(docs: Path, patterns: list[str], named: set[str]) -> list[str]:
    files = dict.fromkeys(  # each once, where it is first named
        file.relative_to(docs).as_posix()
        for pattern in patterns
        for file in sorted(docs.glob(f"{pattern}.md"))
    )
    return [file for file in files if file not in named]


def on_post_build(config: Any) -> None:
    """Put the texts to search into a script, since a page on a disk may not fetch a file."""
    folder = Path(config["site_dir"], "search")
    index = (folder / "search_index.json").read_text(encoding="utf-8")
    (folder / "pages.js").write_text(f"const sitePages = {index}.docs;\n", encoding="utf-8")
    for unused in ("main.js", "worker.js", "search_index.json"):
        (folder / unused).unlink()
