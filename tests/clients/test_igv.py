"""igv.js in Chromium, in a page that comes from elsewhere: its tracks hold what bcftools and samtools count."""

import json
import re
import unittest

from browser import HERE
from embedding import EmbeddingTest, Site
from support import DEMO, Server, new_token, run

LOCUS = "chr2A:1-30000"
IGV = HERE / "node_modules" / "igv" / "dist" / "igv.min.js"


def counted(program, path, locus=LOCUS):
    """As many as the program finds in a region."""
    if program == "samtools":
        return int(run("samtools", "view", "-c", path, locus))
    return len(run("bcftools", "view", "-H", "-r", locus, path).splitlines())


def genes_in(locus):
    """igv.js makes one feature of a gene, its transcripts and their exons."""
    lines = run("tabix", DEMO / "genes.gff3.gz", locus).decode().splitlines()
    return sum(line.split("\t")[2] == "gene" for line in lines)


def text_of(configuration):
    return f'igv.createBrowser(document.getElementById("igv"), {json.dumps(configuration)});'


class igv(EmbeddingTest):
    def site(self):
        return Site(HERE / "igv.html", IGV)

    def configuration(self, base, locus, *tracks):
        url = f"{base}/files/main/reference.fa.gz"
        reference = {"id": "demo", "fastaURL": url, "indexURL": f"{url}.fai", "compressedIndexURL": f"{url}.gzi"}
        return {"loadDefaultGenomes": False, "reference": reference, "locus": locus, "tracks": list(tracks)}

    def shown(self, site, configuration, before=""):
        return {t["name"]: t for t in self.embed(site, "igv.html", text=before + text_of(configuration))}

    def test_what_the_page_gives_to_copy(self):
        with Server(DEMO) as server, self.site() as site:
            *_, texts = self.drive(server, {"do": "open", "path": "/#main~wheat"}, {"do": "snippets"})
            text = re.sub(r'"locus": "[^"]*"', f'"locus": "{LOCUS}"', texts["igv.js"])
            tracks = {t["name"]: t for t in self.embed(site, "igv.html", text=text)}
            self.assertEqual(self.errors, [])
        self.assertEqual(tracks["wheat"]["features"], counted("bcftools", DEMO / "wheat.vcf.gz"))
        self.assertEqual(tracks["reads"]["features"], counted("samtools", DEMO / "reads.bam"))
        self.assertEqual(tracks["genes"]["features"], genes_in(LOCUS))
        self.assertTrue(all(track["inked"] for track in tracks.values()), tracks)

    def test_each_way_to_variants(self):
        panel = DEMO / "wheat.vcf.gz"
        kind = {"type": "variant", "format": "vcf", "visibilityWindow": 100_000}
        with Server(DEMO) as server, self.site() as site:
            base = f"http://{server.host}:{server.port}"
            file = f"{base}/files/main/wheat.vcf.gz"
            ways = [
                kind | {"name": "by index", "url": file, "indexURL": f"{file}.csi"},
                kind | {"name": "htsget", "sourceType": "htsget", "url": f"{base}/htsget/variants/main~wheat"},
                kind | {
                    "name": "service", "sourceType": "service",
                    "url": f"{base}/region/main~wheat.vcf?chr=$CHR&start=$START&end=$END",
                    "headerURL": f"{base}/region/main~wheat.vcf?chr=chr1A&start=0&end=0",
                },
            ]
            for locus in (LOCUS, "chr1A:20001-23000", "HLA-A*01:01\t1\t3000"):
                tracks = self.shown(site, self.configuration(base, locus, *ways))
                self.assertEqual(self.errors, [])
                contig, first, last = re.split(r"\t|:(?=\d+-)|(?<=\d)-(?=\d+$)", locus)
                rows = run("bcftools", "query", "-f", "%CHROM\t%POS\n", panel).decode().splitlines()
                places = [row.split("\t") for row in rows]
                expected = sum(c == contig and int(first) <= int(p) <= int(last) for c, p in places)
                self.assertGreater(expected, 2)
                self.assertEqual({name: t["features"] for name, t in tracks.items()}, dict.fromkeys(tracks, expected))
                self.assertEqual(len(tracks), len(ways))
                self.assertTrue(all(track["inked"] for track in tracks.values()), tracks)

    def test_with_a_token_and_without(self):
        state = self.folder / "state"
        token = new_token(state)
        with self.site() as site, Server(DEMO, "--auth", "all", "--cors-origin", site.url, state=state, wait=False) as server:
            base = f"http://{server.host}:{server.port}"
            track = {
                "type": "variant", "format": "vcf", "name": "htsget", "sourceType": "htsget",
                "url": f"{base}/htsget/variants/main~wheat", "visibilityWindow": 100_000,
            }
            configuration = self.configuration(base, LOCUS, track)
            login = f"igv.setOauthToken({json.dumps(token)}, {json.dumps(server.host)});\n"
            tracks = self.shown(site, configuration, login)
            self.assertEqual(self.errors, [])
            self.assertEqual(tracks["htsget"]["features"], counted("bcftools", DEMO / "wheat.vcf.gz"))
            with self.assertRaisesRegex(AssertionError, "401"):
                self.shown(site, configuration)


if __name__ == "__main__":
    unittest.main()
