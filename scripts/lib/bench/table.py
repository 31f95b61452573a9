# SPDX-License-Identifier: BSD-3-Clause
"""The result as text."""
from .targets import LOWER


def number(value):
    if value is None:
        return "-"
    if abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.1f}"


def verdict(row, name):
    """Of the must or the aim."""
    mark, met = row[name], row[f"{name}_met"]
    if mark is None:
        return ""
    sign = "<=" if row["better"] == LOWER else ">="
    if row["value"] is None:
        word = "not measured"
    elif met is None:
        word = "no verdict"
    else:
        word = "met" if met else "MISSED" if name == "must" else "missed"
    return f"{sign} {mark:g} {word}"


def row_lines(row):
    spread = f"[{number(row['p10'])}-{number(row['p90'])}]" if row["value"] is not None else ""
    yield (f"  {row['name']:63} {number(row['value']):>8} {spread:17} {row['unit']:13} {verdict(row, 'must'):20} "
           f"{verdict(row, 'aim')}").rstrip()
    if row["value"] is None or row["must_met"] is None and row["must"] is not None:
        yield f"      {row['note']}"


def text(result):
    rows = result["rows"]
    yield from result["head"]
    yield ""
    yield f"  {'measure':63} {'median':>8} {'[p10-p90]':17} {'unit':13} {'must':20} aim"
    for group in dict.fromkeys(row["group"] for row in rows):
        yield f"\n{group}"
        for row in rows:
            if row["group"] == group:
                yield from row_lines(row)
    yield "\ncommand lines"
    yield from (f"  {command}" for command in result["commands"])
    if result["skipped"]:
        yield "\nskipped"
        yield from (f"  {item['what']}: {item['reason']}" for item in result["skipped"])
    yield ""
    yield summary(rows)


def summary(rows):
    targets = [row for row in rows if row["must"] is not None]
    met = sum(row["must_met"] is True for row in targets)
    missed = sum(row["must_met"] is False for row in targets)
    aims = sum(row["aim_met"] is True for row in targets)
    return (f"{len(targets)} targets: {met} met, {missed} missed, {len(targets) - met - missed} without a verdict; "
            f"{aims} reach the aim as well")
