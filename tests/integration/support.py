"""What the integration tests share: the program under test, a client, files, and the renderer.

Nothing here links or imports callstream: genotypes are read by bcftools and rendered by `render`.
"""

import http.client
import json
import os
import pathlib
import re
import signal
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.parse

PROGRAM = os.environ["CALLSTREAM"]
SANITIZED = bool(os.environ.get("CALLSTREAM_SANITIZE"))
ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ROOT / "data" / "demo"
# Real data sets that do not ship with the project; tests that want them say so when they are not there.
SHARED_DATA = ROOT.parent / "shared" / "data"


class Server:
    """A running `callstream serve`, ended when the `with` block ends."""

    def __init__(
        self, folder, *options, state=None, wait=True, open_files=None, listen="127.0.0.1:0", under=(),
        cwd=None, trust=None,
    ):
        """`under` is a command that runs the program, as strace does. `trust` is the certificate of a server
        that speaks TLS."""
        self.trust = trust
        self.folder = pathlib.Path(folder)
        self.own_state = None if state else tempfile.TemporaryDirectory(prefix="callstream-state-")
        self.state = pathlib.Path(state or self.own_state.name)
        command = [*under, PROGRAM, "serve", str(folder), "--listen", listen, "--state", str(self.state)]
        if open_files:
            command = ["bash", "-c", f'ulimit -n {open_files}; exec "$@"', "-", *command]
        self.log = tempfile.TemporaryFile(mode="w+", errors="replace")
        self.process = subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=self.log, text=True, cwd=cwd
        )
        line = self.process.stdout.readline()
        found = re.search(r"https?://([^:]+):(\d+)", line)
        if not found:
            self.process.wait(10)
            raise AssertionError(f"the server did not start: {line} {self.log_text()}")
        self.host, self.port = found[1].replace("0.0.0.0", "127.0.0.1"), int(found[2])
        if wait:
            self.wait_until_indexed()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, how=signal.SIGTERM, seconds=60):
        """Ends the server; its exit code must be 0 unless it was killed."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(seconds)
        self.process.stdout.close()
        if self.own_state:
            self.own_state.cleanup()
        if how != signal.SIGKILL and code != 0:
            raise AssertionError(f"exit code {code}: {self.log_text()}")

    def log_text(self):
        self.log.seek(0)
        return self.log.read()

    def connect(self, timeout=120):
        if not self.trust:
            return http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        context = ssl.create_default_context(cafile=self.trust)
        return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=context)

    def request(self, target, method="GET", headers=None, body=None):
        """Status, headers and body bytes of one request."""
        connection = self.connect()
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def get(self, target, **parameters):
        """The JSON of a request that must succeed."""
        status, _, body = self.request(url(target, parameters))
        if status != 200:
            raise AssertionError(f"{status} for {target} {parameters}: {body[:300]}")
        return json.loads(body)

    def post(self, target, body, headers=None):
        """Status and JSON of a POST; `body` is sent as JSON, or as it is when it is a text."""
        text = body if isinstance(body, str) else json.dumps(body)
        fields = {"Content-Type": "application/json"} | (headers or {})
        status, _, answer = self.request(target, "POST", fields, text)
        return status, json.loads(answer)

    def search(self, entity, body):
        """The searchResultsDbId of a search."""
        status, answer = self.post(f"/brapi/v2/search/{entity}", body)
        if status != 202:
            raise AssertionError(f"{status} for a search of {entity} {body}: {answer}")
        return answer["result"]["searchResultsDbId"]

    def error(self, target, **parameters):
        """Status and text of a request that must fail."""
        status, _, body = self.request(url(target, parameters))
        return status, json.loads(body)

    def ndjson(self, target, **parameters):
        """The lines of an NDJSON answer, parsed."""
        headers = {"Accept": "application/x-ndjson"}
        status, _, body = self.request(url(target, parameters), headers=headers)
        if status != 200:
            raise AssertionError(f"{status} for {target}: {body[:300]}")
        return [json.loads(line) for line in body.splitlines()]

    def wait_until_indexed(self, seconds=120):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.get("/ready")["indexing"]["files"] == 0:
                return
            time.sleep(0.02)
        raise AssertionError("the index passes did not end")

    def memory_kib(self, name="VmRSS"):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{name}:\s+(\d+)", text)[1])

    def reset_peak_memory(self):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")


def url(target, parameters):
    query = urllib.parse.urlencode({k: v for k, v in parameters.items() if v is not None})
    return f"{target}?{query}" if query else target


def encode_id(part):
    """The public form of one part of an id, written anew from its documentation."""
    plain = re.compile(rb"[A-Za-z0-9_-]")
    return "".join(
        chr(b) if plain.match(bytes([b])) else f".{b:02X}" for b in part.encode("utf-8", "surrogateescape")
    )


def call_set_id(data_set, stem, sample):
    return "~".join(encode_id(part) for part in (data_set, stem, sample))


def calls_path(call_set):
    return f"/brapi/v2/callsets/{urllib.parse.quote(call_set, safe='')}/calls"


def walk(server, call_set, page_size, **parameters):
    """All calls of a call set by nextPageToken; checks what every page says of itself."""
    calls, token = [], None
    while True:
        page = server.get(calls_path(call_set), pageSize=page_size, pageToken=token, **parameters)
        data = page["result"]["data"]
        pagination = page["metadata"]["pagination"]
        assert len(data) <= page_size
        assert pagination["pageSize"] == page_size
        calls += data
        token = pagination["nextPageToken"]
        if token is None:
            assert len(calls) == pagination["totalCount"], (len(calls), pagination)
            return calls
        assert len(data) == page_size


def render(genotype, expand=True, phased="|", unphased="/", unknown="."):
    """A genotype as bcftools prints it, in the form that BrAPI asks for."""
    alleles = re.split(r"[/|]", genotype)
    separators = re.findall(r"[/|]", genotype)
    if all(allele == "." for allele in alleles):
        return unknown
    if not expand and len(alleles) > 1 and len(set(alleles)) == 1:
        return alleles[0]
    text = ""
    for position, allele in enumerate(alleles):
        if position:
            text += phased if separators[position - 1] == "|" else unphased
        text += unknown if allele == "." else allele
    return text


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stderr.decode(errors='replace')[:500]}")
    return done.stdout


def new_token(state, *options, name="one"):
    """A bearer token for servers with this state folder."""
    return run(PROGRAM, "token", "add", name, *options, "--state", state).decode().strip()


def samples_of(path):
    return run("bcftools", "query", "-l", path).decode(errors="surrogateescape").splitlines()


def expected_calls(path):
    """[(variant id suffix, [GT text per sample])] in file order, read by bcftools."""
    out = run("bcftools", "query", "-f", "%CHROM\t%POS\t%REF\t%ALT[\t%GT]\n", path)
    rows, previous, number = [], None, 0
    for line in out.decode(errors="surrogateescape").splitlines():
        contig, position, _ref, _alt, *genotypes = line.split("\t")
        number = number + 1 if (contig, position) == previous else 1
        previous = (contig, position)
        rows.append((f"{encode_id(contig)}~{position}~{number}", genotypes))
    return rows


VCF_HEAD = """##fileformat=VCFv4.3
##fileDate=20260131
##contig=<ID=1,length=100000000>
##contig=<ID=2,length=100000000>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">
##FORMAT=<ID=PS,Number=1,Type=Integer,Description="Phase set">
"""


def write_vcf(path, rows, samples, head=VCF_HEAD):
    """A VCF.gz or BCF from (contig, position, id, ref, alt, format, [sample text]) rows."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = ["CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples]
    lines = [head + "#" + "\t".join(columns)]
    for contig, position, name, ref, alt, keys, values in rows:
        lines.append("\t".join([contig, str(position), name, ref, alt, ".", ".", ".", keys, *values]))
    text = ("\n".join(lines) + "\n").encode()
    if path.name.endswith(".bcf"):
        run("bcftools", "view", "--no-version", "-Ob", "-o", path, "-", input=text)
    else:
        path.write_bytes(run("bgzip", "-c", input=text))
    return path


def simple_panel(path, variants=100, samples=3, genotype=lambda v, s: f"{v % 2}|{s % 2}"):
    """A panel on contig 1 whose genotypes say where they stand."""
    names = [f"S{i}" for i in range(samples)]
    rows = [
        ("1", 10 * v + 1, f"rs{v}", "A", "C", "GT", [genotype(v, s) for s in range(samples)])
        for v in range(variants)
    ]
    return write_vcf(path, rows, names)


class FolderTest(unittest.TestCase):
    """A test with a folder of its own, `self.folder`."""

    def wait_for(self, condition, seconds=20):
        """For what happens on another thread of the server."""
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "it did not happen in time")
            time.sleep(0.05)

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="callstream-test-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name) / "data"
        self.folder.mkdir()
