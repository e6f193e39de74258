"""How each rate is computed; every formula is that of docs/workflow.md, metrics.

What a window counts is told with each: by when a clock was due, a case filed, sent out, answered
or closed, or a word said. Nothing here reads the database: `bot.store.figures` does.
"""

from dataclasses import replace
from datetime import timedelta

from bot.cases import CaseState, Satisfied, Solved
from bot.metrics.basis import Basis, Item, grouped, item_of, metric_of
from bot.metrics.values import Figure, Metric

S = CaseState
ANSWERED = (S.ANSWERED, S.REPLIED, S.CLOSED)
"""Where a case stands whose answer stands."""
GIVEN_UP = (S.WITHDRAWN, S.REJECTED)
STREET_LEVELS = ("community", "street")
SOLVED_PARTS = {Solved.YES: 1.0, Solved.PARTLY: 0.5, Solved.NO: 0.0}


def signed_in_time(basis: Basis) -> Metric:
    """按期签收率 = signed by the time it was due / parts of cases that were due to be signed.

    By the clock `sign` of each assignment, due in the window and by now (docs/workflow.md). One
    that still runs is not in time. One that was stopped before it was due by something else than
    signing (the case was replied to without that unit) says nothing and is left out.
    """
    parts = [
        float(one.is_signed and one.is_in_time)
        for one in basis.clocks("sign")
        if one.is_due and (one.is_signed or not one.is_in_time)
    ]
    return Metric("signed_in_time_rate", "按期签收率", Figure.share(parts))


def done_in_time(basis: Basis) -> Metric:
    """按期办结率 = done by the time it was due / cases that were due to be done.

    By the clock `done` of the whole case, which runs from dispatch until all lead units are done,
    due in the window and by now, extensions granted (docs/workflow.md). It counts anew each time
    the case has to be done: rework has a clock of its own.
    """
    return _in_time(basis, "done_in_time_rate", "按期办结率", "done")


def done_in_first_time(basis: Basis) -> Metric:
    """按期办结率(不计延期): as `done_in_time`, but due when it was due without extensions.

    Both the window and the limit go by `first_due_at` (docs/workflow.md).
    """
    parts = [
        float(one.is_in_first_time)
        for one in basis.clocks("done")
        if one.assignment_id is None and one.was_first_due
    ]
    key, name = "done_in_time_without_extensions_rate", "按期办结率（不计延期）"
    return Metric(key, name, Figure.share(parts))


def contacted_in_time(basis: Basis) -> Metric:
    """响应率 = contacted by the time it was due / cases that were due a response.

    By the clock `contact`, due in the window and by now (docs/workflow.md): a message to the
    resident stops it, a question for what is missing, or the reply itself.
    """
    return _in_time(basis, "response_rate", "响应率", "contact")


def _in_time(basis: Basis, key: str, name_zh: str, clock: str) -> Metric:
    parts = [
        float(one.is_in_time)
        for one in basis.clocks(clock)
        if one.assignment_id is None and one.is_due
    ]
    return Metric(key, name_zh, Figure.share(parts))


def overdue(basis: Basis) -> Metric:
    """超期率 = cases of which a clock ran out / cases of which a clock was due.

    Of all clocks of service.toml that were due in the window and by now (docs/workflow.md). By
    unit: parts of cases of which the unit's own clock (sign, done) ran out / parts that were due.
    """
    due = [one for one in basis.records.clocks if one.is_due]
    late = [one for one in due if not one.is_in_time]
    late_cases = {one.case_id for one in late}
    late_parts = {one.assignment_id for one in late}
    cases = {one.case_id: one for one in due}
    parts = {one.assignment_id: one.unit for one in due if one.assignment_id is not None}
    items: list[Item] = [
        (one.category, one.street, (), float(case_id in late_cases))
        for case_id, one in cases.items()
    ]
    by_unit = ((unit, float(part_id in late_parts)) for part_id, unit in parts.items())
    whole = metric_of("overdue_rate", "超期率", items, Figure.share)
    groups = {**whole.groups, "unit": grouped(by_unit, Figure.share)}
    return replace(whole, groups=groups)


def solved(basis: Basis) -> Metric:
    """解决率 = solved / (valid answers + ledger cases); partly counts 0.5, the ledger 0.

    A valid answer is what a resident last said, in the window, of whether it is solved (yes,
    partly, no), until a new reply is hers to judge. What she disputes afterwards is not solved. A
    ledger case counts once, as not solved, if it was put there in the window and is there still
    (docs/workflow.md). What was withdrawn or not accepted in the end does not count.
    """
    parts, on_ledger = [], 0
    for case in basis.records.cases:
        is_on_ledger = case.state is S.LEDGER and basis.holds(case.ledger_at)
        on_ledger += is_on_ledger
        if is_on_ledger:
            parts.append(0.0)
        elif case.solved and case.state not in GIVEN_UP and basis.holds(case.solved_at):
            parts.append(SOLVED_PARTS[case.solved] if case.state in ANSWERED else 0.0)
    beside = {"ledger": Figure.number(on_ledger, len(parts))}
    return Metric("solved_rate", "解决率", Figure.share(parts), beside=beside)


