"""The genome view of the page: what igv.js draws is what bcftools and samtools count, and it goes where the matrix
goes and the other way round. `tools/setup page` brings igv.js before the build."""

import unittest

from browser import BrowserTest, table_of
from front import Front
from support import DEMO, Server, new_token, run, simple_panel


class genome_view(BrowserTest):
    def check_same_place(self, seen, rows):
        """igv.js and the matrix show the same variants, all of them."""
        x0, per_x, *_ = map(float, seen["window"].split())
        inside = [n for n, (c, p, *_) in enumerate(rows) if c == seen["contig"] and seen["start"] - 1 < p <= seen["end"] + 1]
        self.assertEqual(seen["tracks"]["wheat"], len(inside))
        self.assertAlmostEqual(x0, inside[0], delta=1)
        self.assertAlmostEqual(x0 + per_x * self.width, inside[-1] + 1, delta=1)

    def test_the_genome_view_and_the_matrix_go_together(self):
        rows = table_of(DEMO / "wheat.vcf.gz")
        with Server(DEMO) as server:
            found = self.drive(
                server, {"do": "open", "path": "/#main~wheat"}, {"do": "layout"}, {"do": "window"},
                {"do": "press", "on": "#genome-go"}, {"do": "genome"},
                {"do": "goTo", "locus": "chr2A:5,001-9,000"}, {"do": "genome"},
                {"do": "key", "keys": ["+", "ArrowRight"]}, {"do": "genome"},
                {"do": "key", "keys": ["ArrowRight"] * 90}, {"do": "genome"},
                {"do": "choose", "id": "main~haplotypes"}, {"do": "genome"},
            )
        self.assertEqual(self.errors, [])
        self.check_layout(found[1])
        self.width = float(found[2]["plot"].split()[2])
        first, gone, moved, last, other = (found[at] for at in (4, 6, 8, 10, 12))
        for seen in (first, gone, moved, last):
            self.check_same_place(seen, rows)
        self.assertEqual((gone["contig"], round(gone["start"]), round(gone["end"])), ("chr2A", 5000, 9000))
        self.assertEqual(last["contig"], "HLA-A*01:01")
        self.assertLess(moved["end"] - moved["start"], 3000)
        self.assertEqual(gone["tracks"]["reads"], int(run("samtools", "view", "-c", DEMO / "reads.bam", "chr2A:5001-9000")))
        self.assertIn("haplotypes", other["tracks"])

    def test_the_genome_view_takes_the_token(self):
        state = self.folder.parent / "state"
        token = new_token(state)
        with Front("/some/path") as front:
            with Server(DEMO, "--auth", "all", "--public-url", front.url, state=state, wait=False) as server:
                front.server = server
                *_, seen = self.drive(
                    front.url, {"do": "open", "wait": False, "path": "/#main~wheat"},
                    {"do": "waitFor", "on": "#message", "text": "token"},
                    {"do": "fill", "on": "#token", "text": token}, {"do": "press", "on": "#access button"},
                    {"do": "settle"}, {"do": "press", "on": "#genome-go"}, {"do": "genome"},
                )
        self.assertGreater(seen["tracks"]["wheat"], 0)
        self.assertTrue(all("401" in error for error in self.errors), self.errors)

    def test_without_a_fasta_file_there_are_no_bases_but_variants(self):
        simple_panel(self.folder / "p.vcf.gz", variants=50)
        with Server(self.folder) as server:
            *_, seen = self.drive(
                server, {"do": "open"}, {"do": "press", "on": "#genome-go"}, {"do": "genome"},
                {"do": "goTo", "locus": "1:101-300"}, {"do": "genome"},
            )
        self.assertEqual(self.errors, [])
        self.assertEqual((seen["contig"], seen["tracks"]), ("1", {"p": 20}))


if __name__ == "__main__":
    unittest.main()
