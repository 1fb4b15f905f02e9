"""The last igv.js with readers for Google Genomics, in Chromium: it draws what samtools and bcftools count."""

import unittest

from browser import HERE
from embedding import EmbeddingTest, Site
from support import DEMO, Server, new_token
from test_igv import counted, text_of

# Its reader of variants calls a function that it no longer has; what it meant is a method by now.
MENDED = "globalThis.init = (variant) => variant.init();\n"
LOCUS = "chr2A:5001-25000"  # it leaves out reads in the last window of what it loads
IGV = HERE / "node_modules" / "igv-ga4gh" / "dist" / "igv.min.js"


class igv_ga4gh(EmbeddingTest):
    def configuration(self, base, locus):
        url = f"{base}/files/main/reference.fa.gz"
        reference = {"id": "demo", "fastaURL": url, "indexURL": f"{url}.fai", "compressedIndexURL": f"{url}.gzi"}
        google = {"sourceType": "ga4gh", "url": f"{base}/v1", "visibilityWindow": 100_000}
        tracks = [
            google | {"type": "variant", "name": "variants", "variantSetId": "main~wheat"},
            google | {
                "type": "variant", "name": "one", "variantSetId": "main~wheat", "callSetIds": ["main~wheat~WL003"],
            },
            google | {"type": "variant", "name": "sites", "variantSetId": "main~wheat", "includeCalls": False},
            google | {
                "type": "alignment", "name": "reads", "readGroupSetIds": "main~reads", "samplingDepth": 100_000,
            },
        ]
        return {"loadDefaultGenomes": False, "reference": reference, "locus": locus, "tracks": tracks}

    def shown(self, site, configuration, before=""):
        return {t["name"]: t for t in self.embed(site, "igv.html", text=MENDED + before + text_of(configuration))}

    def test_variants_and_reads(self):
        with Server(DEMO) as server, Site(HERE / "igv.html", IGV) as site:
            server.wait_until_indexed()
            for locus in (LOCUS, "chr2A:20001-23000"):
                tracks = self.shown(site, self.configuration(f"http://{server.host}:{server.port}", locus))
                self.assertEqual(self.errors, [])
                variants = counted("bcftools", DEMO / "wheat.vcf.gz", locus)
                reads = counted("samtools", DEMO / "reads.bam", locus)
                self.assertGreater(min(variants, reads), 5)
                found = {name: t["features"] for name, t in tracks.items()}
                self.assertEqual(found, {"variants": variants, "one": variants, "sites": variants, "reads": reads})
                self.assertTrue(all(track["inked"] for track in tracks.values()), tracks)

    def test_with_a_token_and_without(self):
        state = self.folder / "state"
        token = new_token(state)
        with Site(HERE / "igv.html", IGV) as site, Server(
            DEMO, "--auth", "all", "--cors-origin", site.url, state=state, wait=False
        ) as server:
            configuration = self.configuration(f"http://{server.host}:{server.port}", LOCUS)
            login = f'igv.setOauthToken("{token}", "{server.host}");\n'
            tracks = self.shown(site, configuration, login)
            self.assertEqual(self.errors, [])
            self.assertEqual(tracks["variants"]["features"], counted("bcftools", DEMO / "wheat.vcf.gz", LOCUS))
            self.assertEqual(tracks["reads"]["features"], counted("samtools", DEMO / "reads.bam", LOCUS))
            with self.assertRaisesRegex(AssertionError, "401"):
                self.shown(site, configuration)


if __name__ == "__main__":
    unittest.main()
