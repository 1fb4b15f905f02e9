"""The entities that call sets point at: their links, the way back by filters, their documented form."""

import unittest
import urllib.parse

from openapi import SPECIFICATION, Document
from support import FolderTest, Server, call_set_id, simple_panel

DESCRIPTION = """\
crop = "bean"
[program]
id = "prog"
name = "Beans for all"
[trial]
id = "trial 1"
name = "The first trial"
[study]
id = "study/1"
name = "Chips of 2025"
[contact]
name = "Ada"
institute = "IPK"
"""
SAMPLES = """\
sample\tsampleDbId\tsampleName\tgermplasmDbId\tgermplasmName\tstudyDbId\texternalReferenceId\texternalReferenceSource\ttissue
S0\tprobe 1\tProbe 1\tg1\tBorlotti\t\tSAMEA1;10.5/x\tBioSamples;DOI\tleaf
S1\tprobe 1\tProbe 1\tg1\tBorlotti\t\t\t\t
S2\tprobe 2\t\tg2\t\tstudy 2\t\t\t
"""
# path, name of its id in paths and objects
ENTITIES = [
    ("programs", "programDbId"),
    ("trials", "trialDbId"),
    ("studies", "studyDbId"),
    ("germplasm", "germplasmDbId"),
    ("samples", "sampleDbId"),
]


def path_of(path, identifier):
    return f"/brapi/v2/{path}/{urllib.parse.quote(identifier, safe='')}"


