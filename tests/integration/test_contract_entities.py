"""The contract of what clients write of programs, trials, studies, germplasm, plates and samples: a row for
every parameter, every field of a body and every field of an answer, on entities where it changes the answer.

Where BrAPI's documents are on the machine, every answer is judged by those of 2.1, and the rows are theirs.
They have no germplasm, and not every PUT that is served.
"""

import json
import signal
import unittest

from contract import BAD_OBJECTS, ID_NAMES, SYNC, ContractTest, count_rows, rows_of
from openapi import SPECIFICATION
from support import FolderTest, Server, write_vcf

ENTITIES = ("programs", "trials", "studies", "germplasm", "plates", "samples")
NAMES = {entity: ID_NAMES[entity].replace("DbId", "Name") for entity in ENTITIES}
CONFIG = """\
crop = "bean"
[program]
id = "p{n}"
name = "Program {n}"
[trial]
id = "t{n}"
name = "Trial {n}"
[study]
id = "s{n}"
name = "Study {n}"
"""
# By files, before what is made.
OF_FILES = {
    "programs": ["p1", "p2"], "trials": ["t1", "t2"], "studies": ["s1", "s2"], "germplasm": ["g1", "g2"],
    "plates": [], "samples": ["f1", "f2"],
}


# What can be written: two values of each form, told as they were sent, and what is refused.

class Form:
    def __init__(self, values, wrong):
        self.values, self.wrong = values, wrong

    def of(self, name, n):
        value = self.values[n] if isinstance(self.values, tuple) else self.values
        return json.loads(json.dumps(value).replace("NAME", name).replace("NUMBER", str(n)))


NO_TEXTS = (5, 1.5, True, ["x"], {"a": "b"})
NO_OBJECTS = ("x", 5, True, ["x"])
NO_ARRAYS = ("x", 5, True, {"a": "b"}, ["x"], [["x"]], [None])
TEXT = Form("NAME NUMBER", NO_TEXTS)
INFO = Form({"season": "NUMBER"}, NO_OBJECTS)
REFERENCES = Form(
    [{"referenceId": "NAME NUMBER", "referenceID": "NAME NUMBER", "referenceSource": "source NUMBER"}], NO_ARRAYS
)
FLAG = Form((True, False), ("x", "true", 1, [True], {}))
NUMBER = Form((6, 7), ("x", 1.5, True, [1], {}))
TEXTS = Form(["NAME NUMBER", "both"], (5, True, {"a": "b"}, [1], [None], [["x"]]))
DATE = Form(("2020-01-02", "2021-02-03"), (*NO_TEXTS, "", "yesterday", "2020-13-01"))
TIME = Form(("2020-01-02T10:00:00Z", "2018-01-01T14:47:23-0600"), (*NO_TEXTS, "", "yesterday", "2020-01-01T25:00:00Z"))
DESCRIBED = Form({"PUI": "pui NUMBER", "description": "text NUMBER"}, (*NO_OBJECTS, {"PUI": 5}))


def one_of(*values):
    return Form(values, (*NO_TEXTS, "", "nobody"))


def objects(*texts, **others):
    """Of objects with these members."""
    one = dict.fromkeys(texts, "NAME NUMBER") | others
    return Form([one], (*NO_ARRAYS, [{name: 5} for name in texts]))


def of(entity, form=TEXT):
    """The id, or the name, of the made entity of that number."""
    made = Form(None, form.wrong)
    made.entity = entity
    return made


