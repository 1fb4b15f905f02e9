"""Every call equals what bcftools reads from the same file."""

import os
import pathlib
import sys
import unittest

import support
from shared_files import bgzipped, collect
from support import DEMO, SHARED_DATA, FolderTest, Server, run

# Calls that are compared per file; `all` compares every one of every file.
LIMIT = os.environ.get("CALLSTREAM_TEST_CALLS", "4000" if support.SANITIZED else "20000")


def chosen_samples(samples, records):
    """All samples where that is affordable, else the first, the last and some in between."""
    if LIMIT == "all":
        return list(range(len(samples)))
    most = max(3, int(LIMIT) // max(records, 1))
    if len(samples) <= most:
        return list(range(len(samples)))
    step = (len(samples) - 1) / (most - 1)
    return sorted({round(i * step) for i in range(most)})


def compare_file(test, server, data_set, stem, path):
    """Walks the call sets of one file by token; returns the number of calls that were compared."""
    samples = support.samples_of(path)
    expected = support.expected_calls(path)
    page_size = max(1, len(expected) // 3 + 1)
    for column in chosen_samples(samples, len(expected)):
        call_set = support.call_set_id(data_set, stem, samples[column])
        calls = support.walk(server, call_set, page_size)
        prefix = call_set.rsplit("~", 1)[0] + "~"
        got = [(c["variantDbId"], c["genotypeValue"], c["genotype"]["values"]) for c in calls]
        want = []
        for variant, genotypes in expected:
            text = support.render(genotypes[column])
            want.append((prefix + variant, text, [text]))
        test.assertEqual(got, want, f"{path} {samples[column]}")
    return len(expected) * len(chosen_samples(samples, len(expected)))


class the_demo(unittest.TestCase):
    def test_equals_bcftools(self):
        files = calls = 0
        with Server(DEMO) as server:
            for path in sorted(DEMO.rglob("*")):
                stem = path.name.removesuffix(".vcf.gz").removesuffix(".bcf")
                if stem == path.name:
                    continue
                folder = path.parent.relative_to(DEMO)
                data_set = "main" if folder == pathlib.Path(".") else str(folder)
                with self.subTest(path.name):
                    calls += compare_file(self, server, data_set, stem, path)
                    files += 1
        self.assertGreaterEqual(files, 5)
        self.assertGreaterEqual(calls, 10_000)
        print(f"demo: {files} files, {calls} calls", file=sys.stderr)


@unittest.skipUnless(SHARED_DATA.is_dir(), "the real data sets are not on this machine")
class real_files(FolderTest):
    """All files with GT that bcftools accepts, as VCF.gz and as BCF."""

    def test_equal_bcftools(self):
        good, bad = collect(self.folder)
        calls = 0
        with Server(self.folder) as server:
            refused = {p["file"] for p in server.get("/ready")["problems"]}
            for _, _, path in bad:
                self.assertIn(str(path.relative_to(self.folder)), refused)
            self.assertEqual(len(refused), len(bad), server.get("/ready")["problems"])
            for data_set, stem, path in good:
                with self.subTest(str(path)):
                    calls += compare_file(self, server, data_set, stem, path)
        self.assertGreaterEqual(len(good), 400)
        self.assertGreaterEqual(calls, 300_000)
        sources = len({path.parent for _, _, path in good})
        print(
            f"real files: {sources} sources as {len(good)} files, {calls} calls equal;"
            f" {len(bad)} unsorted files were refused",
            file=sys.stderr,
        )


@unittest.skipUnless(SHARED_DATA.is_dir(), "the real data sets are not on this machine")
class other_fields(FolderTest):
    """genotypeMetadata, phaseSet and genotype_likelihood against bcftools."""

    def compare(self, source, fields):
        target = self.folder / ("x.bcf" if source.name.endswith(".bcf") else "x.vcf.gz")
        bgzipped(source, target)
        samples = support.samples_of(target)
        queried = "\\t".join(f"%{name}" for name in fields)
        out = run("bcftools", "query", "-f", f"[{queried}\\n]", "-s", samples[0], target)
        rows = [line.split("\t") for line in out.decode().splitlines()]
        with Server(self.folder) as server:
            calls = support.walk(server, support.call_set_id("main", "x", samples[0]), 1000)
        self.assertEqual(len(calls), len(rows))
        compared = 0
        for call, row in zip(calls, rows):
            metadata = {m["fieldAbbreviation"]: m for m in call["genotypeMetadata"]}
            for name, text in zip(fields, row):
                if name in metadata:
                    self.assert_same(metadata[name], text)
                    compared += 1
                else:
                    self.assertEqual(text, ".")
                if name == "PS":
                    self.assertEqual(call["phaseSet"], None if text == "." else text)
            self.assert_likelihoods(call, metadata)
        self.assertGreater(compared, 0)
        target.unlink()

    def assert_same(self, entry, text):
        if entry["dataType"] != "float":
            return self.assertEqual(entry["fieldValue"], text)
        for mine, theirs in zip(entry["fieldValue"].split(","), text.split(","), strict=True):
            if theirs == ".":
                self.assertEqual(mine, ".")
            else:
                # bcftools prints six digits, we print all of them.
                self.assertAlmostEqual(float(mine), float(theirs), delta=abs(float(theirs)) * 1e-5)

    def assert_likelihoods(self, call, metadata):
        if "GL" in metadata and set(metadata["GL"]["fieldValue"]) != {"."}:
            want = [None if v == "." else float(v) for v in metadata["GL"]["fieldValue"].split(",")]
            self.assertEqual(call["genotype_likelihood"], want)
        elif "PL" in metadata and set(metadata["PL"]["fieldValue"]) - set(".,"):
            values = metadata["PL"]["fieldValue"].split(",")
            want = [None if v == "." else -int(v) / 10 for v in values]
            self.assertEqual(call["genotype_likelihood"], want)
        else:
            self.assertIsNone(call["genotype_likelihood"])

    def test_equal_bcftools(self):
        cases = [
            ("debian/r-bioc-variantannotation__chr22.vcf.gz", ["DS", "GL"]),
            ("plant/rTASSEL__maize_chr9_10thin40000.recode.vcf", ["AD", "DP", "GQ", "PL"]),
            ("debian/shapeit4-example__unphased.vcf.gz", ["PS"]),
            ("odd/augur__tb_lee_2015.vcf.gz", ["ABQ", "AD", "DP", "FREQ", "GQ", "PVAL", "RD"]),
        ]
        for name, fields in cases:
            with self.subTest(name):
                self.compare(SHARED_DATA / name, fields)


if __name__ == "__main__":
    unittest.main()
