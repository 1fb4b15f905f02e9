"""The contract of BrAPI's genotyping document for variants, calls and allele matrices: a row for every
parameter, every field of a body and every field of an answer. Extensions have rows of their own."""

import unittest

from contract import BAD_OBJECTS, BAD_VALUES, SYNC, ContractTest, count_rows, rows_of
from openapi import SPECIFICATION
from support import VCF_HEAD, Server, run, write_vcf

DOCUMENT = "brapi-genotyping-v2.1.json"
VARIANTS, ONE = "GET /variants", "GET /variants/{variantDbId}"
OF_SET = "GET /variantsets/{variantSetDbId}/variants"
CALLS, CALLS_OF_VARIANT = "GET /calls", "GET /variants/{variantDbId}/calls"
CALLS_OF_SET, MATRIX = "GET /variantsets/{variantSetDbId}/calls", "GET /allelematrix"
SEARCHES = {name: f"POST /search/{name}" for name in ("variants", "calls", "allelematrix")}
RESULTS = {name: f"GET /search/{name}/{{searchResultsDbId}}" for name in SEARCHES}

SETS = ("barley~chip", "barley~gbs", "main~old", "wheat~chip")
BARLEY, WHEAT = SETS[:2], SETS[3:]


def variants(*sets, at=(10, 20)):
    return [f"{one}~1~{position}~1" for one in sets for position in at]