CONTACTS = objects("contactDbId", "email", "instituteName", "name", "orcid", "type")
FIELDS = {
    "programs": {
        "abbreviation": TEXT, "additionalInfo": INFO, "commonCropName": TEXT, "documentationURL": TEXT,
        "externalReferences": REFERENCES, "fundingInformation": TEXT, "leadPersonDbId": TEXT, "leadPersonName": TEXT,
        "objective": TEXT, "programName": TEXT, "programType": one_of("STANDARD", "PROJECT"),
    },
    "trials": {
        "active": FLAG, "additionalInfo": INFO, "commonCropName": TEXT, "contacts": CONTACTS,
        "datasetAuthorships": objects(
            "datasetPUI", "license", publicReleaseDate="2020-01-02", submissionDate="2020-01-03",
        ),
        "documentationURL": TEXT, "endDate": DATE, "externalReferences": REFERENCES, "programDbId": of("programs"),
        "programName": TEXT, "publications": objects("publicationPUI", "publicationReference"), "startDate": DATE,
        "trialDescription": TEXT, "trialName": TEXT, "trialPUI": TEXT,
    },
    "studies": {
        "active": FLAG, "additionalInfo": INFO, "commonCropName": TEXT, "contacts": CONTACTS,
        "culturalPractices": TEXT,
        "dataLinks": objects(
            "dataFormat", "description", "fileFormat", "name", "provenance", "scientificType", "url", "version",
        ),
        "documentationURL": TEXT, "endDate": TIME,
        "environmentParameters": objects(
            "description", "parameterName", "parameterPUI", "unit", "unitPUI", "value", "valuePUI",
        ),
        "experimentalDesign": DESCRIBED, "externalReferences": REFERENCES, "growthFacility": DESCRIBED,
        "lastUpdate": Form({"timestamp": "2020-01-02T10:00:00Z", "version": "NUMBER"}, (*NO_OBJECTS, {"timestamp": "x"})),
        "license": TEXT, "locationDbId": TEXT, "locationName": TEXT,
        "observationLevels": objects("levelName", levelOrder=3), "observationUnitsDescription": TEXT,
        "observationVariableDbIds": TEXTS, "seasons": TEXTS, "startDate": TIME, "studyCode": TEXT,
        "studyDescription": TEXT, "studyName": TEXT, "studyPUI": TEXT, "studyType": TEXT, "trialDbId": of("trials"),
        "trialName": TEXT,
    },
    "germplasm": {
        "accessionNumber": TEXT, "acquisitionDate": DATE, "additionalInfo": INFO,
        "biologicalStatusOfAccessionCode": one_of("100", "999"), "biologicalStatusOfAccessionDescription": TEXT,
        "breedingMethodDbId": TEXT, "breedingMethodName": TEXT, "collection": TEXT, "commonCropName": TEXT,
        "countryOfOriginCode": TEXT, "defaultDisplayName": TEXT, "documentationURL": TEXT,
        "donors": objects("donorAccessionNumber", "donorInstituteCode", "germplasmPUI"),
        "externalReferences": REFERENCES, "genus": TEXT, "germplasmName": TEXT,
        "germplasmOrigin": objects(
            "coordinateUncertainty",
            coordinates={"geometry": {"coordinates": [-76.5, 42.25, 9], "type": "Point"}, "type": "Feature"},
        ),
        "germplasmPUI": TEXT, "germplasmPreprocessing": TEXT, "instituteCode": TEXT, "instituteName": TEXT,
        "pedigree": TEXT, "seedSource": TEXT, "seedSourceDescription": TEXT, "species": TEXT, "speciesAuthority": TEXT,
        "storageTypes": objects("description", code="10"), "subtaxa": TEXT, "subtaxaAuthority": TEXT,
        "synonyms": objects("synonym", "type"), "taxonIds": objects("sourceName", "taxonId"),
    },
    "plates": {
        "additionalInfo": INFO, "externalReferences": REFERENCES, "plateBarcode": TEXT,
        "plateFormat": one_of("PLATE_96", "TUBES"), "plateName": TEXT, "programDbId": of("programs"),
        "sampleType": one_of("DNA", "MIXED"), "studyDbId": of("studies"), "trialDbId": of("trials"),
    },
    "samples": {
        "additionalInfo": INFO, "column": NUMBER, "externalReferences": REFERENCES, "germplasmDbId": of("germplasm"),
        "observationUnitDbId": TEXT, "plateDbId": of("plates"), "plateName": TEXT, "programDbId": of("programs"),
        "row": TEXT, "sampleBarcode": TEXT, "sampleDescription": TEXT, "sampleGroupDbId": TEXT, "sampleName": TEXT,
        "samplePUI": TEXT, "sampleTimestamp": TIME, "sampleType": TEXT, "studyDbId": of("studies"), "takenBy": TEXT,
        "tissueType": TEXT, "trialDbId": of("trials"), "well": TEXT,
    },
}
# Names of other entities are theirs, so what is written shows where nobody knows the other.
NAMES_OF_OTHERS = {("trials", "programName"), ("studies", "trialName"), ("samples", "plateName")}

