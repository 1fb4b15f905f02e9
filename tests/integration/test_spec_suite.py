"""Every file of the specification's own test suite is treated as bcftools treats it."""

import subprocess
import sys
import unittest

import support
from hostile import outcome, problems
from support import SHARED_DATA, FolderTest, Server, run

SUITE = SHARED_DATA / "suite"


@unittest.skipUnless(SUITE.is_dir(), "the test suite of the VCF specification is not on this machine")
class spec_suite(FolderTest):
    """Each file as VCF.gz and, where bcftools can write one, as BCF."""

    # What bcftools prints and we refuse, all because a record comes too late: an answer cannot be
    # paged by place where order means nothing. bcftools cannot index these either.
    UNSORTED = {
        f"{version}/{name}.vcf"
        for version in ("4.1", "4.2")
        for name in (
            "failed/failed_body_contiguous_000",
            "failed/failed_body_contiguous_001",
            "failed/failed_body_unsorted_000",
            "passed/complexfile_passed_000",
        )
    }

    def collect(self):
        """[(name in the suite, path)] of all forms."""
        forms = []
        top = SUITE / "hts-specs-vcf_vcf"
        for number, source in enumerate(sorted(top.rglob("*.vcf"))):
            name = str(source.relative_to(top))
            text = self.folder / f"t{number}x.vcf.gz"  # not a series of numbered parts
            text.write_bytes(run("bgzip", "-c", input=source.read_bytes()))
            forms.append((name, text))
            binary = self.folder / f"b{number}x.bcf"
            view = ["bcftools", "view", "--no-version", "-Ob", "-o", binary, text]
            if subprocess.run(view, capture_output=True).returncode == 0:
                forms.append((name, binary))
            else:
                binary.unlink(missing_ok=True)
        return forms

    def compare(self, server, path):
        """Number of calls that equal bcftools' reading, over all call sets of one file."""
        samples = support.samples_of(path)
        if not samples:
            return 0
        # Without GT in the header bcftools cannot be asked for it, and all calls are unknown.
        query = ["bcftools", "query", "-f", "%CHROM\t%POS\t%REF\t%ALT[\t%GT]\n", path]
        done = subprocess.run([str(part) for part in query], capture_output=True)
        if done.returncode == 0:
            rows = [line.split(b"\t")[4:] for line in done.stdout.splitlines()]
            rows = [[support.render(cell.decode()) for cell in row] for row in rows]
        else:
            self.assertIn(b"no such tag", done.stderr.lower(), path)
            count = run("bcftools", "view", "-H", path).count(b"\n")
            rows = [["."] * len(samples)] * count
        for column, sample in enumerate(samples):
            how, values = outcome(server, support.call_set_id("main", path.name.split(".")[0], sample))
            self.assertEqual(how, "whole")
            self.assertEqual(values, [row[column] for row in rows], f"{path} {sample}")
        return len(rows) * len(samples)

    def test_is_served_or_refused_as_by_bcftools(self):
        forms = self.collect()
        self.assertGreater(len(forms), 400)
        counts = {"equal": 0, "without samples": 0, "refused by both": 0, "unsorted": 0}
        calls = 0
        with Server(self.folder) as server:
            named = problems(server)
            for name, path in forms:
                with self.subTest(f"{name} as {path.name}"):
                    view = subprocess.run(["bcftools", "view", "-H", path], capture_output=True)
                    refused = path.name in named
                    if name in self.UNSORTED:
                        self.assertIn("is not sorted", named.get(path.name, ""))
                        counts["unsorted"] += 1
                        continue
                    self.assertEqual(refused, view.returncode != 0, named.get(path.name, view.stderr))
                    if refused:
                        counts["refused by both"] += 1
                        continue
                    compared = self.compare(server, path)
                    counts["equal" if support.samples_of(path) else "without samples"] += 1
                    calls += compared
        print(f"{len(forms)} forms of the suite's files: {counts}, {calls} calls equal", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
