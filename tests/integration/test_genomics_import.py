"""Imports of Google Genomics v1: files below a folder become served without a restart, whole or not at all."""

import hashlib
import os
import resource
import unittest

from genomics import GenomicsTest, sam_header, write_bam
from support import VCF_HEAD, call_set_id, expected_calls, run, walk, write_vcf

NAMES = ["A1", *(f"A1x{n}" for n in range(4))]


def rows(contig, first, count=4):
    return [(contig, first + 10 * n, f"n{n}", "A", "G", "GT", [f"{s % 2}|1" for s in range(5)]) for n in range(count)]


class ImportTest(GenomicsTest):
    def setUp(self):
        super().setUp()
        self.before = self.everything()

    def serve(self, *options):
        self.root = self.folder.parent / "imports"
        self.root.mkdir(exist_ok=True)
        super().serve("--import-root", str(self.root), *options)

    def everything(self):
        """What must be as it was when an import fails: files of the data sets, and what both dialects list."""
        published = self.state / "published"
        files = sorted(str(one.relative_to(published)) for one in published.rglob("*") if one.is_file())
        left = list((self.state / "imports").rglob("*"))
        sets = [
            (one["variantSetDbId"], one["callSetCount"], one["variantCount"])
            for one in self.server.get("/brapi/v2/variantsets")["result"]["data"]
        ]
        reads = self.call("readgroupsets.search", body={"datasetIds": ["alpha", "beta"]})
        return files, left, sets, reads

    def assert_nothing_changed(self):
        self.assertEqual(self.everything(), self.before)

    def created(self, data_set="alpha", name="New"):
        return self.call("variantsets.create", body={"datasetId": data_set, "name": name})["id"]

    def variants(self, set_id, *uris, wanted=200, **more):
        body = {"variantSetId": set_id, "sourceUris": uris} | more
        answer = self.call("variants.import", body=body, wanted=wanted)
        return self.wait_for_operation(answer["name"]) if wanted == 200 else answer["error"]

    def reads(self, *uris, wanted=200, **more):
        body = {"datasetId": "alpha", "sourceUris": uris} | more
        answer = self.call("readgroupsets.import", body=body, wanted=wanted)
        return self.wait_for_operation(answer["name"]) if wanted == 200 else answer["error"]

    def assert_failed(self, operation, code, says):
        self.assertEqual(operation["done"], True)
        self.assertNotIn("response", operation)
        self.assertEqual(operation["error"]["code"], code, operation)
        self.assertIn(says, operation["error"]["message"])
        self.assertNotIn(str(self.folder.parent), operation["error"]["message"])


