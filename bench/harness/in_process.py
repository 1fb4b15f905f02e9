"""Rows without a server: decoding and rendering on one thread. CPU time counts, that of all threads
of the process, so that neither a busy neighbour nor a helper thread changes the result."""

from harness.figures import Figure


def rate(measured, what="calls"):
    return measured[what] / measured["cpu_seconds"]


def compare(programs, figure, file, ours, rival, runs):
    for _ in range(runs):
        steps = programs.steps(file, rival, ours)
        figure.add(rate(steps[ours]), rate(steps[rival]))
    return figure


def p1(bench):
    figure = Figure("P1", "matrix cells from BCF", 0.85, unit="calls/s", rival_name="bcf_read")
    file = bench.programs.panel(bench.sizes.samples, bench.sizes.variants)
    yield compare(bench.programs, figure, file, "cells", "bcf_read", bench.runs)


def p4(bench):
    figure = Figure("P4", "matrix cells from VCF.gz", 10, unit="calls/s", rival_name="bcf_read")
    file = bench.programs.panel(bench.sizes.samples, bench.sizes.variants, ".vcf.gz")
    yield compare(bench.programs, figure, file, "cells", "bcf_read", bench.runs)


def p8b(bench):
    """Both sides by text: ours reads, renders and compresses, the rival has the text already."""
    sizes = bench.sizes
    panel = bench.programs.panel
    deep = "GT:AD:DP:GQ:PL"
    for name, file in (
        ("GT", panel(sizes.samples, sizes.variants)),
        (deep, panel(sizes.cohort_samples, sizes.deep_cohort_variants, fields=deep)),
    ):
        figure = Figure("P8b", f"gzip'd Call objects by compressed rendering, {name}", 6, unit="B/s")
        figure.rival_name = "igzip -1 over the text"
        ratios = {}
        for _ in range(bench.runs):
            steps = bench.programs.steps(file, "calls_igzip", "calls_gzip")
            ours, rival = steps["calls_gzip"], steps["calls_igzip"]
            figure.add(rate(ours, "bytes_in"), rate(rival, "bytes_in"))
            ratios = {side: m["bytes_in"] / m["bytes_out"] for side, m in (("ours", ours), ("rival", rival))}
        figure.also = ratios["ours"] >= ratios["rival"] / 2
        figure.note = f"compression {ratios['ours']:.1f} | {ratios['rival']:.1f}"
        yield figure
