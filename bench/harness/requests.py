"""Rows about many or small requests: P6, P10, P11, P12."""

import json
import pathlib
import re
import subprocess
import urllib.request

from harness.figures import Figure
from harness.peer import against_given_peer
from harness.programs import NDJSON, Background, Failure, calls_path
from harness.streams import allele_matrix_target, first_variant, last_page_token

PAGE_SIZE = 1000
CONNECTIONS = 32
PEERS = pathlib.Path(__file__).resolve().parents[1] / "peers"
PEER_VARIANTS = 1000
SYSTEM_PYTHON = "/usr/bin/python3"  # which has the system's packages


def p6(bench):
    first = calls_path("long", "S1") + f"?pageSize={PAGE_SIZE}"
    last_number = bench.sizes.long_variants // PAGE_SIZE - 1
    ways = (
        ("token", f"{first}&pageToken={last_page_token(bench, PAGE_SIZE)}", None),
        ("number", f"{first}&page={last_number}", None),
        ("number, NDJSON", f"{first}&page={last_number}", NDJSON),
    )
    for name, last, headers in ways:
        figure = Figure("P6", f"last page by {name}", 1.3, at_least=False, unit="s", rival_name="first page")
        for _ in range(bench.runs):
            # The two in turn on one connection.
            answer = bench.programs.client(
                "repeat", bench.server.port, [first, last], headers, requests=bench.sizes.page_requests,
                seconds=60,
            )
            refuse_errors(answer)
            one, other = answer["targets"]
            figure.add(other["p50_us"] / 1e6, one["p50_us"] / 1e6)
        yield figure


def refuse_errors(answer):
    if any(target["refused"] or not target["requests"] for target in answer["targets"]):
        raise Failure("small requests were refused")


def p10(bench):
    for name, target in (
        ("call set", "/brapi/v2/callsets/main~long~S1"),
        ("variant", f"/brapi/v2/variants/{first_variant(bench)}"),
    ):
        figure = Figure("P10", f"small requests, one {name}", 0.7, unit="requests/s")
        figure.rival_name = "bare Beast"
        status, fields, body = bench.server.get(target)
        if status == 404:
            figure.problem = "not built"
        else:
            against_baseline(bench, figure, target, fields, body)
        yield figure


def against_baseline(bench, figure, target, fields, body):
    body_file, fields_file = (bench.server.scratch / name for name in ("small.body", "small.fields"))
    body_file.write_bytes(body)
    # What Beast writes itself is left out.
    own = ("content-length", "connection")
    fields_file.write_text("".join(f"{k}: {v}\n" for k, v in fields.items() if k.lower() not in own))
    program = bench.programs.bench / "callstream_bench_baseline"
    p99 = []
    with Background(program, body_file, fields_file, bench.cores) as baseline:
        for _ in range(bench.runs):
            rates = []
            for port in (bench.server.port, baseline.port):
                answer = bench.programs.client(
                    "repeat", port, target, connections=CONNECTIONS, seconds=bench.sizes.seconds
                )
                refuse_errors(answer)
                rates.append(answer["requests"] / answer["seconds"])
                p99.append(answer["targets"][0]["p99_us"])
            figure.add(*rates)
    figure.note = f"p99 {max(p99[0::2]):.0f} | {max(p99[1::2]):.0f} us"


def p11(bench):
    sizes = bench.sizes
    what = f"{sizes.fast} fast among {sizes.idle} idle, {sizes.slow} slow"
    figure = Figure("P11", what, 0.8, unit="B/s", rival_name="alone")
    for _ in range(bench.runs):
        answer = bench.programs.client(
            "crowd", bench.server.port, calls_path("long", "S1"), NDJSON, idle=sizes.idle,
            slow=sizes.slow, fast=sizes.fast, seconds=sizes.seconds,
        )
        if (answer["idle_open"], answer["slow_open"]) != (sizes.idle, sizes.slow):
            raise Failure(f"clients were cut: {answer['idle_open']} idle, {answer['slow_open']} slow left")
        figure.add(answer["crowded_bytes_per_second"], answer["alone_bytes_per_second"])
    yield figure


def p12(bench):
    """The same cells as one answer from each. Ours goes out of its way for nobody: JSON, as theirs."""
    variants, samples = min(bench.sizes.variants, PEER_VARIANTS), bench.sizes.samples
    target = allele_matrix_target(variants, samples)
    file = bench.programs.panel(bench.sizes.samples, bench.sizes.variants)
    for peer in ("cyvcf2", "pysam"):
        figure = Figure("P12", f"allele matrix against {peer}, FastAPI", 20, times_as_fast=True, unit="s")
        figure.rival_name = peer
        missing = missing_for(peer)
        if not bench.server.knows(allele_matrix_target(1, 1)):
            figure.problem = "not built"
        elif missing:
            figure.problem = f"not measured: {missing} is not there (tools/setup peers)"
        else:
            against_peer(bench, figure, peer, file, target, variants)
        yield figure
    yield against_given_peer(bench, variants)


def missing_for(peer):
    command = [SYSTEM_PYTHON, "-c", f"import fastapi, uvicorn, {peer}"]
    done = subprocess.run(command, capture_output=True, text=True)
    return "" if done.returncode == 0 else re.sub(r".*'(\w+)'.*", r"\1", done.stderr.strip().splitlines()[-1])


def cells_of(port, target):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{target}") as answer:
        return json.load(answer)["result"]["dataMatrices"][0]["dataMatrix"]


def against_peer(bench, figure, peer, file, target, variants):
    theirs = f"/allelematrix?variants={variants}"
    with Background(SYSTEM_PYTHON, PEERS / "fastapi_matrix.py", peer, file) as server:
        if cells_of(server.port, theirs) != cells_of(bench.server.port, target):
            raise Failure(f"{peer} has other cells than callstream")
        for _ in range(bench.runs):
            ours = bench.programs.drain(bench.server.port, target)
            rival = bench.programs.drain(server.port, theirs)
            figure.add(ours["seconds"], rival["seconds"])
