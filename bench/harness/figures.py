"""A figure is a ratio between two things that were measured in turn, with the target beside it."""

import math
import statistics
from dataclasses import asdict, dataclass, field


@dataclass
class Figure:
    row: str  # P1 ... P12
    what: str
    target: float
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
    def ratio(self):
        """Median over the runs of the ratio within a run, since machines drift between runs."""
        ratio = statistics.median(a / b for a, b in zip(self.ours, self.rival))
        return 1 / ratio if self.times_as_fast else ratio

    @property
    def verdict(self):
        if self.problem:
            return self.problem
        good = self.ratio >= self.target if self.at_least else self.ratio <= self.target
        return "met" if good and self.also else "not met"

    def line(self):
        head = f"{self.row:<4} {self.what:<42} {'>=' if self.at_least else '<='} {self.target:<5g}"
        if self.problem:
            return f"{head}       -  {self.problem}"
        ours, rival = statistics.median(self.ours), statistics.median(self.rival)
        sides = f"{human(ours, self.unit)} | {self.rival_name} {human(rival, self.unit)}"
        return f"{head} {self.ratio:7.3g}  {self.verdict:<8} {sides}{'; ' + self.note if self.note else ''}"

    def as_json(self):
        out = asdict(self)
        out.pop("also")
        out["verdict"] = self.verdict
        out["ratio"] = None if self.problem else self.ratio
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