EVERYTHING = variants(*SETS)
DOI = "https://doi.org/10.5555/1"
# name: (a value, the variants that fit it)
FILTERS = {
    "callSetDbId": ("barley~gbs~B1", variants("barley~gbs")),
    "commonCropName": ("barley", variants(*BARLEY)),
    "externalReferenceId": ("x", []),
    "externalReferenceSource": ("x", []),
    "germplasmDbId": ("g1", variants(*WHEAT)),
    "germplasmName": ("Line 1", variants(*WHEAT)),
    "germplasmPUI": (DOI, variants(*WHEAT)),
    "programDbId": ("p", variants(*BARLEY)),
    "programName": ("Program", variants(*BARLEY)),
    "referenceDbId": ("wheat~genome~1", variants(*WHEAT)),
    "referenceSetDbId": ("wheat~genome", variants(*WHEAT)),
    "sampleDbId": ("x1", variants(*WHEAT)),
    "studyDbId": ("s", variants(*BARLEY)),
    "studyName": ("Study", variants(*BARLEY)),
    "trialDbId": ("t", variants(*BARLEY)),
    "trialName": ("Trial", variants(*BARLEY)),
    "variantDbId": ("main~old~1~20~1", ["main~old~1~20~1"]),
    "variantSetDbId": ("wheat~chip", variants(*WHEAT)),
    "positionRange": ("1:15-30", variants(*SETS, at=[20])),
}
WINDOWS = {"start": (12, variants(*SETS, at=[20])), "end": (12, variants(*SETS, at=[10]))}
EXTENSIONS = {
    "callSetName": ("B3", variants("barley~gbs")),
    "referenceName": ("1", EVERYTHING),
    "sampleName": ("Leaf 1", variants(*WHEAT)),
    "variantName": ("rs20", variants(*SETS, at=[20])),
}
# Of several ALT one must fit.
BOUNDS = {
    "minMaf": (0.3, variants(*SETS, at=[20])), "maxMaf": (0.3, [*variants(*SETS[:3], at=[10]), *variants(*WHEAT)]),
    "minMissingData": (0.5, variants(*SETS, at=[20])), "maxMissingData": (0.4, variants(*SETS, at=[10])),
    "minHeZ": (0.6, variants(*SETS, at=[20])), "maxHeZ": (0.6, variants(*SETS, at=[10])),
}
FORMATS = {
    "expandHomozygotes": ("false", [["0|1", "1"], ["0/1", "."]]),
    "sepPhased": ("!", [["0!1", "1/1"], ["0/1", "."]]),
    "sepUnphased": ("!", [["0|1", "1!1"], ["0!1", "."]]),
    "unknownString": ("NA", [["0|1", "1/1"], ["0/1", "NA"]]),
}
ENCODINGS = {
    "bases": [["AAA|C", "C/C"], ["A/C", "."]], "dosage": [["1", "2"], ["1", "."]],
    "index": [["0|1", "1/1"], ["0/1", "."]],
}
DIMENSIONS = {  # rows and columns of the whole that are on the page
    "dimensionVariantPage": ({"dimensionVariantPage": 1, "dimensionVariantPageSize": 1}, slice(1, 2), slice(0, 2)),
    "dimensionVariantPageSize": ({"dimensionVariantPageSize": 1}, slice(0, 1), slice(0, 2)),
    "dimensionCallSetPage": ({"dimensionCallSetPage": 1, "dimensionCallSetPageSize": 1}, slice(0, 2), slice(1, 2)),
    "dimensionCallSetPageSize": ({"dimensionCallSetPageSize": 1}, slice(0, 2), slice(0, 1)),
}
PAGES = {"page", "pageSize", "pageToken"}
FORMS = {*FORMATS, "data"}
VARIANT_FIELDS = {  # of the two of wheat~chip
    "additionalInfo": ({"CIPOS": "-1,2", "CIEND": "-3,4", "SVTYPE": "DEL", "SVLEN": "-2", "QUAL": "7.5"}, {}),
    "alternateBases": (["C"], ["C", "G"]), "alternate_bases": (["C"], ["C", "G"]), "ciend": ([-3, 4], []),
    "cipos": ([-1, 2], []), "end": (12, 20), "filtersApplied": (True, False),
    "filtersFailed": (["low", "few"], []), "filtersPassed": (False, None), "referenceBases": ("AAA", "A"),
    "start": (9, 19), "svlen": (-2, None), "variantDbId": tuple(variants(*WHEAT)),
    "variantNames": (["rs10"], ["rs20", "other"]), "variantType": ("DEL", "SNP"),
}
SHARED_FIELDS = {
    "externalReferences": [], "referenceDbId": "wheat~genome~1", "referenceName": "1",
    "created": "2026-01-31T00:00:00Z", "referenceSetDbId": "wheat~genome", "referenceSetName": "genome",
    "variantSetDbId": ["wheat~chip"],
}
VARIANT = {*VARIANT_FIELDS, *SHARED_FIELDS, "updated"}
CALL_FIELDS = {  # of B1 and B2 at the first variant of wheat~chip
    "additionalInfo": ({"FT": "q10"}, {}), "callSetDbId": ("wheat~chip~B1", "wheat~chip~B2"),
    "callSetName": ("B1", "B2"), "genotype": ({"values": ["0|1"]}, {"values": ["1/1"]}),
    "genotypeMetadata": tuple([
        {"dataType": "integer", "fieldAbbreviation": "DP", "fieldName": "Read Depth", "fieldValue": depth},
        {"dataType": "integer", "fieldAbbreviation": "PS", "fieldName": "Phase Set", "fieldValue": phase},
        {"dataType": "integer", "fieldAbbreviation": "PL", "fieldName": "Phred-scaled Genotype Likelihoods",
         "fieldValue": likelihood},
        {"dataType": "string", "fieldAbbreviation": "FT", "fieldName": "Filter", "fieldValue": filtered},
    ] for depth, phase, likelihood, filtered in (("3", "7", "10,0,20", "q10"), ("4", ".", "30,5,0", "PASS"))),
    "genotypeValue": ("0|1", "1/1"), "genotype_likelihood": ([-1, 0, -2], [-3, -0.5, 0]),
    "phaseSet": ("7", None),
}
CALL_SHARED = {
    "variantDbId": variants(*WHEAT)[0], "variantName": "rs10", "variantSetDbId": "wheat~chip",
    "variantSetName": "chip",
}
CALL = {*CALL_FIELDS, *CALL_SHARED}
MATRIX_FIELDS = {
    "callSetDbIds": ["wheat~chip~B1", "wheat~chip~B2"], "expandHomozygotes": True, "sepPhased": "|",
    "sepUnphased": "/", "unknownString": ".", "variantDbIds": variants(*WHEAT), "variantSetDbIds": ["wheat~chip"],
    "pagination": [
        {"dimension": "VARIANTS", "page": 0, "pageSize": 1000, "totalCount": 2, "totalPages": 1},
        {"dimension": "CALLSETS", "page": 0, "pageSize": 1000, "totalCount": 2, "totalPages": 1},
    ],
    "dataMatrices": [{
        "dataMatrixAbbreviation": "GT", "dataMatrixName": "Genotype", "dataType": "string",
        "dataMatrix": [["0|1", "1/1"], ["0/1", "."]],
    }],
}
OF_MATRIX = {"preview", "dataMatrixNames", "dataMatrixAbbreviations"}


