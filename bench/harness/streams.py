"""Rows about long answers over HTTP: P2, P3, P5, P7, P8."""

import json
import tempfile

from harness.figures import Figure
from harness.programs import NDJSON, Failure, Server, calls_path, user_seconds
from harness.rivals import same_bytes
from harness.sizes import FEW

MEMORY_MIB_ONE = 2
MEMORY_MIB_MANY = 64
STREAMS = 32


def rate(answer):
    return answer["body_bytes"] / answer["seconds"]


def allele_matrix_target(variants, samples):
    query = f"dimensionVariantPageSize={variants}&dimensionCallSetPageSize={samples}"
    return f"/brapi/v2/allelematrix?variantSetDbId=main~matrix&dataMatrixAbbreviations=GT&{query}"


def p2(bench):
    figure = Figure("P2", "allele matrix over HTTP", 0.7, unit="B/s", rival_name="lower ceiling")
    target = allele_matrix_target(bench.sizes.variants, bench.sizes.samples)
    if not bench.server.knows(allele_matrix_target(1, 1)):
        figure.problem = "not built"
        yield figure
        return
    cells = bench.sizes.samples * bench.sizes.variants
    file = bench.programs.panel(bench.sizes.samples, bench.sizes.variants)
    size = bench.programs.drain(bench.server.port, target)["body_bytes"]
    if size < len('"0|0",') * cells:
        raise Failure("the answer does not hold the whole matrix")
    for _ in range(bench.runs):
        socket = bench.programs.drain(bench.ready.port, f"/{size}")
        decode = bench.programs.steps(file, "bcf_read")["bcf_read"]
        ours = bench.programs.drain(bench.server.port, target)
        figure.add(rate(ours), min(rate(socket), size / cells * decode["calls"] / decode["seconds"]))
    yield figure
    yield from same_bytes(bench, "P2", "allele matrix over HTTP", target)


def p3(bench):
    for name, stem in (("GT", "matrix"), ("GT:AD:DP:GQ:PL", "deep")):
        figure = Figure("P3", f"Call objects over HTTP, {name}", 0.7, unit="B/s", rival_name="socket")
        target = f"/brapi/v2/variantsets/main~{stem}/calls"
        if not bench.server.knows(target):
            target = calls_path("long" if stem == "matrix" else stem, "S1")
            figure.note = f"of one call set among {FEW}"
        most = bench.sizes.answer_bytes_max
        bench.programs.drain(bench.server.port, target, NDJSON, bytes_max=most)
        for _ in range(bench.runs):
            ours = bench.programs.drain(bench.server.port, target, NDJSON, bytes_max=most)
            socket = bench.programs.drain(bench.ready.port, f"/{ours['body_bytes']}")
            figure.add(rate(ours), rate(socket))
        yield figure
        if stem == "matrix":
            yield from same_bytes(bench, "P3", f"Call objects over HTTP, {name}", target, NDJSON)


FROM_RECORDS, FROM_COLUMNS = "from records", "from columns"
# What columns can answer of a file that has more than GT.
GENOTYPES = "?callFields=genotype,genotypeValue,callSetDbId,callSetName,variantDbId,variantName,variantSetDbId"


def p5(bench):
    """The targets are for columns. What a file costs that has none stands beside them."""
    yield from p5_rows(bench, bench.server, FROM_RECORDS)
    yield p5_width(bench, bench.server, FROM_RECORDS)
    names = [f"{stem}.bcf" for stem in ("cohort", "deep-cohort", "wide", "narrow")]
    files = {name: bench.files[name] for name in names}
    with Server(bench.programs.build / "callstream", files, columns=True) as server:
        yield from p5_rows(bench, server, FROM_COLUMNS)
        yield p5_width(bench, server, FROM_COLUMNS)


def target_for(how, target):
    return target if how == FROM_COLUMNS else None


