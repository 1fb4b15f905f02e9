"""Variants of Google Genomics v1 against bcftools: `variants/search`, `variants:stream`, `variants/{id}`, on the
demo and on the real files beside the project. CALLSTREAM_TEST_CALLS says how many calls of each file, and of all files."""

import functools
import json
import math
import os
import random
import re
import subprocess
import sys
import unittest

import support
from genomics import GenomicsTest
from shared_files import collect, has_records
from support import DEMO, SHARED_DATA, FolderTest, Server, run

# Calls that are compared of each file.
LIMIT = int(os.environ.get("CALLSTREAM_TEST_CALLS", 300))
# Every how many of the real files.
STEP = 1 if "CALLSTREAM_TEST_CALLS" in os.environ else 16 if support.SANITIZED else 4
VARIANT = {
    "alternateBases", "calls", "created", "end", "filter", "id", "info", "names", "quality", "referenceBases",
    "referenceName", "start", "variantSetId",
}


class Line(list):
    """The columns of a record, and `end`, behind its last base."""


def text_lines(path):
    """Of `bcftools view`."""
    view = run("bcftools", "view", "-H", path).decode(errors="replace").splitlines()
    lines = [Line(line.split("\t")) for line in view]
    for line, end in zip(lines, run("bcftools", "query", "-f", "%END\n", path).split()):
        # bcftools 1.16 writes ends of 32 bits.
        line.end = int(end) if int(line[1]) < 1 << 31 else int(line[1]) - 1 + len(line[3])
    return lines


def narrowed(line, columns):
    out = Line(line[i] for i in columns)
    out.end = line.end
    return out


@functools.cache
def numbers_of(path):
    """The FORMAT fields that a header declares as numbers."""
    head = run("bcftools", "view", "-h", path).decode(errors="replace")
    kinds = re.findall(r"##FORMAT=<ID=([^,]+),.*?Type=(\w+)", head)
    return {name for name, kind in kinds if kind in ("Integer", "Float")}


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def same(found, wanted):
    """bcftools writes six digits of a number."""
    if found == wanted:
        return True
    one, other = number(found), number(wanted)
    return one is not None and other is not None and (
        math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-30) or (math.isnan(one) and math.isnan(other))
    )


def values_of(text):
    """Of a field of a VCF; None without one."""
    parts = [part for part in text.split(",") if part]
    return None if all(part == "." for part in parts) else parts


def info_of(column):
    if column == ".":
        return {}
    info = {}
    for entry in column.split(";"):
        name, sign, text = entry.partition("=")
        values = values_of(text) if sign else ["true"]
        if values is not None:
            info.setdefault(name, values)
    return info


def genotype_of(text):
    """Allele numbers, and whether it is phased."""
    if not re.fullmatch(r"[0-9./|]+", text):  # declared as something else than a genotype
        return None, False
    alleles = text.replace("|", "/").split("/")
    return [-1 if a == "." else int(a) for a in alleles], len(alleles) > 1 and "/" not in text


def call_of(keys, text, numbers):
    """Of a FORMAT column and a sample's column; `numbers`: the fields that the header declares as such."""
    values = dict(reversed(list(zip(keys, text.split(":")))))
    call = {"genotype": [], "info": {}}
    phased = False
    if "GT" in values:
        call["genotype"], phased = genotype_of(values.pop("GT"))
    likelihood = next((name for name in ("GL", "PL") if name in keys and name in numbers), "")
    scale = 1 if likelihood == "GL" else -10
    found = values_of(values.pop(likelihood, "."))
    if found:
        # JSON has no infinity.
        call["genotypeLikelihood"] = [None if v == "." or math.isinf(float(v)) else float(v) / scale for v in found]
    if phased:
        call["phaseset"] = ",".join(values_of(values.pop("PS", ".")) or ["*"])
    for name, one in values.items():
        parts = values_of(one)
        if parts is not None:
            call["info"][name] = parts
    return call


