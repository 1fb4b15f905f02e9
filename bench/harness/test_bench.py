"""tools/bench in its quick form: every row has a figure or is not built. Says nothing of speed."""

import json
import math
import os
import pathlib
import re
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROWS = ["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P8b", "P9", "P10", "P11", "P12"]
# Their endpoints may not be there yet. The others are measurable in every build.
MAY_BE_MISSING = {"P2", "P12"}
FIGURES = {"P1": 1, "P3": 2, "P4": 1, "P5": 6, "P6": 3, "P7": 2, "P8": 1, "P8b": 2, "P9": 3, "P11": 1}


class bench(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="callstream-bench-test-") as folder:
            out = pathlib.Path(folder) / "bench.json"
            command = [ROOT / "tools" / "bench", "--quick", "--slope", "--json", out]
            page = pathlib.Path(folder) / "page.md"
            command += ["--report", page, "--build", os.environ["CALLSTREAM_BUILD"]]
            done = subprocess.run(command, capture_output=True, text=True, timeout=540)
            cls.text = done.stdout
            if done.returncode != 0:
                raise AssertionError(f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
            cls.document = json.loads(out.read_text())
            cls.page = page.read_text()
            cls.plots = {plot.name: plot.read_text() for plot in page.parent.glob("*.svg")}

    def figures(self, row):
        return [figure for figure in self.document["figures"] if figure["row"] == row]

    def test_every_row_is_printed(self):
        printed = {line.split()[0] for line in self.text.splitlines() if line.startswith("P")}
        self.assertEqual(printed, set(ROWS))

    def test_what_can_be_measured_has_figures(self):
        for row, count in FIGURES.items():
            figures = self.figures(row)
            self.assertEqual(len(figures), count, row)
            for figure in figures:
                self.assertEqual(figure["problem"], "", row)
                self.assertGreater(figure["ratio"], 0, row)
                self.assertTrue(math.isfinite(figure["ratio"]), row)
                for side in ("ours", "rival"):
                    self.assertEqual(len(figure[side]), self.document["runs"], row)
                    self.assertGreater(min(figure[side]), 0, row)

    def test_the_page_has_every_figure_and_its_plots(self):
        rows = [line for line in self.page.splitlines() if line.startswith("| P")]
        self.assertEqual(len(rows), len(self.document["figures"]) + len(self.document["slopes"]))
        self.assertEqual({line.count("|") for line in rows}, {8, 6})
        self.assertEqual(set(re.findall(r"\((.*?\.svg)\)", self.page)), self.plots.keys())
        for name, plot in self.plots.items():
            with self.subTest(name):
                shapes = {shape.tag.split("}")[1] for shape in xml.etree.ElementTree.fromstring(plot)}
                self.assertLessEqual({"text", "rect"}, shapes)
                self.assertNotIn("nan", plot)

    def test_small_requests_have_a_figure(self):
        self.assertIn("", [figure["problem"] for figure in self.figures("P10")])

    def test_what_is_not_built_says_so(self):
        for figure in self.document["figures"]:
            if figure["row"] in MAY_BE_MISSING and figure["problem"]:
                self.assertRegex(figure["problem"], "^not (built|measured)")

    def test_growth_has_an_exponent(self):
        slopes = self.document["slopes"]
        self.assertEqual({one["row"] for one in slopes}, {"P1", "P4", "P5"})
        for one in slopes:
            self.assertTrue(math.isfinite(one["exponent"]), one)

    def test_the_machine_is_described(self):
        for fact in ("cores", "cpu", "compiler", "htslib", "commit"):
            self.assertTrue(self.document["machine"][fact], fact)


if __name__ == "__main__":
    unittest.main()