def p5_rows(bench, server, how):
    for name, stem in (("GT", "cohort"), ("GT:AD:DP:GQ:PL", "deep-cohort")):
        figure = Figure("P5", f"one call set, {name}, {how}", target_for(how, 50), unit="s", times_as_fast=True)
        figure.rival_name = "bcftools view -s, user time"
        sample = f"S{bench.sizes.cohort_samples}"
        command = ["bcftools", "view", "-Ou", "-s", sample, bench.files[f"{stem}.bcf"]]
        target = calls_path(stem, sample) + (GENOTYPES if how == FROM_COLUMNS and stem != "cohort" else "")
        for _ in range(bench.runs):
            answer = bench.programs.drain(server.port, target, NDJSON)
            figure.add(answer["seconds"], user_seconds(command))
        yield figure


def p5_width(bench, server, how):
    what = f"one call set, {bench.sizes.width_samples} samples against 100, {how}"
    figure = Figure("P5", what, target_for(how, 1.3), at_least=False, unit="s", rival_name="100 samples")
    for _ in range(bench.runs):
        wide, narrow = (
            bench.programs.drain(server.port, calls_path(stem, "S100"), NDJSON)
            for stem in ("wide", "narrow")
        )
        figure.add(wide["seconds"], narrow["seconds"])
    return figure


def peak_mib(bench, streams):
    """Peak memory of a server above what it had before its first long answer, while that many
    clients read everything."""
    files = {"long.bcf": bench.files["long.bcf"]}
    target = calls_path("long", "S1")
    program = bench.programs.build / "callstream"
    with tempfile.TemporaryDirectory(prefix="callstream-bench-state-") as state:
        with Server(program, files, state):
            pass  # The index pass leaves memory behind that would hide what comes after it.
        with Server(program, files, state) as server:
            server.json(target + "?pageSize=1")  # code and tables that every answer needs
            idle = server.memory_kib()
            server.reset_peak_memory()
            bench.programs.drain(server.port, target, NDJSON, connections=streams)
            return (server.memory_kib("VmHWM") - idle) / 1024


def p7(bench):
    for streams, allowed in ((1, MEMORY_MIB_ONE), (STREAMS, MEMORY_MIB_MANY)):
        figure = Figure("P7", f"memory above idle, streams: {streams}", 1, at_least=False, unit="MiB")
        figure.rival_name = "allowed"
        # The narrow long file: its records and header are nothing beside the fixed allowance.
        figure.add(peak_mib(bench, streams), allowed)
        yield figure


def p8(bench):
    s = bench.sizes
    rows = min(s.variants, max(1, s.gzip_calls // s.samples))
    size = f"?pageSize={s.gzip_calls}"
    targets = {
        "calls of a variant set": f"/brapi/v2/variantsets/main~matrix/calls{size}",
        "calls of one call set": calls_path("long", "S1") + size,
        "allele matrix": allele_matrix_target(rows * 8, s.samples),
    }
    for name, target in targets.items():
        yield p8_row(bench, name, target)


def p8_row(bench, name, target):
    figure = Figure("P8", f"gzip'd {name} over HTTP", 4, unit="B/s", rival_name="zlib -1")
    text = bench.server.scratch / "answer.json"
    size = bench.programs.drain(bench.server.port, target, save=text)["body_bytes"]
    ratios = {}
    for _ in range(bench.runs):
        zlib = bench.programs.steps(text, "zlib1")["zlib1"]
        ours = bench.programs.drain(bench.server.port, target, {"Accept-Encoding": "gzip"})
        figure.add(size / ours["seconds"], zlib["bytes_in"] / zlib["seconds"])
        ratios = {"ours": size / ours["body_bytes"], "zlib": size / zlib["bytes_out"]}
    text.unlink()
    figure.also = ratios["ours"] >= ratios["zlib"]
    figure.note = f"compression {ratios['ours']:.1f} | {ratios['zlib']:.1f}"
    return figure


def last_page_token(bench, page_size):
    """The token of the last page, as the page before it gives it."""
    pages = bench.sizes.long_variants // page_size
    page = bench.server.json(calls_path("long", "S1") + f"?page={pages - 2}&pageSize={page_size}")
    return page["metadata"]["pagination"]["nextPageToken"]


def first_variant(bench):
    status, _, body = bench.server.get(calls_path("long", "S1") + "?pageSize=1")
    return json.loads(body)["result"]["data"][0]["variantDbId"] if status == 200 else ""
