"""Write self-contained HTML pages: one file, no script, nothing fetched."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..files import replacing

_TEMPLATES = Path(__file__).parent / "templates"


def write_page(template: str, path: Path, **values: Any) -> None:
    """Render a template of `templates/` into a file, whole or not at all.

    Parameters
    ----------
    template
        Its name; it extends `base.html`.
    path
        Where to write.
    values
        What the template shows; text is escaped.
    """
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    with replacing(path) as scratch:
        page = environment.get_template(template).render(**values)
        scratch.write_text(page + "\n", encoding="utf-8")
