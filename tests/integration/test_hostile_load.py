"""Slow, idle and too many clients: each is ended as it should be, others are served meanwhile."""

import json
import os
import re
import resource
import select
import time
import unittest

from hostile_clients import Answers, HostileTest, Witness, head, post
from support import SANITIZED, calls_path, simple_panel


class slow_clients(HostileTest):
    options = ["--head-timeout", "2", "--body-timeout", "2", "--send-timeout", "2", "--idle-timeout", "3"]

    def setUp(self):
        super().setUp()
        simple_panel(self.folder / "long.bcf", 100_000)
        self.server.process.send_signal(1)  # SIGHUP: look again
        self.wait_for(lambda: self.server.request("/brapi/v2/callsets/main~long~S1")[0] == 200)

    def drip(self, connections, data, seconds):
        """A byte to each connection every 0.3 s, as the slowest clients do."""
        end = time.monotonic() + seconds
        at = 0
        while time.monotonic() < end:
            for s in connections:
                try:
                    s.sendall(data[at % len(data) : at % len(data) + 1])
                except (BrokenPipeError, ConnectionResetError):
                    pass
            at += 1
            time.sleep(0.3)

    def expect_408(self, connections):
        for s in connections:
            answer = Answers(s).next()
            self.assertEqual(answer[0], 408)
            self.assertIn(b"\r\nConnection: close", answer[1])

    def test_slow_heads_and_bodies_are_408_however_steadily_they_come(self):
        with Witness(self.server) as witness:
            heads = [self.open() for _ in range(100)]
            bodies = [self.open() for _ in range(100)]
            for s in heads:
                s.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nX: ")
            for s in bodies:
                s.sendall(post(b"", length=4_000_000))
            # Much at once earns no time to keep it in memory.
            stalled = self.open()
            stalled.sendall(post(b"x" * 1_000_000, length=2_000_000))
            began = time.monotonic()
            self.drip(heads + bodies, b'{"a":', 3)
            self.expect_408([*heads, *bodies, stalled])
            self.assertLess(time.monotonic() - began, 8)
        self.check(witness)

    def test_a_body_at_the_least_rate_is_read(self):
        body = json.dumps({"callSetNames": ["x" * 6000]}).encode()
        s = self.open()
        s.sendall(post(b"", length=len(body)))
        for at in range(0, len(body), 600):  # 1.2 KB/s, far beyond the grace
            s.sendall(body[at : at + 600])
            time.sleep(0.5)
        self.assertEqual(Answers(s).next()[0], 202)

    def test_idle_connections_are_closed_and_busy_ones_are_not(self):
        idle = self.open()
        idle.sendall(head(b"GET /health HTTP/1.1"))
        answers = Answers(idle)
        self.assertEqual(answers.next()[0], 200)
        busy = self.server.connect()
        began = time.monotonic()
        while time.monotonic() - began < 5:
            busy.request("GET", "/health")
            self.assertEqual(busy.getresponse().read(), b'{"status":"ok"}\n')
            time.sleep(0.5)
        busy.close()
        idle.settimeout(0.5)
        self.assertIsNone(answers.next())

    def test_slow_readers_are_cut_and_patient_ones_served(self):
        target = calls_path("main~long~S1") + "?pageSize=100000"
        with Witness(self.server) as witness:
            slow = [self.open(receive_buffer=4096) for _ in range(50)]
            for s in slow:
                s.sendall(head(b"GET %s HTTP/1.1" % target.encode()))
            patient = self.open(receive_buffer=65536)
            patient.sendall(head(b"GET %s HTTP/1.1" % target.encode(), b"Connection: close"))
            received = b""
            end = time.monotonic() + 4
            while time.monotonic() < end:  # about 400 KB/s: more than a block per 2 s
                received += patient.recv(40_000)
                for s in slow:
                    try:
                        s.recv(10)
                    except ConnectionResetError:
                        pass
                time.sleep(0.1)
            while part := patient.recv(1 << 20):
                received += part
            self.assertTrue(received.endswith(b"0\r\n\r\n"))
            for s in slow:
                self.assertFalse(self.rest(s).endswith(b"0\r\n\r\n"))
        self.check(witness)
        self.wait_for(lambda: b"callstream_streams_open 0\n" in self.server.request("/metrics")[2])

    @staticmethod
    def rest(connection):
        data = b""
        try:
            while part := connection.recv(1 << 20):
                data = (data + part)[-100:]
        except ConnectionResetError:
            pass
        return data


