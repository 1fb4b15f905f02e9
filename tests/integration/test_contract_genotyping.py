"""The contract of BrAPI's genotyping document beyond the seeds, as far as it is served: a row for every
parameter, every field of a search and every field of an answer."""

import unittest

from contract import BAD_OBJECTS, BAD_VALUES, PAGING, SYNC, ContractTest, count_rows, rows_of
from openapi import SPECIFICATION
from support import Server, write_vcf

DOCUMENT = "brapi-genotyping-v2.1.json"
LIST, SEARCH, RESULTS = "GET /variantsets", "POST /search/variantsets", "GET /search/variantsets/{searchResultsDbId}"
EXTRACT = "POST /variantsets/extract"
ONE, CALL_SETS = "GET /variantsets/{variantSetDbId}", "GET /variantsets/{variantSetDbId}/callsets"

ALL = ["barley~chip", "barley~gbs", "main~old", "wheat~chip"]
BARLEY = ALL[:2]
# One value each, and what fits it.
PARAMETERS = {
    "callSetDbId": ("barley~gbs~B1", ["barley~gbs"]),
    "commonCropName": ("barley", BARLEY),
    "externalReferenceId": ("x", []),
    "externalReferenceSource": ("x", []),
    "programDbId": ("p", BARLEY),
    "referenceSetDbId": ("wheat~genome", ["wheat~chip"]),
    "studyDbId": ("s", BARLEY),
    "studyName": ("Study", BARLEY),
    "variantDbId": ("main~old~1~20~1", ["main~old"]),
    "variantSetDbId": ("wheat~chip", ["wheat~chip"]),
}
# Lists of values in a search.
BODIES = {
    "callSetDbIds": (["barley~gbs~B1", "main~old~A1", "x"], ["barley~gbs", "main~old"]),
    "commonCropNames": (["barley"], BARLEY),
    "externalReferenceIDs": (["x"], []),
    "externalReferenceIds": (["x"], []),
    "externalReferenceSources": (["x"], []),
    "programDbIds": (["p", "main"], [*BARLEY, "main~old"]),
    "programNames": (["Program"], BARLEY),
    "referenceDbIds": (["wheat~genome~1"], ["wheat~chip"]),
    "referenceSetDbIds": (["wheat~genome"], ["wheat~chip"]),
    "studyDbIds": (["s"], BARLEY),
    "studyNames": (["Study"], BARLEY),
    "trialDbIds": (["t"], BARLEY),
    "trialNames": (["Trial"], BARLEY),
    "variantDbIds": (["main~old~1~20~1", "wheat~chip~1~10~1"], ["main~old", "wheat~chip"]),
    "variantSetDbIds": (["wheat~chip", "x"], ["wheat~chip"]),
}
# What a body keeps of the two variants of two call sets in each: call sets, and variants of all sets together.
EXTRACTS = {
    "callSetDbIds": (["barley~gbs~B1", "main~old~A1"], (2, 4)),
    "studyDbIds": (["s"], (4, 4)),
    "studyNames": (["Study"], (4, 4)),
    "variantDbIds": (["main~old~1~20~1", "wheat~chip~1~10~1"], (4, 2)),
    "variantSetDbIds": (["wheat~chip", "main~old"], (4, 4)),
}
# How genotypes look then, of 0|1 and 1|1.
LOOKS = {
    "expandHomozygotes": (False, ["0|1", "1", "0|1", "1"]),
    "sepPhased": ("~", ["0~1", "1~1", "0~1", "1~1"]),
    "sepUnphased": (":", ["0|1", "1|1", "0|1", "1|1"]),
    "unknownString": ("-", ["0|1", "1|1", "0|1", "1|1"]),
}
FIELDS = {
    "additionalInfo": {}, "callSetCount": 2, "externalReferences": [],
    "metadataFields": [{"dataType": "integer", "fieldAbbreviation": "DP", "fieldName": "Read Depth"},
                       {"dataType": "integer", "fieldAbbreviation": "PS", "fieldName": "Phase Set"}],
    "referenceSetDbId": "wheat~genome", "studyDbId": "wheat", "variantCount": 2, "variantSetDbId": "wheat~chip",
    "variantSetName": "chip",
}
CALL_SET_PARAMETERS = {"callSetDbId": ("wheat~chip~B2", ["B2"]), "callSetName": ("B1", ["B1"])}
CALL_SET_FIELDS = {
    "additionalInfo", "callSetDbId", "callSetName", "created", "externalReferences", "sampleDbId", "studyDbId",
    "updated", "variantSetDbIds",
}
ENDPOINTS = {
    LIST: ({*PARAMETERS, *PAGING}, (), {*FIELDS, "analysis", "availableFormats"}),
    SEARCH: ((), {*BODIES, *PAGING}, ()),
    RESULTS: (PAGING, (), {*FIELDS, "analysis", "availableFormats"}),
    ONE: ((), (), {*FIELDS, "analysis", "availableFormats"}),
    EXTRACT: ((), {*EXTRACTS, *LOOKS}, {*FIELDS, "analysis", "availableFormats"}),
    CALL_SETS: ({*CALL_SET_PARAMETERS, *PAGING}, (), CALL_SET_FIELDS),
}
NOT_SERVED = {
    ("PUT", "/calls"): "genotypes are those of the files, which are never written",
}
CONFIG = """\
crop = "barley"
[program]
id = "p"
name = "Program"
[trial]
id = "t"
name = "Trial"
[study]
id = "s"
name = "Study"
"""


