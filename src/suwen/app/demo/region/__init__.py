"""The demo region: an invented county, written the way its hospitals would hand their data over.

`generate(RegionSpec(persons=5000), folder)` writes three sources (general hospital: parquet tables for
PostgreSQL; hospital of traditional medicine: mysqldump --tab in gb18030; township clinic: xlsx and csv) and
the truth behind them: who is who, and which errors were put in where. Nobody in it is real.
It knows no room of Suwen: what it writes comes in through the same feeds as any other source.
"""

from suwen.app.demo.region.generate import generate
from suwen.app.demo.region.institutions import INSTITUTIONS, Institution, departments, staff
from suwen.app.demo.region.loaders import load_mysql, load_postgres
from suwen.app.demo.region.spec import RegionManifest, RegionSpec

__all__ = [
    "INSTITUTIONS",
    "Institution",
    "RegionManifest",
    "RegionSpec",
    "departments",
    "generate",
    "load_mysql",
    "load_postgres",
    "staff",
]
