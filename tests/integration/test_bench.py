"""`callstream bench`: against the program itself, and against servers that lie, stall and die."""

import contextlib
import http.server
import json
import pathlib
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from support import DEMO, PROGRAM, FolderTest, Server, new_token, run, simple_panel


def bench(url, *options, seconds=120):
    """The exit code, the report and what was said on stderr."""
    done = subprocess.run(
        [PROGRAM, "bench", url, "--json", *options], capture_output=True, text=True, timeout=seconds
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


class against_the_program(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(DEMO)
        cls.addClassCleanup(cls.server.stop)
        cls.url = f"http://{cls.server.host}:{cls.server.port}"

    def report(self, *options, code=0):
        got, report, said = bench(self.url, *options)
        self.assertEqual(got, code, f"{said} {report}")
        return report

    def test_every_form_of_an_answer_has_the_same_checksum(self):
        forms = [["--accept", form, packed] for form in ("json", "ndjson") for packed in ("--gzip", "--no-gzip")]
        reports = [self.report("-n", "100", "-c", "4", *form) for form in forms]
        self.assertEqual(len({r["checksum"] for r in reports}), 1, [r["checksum"] for r in reports])
        self.assertRegex(reports[0]["checksum"], "^[0-9a-f]{16}$")
        for subjects in zip(*(r["what"] for r in reports)):
            self.assertEqual(len({s["checksum"] for s in subjects}), 1, subjects)
        packed, plain = reports[0], reports[1]
        self.assertLess(packed["wireBytes"], plain["wireBytes"] / 4)
        self.assertEqual(packed["decodedBytes"], plain["decodedBytes"])

    def test_pages_of_any_size_add_up_to_the_same(self):
        one_set = ["--what", "calls,callsets,variants", "--variant-set", "odd~ploidy", "-n", "1"]
        sums = {self.report(*one_set, "--page-size", n)["checksum"] for n in ("600", "1000", "40")}
        self.assertEqual(len(sums), 1)

    def test_counts_are_those_of_the_files(self):
        report = self.report("--what", "calls", "--variant-set", "odd~ploidy", "--page-size", "1000", "-n", "7")
        self.assertEqual(report["requests"], 7)
        self.assertEqual(report["calls"], 7 * 10 * 60)
        matrix = self.report("--what", "matrix", "--variant-set", "odd~ploidy", "-n", "3")
        self.assertEqual(matrix["calls"], 3 * 10 * 60)
        bases = self.report("--what", "bases", "-n", "1")
        self.assertEqual(bases["what"][0]["unit"], "bases")
        self.assertEqual(bases["calls"], 0)

    def test_the_report_has_all_members(self):
        report = self.report("-d", "0.5", "-c", "2", "--ceilings", "--file", DEMO / "haplotypes.bcf")
        self.assertEqual(
            set(report),
            {
                "accept", "calls", "callsPerSecond", "ceilings", "checksum", "connections", "cut", "decodedBytes",
                "decodedBytesPerSecond", "errorKinds", "errors", "firstByteSeconds", "gaveUp", "gzip",
                "latencySeconds", "notes", "rate", "reconnects", "requests", "requestsPerSecond", "seconds",
                "stopped", "unanswered", "url", "warm", "what", "wireBytes", "wireBytesPerSecond",
            },
        )
        self.assertEqual(
            [s["what"] for s in report["what"]], ["callsets", "calls", "matrix", "bases", "variants"]
        )
        for subject in report["what"]:
            self.assertEqual(
                set(subject),
                {
                    "checksum", "decodedBytes", "decodedBytesPerSecond", "distinctRequests", "firstByteSeconds",
                    "items", "itemsPerSecond", "latencySeconds", "requests", "requestsPerSecond", "unit", "what",
                    "wireBytes", "wireBytesPerSecond",
                },
            )
        for times in (report["latencySeconds"], report["firstByteSeconds"]):
            self.assertEqual(list(times), ["p50", "p99", "p999", "max"])
            self.assertEqual(sorted(times.values()), list(times.values()))
            self.assertGreater(times["p50"], 0)
        self.assertEqual(
            set(report["ceilings"]),
            {"bcfReadCallsPerSecond", "bcfReadRecords", "bcfReadWholeFile", "socketBytesPerSecond"},
        )
        self.assertGreater(report["ceilings"]["socketBytesPerSecond"], 1e7)
        self.assertEqual(report["ceilings"]["bcfReadRecords"], 1200)
        self.assertLess(report["seconds"], 10)

    def test_another_checksum_than_the_expected_is_an_error(self):
        ask = ["--what", "callsets", "-n", "5"]
        checksum = self.report(*ask)["checksum"]
        self.report(*ask, "--expect", checksum)
        other = self.report(*ask, "--expect", "0123456789abcdef", code=1)
        self.assertEqual(list(other["errorKinds"]), ["checksum"])

    def test_a_rate_is_kept(self):
        report = self.report("--what", "callsets", "--page-size", "5", "--rate", "100", "-d", "2", "-c", "4")
        self.assertEqual(report["requests"], 200)
        self.assertGreater(report["seconds"], 1.9)
        self.assertLess(report["seconds"], 4)

    def test_many_connections_and_a_cold_start(self):
        report = self.report("-n", "1000", "-c", "200", "--cold", "--page-size", "20")
        self.assertEqual(report["requests"], 1000)

    def test_a_refused_request_is_an_error_with_its_status(self):
        code, report, said = bench(self.url, "--what", "calls", "--variant-set", "nosuch", "-n", "1")
        self.assertEqual(code, 1)
        self.assertIsNone(report)
        self.assertIn("404", said)

    def test_control_c_ends_with_the_report_so_far(self):
        process = subprocess.Popen(
            [PROGRAM, "bench", self.url, "--json", "-d", "60", "--page-size", "10"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
        report = json.loads(out)
        self.assertTrue(report["stopped"])
        self.assertGreater(report["requests"], 0)
        self.assertEqual(process.returncode, 0)

    def test_the_table_and_the_progress_are_for_people(self):
        done = subprocess.run(
            [PROGRAM, "bench", self.url, "-d", "4", "-c", "2"], capture_output=True, text=True, timeout=60
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in ("callsets", "matrix", "p99.9", "calls/s", "checksum", "errors    0"):
            self.assertIn(word, done.stdout)
        self.assertIn("requests/s", done.stderr)

    def test_usage_errors_say_what_is_wrong(self):
        for options in (["nonsense"], [self.url, "--what", "x"], [self.url, "--expect", "12"], []):
            done = subprocess.run([PROGRAM, "bench", *options], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 2, options)


class against_a_server_that_ends(FolderTest):
    def test_a_server_that_dies_is_an_error(self):
        simple_panel(self.folder / "a.vcf.gz")
        server = Server(self.folder)
        process = subprocess.Popen(
            [PROGRAM, "bench", f"http://{server.host}:{server.port}", "--json", "-d", "30", "-c", "8"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        time.sleep(1.5)
        server.stop(signal.SIGKILL)
        out, _ = process.communicate(timeout=60)
        report = json.loads(out)
        self.assertEqual(process.returncode, 1)
        self.assertIn("connection", report["errorKinds"])
        self.assertTrue(report["gaveUp"])
        self.assertLess(report["seconds"], 30)
        self.assertGreater(report["requests"], 0)

    def test_a_token_is_sent(self):
        simple_panel(self.folder / "a.vcf.gz")
        state = self.folder.parent / "state"
        token = new_token(state)
        server = Server(self.folder, "--auth", "all", state=state, wait=False)
        self.addCleanup(server.stop)
        url = f"http://{server.host}:{server.port}"
        code, _, said = bench(url, "-n", "5", "--what", "calls")
        self.assertEqual(code, 1)
        self.assertIn("401", said)
        code, report, said = bench(url, "-n", "5", "--what", "calls", "--token", token)
        self.assertEqual(code, 0, said)
        self.assertEqual(report["requests"], 5)

    def test_tls_is_spoken_and_the_certificate_checked(self):
        simple_panel(self.folder / "a.vcf.gz", variants=20000)
        cert, key = self.folder.parent / "cert.pem", self.folder.parent / "key.pem"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
            "2", "-subj", "/CN=x", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert)
        server = Server(self.folder, "--tls-cert", str(cert), "--tls-key", str(key), trust=cert)
        self.addCleanup(server.stop)
        url = f"https://127.0.0.1:{server.port}"
        ask = ["-n", "20", "-c", "4", "--what", "calls", "--page-size", "100000"]
        code, _, said = bench(url, *ask)
        self.assertEqual(code, 1)
        self.assertIn("certificate verify failed", said)
        reports = []
        for trust in (["--tls-ca", cert], ["--tls-any"]):
            code, report, said = bench(url, *ask, *trust)
            self.assertEqual(code, 0, f"{said} {report}")
            self.assertEqual(report["calls"], 20 * 60000)
            reports.append(report)
        self.assertEqual(reports[0]["checksum"], reports[1]["checksum"])
        code, _, said = bench(f"https://localhost:{server.port}", *ask, "--tls-ca", cert)
        self.assertEqual(code, 1)


class odd_handler(http.server.BaseHTTPRequestHandler):
    """A server of one variant set with one page of calls; `self.server.answer` makes that page."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.path.split("?")[0]
        if path.endswith("/serverinfo"):
            return self.say({"result": {"calls": [{"service": "/variantsets/{id}/calls"}]}})
        if path.endswith("/variantsets"):
            return self.say({"result": {"data": [{"variantSetDbId": "one"}]}})
        if "pageSize=1" == self.path.split("?")[1]:
            return self.say({"metadata": {"pagination": {"totalCount": 2}}, "result": {"data": []}})
        if "/references" in path:
            return self.say({"result": {}})
        if not path.endswith("/calls"):
            return self.send_error(404)
        self.server.asked += 1
        self.server.answer(self, self.server.asked)

    def say(self, body):
        text = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def say_calls(self, genotype):
        call = {"callSetDbId": "s", "variantDbId": "v", "genotypeValue": genotype}
        self.say({"metadata": {}, "result": {"data": [call]}})


@contextlib.contextmanager
def odd_server(answer):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), odd_handler)
    server.daemon_threads = True
    server.answer, server.asked = answer, 0
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/brapi/v2"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class against_odd_servers(unittest.TestCase):
    def errors(self, answer, *options):
        """Exit code 1 and the kinds of errors, with their counts."""
        with odd_server(answer) as url:
            code, report, said = bench(url, *(options or ("-n", "10")))
        self.assertEqual(code, 1, f"{said} {report}")
        return {kind: error["count"] for kind, error in report["errorKinds"].items()}

    def test_an_honest_one_is_right(self):
        with odd_server(lambda handler, _: handler.say_calls("0|1")) as url:
            code, report, said = bench(url, "-n", "10")
        self.assertEqual((code, report["calls"]), (0, 10), f"{said} {report}")

    def test_another_body_the_second_time_is_an_error(self):
        def lie(handler, number):
            handler.say_calls("0|1" if number != 2 else "1|1")

        self.assertEqual(self.errors(lie), {"wrong answer": 1})

    def test_statuses_are_counted_by_themselves(self):
        def refuse(handler, number):
            if number % 2 == 1:
                return handler.say_calls("0|1")
            handler.send_response(500 + number % 3)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        kinds = self.errors(refuse)
        self.assertEqual(sum(kinds.values()), 5)
        self.assertEqual(set(kinds), {"status 500", "status 501", "status 502"})

    def test_a_body_that_is_cut_is_short(self):
        def cut(handler, number):
            if number == 1:
                return handler.say_calls("0|1")
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
            handler.wfile.write(b'{"result":{"data":[')
            handler.close_connection = True

        self.assertEqual(self.errors(cut), {"short body": 10})

    def test_what_is_no_json_is_wrong(self):
        def page(handler, _):
            handler.send_response(200)
            handler.send_header("Content-Length", "15")
            handler.end_headers()
            handler.wfile.write(b"<html>no</html>")

        self.assertEqual(self.errors(page), {"wrong answer": 11})

    def test_a_stall_is_a_timeout(self):
        def stall(handler, number):
            if number == 3:
                time.sleep(3)
            with contextlib.suppress(OSError):
                handler.say_calls("0|1")

        self.assertEqual(self.errors(stall, "-n", "4", "--timeout", "1"), {"timeout": 1})

    def test_an_answer_without_end_ends_with_the_run(self):
        def endless(handler, number):
            if number == 1:
                return handler.say_calls("0|1")
            handler.send_response(200)
            handler.end_headers()
            with contextlib.suppress(OSError):
                handler.wfile.write(b'{"result":{"data":[1')
                while True:
                    handler.wfile.write(b",1" * 50000)

        with odd_server(endless) as url:
            code, report, said = bench(url, "-d", "1", "--timeout", "1", seconds=30)
        self.assertEqual((code, report["cut"], report["requests"]), (0, 1, 0), f"{said} {report}")

    def test_a_stall_is_seen_by_all_who_would_have_come(self):
        """Three quarters of the requests of an open loop wait, though only one meets the stall."""

        def stall(handler, number):
            if number == 15:
                time.sleep(1.5)
            handler.say_calls("0|1")

        with odd_server(stall) as url:
            code, report, said = bench(url, "-d", "2", "--rate", "50")
        self.assertEqual((code, report["requests"]), (0, 100), f"{said} {report}")
        self.assertGreater(report["latencySeconds"]["p50"], 0.25)
        self.assertGreater(report["latencySeconds"]["max"], 1.4)

    def test_a_server_that_closes_each_connection_is_right(self):
        def close(handler, _):
            handler.close_connection = True
            handler.say_calls("0|1")

        with odd_server(close) as url:
            code, report, said = bench(url, "-n", "20", "-c", "3")
        self.assertEqual((code, report["requests"]), (0, 20), f"{said} {report}")

    def test_what_cannot_be_asked_is_said(self):
        with odd_server(lambda handler, _: handler.say_calls("0")) as url:
            for options, reason in (
                (["--what", "matrix"], "allelematrix"), (["--what", "bases"], "no result.data")
            ):
                code, report, said = bench(url, "-n", "1", *options)
                self.assertEqual((code, report), (1, None), said)
                self.assertIn(reason, said)
        code, report, said = bench(url, "-n", "1")
        self.assertEqual((code, report), (1, None), said)
        self.assertIn("Connection refused", said)


if __name__ == "__main__":
    unittest.main()