def bodies(*names):
    return {f"{name}s" for name in names}


ENDPOINTS = {
    VARIANTS: ({"variantDbId", "variantSetDbId", "referenceDbId", "referenceSetDbId", "externalReferenceId",
                "externalReferenceSource", *PAGES}, (), VARIANT),
    ONE: (["variantDbId"], (), VARIANT),
    OF_SET: ({"variantDbId", "variantSetDbId", *PAGES}, (), VARIANT),
    SEARCHES["variants"]: ((), bodies(
        "callSetDbId", "commonCropName", "externalReferenceID", "externalReferenceId", "externalReferenceSource",
        "programDbId", "programName", "referenceDbId", "referenceSetDbId", "studyDbId", "studyName", "trialDbId",
        "trialName", "variantDbId", "variantSetDbId",
    ) | {*WINDOWS, "referenceDbId", *PAGES}, VARIANT),
    RESULTS["variants"]: ({"searchResultsDbId", *PAGES}, (), VARIANT),
    CALLS: ({"callSetDbId", "variantDbId", "variantSetDbId", *FORMATS, *PAGES}, (), CALL | FORMS),
    CALLS_OF_VARIANT: ({"variantDbId", *FORMATS, *PAGES}, (), CALL | FORMS),
    CALLS_OF_SET: ({"variantSetDbId", *FORMATS, *PAGES}, (), CALL | FORMS),
    SEARCHES["calls"]: ((), bodies("callSetDbId", "variantDbId", "variantSetDbId") | {*FORMATS, *PAGES}, CALL | FORMS),
    RESULTS["calls"]: ({"searchResultsDbId", *PAGES}, (), CALL | FORMS),
    MATRIX: ({"positionRange", "germplasmDbId", "germplasmName", "germplasmPUI", "callSetDbId", "variantDbId",
              "variantSetDbId", *OF_MATRIX, *DIMENSIONS, *FORMATS}, (), MATRIX_FIELDS),
    SEARCHES["allelematrix"]: ((), bodies(
        "positionRange", "germplasmDbId", "germplasmName", "germplasmPUI", "callSetDbId", "sampleDbId", "variantDbId",
        "variantSetDbId",
    ) | {*OF_MATRIX, *FORMATS, "pagination"}, MATRIX_FIELDS),
    RESULTS["allelematrix"]: ({"searchResultsDbId"}, (), MATRIX_FIELDS),
}
LISTS = {"variants": VARIANTS, "calls": CALLS, "allelematrix": MATRIX}
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
HEAD = VCF_HEAD + """\
##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Likelihoods">
##FORMAT=<ID=FT,Number=1,Type=String,Description="Filter">
##FILTER=<ID=low,Description="x">
##FILTER=<ID=few,Description="x">
##INFO=<ID=CIPOS,Number=2,Type=Integer,Description="x">
##INFO=<ID=CIEND,Number=2,Type=Integer,Description="x">
##INFO=<ID=SVLEN,Number=.,Type=Integer,Description="x">
##INFO=<ID=SVTYPE,Number=1,Type=String,Description="x">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tB1\tB2
1\t10\trs10\tAAA\tC\t7.5\tlow;few\tCIPOS=-1,2;CIEND=-3,4;SVTYPE=DEL;SVLEN=-2\tGT:DP:PS:PL:FT\t0|1:3:7:10,0,20:q10\t1/1:4:.:30,5,0:PASS
1\t20\trs20;other\tA\tC,G\t.\t.\t.\tGT:DP\t0/1:5\t./.:.
"""
BAD = {
    **{name: values for name, values in BAD_VALUES.items() if name in {*FORMATS, *PAGES, *WINDOWS}},
    "preview": ("maybe",), "positionRange": ("1:5-2", "1:-5-2", "1:2-3-4"), "alleleEncoding": ("letters",),
    "callFields": ("colour",), **{name: ("2", "-0.1", "x", "nan") for name in BOUNDS},
    **{name: ("-1", "x", "1.5") for name in DIMENSIONS},
}


