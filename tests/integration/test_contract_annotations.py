"""The contract of Google Genomics v1 for annotations and their sets: a row for every parameter, every field
of a request and every field of an answer. It runs by itself as soon as the server knows the paths."""

import copy
import unittest

from genomics import (
    ANNOTATION, ANNOTATION_METHODS, ANNOTATION_SET, KINDS, METHODS, TYPES, Discovery, RowsTest, cut,
    rows_of, serves_annotations, value_at, with_document, wrong_values,
)

SETS = {
    "alpha": {
        "datasetId": "alpha", "info": {"from": ["ensembl", 75]}, "name": "Transcripts of barley",
        "referenceSetId": "alpha~genome", "sourceUri": "https://one.example", "type": "TRANSCRIPT",
    },
    "beta": {
        "datasetId": "beta", "info": {"by": [{"a": None}]}, "name": "Variants of rye",
        "referenceSetId": "beta~genome", "sourceUri": "https://two.example", "type": "VARIANT",
    },
}
TRANSCRIPTS = [
    {
        "end": "900", "info": {"a": ["b"]}, "name": "t1", "referenceId": "alpha~genome~1", "referenceName": "1",
        "reverseStrand": True, "start": "100", "type": "TRANSCRIPT",
        "transcript": {
            "geneId": "gene1", "codingSequence": {"start": "110", "end": "800"},
            "exons": [{"start": "100", "end": "200", "frame": 0}, {"start": "300", "end": "900", "frame": 1}],
        },
    },
    {
        "end": "2000", "info": {"c": [1]}, "name": "t2", "referenceId": "alpha~genome~2", "referenceName": "2",
        "reverseStrand": False, "start": "1000", "type": "TRANSCRIPT",
        "transcript": {
            "geneId": "gene2", "codingSequence": {"start": "1200", "end": "1900"},
            "exons": [{"start": "1000", "end": "2000", "frame": 2}],
        },
    },
]
VARIANTS = [
    {
        "end": "101", "info": {"x": ["y"]}, "name": "v1", "referenceId": "alpha~genome~1", "referenceName": "1",
        "reverseStrand": False, "start": "100", "type": "VARIANT",
        "variant": {
            "alternateBases": "C", "clinicalSignificance": "BENIGN", "effect": "STOP_GAIN", "geneId": "gene1",
            "transcriptIds": ["t1", "t2"], "type": "SNP",
            "conditions": [{
                "conceptId": "C001", "externalIds": [{"id": "1", "sourceName": "OMIM"}], "names": ["Rust"],
                "omimId": "100",
            }],
        },
    },
    {
        "end": "310", "info": {}, "name": "v2", "referenceId": "alpha~genome~2", "referenceName": "2",
        "reverseStrand": True, "start": "300", "type": "VARIANT",
        "variant": {
            "alternateBases": "TT", "clinicalSignificance": "PATHOGENIC", "effect": "FRAMESHIFT", "geneId": "gene2",
            "transcriptIds": ["t3"], "type": "INSERTION",
            "conditions": [{
                "conceptId": "C002", "externalIds": [{"id": "2", "sourceName": "MedGen"}], "names": ["Mildew", "M."],
                "omimId": "200",
            }],
        },
    },
]
ENUMS = {
    "type": ("INSERTION", "DELETION", "SUBSTITUTION", "SNP", "STRUCTURAL", "CNV", "TYPE_OTHER"),
    "effect": (
        "EFFECT_OTHER", "FRAMESHIFT", "FRAME_PRESERVING_INDEL", "SYNONYMOUS_SNP", "NONSYNONYMOUS_SNP", "STOP_GAIN",
        "STOP_LOSS", "SPLICE_SITE_DISRUPTION",
    ),
    "clinicalSignificance": (
        "CLINICAL_SIGNIFICANCE_OTHER", "UNCERTAIN", "BENIGN", "LIKELY_BENIGN", "LIKELY_PATHOGENIC", "PATHOGENIC",
        "DRUG_RESPONSE", "HISTOCOMPATIBILITY", "CONFERS_SENSITIVITY", "RISK_FACTOR", "ASSOCIATION", "PROTECTIVE",
        "MULTIPLE_REPORTED",
    ),
}
SET_TYPES = ("GENERIC", "VARIANT", "GENE", "TRANSCRIPT")
# The other value of a field; of those that are not here it is that of the second annotation.
OTHER = {
    "end": "950", "start": "50", "transcript.codingSequence.end": "790", "transcript.codingSequence.start": "120",
    "transcript.codingSequence": {"start": "130", "end": "700"}, "transcript.exons.end": "210",
    "transcript.exons.frame": 2, "transcript.exons.start": "105",
    "transcript.exons": [{"start": "100", "end": "900", "frame": 1}],
    "transcript": {"geneId": "other", "exons": [{"start": "150", "end": "160", "frame": None}]},
}
MUTABLE_OF_SETS = ("name", "sourceUri", "info")
MUTABLE = ("name", "variant", "transcript", "info")
INVALID_ARGUMENT = 3  # of google.rpc.Code
# What is no annotation, although every field is of its kind.
IMPOSSIBLE = (
    {"start": "-1"}, {"start": "901"}, {"end": "10001"}, {"referenceName": "7", "referenceId": ""},
    {"referenceId": "beta~genome~7", "referenceName": ""}, {"referenceName": "2"}, {"type": "GENE"}, {"type": "VARIANT"},
    {"variant": VARIANTS[0]["variant"]},
    {"transcript": {"exons": [{"start": "300", "end": "400"}, {"start": "100", "end": "200"}]}},
    {"transcript": {"exons": [{"start": "100", "end": "200"}, {"start": "150", "end": "400"}]}},
    {"transcript": {"exons": [{"start": "100", "end": "200"}], "codingSequence": {"start": "50", "end": "150"}}},
    {"transcript": {"exons": [{"start": "100"}]}}, {"transcript": {"exons": [{"end": "200"}]}},
    {"transcript": {"exons": [{"start": "100", "end": "200", "frame": 3}]}},
    {"transcript": {"exons": [{"start": "100", "end": "200", "frame": -1}]}},
    {"transcript": {
        "exons": [{"start": "100", "end": "200", "frame": 0}, {"start": "300", "end": "400"}],
        "codingSequence": {"start": "100", "end": "400"},
    }},
)


