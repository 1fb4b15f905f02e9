"""The page at `/`, in Chromium: what it paints are the genotypes that bcftools reads, nothing is asked of
another host, nothing is complained of.
"""

import bisect
import math
import random
import re
import subprocess
import unittest

import support
from browser import BrowserTest, table_of
from front import Front
from support import DEMO, Server, new_token, run, samples_of, simple_panel

# Of a panel that does not fit into a window. Sanitizers make the server slow.
VARIANTS, SAMPLES = (20_000, 100) if support.SANITIZED else (100_000, 300)
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


def large_panel(path, variants=VARIANTS, samples=SAMPLES):
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


class page(BrowserTest):
    def check_pixels(self, pixels, rows, colour):
        """`colour(row, sample)` is what a call should have."""
        self.assertGreater(len({pixel for _, _, pixel in pixels}), 2)
        for variant, sample, pixel in pixels:
            expected = colour(rows[variant], sample)
            self.assertTrue(near(pixel, expected), (variant, sample, pixel, expected, rows[variant][3][sample]))

    def test_the_demo_in_its_colours(self):
        rows = table_of(DEMO / "potato.vcf.gz")
        seen = [{"do": "window"}, {"do": "pixels", "count": 80}, {"do": "colours", "names": COLOURS}]
        steps = [{"do": "choose", "id": "main~potato"}, {"do": "key", "keys": ["+"] * 6}]
        with Server(DEMO) as server:
            found = self.drive(
                server, {"do": "open", "scheme": "dark"}, *steps, *seen,
                {"do": "open"}, *steps, {"do": "mode", "mode": "bases"}, *seen,
            )
        self.assertEqual(self.errors, [])
        window, dark, colours = found[3:6]
        self.assertEqual(window["detail"], "calls")
        self.check_pixels(dark, rows, lambda r, s: dose_colour(r[3][s], colours))
        _, light, other_colours = found[10:13]
        self.assertNotEqual(colours, other_colours)
        self.check_pixels(light, rows, lambda r, s: base_colour(r[3][s], r[2], other_colours))

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
        with Server(self.folder) as server:
            found = self.drive(
                server, {"do": "open"}, {"do": "window"}, {"do": "layout"}, {"do": "text", "on": "#facts"},
                {"do": "drag", "on": "#strip", "from": [0.2, 0.2], "to": [0.3, 0.2]}, {"do": "key", "keys": ["+"] * 14},
                {"do": "window"}, {"do": "pixels", "count": 80}, {"do": "colours", "names": COLOURS},
                {"do": "mode", "mode": "alike"}, {"do": "text", "on": "#legend"},
                {"do": "press", "on": "#stream-go"}, {"do": "waitFor", "on": "#stream-note", "text": "decoded"},
                {"do": "text", "on": "#stream-total"},
            )
        self.assertEqual(self.errors, [])
        self.assertEqual(found[1]["detail"], "means")
        self.check_layout(found[2])
        self.assertIn(f"{SAMPLES} call sets × {VARIANTS:,} variants", found[3])
        self.assertEqual(found[6]["detail"], "calls")
        rows = table_of(path)
        self.check_pixels(found[7], rows, lambda r, s: dose_colour(r[3][s], found[8]))
        self.assertIn("S0", found[10])
        millions = VARIANTS * SAMPLES / 1e6
        self.assertEqual(found[13], f"{millions:.{1 if millions >= 10 else 2}f} M")

    def test_the_mean_at_the_pointer_is_that_of_its_cell(self):
        """In the last tile, whose cells are not all of one width."""
        path = self.folder / "uneven.bcf"
        variants, samples = 9_001, 3
        large_panel(path, variants, samples)
        with Server(self.folder) as server:
            spots = range(variants - 30, variants)
            window, *texts = self.drive(
                server, {"do": "open"}, {"do": "window"}, *({"do": "hover", "call": [v, 1]} for v in spots),
            )[1:]
            _, per_x, *_ = map(float, window["window"].split())
            step = 2 ** int(math.log2(per_x))
            self.assertGreater(step, 1)
            start = variants // (256 * step) * 256 * step
            cells = math.ceil((variants - start) / step)
            edges = [start + n * (variants - start) // cells for n in range(cells + 1)]
            self.assertNotEqual({b - a for a, b in zip(edges, edges[1:])}, {step})
            bounds = {"variantStart": start, "variantEnd": variants, "callSetStart": 0, "callSetEnd": samples}
            _, _, tile = server.request(support.url("/overview/main~uneven/tile", bounds | {"rows": samples, "columns": cells}))
        for variant, text in zip(spots, texts):
            value = tile[cells + bisect.bisect_right(edges, variant) - 1]
            self.assertIn("missing" if value == 255 else f"mean dose {100 * value / 254:.1f} %", text, variant)

    def test_narrow_windows_and_keys(self):
        with Server(DEMO) as server:
            found = self.drive(
                server, {"do": "open", "width": 360, "height": 740}, {"do": "layout"}, {"do": "window"},
                {"do": "key", "keys": ["+", "ArrowRight", "ArrowDown"]}, {"do": "window"},
                {"do": "key", "keys": ["Home"]}, {"do": "window"},
                {"do": "key", "on": "#strip", "keys": ["+"]}, {"do": "window"},
            )
            self.assertEqual(self.errors, [])
            self.check_layout(found[1])
            self.assertNotEqual(found[4]["window"], found[2]["window"])
            self.assertEqual(found[6]["window"], found[2]["window"])
            self.assertNotEqual(found[8]["window"], found[2]["window"])

    def test_a_token_opens_it(self):
        simple_panel(self.folder / "p.vcf.gz", variants=10)
        state = self.folder.parent / "state"
        token = new_token(state)
        with Server(self.folder, "--auth", "all", state=state, wait=False) as server:
            self.drive(
                server, {"do": "open", "wait": False}, {"do": "waitFor", "on": "#message", "text": "token"},
                {"do": "fill", "on": "#token", "text": token}, {"do": "press", "on": "#access button"},
                {"do": "waitFor", "on": "#facts", "text": "10 variants"},
            )
            # The browser notes each 401 itself.
            self.assertTrue(all("401" in error for error in self.errors), self.errors)

    def test_what_cannot_be_a_token_is_not_kept(self):
        simple_panel(self.folder / "p.vcf.gz", variants=10)
        state = self.folder.parent / "state"
        token = new_token(state)
        with Server(self.folder, "--auth", "all", state=state, wait=False) as server:
            self.drive(
                server, {"do": "open", "wait": False}, {"do": "waitFor", "on": "#message", "text": "token"},
                {"do": "fill", "on": "#token", "text": "ключ"}, {"do": "press", "on": "#access button"},
                {"do": "waitFor", "on": "#message", "text": "no token"},
                {"do": "fill", "on": "#token", "text": token}, {"do": "press", "on": "#access button"},
                {"do": "waitFor", "on": "#facts", "text": "10 variants"},
            )

    def test_what_was_refused_is_asked_for_again(self):
        seen = {}

        def refuses(target):
            seen[target] = seen.get(target, 0) + 1
            return "/tile?" in target and seen[target] < 3

        with Server(DEMO) as server, Front(refuses=refuses) as front:
            front.server = server
            found = self.drive(
                front.url, {"do": "open", "wait": False, "path": "/#main~potato"},
                {"do": "waitFor", "on": "#message", "text": "the proxy has no answer"},
                {"do": "box", "on": "#message"}, {"do": "box", "on": "#matrix"},
                {"do": "settle"}, {"do": "waitHidden", "on": "#message"}, {"do": "window"},
            )
        self.assertLess(found[2]["height"], found[3]["height"] / 5)
        self.assertEqual(found[6]["state"], "complete")
        self.assertTrue(all(times == 3 for target, times in seen.items() if "/tile?" in target), seen)
        self.assertTrue(all("502" in error for error in self.errors), self.errors)

    def test_a_set_that_cannot_be_shown_leaves_nothing_of_the_one_before(self):
        with Server(DEMO) as server, Front(refuses=lambda target: target.startswith("/overview/main~wheat")) as front:
            front.server = server
            found = self.drive(
                front.url, {"do": "open", "path": "/#main~potato"}, {"do": "text", "on": "#facts"},
                {"do": "pick", "id": "main~wheat"},
                {"do": "waitFor", "on": "#message", "text": "the proxy has no answer"},
                {"do": "text", "on": "#facts"}, {"do": "text", "on": "#snippet code"}, {"do": "address"},
                {"do": "choose", "id": "main~potato"}, {"do": "text", "on": "#facts"},
            )
        self.assertEqual(found[4:7], ["", "", f"{front.url}/#main~wheat"])
        self.assertIn("call sets", found[1])
        self.assertEqual(found[8], found[1])

    def test_the_address_says_which_set(self):
        wheat, potato = (len(table_of(DEMO / f"{name}.vcf.gz")) for name in ("wheat", "potato"))
        with Server(DEMO) as server:
            found = self.drive(
                server, {"do": "open", "path": "/#%"}, {"do": "hash", "text": "main~potato"},
                {"do": "waitFor", "on": "#facts", "text": f"{potato} variants"},
                {"do": "hash", "text": "main%7Ewheat"},
                {"do": "waitFor", "on": "#facts", "text": f"{wheat:,} variants"},
                {"do": "hash", "text": "matrix"}, {"do": "settle"}, {"do": "address"},
            )
        self.assertEqual(self.errors, [])
        self.assertTrue(found[7].endswith("/#main~wheat"), found[7])

    def test_lines_to_compare_with_are_chosen_by_keys(self):
        names = samples_of(DEMO / "potato.vcf.gz")
        legend = {"do": "text", "on": "#legend"}
        with Server(DEMO) as server:
            found = self.drive(
                server, {"do": "open", "path": "/#main~potato"}, {"do": "mode", "mode": "alike"}, legend,
                {"do": "key", "keys": ["n", "n"]}, legend, {"do": "key", "keys": ["p"]}, legend,
                {"do": "key", "keys": ["n"] * len(names)}, legend,
            )
        self.assertEqual(self.errors, [])
        for at, name in ((2, names[0]), (4, names[2]), (6, names[1]), (8, names[-1])):
            self.assertIn(f"alike to {name}", found[at])

    def test_behind_a_proxy_below_a_path(self):
        with Front("/some/path") as front, Server(DEMO, "--public-url", front.url) as server:
            front.server = server
            *_, snippets, total = self.drive(
                front.url, {"do": "open", "path": "/#main~wheat"}, {"do": "key", "keys": ["+"] * 10},
                {"do": "press", "on": "#stream-go"}, {"do": "waitFor", "on": "#stream-note", "text": "decoded"},
                {"do": "snippets"}, {"do": "text", "on": "#stream-total"},
            )
            self.assertEqual(self.errors, [])
            self.assertNotEqual(total, "0")
            for name, text in snippets.items():
                self.assertIn(front.url, text, name)
            shown = subprocess.run(["bash", "-ec", snippets["bcftools"]], capture_output=True, cwd=self.folder)
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertIn(b"chr1A\t", shown.stdout)

    def test_an_empty_folder_says_so(self):
        with Server(self.folder) as server:
            self.drive(
                server, {"do": "open", "wait": False},
                {"do": "waitFor", "on": "#message", "text": "no variant sets yet"},
            )
            self.assertEqual(self.errors, [])


if __name__ == "__main__":
    unittest.main()