class Judge:
    """Compares variants with lines of bcftools; `test` fails."""

    def __init__(self, test, set_id, samples, path):
        self.test, self.set_id, self.samples = test, set_id, samples
        self.path = path
        self.calls = 0

    def judge(self, found, lines):
        self.test.assertEqual(len(found), len(lines))
        for variant, line in zip(found, lines):
            self.judge_variant(variant, line)

    def judge_variant(self, variant, line):
        contig, position, names, ref, alt, quality, filters, info, *cells = line
        test = self.test
        test.assertEqual(variant.keys() | {"quality"}, VARIANT)
        test.assertEqual(variant["variantSetId"], self.set_id)
        test.assertRegex(variant["id"], rf"^{self.set_id}~.*~{position}~\d+$")
        test.assertEqual(variant["names"], [] if names == "." else [n for n in names.split(";") if n])
        test.assertEqual(
            (variant["referenceName"], int(variant["start"]), int(variant["end"])),
            (contig, int(position) - 1, line.end),
        )
        test.assertEqual(variant["referenceBases"], ref)
        test.assertEqual(variant["alternateBases"], [] if alt == "." else alt.split(","))
        test.assertEqual(variant["filter"], [] if filters == "." else filters.split(";"))
        shown = "." if number(quality) is None or not math.isfinite(float(quality)) else quality
        test.assertTrue(same(str(variant.get("quality", ".")), shown), (variant.get("quality"), quality))
        self.judge_values(variant["info"], info_of(info))
        self.judge_calls(variant["calls"], cells)

    def judge_values(self, found, wanted):
        self.test.assertEqual(found.keys(), wanted.keys())
        for name, values in wanted.items():
            fine = len(values) == len(found[name]) and all(map(same, found[name], values))
            self.test.assertTrue(fine, (name, found[name], values))

    def judge_calls(self, found, cells):
        test = self.test
        test.assertEqual([call["callSetName"] for call in found], self.samples)
        keys = cells[0].split(":") if cells else []
        for call, text in zip(found, cells[1:] if cells else [""] * len(found)):
            wanted = call_of(keys, text, numbers_of(self.path))
            name = support.encode_id(call["callSetName"])
            if wanted["genotype"] is None:
                continue
            test.assertEqual(call.keys(), wanted.keys() | {"callSetId", "callSetName"}, (call, text))
            test.assertEqual(call["callSetId"], f"{self.set_id}~{name}")
            test.assertEqual(call["genotype"], wanted["genotype"], text)
            test.assertEqual(call.get("phaseset"), wanted.get("phaseset"), text)
            self.judge_values(call["info"], wanted["info"])
            likelihoods = call.get("genotypeLikelihood", []), wanted.get("genotypeLikelihood", [])
            test.assertEqual(*map(len, likelihoods), text)
            test.assertTrue(all(map(same, *likelihoods)), text)
            self.calls += 1


def post(test, server, target, body):
    status, _, answer = server.request(f"/v1/{target}", "POST", {"Content-Type": "application/json"}, json.dumps(body))
    test.assertEqual(status, 200, answer[:500])
    return json.loads(answer)


def streamed(test, server, **body):
    messages = post(test, server, "variants:stream", {"projectId": "p"} | body)
    return [variant for message in messages for variant in message["variants"]]


def searched(test, server, **body):
    """All pages."""
    variants, token = [], None
    while token != "":
        page = post(test, server, "variants/search", body | ({"pageToken": token} if token else {}))
        variants += page["variants"]
        token = page["nextPageToken"]
        calls = sum(len(variant["calls"]) for variant in page["variants"])
        test.assertLessEqual(len(page["variants"]), body.get("pageSize", 5000))
        test.assertTrue(calls <= body.get("maxCalls", 5000) or len(page["variants"]) == 1)
    return variants


def contigs_of(lines):
    return list(dict.fromkeys(line[0] for line in lines))