class entities(FolderTest):
    def setUp(self):
        super().setUp()
        simple_panel(self.folder / "plain.vcf.gz", 2, samples=2)
        home = self.folder / "beans"
        simple_panel(home / "panel.vcf.gz", 2, samples=4)
        (home / "dataset.toml").write_text(DESCRIPTION)
        (home / "samples.tsv").write_text(SAMPLES)

    def ids(self, server, path, id_name, **parameters):
        data = server.get(f"/brapi/v2/{path}", **parameters)["result"]["data"]
        return [entity[id_name] for entity in data]

    def test_links_lead_from_a_call_set_to_everything_and_back(self):
        with Server(self.folder) as server:
            start = server.get(path_of("callsets", call_set_id("beans", "panel", "S0")))["result"]
            sample = server.get(path_of("samples", start["sampleDbId"]))["result"]
            self.assertEqual((sample["sampleDbId"], sample["sampleName"]), ("probe 1", "Probe 1"))
            self.assertEqual(sample["externalReferences"], start["externalReferences"])
            self.assertEqual(sample["additionalInfo"], {"tissue": "leaf"})
            germplasm = server.get(path_of("germplasm", sample["germplasmDbId"]))["result"]
            self.assertEqual((germplasm["germplasmName"], germplasm["commonCropName"]), ("Borlotti", "bean"))
            self.assertEqual(start["studyDbId"], sample["studyDbId"])
            study = server.get(path_of("studies", sample["studyDbId"]))["result"]
            self.assertEqual((study["studyName"], study["studyType"]), ("Chips of 2025", "genotype"))
            self.assertEqual(study["trialDbId"], sample["trialDbId"])
            trial = server.get(path_of("trials", study["trialDbId"]))["result"]
            self.assertEqual((trial["trialName"], trial["contacts"][0]["name"]), ("The first trial", "Ada"))
            self.assertEqual(trial["programDbId"], sample["programDbId"])
            program = server.get(path_of("programs", trial["programDbId"]))["result"]
            self.assertEqual(program["programName"], "Beans for all")
            crops = server.get("/brapi/v2/commoncropnames")["result"]["data"]
            self.assertEqual(crops, [program["commonCropName"]])

            back = [
                ("programs", "programDbId", {"commonCropName": "bean"}, ["prog"]),
                ("trials", "trialDbId", {"programDbId": "prog"}, ["trial 1"]),
                ("studies", "studyDbId", {"trialDbId": "trial 1"}, ["study/1", "study 2"]),
                ("studies", "studyDbId", {"germplasmDbId": "g2"}, ["study 2"]),
                ("germplasm", "germplasmDbId", {"studyDbId": "study/1"}, ["g1"]),
                ("samples", "sampleDbId", {"germplasmDbId": "g1"}, ["probe 1"]),
                ("samples", "sampleDbId", {"studyDbId": "study 2"}, ["probe 2"]),
                ("samples", "sampleDbId", {"externalReferenceId": "SAMEA1"}, ["probe 1"]),
            ]
            for path, id_name, parameters, wanted in back:
                with self.subTest(path, **parameters):
                    self.assertEqual(self.ids(server, path, id_name, **parameters), wanted)
            columns = {
                ("sampleDbId", "probe 1"): ["S0", "S1"],
                ("germplasmName", "Borlotti"): ["S0", "S1"],
                ("studyDbId", "study 2"): ["S2"],
                ("studyName", "Chips of 2025"): ["S0", "S1", "S3"],
                ("trialDbId", "trial 1"): ["S0", "S1", "S2", "S3"],
                ("programDbId", "prog"): ["S0", "S1", "S2", "S3"],
                ("commonCropName", "bean"): ["S0", "S1", "S2", "S3"],
            }
            for (name, value), wanted in columns.items():
                with self.subTest(name):
                    self.assertEqual(self.ids(server, "callsets", "callSetName", **{name: value}), wanted)

    def test_every_call_set_has_its_sample_and_study(self):
        with Server(self.folder) as server:
            call_sets = server.get("/brapi/v2/callsets")["result"]["data"]
            self.assertEqual(len(call_sets), 6)
            for call_set in call_sets:
                sample = server.get(path_of("samples", call_set["sampleDbId"]))["result"]
                self.assertEqual(sample["sampleDbId"], call_set["sampleDbId"])
                study = server.get(path_of("studies", call_set["studyDbId"]))["result"]
                self.assertEqual(study["studyDbId"], call_set["studyDbId"])
            samples = self.ids(server, "samples", "sampleDbId")
            self.assertEqual(set(samples), {c["sampleDbId"] for c in call_sets})
            self.assertEqual(len(samples), 5)

    def test_lists_and_single_answers_say_the_same(self):
        with Server(self.folder) as server:
            for path, id_name in ENTITIES:
                listed = server.get(f"/brapi/v2/{path}")
                self.assertEqual(set(listed), {"@context", "metadata", "result"})
                data = listed["result"]["data"]
                self.assertEqual(listed["metadata"]["pagination"]["totalCount"], len(data))
                self.assertGreater(len(data), 1)
                for entity in data:
                    alone = server.get(path_of(path, entity[id_name]))
                    self.assertEqual(set(alone), {"@context", "metadata", "result"})
                    self.assertEqual(alone["result"], entity)
                status, text = server.error(path_of(path, "nobody"))
                self.assertEqual(status, 404)
                self.assertIn(id_name, text)

    @unittest.skipUnless(SPECIFICATION.is_dir(), "BrAPI's documents are not on this machine")
    def test_have_the_form_that_is_documented(self):
        documents = {
            "core": ["commoncropnames", "programs", "trials", "studies"],
            "genotyping": ["samples", "callsets", "references", "referencesets"],
        }
        identifiers = dict(ENTITIES) | {
            "callsets": "callSetDbId", "references": "referenceDbId", "referencesets": "referenceSetDbId",
        }
        (self.folder / "beans" / "genome.fa").write_text(">1 one\nACGT\n>2\nACG\n")
        with Server(self.folder) as server:
            for name, paths in documents.items():
                schema = Document.read(f"brapi-{name}-v2.1.json")
                for path in paths:
                    whole = schema.answer(f"/{path}")
                    answer = server.get(f"/brapi/v2/{path}")
                    self.assertEqual(schema.problems(whole, answer, path), [])
                    result, _ = schema.members(whole)
                    self.assertEqual(schema.problems(result["result"], answer["result"], path, whole=True), [])
                    if path not in identifiers:
                        continue
                    self.judge_search(schema, server, path)
                    id_name = identifiers[path]
                    one = schema.answer(f"/{path}/{{{id_name}}}")
                    for entity in answer["result"]["data"]:
                        alone = server.get(path_of(path, entity[id_name]))
                        self.assertEqual(schema.problems(one, alone, path), [])

    def judge_search(self, schema, server, path):
        search = f"/search/{path}"
        for body, status in (({}, 202), ("{", 400)):
            described = schema.answer(search, "post", status)
            got, answer = server.post(f"/brapi/v2{search}", body)
            self.assertEqual((got, schema.problems(described, answer, search)), (status, []))
        kept = server.search(path, {})
        answer = server.get(f"/brapi/v2{search}/{kept}")
        described = schema.answer(f"{search}/{{searchResultsDbId}}")
        self.assertEqual(schema.problems(described, answer, search), [])
        self.assertEqual(answer["result"], server.get(f"/brapi/v2/{path}")["result"])


if __name__ == "__main__":
    unittest.main()
