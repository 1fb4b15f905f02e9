"""Row P9: letters of a reference sequence over HTTP, ranges of a megabase from all over it."""

import os
import random
import statistics
import subprocess
import time

from harness.figures import Figure
from harness.programs import Background, Failure, Server, run_program
from harness.sequences import NAME, cached_sequence

RANGE = 1_000_000
PLACES = 48  # ranges that are asked for in turn


class Ranges:
    """A server with the two files, and the two clients."""

    def __init__(self, bench, server, ready, files):
        self.bench = bench
        self.server = server
        self.ready = ready
        self.files = files
        chance = random.Random(1)
        last = bench.sizes.sequence_bases - RANGE
        self.starts = [chance.randint(0, last) for _ in range(PLACES)]

    def targets(self, stem):
        path = f"/brapi/v2/references/main~{stem}~{NAME}/bases"
        return [f"{path}?start={start}&end={start + RANGE}" for start in self.starts]

    def regions(self):
        return [f"{NAME}:{start + 1}-{start + RANGE}" for start in self.starts]

    def ask(self, port, targets):
        """Many ranges, one after the other on one connection: bytes of an answer and its seconds."""
        answer = self.bench.programs.client(
            "repeat", port, targets, requests=self.bench.sizes.range_requests, seconds=60, core=cores()[0]
        )
        if any(target["refused"] for target in answer["targets"]):
            raise Failure("ranges were refused")
        requests = answer["requests"]
        size = sum(target["body_bytes"] for target in answer["targets"]) // requests
        if size < RANGE:
            raise Failure("an answer does not hold its range")
        return size, answer["seconds"] / requests

    def ours(self, stem):
        return self.ask(self.server.port, self.targets(stem))

    def socket(self, size):
        return self.ask(self.ready.port, f"/{size}")[1]

    def compare_with_samtools(self):
        """Both sides of a comparison must have done the same work."""
        for stem, file in self.files.items():
            ours = self.server.json(self.targets(stem)[0])["result"]["sequence"]
            lines = run_program(["samtools", "faidx", file, self.regions()[0]]).splitlines()[1:]
            if ours != "".join(lines).upper():
                raise Failure(f"samtools reads other letters from {file.name}")


def cores():
    return sorted(os.sched_getaffinity(0))


def wait_for_checksums(server, seconds=120):
    """They are computed in the background when the server has started."""
    end = time.monotonic() + seconds
    while None in [one["md5checksum"] for one in server.json("/brapi/v2/references")["result"]["data"]]:
        if time.monotonic() > end:
            raise Failure("the checksums of the sequences did not come")
        time.sleep(0.05)


def against_socket(ranges):
    figure = Figure("P9", "bases, plain FASTA", 0.7, unit="B/s", rival_name="socket")
    for _ in range(ranges.bench.runs):
        size, seconds = ranges.ours("plain")
        figure.add(size / seconds, size / ranges.socket(size))
    return figure


def against_inflating(ranges):
    figure = Figure("P9", "bases, bgzipped FASTA", 0.8, unit="bases/s", rival_name="bgzf_read")
    for _ in range(ranges.bench.runs):
        _, seconds = ranges.ours("packed")
        inflate = ranges.bench.programs.steps(ranges.files["packed"], "inflate")["inflate"]
        # The letters of the whole file, without the line ends that are inflated with them.
        figure.add(RANGE / seconds, ranges.bench.sizes.sequence_bases / inflate["seconds"])
    return figure


def samtools_seconds(file, regions):
    """Of a process for a region, as a shell starts them one after the other."""
    loop = 'file=$1; shift; for region; do samtools faidx "$file" "$region" >/dev/null || exit 1; done'
    start = time.monotonic()
    subprocess.run(["sh", "-c", loop, "sh", str(file), *regions], check=True, timeout=300)
    return (time.monotonic() - start) / len(regions)


def against_samtools(ranges):
    figure = Figure("P9", "a range against samtools faidx", 50, unit="s", times_as_fast=True)
    figure.rival_name = "a process each"
    alone = []
    for _ in range(ranges.bench.runs):
        size, seconds = ranges.ours("plain")
        process = samtools_seconds(ranges.files["plain"], ranges.regions())
        figure.add(seconds, process)
        alone.append(process / ranges.socket(size))
    figure.note = f"the socket alone: {statistics.median(alone):.3g} times"
    return figure


def p9(bench):
    plain, packed = cached_sequence(bench.programs.panels, bench.sizes.sequence_bases)
    served = {"plain.fa": plain, "packed.fa.gz": packed}
    client = bench.programs.bench / "callstream_bench_client"
    # One core for each end: where they share one, the scheduler's choice would decide the ceiling.
    with (
        Server(bench.programs.build / "callstream", served) as server,
        Background(client, "ready-bytes", "--core", cores()[-1]) as ready,
    ):
        wait_for_checksums(server)
        ranges = Ranges(bench, server, ready, {"plain": plain, "packed": packed})
        ranges.compare_with_samtools()
        for figure in (against_socket, against_inflating, against_samtools):
            yield figure(ranges)
