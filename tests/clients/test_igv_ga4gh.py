"""The last igv.js that speaks Google Genomics v1 (its GA4GH reader), in Chromium, in a page that comes from
elsewhere: its alignment track holds what samtools counts."""

import json
import unittest

from browser import HERE
from embedding import EmbeddingTest, Site
from support import DEMO, Server
from test_igv import counted, text_of

IGV = HERE / "node_modules" / "igv-ga4gh" / "dist" / "igv.min.js"


class igv_ga4gh(EmbeddingTest):
    def test_alignments_of_a_read_group_set(self):
        with Server(DEMO) as server, Site(HERE / "igv.html", IGV) as site:
            base = f"http://{server.host}:{server.port}"
            url = f"{base}/files/main/reference.fa.gz"
            reference = {"id": "demo", "fastaURL": url, "indexURL": f"{url}.fai", "compressedIndexURL": f"{url}.gzi"}
            track = {
                "type": "alignment", "sourceType": "ga4gh", "name": "reads", "url": f"{base}/v1",
                "readGroupSetIds": "main~reads", "visibilityWindow": 100_000, "pairsSupported": False,
                # Of the last window of what it loaded, which lies beyond the locus, this reader shows nothing.
                "samplingDepth": 100_000, "samplingWindowSize": 1,
            }
            for locus in ("chr2A:2001-12000", "chr2A:4001-4600"):
                configuration = {"loadDefaultGenomes": False, "reference": reference, "locus": locus, "tracks": [track]}
                shown = {t["name"]: t for t in self.embed(site, "igv.html", text=text_of(configuration))}
                self.assertEqual(self.errors, [])
                self.assertGreater(shown["reads"]["features"], 0)
                self.assertEqual(shown["reads"]["features"], counted("samtools", DEMO / "reads.bam", locus))
                self.assertTrue(shown["reads"]["inked"], json.dumps(shown))


if __name__ == "__main__":
    unittest.main()