def changed(message, path, value):
    """With another value, in the first element of lists."""
    message = copy.deepcopy(message)
    holder, (*outer, name) = message, path.split(".")
    for part in outer:
        holder = holder[part][0] if TYPES[part] == "objects" else holder[part]
    holder[name] = value
    return message


def first_at(message, path):
    """What stands there, in the first element of lists."""
    for part in path.split(".")[:-1]:
        message = message[part][0] if TYPES[part] == "objects" else message[part]
    return message[path.split(".")[-1]]


class contract_annotations(RowsTest):
    methods = ANNOTATION_METHODS

    def setUp(self):
        super().setUp()
        if not serves_annotations(self.server):
            type(self).tests_run.add("not all")
            self.skipTest("the server knows no paths of annotations yet")
        self.sets = {name: self.call("annotationsets.create", body=sent) for name, sent in SETS.items()}

    def make_set(self, kind, name="x", home="alpha"):
        sent = {"datasetId": home, "referenceSetId": f"{home}~genome", "name": name, "type": kind}
        return self.call("annotationsets.create", body=sent)["id"]

    def pairs(self):
        """Of each kind two annotations of different sets, as they are sent; everything is said, and differently."""
        return [
            [one | {"annotationSetId": self.make_set(one["type"])} for one in sent] for sent in (TRANSCRIPTS, VARIANTS)
        ]

    def pair_for(self, path, pairs):
        """Two of which a path says different things."""
        if path.split(".")[-1] == "type" and "variant" not in path:
            return pairs[0][0], pairs[1][1]
        return pairs["variant" in path.split(".")]

    def check_messages(self, method, pairs, before=""):
        """Rows of the fields of annotations in answers; `pairs` are of (answer, sent)."""
        for path in ANNOTATION:
            with self.row(method, "field", before + path):
                found = [first_at(answer, path) for answer, _ in self.pair_for(path, pairs)]
                sent = [first_at(one | {"id": answer["id"]}, path) for answer, one in self.pair_for(path, pairs)]
                self.assertEqual(found, sent)
                self.assertNotEqual(*found)

    # Sets

    def test_sets_that_are_created(self):
        method = "annotationsets.create"
        for name in ANNOTATION_SET:
            with self.row(method, "body", name):
                sent = SETS["alpha"] | {name: SETS["beta"].get(name, "mine")}
                answer = self.call(method, body=sent)
                (self.assertNotEqual if name == "id" else self.assertEqual)(answer[name], sent[name])
        made = [self.sets[name] for name in SETS]
        expected = [SETS[name] | {"id": self.sets[name]["id"]} for name in SETS]
        self.check_fields(method, made, expected)
        self.check_wrong(method, base=SETS["alpha"])
        for kind in SET_TYPES:
            self.assertEqual(self.call(method, body=SETS["alpha"] | {"type": kind})["type"], kind)
        for wrong in ({"datasetId": ""}, {"referenceSetId": ""}, {"type": "nobody"}, {"type": "gene"}):
            self.call(method, body=SETS["alpha"] | wrong, wanted=400)
        self.call(method, body=SETS["alpha"] | {"datasetId": "nobody"}, wanted=404)

    def test_sets_that_are_read_and_deleted(self):
        ids = [self.sets[name]["id"] for name in SETS]
        expected = [SETS[name] | {"id": one} for name, one in zip(SETS, ids)]
        self.check_fields("annotationsets.get", self.check_ids("annotationsets.get", ids), expected)
        one = self.call("annotations.create", body=TRANSCRIPTS[0] | {"annotationSetId": ids[0]})["id"]
        self.assertEqual(self.check_ids("annotationsets.delete", ids), ({}, {}))
        for each in ids:
            self.call("annotationsets.get", each, wanted=404)
        self.call("annotations.get", one, wanted=404)  # with what was in it

    def test_sets_that_are_updated(self):
        ids = [self.sets[name]["id"] for name in SETS]
        self.check_update("annotationsets", ids, [self.sets[name] for name in SETS], ANNOTATION_SET, MUTABLE_OF_SETS)
        self.check_fields(
            "annotationsets.update",
            [self.call("annotationsets.update", one, SETS[name]) for name, one in zip(SETS, ids)],
            [SETS[name] | {"id": one} for name, one in zip(SETS, ids)],
        )
        for mask in ("source_uri", "sourceUri"):
            self.call("annotationsets.update", ids[0], {"sourceUri": "before"}, updateMask="sourceUri")
            found = self.call("annotationsets.update", ids[0], SETS["beta"], updateMask=mask)
            self.assertEqual((found["sourceUri"], found["name"]), (SETS["beta"]["sourceUri"], SETS["alpha"]["name"]))

    def test_sets_that_are_searched(self):
        method = "annotationsets.search"
        other = self.make_set("GENE", "Genes")
        alpha, beta = (self.sets[name]["id"] for name in SETS)

        def ids(**body):
            found = self.call(method, body={"datasetIds": ["alpha", "beta"]} | body)
            return [one["id"] for one in found["annotationSets"]]

        self.assertEqual(set(ids()), {alpha, beta, other})
        for name, value, expected in (
            ("datasetIds", ["alpha"], {alpha, other}), ("referenceSetId", "beta~genome", {beta}),
            ("name", "transCRIPTS OF", {alpha}), ("name", "nobody", set()), ("types", ["GENE", "VARIANT"], {beta, other}),
            ("types", [], {alpha, beta, other}), ("referenceSetId", "nobody", set()),
        ):
            with self.row(method, "body", name, value=value):
                self.assertEqual(set(ids(**{name: value})), expected)
        self.check_wrong(method, base={"datasetIds": ["alpha"]})
        for wrong in ({"datasetIds": []}, {"types": ["nobody"]}):
            self.call(method, body={"datasetIds": ["alpha"]} | wrong, wanted=400)
        self.call(method, body={"datasetIds": ["nobody"]}, wanted=404)
        answers = [self.call(method, body={"datasetIds": [home], "types": [SETS[home]["type"]]}) for home in SETS]
        more = self.call(method, body={"datasetIds": ["alpha"], "pageSize": 1})
        with self.row(method, "field", "nextPageToken"):
            self.assertTrue(more["nextPageToken"])
            self.assertEqual(answers[0]["nextPageToken"], "")
        for path in ("annotationSets", *(f"annotationSets.{name}" for name in ANNOTATION_SET)):
            with self.row(method, "field", path):
                found = [value_at(one, path) for one in answers]
                wanted = [value_at({"annotationSets": [SETS[h] | {"id": self.sets[h]["id"]}]}, path) for h in SETS]
                self.assertEqual(found, wanted)
        self.check_pages(method, "annotationSets", {"datasetIds": ["alpha"]}, {"datasetIds": ["beta"]})

    # Annotations

    def test_annotations_that_are_created_and_read(self):
        method, pairs = "annotations.create", self.pairs()
        made = [[(self.call(method, body=one), one) for one in pair] for pair in pairs]
        self.check_messages(method, made)
        ids = [answer["id"] for pair in made for answer, _ in pair]
        self.check_ids("annotations.get", ids[:2])
        read = [[(self.call("annotations.get", answer["id"]), one) for answer, one in pair] for pair in made]
        self.check_messages("annotations.get", read)
        for path in ANNOTATION:
            with self.row(method, "body", path):
                self.check_created(lambda one: self.call(method, body=one), path, pairs)
        self.check_wrong_members(method, pairs)
        for wrong in IMPOSSIBLE:
            with self.subTest(method, wrong=wrong):
                self.call(method, body=pairs[0][0] | wrong, wanted=400)
        for wrong in ({"annotationSetId": ""}, {"referenceId": "", "referenceName": ""}):
            self.call(method, body=pairs[0][0] | wrong, wanted=400)
        self.call(method, body=pairs[0][0] | {"annotationSetId": "nobody"}, wanted=404)
        self.assertEqual(self.check_ids("annotations.delete", ids[:2]), ({}, {}))
        for one in ids[:2]:
            self.call("annotations.get", one, wanted=404)

    def check_created(self, make, path, pairs):
        """That the answer has what was sent there."""
        base, second = self.pair_for(path, pairs) if path != "type" else (pairs[0][0], {"type": "TRANSCRIPT"})
        value = "mine" if path == "id" else OTHER[path] if path in OTHER else first_at(second, path)
        sent = changed(base, path, value)
        if path in ("referenceId", "referenceName"):  # either will do, and both must agree
            del sent["referenceName" if path == "referenceId" else "referenceId"]
        made = make(sent)
        if path == "id":
            return self.assertNotEqual(made["id"], value)
        self.assertEqual(cut(first_at(made, path), value), value)

    def check_wrong_members(self, method, pairs, one=None, wrap=lambda message: message, before=""):
        _, target = self.target(method, one)
        verb = self.spelled(method).split()[0]
        for path in ANNOTATION:
            with self.row(method, "body", before + path):
                base = pairs["variant" in path.split(".")][0]
                enum = ("nobody",) if path.split(".")[-1] in ENUMS else ()
                bodies = [wrap(changed(base, path, value)) for value in (*wrong_values(path), *enum)]
                self.assertEqual([body for body in bodies if self.send(verb, target, body)[0] != 400], [])

    def test_every_value_of_enumerations(self):
        base = self.pairs()[1][0]
        for name, values in ENUMS.items():
            for value in values:
                made = self.call("annotations.create", body=changed(base, f"variant.{name}", value))
                self.assertEqual(made["variant"][name], value)

    def test_batches(self):
        method, pairs = "annotations.batchCreate", self.pairs()

        def make(*sent, **more):
            return self.call(method, body={"annotations": [*sent]} | more)["entries"]

        made = [[(make(one)[0]["annotation"], one) for one in pair] for pair in pairs]
        self.check_messages(method, made, "entries.annotation.")
        for path in ANNOTATION:
            with self.row(method, "body", f"annotations.{path}"):
                self.check_created(lambda one: make(one)[0]["annotation"], path, pairs)
        self.check_wrong_members(method, pairs, wrap=lambda one: {"annotations": [one]}, before="annotations.")
        good = pairs[0][0]
        with self.row(method, "body", "annotations"):
            entries = make(good | {"name": "a"}, good | {"name": "b"}, good | {"name": "c"})
            self.assertEqual([entry["annotation"]["name"] for entry in entries], ["a", "b", "c"])
            for value in wrong_values("annotations"):
                self.call(method, body={"annotations": value}, wanted=400)
            self.call(method, body={"annotations": [good] * 4097}, wanted=400)
            self.call(method, body={"annotations": [good, pairs[0][1]]}, wanted=400)  # of two sets
        with self.row(method, "body", "requestId"):
            whole = len(self.found(good["annotationSetId"]))
            first, again = (make(good, requestId="r1") for _ in range(2))
            self.assertEqual(first, again)
            self.assertNotEqual(make(good, requestId="r2"), first)
            self.assertEqual(len(self.found(good["annotationSetId"])), whole + 2)
            for value in wrong_values("requestId"):
                self.call(method, body={"annotations": [good], "requestId": value}, wanted=400)
        for path in ("entries", "entries.annotation", "entries.status"):
            with self.row(method, "field", path):
                fine, bad, last = make(good, good | {"end": "10001"}, good | {"name": "last"})
                self.assertEqual((fine["annotation"]["name"], last["annotation"]["name"]), ("t1", "last"))
                self.assertFalse((bad.get("annotation") or {}).get("id"))
        with self.row(method, "field", "entries.status.code"):
            codes = [(entry.get("status") or {}).get("code", 0) for entry in (fine, bad)]
            self.assertEqual(codes, [0, INVALID_ARGUMENT])
        with self.row(method, "field", "entries.status.message"):
            self.assertTrue(bad["status"]["message"])
        with self.row(method, "field", "entries.status.details"):
            self.assertEqual(bad["status"].get("details", []), [])
        for wrong in IMPOSSIBLE:
            with self.subTest(method, wrong=wrong):
                fine, bad = make(good, good | wrong)
                self.assertTrue(fine["annotation"]["id"])
                self.assertEqual(bad["status"]["code"], INVALID_ARGUMENT)
        self.call(method, body={"annotations": [good | {"annotationSetId": "nobody"}]}, wanted=404)

    def found(self, *sets, **body):
        return self.walk("annotations.search", "annotations", 1000, body={"annotationSetIds": [*sets]} | body)

    def test_annotations_that_are_updated(self):
        method, pairs = "annotations.update", self.pairs()
        made = [[self.call("annotations.create", body=one) for one in pair] for pair in pairs]
        for pair in made:
            self.check_update("annotations", [one["id"] for one in pair], pair, (), MUTABLE, pair[0]["type"].lower())
        for path in ANNOTATION:
            with self.row(method, "body", path):
                base, other = made["variant" in path.split(".")]
                self.call(method, base["id"], base)
                value = OTHER[path] if path in OTHER else first_at(other, path)
                found = self.call(method, base["id"], changed(base, path, value))
                if path.split(".")[0] in MUTABLE:
                    self.assertNotEqual(first_at(found, path), first_at(base, path))
                    found = self.call(method, base["id"], base)
                self.assertEqual(found, base)
        updated = [[(self.call(method, a["id"], one), one) for a, one in zip(*both)] for both in zip(made, pairs)]
        self.check_messages(method, updated)
        self.check_wrong_members(method, pairs, made[0][0]["id"])

    def check_update(self, family, ids, made, fields, mutable, kind=None):
        """A PUT changes what can be changed, all of it unless a mask says what."""
        method = f"{family}.update"
        for field in fields:
            with self.row(method, "body", field):
                sent = made[0] | {field: made[1][field]}
                expected = sent if field in mutable else made[0]
                self.assertEqual(self.call(method, ids[0], sent), expected)
                self.assertEqual(self.call(f"{family}.get", ids[0]), expected)
                self.call(method, ids[0], made[0])
        if fields:
            self.check_wrong(method, ids[0])
        with self.row(method, "parameter", "annotationSetId" if family == "annotationsets" else "annotationId"):
            self.assertEqual([self.call(method, one, m)["id"] for one, m in zip(ids, made)], [*ids])
            self.call(method, "nobody", made[0], 404)
        with self.row(method, "parameter", "updateMask"):
            for field in {*mutable} & {kind, *MUTABLE_OF_SETS}:
                found = self.call(method, ids[0], made[1], updateMask=field)
                self.assertEqual(found, made[0] | {field: made[1][field]})
                self.call(method, ids[0], made[0])
            both = self.call(method, ids[0], made[1], updateMask="name,info")
            self.assertEqual(both, made[0] | {name: made[1][name] for name in ("name", "info")})
            self.call(method, ids[0], made[0])
            for mask in ("id", "name,id", "nobody", "name,", "type"):
                self.call(method, ids[0], made[1], 400, updateMask=mask)
            self.assertEqual(self.call(f"{family}.get", ids[0]), made[0])

    def test_annotations_that_are_searched(self):
        method, pairs = "annotations.search", self.pairs()
        made = [[(self.call("annotations.create", body=one), one) for one in pair] for pair in pairs]
        sets = [one["annotationSetId"] for one in pairs[0]]
        answers = [[(self.found(one["annotationSetId"])[0], one) for _, one in pair] for pair in made]
        self.check_messages(method, answers, "annotations.")
        first, second = (answer["id"] for answer, _ in made[0])  # 1:100-900 and 2:1000-2000
        for name, body, expected in (
            ("annotationSetIds", {"annotationSetIds": sets}, [first, second]),
            ("annotationSetIds", {"annotationSetIds": sets[1:]}, [second]),
            ("referenceId", {"referenceId": "alpha~genome~2"}, [second]), ("referenceName", {"referenceName": "1"}, [first]),
            ("start", {"referenceName": "1", "start": "899"}, [first]), ("start", {"referenceName": "1", "start": 900}, []),
            ("end", {"referenceName": "1", "end": 101}, [first]), ("end", {"referenceName": "1", "end": "100"}, []),
            ("end", {"referenceName": "1", "end": 0}, [first]),
            ("start", {"referenceName": "2", "start": 1500, "end": 1501}, [second]),
        ):
            with self.row(method, "body", name, sent=body):
                found = self.call(method, body={"annotationSetIds": sets} | body)["annotations"]
                self.assertEqual([one["id"] for one in found], expected)
        self.check_wrong(method, base={"annotationSetIds": sets, "referenceName": "1"})
        for wrong in ({"annotationSetIds": []}, {"start": 1}, {"end": 1}, {"referenceName": "1", "start": 9, "end": 5},
                      {"annotationSetIds": [sets[0], pairs[1][0]["annotationSetId"]]}):
            self.call(method, body={"annotationSetIds": sets} | wrong, wanted=400)
        self.call(method, body={"annotationSetIds": ["nobody"]}, wanted=404)
        with self.row(method, "field", "annotations"):
            self.assertEqual(len(self.found(*sets)), 2)
        with self.row(method, "field", "nextPageToken"):
            self.assertTrue(self.call(method, body={"annotationSetIds": sets, "pageSize": 1})["nextPageToken"])
            self.assertEqual(self.call(method, body={"annotationSetIds": sets})["nextPageToken"], "")
        for n in range(8):  # the same place many times over
            more = {"name": f"n{n % 2}", "start": str(100 - 10 * (n // 4))}
            self.call("annotations.create", body=pairs[0][0] | more)
        listed = self.found(*sets)
        places = [(one["referenceName"], int(one["start"])) for one in listed]
        self.assertEqual(places, sorted(places))
        self.check_pages(method, "annotations", {"annotationSetIds": sets}, {"annotationSetIds": sets[:1]})

    def check_pages(self, method, member, body, other):
        with self.row(method, "body", "pageSize"):
            whole = self.call(method, body=body)[member]
            self.assertGreater(len(whole), 1)
            for size in (1, 2, 1_000_000):
                self.assertEqual(self.walk(method, member, size, body=body), whole)
            self.assertEqual(self.call(method, body=body | {"pageSize": "1"})[member], whole[:1])
            self.assertEqual(self.call(method, body=body | {"pageSize": 0})[member], whole)
            self.call(method, body=body | {"pageSize": -1}, wanted=400)
        with self.row(method, "body", "pageToken"):
            token = self.call(method, body=body | {"pageSize": 1})["nextPageToken"]
            self.assertEqual(self.call(method, body=body | {"pageToken": token})[member], whole[1:])
            for bad in ("x", token[:-1]):
                self.call(method, body=body | {"pageToken": bad}, wanted=400)
            self.call(method, body=other | {"pageToken": token}, wanted=400)


class contract_annotations_as_a_whole(unittest.TestCase):
    @with_document
    def test_every_row_of_the_document_is_here(self):
        self.assertEqual(rows_of(ANNOTATION_METHODS), set(Discovery().rows(ANNOTATION_METHODS)))

    @with_document
    def test_every_method_of_the_document_is_here(self):
        document = Discovery()
        theirs = {name: document.spelled(name) for name in document.methods if name.startswith("annotation")}
        self.assertEqual({name: spelled for name, (spelled, *_) in ANNOTATION_METHODS.items()}, theirs)

    def test_counts(self):
        counts = {kind: sum(1 for row in rows_of(ANNOTATION_METHODS) if row[1] == kind) for kind in KINDS}
        self.assertEqual(counts, {"parameter": 8, "body": 128, "field": 203})
        self.assertEqual(len(METHODS) + len(ANNOTATION_METHODS), 28)


if __name__ == "__main__":
    unittest.main()
