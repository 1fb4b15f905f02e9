"""A browser that does what a test tells it, in a page of the server.

It is the one that CHROMIUM names, else Debian's; playwright-core (npm) drives it.
"""

import json
import os
import pathlib
import shutil
import subprocess

from support import FolderTest, run

HERE = pathlib.Path(__file__).resolve().parent
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def table_of(path):
    """[(contig, position, [REF, ALT, ...], [GT])], read by bcftools."""
    out = run("bcftools", "query", "-f", "%CHROM\t%POS\t%REF\t%ALT[\t%GT]\n", path)
    rows = []
    for line in out.decode().splitlines():
        contig, position, ref, alt, *genotypes = line.split("\t")
        rows.append((contig, int(position), [ref, *alt.split(",")], genotypes))
    return rows


class BrowserTest(FolderTest):
    def run_driver(self, driver, address, given):
        """What the driver reports, a module beside this one. It must not have failed."""
        self.assertTrue(CHROMIUM, "tools/setup clients installs chromium; elsewhere CHROMIUM names one")
        done = subprocess.run(
            ["node", HERE / driver, CHROMIUM, address, json.dumps(given)], capture_output=True, text=True, timeout=240
        )
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        answer = json.loads(done.stdout)
        self.assertIsNone(answer["failed"], answer)
        self.errors, self.asked = answer["errors"], answer["asked"]
        return answer

    def drive(self, server, *steps, driver="page.mjs"):
        """What each step found. No error, and no other host. `server` may be the address of one."""
        base = server if isinstance(server, str) else f"http://{server.host}:{server.port}"
        answer = self.run_driver(driver, base, steps)
        for url in self.asked:
            self.assertTrue(url.removeprefix("blob:").startswith(base + "/"), url)
        return answer["found"]

    def check_layout(self, found):
        self.assertFalse(found["wide"])
        self.assertLess(found["shifted"], 0.02)
