"""What an editor accepted of a proposal becomes content: ways to ask commitments, and examples of
what no report answers. All of it is checked before any of it is written."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.masking import masked
from bot.publishing.adding import file_of, mistakes_as_ask_line, reports_of
from bot.publishing.apart import EVALUATION, Kept, evaluation_texts
from bot.publishing.changes import Change, change_files, only_publisher, read
from bot.publishing.permitted import mistakes_in_question, refuse
from bot.publishing.proposal_file import AskEntry, UnanswerableEntry, read_proposal
from bot.publishing.texts import with_ask_line
from index import ContentError, ReportContent, clean, normalise

EXAMPLES = "unanswerable.jsonl"
_ID = "r{:03}"
"""Of an example that residents brought; the other sets have other letters."""
_OWN_ID = re.compile(r'"id"\s*:\s*"r(\d+)"')


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was accepted, and what of it was there already.

    Attributes:
        change: of all files together; `file` is the first of them.
        ask_lines, examples: how many are new.
        there_already: a line for each that was not added because it is there.
    """

    change: Change | None
    ask_lines: int
    examples: int
    there_already: Sequence[str]


@dataclass(slots=True)
class _Plan:
    """What is read of the content, and what shall be added to it.

    Attributes:
        asked: the commitment of each `ask` line, by report and line; several reports may have the
            same line, since a question is put to one of them.
    """

    content: Path
    reports: Sequence[ReportContent]
    asked: dict[tuple[str, str], str]
    ask_lines: Kept
    evaluated: Kept
    examples: dict[str, str]
    new_lines: list[tuple[Path, str, str]] = field(default_factory=list)
    new_examples: list[UnanswerableEntry] = field(default_factory=list)
    there_already: list[str] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)


def accept(content: Path, file: Path, *, commit: bool) -> Accepted:
    """Add the accepted entries of a proposal to the content; those it has are left.

    Args:
        content: the content folder.
        file: the proposal.
        commit: write it; otherwise it is only checked.

    Raises:
        ContentError: entries have mistakes, or the content would; nothing is written.
        OSError: something cannot be read or written; all is as it was.
    """
    mistakes: list[str] = []
    entries = [one for one in read_proposal(file, mistakes) if one.entry.accept]
    with only_publisher(content):
        plan = _plan(content)
        for placed in entries:
            match placed.entry:
                case AskEntry() as ask:
                    _plan_ask(plan, placed.place, ask)
                case UnanswerableEntry() as example:
                    _plan_example(plan, placed.place, example)
        refuse([*mistakes, *plan.mistakes])
        files = _files(plan)
        change = None
        if files:
            change = change_files(content, files, next(iter(files)), commit=commit)
    return Accepted(change, len(plan.new_lines), len(plan.new_examples), plan.there_already)


def _plan(content: Path) -> _Plan:
    reports = reports_of(content)
    asked = [
        (line, commitment.id)
        for one in reports
        for commitment in one.commitments
        for line in commitment.ask
    ]
    evaluated = evaluation_texts(content)
    examples = {
        normalise(text): place
        for text, place in evaluated.items()
        if place.startswith(f"{EVALUATION}/{EXAMPLES}:")
    }
    return _Plan(
        content=content,
        reports=reports,
        asked={(_report_of(where), normalise(line)): where for line, where in asked},
        ask_lines=Kept({line: f"ask of {where}" for line, where in asked}),
        evaluated=Kept(evaluated),
        examples=examples,
    )


def _plan_ask(plan: _Plan, place: str, entry: AskEntry) -> None:
    """Take the lines of an entry into the plan, each once."""
    try:
        file, own_id = file_of(entry.commitment, plan.reports)
    except ContentError as error:
        plan.mistakes += [f"{place}: commitment: {line}" for line in error.mistakes]
        return
    if not entry.ask:
        plan.mistakes.append(f"{place}: ask: missing")
    for number, line in enumerate(map(clean, entry.ask), 1):
        where = f"{place}: ask {number}"
        key = (_report_of(entry.commitment), normalise(line))
        has_it = plan.asked.get(key, "")
        if has_it == entry.commitment:
            plan.there_already.append(f"{where}: {entry.commitment} has {line!r} already")
            continue
        told = [*_mistakes_in(line)]
        if has_it:
            told.append(f"{line!r} is an ask line of {has_it}")
        else:
            told += mistakes_as_ask_line(line, plan.evaluated)
        plan.mistakes += [f"{where}: {mistake}" for mistake in told]
        if not told:
            plan.new_lines.append((file, own_id, line))
            plan.asked[key] = entry.commitment
            plan.ask_lines.add(line, f"ask of {entry.commitment} ({place})")


def _report_of(commitment_id: str) -> str:
    return commitment_id.partition("/")[0]


def _plan_example(plan: _Plan, place: str, entry: UnanswerableEntry) -> None:
    """Take an example into the plan, once."""
    question = clean(entry.question)
    where = f"{place}: question"
    if known := plan.examples.get(normalise(question), ""):
        plan.there_already.append(f"{where}: {known} has {question!r} already")
        return
    told = [*_mistakes_in(question)]
    if same := plan.evaluated.place_of_same(question):
        told.append(f"{question!r} stands in {same}")
    if same := plan.ask_lines.place_of_same(question):
        told.append(f"{question!r} is an {same}; what the bot is made of does not measure it")
    plan.mistakes += [f"{where}: {mistake}" for mistake in told]
    if not told:
        plan.new_examples.append(
            entry.model_copy(update={"question": question, "why": clean(entry.why)})
        )
        plan.examples[normalise(question)] = place
        plan.evaluated.add(question, place)


def _mistakes_in(question: str) -> list[str]:
    """Why it may not be published: it is too long, or tells who somebody is."""
    told = [line.removeprefix("question: ") for line in mistakes_in_question(question)]
    if not told and masked(question) != question:
        told.append(f"tells who somebody is: {masked(question)!r}; put it in general words")
    return told


def _files(plan: _Plan) -> dict[Path, str]:
    """The new texts of the files that the plan changes."""
    files: dict[Path, str] = {}
    for file, own_id, line in plan.new_lines:
        before = files.get(file) or read(file)
        files[file] = with_ask_line(before, own_id, line, file)
    if plan.new_examples:
        file = plan.content / EVALUATION / EXAMPLES
        files[file] = _with_examples(read(file) if file.exists() else "", plan.new_examples)
    return files


def _with_examples(before: str, examples: Iterable[UnanswerableEntry]) -> str:
    """The file's text with the examples behind the others."""
    line_end = "\r\n" if "\r\n" in before else "\n"
    begun = before if not before or before.endswith("\n") else before + line_end
    first = max((int(number) for number in _OWN_ID.findall(before)), default=0) + 1
    lines = [
        json.dumps(_line(_ID.format(number), example), ensure_ascii=False)
        for number, example in enumerate(examples, first)
    ]
    return begun + "".join(line + line_end for line in lines)


def _line(own_id: str, example: UnanswerableEntry) -> Mapping[str, str]:
    """Without a half, the id decides which it is in."""
    fields = example.model_dump(exclude={"accept"})
    return {"id": own_id, **{key: value for key, value in fields.items() if value}}
