"""How long a page takes, by its place in the whole: p50 and p99 over the page number, as a part of row P6."""

import statistics
from dataclasses import asdict, dataclass

from harness.figures import human
from harness.programs import Failure, Server
from harness.sizes import FEW

PLACES = (("first", 0), ("1 %", 0.01), ("10 %", 0.1), ("50 %", 0.5), ("90 %", 0.9), ("last", 1))
PAGE_SIZE = 1000  # calls, and cells of a matrix
SET = "main~long"
CALLS = f"/brapi/v2/variantsets/{SET}/calls?pageSize={PAGE_SIZE}"
MATRIX = (
    f"/brapi/v2/allelematrix?variantSetDbId={SET}&dataMatrixAbbreviations=GT"
    f"&dimensionVariantPageSize={PAGE_SIZE // FEW}&dimensionCallSetPageSize={FEW}"
)


@dataclass
class PageLatency:
    row: str
    what: str
    places: list  # names of PLACES
    pages: list  # numbers of these pages
    p50: list  # seconds, a value per place; medians of the runs
    p99: list

    def line(self):
        points = ", ".join(
            f"{place}: {human(half, 's')} ({human(most, 's')})"
            for place, half, most in zip(self.places, self.p50, self.p99)
        )
        return f"{self.row:<4} {self.what:<24} p50 (p99) of a page   {points}"

    def as_json(self):
        return asdict(self)


def page_numbers(pages):
    """The pages at the places, of so many."""
    return [round(part * (pages - 1)) for _, part in PLACES]


def by_token(server, numbers):
    """The page before one names its token."""
    def target(number):
        if number == 0:
            return CALLS
        before = server.json(f"{CALLS}&page={number - 1}")
        return f"{CALLS}&pageToken={before['metadata']['pagination']['nextPageToken']}"

    return [target(number) for number in numbers]


def measured(bench, server, what, numbers, targets):
    """All places in turn on one connection."""
    runs = []
    for _ in range(bench.runs):
        answer = bench.programs.client(
            "repeat", server.port, targets, requests=len(targets) * bench.sizes.page_requests, seconds=120
        )
        if any(one["refused"] or not one["requests"] for one in answer["targets"]):
            raise Failure(f"pages of {what} were refused")
        runs.append(answer["targets"])
    p50, p99 = (
        [statistics.median(run[at][name] for run in runs) / 1e6 for at in range(len(targets))]
        for name in ("p50_us", "p99_us")
    )
    return PageLatency("P6", what, [name for name, _ in PLACES], numbers, p50, p99)


def page_latency(bench):
    """A matrix has no tokens: BrAPI numbers its pages."""
    variants = bench.sizes.long_variants
    numbers = page_numbers(variants * FEW // PAGE_SIZE)
    file = bench.programs.panel(FEW, variants)
    with Server(bench.programs.build / "callstream", {"long.bcf": file}) as server:
        series = (
            ("calls by token", by_token(server, numbers)),
            ("calls by number", [f"{CALLS}&page={number}" for number in numbers]),
            ("allele matrix by number", [f"{MATRIX}&dimensionVariantPage={number}" for number in numbers]),
        )
        return [measured(bench, server, what, numbers, targets) for what, targets in series]
