"""What the page gives to copy for other programs, run as it stands."""

import os
import shutil
import subprocess
import unittest

import support
from browser import BrowserTest, table_of
from support import DEMO, Server, new_token, run


class snippets(BrowserTest):
    def of(self, server, token, at):
        entered = [
            {"do": "waitFor", "on": "#message", "text": "token"},
            {"do": "fill", "on": "#token", "text": token}, {"do": "press", "on": "#access button"},
        ]
        *_, found = self.drive(
            server, {"do": "open", "wait": False, "path": f"/#{at}"}, *(entered if token else []),
            {"do": "settle"}, {"do": "snippets"},
        )
        return found

    def run_text(self, program, text, token=""):
        environment = os.environ | {"TOKEN": token, "REF_PATH": ":"}
        done = subprocess.run([*program, text], capture_output=True, cwd=self.folder, env=environment, timeout=60)
        self.assertEqual(done.returncode, 0, (text, done.stderr.decode()))
        return done.stdout.decode()

    def check_all(self, texts, token, path, reads, *region):
        records = run("bcftools", "view", "-H", *region, path).decode().splitlines()
        shell = ["bash", "-ec"]
        lines = self.run_text(shell, texts["bcftools"], token).splitlines()
        self.assertEqual([line for line in lines if not line.startswith("#")], records * 2)
        kept = [p for p in self.folder.iterdir() if p.suffix == ".bcf"]
        self.assertEqual(table_of(kept[0]), table_of(path))
        self.assertEqual(len(self.run_text(shell, texts["samtools"], token).splitlines()), reads)
        self.run_text(shell, texts["Flapjack"], token)
        *rows, matrix, callsets = self.run_text(shell, texts["curl"], token).splitlines()
        self.assertIn('"complete":true', rows[-1])
        self.assertIn(f'"totalCount":{len(records)}', matrix)
        self.assertIn('"data"', callsets)
        self.assertEqual(len(self.run_text(["python3", "-c"], texts["Python"], token).splitlines()), len(rows))

    def test_they_carry_the_token(self):
        served = self.folder / "served"
        served.mkdir()
        for name in ("wheat.vcf.gz", "reads.bam", "reads.bam.bai"):
            shutil.copy(DEMO / name, served)
        state = self.folder / "state"
        token = new_token(state)
        with Server(served, "--auth", "all", state=state, wait=False) as server:
            texts = self.of(server, token, "main~wheat")
            for text in texts.values():
                self.assertNotIn(token, text)
            self.assertIn("setOauthToken", texts["igv.js"])
            self.assertIn("ExternalTokenInternetAccount", texts["JBrowse 2"])
            self.assertIn('url(asked, headers', texts["R"])
            # Of the demo no read is on the first contig.
            self.check_all(texts, token, DEMO / "wheat.vcf.gz", 0, "-r", "chr1A:1-60000")

    def test_any_name_of_a_set_and_of_a_contig(self):
        served = self.folder / "served"
        served.mkdir()
        path = served / "it's\n$(odd), \"é\".vcf.gz"
        head = support.VCF_HEAD.replace("<ID=1,", "<ID=HLA-A*01:01,")
        rows = [("HLA-A*01:01", 10 * n + 1, ".", "A", "C", "GT", ["0|1", "1|1"]) for n in range(20)]
        support.write_vcf(path, rows, ["S0", "S1"], head)
        run("bcftools", "index", path)
        with Server(served) as server:
            name = server.get("/overview")["variantSets"][0]["variantSetDbId"]
            texts = self.of(server, "", name)
            self.assertIn("HLA-A*01:01\\t1\\t", texts["igv.js"])
            texts["samtools"] = "true"
            self.check_all(texts, "", path, 0)


if __name__ == "__main__":
    unittest.main()