class imports_of_variants(ImportTest):
    def test_a_set_is_made_and_filled(self):
        """From nothing: a data set, a variant set, its file, the calls."""
        home = self.call("datasets.create", body={"name": "Oats", "projectId": "p3"})["id"]
        one = self.created(home, "Oats of 2026")
        path = write_vcf(self.root / "lab" / "oats.vcf.gz", rows("1", 5), NAMES)
        done = self.variants(one, "gs://lab/oats.vcf.gz")
        call_sets = [call_set_id(home, one.split("~")[1], name) for name in NAMES]
        kind = "type.googleapis.com/google.genomics.v1."
        self.assertEqual(done["response"], {"@type": f"{kind}ImportVariantsResponse", "callSetIds": call_sets})
        self.assertEqual(done["metadata"]["request"], {
            "@type": f"{kind}ImportVariantsRequest", "format": "FORMAT_VCF", "infoMergeConfig": {},
            "normalizeReferenceNames": False, "sourceUris": ["gs://lab/oats.vcf.gz"], "variantSetId": one,
        })
        self.assertEqual(done["metadata"]["projectId"], "p3")
        listed = self.call("operations.list", filter="projectId = p3 AND status = SUCCESS")["operations"]
        self.assertEqual(listed, [done])
        for _ in range(2):
            found = self.call("variantsets.get", one)
            self.assertEqual((found["name"], found["datasetId"]), ("Oats of 2026", home))
            self.assertIn("FORMAT", {line["key"] for line in found["metadata"]})
            for column, call_set in enumerate(call_sets):
                calls = [call["genotypeValue"] for call in walk(self.server, call_set, 3)]
                self.assertEqual(calls, [genotypes[column] for _, genotypes in expected_calls(path)])
            shown = self.call("datasets.get", home)
            self.assertEqual((shown["name"], shown["projectId"]), ("Oats", "p3"))
            self.assertEqual(len(self.call("datasets.list", projectId="p3")["datasets"]), 1)
            self.restart()
        self.call("datasets.delete", home)
        self.call("variantsets.get", one, wanted=404)
        self.call("datasets.undelete", home, {})
        self.call("variantsets.get", one)

    def test_files_of_other_stretches_join(self):
        for n, (contig, first) in enumerate((("1", 1), ("2", 1), ("1", 900))):
            write_vcf(self.root / f"part{n}.vcf.gz", rows(contig, first), NAMES)
        one = self.created()
        first = self.variants(one, "file:part0.vcf.gz", "file:part1.vcf.gz")
        self.assertEqual(len(first["response"]["callSetIds"]), 5)
        second = self.variants(one, "file:part2.vcf.gz")
        self.assertNotIn("error", second)
        self.assertEqual(second["response"]["callSetIds"], [], "none is new")
        found = self.call("variantsets.get", one)
        bounds = {bound["referenceName"]: bound["upperBound"] for bound in found["referenceBounds"]}
        self.assertEqual(bounds, {"1": "930", "2": "31"})
        self.assertEqual(len(walk(self.server, f"{one}~A1", 100)), 12)
        self.variants("alpha~chip", "file:part1.vcf.gz")  # one that the operator's folder has
        self.assertEqual(len(walk(self.server, "alpha~chip~A1", 100)), 10)
        self.assertEqual(self.call("callsets.get", "alpha~chip~A1")["variantSetIds"], ["alpha~chip"])
        self.restart()
        self.assertEqual(len(walk(self.server, f"{one}~A1", 100)), 12)

    def test_what_a_set_cannot_take(self):
        write_vcf(self.root / "fine.vcf.gz", rows("2", 1), NAMES)
        write_vcf(self.root / "others.vcf.gz", rows("2", 1), [*NAMES[:4], "B9"])
        write_vcf(self.root / "order.vcf.gz", rows("2", 1), NAMES[::-1])
        write_vcf(self.root / "overlap.vcf.gz", rows("1", 2), NAMES)
        write_vcf(self.root / "form.bcf", rows("2", 1), NAMES)
        head = VCF_HEAD.replace("ID=GT,Number=1", "ID=GT,Number=.")
        write_vcf(self.root / "unlike.vcf.gz", rows("2", 1), NAMES, head)
        for name, says in (
            ("others.vcf.gz", "samples"), ("order.vcf.gz", "another order"), ("overlap.vcf.gz", "same stretch"),
            ("form.bcf", "one format"), ("unlike.vcf.gz", "GT"),
        ):
            with self.subTest(name):
                self.assert_failed(self.variants("alpha~chip", f"file:{name}"), 9, says)
                self.assert_failed(self.variants("alpha~chip", f"file:{name}", "file:fine.vcf.gz"), 9, says)
                self.assert_nothing_changed()

    def test_files_that_are_not_sound(self):
        sound = write_vcf(self.root / "sound.vcf.gz", rows("2", 1, 4000), NAMES).read_bytes()
        (self.root / "cut.vcf.gz").write_bytes(sound[:len(sound) // 2])
        (self.root / "text.vcf.gz").write_text("no VCF at all\n")
        (self.root / "gzip.vcf.gz").write_bytes(run("gzip", "-c", input=b"##fileformat=VCFv4.3\n"))
        (self.root / "empty.vcf.gz").write_bytes(b"")
        broken = bytearray(sound)
        broken[len(sound) // 2] ^= 0xFF
        (self.root / "broken.vcf.gz").write_bytes(broken)
        write_vcf(self.root / "unsorted.vcf.gz", [*rows("2", 900), *rows("2", 1)], NAMES)
        one = self.created()
        for name in ("cut", "text", "gzip", "empty", "broken", "unsorted"):
            with self.subTest(name):
                self.assert_failed(self.variants(one, f"file:{name}.vcf.gz"), 9, f"'{name}.vcf.gz'")
                self.assert_nothing_changed()
        self.assertEqual(len(self.variants(one, "file:sound.vcf.gz")["response"]["callSetIds"]), 5)

    def test_requests_that_are_refused_at_once(self):
        write_vcf(self.root / "a.vcf.gz", rows("2", 1), NAMES)
        (self.root / "a.txt").write_text("x")
        (self.folder.parent / "secret.vcf.gz").write_bytes((self.root / "a.vcf.gz").read_bytes())
        (self.root / "link.vcf.gz").symlink_to(self.folder.parent / "secret.vcf.gz")
        (self.root / "up").symlink_to(self.folder.parent)
        (self.root / "b").mkdir()
        fine = "file:a.vcf.gz"
        for what, uris, more, wanted in (
            ("none", [], {}, 400), ("missing", ["file:none.vcf.gz"], {}, 404), ("no match", ["file:b/*"], {}, 404),
            ("out of the folder", ["file:../secret.vcf.gz"], {}, 400), ("a link", ["file:link.vcf.gz"], {}, 400),
            ("through a link", ["file:up/secret.vcf.gz"], {}, 404),
            ("an absolute path", [f"file://{self.root}/a.vcf.gz"], {}, 404),
            ("recursive", ["file:**"], {}, 400), ("another scheme", ["http://x/a.vcf.gz"], {}, 400),
            ("no VCF by its name", ["file:a.txt"], {}, 400), ("a folder", ["file:b"], {}, 400),
            ("an unknown format", [fine], {"format": "x"}, 400),
            ("another format", [fine], {"format": "FORMAT_COMPLETE_GENOMICS"}, 501),
            ("other names", [fine], {"normalizeReferenceNames": True}, 501),
            ("merging", [fine], {"infoMergeConfig": {"DP": "MOVE_TO_CALLS"}}, 501),
            ("wrong merging", [fine], {"infoMergeConfig": {"DP": "x"}}, 400),
            ("an unknown field", [fine], {"x": 1}, 400),
            ("no list", {"a": 1}, {}, 400), ("no boolean", [fine], {"normalizeReferenceNames": "x"}, 400),
            ("nobody's set", [fine], {"variantSetId": "alpha~nobody"}, 404),
            ("no set", [fine], {"variantSetId": ""}, 400),
        ):
            with self.subTest(what):
                self.variants("alpha~chip", wanted=wanted, **{"sourceUris": uris} | more)
        self.assert_nothing_changed()
        done = self.variants(
            "alpha~chip", fine, format="FORMAT_VCF", normalizeReferenceNames=False, infoMergeConfig={}
        )
        self.assertIn("response", done)

    def test_without_a_folder_nothing_is_imported(self):
        self.server.stop()
        GenomicsTest.serve(self)
        error = self.variants("alpha~chip", "file:a.vcf.gz", wanted=501)
        self.assertIn("--import-root", error["message"])

    def test_a_full_disk_leaves_nothing(self):
        """As a limit of the size of files has it, which the store does not reach."""
        (self.root / "big.bam").write_bytes(os.urandom(3 << 20))
        pid = self.server.process.pid
        soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (2 << 20, hard))
        self.assert_failed(self.reads("file:big.bam"), 8, "no room")
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))
        self.assert_nothing_changed()

    def test_a_folder_that_takes_nothing(self):
        write_vcf(self.root / "a.vcf.gz", rows("2", 1), NAMES)
        (self.state / "published").write_text("in the way")
        operation = self.variants("alpha~chip", "file:a.vcf.gz")
        self.assertIn("error", operation)
        self.assertNotIn(str(self.state), operation["error"]["message"])
        self.assertEqual(len(walk(self.server, "alpha~chip~A1", 100)), 6)
        self.assertEqual(list((self.state / "imports").iterdir()), [])

    def test_what_a_killed_server_left_is_cleared_away(self):
        left = self.state / "imports" / "x"
        left.mkdir(parents=True)
        (left / "half.vcf.gz").write_text("half")
        self.restart()
        self.assertFalse(left.exists())
        self.assert_nothing_changed()