def some_of(samples, records):
    most = max(2, LIMIT // max(records, 1))
    return samples if len(samples) <= most else [samples[0], *samples[len(samples) // 2:][:most - 2], samples[-1]]


def compare_file(test, server, data_set, stem, path, chosen):
    """Contig after contig as a stream; one again page by page; some windows. Returns the number of calls."""
    set_id = f"{data_set}~{stem}"
    samples = support.samples_of(path)
    lines = text_lines(path)
    wanted = some_of(samples, len(lines))
    if len(wanted) < len(samples):
        columns = [*range(9), *(9 + samples.index(name) for name in wanted)]
        lines = [narrowed(line, columns) for line in lines]
    named = {"callSetIds": [support.call_set_id(data_set, stem, name) for name in wanted]} if wanted else {}
    judge = Judge(test, set_id, wanted, path)
    for contig in contigs_of(lines):
        found = streamed(test, server, variantSetId=set_id, referenceName=contig, **named)
        judge.judge(found, [line for line in lines if line[0] == contig])
    begin = max(0, int(chosen.choice(lines)[1]) - 1)
    contig = chosen.choice(contigs_of(lines))
    window = begin, begin + chosen.choice((1, 100, 100_000))
    inside = [
        line for line in lines
        if line[0] == contig and int(line[1]) - 1 < window[1] and (line.end > window[0] or window[0] == 0)
    ]
    found = searched(
        test, server, variantSetIds=[set_id], referenceName=contig, start=window[0], end=str(window[1]),
        pageSize=chosen.randrange(1, 50), maxCalls=chosen.randrange(1, 500), **named
    )
    judge.judge(found, inside)
    return judge.calls


class the_demo(unittest.TestCase):
    def test_is_what_bcftools_reads(self):
        chosen = random.Random(20161004)
        calls = 0
        with Server(DEMO) as server:
            server.wait_until_indexed()
            for path in sorted(DEMO.rglob("*")):
                stem = path.name.removesuffix(".vcf.gz").removesuffix(".bcf")
                if stem != path.name:
                    folder = path.parent.relative_to(DEMO)
                    data_set = str(folder) if folder.name else "main"
                    with self.subTest(path.name):
                        calls += compare_file(self, server, data_set, stem, path, chosen)
        self.assertGreater(calls, 5000)


@unittest.skipUnless(SHARED_DATA.is_dir(), "the real data sets are not on this machine")
class real_files(FolderTest):
    def test_are_what_bcftools_reads(self):
        chosen = random.Random(4)
        good, _ = collect(self.folder, has_records, both=False)
        good = good[::STEP]
        calls = files = 0
        with Server(self.folder) as server:
            server.wait_until_indexed()
            refused = {problem["file"] for problem in server.get("/ready")["problems"]}
            for data_set, stem, path in good:
                if str(path.relative_to(self.folder)) in refused:
                    continue
                with self.subTest(str(path)):
                    calls += compare_file(self, server, data_set, stem, path, chosen)
                    files += 1
        print(f"{files} of {len(good)} files, {calls} calls", file=sys.stderr)
        self.assertGreater(files, len(good) * 0.9)


class messages(GenomicsTest):
    """What is asked for, and what is wrong with it."""

    def search(self, wanted=200, fields=None, **body):
        target = "/v1/variants/search" + (f"?fields={fields}" if fields else "")
        status, answer = self.send("POST", target, body)
        self.assertEqual(status, wanted, answer)
        return answer

    def test_pages_by_variants_and_by_calls(self):
        asked = {"variantSetIds": ["alpha~chip"], "referenceName": "1"}
        whole = self.search(**asked)
        self.assertEqual(whole["nextPageToken"], "")
        self.assertEqual([v["id"] for v in whole["variants"]], [f"alpha~chip~1~{10 * n + 1}~1" for n in range(6)])
        for page, sizes in (
            ({"pageSize": 4}, [4, 2]), ({"pageSize": 6}, [6]), ({"pageSize": "99999"}, [6]), ({"maxCalls": 1}, [1] * 6),
            ({"maxCalls": 5}, [1] * 6), ({"maxCalls": 14}, [2] * 3), ({"maxCalls": 20, "pageSize": 3}, [3, 3]),
            ({"maxCalls": 0, "pageSize": 0}, [6]),
        ):
            with self.subTest(page):
                found, token = [], {}
                while True:
                    answer = self.search(**asked, **page, **token)
                    found.append(answer["variants"])
                    if not answer["nextPageToken"]:
                        break
                    token = {"pageToken": answer["nextPageToken"]}
                self.assertEqual([len(one) for one in found], sizes)
                self.assertEqual(sum(found, []), whole["variants"])

    def test_tokens_are_of_their_request(self):
        asked = {"variantSetIds": ["alpha~chip"], "referenceName": "1", "pageSize": 2}
        token = self.search(**asked)["nextPageToken"]
        for other in (
            {"variantSetIds": ["beta~chip"]}, {"start": 1}, {"end": 60}, {"variantName": "rs1"},
            {"callSetIds": ["alpha~chip~A1"]}, {"referenceName": "2"}, {"pageToken": token + "x"}, {"pageToken": "x"},
        ):
            with self.subTest(other):
                self.search(400, **({"pageToken": token} | asked | other))
        self.assertEqual(len(self.search(**asked | {"pageSize": 9}, pageToken=token)["variants"]), 4)

    def test_call_sets(self):
        asked = {"referenceName": "1", "pageSize": 1}
        one = self.search(**asked, callSetIds=["alpha~chip~A1x2", "alpha~chip~A1", "alpha~chip~A1"])
        self.assertEqual([c["callSetName"] for c in one["variants"][0]["calls"]], ["A1", "A1x2"])
        both = self.search(referenceName="1", callSetIds=["alpha~chip~A1", "beta~chip~B1"])
        self.assertEqual([len(v["calls"]) for v in both["variants"]], [1] * 12)
        self.assertEqual({v["variantSetId"] for v in both["variants"]}, {"alpha~chip", "beta~chip"})
        self.search(400, **asked, variantSetIds=["beta~chip"], callSetIds=["alpha~chip~A1"])
        self.search(404, **asked, variantSetIds=["beta~chip"], callSetIds=["nobody"])
        # Those that a client made have no calls, so no variant has any of theirs.
        made = self.call("callsets.create", body={"name": "new", "variantSetIds": ["alpha~chip"]})["id"]
        self.assertEqual(self.search(referenceName="1", callSetIds=[made])["variants"], [])
        self.call("callsets.delete", "alpha~chip~A1")
        left = self.search(variantSetIds=["alpha~chip"], **asked)["variants"][0]["calls"]
        self.assertEqual([c["callSetName"] for c in left], [f"A1x{n}" for n in range(4)])
        self.search(404, **asked, callSetIds=["alpha~chip~A1"])

    def test_windows_and_names(self):
        asked = {"variantSetIds": ["alpha~chip"]}
        for window, found in (
            ({"start": 10, "end": 21}, [1, 2]), ({"start": "10", "end": "20"}, [1]), ({"start": 11, "end": 20}, []),
            ({"start": 50}, [5]), ({"end": 1}, [0]), ({"start": 5, "end": 5}, []), ({"start": 10**12}, []),
            ({"variantName": "rs3"}, [3]), ({"variantName": "rs"}, []), ({"variantName": "rs3", "end": 30}, []),
        ):
            with self.subTest(window):
                answer = self.search(**asked, referenceName="1", **window)
                self.assertEqual([v["names"] for v in answer["variants"]], [[f"rs{n}"] for n in found])
        self.assertEqual(self.search(**asked, referenceName="chrDoesNotExist"), {"variants": [], "nextPageToken": ""})

    def test_fields(self):
        asked = {"variantSetIds": ["alpha~chip"], "referenceName": "1", "end": 1}
        whole = self.search(**asked)["variants"][0]
        calls = whole["calls"]
        for fields, wanted in (
            ("nextPageToken", {"nextPageToken": ""}),
            ("variants", {"variants": [whole]}),
            ("variants(id,start)", {"variants": [{"id": whole["id"], "start": "0"}]}),
            ("variants/nobody", {"variants": [{}]}),
            ("nobody", {}),
            ("variants/calls", {"variants": [{"calls": calls}]}),
            ("variants(calls(genotype,nobody),names)", {"variants": [
                {"names": ["rs0"], "calls": [{"genotype": c["genotype"]} for c in calls]},
            ]}),
            ("variants/calls/nobody", {"variants": [{"calls": [{} for _ in calls]}]}),
            ("variants/calls/phaseset,nextPageToken", {
                "variants": [{"calls": [{"phaseset": "*"} for _ in calls]}], "nextPageToken": "",
            }),
        ):
            with self.subTest(fields):
                self.assertEqual(self.search(fields=fields, **asked), wanted)
                stream = {"projectId": "p", "variantSetId": "alpha~chip", "referenceName": "1", "end": 1}
                shown = {name: wanted[name] for name in wanted if name == "variants"}
                status, answer = self.send("POST", f"/v1/variants:stream?fields={fields}", stream)
                self.assertEqual((status, answer), (200, [shown] if shown else []))
        self.search(400, fields="variants(", **asked)

    def test_pages_count_the_calls_that_are_shown(self):
        asked = {"variantSetIds": ["alpha~chip"], "referenceName": "1", "maxCalls": 5}
        for fields, size in (("variants,nextPageToken", 1), ("variants(id,calls/genotype)", 1), ("variants(id,names)", 6)):
            with self.subTest(fields):
                self.assertEqual(len(self.search(fields=fields, **asked)["variants"]), size)

    def test_one_variant(self):
        found = self.search(variantSetIds=["alpha~chip"], referenceName="1")["variants"]
        for variant in found:
            self.assertEqual(self.call("variants.get", variant["id"]), variant)
        self.assertEqual(self.call("variants.get", found[2]["id"], fields="id,names"), {"id": found[2]["id"], "names": ["rs2"]})
        for nobody in ("x", "alpha~chip", "alpha~chip~1~2~1", "alpha~chip~1~1~2", "alpha~chip~7~1~1", "nobody~chip~1~1~1"):
            self.call("variants.get", nobody, wanted=404)

    def test_what_is_wrong(self):
        asked = {"variantSetIds": ["alpha~chip"], "referenceName": "1"}
        stream = {"projectId": "p", "variantSetId": "alpha~chip", "referenceName": "1"}
        for wrong in (
            {"referenceName": ""}, {"referenceName": None}, {"start": -1}, {"end": "-1"}, {"start": 9, "end": 3},
            {"start": "x"}, {"nobody": 1}, {"callSetIds": "x y" * 9000},
        ):
            with self.subTest(wrong):
                status, _ = self.send("POST", "/v1/variants/search", asked | wrong)
                self.assertIn(status, (400, 404))
                status, _ = self.send("POST", "/v1/variants:stream", stream | wrong)
                self.assertIn(status, (400, 404))
        for wrong in (
            {"variantSetIds": ["alpha~chip", "beta~chip"]}, {"variantSetIds": []}, {"pageSize": -1}, {"maxCalls": -1},
            {"maxCalls": "x"}, {"projectId": "p"},
        ):
            with self.subTest(wrong):
                self.search(400, **asked | wrong)
        for wrong in ({"projectId": ""}, {"projectId": None}, {"variantSetId": ""}, {"pageSize": 1}):
            with self.subTest(wrong):
                self.assertEqual(self.send("POST", "/v1/variants:stream", stream | wrong)[0], 400)
        self.search(404, **asked | {"variantSetIds": ["nobody"]})
        self.assertEqual(self.send("POST", "/v1/variants:stream", stream | {"variantSetId": "nobody"})[0], 404)
        self.assertEqual(self.send("POST", "/v1/variants:stream?alt=proto", stream)[0], 400)
        self.assertEqual(self.send("GET", "/v1/variants/alpha~chip~1~1~1?fields=)")[0], 400)


class odd_records(FolderTest):
    HEAD = support.VCF_HEAD + "".join(
        f'##FORMAT=<ID={name},Number={count},Type={kind},Description="x">\n'
        for name, count, kind in (("GL", "G", "Float"), ("PL", "G", "Integer"), ("FT", 1, "String"), ("AD", "R", "Integer"))
    )
    ROWS = [
        ("1", 10, "a;b", "A", "C,G", "GT:PS:GL:PL:FT", ["0|1:77:-1,0,-3:10,0,30:PASS", "1/2:77:.:.:q10", ".|.", "."]),
        ("1", 20, ".", "A", ".", "GT:PL", ["0:5,0", ".:.,3", "0/0/1/.:1,2,3", "0|0|1"]),
        ("1", 30, "c", "A", "<DEL>", "DP:AD", ["3:1,.", ".:.", "7", "0:0,0"]),
        ("1", 30, "d", "A", ",".join("ACGT"[n % 4] * (n // 4 + 2) for n in range(99)), "GT", ["98/99", "7|6", "./9", "."]),
    ]

    def test_are_what_bcftools_reads(self):
        for name in ("text.vcf.gz", "binary.bcf"):
            support.write_vcf(self.folder / name, self.ROWS, ["s1", "s 2", "s\"3", "sé"], self.HEAD)
        with Server(self.folder) as server:
            server.wait_until_indexed()
            for stem, name in (("text", "text.vcf.gz"), ("binary", "binary.bcf")):
                path = self.folder / name
                judge = Judge(self, f"main~{stem}", ["s1", "s 2", "s\"3", "sé"], path)
                found = streamed(self, server, variantSetId=f"main~{stem}", referenceName="1")
                judge.judge(found, text_lines(path))
                self.assertEqual([v["id"].split("~", 2)[2] for v in found], ["1~10~1", "1~20~1", "1~30~1", "1~30~2"])
                first = found[0]["calls"]
                self.assertEqual([c.get("phaseset") for c in first], ["77", None, "*", None])
                self.assertEqual(first[1]["info"], {"PS": ["77"], "FT": ["q10"]})


class bad_days(FolderTest):
    def test_a_damaged_file_is_cut(self):
        path = support.simple_panel(self.folder / "p.vcf.gz", 40_000, 40)
        with Server(self.folder) as server:
            server.wait_until_indexed()
            body = json.dumps({"projectId": "p", "variantSetId": "main~p", "referenceName": "1"})
            whole = server.request("/v1/variants:stream", "POST", {"Content-Type": "application/json"}, body)[2]
            self.assertEqual(sum(len(m["variants"]) for m in json.loads(whole)), 40_000)
            with open(path, "r+b") as file:  # in place, so that the server has the same file open
                file.seek(path.stat().st_size // 2)
                file.write(b"\0" * 4096)
            with self.assertRaises((AssertionError, ConnectionError, OSError, Exception)) as cut:
                status, _, answer = server.request(
                    "/v1/variants:stream", "POST", {"Content-Type": "application/json"}, body)
                self.assertEqual(status, 200)
                json.loads(answer)
            self.assertNotIsInstance(cut.exception, subprocess.SubprocessError)
            self.assertIn("ok", server.request("/health")[2].decode().lower())

    def test_memory_is_bounded(self):
        path = self.folder / "wide.vcf.gz"
        samples = 20_000
        support.simple_panel(path, 60, samples)
        with Server(self.folder) as server:
            server.wait_until_indexed()
            self.assertEqual(len(streamed(self, server, variantSetId="main~wide", referenceName="1", end=1)[0]["calls"]), samples)
            server.reset_peak_memory()
            before = server.memory_kib()
            body = json.dumps({"projectId": "p", "variantSetId": "main~wide", "referenceName": "1"})
            answer = server.request("/v1/variants:stream", "POST", {"Content-Type": "application/json"}, body)[2]
            self.assertGreater(len(answer), 60 * samples * 60)
            grown = server.memory_kib("VmHWM") - before
        if not support.SANITIZED:
            self.assertLess(grown, 32 << 10)


if __name__ == "__main__":
    unittest.main()
