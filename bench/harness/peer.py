"""Row P12 beside a server of others that somebody named: `--peer URL`."""

import json
import urllib.parse
import urllib.request

from harness.figures import Figure
from harness.programs import Failure, run_program

OUR_SET = "main~matrix"
CALL_SETS = 1000  # of a page, as `callstream bench` asks for them
PATIENCE = 60  # seconds


class Peer:
    """A BrAPI v2 server: where it is and what it is called. `variant_set` is its id of the matrix, when
    somebody knows it."""

    def __init__(self, url, name=None, variant_set=None):
        """ValueError for what is no address."""
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise ValueError(f"{url} is no address like http://127.0.0.1:8080/brapi/v2")
        self.base = url.rstrip("/") if parts.path.strip("/") else f"{parts.scheme}://{parts.netloc}/brapi/v2"
        self.name = name or parts.netloc
        self.variant_set = variant_set

    def get(self, path):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(self.base + path, timeout=PATIENCE) as answer:
                return json.load(answer)["result"]
        except (OSError, ValueError, KeyError, TypeError) as failed:
            raise Failure(f"{self.base}{path.split('?')[0]} does not answer: {failed}") from None

    def find_variant_set(self, variants, samples):
        """The one of our id, or the only one of that size."""
        if self.variant_set:
            return self.variant_set
        sets = self.get("/variantsets?pageSize=1000").get("data", [])
        fitting = [
            one["variantSetDbId"]
            for one in sets
            if (one.get("variantCount"), one.get("callSetCount")) == (variants, samples)
        ]
        if OUR_SET in fitting:
            return OUR_SET
        if len(fitting) == 1:
            return fitting[0]
        raise Failure(
            f"{self.base} has {len(fitting) or 'no'} variant sets of {samples} samples and {variants} variants"
            + (" (name one by --peer-set)" if fitting else "")
        )

    def cells(self, variant_set, variants):
        result = self.get(
            f"/allelematrix?variantSetDbId={urllib.parse.quote(variant_set, safe='')}&dimensionVariantPage=0"
            f"&dimensionVariantPageSize={variants}&dimensionCallSetPageSize={CALL_SETS}"
        )
        matrices = {one.get("dataMatrixAbbreviation"): one.get("dataMatrix") for one in result.get("dataMatrices", [])}
        if "GT" not in matrices:
            raise Failure(f"{self.base} has no matrix GT")
        return matrices["GT"]

    def seconds(self, program, variant_set, variants, seconds):
        """Of one answer, the median; `callstream bench` asks again and again, on one connection."""
        report = json.loads(run_program([
            program, "bench", self.base, "--what", "matrix", "--variant-set", variant_set, "--page-size", variants,
            "--distinct", 1, "-c", 1, "-d", seconds, "--timeout", PATIENCE, "--json",
        ]))
        return report["latencySeconds"]["p50"]


def first_difference(ours, theirs):
    """In words, or nothing."""
    if len(ours) != len(theirs):
        return f"{len(theirs)} rows where callstream has {len(ours)}"
    for row, (mine, other) in enumerate(zip(ours, theirs)):
        if len(mine) != len(other):
            return f"row {row} of {len(other)} cells where callstream has {len(mine)}"
        for column, (one, another) in enumerate(zip(mine, other)):
            if one != another:
                return f"'{another}' in row {row}, column {column} where callstream has '{one}'"
    return ""


def against_given_peer(bench, variants):
    """The same request to both, once their cells were found equal."""
    peer = bench.peer
    figure = Figure("P12", "allele matrix against others", None, times_as_fast=True, unit="s")
    if peer is None:
        figure.problem = "not run (give --peer URL)"
        return figure
    figure.what, figure.rival_name = f"allele matrix against {peer.name}", peer.name
    try:
        compare(bench, figure, peer, variants)
    except Failure as failed:
        figure.problem = f"failed: {failed}"
    return figure


def compare(bench, figure, peer, variants):
    us = Peer(f"http://127.0.0.1:{bench.server.port}")
    theirs = peer.find_variant_set(bench.sizes.variants, bench.sizes.samples)
    difference = first_difference(us.cells(OUR_SET, variants), peer.cells(theirs, variants))
    if difference:
        raise Failure(f"{peer.name} has {difference}")
    program = bench.programs.build / "callstream"
    for _ in range(bench.runs):
        figure.add(*(
            server.seconds(program, name, variants, bench.sizes.seconds)
            for server, name in ((us, OUR_SET), (peer, theirs))
        ))
