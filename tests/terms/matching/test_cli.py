"""``suwen terms`` from files alone."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from suwen.app.cli.terms import app
from suwen.domains.terms.matching import UnreadableList

STANDARD = "code,name\nI10,特发性高血压\nE11,2型糖尿病\nE11,2型糖尿病\nX9,\nJ44,慢性阻塞性肺病\n"
NAMES = "id,name\n1,特发性高血压\n2,T2DM伴慢性阻塞性肺病\n3,\n4,？？\n"


def run(
    folder: Path, *more: str, standard: bytes | None = None, names: bytes | None = None
) -> tuple[list[dict[str, str]], str]:
    (folder / "std.csv").write_bytes(standard if standard is not None else STANDARD.encode())
    (folder / "names.csv").write_bytes(names if names is not None else NAMES.encode())
    arguments = [
        "--standard",
        str(folder / "std.csv"),
        "--input",
        str(folder / "names.csv"),
        "--out",
        str(folder / "out.csv"),
    ]
    done = CliRunner().invoke(app, ["match", *arguments, *more], catch_exceptions=True)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)), done.output


def test_names_are_matched_and_bad_rows_told(tmp_path: Path) -> None:
    rows, told = run(tmp_path)
    assert list(rows[0]) == ["id", "name", "rank", "code", "standard_name", "score", "accepted", "reason"]
    best = {row["id"]: row for row in rows if row["rank"] in ("0", "1")}
    assert (best["1"]["code"], best["1"]["accepted"]) == ("I10", "true")
    assert best["4"]["rank"] == "0"
    assert "3" not in best
    assert "std.csv 第 4 行 code 与第 3 行重复" in told
    assert "std.csv 第 5 行 name 为空" in told
    assert "names.csv 第 4 行 name 为空" in told


def test_a_decomposition_is_the_accepted_rows(tmp_path: Path) -> None:
    rows, _ = run(tmp_path, "--multi")
    assert {row["code"] for row in rows if row["id"] == "2" and row["accepted"] == "true"} == {"E11", "J44"}


def test_gb18030_and_a_learnt_pair_whose_name_is_not_in_the_list(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_bytes("name,standard_name\n高压,特发性高血压\n胖,肥胖症\n".encode("gb18030"))
    rows, told = run(tmp_path, "--learn", str(tmp_path / "pairs.csv"), standard=STANDARD.encode("gb18030"))
    assert rows[0]["standard_name"] == "特发性高血压"
    assert "pairs.csv 第 3 行 standard_name 标准名称不在名称表中 肥胖症" in told


@pytest.mark.parametrize(
    ("standard", "names", "said"),
    [
        (b"code,title\n1,x\n", None, "std.csv 第 1 行缺少列 name"),
        (b"code,name\n", None, "std.csv 里没有可用的行"),
        (None, b"name\nx\n", "names.csv 第 1 行缺少列 id"),
        (b"\xff\xfe\x00\x01", None, "std.csv"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused(
    tmp_path: Path, standard: bytes | None, names: bytes | None, said: str
) -> None:
    with pytest.raises(UnreadableList, match=said):
        run(tmp_path, standard=standard, names=names)
    assert not (tmp_path / "out.csv").exists()


def test_knowledge_of_regions_is_merged(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,standard_name\n高压,特发性高血压\nDM,2型糖尿病##特发性高血压\n", "utf-8")
    (tmp_path / "b.csv").write_text("name,standard_name\n高压,继发性高血压\n", "utf-8")
    files = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    done = CliRunner().invoke(app, ["merge", *files, "--out", str(tmp_path / "all.csv")])
    assert "不一致 高压" in done.output
    assert (tmp_path / "all.csv").read_text("utf-8").splitlines() == [
        "name,standard_name",
        "高压,特发性高血压",
        "DM,2型糖尿病##特发性高血压",
    ]
