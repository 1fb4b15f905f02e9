"""Variant sets whose records lie in several files, and the commands that look at folders."""

import json
import os
import pathlib
import random
import subprocess
import tempfile
import unittest

import support
from support import PROGRAM, SANITIZED, FolderTest, Server, calls_path, run, simple_panel, walk, write_vcf

SAMPLES = int(os.environ.get("CALLSTREAM_TEST_SAMPLES", "50" if SANITIZED else "2000"))
CHROMOSOMES = 22


def split_panel(folder, samples, variants, seed=1):
    """One BCF per chromosome, as genotyping pipelines leave them."""
    chance = random.Random(seed)
    names = [f"S{i}" for i in range(samples)]
    genotypes = ["0|0", "0|1", "1|0", "1|1", "./.", "0/1"]
    for c in range(1, CHROMOSOMES + 1):
        rows = [
            (str(c), 100 * (v + 1), ".", "A", "C", "GT", chance.choices(genotypes, k=samples))
            for v in range(variants)
        ]
        head = support.VCF_HEAD + "".join(
            f"##contig=<ID={i},length=100000000>\n" for i in range(3, CHROMOSOMES + 1)
        )
        write_vcf(folder / f"panel.chr{c}.bcf", rows, names, head)
    return names


class a_set_of_files(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="callstream-split-")
        cls.folder = pathlib.Path(cls.temporary.name) / "data"
        cls.folder.mkdir()
        cls.variants = 20
        cls.names = split_panel(cls.folder, SAMPLES, cls.variants)
        files = [cls.folder / f"panel.chr{c}.bcf" for c in range(1, CHROMOSOMES + 1)]
        cls.whole = pathlib.Path(cls.temporary.name) / "whole.bcf"
        run("bcftools", "concat", "--naive", "-o", cls.whole, *files)
        cls.expected = support.expected_calls(cls.whole)
        cls.total = CHROMOSOMES * cls.variants

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def test_is_one_variant_set_with_exact_totals(self):
        with Server(self.folder) as server:
            sets = {s for c in self.call_sets(server) for s in c["variantSetDbIds"]}
            self.assertEqual(sets, {"main~panel"})
            self.assertEqual(len(self.call_sets(server)), SAMPLES)
            page = server.get(calls_path("main~panel~S0"), pageSize=1)
            self.assertEqual(page["metadata"]["pagination"]["totalCount"], self.total)

    def call_sets(self, server):
        return server.get("/brapi/v2/callsets", pageSize=100000)["result"]["data"]

    def test_equals_bcftools_on_the_concatenation(self):
        compared = 0
        with Server(self.folder) as server:
            for column in (0, SAMPLES // 2, SAMPLES - 1):
                for size in (7, 1000):
                    calls = walk(server, f"main~panel~S{column}", size)
                    want = [("main~panel~" + v, support.render(g[column])) for v, g in self.expected]
                    got = [(c["variantDbId"], c["genotypeValue"]) for c in calls]
                    self.assertEqual(got, want)
                    compared += len(got)
        print(f"{CHROMOSOMES} files x {SAMPLES} samples: {compared} calls equal", flush=True)

    def test_pages_by_number_token_and_backwards_agree(self):
        path = calls_path("main~panel~S1")
        with Server(self.folder) as server:
            lines = server.ndjson(path)
            whole = [c["variantDbId"] for c in lines if "variantDbId" in c]
            self.assertEqual(len(whole), self.total)
            for size in (1, 19, 20, 21, self.total, self.total + 1):
                pages = -(-self.total // size)
                steps = range(pages) if pages < 30 else (0, 1, 19, 20, 21, pages - 1)
                for page in steps:
                    answer = server.get(path, pageSize=size, page=page)
                    ids = [c["variantDbId"] for c in answer["result"]["data"]]
                    self.assertEqual(ids, whole[page * size : (page + 1) * size], (size, page))
            token = server.get(path, pageSize=25, page=4)["metadata"]["pagination"]["prevPageToken"]
            back = server.get(path, pageSize=25, pageToken=token)
            self.assertEqual([c["variantDbId"] for c in back["result"]["data"]], whole[75:100])

    def test_walks_go_on_after_a_restart_and_end_when_a_file_joins(self):
        path = calls_path("main~panel~S1")
        state = pathlib.Path(self.temporary.name) / "state"
        with Server(self.folder, state=state) as server:
            token = server.get(path, pageSize=33)["metadata"]["pagination"]["nextPageToken"]
        with Server(self.folder, state=state) as server:
            answer = server.get(path, pageSize=33, pageToken=token)
            self.assertEqual(answer["result"]["data"][0]["variantDbId"], "main~panel~2~1400~1")
        joined = self.folder / "panel.chrX.bcf"
        rows = [("X", 5, ".", "A", "C", "GT", ["0/1"] * SAMPLES)]
        write_vcf(joined, rows, self.names, support.VCF_HEAD + "##contig=<ID=X,length=1000>\n")
        try:
            with Server(self.folder, state=state) as server:
                status, text = server.error(path, pageSize=33, pageToken=token)
                self.assertEqual(status, 400)
                self.assertIn("stale", text)
                page = server.get(path, pageSize=1)["metadata"]["pagination"]
                self.assertEqual(page["totalCount"], self.total + 1)
        finally:
            joined.unlink()

    def test_is_not_served_before_it_is_known_to_be_one(self):
        with Server(self.folder, wait=False) as server:
            status, _, body = server.request(calls_path("main~panel~S0") + "?pageSize=1")
            self.assertIn(status, (200, 503), body)
            if status == 503:
                self.assertIn(b"being indexed", body)
            server.wait_until_indexed()
            self.assertEqual(server.request(calls_path("main~panel~S0"))[0], 200)


class folders_of_files(FolderTest):
    def callstream(self, *arguments, code=0):
        state = ["--state", str(self.folder.parent / "state")]
        done = subprocess.run(
            [PROGRAM, arguments[0], str(self.folder), *state, *arguments[1:]], capture_output=True, text=True
        )
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def test_twins_stay_apart_and_check_says_why(self):
        simple_panel(self.folder / "p.vcf.gz", 50)
        simple_panel(self.folder / "p.bcf", 50)
        simple_panel(self.folder / "q.part1.bcf", 50)
        simple_panel(self.folder / "q.part2.bcf", 50)
        notes = json.loads(self.callstream("check", "--json"))["notes"]
        self.assertEqual(
            {n["file"]: n["note"] for n in notes},
            {
                "p.vcf.gz": "is not of one variant set with p.bcf: they are of different formats",
                "q.part2.bcf": "is not of one variant set with q.part1.bcf: both have records on one stretch of 1",
            },
        )
        listed = json.loads(self.callstream("ls", "--json"))
        self.assertEqual(
            {s["variantSetDbId"]: s["files"] for s in listed["variantSets"]},
            {
                "main~p": ["p.bcf"],
                "main~p.2Evcf.2Egz": ["p.vcf.gz"],
                "main~q.2Epart1": ["q.part1.bcf"],
                "main~q.2Epart2": ["q.part2.bcf"],
            },
        )

    def test_parts_with_other_samples_stay_apart(self):
        simple_panel(self.folder / "p.chr1.bcf", 10, samples=2)
        simple_panel(self.folder / "p.chr2.bcf", 10, samples=3)
        out = self.callstream("check")
        self.assertIn("p.chr2.bcf\tis not of one variant set with p.chr1.bcf: their samples differ", out)

    def test_check_names_every_problem_with_its_cure(self):
        good = simple_panel(self.folder / "good.vcf.gz", 50)
        run("bcftools", "index", good)
        (self.folder / "cut.vcf.gz").write_bytes(good.read_bytes()[:-28])
        (self.folder / "text.vcf").write_bytes(run("bcftools", "view", good))
        (self.folder / "plain.vcf.gz").write_bytes(run("gzip", "-c", input=run("bcftools", "view", good)))
        rows = [("1", p, ".", "A", "C", "GT", ["0/1"]) for p in (20, 10)]
        write_vcf(self.folder / "unsorted.vcf.gz", rows, ["S"])
        write_vcf(self.folder / "twice.vcf.gz", rows[:1], ["S"])
        text = run("bcftools", "view", self.folder / "twice.vcf.gz").replace(b"\tS\n", b"\tS\tS\n")
        text = text.replace(b"\t0/1\n", b"\t0/1\t0/1\n")
        (self.folder / "twice.vcf.gz").write_bytes(run("bgzip", "-c", input=text))
        (self.folder / "x.bcf").mkdir()
        other = simple_panel(self.folder / "foreign.vcf.gz", 20)
        (self.folder / "foreign.vcf.gz.csi").write_bytes((self.folder / "good.vcf.gz.csi").read_bytes())
        stale = simple_panel(self.folder / "stale.vcf.gz", 30)
        run("bcftools", "index", stale)
        os.utime(stale.with_name("stale.vcf.gz.csi"), (1, 1))
        (self.folder / "dataset.toml").write_text("colour = 'red'\n")
        cures = {
            "cut.vcf.gz": "get it again",
            "text.vcf": "bgzip",
            "plain.vcf.gz": "bgzip",
            "unsorted.vcf.gz": "bcftools sort",
            "twice.vcf.gz": "bcftools reheader",
            "x.bcf": "rename it",
            "foreign.vcf.gz.csi": f"bcftools index -f {other.name}",
            "stale.vcf.gz.csi": f"bcftools index -f {stale.name}",
            "dataset.toml": "colour",
        }
        found = json.loads(self.callstream("check", "--json", code=1))["problems"]
        self.assertEqual({p["file"] for p in found}, set(cures))
        for problem in found:
            self.assertIn(cures[problem["file"]], problem["problem"])
        text = self.callstream("check", code=1)
        self.assertEqual(text.count("problem\t"), len(cures))

    def test_check_of_a_sound_folder_finds_nothing(self):
        run("bcftools", "index", simple_panel(self.folder / "good.vcf.gz", 50))
        self.assertIn("0 problems", self.callstream("check"))
        self.assertIn("0 problems", self.callstream("check", "--quick"))

    def test_reads_are_read_to_their_end(self):
        sound = self.folder / "sound.bam"
        sound.write_bytes((support.DEMO / "reads.bam").read_bytes())
        head = "@SQ\tSN:1\tLN:1000\n"
        lines = [f"r{i}\t0\t1\t{pos}\t60\t4M\t*\t0\t0\tACGT\t!!!!\n" for i, pos in enumerate((500, 20))]
        sam = (head + "".join(lines)).encode()
        (self.folder / "unsorted.bam").write_bytes(run("samtools", "view", "-b", "-", input=sam))
        flipped = bytearray(sound.read_bytes())
        flipped[len(flipped) // 2] ^= 0xFF
        (self.folder / "flipped.bam").write_bytes(flipped)
        fasta = run("bgzip", "-c", input=b">1\n" + b"ACGT" * 50_000 + b"\n")
        (self.folder / "r.fa.gz").write_bytes(fasta[:200] + bytes([fasta[200] ^ 0xFF]) + fasta[201:])
        for name in ("sound.bam", "flipped.bam", "unsorted.bam"):  # fails for the last
            subprocess.run(["samtools", "index", self.folder / name], stderr=subprocess.DEVNULL)
        found = json.loads(self.callstream("check", "--json", code=1))["problems"]
        told = [(p["file"], p["problem"]) for p in found]
        self.assertIn(("unsorted.bam", "is not sorted: 1:20 comes too late; mend it with samtools sort"), told)
        for name in ("flipped.bam", "r.fa.gz"):
            damage = [text for file, text in told if file == name and "is damaged" in text]
            self.assertEqual(len(damage), 1, told)
            self.assertIn("get it again", damage[0])
            self.assertNotIn("bcftools", damage[0])
        self.assertNotIn("sound.bam", [file for file, _ in told])
        done = subprocess.run(
            [support.PROGRAM, "check", self.folder, "-@", "2", "--state", self.folder.parent / "fresh"],
            capture_output=True,
            text=True,
        )
        self.assertIn("sound.bam: read\n", done.stderr)
        self.assertIn("unsorted.bam: is not sorted", done.stderr)

    def test_references_and_reads_are_listed_and_checked(self):
        demo = support.DEMO
        for name in ("reference.fa.gz", "reads.bam"):
            (self.folder / name).write_bytes((demo / name).read_bytes())
        (self.folder / "reference.fa.gz.fai").write_text("1\t9\t9\t9\t10\n")
        simple_panel(self.folder / "p.bcf", 5)
        problems = json.loads(self.callstream("check", "--json", code=1))["problems"]
        found = {p["file"]: p["problem"] for p in problems}
        self.assertEqual(set(found), {"reads.bam", "reference.fa.gz.fai"})
        self.assertIn("samtools index reads.bam", found["reads.bam"])
        self.assertIn("samtools faidx reference.fa.gz", found["reference.fa.gz.fai"])
        notes = json.loads(self.callstream("check", "--json", code=1))["notes"]
        self.assertIn("does not fit reference.fa.gz", notes[0]["note"])
        listed = json.loads(self.callstream("ls", "--json"))
        sequences = run("samtools", "dict", demo / "reference.fa.gz").count(b"@SQ")
        self.assertEqual(listed["referenceSets"][0]["sequences"], sequences)
        self.assertEqual(listed["readGroupSets"][0]["format"], "BAM")
        text = self.callstream("ls")
        self.assertIn("main~reference\t", text)
        self.assertIn("main~reads\tBAM\t", text)
        with Server(self.folder) as server:
            ready = server.get("/ready")
            self.assertEqual((ready["referenceSets"], ready["readGroupSets"]), (1, 1))

    def test_index_builds_what_is_missing_once(self):
        for name in ("a.bcf", "b.vcf.gz"):
            simple_panel(self.folder / name, 50)
        events = [json.loads(line) for line in self.callstream("index", "--json").splitlines()]
        self.assertEqual({e["file"] for e in events[:-1]}, {"a.bcf", "b.vcf.gz"})
        self.assertEqual(events[-1]["indexed"], 2)
        self.assertTrue(events[-1]["complete"])
        self.assertIn("0 indexed, 2 were already", self.callstream("index"))
        self.assertFalse((self.folder / "a.bcf.csi").exists())
        self.callstream("index", "--beside")
        for name in ("a.bcf", "b.vcf.gz"):
            there = run("bcftools", "view", "-H", "-r", "1:101-200", self.folder / name)
            self.assertEqual(there.count(b"\n"), 10)

    def test_an_index_pass_that_is_killed_goes_on(self):
        simple_panel(self.folder / "long.vcf.gz", 200_000 if not SANITIZED else 20_000, samples=5)
        state = self.folder.parent / "state"
        command = [PROGRAM, "index", str(self.folder), "--state", str(state)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.wait_for(lambda: any((state / "index").glob("*.pass/*")) or process.poll() is not None)
        process.terminate()
        out, _ = process.communicate(timeout=60)
        if process.returncode != 0:  # on a fast machine it had ended already
            self.assertIn(b"goes on from here", out)
            self.assertTrue(any((state / "index").glob("*.pass/checkpoint")))
        self.assertIn("0 problems", self.callstream("index"))
        self.assertFalse(any((state / "index").glob("*.pass")))
        listed = json.loads(self.callstream("ls", "--json"))["variantSets"]
        self.assertEqual(listed[0]["records"], 20_000 if SANITIZED else 200_000)


if __name__ == "__main__":
    unittest.main()
