"""How many cases there are and of what; every formula is that of docs/workflow.md, metrics."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.cases import TIME_ZONE
from bot.metrics.basis import Basis, warn_within
from bot.metrics.values import UNKNOWN, Figure, Metric, Value
from bot.store import SpotRecord


def counts(basis: Basis) -> Metric:
    """诉求量: the cases filed in the window, by kind, category, street, urgency and state.

    The state is the one they stand in now (docs/workflow.md).
    """
    filed = list(basis.filed())
    groups = {
        name: {
            code: Figure.number(count, len(filed))
            for code, count in Counter(
                str(getattr(case, name)) or UNKNOWN for case in filed
            ).most_common()
        }
        for name in ("kind", "category", "street", "urgency", "state")
    }
    return Metric("cases", "诉求量", Figure.number(len(filed), len(filed)), groups)


def commitments(basis: Basis) -> Metric:
    """承诺热度: the cases filed in the window about each commitment, by street and month.

    The value is how many cases are about a commitment at all, of n filed, whatever became of them.
    A case about two commitments counts for both; what staff dropped does not count; months are
    Wuhan's (docs/workflow.md). The rows have the most frequent first.
    """
    about = Counter[tuple[str, str, str]]()
    filed = list(basis.filed())
    for case in filed:
        month = f"{case.submitted_at.astimezone(TIME_ZONE):%Y-%m}"
        for commitment in basis.records.commitments.get(case.id, ()):
            about[commitment, case.street or UNKNOWN, month] += 1
    rows: list[Mapping[str, Value]] = [
        {"commitment": commitment, "street": street, "month": month, "cases": count}
        for (commitment, street, month), count in sorted(
            about.items(), key=lambda one: (-one[1], one[0])
        )
    ]
    figure = Figure.number(sum(case.id in basis.records.commitments for case in filed), len(filed))
    return Metric("commitment_heat", "承诺热度", figure, rows=rows)


def early_warnings(basis: Basis) -> Metric:
    """苗头预警: spots where as many cases of one category as service.toml says came together.

    Within the time it says, counted back from each case filed in the window, so that those before
    it help to reach it; what was withdrawn does not count (docs/workflow.md). The rows have the
    most that came together at a spot, and from when to when, the most first.
    """
    alike: dict[tuple[str, str], list[SpotRecord]] = defaultdict(list)
    for one in basis.records.spots:
        alike[one.spot, one.category].append(one)
    rows: list[Mapping[str, Value]] = []
    for (spot, category), cases in alike.items():
        count, begin, end = _most_together(basis, [one.submitted_at for one in cases])
        if count >= basis.service.early_warning.cases:
            days = {"since": f"{begin:%Y-%m-%d}", "until": f"{end:%Y-%m-%d}"}
            name = basis.records.spot_names.get(spot, "")
            rows.append({"spot": name, "category": category, "cases": count, **days})
    rows.sort(key=lambda row: (-int(row["cases"] or 0), str(row["spot"]), str(row["category"])))
    figure = Figure.number(len(rows), sum(1 for _ in basis.filed()))
    return Metric("early_warnings", "苗头预警", figure, rows=rows)


def _most_together(basis: Basis, moments: Sequence[datetime]) -> tuple[int, datetime, datetime]:
    """The most moments that lie together when one in the window comes, the first of them, and it.

    Args:
        moments: in order, at least one.
    """
    within = warn_within(basis.service)
    found, first = (0, moments[0], moments[0]), 0
    for last, moment in enumerate(moments):
        while moment - moments[first] > within:
            first += 1
        if basis.holds(moment) and last - first + 1 > found[0]:
            found = (last - first + 1, moments[first], moment)
    count, begin, end = found
    return count, begin.astimezone(TIME_ZONE), end.astimezone(TIME_ZONE)