def satisfied(basis: Basis) -> Metric:
    """满意率 = (满意 + 基本满意) / (满意 + 基本满意 + 不满意), as last said in the window.

    A word counts until a new reply is there to judge, also on a reply that is disputed. Beside it,
    never in it, the share of 未评价: cases that the clock closed in the window and that have no
    word on satisfaction / these and those that have one (docs/workflow.md). What was withdrawn or
    not accepted in the end does not count.
    """
    said = [
        float(case.satisfied is not Satisfied.NO)
        for case in basis.records.cases
        if case.satisfied and case.state not in GIVEN_UP and basis.holds(case.satisfied_at)
    ]
    unrated = sum(
        case.state is S.CLOSED and case.satisfied is None and basis.holds(case.unrated_at)
        for case in basis.records.cases
        if case.unrated_at == case.closed_at
    )
    share = Figure.share([1.0] * unrated + [0.0] * len(said))
    return Metric("satisfied_rate", "满意率", Figure.share(said), beside={"unrated": share})


def returned(basis: Basis) -> Metric:
    """退单率 = parts of cases whose return was asked, granted or not / all parts.

    Of the cases that were sent out for the first time in the window, all parts that they ever had,
    by the unit that had each (docs/workflow.md).
    """
    sent = {case.id: case for case in basis.records.cases if basis.holds(case.dispatched_at)}
    items: list[Item] = [
        (case.category, case.street, (part.unit,), float(part.was_return_asked))
        for part in basis.records.parts
        if (case := sent.get(part.case_id))
    ]
    return metric_of("return_rate", "退单率", items, Figure.share)


def reworked(basis: Basis) -> Metric:
    """重办率 = cases whose resident disputed an answer / cases answered.

    Of the cases that were answered for the first time in the window, by a direct answer or a reply
    (docs/workflow.md); by unit: those that lead them.
    """
    answered = (one for one in basis.records.cases if basis.holds(one.answered_at))
    items = [item_of(basis, case, float(case.rework > 0)) for case in answered]
    return metric_of("rework_rate", "重办率", items, Figure.share)


def repeated(basis: Basis) -> Metric:
    """重复诉求率 = cases merged, or the same as another by their resident's word / cases filed.

    Of the cases filed in the window (docs/workflow.md); by unit: those that lead them, or the case
    they were merged into.
    """
    items = [item_of(basis, case, float(case.is_repeat)) for case in basis.filed()]
    return metric_of("repeat_rate", "重复诉求率", items, Figure.share)


def handling_hours(basis: Basis) -> Metric:
    """办理时长: hours from the first dispatch to the reply, by the wall clock; median and p90.

    Of the cases whose last reply was given in the window and stands: one that was disputed ends
    nothing, the next one does (docs/workflow.md). Direct answers and merged cases were never sent
    out and have no such time. By unit: those that lead them.
    """
    items = [
        item_of(basis, case, (case.replied_at - case.dispatched_at) / timedelta(hours=1))
        for case in basis.records.cases
        if case.state in ANSWERED
        and case.dispatched_at
        and case.replied_at
        and basis.holds(case.replied_at)
    ]
    return metric_of("handling_hours", "办理时长（小时，中位数）", items, Figure.spread)


def at_street_level(basis: Basis) -> Metric:
    """街道以下解决率 = closed with no unit above the street / closed by units.

    Of the cases closed in the window. The level of a case is the highest level, as service.toml
    has it, of the units that answered for it, leading or supporting, and not of those that gave it
    back; a merged case has the units of the other. A unit that service.toml no longer knows counts
    as above the street. What was closed without any unit was answered directly: it was at no
    level, is not in n, and stands beside (docs/workflow.md; Wuchang aims at 90 % or more).
    """
    units = basis.service.units
    parts, direct = [], 0
    for case in basis.records.cases:
        if case.state is S.CLOSED and basis.holds(case.closed_at):
            used = basis.units_of(case)
            direct += not used
            if used:
                known = (units[code].level if code in units else "" for code in used)
                parts.append(float(all(level in STREET_LEVELS for level in known)))
    beside = {"answered_directly": Figure.number(direct, len(parts) + direct)}
    return Metric("street_level_rate", "街道以下解决率", Figure.share(parts), beside=beside)
