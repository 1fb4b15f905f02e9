"""The command line of tools/bench."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

from harness import bases, in_process, requests, streams
from harness.figures import Figure
from harness.growth import growth
from harness.pages import page_latency
from harness.peer import Peer
from harness.programs import Background, Failure, Programs, Server, machine_facts, raise_descriptor_limit
from harness.report import write_report
from harness.sizes import FEW, Sizes, quick_sizes

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ("callstream", "callstream_make_panel", "callstream_bench_steps", "callstream_bench_client")
PROGRAMS += ("callstream_bench_baseline",)
ROWS = {
    "P1": in_process.p1,
    "P2": streams.p2,
    "P3": streams.p3,
    "P4": in_process.p4,
    "P5": streams.p5,
    "P6": requests.p6,
    "P7": streams.p7,
    "P8": streams.p8,
    "P8b": in_process.p8b,
    "P9": bases.p9,
    "P10": requests.p10,
    "P11": requests.p11,
    "P12": requests.p12,
}
IN_PROCESS = {"P1", "P4", "P8b"}
DEEP = "GT:AD:DP:GQ:PL"


class Bench:
    """What a row needs: programs, sizes, and while it runs the server and the socket ceiling."""

    def __init__(self, programs, sizes, runs, peer=None):
        self.peer = peer
        self.programs = programs
        self.sizes = sizes
        self.runs = runs
        self.cores = len(os.sched_getaffinity(0))
        self.files = {}
        self.server = None
        self.ready = None

    def make_files(self):
        s = self.sizes
        panel = self.programs.panel
        self.files = {
            "matrix.bcf": panel(s.samples, s.variants),
            "long.bcf": panel(FEW, s.long_variants),
            "deep.bcf": panel(FEW, s.deep_variants, fields=DEEP),
            "cohort.bcf": panel(s.cohort_samples, s.cohort_variants),
            "deep-cohort.bcf": panel(s.cohort_samples, s.deep_cohort_variants, fields=DEEP),
            "wide.bcf": panel(s.width_samples, s.width_variants),
            "narrow.bcf": panel(100, s.width_variants),
        }

    def open_server(self):
        return Server(self.programs.build / "callstream", self.files)

    def open_ready(self):
        return Background(self.programs.bench / "callstream_bench_client", "ready-bytes")


def arguments():
    parser = argparse.ArgumentParser(
        prog="tools/bench",
        description="Measures what callstream promises: a line per figure with its target, the ratio, "
        "the verdict and both sides of the ratio. Medians of the runs; both sides in turn.",
    )
    parser.add_argument("--json", metavar="FILE", help="write everything there, with facts of the machine")
    parser.add_argument("--report", metavar="FILE", help="write it as a page with plots there, as bench/RESULTS.md")
    parser.add_argument("--quick", action="store_true", help="tiny panels, one run: does it still work?")
    parser.add_argument("--runs", type=int, metavar="N", help="runs of each figure (3; quick: 1)")
    parser.add_argument("--rows", metavar="P1,P3", help="only these rows")
    parser.add_argument("--samples", type=int, metavar="N", help="samples of the matrix (P1, P2, P4)")
    parser.add_argument("--variants", type=int, metavar="N", help="variants of the matrix")
    parser.add_argument("--slope", action="store_true", help="also how P1, P4 and P5 grow with the panel, and how P6 "
                        "does with the number of the page")
    parser.add_argument("--peer", metavar="URL", help="a BrAPI server that has the samples and variants of the matrix, "
                        "for P12: http://HOST:PORT/brapi/v2")
    parser.add_argument("--peer-name", metavar="NAME", help="what the line calls it (host and port)")
    parser.add_argument("--peer-set", metavar="ID", help="its variantSetDbId of the matrix (the one of as many samples "
                        "and variants)")
    parser.add_argument("--build", metavar="DIR", help="measure what this build folder holds; build nothing")
    options = parser.parse_args()
    if options.runs is not None and options.runs < 1:
        parser.error("--runs must be at least 1")
    if (options.peer_name or options.peer_set) and not options.peer:
        parser.error("--peer-name and --peer-set are about the server of --peer URL")
    try:
        options.peer = Peer(options.peer, options.peer_name, options.peer_set) if options.peer else None
    except ValueError as refused:
        parser.error(str(refused))
    wanted = options.rows.split(",") if options.rows else list(ROWS)
    unknown = [row for row in wanted if row not in ROWS]
    if unknown:
        parser.error(f"there is no row {unknown[0]}; there are {', '.join(ROWS)}")
    options.rows = [row for row in ROWS if row in wanted]
    return options


def build_programs():
    """Builds what is measured, in the release preset; its output goes to stderr."""
    subprocess.run([ROOT / "tools" / "setup", "build", "test"], check=True, stdout=sys.stderr)
    build = ROOT / "build" / "release"
    cache = build / "CMakeCache.txt"
    if not cache.exists() or "CALLSTREAM_BENCH:BOOL=ON" not in cache.read_text():
        configure = ["cmake", "--preset", "release", "-DCALLSTREAM_BENCH=ON"]
        subprocess.run(configure, cwd=ROOT, check=True, stdout=sys.stderr)
    subprocess.run(["cmake", "--build", build, "--target", *PROGRAMS], check=True, stdout=sys.stderr)
    return build


def sizes_for(options):
    sizes = quick_sizes() if options.quick else Sizes()
    sizes.samples = options.samples or sizes.samples
    sizes.variants = options.variants or sizes.variants
    return sizes


def measure_row(bench, row):
    """Figures of one row; a row that fails says so and the others go on."""
    try:
        yield from ROWS[row](bench)
    except (Failure, OSError, subprocess.SubprocessError) as failed:
        yield Figure(row, "could not be measured", None, problem=f"failed: {failed}")


def measure(bench, rows):
    """All figures, in the order of the rows."""
    made = {row: list(measure_row(bench, row)) for row in rows if row in IN_PROCESS}
    others = [row for row in rows if row not in IN_PROCESS]
    if others:
        bench.make_files()
        with bench.open_server() as bench.server, bench.open_ready() as bench.ready:
            for row in others:
                made[row] = list(measure_row(bench, row))
    return [figure for row in rows for figure in made[row]]


def summary(figures):
    counts = {}
    for figure in figures:
        kind = figure.verdict.split(":")[0]
        counts.setdefault(kind, []).append(figure.row)
    return "; ".join(
        f"{kind}: {len(rows)} ({', '.join(dict.fromkeys(rows))})" for kind, rows in sorted(counts.items())
    )


def main():
    options = arguments()
    build = pathlib.Path(options.build).resolve() if options.build else build_programs()
    raise_descriptor_limit()
    programs = Programs(build, ROOT / "build" / "bench-data")
    bench = Bench(programs, sizes_for(options), options.runs or (1 if options.quick else 3),
                  options.peer)
    facts = machine_facts(ROOT, programs)
    print(f"{facts['cores']} cores, {facts['cpu']}; {facts['compiler']}; htslib {facts['htslib']}; "
          f"commit {facts['commit']}; load {facts['load_at_start']:.1f}; {bench.runs} runs")
    if facts["load_at_start"] > facts["cores"] / 2:
        print("Other work shares this machine: only P1, P4 and P7 do not depend on the wall clock.")
    started = time.monotonic()
    figures = measure(bench, options.rows)
    for figure in figures:
        print(figure.line())
    print(summary(figures))
    slopes = growth(bench, options.rows) if options.slope else []
    pages = page_latency(bench) if "P6" in options.rows and (options.slope or options.report) else []
    for one in [*slopes, *pages]:
        print(one.line())
    if options.json or options.report:
        document = {
            "machine": facts,
            "runs": bench.runs,
            "quick": options.quick,
            "seconds": time.monotonic() - started,
            "sizes": vars(bench.sizes),
            "figures": [figure.as_json() for figure in figures],
            "slopes": [one.as_json() for one in slopes],
            "pages": [one.as_json() for one in pages],
        }
        if options.json:
            pathlib.Path(options.json).write_text(json.dumps(document, indent=1) + "\n")
        if options.report:
            write_report(document, options.report)
    return 1 if any(figure.problem.startswith("failed") for figure in figures) else 0
