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
