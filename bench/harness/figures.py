"""A figure is a ratio between two things that were measured in turn, with the target beside it."""

import math
import statistics
from dataclasses import asdict, dataclass, field


@dataclass
class Figure:
    row: str  # P1 ... P12
    what: str
    target: float | None  # None: for comparison only
    at_least: bool = True  # otherwise: at most
    times_as_fast: bool = False  # the sides are times, and the ratio is rival to ours
    unit: str = ""
    rival_name: str = "rival"
    note: str = ""
    ours: list = field(default_factory=list)  # a value per run
    rival: list = field(default_factory=list)
    also: bool = True  # a further condition of the target
    problem: str = ""  # why there is no figure: "not built: ..." or what failed

    def add(self, ours, rival):
        self.ours.append(ours)
        self.rival.append(rival)

    @property
    def ratios(self):
        """One per run: machines drift between runs, less so within one."""
        pairs = zip(self.rival, self.ours) if self.times_as_fast else zip(self.ours, self.rival)
        return [a / b for a, b in pairs]

    @property
    def ratio(self):
        return statistics.median(self.ratios)

    def reaches(self, ratio):
        if self.target is None:
            return True
        return ratio >= self.target if self.at_least else ratio <= self.target

    @property
    def is_settled(self):
        """Whether all runs are on one side of the target. Otherwise the verdict is the median's, and
        another day may say the opposite."""
        return len({self.reaches(ratio) for ratio in self.ratios}) == 1

    @property
    def verdict(self):
        if self.problem:
            return self.problem
        if self.target is None:
            return "for comparison"
        return "met" if self.reaches(self.ratio) and self.also else "not met"

    def remarks(self):
        out = [self.note] if self.note else []
        if len(self.ratios) > 1:
            out.append(f"runs {min(self.ratios):.3g} to {max(self.ratios):.3g}")
        if not self.is_settled:
            out.append("NOT SETTLED: on both sides of the target")
        return "; ".join(out)

    def line(self):
        target = "" if self.target is None else f"{'>=' if self.at_least else '<='} {self.target:g}"
        head = f"{self.row:<4} {self.what:<50} {target:<8}"
        if self.problem:
            return f"{head}       -  {self.problem}"
        ours, rival = statistics.median(self.ours), statistics.median(self.rival)
        sides = f"{human(ours, self.unit)} | {self.rival_name} {human(rival, self.unit)}"
        remarks = self.remarks()
        return f"{head} {self.ratio:7.3g}  {self.verdict:<8} {sides}{'; ' if remarks else ''}{remarks}"

    def as_json(self):
        out = asdict(self)
        out.pop("also")
        out["verdict"] = self.verdict
        out["ratio"] = None if self.problem else self.ratio
        out["ratios"] = [] if self.problem else self.ratios
        out["settled"] = None if self.problem else self.is_settled
        return out


def human(value, unit):
    """1.17e9, "B/s" -> "1.17 GB/s"; other units than bytes and seconds keep a distance."""
    gap = "" if unit in ("B/s", "s") else " "
    for limit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "u")):
        if abs(value) >= limit and (limit >= 1 or unit == "s"):
            return f"{value / limit:.3g} {letter}{gap if letter else ''}{unit}"
    return f"{value:.3g} {unit}"


def slope(sizes, seconds):
    """Exponent of the growth: the slope of log(time) over log(size), by least squares."""
    xs, ys = [math.log(size) for size in sizes], [math.log(time) for time in seconds]
    x, y = statistics.fmean(xs), statistics.fmean(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys)) / sum((a - x) ** 2 for a in xs)
