"""HTTPS: the same answers, today's protocols, certificates that change, clients that misbehave."""

import os
import random
import re
import signal
import socket
import ssl
import subprocess
import time
import unittest

import support
from support import FolderTest, Server, call_set_id, calls_path, run, simple_panel

HEALTH = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


def make_pair(folder, name="localhost"):
    """A key and a certificate that it signed itself."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-keyout", folder / "key.new", "-out", folder / "cert.new")
    (folder / "cert.new").rename(cert)
    (folder / "key.new").rename(key)
    return cert, key


class tls(FolderTest):
    def setUp(self):
        super().setUp()
        self.keys = self.folder.parent
        self.cert, self.key = make_pair(self.keys)
        simple_panel(self.folder / "panel.bcf", variants=3000)

    def serve(self, *options):
        server = Server(
            self.folder, "--tls-cert", str(self.cert), "--tls-key", str(self.key), *options, trust=self.cert
        )
        self.addCleanup(server.stop)
        return server

    def dial(self, server, **options):
        """A TLS connection to the server."""
        context = ssl.create_default_context(cafile=self.cert)
        for name, value in options.items():
            setattr(context, name, value)
        raw = socket.create_connection((server.host, server.port), timeout=30)
        self.addCleanup(raw.close)
        return context.wrap_socket(raw, server_hostname="localhost")

    def certificate(self, server):
        """Whom new connections meet."""
        said = ssl.get_server_certificate((server.host, server.port))
        subject = run("openssl", "x509", "-noout", "-subject", input=said.encode()).decode()
        return re.search(r"CN = (\S+)", subject)[1]

    def test_answers_are_those_of_plain_http(self):
        path = calls_path(call_set_id("main", "panel", "S1"))
        headers = [{}, {"Accept": "application/x-ndjson"}, {"Accept-Encoding": "gzip"}]
        with Server(self.folder) as plain:
            wanted = [plain.request(path, headers=h)[2] for h in headers]
            wanted_lists = plain.get("/brapi/v2/callsets")
        secured = self.serve()
        # Tokens are signed by keys of each server's own.
        hidden = re.compile(rb'"[A-Za-z]*PageToken":"[^"]*"')
        for expected, h in list(zip(wanted, headers))[:2]:
            self.assertEqual(hidden.sub(b"", secured.request(path, headers=h)[2]), hidden.sub(b"", expected))
        self.assertEqual(secured.request(path, headers=headers[2])[1]["Content-Encoding"], "gzip")
        self.assertEqual(secured.get("/brapi/v2/callsets")["result"], wanted_lists["result"])

    def test_links_are_https(self):
        server = self.serve()
        plate = {"clientPlateId": "p", "sampleSubmissionFormat": "PLATE_96",
                 "samples": [{"clientSampleId": "s", "row": "A", "column": 1}]}
        order = {"clientId": "c", "numberOfSamples": 1, "plates": [plate], "sampleType": "DNA",
                 "serviceIds": ["genotyping"]}
        status, made = server.post("/brapi/v2/vendor/orders", order)
        self.assertEqual(status, 200, made)
        link = made["result"]["shipmentForms"][0]["fileURL"]
        self.assertIn(b"clientSampleId", run("curl", "-sSf", "--cacert", self.cert, link))

    def test_links_behind_a_proxy_are_those_of_the_proxy(self):
        server = self.serve("--public-url", "https://example.org/beans/")
        found = server.post("/brapi/v2/vendor/orders", {
            "clientId": "c", "numberOfSamples": 1, "sampleType": "DNA", "serviceIds": ["genotyping"],
            "plates": [{"clientPlateId": "p", "sampleSubmissionFormat": "TUBES", "samples": [{"clientSampleId": "s"}]}],
        })[1]
        order = found["result"]["orderId"]
        self.assertEqual(
            found["result"]["shipmentForms"][0]["fileURL"],
            f"https://example.org/beans/brapi/v2/vendor/orders/{order}/manifest.csv",
        )

    def test_only_todays_protocols_are_spoken(self):
        server = self.serve()
        newest = self.dial(server)
        self.assertEqual(newest.version(), "TLSv1.3")
        older = self.dial(server, maximum_version=ssl.TLSVersion.TLSv1_2)
        self.assertEqual(older.version(), "TLSv1.2")
        older.sendall(HEALTH)
        self.assertIn(b"200 OK", older.recv(4096))
        # Clients of today must be talked into the old ones.
        for version in ("-tls1", "-tls1_1"):
            said = subprocess.run(
                ["openssl", "s_client", "-connect", f"{server.host}:{server.port}", version, "-cipher",
                 "ALL:@SECLEVEL=0"], input=b"", capture_output=True,
            )
            self.assertNotEqual(said.returncode, 0, version)
            self.assertIn(b"alert protocol version", said.stderr)

    def test_plain_http_is_told_where_to_go(self):
        server = self.serve()
        with socket.create_connection((server.host, server.port), timeout=30) as s:
            s.sendall(HEALTH)
            answer = b"".join(iter(lambda: s.recv(4096), b""))
        self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), answer)
        self.assertIn(b"https://", answer)

    def test_a_new_certificate_is_used_without_a_restart(self):
        server = self.serve()
        self.assertEqual(self.certificate(server), "localhost")
        open_before = self.dial(server)
        make_pair(self.keys, "renewed")
        server.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.certificate(server) == "renewed")
        open_before.sendall(HEALTH)
        self.assertIn(b"200 OK", open_before.recv(4096), "connections go on as they began")
        self.key.write_text("broken")
        server.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: "the old pair stays in use" in server.log_text())
        self.assertEqual(self.certificate(server), "renewed")
        self.assertEqual(server.get("/health"), {"status": "ok"})

    def test_a_pair_that_cannot_be_used_ends_the_start(self):
        good = ["--tls-cert", str(self.cert), "--tls-key", str(self.key)]
        other = self.keys / "other"
        other.mkdir()
        make_pair(other)
        cases = {
            "together": good[:2],
            "together ": good[2:],
            "mismatch": [*good[:3], str(other / "key.pem")],
            "certificate": ["--tls-cert", str(self.key), *good[2:]],
            "does not exist": ["--tls-cert", "nowhere.pem", *good[2:]],
        }
        for reason, options in cases.items():
            done = subprocess.run(
                [support.PROGRAM, "serve", str(self.folder), "--listen", "127.0.0.1:0", "--state",
                 str(self.keys / "state"), *options], capture_output=True, text=True, timeout=60,
            )
            self.assertEqual(done.returncode, 2, (reason, done))
            self.assertIn(reason.strip(), done.stderr)

    def test_slow_and_vanishing_clients_cost_nobody_else(self):
        server = self.serve("--head-timeout", "1", "--idle-timeout", "2")
        silent = socket.create_connection((server.host, server.port), timeout=30)
        half = socket.create_connection((server.host, server.port), timeout=30)
        half.sendall(b"\x16\x03\x01\x02\x00\x01\x00")  # the start of a greeting
        gone = socket.create_connection((server.host, server.port), timeout=30)
        gone.sendall(b"\x16\x03\x01")
        gone.close()
        self.assertEqual(server.get("/health"), {"status": "ok"})
        for waiting in (silent, half):
            with waiting:
                began = time.monotonic()
                self.assertEqual(waiting.recv(100), b"")
                self.assertLess(time.monotonic() - began, 20)
        slow = self.dial(server)
        slow.sendall(HEALTH[:10])
        answer = b"".join(iter(lambda: slow.recv(4096), b""))
        self.assertTrue(answer.startswith(b"HTTP/1.1 408 "), answer)
        metrics = server.request("/metrics")[2]
        self.assertGreaterEqual(int(re.search(rb"handshakes_failed_total (\d+)", metrics)[1]), 2)

    def test_a_cut_answer_does_not_look_whole(self):
        """A reader that ends early is noticed; an end of ours is said, so that a cut differs from it."""
        server = self.serve()
        path = calls_path(call_set_id("main", "panel", "S1"))
        client = self.dial(server)
        client.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        # With TLS the end of an answer of HTTP/1.0 is signed; Python raises for one that is not.
        answer = b"".join(iter(lambda: client.recv(65536), b""))
        self.assertTrue(answer.rstrip().endswith(b"}"), answer[-100:])

    def test_a_file_that_changes_while_it_is_sent_holds_up_nobody(self):
        """Two slow clients of compressed answers, whose next blocks are made when the file changes."""
        chance = random.Random(1)
        simple_panel(
            self.folder / "wide.bcf", variants=1500, samples=1500,
            genotype=lambda v, s: f"{chance.randrange(2)}|{chance.randrange(2)}",
        )
        server = self.serve("--threads", "2")
        server.wait_until_indexed()
        target = "/brapi/v2/allelematrix?variantSetDbId=main~wide&dimensionVariantPageSize=1500"
        target += "&dimensionCallSetPageSize=1500"
        clients = [self.dial(server) for _ in range(2)]
        for client in clients:
            client.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n".encode())
            self.assertTrue(client.recv(1000))
        time.sleep(0.5)  # until the sockets are full
        os.utime(self.folder / "wide.bcf")
        for client in clients:
            answer = b"".join(iter(lambda: client.recv(1 << 20), b""))
            self.assertFalse(answer.endswith(b"0\r\n\r\n"))
        self.assertEqual(server.get("/brapi/v2/variantsets/main~panel")["result"]["callSetCount"], 3)

    def test_a_body_comes_through(self):
        server = self.serve()
        items = [f"item {n}" for n in range(20000)]
        status, made = server.post(
            "/brapi/v2/lists", [{"listName": "long", "listType": "markers", "data": items}]
        )
        self.assertEqual(status, 200, str(made)[:300])
        found = made["result"]["data"][0]["listDbId"]
        page = server.get(f"/brapi/v2/lists/{found}", pageSize=20000)
        self.assertEqual(page["result"]["data"], items)

    def test_many_at_once(self):
        server = self.serve()
        path = calls_path(call_set_id("main", "panel", "S1"))
        target = f"https://{server.host}:{server.port}{path}?pageSize=3000"
        one = run("curl", "-sSf", "--cacert", self.cert, target)
        parts = self.keys / "parts"
        parts.mkdir()
        run("curl", "-sSf", "--no-progress-meter", "--cacert", self.cert, "--parallel", "--parallel-immediate",
            "--parallel-max", "50", *(w for n in range(50) for w in ("-o", parts / str(n), target)))
        self.assertEqual({(parts / str(n)).read_bytes() for n in range(50)}, {one})


if __name__ == "__main__":
    unittest.main()
