"""The feed definitions of examples/region, pointed at a generated region or at servers that it was loaded into."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from suwen.app.demo.region.institutions import INSTITUTIONS
from suwen.app.demo.region.schema import schema
from suwen.app.demo.region.spec import read_yaml

EXAMPLES = Path(__file__).resolve().parents[5] / "examples" / "region"


def definition(
    key: str, options: Mapping[str, Any], connector: str | None = None, examples: Path = EXAMPLES
) -> dict[str, Any]:
    """The source definition of 'general', 'tcm' or 'township' with these connector options.

    options are laid over those of the file, e.g. {'path': manifest.source('tcm')}, or replace them where another
    connector is named: 'files' reads the general hospital from its parquet files, 'mysql' the TCM hospital from a
    database filled by `load_mysql`. Raises KeyError for an unknown institution.
    """
    body = read_yaml(examples / key / "source.yaml")
    source = cast("dict[str, Any]", body["source"])
    source["org_code"] = INSTITUTIONS[key].org_code
    if connector is None or connector == source["connector"]:
        source["options"] = {**source["options"], **options}
        return body
    source["connector"], source["options"] = connector, dict(options)
    names = {name.lower(): name for name in schema(key).tables}
    for feed in cast("list[dict[str, Any]]", body["feeds"]):
        table = str(feed["table"])
        bare = table.removesuffix(".txt").rpartition(".")[2]
        feed["table"] = f"{names[bare.lower()]}.parquet" if connector == "files" else bare
        if connector == "files":
            feed["capture"] = "full"  # files have no incremental capture
    return body
