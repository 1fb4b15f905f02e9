"""The page at `/`, in Chromium: what it paints are the genotypes that bcftools reads, nothing is asked of
another host, nothing is complained of.

The browser is the one that CHROMIUM names, else Debian's; playwright-core (npm) drives it.
"""

import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import unittest

import support
from support import DEMO, FolderTest, Server, run, samples_of, simple_panel

HERE = pathlib.Path(__file__).resolve().parent
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
STEEPNESS = 0.6  # of the scale of doses, as in colours.js


def alleles_of(text):
    return [None if part in (".", "") else int(part) for part in re.split(r"[/|]", text)]


def mixed(low, high, part):
    """Between two colours #rrggbb."""
    pairs = [(int(low[i:i + 2], 16), int(high[i:i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{int(a + (b - a) * part + 0.5):02x}" for a, b in pairs)


def dose_colour(genotype, colours):
    called = [a for a in alleles_of(genotype) if a is not None]
    if not called:
        return colours["--missing"]
    dose = (sum(a > 0 for a in called) * 254 + len(called) // 2) // len(called)
    return mixed(colours["--dose-low"], colours["--dose-high"], (dose / 254) ** STEEPNESS)


def base_colour(genotype, bases, colours):
    called = [bases[a] for a in alleles_of(genotype) if a is not None]
    if not called:
        return colours["--missing"]
    each = [colours.get(f"--base-{base.lower()}", colours["--base-other"]) for base in called]
    channels = [sum(int(colour[i:i + 2], 16) for colour in each) / len(each) for i in (1, 3, 5)]
    return "#" + "".join(f"{int(value + 0.5):02x}" for value in channels)


def near(a, b):
    """A step of one is the rounding of the browser."""
    return all(abs(int(a[i:i + 2], 16) - int(b[i:i + 2], 16)) <= 1 for i in (1, 3, 5))


COLOURS = ["--missing", "--dose-low", "--dose-high", "--base-other", *(f"--base-{b}" for b in "acgt")]


def table_of(path, *region):
    """[(contig, position, [REF, ALT, ...], [GT])], read by bcftools."""
    out = run("bcftools", "query", *region, "-f", "%CHROM\t%POS\t%REF\t%ALT[\t%GT]\n", path)
    rows = []
    for line in out.decode().splitlines():
        contig, position, ref, alt, *genotypes = line.split("\t")
        rows.append((contig, int(position), [ref, *alt.split(",")], genotypes))
    return rows


def large_panel(path, variants=100_000, samples=300):
    """Rows are drawn from a stock of rows, so that it is made in seconds."""
    draw = random.Random(7)
    names = "\t".join(f"S{n}" for n in range(samples))
    head = f"{support.VCF_HEAD}#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{names}\n"
    kinds = ["0|0"] * 9 + ["0|1", "1|0", "1|1", ".|."]
    stock = ["\t".join(draw.choices(kinds, k=samples)) for _ in range(499)]
    lines = [head]
    for n in range(variants):
        contig, position = ("1", n) if n < variants // 2 else ("2", n - variants // 2)
        lines.append(f"{contig}\t{300 * position + 1}\t.\tA\tG\t.\t.\t.\tGT\t{stock[n * n % 499]}\n")
    run("bcftools", "view", "--no-version", "-Ob1", "-o", path, "-", input="".join(lines).encode())


class page(FolderTest):
    def drive(self, server, *steps):
        """What each step found. No error, and no other host."""
        self.assertTrue(CHROMIUM, "tools/setup clients installs chromium; elsewhere CHROMIUM names one")
        base = f"http://{server.host}:{server.port}"
        done = subprocess.run(
            ["node", HERE / "page.mjs", CHROMIUM, base, json.dumps(steps)], capture_output=True, text=True, timeout=120
        )
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        answer = json.loads(done.stdout)
        self.assertIsNone(answer["failed"])
        self.errors = answer["errors"]
        for url in answer["asked"]:
            self.assertTrue(url.startswith(base + "/"), url)
        return answer["found"]

    def sight(self, found):
        """The numbers of variants and call sets that are fully in sight."""
        _, _, width, height = map(float, found["plot"].split())
        x0, per_x, y0, per_y = map(float, found["window"].split())
        return range(int(x0) + 1, int(x0 + width * per_x) - 1), range(int(y0) + 1, int(y0 + height * per_y) - 1)

    def check_pixels(self, server, steps, rows, colour, calls=80, options=None):
        """Looks at some calls after these steps; `colour(row, sample, colours)` is what they should have."""
        (found, colours) = self.drive(server, {"do": "open"} | (options or {}), *steps, {"do": "window"}, {"do": "colours", "names": COLOURS})[-2:]
        variants, samples = self.sight(found)
        draw = random.Random(3)
        chosen = [(draw.choice(variants), draw.choice(samples)) for _ in range(calls)]
        pixels = self.drive(
            server, {"do": "open"} | (options or {}), *steps, {"do": "pixels", "calls": chosen}
        )[-1]
        self.assertEqual(self.errors, [])
        for (variant, sample), pixel in zip(chosen, pixels):
            expected = colour(rows[variant], sample, colours)
            self.assertTrue(near(pixel, expected), (variant, sample, pixel, expected, rows[variant][3][sample]))
        return found, chosen

    def test_the_demo_in_its_colours(self):
        rows = table_of(DEMO / "potato.vcf.gz")
        near_by = [{"do": "choose", "id": "main~potato"}, {"do": "key", "keys": ["+"] * 6}]
        with Server(DEMO) as server:
            found, _ = self.check_pixels(
                server, near_by, rows, lambda r, s, c: dose_colour(r[3][s], c), options={"scheme": "dark"}
            )
            self.assertEqual(found["detail"], "calls")
            self.check_pixels(
                server, [*near_by, {"do": "mode", "mode": "bases"}], rows,
                lambda r, s, c: base_colour(r[3][s], r[2], c),
            )

    def test_a_call_is_named_where_the_pointer_is(self):
        rows = table_of(DEMO / "potato.vcf.gz")
        names = samples_of(DEMO / "potato.vcf.gz")
        with Server(DEMO) as server:
            text = self.drive(
                server, {"do": "open"}, {"do": "choose", "id": "main~potato"}, {"do": "key", "keys": ["+"] * 6},
                {"do": "hover", "call": [200, 14]},
            )[-1]
            contig, position, _, genotypes = rows[200]
            self.assertIn(names[14], text)
            self.assertIn(f"{contig}:{position:,}", text)
            alleles = alleles_of(genotypes[14])
            self.assertIn("missing" if set(alleles) == {None} else genotypes[14], text)

    def test_a_large_panel_from_all_of_it_to_single_calls(self):
        path = self.folder / "large.bcf"
        large_panel(path)
        rows = None
        with Server(self.folder) as server:
            whole = self.drive(server, {"do": "open"}, {"do": "window"}, {"do": "layout"}, {"do": "text", "on": "#facts"})
            self.assertEqual(self.errors, [])
            self.assertEqual(whole[1]["detail"], "means")
            self.assertEqual(whole[2], {"wide": False, "shifts": 0})
            self.assertIn("300 call sets × 100,000 variants", whole[3])
            rows = table_of(path)
            zoomed = [{"do": "drag", "on": "#strip", "from": [0.2, 0.2], "to": [0.3, 0.2]}, {"do": "key", "keys": ["+"] * 14}]
            found, _ = self.check_pixels(server, zoomed, rows, lambda r, s, c: dose_colour(r[3][s], c))
            self.assertEqual(found["detail"], "calls")
            alike = [*zoomed, {"do": "mode", "mode": "alike"}, {"do": "text", "on": "#legend"}]
            self.assertIn("S0", self.drive(server, {"do": "open"}, *alike)[-1])
            streamed = self.drive(
                server, {"do": "open"}, {"do": "press", "on": "#stream-go"},
                {"do": "waitFor", "on": "#stream-note", "text": "decoded"}, {"do": "text", "on": "#stream-total"},
            )
            self.assertEqual(streamed[-1], "30.0 M")
            self.assertEqual(self.errors, [])

    def test_narrow_windows_and_keys(self):
        with Server(DEMO) as server:
            found = self.drive(
                server, {"do": "open", "width": 360, "height": 740}, {"do": "layout"}, {"do": "window"},
                {"do": "key", "keys": ["+", "ArrowRight", "ArrowDown"]}, {"do": "window"},
                {"do": "key", "keys": ["Home"]}, {"do": "window"},
                {"do": "key", "on": "#strip", "keys": ["+"]}, {"do": "window"},
            )
            self.assertEqual(self.errors, [])
            self.assertEqual(found[1], {"wide": False, "shifts": 0})
            self.assertNotEqual(found[4]["window"], found[2]["window"])
            self.assertEqual(found[6]["window"], found[2]["window"])
            self.assertNotEqual(found[8]["window"], found[2]["window"])

    def test_a_token_opens_it(self):
        simple_panel(self.folder / "p.vcf.gz", variants=10)
        state = self.folder.parent / "state"
        token = run(support.PROGRAM, "token", "add", "one", "--state", state).decode().strip()
        with Server(self.folder, "--auth", "all", state=state, wait=False) as server:
            self.drive(
                server, {"do": "open", "wait": False}, {"do": "waitFor", "on": "#message", "text": "token"},
                {"do": "fill", "on": "#token", "text": token}, {"do": "press", "on": "#access button"},
                {"do": "waitFor", "on": "#facts", "text": "10 variants"},
            )
            # The browser notes each 401 itself.
            self.assertTrue(all("401" in error for error in self.errors), self.errors)

    def test_an_empty_folder_says_so(self):
        with Server(self.folder) as server:
            self.drive(
                server, {"do": "open", "wait": False},
                {"do": "waitFor", "on": "#message", "text": "no variant sets yet"},
            )
            self.assertEqual(self.errors, [])


if __name__ == "__main__":
    unittest.main()
