"""Long answers: bounded memory, slow and vanishing clients, many at once."""

import os
import pathlib
import socket
import subprocess
import tempfile
import threading
import unittest

import support
from support import SANITIZED, FolderTest, Server, calls_path

# By hand: CALLSTREAM_TEST_STREAM=10000000.
RECORDS = int(os.environ.get("CALLSTREAM_TEST_STREAM", "50000" if SANITIZED else "500000"))
CALLS = calls_path("main~long~S1")


def long_panel(path, records):
    """A BCF with this many records on one contig, written by awk because it may be millions."""
    head = support.VCF_HEAD.replace("length=100000000", "length=2000000000")
    columns = "#CHROM\\tPOS\\tID\\tREF\\tALT\\tQUAL\\tFILTER\\tINFO\\tFORMAT\\tS0\\tS1\\tS2"
    program = (
        f'BEGIN {{ print "{columns}"; for (i = 1; i <= {records}; i++)'
        ' printf "1\\t%d\\trs%d\\tA\\tC\\t.\\t.\\t.\\tGT\\t0|1\\t%d|0\\t1|1\\n", i * 10, i, i % 2 }'
    )
    rows = subprocess.Popen(["awk", program], stdout=subprocess.PIPE)
    with open(path, "wb") as out:
        view = subprocess.Popen(
            ["bcftools", "view", "--no-version", "-Ob1"], stdin=subprocess.PIPE, stdout=out
        )
        view.stdin.write(head.encode())
        view.stdin.flush()
        for block in iter(lambda: rows.stdout.read(1 << 20), b""):
            view.stdin.write(block)
        view.stdin.close()
        assert view.wait() == 0
    rows.stdout.close()
    assert rows.wait() == 0


class Reader(threading.Thread):
    """Reads one NDJSON answer to its end with curl; keeps the last line."""

    def __init__(self, server, *options):
        super().__init__()
        self.command = ["curl", "-sS", "--fail", "-H", "Accept: application/x-ndjson", *options]
        self.command.append(f"http://{server.host}:{server.port}{CALLS}")
        self.start()

    def run(self):
        tail = subprocess.run(
            ["bash", "-c", '"$@" | tail -n 1', "-", *self.command], capture_output=True
        )
        self.last = tail.stdout


class streams(FolderTest):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="callstream-long-")
        cls.long_folder = pathlib.Path(cls.temporary.name)
        long_panel(cls.long_folder / "long.bcf", RECORDS)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def complete(self):
        return b'{"complete":true,"count":%d}\n' % RECORDS

    def begin(self, server, receive_buffer=None):
        """A connection that has asked for everything and read nothing."""
        s = socket.socket()
        if receive_buffer:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        s.connect((server.host, server.port))
        s.sendall(f"GET {CALLS} HTTP/1.1\r\nHost: x\r\nAccept: application/x-ndjson\r\n\r\n".encode())
        return s

    def growth_kib(self, server, streams):
        """Peak memory while that many clients read everything, above idle."""
        Reader(server).join()
        idle = server.memory_kib()
        server.reset_peak_memory()
        readers = [Reader(server) for _ in range(streams)]
        for reader in readers:
            reader.join()
            self.assertEqual(reader.last, self.complete())
        return server.memory_kib("VmHWM") - idle

    def test_memory_does_not_grow_with_the_answer(self):
        with Server(self.long_folder) as server:
            one = self.growth_kib(server, 1)
            many = self.growth_kib(server, 32)
            print(f"{RECORDS} calls: 1 stream +{one} KiB, 32 streams +{many} KiB", flush=True)
            if not SANITIZED:
                self.assertLess(one, 2 * 1024)
                self.assertLess(many, 64 * 1024)

    def test_slow_and_vanished_clients_disturb_nobody(self):
        with Server(self.long_folder) as server:
            slow = [self.begin(server, receive_buffer=4096) for _ in range(40)]
            for _ in range(40):
                self.begin(server).close()
            half = [self.begin(server) for _ in range(10)]
            for s in half:
                s.recv(100_000)
                s.close()
            for s in slow:
                self.assertEqual(len(s.recv(1)), 1)
            readers = [Reader(server) for _ in range(4)]
            for reader in readers:
                reader.join()
                self.assertEqual(reader.last, self.complete())
            for s in slow:
                self.assertEqual(len(s.recv(1)), 1)
                s.close()
            self.wait_until_no_streams(server)
            self.assertLess(server.memory_kib(), 400 * 1024)

    def test_over_the_budget_there_is_a_503_and_then_room_again(self):
        with Server(self.long_folder, "--stream-memory", "1") as server:
            waiting = [self.begin(server, receive_buffer=4096) for _ in range(4)]
            for s in waiting:
                s.recv(1)
            refused = []
            self.wait_for(lambda: refused.append(server.request(CALLS + "?pageSize=5")) or refused[-1][0] != 200)
            status, fields, _ = refused[-1]
            self.assertEqual(status, 503)
            self.assertGreaterEqual(int(fields["Retry-After"]), 1)
            self.assertEqual(server.request("/health")[0], 200)
            for s in waiting:
                s.close()
            self.wait_until_no_streams(server)
            self.assertEqual(server.request(CALLS + "?pageSize=5")[0], 200)

    def wait_until_no_streams(self, server):
        self.wait_for(lambda: b"callstream_streams_open 0\n" in server.request("/metrics")[2])

    def test_all_codings_carry_the_same(self):
        with Server(self.long_folder) as server:
            for options in (["--compressed"], ["-H", "Accept-Encoding: gzip", "--compressed"]):
                reader = Reader(server, *options)
                reader.join()
                self.assertEqual(reader.last, self.complete())


if __name__ == "__main__":
    unittest.main()
