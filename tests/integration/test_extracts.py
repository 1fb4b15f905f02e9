"""POST /variantsets/extract: a selection that is kept and is a variant set everywhere; bcftools has the same."""

import json
import tempfile
import unittest
import urllib.parse

from support import DEMO, FolderTest, Server, call_set_id, run, samples_of, write_vcf

SETS = "/brapi/v2/variantsets"
EXTRACT = SETS + "/extract"
WHEAT = DEMO / "wheat.vcf.gz"


def extract(server, wanted=200, **body):
    status, answer = server.post(EXTRACT, body)
    if status != wanted:
        raise AssertionError(f"{status} for an extract of {body}: {answer}")
    return answer["result"] if status == 200 else answer


def rows_of(path, *options):
    """(contig, position, genotypes) of each record, as bcftools says; all missing as `.`."""
    out = run("bcftools", "query", *options, "-f", "%CHROM\t%POS[\t%GT]\n", path).decode()
    rows = []
    for line in out.splitlines():
        contig, position, *cells = line.split("\t")
        rows.append((contig, int(position), ["." if set(c) <= set("./|") else c for c in cells]))
    return rows


class extracts(unittest.TestCase):
    """One extract of the demo's wheat: 7 call sets in an order of its own, one chromosome, frequent variants."""

    @classmethod
    def setUpClass(cls):
        state = tempfile.TemporaryDirectory(prefix="callstream-extracts-")
        cls.addClassCleanup(state.cleanup)
        cls.server = Server(DEMO, state=state.name)
        cls.addClassCleanup(cls.server.stop)
        cls.samples = [samples_of(WHEAT)[i] for i in (9, 3, 40, 5, 17, 2, 30)]
        cls.call_sets = [call_set_id("main", "wheat", s) for s in cls.samples]
        cls.body = {"variantSetDbIds": ["main~wheat"], "callSetDbIds": cls.call_sets, "positionRanges": ["chr1A"], "minMaf": 0.2}
        cls.made = extract(cls.server, variantSetName="a few", **cls.body)
        cls.id = cls.made["variantSetDbId"]
        cls.rows = cls.frequent(0.2)

    @classmethod
    def frequent(cls, least):
        """Rows of the extract's call sets and chromosome with a minor allele so frequent in the whole set."""
        with tempfile.NamedTemporaryFile(suffix=".bcf") as file:
            bare = run("bcftools", "annotate", "-x", "INFO/AC,INFO/AN,INFO/AF", "-Ou", WHEAT)
            frequent = run("bcftools", "view", "-i", f"MAF[*]>={least}", "-Ou", input=bare)
            file.write(frequent)
            file.flush()
            return [r for r in rows_of(file.name, "-s", ",".join(cls.samples)) if r[0] == "chr1A"]

    @classmethod
    def get(cls, path, **parameters):
        return cls.server.get("/brapi/v2/" + path, **parameters)["result"]

    def test_it_is_a_variant_set(self):
        self.assertGreater(len(self.rows), 20)
        self.assertEqual(self.made["variantSetName"], "a few")
        self.assertEqual((self.made["variantCount"], self.made["callSetCount"]), (len(self.rows), 7))
        source = self.get("variantsets/main~wheat")
        for member in ("studyDbId", "referenceSetDbId", "metadataFields"):
            self.assertEqual(self.made[member], source[member])
        self.assertEqual(self.get(f"variantsets/{self.id}"), self.made)
        listed = self.get("variantsets", pageSize=1000)["data"]
        self.assertIn(self.made, listed)
        number = listed.index(self.made)
        self.assertEqual(self.get("variantsets", page=number, pageSize=1)["data"], [self.made])
        search = self.server.search("variantsets", {"variantSetDbIds": [self.id]})
        self.assertEqual(self.get(f"search/variantsets/{search}")["data"], [self.made])

    def test_filters_of_variant_sets_find_it_by_what_is_in_it(self):
        first = self.get("variants", variantSetDbId=self.id, pageSize=1)["data"][0]["variantDbId"]
        rare = self.get("variants", variantSetDbId="main~wheat", maxMaf=0.05, pageSize=1)["data"][0]["variantDbId"]
        absent = next(s for s in samples_of(WHEAT) if s not in self.samples)
        for there, parameters in (
            (True, {"studyDbId": "main"}),
            (False, {"studyDbId": "another"}),
            (True, {"callSetDbId": self.call_sets[3]}),
            (False, {"callSetDbId": call_set_id("main", "wheat", absent)}),
            (True, {"variantDbId": first}),
            (False, {"variantDbId": rare}),
            (False, {"externalReferenceId": "nobody"}),
        ):
            with self.subTest(**parameters):
                found = [s["variantSetDbId"] for s in self.get("variantsets", pageSize=1000, **parameters)["data"]]
                self.assertEqual(self.id in found, there)

    def test_call_sets(self):
        ids = lambda found: [c["callSetDbId"] for c in found["data"]]  # noqa: E731
        for found in (self.get(f"variantsets/{self.id}/callsets"), self.get("callsets", variantSetDbId=self.id)):
            self.assertEqual(sorted(ids(found)), sorted(self.call_sets))
        one = self.get(f"variantsets/{self.id}/callsets", callSetDbId=self.call_sets[0])
        self.assertEqual(ids(one), self.call_sets[:1])
        search = self.server.search("callsets", {"variantSetDbIds": [self.id, "main~potato"]})
        self.assertEqual(len(self.get(f"search/callsets/{search}")["data"]), 7 + 30)

    def test_variants(self):
        for path, parameters in (
            (f"variantsets/{self.id}/variants", {}),
            ("variants", {"variantSetDbId": self.id}),
        ):
            found = self.get(path, pageSize=10_000, **parameters)["data"]
            self.assertEqual([v["start"] + 1 for v in found], [position for _, position, _ in self.rows])
            self.assertTrue(all(v["variantSetDbId"] == [self.id] for v in found))
        one = self.get("variants/" + found[0]["variantDbId"])
        self.assertEqual(one["variantSetDbId"], ["main~wheat"])
        self.assertEqual({**one, "variantSetDbId": 0}, {**found[0], "variantSetDbId": 0})

    def test_calls(self):
        expected = [cell for _, _, cells in self.rows for cell in cells]
        for path, parameters in ((f"variantsets/{self.id}/calls", {}), ("calls", {"variantSetDbId": self.id})):
            found, token = [], None
            while token is not None or not found:
                more = {"pageToken": token} if token else {}
                answer = self.server.get("/brapi/v2/" + path, pageSize=37, **parameters, **more)
                found += answer["result"]["data"]
                token = answer["metadata"]["pagination"]["nextPageToken"]
            self.assertEqual([c["genotypeValue"] for c in found], expected)
            self.assertEqual([c["callSetDbId"] for c in found[:7]], self.call_sets)
            self.assertEqual({(c["variantSetDbId"], c["variantSetName"]) for c in found}, {(self.id, "a few")})

    def test_matrix(self):
        matrix = self.get("allelematrix", variantSetDbId=self.id)
        self.assertEqual(matrix["dataMatrices"][0]["dataMatrix"], [cells for _, _, cells in self.rows])
        self.assertEqual(matrix["callSetDbIds"], self.call_sets)
        self.assertEqual(matrix["variantSetDbIds"], [self.id])

    def test_filters_narrow_it(self):
        (_, first, _), (_, last, _) = self.rows[5], self.rows[15]
        body = {"variantSetDbIds": [self.id], "positionRanges": [f"chr1A:{first}-{last}"],
                "callSetDbIds": [self.call_sets[4], call_set_id("main", "wheat", samples_of(WHEAT)[0]), self.call_sets[1]]}
        search = self.server.search("allelematrix", body)
        matrix = self.get(f"search/allelematrix/{search}")
        self.assertEqual(matrix["callSetDbIds"], [self.call_sets[4], self.call_sets[1]])
        expected = [[cells[4], cells[1]] for _, at, cells in self.rows if first <= at <= last]
        self.assertEqual(matrix["dataMatrices"][0]["dataMatrix"], expected)
        nothing = self.get("variants", variantSetDbId=self.id, positionRange="chr1B")["data"]
        self.assertEqual(nothing, [])

    def test_beside_the_set_it_is_of(self):
        whole = self.get("variants", variantSetDbId="main~wheat", pageSize=10_000)["data"]
        both = self.get("variants", variantSetDbId=f"main~wheat,{self.id}", pageSize=10_000)["data"]
        self.assertEqual(len(both), len(whole) + len(self.rows))
        self.assertEqual(both[:len(whole)], whole)
        # Where nobody names it, it repeats nothing.
        found = self.get("variants", studyDbId="main", pageSize=100_000)["data"]
        self.assertNotIn([self.id], [v["variantSetDbId"] for v in found])

    def test_files(self):
        links = {f["fileURL"].rsplit("/", 1)[1].split(".", 1)[-1]: f["fileURL"] for f in self.made["availableFormats"]}
        self.assertEqual(len(links), 14)
        for link in links.values():
            status, _, body = self.server.request(urllib.parse.urlsplit(link).path)
            self.assertEqual((status, len(body) > 0), (200, True), link)
        _, _, body = self.server.request(urllib.parse.urlsplit(links["bcf"]).path)
        with tempfile.NamedTemporaryFile(suffix=".bcf") as file:
            file.write(body)
            file.flush()
            self.assertEqual(samples_of(file.name), self.samples)
            self.assertEqual(rows_of(file.name), self.rows)

    def test_an_extract_of_it(self):
        inner = extract(self.server, variantSetDbIds=[self.id], minMaf=0.4, callSetDbIds=self.call_sets[2:4])
        self.assertEqual(inner["variantSetName"], "a few, extract")
        expected = [cells[2:4] for _, _, cells in self.frequent(0.4)]
        matrix = self.get("allelematrix", variantSetDbId=inner["variantSetDbId"])
        self.assertEqual(matrix["dataMatrices"][0]["dataMatrix"], expected)
        self.assertGreater(len(self.rows), len(expected))
        for _ in range(6):
            inner = extract(self.server, variantSetDbIds=[inner["variantSetDbId"]])
        self.assertEqual(inner["variantCount"], len(expected))
        refused = extract(self.server, wanted=400, variantSetDbIds=[inner["variantSetDbId"]])
        self.assertIn("eighth", str(refused))

    def test_of_several_variant_sets(self):
        made = extract(self.server, variantSetDbIds=["main~wheat", "main~potato"], maxMissingData=0)
        self.assertEqual(made["variantSetName"], "potato and others, extract")
        self.assertEqual([f["dataFormat"] for f in made["availableFormats"]], ["JSON"])
        counts = [self.get("variants", variantSetDbId=s, maxMissingData=0, pageSize=10_000)["data"]
                  for s in ("main~potato", "main~wheat")]
        self.assertEqual(made["variantCount"], sum(map(len, counts)))
        status, answer = self.server.error(f"{SETS}/{made['variantSetDbId']}/exports/x.vcf")
        self.assertEqual(status, 400)
        self.assertIn("extract of 2", str(answer))

    def test_genotypes_look_as_it_was_said(self):
        made = extract(self.server, variantSetDbIds=["main~wheat"], expandHomozygotes=False, sepPhased="~",
                       sepUnphased=":", unknownString="-", callSetDbIds=self.call_sets[:1])
        variant_set = made["variantSetDbId"]
        [calls] = [f for f in made["availableFormats"] if f["dataFormat"] == "JSON"]
        self.assertEqual((calls["expandHomozygotes"], calls["unknownString"]), (False, "-"))
        search = self.server.search("allelematrix", {"variantSetDbIds": [variant_set]})
        plain = self.server.search("calls", {"variantSetDbIds": [variant_set], "sepPhased": "|"})
        for path, parameters, phased in (
            (f"variantsets/{variant_set}/calls", {}, "~"),
            ("calls", {"variantSetDbId": variant_set}, "~"),
            ("allelematrix", {"variantSetDbId": variant_set}, "~"),
            (f"search/allelematrix/{search}", {}, "~"),
            (f"search/calls/{plain}", {}, "|"),
            (f"variantsets/{variant_set}/calls", {"sepPhased": "|"}, "|"),
        ):
            with self.subTest(path):
                got = self.get(path, **parameters)
                said = tuple(got[m] for m in ("expandHomozygotes", "sepPhased", "sepUnphased", "unknownString"))
                self.assertEqual(said, (False, phased, ":", "-"))
        self.assertNotIn("/", json.dumps([c["genotypeValue"] for c in self.get(f"variantsets/{variant_set}/calls")["data"]]))
        both = self.get("calls", variantSetDbId=f"main~wheat,{variant_set}", pageSize=1)
        self.assertEqual((both["expandHomozygotes"], both["sepPhased"]), (True, "|"))

    def test_metadata_can_be_written(self):
        made = extract(self.server, variantSetDbIds=["main~potato"])
        path = f"{SETS}/{made['variantSetDbId']}"
        body = json.dumps({"additionalInfo": {"why": "trial"}, "externalReferences": [{"referenceId": "x:1", "referenceSource": "x"}]})
        status, _, _ = self.server.request(path, "PUT", {"Content-Type": "application/json"}, body)
        self.assertEqual(status, 200)
        found = self.get("variantsets", externalReferenceId="x:1")["data"]
        self.assertEqual([(s["variantSetDbId"], s["additionalInfo"]) for s in found], [(made["variantSetDbId"], {"why": "trial"})])

    def test_what_is_wrong_is_named(self):
        for body, text in (
            ({"variantSetDbIds": ["nothing"]}, "nothing"),
            ({"callSetDbIds": ["nobody"]}, "nobody"),
            ({"variantSetDbIds": ["main~wheat"], "minMaf": 0.5, "maxMaf": 0.4}, "nothing fits"),
            ({"variantSetDbIds": ["main~wheat"], "positionRanges": ["chr1A:9-3"]}, "positionRange"),
            ({"variantSetDbIds": {}}, "variantSetDbIds"),
            ({"minMaf": 2}, "minMaf"),
            ({"listDbId": "none"}, "list"),
        ):
            with self.subTest(**body):
                self.assertIn(text, str(extract(self.server, wanted=400, **body)))
        made = self.server.post(EXTRACT, {"variantSetDbIds": ["main~wheat"], "colour": "blue"})[1]
        self.assertIn("colour", json.dumps(made["metadata"]["status"]))
        self.assertEqual(self.server.post(EXTRACT, "[]")[0], 400)

    def test_an_export_names_what_is_in_it(self):
        absent = call_set_id("main", "wheat", next(s for s in samples_of(WHEAT) if s not in self.samples))
        path = f"{SETS}/{self.id}/exports/x.tsv"
        status, answer = self.server.error(path, callSetDbId=f"{self.call_sets[0]},{absent}")
        self.assertEqual(status, 400)
        self.assertIn(absent.split("~")[-1], str(answer))
        self.assertEqual(self.server.request(f"{path}?callSetDbId={urllib.parse.quote(self.call_sets[0])}")[0], 200)

    def test_texts_have_an_end(self):
        for member, size in (("sepPhased", 257), ("unknownString", 10_000), ("variantSetName", 1001)):
            with self.subTest(member):
                refused = extract(self.server, wanted=400, variantSetDbIds=["main~wheat"], **{member: "x" * size})
                self.assertIn(member, str(refused))
        self.assertEqual(self.server.post("/brapi/v2/search/allelematrix", {"sepUnphased": "x" * 257})[0], 400)

    def test_many_extracts_of_many_have_an_end(self):
        """Each level multiplies; nothing is resolved beyond what is allowed in all."""
        ids = [extract(self.server, studyDbIds=["main", "odd"])["variantSetDbId"] for _ in range(12)]
        for _ in range(2):
            ids = [extract(self.server, variantSetDbIds=ids)["variantSetDbId"] for _ in range(12)]
        refused = self.server.post("/brapi/v2/search/variants", {"variantSetDbIds": ids}, {"Prefer": "respond-sync"})
        self.assertEqual(refused[0], 400)
        self.assertIn("together", str(refused[1]))
        listed = self.server.get(SETS, pageSize=100)
        self.assertIn(ids[0], [s["variantSetDbId"] for s in listed["result"]["data"]])

    def test_study_and_names_choose(self):
        made = extract(self.server, studyDbIds=["main"], callSetNames=[self.samples[0]])
        sets = self.get("callsets", callSetName=self.samples[0], studyDbId="main")["data"]
        self.assertEqual(made["callSetCount"], len(sets))
        counts = [self.get(f"variantsets/{s}")["variantCount"] for c in sets for s in c["variantSetDbIds"]]
        self.assertEqual(made["variantCount"], sum(counts))


