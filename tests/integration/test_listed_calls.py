"""Calls of the variants, samples and germplasm that stand in a list (`listDbId`, an extension)."""

import random
import unittest

import support
from support import DEMO, FolderTest, Server, calls_path, expected_calls, run, samples_of, simple_panel, walk


class listed_calls(FolderTest):
    def serve(self, folder, *options):
        server = Server(folder, *options)
        self.addCleanup(server.stop)
        return server

    def make_list(self, server, kind, items, headers=None):
        body = [{"listName": "chosen", "listType": kind, "data": items}]
        status, made = server.post("/brapi/v2/lists", body, headers)
        self.assertEqual(status, 200, made)
        return made["result"]["data"][0]["listDbId"]

    def test_are_those_of_bcftools_whatever_the_page_size(self):
        server = self.serve(DEMO)
        dice = random.Random(5)
        compared = 0
        for found in server.get("/brapi/v2/callsets", pageSize=1000)["result"]["data"]:
            if not found["callSetName"].endswith(("1", "7")):
                continue
            call_set, variant_set = found["callSetDbId"], found["variantSetDbIds"][0]
            everything = walk(server, call_set, 100_000)
            chosen = sorted(dice.sample(range(len(everything)), min(40, len(everything))))
            ids = [everything[n]["variantDbId"] for n in chosen]
            items = dice.sample(ids, len(ids)) + [f"{variant_set}~nowhere~1~1", "no such name"]
            kind = dice.choice(["markers", "variants"])
            wanted = self.make_list(server, kind, items)
            for size in (7, len(chosen), 1000):
                self.assertEqual(walk(server, call_set, size, listDbId=wanted), [everything[n] for n in chosen])
            second = server.get(calls_path(call_set), listDbId=wanted, page=1, pageSize=15)
            self.assertEqual(second["result"]["data"], [everything[n] for n in chosen[15:30]])
            self.assertEqual(second["metadata"]["pagination"]["totalCount"], len(chosen))
            back = server.get(
                calls_path(call_set), listDbId=wanted, pageSize=15,
                pageToken=second["metadata"]["pagination"]["prevPageToken"],
            )
            self.assertEqual(back["result"]["data"], [everything[n] for n in chosen[:15]])
            lines = server.ndjson(calls_path(call_set), listDbId=wanted)
            self.assertEqual(lines[1:-1], [everything[n] for n in chosen])
            self.assertEqual(lines[-1], {"complete": True, "count": len(chosen)})
            compared += len(chosen)
        self.assertGreater(compared, 300)

    def test_markers_are_found_by_name_as_bcftools_does(self):
        panel = simple_panel(self.folder / "panel.bcf", variants=500)
        names = [f"rs{n}" for n in range(3, 500, 17)]
        (self.folder.parent / "names").write_text("\n".join(names))
        rows = run("bcftools", "query", "-i", f"ID=@{self.folder.parent / 'names'}", "-f", "%ID[\t%GT]\n", panel)
        expected = [line.split("\t") for line in rows.decode().splitlines()]
        server = self.serve(self.folder)
        wanted = self.make_list(server, "markers", names[::-1])
        for column, sample in enumerate(samples_of(panel)):
            calls = walk(server, f"main~panel~{sample}", 4, listDbId=wanted)
            self.assertEqual(
                [(c["variantName"], c["genotypeValue"]) for c in calls],
                [(name, genotypes[column]) for name, *genotypes in expected],
            )

    def test_go_over_the_borders_of_files(self):
        everything = []
        for contig in ("1", "2"):
            rows = [(contig, 10 * n, f"rs{contig}x{n}", "A", "C", "GT", [f"{n % 2}|0"]) for n in range(1, 200)]
            everything += expected_calls(support.write_vcf(self.folder / f"panel.chr{contig}.bcf", rows, ["S0"]))
        server = self.serve(self.folder)
        wanted = self.make_list(server, "markers", ["rs1x199", "rs2x1", "rs2x150", "rs1x2"])
        [call_set] = server.get("/brapi/v2/callsets")["result"]["data"]
        calls = walk(server, call_set["callSetDbId"], 1, listDbId=wanted)
        self.assertEqual([c["variantName"] for c in calls], ["rs1x2", "rs1x199", "rs2x1", "rs2x150"])
        places = [c["variantDbId"].split("~", 2)[2] for c in calls]
        self.assertEqual(
            [c["genotypeValue"] for c in calls], [g[0] for place, g in everything if place in places]
        )

    def test_samples_and_germplasm_choose_call_sets(self):
        simple_panel(self.folder / "panel.bcf", variants=20)
        (self.folder / "samples.tsv").write_text("sample\tsampleDbId\tgermplasmDbId\nS1\tx1\tg1\nS2\tx2\tg2\n")
        server = self.serve(self.folder)
        for kind, item in (("samples", "x1"), ("germplasm", "g1")):
            wanted = self.make_list(server, kind, [item])
            self.assertEqual(
                walk(server, "main~panel~S1", 6, listDbId=wanted), walk(server, "main~panel~S1", 100)
            )
            self.assertEqual(walk(server, "main~panel~S2", 6, listDbId=wanted), [])
            chosen = server.get("/brapi/v2/callsets", listDbId=wanted)["result"]["data"]
            self.assertEqual([c["callSetDbId"] for c in chosen], ["main~panel~S1"])

    def test_a_list_that_cannot_choose_is_said(self):
        simple_panel(self.folder / "panel.bcf", variants=20)
        server = self.serve(self.folder)
        path = calls_path("main~panel~S1")
        page = server.get(path, listDbId="nobody")
        self.assertEqual(page["result"]["data"], [])
        self.assertIn("no list", str(page["metadata"]["status"]))
        self.assertEqual(server.get(path, listDbId="")["metadata"]["pagination"]["totalCount"], 20)
        status, text = server.error(path, listDbId=self.make_list(server, "studies", ["s1"]))
        self.assertEqual((status, "a list of studies" in text), (400, True))
        markers = self.make_list(server, "markers", ["rs1"])
        self.assertEqual(server.error("/brapi/v2/callsets", listDbId=markers)[0], 400)
        self.assertEqual(server.get(path, listDbId=self.make_list(server, "markers", []))["result"]["data"], [])

    def test_tokens_end_when_the_list_changes(self):
        simple_panel(self.folder / "panel.bcf", variants=20)
        server = self.serve(self.folder)
        path = calls_path("main~panel~S1")
        wanted = self.make_list(server, "markers", ["rs1", "rs2", "rs3"])
        token = server.get(path, listDbId=wanted, pageSize=1)["metadata"]["pagination"]["nextPageToken"]
        self.assertEqual(server.get(path, listDbId=wanted, pageToken=token)["result"]["data"][0]["variantName"], "rs2")
        self.assertEqual(server.error(path, pageToken=token)[0], 400, "it is for the calls of a list")
        self.assertEqual(server.post(f"/brapi/v2/lists/{wanted}/items", ["rs0"])[0], 200)
        self.assertEqual(server.error(path, listDbId=wanted, pageToken=token)[0], 400)
        self.assertEqual([c["variantName"] for c in walk(server, "main~panel~S1", 2, listDbId=wanted)],
                         ["rs0", "rs1", "rs2", "rs3"])

    def test_whoever_may_not_see_lists_is_not_told_what_stands_there(self):
        simple_panel(self.folder / "beans" / "panel.bcf", variants=20)
        state = self.folder.parent / "state"
        add = (support.PROGRAM, "token", "add", "--state", state)
        everything = run(*add, "writer", "--scope", "write").decode().split()[-1]
        beans = run(*add, "reader", "--dataset", "beans").decode().split()[-1]
        server = Server(self.folder, "--auth", "all", state=state, wait=False)
        self.addCleanup(server.stop)
        headers = {"Authorization": f"Bearer {everything}"}
        wanted = self.make_list(server, "markers", ["rs1"], headers)
        path = calls_path("beans~panel~S1")

        def status(token, list_id):
            headers = {"Authorization": f"Bearer {token}"}
            return server.request(f"{path}?listDbId={list_id}", headers=headers)[0]

        self.wait_for(lambda: status(everything, wanted) == 200)
        self.assertEqual([status(beans, wanted), status(beans, "nobody"), status(beans, "")], [403, 403, 200])


if __name__ == "__main__":
    unittest.main()
