"""JBrowse 2 in Chromium, in a page that comes from elsewhere, with the configuration that our page gives to copy:
what it draws is as much as bcftools and samtools count."""

import json
import unittest

from browser import HERE
from embedding import EmbeddingTest, Site
from support import DEMO, Server, new_token, run

REGION = {"refName": "chr2A", "start": 0, "end": 30_000}
LOCUS = "chr2A:1-30000"
JBROWSE = HERE / "jbrowse" / "react-linear-genome-view.umd.production.min.js"


class jbrowse(EmbeddingTest):
    def site(self):
        self.assertTrue(JBROWSE.exists(), "tools/setup clients brings it")
        return Site(HERE / "jbrowse.html", JBROWSE)

    def shown(self, site, configuration, **more):
        return {t["name"]: t for t in self.embed(site, "jbrowse.html", region=REGION, **configuration, **more)}

    def check_tracks(self, tracks):
        variants = len(run("bcftools", "view", "-H", "-r", LOCUS, DEMO / "wheat.vcf.gz").splitlines())
        self.assertEqual(tracks["wheat"]["features"], variants)
        self.assertEqual(tracks["reads"]["features"], int(run("samtools", "view", "-c", DEMO / "reads.bam", LOCUS)))
        genes = run("tabix", DEMO / "genes.gff3.gz", LOCUS).decode().splitlines()
        self.assertEqual(tracks["genes"]["features"], sum(line.split("\t")[2] == "gene" for line in genes))
        self.assertEqual(tracks["wheat"]["display"], "LinearVariantMatrixDisplay")
        self.assertTrue(all(track["inked"] for track in tracks.values()), tracks)

    def test_what_the_page_gives_to_copy(self):
        with Server(DEMO) as server, self.site() as site:
            *_, texts = self.drive(server, {"do": "open", "path": "/#main~wheat"}, {"do": "snippets"})
            tracks = self.shown(site, json.loads(texts["JBrowse 2"]))
            self.assertEqual(self.errors, [])
            self.check_tracks(tracks)
            # It takes the first URL of a ticket for the header: only from a second one come reads.
            self.assertTrue([url for url in self.asked if "/htsget/reads/main~reads" in url])

    def test_with_a_token_and_without(self):
        state = self.folder / "state"
        token = new_token(state)
        with self.site() as site, Server(DEMO, "--auth", "all", "--cors-origin", site.url, state=state, wait=False) as server:
            *_, texts = self.drive(
                server, {"do": "open", "wait": False, "path": "/#main~wheat"},
                {"do": "waitFor", "on": "#message", "text": "token"},
                {"do": "fill", "on": "#token", "text": token}, {"do": "press", "on": "#access button"},
                {"do": "settle"}, {"do": "snippets"},
            )
            configuration = json.loads(texts["JBrowse 2"])
            tracks = self.shown(site, configuration, token=token)
            self.assertEqual(self.errors, [])
            self.check_tracks(tracks)
            tracks = self.shown(site, configuration, token="nobody's", patience=4000)
            for track in tracks.values():
                self.assertFalse(track["inked"], track)
                self.assertIn("401", str(track["features"]))


if __name__ == "__main__":
    unittest.main()
