"""A hospital whose visits are distributed, over HTTP."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from suwen.kernel.jobs import run_until_idle
from suwen.kernel.jobs.queue import Runtime, make_app
from suwen.kernel.jobs.rescue import rescue
from tests.ingest.sources import ORG, csv_source
from tests.nursery import nursery_of

if TYPE_CHECKING:
    from tests.ingest.conftest import Station

FIRST = "v1,p1,O,2024-01-01 08:00:00,5\nv2,p2,E,2024-01-02,6\nv3,p3,I,2024-01-03,7\n"
SECOND = "v1,p1,O,2024-01-01 08:00:00,5\nv2,p2,E,2024-01-02,60\nv4,p4,O,2024-01-04,8\n"
SENT = {"v1": 5, "v2": 6, "v3": 7}
THEN = {"v1": 5, "v2": 60, "v4": 8}


class Sender:
    """A distribution under test, over HTTP."""

    def __init__(self, station: "Station", http: httpx.AsyncClient, folder: Path) -> None:
        self.station, self.http, self.folder = station, http, folder
        self.id = ""

    async def receive(self, text: str) -> None:
        """Have the hospital's visits be these."""
        await self.station.bring_in(csv_source(self.folder, text))
        await self.station.run("t.visits")

    async def leads(self, connector: str, options: dict[str, Any]) -> None:
        """Store the source `upper` whose connection leads to the other platform."""
        source = {"code": "upper", "title": "上级平台", "org_code": ORG, "connector": connector, "options": options}
        answer = await self.http.put("/api/ingest/sources/upper", json=source)
        assert answer.status_code == 200, answer.text

    async def make(self, **more: Any) -> None:
        """Store the distribution of visits."""
        wanted = {"title": "上报就诊", "dataset": "encounter", "orgs": [ORG], "table": "visits"} | more
        made = await self.http.post("/api/ingest/distributions", json=wanted)
        assert made.status_code == 201, made.text
        self.id = made.json()["id"]

    async def send(self, action: str = "run", **body: Any) -> dict[str, Any]:
        """Run it; returns the run."""
        answer = await self.http.post(f"/api/ingest/distributions/{self.id}/{action}", json=body or None)
        assert answer.status_code == 202, answer.text
        await self.work()
        return (await self.runs())[0]

    async def work(self) -> None:
        """Do what is due."""
        await run_until_idle(self.station.database, ["distribution"], settings=self.station.settings)

    async def die(self, moment: int) -> None:
        """Queue a run whose worker dies at a moment."""
        await self.http.post(f"/api/ingest/distributions/{self.id}/run")
        own = self.station.settings
        assert nursery_of("tests.ingest.run_worker").run(own.workspace, own.database_url, moment) == -9

    async def take_up(self) -> None:
        """Do what a dead worker left."""
        runtime = Runtime(self.station.database, self.station.settings)
        app = make_app(runtime, connections=2)
        async with app.open_async():
            await rescue(runtime, app, 0.0)
        await self.work()

    async def runs(self) -> list[dict[str, Any]]:
        """Return the runs, the newest first."""
        return await self.rows("distribution_runs")

    async def rows(self, name: str, **asked: str) -> list[dict[str, Any]]:
        """Return the rows of a list of the room."""
        answer = await self.http.get(f"/api/ingest/{name}", params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]