class contract(ContractTest):
    DOCUMENTS = (DOCUMENT,)

    def setUp(self):
        super().setUp()
        rows = [("1", at, f"rs{at}", "A", "C", "GT", cells) for at, cells in (
            (10, ["0|1", "1/1"]), (20, ["0/1", "./."]),
        )]
        for place, samples in (("barley/chip", ["B1", "B2"]), ("barley/gbs", ["B1", "B3"]), ("old", ["A1", "A2"])):
            write_vcf(self.folder / f"{place}.vcf.gz", rows, samples)
        self.write_wheat()
        (self.folder / "barley" / "dataset.toml").write_text(CONFIG)
        self.server = Server(self.folder)
        self.addCleanup(self.server.stop)
        self.wait_for(lambda: self.ask(ONE, path=variants(*WHEAT)[0])["result"]["referenceSetDbId"])
        body = {"germplasmName": "Line 1", "germplasmPUI": DOI}
        status, answer = self.send("PUT", "/brapi/v2/germplasm/g1", body, None)
        self.assertEqual(status, 200, answer)

    def write_wheat(self):
        folder = self.folder / "wheat"
        folder.mkdir()
        (folder / "chip.vcf.gz").write_bytes(run("bgzip", "-c", input=HEAD.encode()))
        (folder / "genome.fa").write_text(">1\n" + "A" * 100 + "\n>2\n" + "C" * 100 + "\n")
        (folder / "samples.tsv").write_text(
            "sample\tsampleDbId\tsampleName\tgermplasmDbId\tgermplasmName\nB1\tx1\tLeaf 1\tg1\tLine 1\n"
        )

    def chosen(self, endpoint, answer):
        """Ids of variants, each once."""
        if "allelematrix" in endpoint:
            return answer["result"]["variantDbIds"]
        return list(dict.fromkeys(one["variantDbId"] for one in answer["result"]["data"]))

    def asked(self, name, method="GET"):
        """A matrix needs a choice where there are several variant sets."""
        everything = SETS if method == "POST" else ",".join(SETS)
        return {f"variantSetDbId{'s' * (method == 'POST')}": everything} if name == "allelematrix" else {}

    def test_filters(self):
        for name, endpoint in LISTS.items():
            self.assertEqual(self.chosen(endpoint, self.ask(endpoint, **self.asked(name))), EVERYTHING)
            for parameter, (value, wanted) in (FILTERS | WINDOWS | EXTENSIONS | BOUNDS).items():
                with self.subTest(endpoint, parameter=parameter):
                    answer = self.ask(endpoint, **{parameter: value})
                    self.assertEqual(self.chosen(endpoint, answer), wanted)
                    self.assertEqual(len(self.warnings(answer)), 0 if wanted else 1)
                    unfiltered = self.ask(endpoint, **self.asked(name), **{parameter: ""} if name != "allelematrix" else {})
                    self.assertEqual(self.chosen(endpoint, unfiltered), EVERYTHING)
                    if parameter in FILTERS | EXTENSIONS and parameter != "positionRange":
                        nobody = self.ask(endpoint, **{parameter: "nobody"})
                        self.assertEqual(self.chosen(endpoint, nobody), [])
                        self.assertGreater(len(self.warnings(nobody)), 0)

    def test_searches(self):
        fields = {f"{name}s": ([value], wanted) for name, (value, wanted) in (FILTERS | EXTENSIONS).items()}
        fields |= WINDOWS | BOUNDS
        fields["externalReferenceIDs"] = fields["externalReferenceIds"]
        fields["referenceDbId"] = FILTERS["referenceDbId"]
        for name, endpoint in SEARCHES.items():
            for field, (value, wanted) in fields.items():
                with self.subTest(endpoint, body=field):
                    at_once = self.ask(endpoint, body={field: value}, headers=SYNC)
                    self.assertEqual(self.chosen(endpoint, at_once), wanted)
                    kept = self.ask(endpoint, 202, body={field: value})["result"]["searchResultsDbId"]
                    self.assertEqual(self.ask(RESULTS[name], path=kept)["result"], at_once["result"])
                    if isinstance(value, list):
                        body = {field: []} | self.asked(name, "POST")
                        self.assertEqual(self.chosen(endpoint, self.ask(endpoint, body=body, headers=SYNC)), EVERYTHING)

    def test_bad_values(self):
        documented = {name: ENDPOINTS[endpoint][0] for name, endpoint in LISTS.items()}
        for name, endpoint in LISTS.items():
            extended = documented[name] | {*BOUNDS, *WINDOWS, "positionRange"}
            extended |= {"alleleEncoding"} if name != "variants" else set()
            extended |= {"callFields"} if name == "calls" else set()
            for parameter in extended & BAD.keys():
                for value in BAD[parameter]:
                    with self.subTest(endpoint, parameter=parameter, value=value):
                        self.assertIn(parameter, self.ask(endpoint, 400, **{parameter: value}))

    def test_bad_bodies(self):
        for name, endpoint in SEARCHES.items():
            for field in ENDPOINTS[endpoint][1] - {"pageToken"}:
                for value in ({"a": 1}, 1.5, [["x"]]):
                    with self.subTest(endpoint, body=field, value=value):
                        self.assertIn(field, self.ask(endpoint, 400, body={field: value}))
            for field in BOUNDS:
                for value in (1.5, -1, "x", [0.5]):
                    with self.subTest(endpoint, body=field, value=value):
                        self.assertIn(field, self.ask(endpoint, 400, body={field: value}))
            for body in BAD_OBJECTS:
                self.ask(endpoint, 400, body=body)

    def test_pages(self):
        for name, path in (("variants", None), ("calls", None)):
            endpoint = LISTS[name]
            whole = self.ask(endpoint)["result"]["data"]
            kept = self.ask(SEARCHES[name], 202, body={})["result"]["searchResultsDbId"]
            for asked, path in ((endpoint, None), (RESULTS[name], kept)):
                with self.subTest(asked):
                    first = self.ask(asked, path=path, pageSize=3)
                    self.assertEqual(first["result"]["data"], whole[:3])
                    self.assertEqual(self.ask(asked, path=path, page=1, pageSize=3)["result"]["data"], whole[3:6])
                    token = first["metadata"]["pagination"]["nextPageToken"]
                    second = self.ask(asked, path=path, pageToken=token, pageSize=3)
                    self.assertEqual(second["result"]["data"], whole[3:6])
                    self.assertEqual(second["metadata"]["pagination"]["totalCount"], len(whole))
            for body, wanted in (({"page": 1, "pageSize": 2}, whole[2:4]), ({"pageToken": 1, "pageSize": 2}, whole[2:4])):
                found = self.ask(SEARCHES[name], body=body, headers=SYNC)
                self.assertEqual(found["result"]["data"], wanted)

    def test_paths(self):
        one, set_id = variants(*WHEAT)[0], WHEAT[0]
        whole = self.ask(VARIANTS, variantSetDbId=set_id)["result"]["data"]
        self.assertEqual(self.ask(ONE, path=one)["result"], whole[0])
        self.assertEqual(self.ask(OF_SET, path=set_id)["result"]["data"], whole)
        self.assertEqual(self.ask(OF_SET, path=set_id, variantDbId=one)["result"]["data"], whole[:1])
        calls = self.ask(CALLS, variantSetDbId=set_id)["result"]["data"]
        self.assertEqual(self.ask(CALLS_OF_SET, path=set_id)["result"]["data"], calls)
        self.assertEqual(self.ask(CALLS_OF_VARIANT, path=one)["result"]["data"], calls[:2])
        for endpoint, path in ((OF_SET, set_id), (CALLS_OF_SET, set_id), (CALLS_OF_VARIANT, one)):
            page = self.ask(endpoint, path=path, pageSize=1, page=1)
            self.assertEqual(page["result"]["data"], (whole if endpoint == OF_SET else calls)[1:2])
        for endpoint in (ONE, OF_SET, CALLS_OF_SET, CALLS_OF_VARIANT):
            self.ask(endpoint, 404, path="nobody")

    def test_formats(self):
        set_id = WHEAT[0]
        for name, (value, wanted) in FORMATS.items():
            with self.subTest(name):
                field = False if value == "false" else value
                for endpoint, path, more in (
                    (CALLS, None, {"variantSetDbId": set_id}), (CALLS_OF_SET, set_id, {}),
                    (CALLS_OF_VARIANT, variants(set_id)[0], {}),
                ):
                    result = self.ask(endpoint, path=path, **{name: value}, **more)["result"]
                    self.assertEqual(result[name], field)
                    texts = [call["genotypeValue"] for call in result["data"]]
                    self.assertEqual(texts, sum(wanted, [])[: len(texts)])
                matrix = self.ask(MATRIX, variantSetDbId=set_id, **{name: value})["result"]
                body = {"variantSetDbIds": [set_id], name: field}
                self.assertEqual(self.ask(SEARCHES["allelematrix"], body=body, headers=SYNC)["result"], matrix)
                self.assertEqual((matrix[name], matrix["dataMatrices"][0]["dataMatrix"]), (field, wanted))
                found = self.ask(SEARCHES["calls"], body=body, headers=SYNC)["result"]
                self.assertEqual([c["genotypeValue"] for c in found["data"]], sum(wanted, []))
        for value, wanted in ENCODINGS.items():
            matrix = self.ask(MATRIX, variantSetDbId=set_id, alleleEncoding=value)["result"]
            self.assertEqual(matrix["dataMatrices"][0]["dataMatrix"], wanted)
            calls = self.ask(CALLS, variantSetDbId=set_id, alleleEncoding=value)["result"]["data"]
            self.assertEqual([c["genotypeValue"] for c in calls], sum(wanted, []))

    def test_matrices(self):
        chosen = {"variantSetDbId": WHEAT[0]}
        whole = MATRIX_FIELDS["dataMatrices"][0]["dataMatrix"]
        for name, (parameters, rows, columns) in DIMENSIONS.items():
            with self.subTest(name):
                result = self.ask(MATRIX, **chosen, **parameters)["result"]
                self.assertEqual(result["dataMatrices"][0]["dataMatrix"], [row[columns] for row in whole[rows]])
                self.assertEqual(result["variantDbIds"], MATRIX_FIELDS["variantDbIds"][rows])
                self.assertEqual(result["callSetDbIds"], MATRIX_FIELDS["callSetDbIds"][columns])
                dimension = "variants" if "Variant" in name else "CALLSETS"
                page = {"dimension": dimension, "page": len(parameters) - 1, "pageSize": 1}
                body = {"variantSetDbIds": [WHEAT[0]], "pagination": [page]}
                self.assertEqual(self.ask(SEARCHES["allelematrix"], body=body, headers=SYNC)["result"], result)
        for name, value in (("dataMatrixAbbreviations", "DP"), ("dataMatrixNames", "Read Depth")):
            result = self.ask(MATRIX, **chosen, **{name: value})["result"]
            self.assertEqual(result["dataMatrices"], [{
                "dataMatrixAbbreviation": "DP", "dataMatrixName": "Read Depth", "dataType": "integer",
                "dataMatrix": [["3", "4"], ["5", "."]],
            }])
            body = {"variantSetDbIds": [WHEAT[0]], name: [value]}
            self.assertEqual(self.ask(SEARCHES["allelematrix"], body=body, headers=SYNC)["result"], result)
        preview = self.ask(MATRIX, **chosen, preview="true")["result"]
        self.assertEqual(preview, MATRIX_FIELDS | {"dataMatrices": []})
        body = {"variantSetDbIds": [WHEAT[0]], "preview": True}
        self.assertEqual(self.ask(SEARCHES["allelematrix"], body=body, headers=SYNC)["result"], preview)

    def test_fields(self):
        chosen = {"variantSetDbId": WHEAT[0]}
        found = self.ask(VARIANTS, **chosen)["result"]["data"]
        self.check_objects(VARIANTS, found, VARIANT_FIELDS)
        for one in found:
            self.assertEqual({name: one[name] for name in SHARED_FIELDS}, SHARED_FIELDS)
            self.assertEqual(set(one), VARIANT)
            self.assertRegex(one["updated"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        result = self.ask(CALLS, **chosen)["result"]
        self.assertEqual(set(result), FORMS)
        self.check_objects(CALLS, result["data"][:2], CALL_FIELDS)
        for one in result["data"][:2]:
            self.assertEqual({name: one[name] for name in CALL_SHARED}, CALL_SHARED)
            self.assertEqual(set(one), CALL)
        self.assertEqual(self.ask(MATRIX, **chosen)["result"], MATRIX_FIELDS)
        for name in CALL:
            few = self.ask(CALLS, judges=(), **chosen, callFields=name)["result"]["data"]
            self.assertEqual(few, [{name: call[name]} for call in result["data"]])

    def test_authorization(self):
        for endpoint, path in (
            (VARIANTS, None), (ONE, variants(*WHEAT)[0]), (OF_SET, WHEAT[0]), (CALLS, None), (CALLS_OF_SET, WHEAT[0]),
            (CALLS_OF_VARIANT, variants(*WHEAT)[0]),
        ):
            self.check_authorization(endpoint, path=path)
        for name, endpoint in SEARCHES.items():
            body = self.asked(name, "POST")
            self.check_authorization(endpoint, 202, body=body, facts=lambda result: set(result))
            kept = self.ask(endpoint, 202, body=body)["result"]["searchResultsDbId"]
            self.check_authorization(RESULTS[name], path=kept)

    @unittest.skipUnless(SPECIFICATION.is_dir(), "BrAPI's documents are not on this machine")
    def test_the_rows_are_those_of_the_document(self):
        document = self.documents[DOCUMENT]
        for endpoint, (parameters, body, fields) in ENDPOINTS.items():
            method, path = endpoint.split()
            described = document.document["paths"][path][method.lower()]
            names = {document.resolve(p)["name"] for p in described.get("parameters", [])}
            with self.subTest(endpoint):
                self.assertEqual(names, {*parameters, "Authorization"})
                if body:
                    self.assertEqual(set(document.members(document.request(path))[0]), set(body))
                answer = document.members(document.answer(path, method.lower()))[0]
                result = document.members(answer["result"])[0]
                listed = document.resolve(result["data"])["items"] if "data" in result else {}
                members = {*result, *document.members(listed)[0]}
                if "variants" in path and "calls" not in path:
                    members -= {"data"}
                self.assertEqual(members, set(fields))

    def test_counts(self):
        counts = count_rows(rows_of(ENDPOINTS))
        self.assertEqual(counts, {"parameter": 81, "body": 47, "field": 227})


if __name__ == "__main__":
    unittest.main()
