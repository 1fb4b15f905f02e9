"""Start, stop, rescans, damage, and the command line."""

import gzip
import os
import signal
import socket
import subprocess
import time
import unittest

import support
from support import PROGRAM, FolderTest, Server, calls_path, simple_panel, walk

CALL_SET = "main~p~S1"


def program(*arguments, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=60, **options)


class command_line(FolderTest):
    def test_help_and_version(self):
        for arguments in (["--help"], ["serve", "--help"], ["ls", "--help"]):
            done = program(*arguments)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("DIR" if len(arguments) > 1 else "serve", done.stdout)
        for option in ("--listen", "--state", "--token-key", "-@", "--config"):
            self.assertIn(option, program("serve", "--help").stdout)
        version = program("--version").stdout
        self.assertRegex(version, r"callstream \d+\.\d+\.\d+\nhtslib 1\.\d+.*\nBoost 1\.\d+")

    def test_wrong_use_is_told_on_stderr_with_code_2(self):
        config = self.folder.parent / "bad.toml"
        config.write_text('listne = "x"\n')
        key = self.folder.parent / "short"
        key.write_text("short")
        state = self.folder.parent / "state"
        cases = [
            [],
            ["dance"],
            ["serve"],
            ["serve", "/nonexistent"],
            ["serve", self.folder, "--colour"],
            ["serve", self.folder, "--state", state, "--listen", "nonsense"],
            ["serve", self.folder, "--state", state, "--listen", "127.0.0.1:99999"],
            ["serve", self.folder, "--state", state, "--listen", "0.0.0.0:0"],
            ["serve", self.folder, "--state", state, "--listen", "example.org:0"],
            ["serve", self.folder, "--state", state, "--config", config],
            ["serve", self.folder, "--state", state, "--token-key", key],
            ["serve", self.folder, "--state", state, "--token-key", "/nonexistent"],
        ]
        for arguments in cases:
            with self.subTest(arguments):
                done = program(*arguments)
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertEqual(done.stdout, "")
                self.assertNotEqual(done.stderr, "")

    def test_listening_beyond_loopback_needs_a_word(self):
        with Server(self.folder, "--insecure", listen="0.0.0.0:0") as server:
            self.assertEqual(server.request("/health")[0], 200)

    def test_a_taken_port_is_named(self):
        with Server(self.folder) as server:
            state = self.folder.parent / "other"
            done = program("serve", self.folder, "--state", state, "--listen", f"127.0.0.1:{server.port}")
            self.assertEqual(done.returncode, 2)
            self.assertIn("cannot listen", done.stderr)

    def test_start_prints_the_address_and_three_lines_worth_trying(self):
        simple_panel(self.folder / "p.vcf.gz", 5)
        state = self.folder.parent / "state"
        process = subprocess.Popen(
            [PROGRAM, "serve", self.folder, "--listen", "127.0.0.1:0", "--state", state],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            lines = [process.stdout.readline() for _ in range(4)]
            self.assertIn("http://127.0.0.1:", lines[0])
            for line in lines[1:]:
                self.assertIn("curl", line)
                done = subprocess.run(["bash", "-c", line], capture_output=True, timeout=20)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(b'"', done.stdout)
        finally:
            process.terminate()
            process.wait(20)
            process.stdout.close()

    def test_options_come_from_a_file_and_the_command_line_wins(self):
        config = self.folder.parent / "c.toml"
        config.write_text('listen = "127.0.0.1:1"\nthreads = 3\ndrain = 1\n')
        with Server(self.folder, "--config", str(config), "-@", "1") as server:
            self.assertNotEqual(server.port, 1)
            threads = len(os.listdir(f"/proc/{server.process.pid}/task"))
            # One for I/O, one worker, those of indexing, coverage and exports; a sanitizer may add its own.
            self.assertLessEqual(threads, 6)

    def test_ls_shows_what_would_be_served(self):
        state = self.folder.parent / "state"
        simple_panel(self.folder / "p.vcf.gz", 5)
        simple_panel(self.folder / "p.bcf", 7)
        path = simple_panel(self.folder / "sub" / "q.bcf", 9, samples=2)
        support.run("bcftools", "index", path)
        done = program("ls", self.folder, "--state", state)
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = [line.split("\t") for line in done.stdout.splitlines()[1:]]
        self.assertEqual(
            rows,
            [
                ["main~p", "3", "?", "none", "p.bcf"],
                ["main~p.2Evcf.2Egz", "3", "?", "none", "p.vcf.gz"],
                ["sub~q", "2", "9", "csi", "sub/q.bcf"],
            ],
        )
        done = program("ls", "--wait", self.folder, "--state", state)
        rows = [line.split("\t") for line in done.stdout.splitlines()[1:]]
        self.assertEqual([row[2:4] for row in rows], [["7", "ready"], ["5", "ready"], ["9", "ready"]])
        (self.folder / "bad.vcf").write_text("x")
        done = program("ls", self.folder, "--state", state)
        self.assertEqual(done.returncode, 1)
        self.assertIn("not served: bad.vcf", done.stderr)


class files_that_cannot_be_served(FolderTest):
    def test_are_named_with_the_reason_and_the_rest_is_served(self):
        good = simple_panel(self.folder / "p.vcf.gz", 2000)
        data = good.read_bytes()
        (self.folder / "cut.vcf.gz").write_bytes(data[: len(data) // 2])
        (self.folder / "no-eof.vcf.gz").write_bytes(data[:-28])
        (self.folder / "plain.vcf").write_text("##fileformat=VCFv4.3\n")
        (self.folder / "text.vcf.gz").write_text("##fileformat=VCFv4.3\n")
        (self.folder / "gzip.vcf.gz").write_bytes(gzip.compress(gzip.decompress(data)))
        (self.folder / "empty.bcf").write_bytes(b"")
        (self.folder / "folder.bcf").mkdir()
        os.mkfifo(self.folder / "fifo.bcf")
        (self.folder / "fasta.bcf").write_bytes(support.run("bgzip", "-c", input=b">chr1\nACGT\n"))
        rows = [("1", p, ".", "A", "C", "GT", ["0|1"]) for p in (5, 9, 7)]
        support.write_vcf(self.folder / "unsorted.vcf.gz", rows, ["S1"])
        flipped = bytearray(simple_panel(self.folder / "flip.bcf", 20_000).read_bytes())
        flipped[len(flipped) // 2] ^= 0xFF
        (self.folder / "flip.bcf").write_bytes(flipped)
        (self.folder / "dangling.bcf").symlink_to("/nonexistent")
        expected = {
            "cut.vcf.gz": "cut off",
            "no-eof.vcf.gz": "cut off",
            "plain.vcf": "bgzip",
            "text.vcf.gz": "not compressed",
            "gzip.vcf.gz": "plain gzip",
            "empty.bcf": "not compressed",
            "folder.bcf": "directory",
            "fifo.bcf": "not a regular file",
            "fasta.bcf": "",
            "unsorted.vcf.gz": "bcftools sort",
            "flip.bcf": "damaged",
            "dangling.bcf": "not a regular file",
        }
        with Server(self.folder) as server:
            problems = {p["file"]: p["problem"] for p in server.get("/ready")["problems"]}
            self.assertEqual(set(problems), set(expected))
            for name, text in expected.items():
                self.assertIn(text, problems[name], name)
                self.assertIn(f"not served: {name}", server.log_text())
            self.assertEqual(len(walk(server, CALL_SET, 500)), 2000)
            self.assertEqual(server.get("/ready")["variantSets"], 1)

    def test_a_symlinked_folder_is_followed_and_a_loop_ends(self):
        outside = self.folder.parent / "outside"
        simple_panel(outside / "p.vcf.gz", 5)
        (self.folder / "linked").symlink_to(outside)
        (outside / "loop").symlink_to(outside)
        with Server(self.folder) as server:
            self.assertEqual(len(walk(server, "linked~p~S1", 5)), 5)
            self.assertEqual(server.get("/ready")["variantSets"], 1)


class a_running_server(FolderTest):
    def test_keeps_what_it_serves_when_a_folder_cannot_be_read_for_a_while(self):
        simple_panel(self.folder / "sub" / "p.vcf.gz", 5)
        with Server(self.folder, open_files=64) as server:
            idle = [server.connect(timeout=5) for _ in range(60)]
            for connection in idle:
                connection.connect()
            for _ in range(3):
                server.process.send_signal(signal.SIGHUP)
                time.sleep(0.2)
            for connection in idle:
                connection.close()
            self.wait_for(lambda: self.answers(server))
            self.assertEqual(server.request(calls_path("sub~p~S1"))[0], 200)

    def test_tries_a_failed_index_pass_again(self):
        state = self.folder.parent / "state"
        (state / "index").mkdir(parents=True)
        with Server(self.folder, state=state) as server:
            (state / "index").rmdir()
            (state / "index").write_text("as good as a full disk")
            simple_panel(self.folder / "p.vcf.gz", 2000)
            server.process.send_signal(signal.SIGHUP)
            self.wait_for(lambda: "index pass of p.vcf.gz failed" in server.log_text())
            self.assertEqual(server.request(calls_path(CALL_SET) + "?page=1")[0], 503)
            self.assertEqual(server.request(calls_path(CALL_SET))[0], 200)
            (state / "index").unlink()
            (state / "index").mkdir()
            server.process.send_signal(signal.SIGHUP)
            self.wait_for(lambda: server.request(calls_path(CALL_SET) + "?page=1")[0] == 200)

    def test_ls_beside_it_shares_the_state_folder(self):
        state = self.folder.parent / "state"
        for i in range(20):
            simple_panel(self.folder / f"p{i}.bcf", 50)
        listings = [
            subprocess.Popen([PROGRAM, "ls", "--wait", self.folder, "--state", state], stdout=subprocess.PIPE, text=True)
            for _ in range(3)
        ]
        outputs = [listing.communicate(timeout=60)[0] for listing in listings]
        self.assertEqual(len(set(outputs)), 1)
        self.assertEqual(outputs[0].count("\t50\tready\t"), 20)
        self.assertEqual(program("ls", self.folder, "--state", state).stdout, outputs[0])
        self.assertEqual([p for p in (state / "index").iterdir() if p.suffix not in (".ord", ".sites", ".csi")], [])

    def test_cuts_an_http_1_0_answer_so_that_it_shows(self):
        simple_panel(self.folder / "p.bcf", 100_000)
        server = Server(self.folder, "--drain", "1")
        with socket.create_connection((server.host, server.port), timeout=20) as s:
            s.sendall(f"GET {calls_path(CALL_SET)}?pageSize=100000 HTTP/1.0\r\n\r\n".encode())
            s.recv(1000)
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(server.process.wait(10), 0)
            with self.assertRaises(ConnectionResetError):
                while s.recv(1 << 20):
                    pass
        server.stop()

    def test_notices_new_and_removed_files_on_sighup(self):
        simple_panel(self.folder / "p.vcf.gz", 5)
        with Server(self.folder) as server:
            simple_panel(self.folder / "q.vcf.gz", 6)
            (self.folder / "p.vcf.gz").unlink()
            server.process.send_signal(signal.SIGHUP)
            self.wait_for(lambda: server.request("/brapi/v2/callsets/main~q~S0")[0] == 200)
            server.wait_until_indexed()
            self.assertEqual(len(walk(server, "main~q~S0", 4)), 6)
            self.assertEqual(server.request(calls_path(CALL_SET))[0], 404)

    def test_answers_404_for_a_file_that_just_went_away(self):
        simple_panel(self.folder / "p.vcf.gz", 5)
        with Server(self.folder) as server:
            (self.folder / "p.vcf.gz").unlink()
            self.assertEqual(server.request(calls_path(CALL_SET))[0], 404)

    def test_goes_on_with_the_old_file_in_an_answer_that_has_begun(self):
        simple_panel(self.folder / "p.bcf", 60_000)
        with Server(self.folder) as server:
            connection = server.connect()
            connection.request("GET", calls_path(CALL_SET), headers={"Accept": "application/x-ndjson"})
            answer = connection.getresponse()
            begun = answer.read(1000)
            new = simple_panel(self.folder.parent / "new.bcf", 10)
            os.replace(new, self.folder / "p.bcf")
            rest = answer.read()
            self.assertTrue(rest.endswith(b'{"complete":true,"count":60000}\n'))
            server.request(calls_path(CALL_SET))
            server.wait_until_indexed()
            self.assertEqual(len(walk(server, CALL_SET, 100)), 10)
            connection.close()

    def test_cuts_an_answer_when_the_file_is_damaged_under_it(self):
        path = simple_panel(self.folder / "p.bcf", 200_000)
        with Server(self.folder) as server:
            connection = server.connect()
            connection.request("GET", calls_path(CALL_SET) + "?pageSize=200000")
            answer = connection.getresponse()
            answer.read(1000)
            os.truncate(path, path.stat().st_size // 2)
            with self.assertRaises(Exception) as caught:
                answer.read()
            self.assertIn("IncompleteRead", type(caught.exception).__name__)
            connection.close()
            self.wait_for(lambda: "answer cut" in server.log_text())
            self.assertEqual(server.request("/health")[0], 200)

    def test_resets_the_connection_when_an_answer_without_chunks_is_cut(self):
        path = simple_panel(self.folder / "p.bcf", 200_000)
        with Server(self.folder) as server:
            with socket.create_connection((server.host, server.port), timeout=20) as s:
                s.sendall(f"GET {calls_path(CALL_SET)}?pageSize=200000 HTTP/1.0\r\n\r\n".encode())
                s.recv(1000)
                os.truncate(path, path.stat().st_size // 2)
                with self.assertRaises(ConnectionResetError):
                    while s.recv(1 << 20):
                        pass

    def test_lets_open_answers_end_on_sigterm(self):
        simple_panel(self.folder / "p.bcf", 100_000)
        server = Server(self.folder)
        idle = server.connect()
        idle.request("GET", "/health")
        idle.getresponse().read()
        connection = server.connect()
        connection.request("GET", calls_path(CALL_SET), headers={"Accept": "application/x-ndjson"})
        answer = connection.getresponse()
        begun = answer.read(1000)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        with self.assertRaises(OSError):
            server.request("/health")
        body = begun + answer.read()
        self.assertTrue(body.endswith(b'{"complete":true,"count":100000}\n'))
        connection.close()
        self.assertEqual(server.process.wait(10), 0)
        server.stop()

    def test_cuts_open_answers_when_the_drain_time_is_over(self):
        simple_panel(self.folder / "p.bcf", 100_000)
        server = Server(self.folder, "--drain", "1")
        connection = server.connect()
        connection.request("GET", calls_path(CALL_SET), headers={"Accept": "application/x-ndjson"})
        answer = connection.getresponse()
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.process.wait(10), 0)
        connection.close()
        server.stop()

    def test_survives_running_out_of_descriptors(self):
        simple_panel(self.folder / "p.bcf", 1000)
        with Server(self.folder, open_files=40) as server:
            idle = [server.connect(timeout=5) for _ in range(60)]
            for connection in idle:
                connection.connect()
            time.sleep(0.3)
            for connection in idle:
                connection.close()
            self.wait_for(lambda: self.answers(server))
            self.assertEqual(len(walk(server, CALL_SET, 100)), 1000)

    @staticmethod
    def answers(server):
        try:
            return server.request("/health")[0] == 200
        except OSError:
            return False

    def test_keeps_its_indexes_over_a_restart(self):
        simple_panel(self.folder / "p.bcf", 1000)
        state = self.folder.parent / "state"
        with Server(self.folder, state=state):
            pass
        kept = {path.suffix: path for path in (state / "index").iterdir()}
        self.assertEqual(set(kept), {".ord", ".sites", ".csi"})
        when = {path: path.stat().st_mtime_ns for path in kept.values()}
        with Server(self.folder, state=state):
            self.assertEqual(when, {path: path.stat().st_mtime_ns for path in kept.values()})
        # A damaged one is made again.
        for path in (kept[".ord"], kept[".sites"]):
            whole = path.read_bytes()
            damaged = bytearray(whole)
            damaged[-1] ^= 1
            path.write_bytes(damaged)
            with Server(self.folder, state=state) as server:
                self.assertEqual(len(walk(server, CALL_SET, 300)), 1000)
            self.assertEqual(path.read_bytes(), whole)

    def test_keeps_its_key_to_itself(self):
        state = self.folder.parent / "state"
        with Server(self.folder, state=state):
            self.assertEqual((state / "token.key").stat().st_mode & 0o777, 0o600)


if __name__ == "__main__":
    unittest.main()