class imports_of_reads(ImportTest):
    def bam(self, name, group=None, lengths=None, place="1"):
        header = sam_header(lengths or {"1": 10_000}, group or {"ID": "g", "SM": "R1"})
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        return write_bam(path, header, [(place, 1 + 30 * n, "100M") for n in range(50)])

    def test_reads_are_served_with_their_index(self):
        path = self.bam("lab/r1.bam")
        run("samtools", "index", path)
        self.bam("lab/r2.bam")
        (self.root / "lab" / "r2.bam.csi").mkdir()  # no index
        (self.root / "lab" / "r2.bam.bai").write_bytes(b"nor this")
        done = self.reads("gs://lab/*.bam", referenceSetId="alpha~genome")
        self.assertEqual(done["response"], {
            "@type": "type.googleapis.com/google.genomics.v1.ImportReadGroupSetsResponse",
            "readGroupSetIds": ["alpha~r1", "alpha~r2"],
        })
        for _ in range(2):
            for one in ("alpha~r1", "alpha~r2"):
                found = self.call("readgroupsets.get", one)
                self.assertEqual((found["name"], found["referenceSetId"]), ("R1", "alpha~genome"))
            status, _, body = self.server.request("/files/alpha/r1.bam")
            self.assertEqual((status, hashlib.md5(body).digest()), (200, hashlib.md5(path.read_bytes()).digest()))
            self.restart()
        self.assertEqual(
            sorted(one.name for one in (self.state / "published" / "alpha").iterdir()),
            ["r1.bam", "r1.bam.bai", "r2.bam"],
        )

    def test_a_name_is_given_once(self):
        self.bam("r1.bam")
        self.bam("b/r1.bam")
        self.reads("file:r1.bam")
        self.before = self.everything()
        self.assert_failed(self.reads("file:r1.bam"), 6, "already")
        self.assert_failed(self.reads("file:b/r1.bam"), 6, "already")
        self.reads("file:r1.bam", "file:b/r1.bam", wanted=400)
        run("cp", self.root / "r1.bam", self.root / "alpha-reads.bam")
        self.assert_failed(self.reads("file:alpha-reads.bam"), 6, "already")
        self.assert_nothing_changed()

    def test_files_that_cannot_be_read_group_sets(self):
        sound = self.bam("sound.bam").read_bytes()
        (self.root / "cut.bam").write_bytes(sound[:-40])
        (self.root / "text.bam").write_text("no BAM")
        self.bam("foreign.bam", lengths={"chrQ": 10_000}, place="chrQ")
        header = sam_header({"1": 10_000}, {"ID": "g", "SM": "R1"}) + "@RG\tID:h\tSM:R2\n"
        write_bam(self.root / "two.bam", header, [("1", 1, "10M")])
        for name, more, says in (
            ("cut.bam", {}, "'cut.bam'"), ("text.bam", {}, "'text.bam'"),
            ("foreign.bam", {"referenceSetId": "alpha~genome"}, "chrQ"), ("two.bam", {}, "2 samples"),
        ):
            with self.subTest(name):
                self.assert_failed(self.reads("file:sound.bam", f"file:{name}", **more), 9, says)
                self.assert_nothing_changed()
        merged = self.reads("file:two.bam", partitionStrategy="MERGE_ALL")
        self.assertEqual(merged["response"]["readGroupSetIds"], ["alpha~two"])

    def test_requests_that_are_refused_at_once(self):
        for name in ("a.bam", "b.bam", "odd name.bam"):
            self.bam(name)
        for what, uris, more, wanted in (
            ("no list", [], {}, 400), ("missing", ["file:none.bam"], {}, 404),
            ("a name", ["file:odd name.bam"], {}, 400),
            ("a strategy", ["file:a.bam"], {"partitionStrategy": "x"}, 400), ("a field", ["file:a.bam"], {"x": 1}, 400),
            ("merging", ["file:*.bam"], {"partitionStrategy": "MERGE_ALL"}, 400),
            ("merging", ["file:[ab].bam"], {"partitionStrategy": "MERGE_ALL"}, 501),
            ("nobody's data set", ["file:a.bam"], {"datasetId": "nobody"}, 404),
            ("no data set", ["file:a.bam"], {"datasetId": ""}, 400),
            ("nobody's references", ["file:a.bam"], {"referenceSetId": "nobody"}, 400),
        ):
            with self.subTest(what):
                self.reads(wanted=wanted, **{"sourceUris": uris} | more)
        self.assert_nothing_changed()

    def test_imports_are_cancelled(self):
        """The second waits for the first, which has much to copy, or ends before."""
        big = self.root / "big.bam"
        big.write_bytes(self.bam("small.bam").read_bytes())
        with big.open("r+b") as file:
            file.truncate(1 << 30)
        names = [
            self.call("readgroupsets.import", body={"datasetId": "alpha", "sourceUris": [f"file:{name}.bam"]})["name"]
            for name in ("big", "small")
        ]
        for name in reversed(names):
            self.assertEqual(self.call("operations.cancel", name.removeprefix("operations/"), {}), {})
        ends = [self.wait_for_operation(name) for name in names]
        self.assertEqual([one["error"]["code"] for one in ends], [1, 1])
        self.assert_nothing_changed()


if __name__ == "__main__":
    unittest.main()