# Parameters by what of entity 1 they find; the value is what entity 1 says.
REFERENCE = {"externalReferenceId": "externalReferences 1", "externalReferenceID": "externalReferences 1",
             "externalReferenceSource": "source 1"}
CROP = {"commonCropName": "commonCropName 1"}
PROGRAM = {"programDbId": "ID programs", "programName": "programName 1"}
TRIAL = {"trialDbId": "ID trials", "trialName": "trialName 1"}
STUDY = {"studyDbId": "ID studies", "studyName": "studyName 1"}
GERMPLASM = {"germplasmDbId": "ID germplasm", "germplasmName": "germplasmName 1"}
SAMPLE = {
    "observationUnitDbId": "observationUnitDbId 1", "plateDbId": "ID plates", "plateName": "plateName 1",
    "sampleDbId": "ID samples", "sampleGroupDbId": "sampleGroupDbId 1", "sampleName": "sampleName 1",
}
PARAMETERS = {
    "programs": {
        "abbreviation": "abbreviation 1", "programType": "PROJECT", "leadPersonDbId": "leadPersonDbId 1",
        "leadPersonName": "leadPersonName 1", "objective": "objective 1", **CROP, **PROGRAM, **REFERENCE,
    },
    "trials": {
        "active": False, "contactDbId": "contacts 1", "locationDbId": "locationDbId 1",
        "locationName": "locationName 1", "trialPUI": "trialPUI 1",
        **CROP, **PROGRAM, **REFERENCE, **STUDY, **TRIAL,
    },
    "studies": {
        "active": False, "locationDbId": "locationDbId 1", "locationName": "locationName 1",
        "observationVariableDbId": "observationVariableDbIds 1", "seasonDbId": "seasons 1",
        "studyCode": "studyCode 1", "studyPUI": "studyPUI 1", "studyType": "studyType 1",
        **CROP, **PROGRAM, **REFERENCE, **STUDY, **TRIAL, **GERMPLASM,
    },
    "germplasm": {
        "accessionNumber": "accessionNumber 1", "collection": "collection 1", "genus": "genus 1",
        "germplasmPUI": "germplasmPUI 1", "species": "species 1", "synonym": "synonyms 1",
        **CROP, **PROGRAM, **REFERENCE, **STUDY, **TRIAL, **GERMPLASM,
    },
    "plates": {
        "plateBarcode": "plateBarcode 1", **CROP, **PROGRAM, **REFERENCE, **STUDY, **TRIAL, **GERMPLASM, **SAMPLE,
    },
    "samples": {**CROP, **PROGRAM, **REFERENCE, **STUDY, **TRIAL, **GERMPLASM, **SAMPLE},
}
# Named in a warning.
DATES = ("searchDateRangeStart", "searchDateRangeEnd")
IGNORED = {"trials": (*DATES, "sortBy", "sortOrder"), "studies": ("sortBy", "sortOrder")}
IGNORED_IN_SEARCHES = {
    "trials": DATES,
    "studies": ("observationVariableNames", "observationVariablePUIs", "sortBy", "sortOrder"),
}


def field_of_search(name):
    return name if name in ("active", "genus", "species") else name + "s"


def one_path(entity):
    return f"/{entity}/{{{ID_NAMES[entity]}}}"


