"""How the cost grows with the panel: times at several sizes and the exponent between them."""

from dataclasses import asdict, dataclass

from harness.figures import human, slope
from harness.programs import NDJSON, Server, calls_path


@dataclass
class Growth:
    row: str
    what: str
    over: str  # what grows
    sizes: list
    seconds: list

    @property
    def exponent(self):
        return slope(self.sizes, self.seconds)

    def line(self):
        points = ", ".join(f"{size:,}: {human(time, 's')}" for size, time in zip(self.sizes, self.seconds))
        return f"{self.row:<4} {self.what:<24} time ~ {self.over}^{self.exponent:.2f}   {points}"

    def as_json(self):
        return {**asdict(self), "exponent": self.exponent}


def panels_of(bench):
    """[(what grows, [(size, samples, variants)])]; never more than 1e8 calls a panel."""
    samples, variants = bench.sizes.slope_samples, bench.sizes.slope_variants
    return [
        ("samples", [(n, n, variants[0]) for n in samples]),
        ("variants", [(n, samples[0], n) for n in variants]),
    ]


def cells_seconds(bench, ending, samples, variants):
    file = bench.programs.panel(samples, variants, ending)
    return min(bench.programs.steps(file, "cells")["cells"]["cpu_seconds"] for _ in range(bench.runs))


def call_set_seconds(bench, server, samples, variants):
    target = calls_path(f"g{samples}-{variants}", "S1")
    drain = bench.programs.drain
    return min(drain(server.port, target, NDJSON)["seconds"] for _ in range(bench.runs))


def growth(bench, rows):
    """The fastest of the runs counts: what disturbs a small panel is large beside it."""
    out = []
    for over, sizes in panels_of(bench):
        numbers = [size for size, _, _ in sizes]
        for row, what, ending in (("P1", "cells from BCF", ".bcf"), ("P4", "cells from VCF.gz", ".vcf.gz")):
            if row in rows:
                seconds = [cells_seconds(bench, ending, s, v) for _, s, v in sizes]
                out.append(Growth(row, what, over, numbers, seconds))
        if "P5" in rows:
            files = {f"g{s}-{v}.bcf": bench.programs.panel(s, v) for _, s, v in sizes}
            with Server(bench.programs.build / "callstream", files) as server:
                seconds = [call_set_seconds(bench, server, s, v) for _, s, v in sizes]
            out.append(Growth("P5", "one call set over HTTP", over, numbers, seconds))
    return out