class extracts_and_files(FolderTest):
    def test_it_is_there_after_a_restart_and_follows_the_files(self):
        rows = [("1", 10 * n, f"m{n}", "A", "C", "GT", ["0/1", "1|1"]) for n in range(1, 50)]
        write_vcf(self.folder / "a.vcf.gz", rows, ["x", "y"])
        state = self.folder.parent / "state"
        with Server(self.folder, state=state) as server:
            made = extract(server, variantSetDbIds=["main~a"], positionRanges=["1:100-"], callSetDbIds=["main~a~y"])
            self.assertEqual(made["variantCount"], 40)
        rows += [("1", 10 * n, ".", "A", "C", "GT", ["0/1", "1|1"]) for n in range(50, 60)]
        write_vcf(self.folder / "a.vcf.gz", rows, ["x", "y"])
        path = f"{SETS}/{made['variantSetDbId']}"
        with Server(self.folder, state=state) as server:
            self.assertEqual(server.get(path)["result"]["variantCount"], 50)
            self.assertEqual(len(server.get(path + "/calls")["result"]["data"]), 50)
        (self.folder / "a.vcf.gz").rename(self.folder.parent / "a.vcf.gz")
        for index in self.folder.glob("a.vcf.gz.*"):
            index.unlink()
        with Server(self.folder, state=state) as server:
            self.assertEqual(server.error(path)[0], 404)
            self.assertEqual(server.get(SETS)["result"]["data"], [])

    def test_what_it_was_made_of_may_go(self):
        rows = [("1", 10 * n, f"m{n}", "A", "C", "GT", ["0/1", "1|1"]) for n in range(1, 5)]
        state = self.folder.parent / "state"
        for name in ("a", "b"):
            write_vcf(self.folder / f"{name}.vcf.gz", rows, ["x", "y"])
        with Server(self.folder, state=state) as server:
            both = extract(server, variantSetDbIds=["main~a", "main~b"])["variantSetDbId"]
            columns = extract(server, callSetDbIds=["main~a~x", "main~a~y"])["variantSetDbId"]
        write_vcf(self.folder / "a.vcf.gz", [(*row[:-1], row[-1][:1]) for row in rows], ["x"])
        (self.folder / "b.vcf.gz").rename(self.folder.parent / "b.vcf.gz")
        for index in self.folder.glob("b.vcf.gz.*"):
            index.unlink()
        with Server(self.folder, state=state) as server:
            for made, missing in ((both, "main~b"), (columns, "main~a~y")):
                answer = server.get(f"{SETS}/{made}/calls")
                self.assertEqual(len(answer["result"]["data"]), 4)
                self.assertIn(missing, str(answer["metadata"]["status"]))
                status, _, body = server.request(f"{SETS}/{made}/exports/{made}.vcf")
                self.assertEqual((status, body.count(b"\n1\t")), (200, 4))
                self.assertEqual(extract(server, variantSetDbIds=[made])["callSetCount"], 1)

    def test_one_that_cannot_be_resolved_keeps_no_other_back(self):
        rows = [("1", 10 * n, f"m{n}", "A", "C", "GT", ["0/1"]) for n in range(1, 5)]
        write_vcf(self.folder / "a.vcf.gz", rows, ["x"])
        with Server(self.folder) as server:
            body = [{"listName": "some", "listType": "markers", "data": ["m3"]}]
            [made] = server.post("/brapi/v2/lists", json.dumps(body))[1]["result"]["data"]
            kept = extract(server, listDbId=made["listDbId"])["variantSetDbId"]
            change = json.dumps({"listName": "some", "listType": "studies"})
            path = f"/brapi/v2/lists/{made['listDbId']}"
            self.assertEqual(server.request(path, "PUT", {"Content-Type": "application/json"}, change)[0], 200)
            for parameters, sets in (({}, ["main~a", kept]), ({"studyDbId": "main"}, ["main~a"])):
                answer = server.get(SETS, **parameters)
                self.assertEqual([s["variantSetDbId"] for s in answer["result"]["data"]], sets)
                self.assertIn(kept, str(answer["metadata"]["status"]))
            self.assertEqual(server.error(f"{SETS}/{kept}")[0], 400)

    def test_members_of_a_list(self):
        rows = [("1", 10 * n, f"m{n}", "A", "C", "GT", ["0/1"]) for n in range(1, 50)]
        write_vcf(self.folder / "a.vcf.gz", rows, ["x"])
        with Server(self.folder) as server:
            body = [{"listName": "some", "listType": "markers", "data": ["m3", "m40"]}]
            [made] = server.post("/brapi/v2/lists", json.dumps(body))[1]["result"]["data"]
            kept = extract(server, listDbId=made["listDbId"])
            self.assertEqual(kept["variantCount"], 2)
            server.post(f"/brapi/v2/lists/{made['listDbId']}/items", json.dumps(["m5"]))
            self.assertEqual(server.get(f"{SETS}/{kept['variantSetDbId']}")["result"]["variantCount"], 3)


if __name__ == "__main__":
    unittest.main()
