"""Take rows out of everything but the runs: source, schema, profile, pages, versions in the cache.

Each step leaves every file the old or the new one, and can be done again after a kill.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..files import replacing
from ..paths import Paths
from . import cached, profile, rewrite
from .config import Data
from .holdings import Holdings, names_somebody
from .person import text
from .schema import Schema
from .schema_file import without_categories
from .table import ROW_ID, batches

Categories = dict[str, set[str]]
_SCRATCH = re.compile(r"\..+\.[0-9a-f]{32}")  # as files.replacing names them


def source(held: Holdings, data: Data, paths: Paths) -> None:
    """Take the rows out of the source."""
    scratch = (paths.root / data.source).parent / rewrite.SCRATCH
    for part, gone in held.source.items():
        if gone.any():
            rewrite.remove(part, gone, scratch)


def listed(held: Holdings, data: Data, schema: Schema, paths: Paths) -> Categories:
    """Return column to the categories of conf/schema.yaml that name one of these rows alone."""
    found: Categories = {}
    for name, rule in schema.columns.items():
        if rule.categories and name in held.rows.schema.names:
            cells = set(held.rows.column(name).to_pylist()) & set(rule.categories)
            found[name] = cells if names_somebody(name, schema) else cells & held.words
    found = {name: cells for name, cells in found.items() if cells}
    for part, gone in held.source.items() if found else ():
        done = 0
        for batch in batches(part, None):
            kept = pa.array(~gone[done : done + batch.num_rows])
            done += batch.num_rows
            for name in sorted(found.keys() & set(batch.schema.names)):
                cells = text(batch.column(name), schema.columns[name]).filter(kept)
                found[name] -= set(pc.unique(cells).to_pylist())
    return {name: cells for name, cells in found.items() if cells}


def unlist(categories: Categories, paths: Paths) -> None:
    """Take categories out of conf/schema.yaml, and leave the rest of it as it was written."""
    if categories:
        written = paths.schema.read_text(encoding="utf-8")
        with replacing(paths.schema) as scratch:
            scratch.write_text(without_categories(written, categories), encoding="utf-8")


def describing(held: Holdings, schema: Schema, paths: Paths) -> list[str]:
    """Return the columns of conf/profile.json whose commonest values name somebody, or may."""
    if not paths.profile.exists():
        return []
    may = {*profile.described(schema.columns)} - {*schema.key}
    columns = profile.load(paths.profile).columns
    return [
        n for n, column in columns.items() if n not in may or held.words & {*map(str, column.bins)}
    ]


def undescribe(columns: list[str], paths: Paths) -> None:
    """Take columns out of conf/profile.json."""
    if columns:
        found = profile.load(paths.profile)
        for name in columns:
            del found.columns[name]
        profile.save(found, paths.profile)


def keep_others(held: Holdings, paths: Paths) -> None:
    """Rewrite the versions that runs were made of, so that all other rows can still be found.

    Row ids stay; data/forgotten.json then leads from the old checksum to the new one.
    """
    files = cached.objects(paths)
    files |= {checksum: file for file, checksum in _beside(paths) if checksum not in files}
    named = {checksum for data in cached.manifests(paths).values() for checksum in data.values()}
    named |= set(cached.rewritten(paths).values())
    new = {}
    paths.dvc_tmp.mkdir(parents=True, exist_ok=True)
    for checksum, ids in {**held.ids, **held.splits}.items():
        if len(ids) and checksum in named and checksum in files:
            file, scratch = files[checksum], paths.dvc_tmp / "rewritten.parquet"
            gone = np.isin(pq.read_table(file, columns=[ROW_ID]).column(0).to_numpy(), ids)
            rewrite.filter_parquet(file, gone, scratch)
            new[checksum] = cached.keep(scratch, paths)
    cached.remember(new, paths)


def _beside(paths: Paths) -> list[tuple[Path, str]]:
    """Return file and checksum of the stages' outputs, which the cache may have lost."""
    files = (file for file in (paths.raw, paths.validated, paths.split) if file.exists())
    return [(file, cached.checksum_of(file)) for file in files]


def old_versions(held: Holdings, paths: Paths) -> list[Path]:
    """List the contents in DVC's cache that hold the rows, or say in which split they were.

    Tables come last: they are what tells that there is something to forget.
    """
    files = cached.objects(paths)
    # A folder in the cache is a list of the checksums of its files.
    folders = [c for c in files if c.endswith(".dir")]
    lists = [c for c in folders if any(o in files[c].read_text() for o in held.other)]
    tables = [checksum for checksum, ids in held.ids.items() if len(ids)]
    every = dict.fromkeys([*held.splits, *lists, *held.other, *tables])
    return [files[checksum] for checksum in every if checksum in files]


def drop_versions(held: Holdings, current: set[str], paths: Paths) -> None:
    """Delete the old versions from the cache, and what DVC remembers of having made them."""
    # The new split can be equal to an old one, byte by byte.
    held.splits = {k: ids for k, ids in held.splits.items() if k not in current}
    shutil.rmtree(paths.stage_cache, ignore_errors=True)
    for file in old_versions(held, paths):
        file.unlink()


def outdated(held: Holdings, paths: Paths) -> list[Path]:
    """List the stages' outputs that hold the rows."""
    old = {checksum for checksum, ids in held.ids.items() if len(ids)} | set(held.splits)
    return [file for file, checksum in _beside(paths) if checksum in old]


def leftovers(data: Data, paths: Paths) -> Iterator[Path]:
    """List what a killed command left half-written; nobody else is at work."""
    yield from cached.leftovers(paths)
    folders = [paths.raw.parent, paths.validated.parent, paths.split.parent, paths.conf]
    folders += [paths.reports, paths.dvc_tmp, *sorted(paths.runs.glob("*/"))]
    folders += [paths.models, *sorted(paths.models.glob("*/"))]
    for folder in folders:
        if folder.is_dir():
            yield from (f for f in sorted(folder.iterdir()) if _SCRATCH.fullmatch(f.name))
    scratch = (paths.root / data.source).parent / rewrite.SCRATCH
    yield from sorted(scratch.glob("*"))
