"""The programs that tools/bench runs: the server, the load client, the rivals, the panel maker."""

import http.client
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import tempfile
import time

NDJSON = {"Accept": "application/x-ndjson"}


class Failure(Exception):
    """A measurement that could not be made."""


def run_program(command, seconds=300):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=seconds)
    if done.returncode != 0:
        raise Failure(f"{pathlib.Path(command[0]).name}: {done.stderr.strip()[:300]}")
    return done.stdout


def user_seconds(command, enough=0.05, runs_max=200):
    """User time of a program, all its output thrown away. The kernel samples which time was user
    time, so what takes milliseconds is run again until there is enough of it to divide."""
    words = [str(part) for part in command]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    for run in range(1, runs_max + 1):
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, timeout=300)
        total = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        if total >= enough:
            return total / run
    raise Failure(f"{command[0]} takes too little time to be measured")


class Programs:
    """What the build folder holds."""

    def __init__(self, build, panels):
        self.build = build
        self.bench = build / "bench"
        self.panels = panels

    def panel(self, samples, variants, ending=".bcf", fields="GT"):
        """Path of a cached panel; made when it is not there."""
        command = [self.bench / "callstream_make_panel", "--cache", self.panels, "--samples", samples]
        command += ["--variants", variants, "--fields", fields, ending]
        return pathlib.Path(run_program(command).strip())

    def steps(self, file, *steps):
        """Runs steps in process, once each, in turn; their figures by name."""
        out = run_program([self.bench / "callstream_bench_steps", file, 1, *steps])
        return {line["step"]: line for line in map(json.loads, out.splitlines())}

    def client(self, mode, port, targets, headers=None, **options):
        command = [self.bench / "callstream_bench_client", mode, "--port", port]
        for target in [targets] if isinstance(targets, str) else targets:
            command += ["--target", target]
        for name, value in (headers or {}).items():
            command += ["--header", f"{name}: {value}"]
        for name, value in options.items():
            command += ["--" + name.replace("_", "-"), value]
        return json.loads(run_program(command))

    def drain(self, port, target, headers=None, **options):
        """One long answer per connection. It must be a 200 and, unless cut on purpose, complete."""
        answer = self.client("drain", port, target, headers, **options)
        if answer["status"] != 200 or not (answer["complete"] or "bytes_max" in options):
            raise Failure(f"{target}: status {answer['status']}, complete: {answer['complete']}")
        return answer


class Background:
    """A helper that prints its port and ends when its standard input does."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        line = self.process.stdout.readline()
        if not line.strip().isdigit():
            raise Failure(f"{command[0]} did not start")
        self.port = int(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


class Server:
    """A running `callstream serve` over links to the given files, {stem with ending: path}; `columns`: once
    they have their columns."""

    def __init__(self, program, files, state=None, columns=False):
        self.temporary = tempfile.TemporaryDirectory(prefix="callstream-bench-")
        folder = pathlib.Path(self.temporary.name) / "data"
        folder.mkdir()
        for name, path in files.items():
            (folder / name).symlink_to(path.resolve())
        self.scratch = pathlib.Path(self.temporary.name)
        self.log = open(self.scratch / "log", "w+")
        state = state or self.scratch / "state"
        if columns:
            subprocess.run([program, "index", folder, "--state", state, "--columns"], check=True, capture_output=True)
        command = [program, "serve", folder, "--listen", "127.0.0.1:0", "--state", state]
        self.process = subprocess.Popen(
            [str(part) for part in command], stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        found = re.search(r"http://[^:]+:(\d+)", self.process.stdout.readline())
        if not found:
            self.stop()
            raise Failure("the server did not start")
        self.port = int(found[1])

    def __enter__(self):
        self.wait_until_indexed()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()
        self.temporary.cleanup()

    def get(self, target, headers=None):
        """Status, headers and body of a small answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request("GET", target, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def json(self, target):
        status, _, body = self.get(target)
        if status != 200:
            raise Failure(f"{target}: status {status}")
        return json.loads(body)

    def knows(self, target):
        """Whether the route is there: a row whose endpoint is 404 is not built."""
        return self.get(target)[0] != 404

    def wait_until_indexed(self, seconds=300):
        end = time.monotonic() + seconds
        while self.json("/ready")["indexing"]["files"] != 0:
            if time.monotonic() > end:
                raise Failure("the index passes did not end")
            time.sleep(0.05)

    def memory_kib(self, name="VmRSS"):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{name}:\s+(\d+)", text)[1])

    def reset_peak_memory(self):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")


def calls_path(stem, sample):
    return f"/brapi/v2/callsets/main~{stem}~{sample}/calls"


def raise_descriptor_limit():
    """For the server, which inherits it: a row holds a thousand connections open."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def machine_facts(root, programs):
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    cache = (programs.build / "CMakeCache.txt").read_text()
    compiler = re.search(r"CMAKE_CXX_COMPILER:\w+=(.*)", cache)
    version = subprocess.run([compiler[1], "--version"], capture_output=True, text=True)
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=root, capture_output=True, text=True
    )
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": model[1] if model else "unknown",
        "compiler": version.stdout.splitlines()[0] if version.stdout else "unknown",
        "htslib": run_program([programs.bench / "callstream_bench_steps", "--htslib-version"]).strip(),
        "commit": commit.stdout.strip() or "unknown",
        "load_at_start": os.getloadavg()[0],
    }
