"""Variant sets of Google Genomics v1: what their headers say, what clients say instead, and sets that wait for
their files."""

import json
import re
import unittest

from genomics import GenomicsTest
from support import calls_path, run

SET = "alpha~chip"
TYPES = {"Integer": "INTEGER", "Float": "FLOAT", "Flag": "FLAG", "Character": "CHARACTER", "String": "STRING"}


def metadata_of(path):
    """VariantSetMetadata of what bcftools prints of a header."""
    out = []
    for line in run("bcftools", "view", "--no-version", "-h", path).decode().splitlines():
        if not line.startswith("##"):
            continue
        key, value = line[2:].split("=", 1)
        one = {"key": key, "info": {}, "type": "TYPE_UNSPECIFIED"}
        one |= {name: "" for name in ("value", "id", "number", "description")}
        if not value.startswith("<"):
            out.append(one | {"value": value})
            continue
        for name, plain, quoted in re.findall(r'(\w+)=(?:([^",>]*)|"([^"]*)")(?:,|>$)', value[1:]):
            text = plain or quoted
            if name in ("ID", "Number", "Description"):
                one[name.lower()] = text
            elif name == "Type":
                one["type"] = TYPES[text]
            else:
                one["info"][name] = [text]
        out.append(one)
    return out


class variant_sets(GenomicsTest):
    def test_metadata_is_the_header(self):
        found = self.call("variantsets.get", SET)
        expected = metadata_of(self.folder / "alpha" / "chip.vcf.gz")
        self.assertEqual(found["metadata"], expected)
        self.assertGreater(len({one["key"] for one in expected}), 3)
        self.assertEqual(found["description"], "")
        listed = self.call("variantsets.search", body={"datasetIds": ["alpha"]})
        self.assertEqual(listed["variantSets"], [found])

    def test_what_somebody_says_of_a_set(self):
        before = self.call("variantsets.get", SET)
        said = {
            "name": "Chip of 2026", "description": "as the laboratory sent it",
            "metadata": [{"key": "INFO", "id": "AF", "type": "FLOAT", "number": "A", "info": {"Source": ["x"]}}],
        }
        for one in ("name", "description", "metadata"):
            self.call("variantsets.patch", SET, said | before, updateMask=one)
        self.assertEqual(self.call("variantsets.get", SET), before)
        changed = self.call("variantsets.patch", SET, before | said, updateMask="description,name")
        self.assertEqual(changed, before | {name: said[name] for name in ("name", "description")})
        changed = self.call("variantsets.patch", SET, said)
        full = {"key": "INFO", "id": "AF", "type": "FLOAT", "number": "A", "info": {"Source": ["x"]}, "value": "",
                "description": ""}
        self.assertEqual(changed, before | said | {"metadata": [full]})
        brapi = self.server.get("/brapi/v2/variantsets", variantSetDbId=SET)["result"]["data"]
        self.assertEqual([one["variantSetName"] for one in brapi], ["Chip of 2026"])
        self.restart()
        self.assertEqual(self.call("variantsets.get", SET), changed)

    def test_what_cannot_be_said(self):
        before = self.call("variantsets.get", SET)
        for body in (
            {"name": ""}, {"nobody": 1}, {"metadata": [{"value": "x"}]}, {"metadata": [{"key": "k", "type": "x"}]},
            {"metadata": [{"key": "k", "value": "v", "info": {"a": ["b"]}}]}, {"metadata": [{"key": "k", "x": 1}]},
            {"metadata": "x"}, {"metadata": [5]}, {"referenceBounds": [{"upperBound": "x"}]}, {"description": 5},
        ):
            with self.subTest(body=body):
                self.call("variantsets.patch", SET, body, 400)
        self.call("variantsets.patch", SET, {"name": "x"}, 400, updateMask="referenceSetId")
        self.call("variantsets.patch", "alpha~nobody", {"name": "x"}, 404)
        self.assertEqual(self.call("variantsets.get", SET), before)

    def test_deleted_sets_are_nowhere_and_their_files_stay(self):
        call_set = f"{SET}~A1"
        self.assertEqual(self.call("variantsets.delete", SET), {})
        for _ in range(2):
            self.call("variantsets.get", SET, wanted=404)
            self.call("variantsets.delete", SET, wanted=404)
            self.call("callsets.get", call_set, wanted=404)
            self.call("callsets.search", body={"variantSetIds": [SET]}, wanted=404)
            self.assertEqual(self.server.request(calls_path(call_set))[0], 404)
            self.assertEqual(self.call("variantsets.search", body={"datasetIds": ["alpha"]})["variantSets"], [])
            sets = self.server.get("/brapi/v2/variantsets")["result"]["data"]
            self.assertEqual([one["variantSetDbId"] for one in sets], ["beta~chip"])
            self.restart()
        self.assertTrue((self.folder / "alpha" / "chip.vcf.gz").is_file())

    def test_sets_that_wait_for_files(self):
        sent = {"datasetId": "alpha", "name": "Plan", "description": "to come", "referenceSetId": "alpha~genome"}
        made = self.call("variantsets.create", body=sent | {"id": "mine"})
        self.assertEqual(made, sent | {"id": made["id"], "metadata": [], "referenceBounds": []})
        self.assertTrue(made["id"].startswith("alpha~"))
        self.restart()
        self.assertEqual(self.call("variantsets.get", made["id"]), made)
        listed = self.call("variantsets.search", body={"datasetIds": ["alpha"]})["variantSets"]
        self.assertEqual([one["id"] for one in listed], [SET, made["id"]])
        self.assertEqual(self.walk("variantsets.search", "variantSets", 1, body={"datasetIds": ["alpha"]}), listed)
        said = {"name": "Other", "metadata": [{"key": "a", "value": "b"}]}
        changed = self.call("variantsets.patch", made["id"], said)
        self.assertEqual((changed["name"], changed["metadata"][0]["value"]), ("Other", "b"))
        self.assertEqual(self.call("callsets.search", body={"variantSetIds": [made["id"]]})["callSets"], [])
        variants = {"variantSetIds": [made["id"]], "referenceName": "1"}
        self.assertEqual(self.call("variants.search", body=variants), {"variants": [], "nextPageToken": ""})
        self.call("variants.search", body=variants | {"callSetIds": ["nobody"]}, wanted=404)
        self.call("variants.search", body=variants | {"callSetIds": ["alpha~chip~A1"]}, wanted=400)
        error = self.call("callsets.create", body={"variantSetIds": [made["id"]], "name": "x"}, wanted=400)["error"]
        self.assertEqual(error["status"], "FAILED_PRECONDITION")
        self.assertNotIn(made["id"], json.dumps(self.server.get("/brapi/v2/variantsets")))
        self.call("datasets.delete", "alpha")
        self.call("variantsets.get", made["id"], wanted=404)
        self.call("datasets.undelete", "alpha", {})
        self.assertEqual(self.call("variantsets.delete", made["id"]), {})
        self.call("variantsets.get", made["id"], wanted=404)

    def test_sets_that_cannot_be_made(self):
        for body, wanted in (
            ({}, 400), ({"name": "x"}, 400), ({"datasetId": "nobody"}, 404), ({"datasetId": "alpha", "x": 1}, 400),
            ({"datasetId": "alpha", "referenceSetId": "nobody"}, 400), ({"datasetId": "alpha", "metadata": [1]}, 400),
        ):
            with self.subTest(body=body):
                self.call("variantsets.create", body=body, wanted=wanted)


if __name__ == "__main__":
    unittest.main()