class many_connections(HostileTest):
    options = ["--body-memory", "1"]

    def test_idle_connections_cost_little_and_disturb_nobody(self):
        wanted = 2000
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        enough = wanted + 200
        if soft < enough:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(enough, hard), hard))
            self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        count = min(wanted, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200)
        if count < wanted:
            print(f"only {count} of {wanted} connections: the limit of open files is {hard}", flush=True)
        with Witness(self.server) as witness:
            before = self.server.memory_kib()
            idle = [self.open() for _ in range(count)]
            self.wait_for(lambda: f"callstream_connections_open {count + 1}".encode() in self.metrics())
            cost = (self.server.memory_kib() - before) / count
            print(f"{count} idle connections: {cost:.1f} KiB each", flush=True)
            if not SANITIZED:
                self.assertLess(cost, 16)
            for s in idle[::50]:
                s.sendall(head(b"GET /health HTTP/1.1"))
                self.assertEqual(Answers(s).next()[0], 200)
        self.check(witness)

    def metrics(self):
        # Its own connection counts, too, so the witness stands for one and this one is taken off.
        text = self.server.request("/metrics")[2]
        return re.sub(
            rb"connections_open (\d+)", lambda m: b"connections_open %d" % (int(m[1]) - 1), text
        )

    def test_bodies_over_the_budget_are_503(self):
        half = post(b"x" * 300_000, length=400_000)
        holders = [self.open() for _ in range(2)]
        with Witness(self.server) as witness:
            for s in holders:
                s.sendall(half)
            time.sleep(0.5)
            s = self.open()
            s.sendall(post(b"x" * 399_999, length=400_000))
            status, fields, _ = Answers(s).next()
            self.assertEqual(status, 503)
            self.assertIn(b"\r\nRetry-After: 1", fields)
            self.assertIn(b"\r\nConnection: close", fields)
            s = self.open()
            s.sendall(post(b"{}"))  # small ones still have room
            self.assertEqual(Answers(s).next()[0], 202)
            for s in holders:
                s.close()
            body = b'{"a":"' + b"x" * 390_000 + b'"}'
            self.wait_for(lambda: self.exchange(post(body, b"Connection: close"))[0][0] == 202)
        self.check(witness)


class too_many_connections(HostileTest):
    options = ["--connections", "20"]

    def test_the_next_one_is_told_at_once(self):
        with Witness(self.server) as witness:
            held = [self.open() for _ in range(19)]
            for s in held:
                s.sendall(head(b"GET /health HTTP/1.1"))
                self.assertEqual(Answers(s).next()[0], 200)
            times = []
            for request in (b"", head(b"GET /health HTTP/1.1"), post(b"{}")):
                for _ in range(20):
                    began = time.monotonic()
                    s = self.open()
                    if request:
                        s.sendall(request)
                    answers = Answers(s)
                    status, fields, body = answers.next()
                    self.assertEqual(status, 503)
                    self.assertIn(b"\r\nRetry-After: 1", fields)
                    self.assertIn(b"\r\nConnection: close", fields)
                    times.append(time.monotonic() - began)
                    self.assertIsNone(answers.next())
                    s.close()
            if not SANITIZED:
                # All but a few, which the machine may have kept waiting.
                self.assertLess(sorted(times)[-5], 0.1)
            refused = re.search(rb"connections_refused_total (\d+)", self.metrics_over(held[0]))
            self.assertEqual(int(refused[1]), 60)
            for s in held:
                s.close()
            self.wait_for(lambda: self.exchange(head(b"GET /health HTTP/1.1", b"Connection: close"))[0][0] == 200)
        self.check(witness)

    @staticmethod
    def metrics_over(connection):
        connection.sendall(head(b"GET /metrics HTTP/1.1"))
        return Answers(connection).next()[2]


class few_descriptors(HostileTest):
    open_files = 64

    def test_200_clients_of_64_descriptors_are_served_or_told(self):
        with Witness(self.server) as witness:
            clients = [self.open() for _ in range(200)]
            for s in clients:
                try:
                    s.sendall(head(b"GET /health HTTP/1.1"))
                except (BrokenPipeError, ConnectionResetError):
                    pass
            statuses = {}
            for s in clients:
                status = self.status(s)
                statuses[status] = statuses.get(status, 0) + 1
            print(f"200 clients, 64 descriptors: {statuses}", flush=True)
            self.assertGreater(statuses.get(200, 0), 20)
            self.assertGreater(statuses.get(503, 0), 20)
            self.assertEqual(set(statuses) - {200, 503, None}, set())
            for s in clients:
                s.close()
            self.wait_for(lambda: self.exchange(head(b"GET /health HTTP/1.1", b"Connection: close"))[0][0] == 200)
        self.check(witness)

    @staticmethod
    def status(connection):
        """None where the close overtook the answer."""
        try:
            answer = Answers(connection).next()
            return answer and answer[0]
        except ConnectionResetError:
            return None

    def test_accepting_goes_on_after_the_descriptors_ran_out(self):
        pid = self.server.process.pid
        with Witness(self.server) as witness:
            time.sleep(0.2)
            used = len(os.listdir(f"/proc/{pid}/fd"))
            limit = resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 3, 64))
            waiting = [self.open() for _ in range(30)]
            for s in waiting:
                s.sendall(head(b"GET /health HTTP/1.1"))
            time.sleep(0.5)
            ready, _, _ = select.select(waiting, [], [], 0)
            self.assertLess(len(ready), 10, "the limit did not hold")
            resource.prlimit(pid, resource.RLIMIT_NOFILE, limit)
            for s in waiting[:20]:
                self.assertEqual(Answers(s).next()[0], 200)
        self.check(witness)


if __name__ == "__main__":
    unittest.main()
