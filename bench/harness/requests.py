"""Rows about many or small requests: P6, P8b, P10, P11, P12."""

from harness.figures import Figure
from harness.programs import NDJSON, Background, Failure, calls_path
from harness.streams import allele_matrix_target, first_variant, last_page_token

PAGE_SIZE = 1000
CONNECTIONS = 32


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


def p8b(bench):
    figure = Figure("P8b", "gzip'd Call objects by compressed rendering", 6)
    figure.problem = "not built"
    yield figure


def p12(bench):
    figure = Figure("P12", "against cyvcf2 and pysam behind FastAPI", 20)
    built = bench.server.knows(allele_matrix_target(1, 1))
    figure.problem = "not measured: the endpoint is there, its row is not" if built else "not built"
    yield figure
