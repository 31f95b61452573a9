# SPDX-License-Identifier: BSD-3-Clause
"""The rows of the result: one measure each, with its verdicts."""
from dataclasses import asdict, dataclass

from . import stats
from .targets import TARGETS, Target

NO_TARGET = Target(None, None, None, None)


@dataclass
class Row:
    group: str
    name: str
    unit: str
    value: float = None      # median over the rounds; None: not measured, the note says why
    p10: float = None
    p90: float = None
    better: str = None       # "lower" or "higher", where there is a target
    must: float = None
    must_met: bool = None    # None: no target, not measured, or too noisy to say
    aim: float = None
    aim_met: bool = None
    note: str = ""


class Rows:
    def __init__(self):
        self.all = []
        self.group = ""

    def add(self, name, samples, unit="", note="", aim_holds=True, doubt=""):
        """aim_holds: False when the aim asks for something besides the figure, and that was not so. doubt: why the figure
        allows no verdict, though its spread may be small."""
        found = stats.spread(samples)
        target = TARGETS.get(name, NO_TARGET)
        must_met = stats.judge(found, target.must, target.better)
        aim_met = stats.judge(found, target.aim, target.better)
        if doubt:
            must_met = aim_met = None
            note = f"no verdict: {doubt}. " + note
        elif target.must is not None and must_met is None:
            note = f"too noisy for a verdict: p10 {found.p10:.3g}, p90 {found.p90:.3g}. " + note
        self.all.append(Row(self.group, name, unit, *found, target.better, target.must, must_met, target.aim,
                            aim_met and aim_holds, note.strip()))

    def miss(self, name, reason):
        """A row that could not be measured."""
        target = TARGETS.get(name, NO_TARGET)
        self.all.append(Row(self.group, name, "", None, None, None, target.better, target.must, None, target.aim,
                            None, f"not measured: {reason}"))

    def has(self, name):
        return any(row.name == name for row in self.all)

    def any_must_missed(self):
        return any(row.must_met is False for row in self.all)

    def as_dicts(self):
        return [asdict(row) for row in self.all]