class contract(ContractTest):
    DOCUMENTS = (DOCUMENT,)

    def setUp(self):
        super().setUp()
        rows = [("1", at, ".", "A", "C", "GT:DP:PS", ["0|1:3:7", "1|1:4:7"]) for at in (10, 20)]
        for place, samples in (
            ("barley/chip", ["B1", "B2"]), ("barley/gbs", ["B1", "B3"]), ("old", ["A1", "A2"]),
            ("wheat/chip", ["B1", "B2"]),
        ):
            write_vcf(self.folder / f"{place}.vcf.gz", rows, samples)
        (self.folder / "barley" / "dataset.toml").write_text(CONFIG)
        (self.folder / "wheat" / "genome.fa").write_text(">1\n" + "A" * 100 + "\n>2\n" + "C" * 100 + "\n")
        self.server = Server(self.folder)
        self.addCleanup(self.server.stop)
        self.wait_for(lambda: self.ask(ONE, path="wheat~chip")["result"]["referenceSetDbId"])

    def ids(self, answer, name="variantSetDbId"):
        self.assertEqual(
            [s["messageType"] for s in answer["metadata"]["status"] if "ignored" in s["message"]], [], answer
        )
        return [one[name] for one in answer["result"]["data"]]

    def test_parameters(self):
        self.assertEqual(self.ids(self.ask(LIST)), ALL)
        for name, (value, wanted) in PARAMETERS.items():
            with self.subTest(name):
                self.assertEqual(self.ids(self.ask(LIST, **{name: value})), wanted)
                self.assertEqual(self.ids(self.ask(LIST, **{name: "nothing has this"})), [])
        for name, (value, wanted) in CALL_SET_PARAMETERS.items():
            with self.subTest(name):
                answer = self.ask(CALL_SETS, path="wheat~chip", **{name: value})
                self.assertEqual(self.ids(answer, "callSetName"), wanted)
        for endpoint in (ONE, CALL_SETS):
            self.ask(endpoint, 404, path="wheat~nothing")

    def test_pages(self):
        kept = self.ask(SEARCH, 202, body={})["result"]["searchResultsDbId"]
        for name, (parameters, wanted) in PAGING.items():
            with self.subTest(name):
                self.assertEqual(self.ids(self.ask(LIST, **parameters)), ALL[wanted])
                self.assertEqual(self.ids(self.ask(RESULTS, path=kept, **parameters)), ALL[wanted])
                self.assertEqual(self.ids(self.ask(SEARCH, body=parameters, headers=SYNC)), ALL[wanted])
            for bad in BAD_VALUES[name]:
                self.ask(LIST, 400, **{name: bad})
        page = self.ask(CALL_SETS, path="wheat~chip", page=1, pageSize=1)
        self.assertEqual(self.ids(page, "callSetName"), ["B2"])

    def test_searches(self):
        for name, (value, wanted) in BODIES.items():
            with self.subTest(name):
                self.assertEqual(self.ids(self.ask(SEARCH, body={name: value}, headers=SYNC)), wanted)
                kept = self.ask(SEARCH, 202, body={name: value})["result"]["searchResultsDbId"]
                self.assertEqual(self.ids(self.ask(RESULTS, path=kept)), wanted)
                self.ask(SEARCH, 400, body={name: 5})
        for body in BAD_OBJECTS:
            self.ask(SEARCH, 400, body=body)

    def test_extracts(self):
        for name, (value, wanted) in EXTRACTS.items():
            with self.subTest(name):
                made = self.ask(EXTRACT, body={name: value})["result"]
                self.assertEqual((made["callSetCount"], made["variantCount"]), wanted)
                self.assertEqual(self.ask(ONE, path=made["variantSetDbId"])["result"], made)
                self.ask(EXTRACT, 400, body={name: 5})
                self.ask(EXTRACT, 400, body={name: ["nothing has this"]})
        for name, (value, wanted) in LOOKS.items():
            with self.subTest(name):
                made = self.ask(EXTRACT, body={"variantSetDbIds": ["wheat~chip"], name: value})["result"]
                calls = self.server.get(f"/brapi/v2/variantsets/{made['variantSetDbId']}/calls")["result"]
                self.assertEqual(calls[name], value)
                self.assertEqual([c["genotypeValue"] for c in calls["data"]], wanted)
                self.ask(EXTRACT, 400, body={name: 5})
        made = self.ask(EXTRACT, body={"variantSetDbIds": ["wheat~chip"]})["result"]
        same = {name for name in FIELDS if made[name] == FIELDS[name]}
        self.assertEqual(FIELDS.keys() - same, {"variantSetDbId", "variantSetName"})
        for body in BAD_OBJECTS:
            self.ask(EXTRACT, 400, body=body)

    def test_fields(self):
        one = self.ask(ONE, path="wheat~chip")["result"]
        listed = self.ask(LIST, variantSetDbId="wheat~chip")["result"]["data"][0]
        self.assertEqual(listed, one)
        for name, wanted in FIELDS.items():
            with self.subTest(name):
                self.assertEqual(one[name], wanted)
        self.assertEqual(set(one), {*FIELDS, "analysis", "availableFormats"})
        self.assertEqual(one["analysis"][0]["created"], "2026-01-31T00:00:00Z")
        self.assertEqual(
            {f["dataFormat"] for f in one["availableFormats"]},
            {"VCF", "BCF", "Flapjack", "Flapjack-transposed", "Flapjack-map", "Hapmap", "tabular", "PLINK", "NumPy", "JSON"},
        )
        self.assertEqual(self.ask(LIST, variantSetDbId="main~old")["result"]["data"][0]["studyDbId"], "main")
        call_sets = self.ask(CALL_SETS, path="wheat~chip")["result"]["data"]
        whole = self.server.get("/brapi/v2/callsets", variantSetDbId="wheat~chip")["result"]["data"]
        self.assertEqual(call_sets, whole)
        self.assertEqual(set(call_sets[0]), CALL_SET_FIELDS)

    @unittest.skipUnless(SPECIFICATION.is_dir(), "BrAPI's documents are not on this machine")
    def test_every_path_of_the_document_is_served(self):
        calls = self.server.get("/brapi/v2/serverinfo")["result"]["calls"]
        served = {(method, "/" + c["service"]) for c in calls for method in c["methods"]}
        paths = self.documents[DOCUMENT].document["paths"]
        wanted = {(m.upper(), path) for path, methods in paths.items() for m in methods if m != "parameters"}
        self.assertEqual(wanted - served, NOT_SERVED.keys())
        self.assertEqual(len(wanted), 61)

    @unittest.skipUnless(SPECIFICATION.is_dir(), "BrAPI's documents are not on this machine")
    def test_the_rows_are_those_of_the_document(self):
        document = self.documents[DOCUMENT]
        for endpoint, (parameters, body, fields) in ENDPOINTS.items():
            method, path = endpoint.split()
            described = document.document["paths"][path][method.lower()]
            names = {document.resolve(p)["name"] for p in described.get("parameters", [])}
            with self.subTest(endpoint):
                taken = {*parameters, "Authorization", "authorizationHeader", "variantSetDbId", "searchResultsDbId"}
                self.assertLessEqual(names, taken)
                if body:
                    self.assertEqual(set(document.members(document.request(path))[0]), set(body))
                if fields:
                    kind = "CallSet" if endpoint == CALL_SETS else "VariantSet"
                    wanted = document.members(document.document["components"]["schemas"][kind])[0]
                    self.assertEqual(set(wanted), set(fields))

    def test_counts(self):
        self.assertEqual(count_rows(rows_of(ENDPOINTS)), {"parameter": 24, "body": 26, "field": 53})


if __name__ == "__main__":
    unittest.main()
