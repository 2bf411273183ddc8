"""``suwen terms``: match names against a standard list from files alone, without a database."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from suwen.app.terminal import TerminalProgress
from suwen.domains.terms.public import (
    Kept,
    Matcher,
    MatcherOptions,
    merge_pairs,
    read_mention_list,
    read_pairs,
    read_standard,
    write_answers,
    write_pairs,
)

app = typer.Typer(no_args_is_help=True, help="Terminology and mapping 术语与对照")
_SHOWN = 10
File = Annotated[Path, typer.Option(exists=True, dir_okay=False)]


@app.command()
def match(
    standard: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="csv: code,name")],
    input_: Annotated[Path, typer.Option("--input", exists=True, dir_okay=False, help="csv: id,name")],
    out: Annotated[Path, typer.Option(dir_okay=False, help="csv to write")],
    learn: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="csv: name,standard_name (several joined by ##)")
    ] = None,
    multi: Annotated[
        bool, typer.Option("--multi", help="a name may mean several; accepted rows are its decomposition")
    ] = False,
    top: Annotated[int, typer.Option(min=1, max=1000, help="candidates to write for each name")] = 10,
    precision: Annotated[float, typer.Option(min=0.5, max=0.9999, help="asked of automatic acceptance")] = 0.99,
    threads: Annotated[int, typer.Option(min=1, help="of training; the result is the same for the same number")] = 1,
    sentences: Annotated[
        Path | None,
        typer.Option(exists=True, help="folder or file of a sentence model; needs suwen\\[sentences]"),
    ] = None,
    language: Annotated[Literal["zh", "en"], typer.Option(help="of the reasons")] = "zh",
) -> None:
    """Match names of a file against a standard list; learns from confirmed pairs when given.

    The output has id,name,rank,code,standard_name,score,accepted,reason. Without --multi `accepted` marks names that
    may be taken without a person at the asked precision.
    """
    console = Console(stderr=True)
    terms, aside = read_standard(standard)
    names, kept = read_mention_list(input_)
    aside += kept
    pairs, lines, kept = read_pairs(learn) if learn else ([], [], [])
    aside += kept
    with TerminalProgress(console) as progress:
        options = MatcherOptions(precision=precision, threads=threads, sentences=str(sentences) if sentences else None)
        matcher = Matcher.build(terms, pairs, options=options, progress=progress)
        answers = matcher.match([name for _, name in names], top=top, multi=multi, progress=progress)
        write_answers(out, [number for number, _ in names], answers, english=language == "en")
    if learn:
        aside += [
            Kept(learn.name, lines[entry.index], "standard_name", entry.reason, entry.value)
            for entry in matcher.aside
            if entry.source == "learn"
        ]
    _tell_aside(console, aside)
    acceptance = matcher.acceptance_many if multi else matcher.acceptance
    automatic = sum(answer.automatic for answer in answers)
    console.print(acceptance.message, highlight=False)
    console.print(
        f"{len(names):,} 个名称 names, {len(terms):,} 个标准名称 standard terms, "
        f"自动接受 accepted {automatic:,} → {out}",
        highlight=False,
    )


@app.command()
def merge(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="csv: name,standard_name")],
    out: Annotated[Path, typer.Option(dir_okay=False, help="csv to write")],
) -> None:
    """Join confirmed pairs of several regions; a name confirmed differently is listed, the most common answer kept."""
    console = Console(stderr=True)
    lists = [read_pairs(path) for path in files]
    merged, conflicts = merge_pairs([pairs for pairs, _, _ in lists])
    write_pairs(out, merged)
    _tell_aside(console, [entry for _, _, kept in lists for entry in kept])
    for conflict in conflicts[:_SHOWN]:
        said = " | ".join(f"{'##'.join(names)} ×{count}" for names, count in conflict.answers)
        console.print(f"不一致 {conflict.name}: {said}", highlight=False, markup=False)
    console.print(f"{len(merged):,} 条对照 pairs, {len(conflicts):,} 条不一致 conflicts → {out}", highlight=False)


def _tell_aside(console: Console, aside: Sequence[Kept]) -> None:
    for entry in aside[:_SHOWN]:
        console.print(
            f"搁置 kept aside: {entry.file} 第 {entry.line} 行 {entry.column} {entry.reason} {entry.value}".rstrip(),
            highlight=False,
            markup=False,
        )
    if len(aside) > _SHOWN:
        console.print(f"搁置共 {len(aside):,} 行 rows kept aside", highlight=False)