def rows():
    out = {}
    for entity in ENTITIES:
        told = {*FIELDS[entity], ID_NAMES[entity]}
        searched = {*map(field_of_search, PARAMETERS[entity]), *IGNORED_IN_SEARCHES.get(entity, ())}
        paging = {"page", "pageSize"}
        out[f"GET /{entity}"] = ({*PARAMETERS[entity], *IGNORED.get(entity, ()), *paging}, (), told)
        out[f"GET {one_path(entity)}"] = ({ID_NAMES[entity]}, (), told)
        out[f"POST /search/{entity}"] = ((), {*searched, *paging}, told)
        out[f"GET /search/{entity}/{{searchResultsDbId}}"] = ({"searchResultsDbId", *paging}, (), told)
        out[f"POST /{entity}"] = ((), FIELDS[entity], told)
        out[f"PUT /{entity}"] = ((), FIELDS[entity], told)
        out[f"PUT {one_path(entity)}"] = ({ID_NAMES[entity]}, FIELDS[entity], told)
    return out


class EntitiesTest(ContractTest):
    DOCUMENTS = ("brapi-core-v2.1.json", "brapi-genotyping-v2.1.json")

    def setUp(self):
        super().setUp()
        lines = [("1", 10, ".", "A", "C", "GT", ["0|1"])]
        for n in (1, 2):
            home = self.folder / f"d{n}"
            write_vcf(home / "chip.vcf.gz", lines, ["S1"])
            (home / "dataset.toml").write_text(CONFIG.format(n=n))
            (home / "samples.tsv").write_text(
                f"sample\tsampleDbId\tsampleName\tgermplasmDbId\tgermplasmName\nS1\tf{n}\tFile {n}\tg{n}\tGerm {n}\n"
            )
        self.start()
        self.addCleanup(lambda: self.server.stop())
        self.made = {}
        for entity in ENTITIES:
            more = [{NAMES[entity]: f"Bare {n}"} for n in range(2)] if entity == "plates" else []
            answer = self.ask(f"POST /{entity}", body=[self.sent(entity, 0), self.sent(entity, 1), *more])
            self.assertEqual(self.warnings(answer), [])
            self.made[entity] = self.ids(answer, entity)
        self.everything = {entity: OF_FILES[entity] + self.made[entity] for entity in ENTITIES}

    def start(self):
        self.server = Server(self.folder, state=self.folder.parent / "state")

    def ask(self, endpoint, wanted=200, judges=None, **how):
        """Judged by the documents that know it."""
        method, path = endpoint.split()
        known = [
            name for name, document in self.documents.items()
            if document.answer(path, method.lower(), wanted) is not None
        ]
        return super().ask(endpoint, wanted, judges=known, **how)

    def value(self, entity, name, n):
        form = FIELDS[entity][name]
        if hasattr(form, "entity"):
            return self.made[form.entity][n]
        if (entity, name) in NAMES_OF_OTHERS:
            return self.value({"programName": "programs", "trialName": "trials", "plateName": "plates"}[name], name, n)
        return form.of(name, n)

    def sent(self, entity, n):
        return {name: self.value(entity, name, n) for name in FIELDS[entity]}

    def one(self, entity, path):
        return self.ask(f"GET {one_path(entity)}", path=path)["result"]

    def filled(self, entity):
        out = {}
        for name, value in PARAMETERS[entity].items():
            if isinstance(value, str) and value.startswith("ID "):
                value = self.made[value[3:]][1]
            out[name] = (value, [self.made[entity][1]])
        return out

    # Parameters

    def test_parameters(self):
        for entity in ENTITIES:
            table = {
                name: (str(value).lower() if isinstance(value, bool) else value, fits)
                for name, (value, fits) in self.filled(entity).items()
            }
            self.check_filters(entity, table, self.everything[entity])
            self.check_pages(entity, self.everything[entity])
            self.check_ids_in_paths(f"GET {one_path(entity)}", self.everything[entity])
            self.check_bad_parameters(f"GET /{entity}", {*table, "page", "pageSize"}, None)
            for name in IGNORED.get(entity, ()):
                with self.subTest(f"GET /{entity}", parameter=name):
                    [warning] = self.warnings(self.ask(f"GET /{entity}", **{name: "x"}))
                    self.assertIn(name, warning)

    def test_bodies_of_searches(self):
        for entity in ENTITIES:
            table = {
                field_of_search(name): (value if isinstance(value, bool) else [value], fits)
                for name, (value, fits) in self.filled(entity).items()
            }
            self.check_search_fields(entity, table, self.everything[entity])
            self.check_bad_search_bodies(f"POST /search/{entity}", table.keys() - {"genus", "species"})
            kept, other = self.search(entity, {}), self.server.search("callsets", {})
            self.check_unknown_searches(entity, kept, other)
            for name in IGNORED_IN_SEARCHES.get(entity, ()):
                with self.subTest(f"POST /search/{entity}", body=name):
                    answer = self.ask(f"POST /search/{entity}", body={name: "x"}, headers=SYNC)
                    self.assertIn(name, self.warnings(answer)[0])

    def test_authorization(self):
        for entity in ENTITIES:
            path, kept = self.made[entity][0], self.search(entity, {})
            for endpoint, status, where, body in (
                (f"GET /{entity}", 200, None, None), (f"GET {one_path(entity)}", 200, path, None),
                (f"POST /search/{entity}", 202, None, {}),
                (f"GET /search/{entity}/{{searchResultsDbId}}", 200, kept, None),
                (f"PUT /{entity}", 200, None, {path: {}}), (f"PUT {one_path(entity)}", 200, path, {}),
                (f"POST /{entity}", 200, None, []),
            ):
                self.check_authorization(endpoint, status, where, body)

    # Bodies and answers

    def test_fields(self):
        for entity in ENTITIES:
            expected = [self.sent(entity, n) | {ID_NAMES[entity]: self.made[entity][n]} for n in (0, 1)]
            fields = {name: tuple(one[name] for one in expected) for name in expected[0]}
            self.check_objects_of_lists(entity, self.made[entity][:2], fields)
            objects = [self.one(entity, path) for path in self.made[entity][:2]]
            self.check_objects(f"GET {one_path(entity)}", objects, fields)
            self.assertEqual(objects, expected)
            made = self.ask(f"POST /{entity}", body=[self.sent(entity, 0), self.sent(entity, 1)])["result"]["data"]
            self.check_objects(f"POST /{entity}", made, fields | {ID_NAMES[entity]: tuple(self.ids_of(entity, made))})
            sent = {self.made[entity][0]: self.sent(entity, 1), self.made[entity][1]: self.sent(entity, 0)}
            put = self.ask(f"PUT /{entity}", body=sent)["result"]["data"]
            swapped = {name: values[::-1] for name, values in fields.items()}
            self.check_objects(f"PUT /{entity}", put, swapped | {ID_NAMES[entity]: fields[ID_NAMES[entity]]})
            put = [
                self.ask(f"PUT {one_path(entity)}", path=self.made[entity][n], body=self.sent(entity, n))["result"]
                for n in (0, 1)
            ]
            self.check_objects(f"PUT {one_path(entity)}", put, fields)

    def ids_of(self, entity, objects):
        return [one[ID_NAMES[entity]] for one in objects]

    def test_fields_of_bodies(self):
        """One alone changes itself; null takes it away again."""
        for entity in ENTITIES:
            bare = self.ask(f"POST /{entity}", body=[{NAMES[entity]: "Bare"}])["result"]["data"][0]
            path = bare[ID_NAMES[entity]]
            for name in FIELDS[entity]:
                with self.subTest(f"PUT {one_path(entity)}", body=name):
                    sent = {name: self.value(entity, name, 1)}
                    told = self.ask(f"PUT {one_path(entity)}", path=path, body=sent)["result"]
                    self.assertEqual(told[name], sent[name])
                    self.check_others(bare, told, name)
                    self.assertEqual(self.one(entity, path), told)
                    if name == NAMES[entity]:
                        self.ask(f"PUT {one_path(entity)}", path=path, body={name: bare[name]})
                        continue
                    again = self.ask(f"PUT /{entity}", body={path: {name: None}})["result"]["data"]
                    self.assertEqual(again, [bare])
                with self.subTest(f"POST /{entity}", body=name):
                    sent = {NAMES[entity]: "Bare", name: self.value(entity, name, 1)}
                    [told] = self.ask(f"POST /{entity}", body=sent)["result"]["data"]
                    self.assertEqual(told[name], sent[name])
                    self.check_others(bare, told, name, ID_NAMES[entity])

    def check_others(self, before, after, *changed):
        """A link to another entity may lead to more of them."""
        follows = {
            "programDbId": ("programName",), "trialDbId": ("trialName", "programDbId"), "plateDbId": ("plateName",),
            "studyDbId": ("trialDbId", "programDbId"), "germplasmName": ("defaultDisplayName",),
        }
        follows["programDbId"] = ("programName", "commonCropName")
        follows["trialDbId"] += ("commonCropName",)
        leave = {*changed, *(more for name in changed for more in follows.get(name, ()))}
        self.assertEqual(
            {k: v for k, v in after.items() if k not in leave}, {k: v for k, v in before.items() if k not in leave}
        )

    def test_bad_fields(self):
        for entity in ENTITIES:
            path = self.made[entity][0]
            before = self.ask(f"GET /{entity}")["result"]
            for name, form in FIELDS[entity].items():
                for value in form.wrong:
                    with self.subTest(f"PUT {one_path(entity)}", body=name, value=value):
                        answer = self.ask(f"PUT {one_path(entity)}", 400, path=path, body={name: value})
                        self.assertIn(name, answer)
                    with self.subTest(f"POST /{entity}", body=name, value=value):
                        bodies = [{NAMES[entity]: "a"}, {NAMES[entity]: "b", name: value}]
                        answer = self.ask(f"POST /{entity}", 400, body=bodies)
                        self.assertRegex(answer, f" 2: .*{name}")
                    with self.subTest(f"PUT /{entity}", body=name, value=value):
                        bodies = {self.made[entity][1]: {NAMES[entity]: "a"}, path: {name: value}}
                        answer = self.ask(f"PUT /{entity}", 400, body=bodies)
                        self.assertRegex(answer, f"'{path}': .*{name}")
            for body in ([{}], [{NAMES[entity]: None}], [{NAMES[entity]: ""}]):
                self.assertIn(NAMES[entity], self.ask(f"POST /{entity}", 400, body=body))
            self.check_bad_texts(f"POST /{entity}", ("", "{", '"x"', "[1]", '[{"a":1,"a":2}]', "[{}]x", "[[]]"))
            self.check_bad_texts(f"PUT /{entity}", (*BAD_OBJECTS, '{"a":1}', '{"a":[]}', '{"a":{},"a":{}}'))
            self.check_bad_texts(f"PUT {one_path(entity)}", (*BAD_OBJECTS, "[{}]"), path)
            self.assertEqual(self.ask(f"GET /{entity}")["result"], before)

    def test_unknown_ids_change_nothing(self):
        for entity in ENTITIES:
            before = self.ask(f"GET /{entity}")["result"]
            self.ask(f"PUT {one_path(entity)}", 404, path="nobody", body={})
            bodies = {self.made[entity][0]: {NAMES[entity]: "other"}, "nobody": {}}
            self.assertIn("nobody", self.ask(f"PUT /{entity}", 404, body=bodies))
            self.assertEqual(self.ask(f"GET /{entity}")["result"], before)

    def test_entities_of_files_can_be_written(self):
        for entity in ENTITIES:
            for path in OF_FILES[entity]:
                before = self.one(entity, path)
                sent = self.sent(entity, 1)
                told = self.ask(f"PUT {one_path(entity)}", path=path, body=sent)["result"]
                self.assertEqual(told, sent | {ID_NAMES[entity]: path})
                self.assertEqual(self.one(entity, path), told)
                nothing = dict.fromkeys(FIELDS[entity])
                self.assertEqual(self.ask(f"PUT /{entity}", body={path: nothing})["result"]["data"], [before])

    def test_unknown_fields_are_told(self):
        for entity in ENTITIES:
            path = self.made[entity][0]
            for endpoint, where, body in (
                (f"POST /{entity}", None, [{NAMES[entity]: "x", "colour": "red"}]),
                (f"PUT /{entity}", None, {path: {"colour": "red"}}),
                (f"PUT {one_path(entity)}", path, {"colour": "red"}),
            ):
                [warning] = self.warnings(self.ask(endpoint, path=where, body=body))
                self.assertIn("colour", warning)

    def test_what_is_acknowledged_is_there_after_a_kill(self):
        before = {entity: self.ask(f"GET /{entity}")["result"] for entity in ENTITIES}
        self.server.stop(signal.SIGKILL)
        self.start()
        for entity in ENTITIES:
            self.assertEqual(self.ask(f"GET /{entity}")["result"], before[entity])

    # The rows

    @unittest.skipUnless(SPECIFICATION.is_dir(), "BrAPI's documents are not on this machine")
    def test_the_rows_are_those_of_the_documents(self):
        known = 0
        for endpoint, (parameters, body, fields) in rows().items():
            method, path = endpoint.split()
            for document in self.documents.values():
                described = document.document["paths"].get(path, {}).get(method.lower())
                if described is None:
                    continue
                known += 1
                with self.subTest(endpoint):
                    names = {document.resolve(p)["name"] for p in described.get("parameters", [])}
                    self.assertLessEqual(names, {*parameters, "Authorization"})
                    self.check_rows_of_bodies(document, endpoint, body)
        self.assertEqual(known, 31)

    def check_rows_of_bodies(self, document, endpoint, body):
        if not body:
            return
        schema = document.request(endpoint.split()[1], endpoint.split()[0].lower())
        schema = document.resolve(schema.get("items", schema.get("additionalProperties", schema)))
        wanted = set(document.members(schema)[0])
        if "search" in endpoint:
            self.assertLessEqual(wanted, set(body))
        else:
            self.assertEqual(wanted, set(body))

    def test_counts(self):
        self.assertEqual(count_rows(rows_of(rows())), {"parameter": 191, "body": 464, "field": 847})


