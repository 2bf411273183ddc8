"""Statistics of a finished parquet file, read from its footer."""

from pathlib import Path
from typing import Any, cast

import pyarrow.parquet as pq

from suwen.domains.lake.engines.files import statistic_columns, stored_bound
from suwen.domains.lake.schemas import DataFile, TableSpec


def data_file(path: Path, spec: TableSpec, value: str | None) -> DataFile:
    """Return rows, size and bounds of a file; a column without bounds in any row group gets none."""
    metadata = cast(Any, pq).read_metadata(path)
    wanted = statistic_columns(spec)
    bounds: dict[str, list[tuple[Any, Any]] | None] = {}
    for group in range(metadata.num_row_groups):
        for index in range(metadata.num_columns):
            column = metadata.row_group(group).column(index)
            name = str(column.path_in_schema)
            if name not in wanted or bounds.get(name, ()) is None:
                continue
            stats = column.statistics
            if stats is None or not stats.has_min_max:
                # A row group of NULLs has no bounds and needs none.
                if stats is None or stats.null_count != column.num_values:
                    bounds[name] = None
                continue
            pairs = bounds.setdefault(name, [])
            if pairs is not None:
                pairs.append((stats.min, stats.max))
    found = {name: pairs for name, pairs in bounds.items() if pairs}
    low = {name: stored_bound(min(pair[0] for pair in pairs)) for name, pairs in found.items()}
    high = {name: stored_bound(max(pair[1] for pair in pairs)) for name, pairs in found.items()}
    return DataFile(str(path), int(metadata.num_rows), path.stat().st_size, value, low, high)
