"""tools/bench in its quick form: every row has a figure or is not built. Says nothing of speed."""

import json
import math
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import types
import unittest
import unittest.mock
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

from harness import peer, rivals  # noqa: E402
from harness.programs import Programs, Server, run_program  # noqa: E402
from harness.sizes import quick_sizes  # noqa: E402

BUILD = pathlib.Path(os.environ["CALLSTREAM_BUILD"]).resolve()
ROWS = ["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P8b", "P9", "P10", "P11", "P12"]
# Their endpoints may not be there yet. The others are measurable in every build.
MAY_BE_MISSING = {"P2", "P12"}
FIGURES = {"P1": 1, "P3": 4, "P4": 1, "P5": 6, "P6": 3, "P7": 2, "P8": 3, "P8b": 2, "P9": 3, "P11": 1}


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
                if not rivals.nginx_program() and figure["what"].endswith("nginx"):
                    continue
                self.assertEqual(figure["problem"], "", row)
                self.assertGreater(figure["ratio"], 0, row)
                self.assertTrue(math.isfinite(figure["ratio"]), row)
                for side in ("ours", "rival"):
                    self.assertEqual(len(figure[side]), self.document["runs"], row)
                    self.assertGreater(min(figure[side]), 0, row)

    def test_what_has_no_target_is_for_comparison(self):
        shown = [figure for figure in self.document["figures"] if not figure["problem"]]
        for figure in shown:
            with self.subTest(figure["what"]):
                self.assertEqual(figure["target"] is None, figure["verdict"] == "for comparison")
        compared = {(f["row"], f["what"].split(", ")[-1]) for f in shown if f["target"] is None}
        self.assertLessEqual({("P2", "bare Beast"), ("P3", "bare Beast"), ("P5", "from records")}, compared)
        self.assertNotIn(("P5", "from columns"), compared)

    def test_every_place_of_a_page_has_its_times(self):
        pages = self.document["pages"]
        self.assertEqual(
            [one["what"] for one in pages], ["calls by token", "calls by number", "allele matrix by number"]
        )
        for one in pages:
            self.assertEqual(one["places"], ["first", "1 %", "10 %", "50 %", "90 %", "last"])
            self.assertEqual(one["pages"], [0, 4, 40, 200, 359, 399])
            for half, most in zip(one["p50"], one["p99"], strict=True):
                self.assertGreater(half, 0)
                self.assertGreaterEqual(most, half)

    def test_without_a_peer_others_are_not_run(self):
        others = [figure for figure in self.figures("P12") if figure["what"].endswith("others")]
        self.assertEqual([figure["problem"] for figure in others], ["not run (give --peer URL)"])

    def test_the_page_has_every_figure_and_its_plots(self):
        rows = [line for line in self.page.splitlines() if line.startswith("| P")]
        shown = [self.document[part] for part in ("figures", "slopes", "pages", "pages")]
        self.assertEqual(len(rows), sum(map(len, shown)))
        self.assertEqual({line.count("|") for line in rows}, {8, 6, 9})
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
                self.assertRegex(figure["problem"], "^not (built|measured|run)")

    def test_growth_has_an_exponent(self):
        slopes = self.document["slopes"]
        self.assertEqual({one["row"] for one in slopes}, {"P1", "P4", "P5"})
        for one in slopes:
            self.assertTrue(math.isfinite(one["exponent"]), one)

    def test_the_machine_is_described(self):
        for fact in ("cores", "cpu", "compiler", "htslib", "commit"):
            self.assertTrue(self.document["machine"][fact], fact)

class a_given_peer(unittest.TestCase):
    """Another callstream in its place."""

    @classmethod
    def setUpClass(cls):
        cls.sizes = quick_sizes()
        cls.sizes.variants, cls.sizes.seconds = 300, 0.1
        folder = tempfile.TemporaryDirectory(prefix="callstream-bench-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.panel = cls.make("panel.bcf")
        cls.server = cls.enterClassContext(Server(BUILD / "callstream", {"matrix.bcf": cls.panel}))

    @classmethod
    def make(cls, name, **changes):
        path = cls.folder / name
        options = {"samples": cls.sizes.samples, "variants": cls.sizes.variants} | changes
        words = [word for option, value in options.items() for word in (f"--{option}", value)]
        run_program([BUILD / "bench" / "callstream_make_panel", *words, path])
        return path

    def figure(self, *arguments):
        bench = types.SimpleNamespace(
            peer=peer.Peer(*arguments), server=self.server, sizes=self.sizes, runs=2,
            programs=Programs(BUILD, self.folder),
        )
        return peer.against_given_peer(bench, self.sizes.variants)

    def figure_beside(self, files, *arguments):
        with Server(BUILD / "callstream", files) as other:
            return self.figure(f"http://127.0.0.1:{other.port}", *arguments)

    def test_has_a_figure_whatever_it_calls_its_variant_set(self):
        small = self.make("small.bcf", variants=20)
        figure = self.figure_beside({"theirs.bcf": self.panel, "small.bcf": small}, "somebody")
        self.assertEqual((figure.problem, figure.verdict), ("", "for comparison"))
        self.assertEqual((len(figure.ours), len(figure.rival)), (2, 2))
        self.assertIn("allele matrix against somebody", figure.line())

    def test_that_has_other_cells_is_refused(self):
        figure = self.figure_beside({"matrix.bcf": self.make("other.bcf", seed=5)})
        self.assertRegex(figure.problem, r"^failed: 127.0.0.1:\d+ has '.*' in row \d+, column \d+ where callstream has")

    def test_that_has_no_such_matrix_is_refused(self):
        small = {"small.bcf": self.make("few.bcf", variants=20)}
        self.assertIn("has no variant sets of", self.figure_beside(small).problem)
        self.assertIn("20 rows where callstream has 300", self.figure_beside(small, "x", "main~small").problem)
        twice = {"one.bcf": self.panel, "two.bcf": self.panel}
        self.assertIn("has 2 variant sets of", self.figure_beside(twice).problem)

    def test_that_does_not_answer_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self.assertIn(f"http://127.0.0.1:{port}/brapi/v2/variantsets does not answer",
                      self.figure(f"http://127.0.0.1:{port}").problem)

    def test_is_an_address(self):
        for url in ("127.0.0.1:8080", "ftp://host/", "http://", "http://host/?a=b"):
            with self.subTest(url), self.assertRaises(ValueError):
                peer.Peer(url)
        for url in ("http://host:1", "http://host:1/", "http://host:1/brapi/v2/"):
            self.assertEqual(peer.Peer(url).base, "http://host:1/brapi/v2")


class nginx(unittest.TestCase):
    def test_that_is_not_there_is_not_measured(self):
        figure = rivals.Figure("P2", "nginx", None)
        with unittest.mock.patch.object(rivals, "nginx_program", lambda: None):
            rivals.against_nginx(None, figure, None, None)
        self.assertEqual(figure.verdict, "not measured: nginx is not there (tools/setup peers)")


if __name__ == "__main__":
    unittest.main()
