"""A small table in text, and what the data stages make of it."""

import dataclasses
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from project.data.config import Data, MissingTarget, Split, SplitMethod, Task, with_schema
from project.data.ingest import ingest
from project.data.schema import ColumnType, Role, Rule, Schema
from project.data.validate import validate

CSV = "id,size,kind\na,1.5,plum\nb,,apple\nc,2e1,plum\n"


def schema_of(**rules: Rule) -> Schema:
    """Return a schema for `CSV`, with some columns' rules replaced."""
    columns = {
        "id": Rule(ColumnType.text, Role.ignore),
        "size": Rule(ColumnType.number),
        "kind": Rule(ColumnType.category, Role.target),
    }
    return Schema(columns=columns | rules)


def data_of(schema: Schema | None = None, **changes: Any) -> Data:
    """Return a data configuration for `CSV`."""
    data = Data(
        source="t.csv",
        target="kind",
        task=Task.classification,
        missing_target=MissingTarget.refuse,
        split=Split(0.2, 0.2, SplitMethod.hash, 0),
    )
    return with_schema(dataclasses.replace(data, **changes), schema or schema_of())


def stage(
    folder: Path, content: str | bytes, schema: Schema | None = None, **changes: Any
) -> pa.Table:
    """Write a CSV, ingest and validate it, and return the outcome."""
    source, schema = folder / "t.csv", schema or schema_of()
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    raw, validated = folder / "raw.parquet", folder / "validated.parquet"
    ingest(schema, source, raw)
    validate(data_of(schema, **changes), schema, raw, validated)
    return pq.read_table(validated)