class metadata_of_sets(FolderTest):
    """PUT of call sets and variant sets, an extension."""

    def test_is_shown_and_found(self):
        write_vcf(self.folder / "chip.vcf.gz", [("1", 10, ".", "A", "C", "GT", ["0|1", "1|1"])], ["S1", "S2"])
        references = [{"referenceId": "doi:1", "referenceID": "doi:1", "referenceSource": "DOI"}]
        with Server(self.folder) as server:
            for path, entity, one in (("callsets", "callSet", "main~chip~S1"), ("variantsets", "variantSet", "main~chip")):
                body = {"additionalInfo": {"a": "b"}, "externalReferences": references, f"{entity}Name": "x"}
                headers = {"Content-Type": "application/json"}
                before = server.get(f"/brapi/v2/{path}/{one}")["result"]
                status, _, text = server.request(f"/brapi/v2/{path}/{one}", "PUT", headers, json.dumps(body))
                answer = json.loads(text)
                self.assertEqual(status, 200, answer)
                self.assertIn(f"{entity}Name", answer["metadata"]["status"][-1]["message"])
                shown = before | {"additionalInfo": {"a": "b"}, "externalReferences": references}
                self.assertEqual(answer["result"], shown)
                self.assertEqual(server.get(f"/brapi/v2/{path}/{one}")["result"], shown)
                for parameters in ({"externalReferenceId": "doi:1"}, {"externalReferenceSource": "DOI"}):
                    found = server.get(f"/brapi/v2/{path}", **parameters)["result"]["data"]
                    self.assertEqual(found, [shown])
                    self.assertEqual(server.get(f"/brapi/v2/{path}", externalReferenceId="x")["result"]["data"], [])
                search = server.search(path, {"externalReferenceIds": ["doi:1"]})
                found = server.get(f"/brapi/v2/search/{path}/{search}")["result"]["data"]
                self.assertEqual(found, [shown])


if __name__ == "__main__":
    unittest.main()
