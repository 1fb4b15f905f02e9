"""Annotations of Google Genomics v1: every rule, and whose they are."""

import signal
import unittest

import support
from annotated import Annotations, short_fasta
from support import run


class rules(Annotations):
    def setUp(self):
        super().setUp()
        self.start()
        self.sets = {name: self.new_set(name) for name in ("GENERIC", "VARIANT", "GENE", "TRANSCRIPT")}

    def annotation(self, **members):
        kind = members.pop("of", "GENERIC")
        return {"annotationSetId": self.sets[kind], "referenceName": "chr1", "start": 10, "end": "20"} | members

    def spliced(self, exons, coding=None, **members):
        body = {"exons": exons} | ({"codingSequence": coding} if coding else {})
        return self.annotation(of="TRANSCRIPT", transcript=body, **members)

    def test_what_is_absent_is_shown_with_its_default(self):
        a = self.ok("POST", "/v1/annotations", {"annotationSetId": self.sets["GENERIC"], "referenceName": "chr1"})
        number = a.pop("id")
        self.assertRegex(number, self.sets["GENERIC"] + r"-\d+$")
        self.assertEqual(a, {
            "annotationSetId": self.sets["GENERIC"], "name": "", "referenceId": "main~ref~chr1",
            "referenceName": "chr1", "start": "0", "end": "0", "reverseStrand": False, "type": "GENERIC", "info": {},
        })
        a = self.ok("POST", "/v1/annotations", self.annotation(of="VARIANT", variant={"conditions": [{"externalIds": [{}]}]}))
        self.assertEqual(a["variant"], {
            "type": "TYPE_UNSPECIFIED", "effect": "EFFECT_UNSPECIFIED", "alternateBases": "", "geneId": "",
            "transcriptIds": [], "clinicalSignificance": "CLINICAL_SIGNIFICANCE_UNSPECIFIED",
            "conditions": [{"names": [], "conceptId": "", "omimId": "", "externalIds": [{"sourceName": "", "id": ""}]}],
        })
        self.assertEqual(self.ok("GET", f"/v1/annotations/{a['id']}"), a)
        body = self.spliced([{"start": "10", "end": 12, "frame": 0}, {"start": 12, "end": 20}], {"start": 10, "end": 12})
        a = self.ok("POST", "/v1/annotations", body | {"reverseStrand": True, "name": 'ä"\\', "info": {"k": ["v", 1, [None]]}})
        self.assertEqual(a["transcript"], {
            "geneId": "", "exons": [{"start": "10", "end": "12", "frame": 0}, {"start": "12", "end": "20"}],
            "codingSequence": {"start": "10", "end": "12"},
        })
        self.assertEqual((a["name"], a["info"], a["reverseStrand"]), ('ä"\\', {"k": ["v", 1, [None]]}, True))
        one = self.ok("POST", "/v1/annotationsets", {"datasetId": "main", "referenceSetId": "main~ref"})
        self.assertEqual(one, {
            "id": one["id"], "datasetId": "main", "referenceSetId": "main~ref", "name": "", "sourceUri": "",
            "type": "GENERIC", "info": {},
        })

    def annotation_rules(self):
        """(what, annotation, part of the message): refused as one and as an entry of a batch."""
        a, t = self.annotation, self.spliced
        exons = [{"start": 10, "end": 20}, {"start": 30, "end": 40}]
        framed = lambda *frames: [e | ({"frame": f} if f is not None else {}) for e, f in zip(exons, frames)]
        all_coding = {"start": 12, "end": 35}
        return [
            ("no reference", a(referenceName=""), "referenceName or referenceId is required"),
            ("unknown name", a(referenceName="chr9"), "no reference 'chr9'"),
            ("unknown id", a(referenceName="", referenceId="main~ref~chr9"), "referenceId is not of"),
            ("id of another set", a(referenceName="", referenceId="main~other~chr1"), "referenceId is not of"),
            ("name and id differ", a(referenceId="main~ref~chr2"), "not of the same reference"),
            ("negative start", a(start=-1), "0 <= start <= end"),
            ("end before start", a(start=21), "0 <= start <= end"),
            ("behind the reference", a(end=100_001), "has 100000 bases"),
            ("too long", a(start=0, end=100_000_001), "100,000,000"),
            ("type of another set", a(type="GENE"), "type must be that of the annotation set"),
            ("unknown type", a(type="EXON"), "type cannot be 'EXON'"),
            ("type in lower case", a(type="generic"), "type cannot be"),
            ("variant of a gene", a(of="GENE", variant={}), "only annotations of type VARIANT"),
            ("transcript of a variant", a(of="VARIANT", transcript={}), "only annotations of type TRANSCRIPT"),
            ("variant and transcript", a(of="VARIANT", variant={}, transcript={}), "not both"),
            ("unknown variant type", a(of="VARIANT", variant={"type": "SNV"}), "type cannot be 'SNV'"),
            ("unknown effect", a(of="VARIANT", variant={"effect": "X"}), "effect cannot be"),
            ("unknown significance", a(of="VARIANT", variant={"clinicalSignificance": "BAD"}), "clinicalSignificance"),
            ("unknown field", a(strand="+"), "no field 'strand'"),
            ("unknown field of variant", a(of="VARIANT", variant={"snp": 1}), "no field 'variant.snp'"),
            ("unknown field of condition", a(of="VARIANT", variant={"conditions": [{"x": 1}]}), "conditions[0].x"),
            ("unknown field of exon", t([{"start": 1, "end": 2, "phase": 0}]), "exons[0].phase"),
            ("exon without start", t([{"end": 2}]), "start and end"),
            ("exon without end", t([{"start": 2}]), "start and end"),
            ("empty exon", t([{"start": 2, "end": 2}]), "an exon must have"),
            ("exon behind the reference", t([{"start": 2, "end": 100_001}]), "behind the end of the reference"),
            ("exons not in order", t(exons[::-1]), "in order"),
            ("exons overlap", t([{"start": 10, "end": 20}, {"start": 19, "end": 30}]), "overlap"),
            ("coding begins outside", t(exons, {"start": 9, "end": 35}), "within the exons"),
            ("coding begins in an intron", t(exons, {"start": 25, "end": 35}), "within the exons"),
            ("coding ends outside", t(exons, {"start": 10, "end": 41}), "within the exons"),
            ("coding ends in an intron", t(exons, {"start": 10, "end": 30}), "within the exons"),
            ("coding without end", t(exons, {"start": 10}), "start and end"),
            ("empty coding", t([], {"start": 10, "end": 10}), "codingSequence must have"),
            ("coding behind the reference", t([], {"start": 10, "end": 100_001}), "behind the end"),
            ("frame 3", t(framed(3, 0), all_coding), "0, 1 or 2"),
            ("frame -1", t(framed(-1, 0), all_coding), "0, 1 or 2"),
            ("frame for one of two", t(framed(0, None), all_coding), "all or none"),
            ("frame of an exon that codes nothing", t(framed(0, 0), {"start": 12, "end": 15}), "reach into"),
            ("frame without coding", t(framed(0, 0)), "reach into"),
            ("info is no object", a(info=[]), "info must be an object"),
            ("info value is no array", a(info={"k": "v"}), "info.k must be an array"),
            ("start is no number", a(start="x"), "start must be a whole number"),
            ("start is a fraction", a(start=1.5), "start must be a whole number"),
            ("start beyond 64 bits", a(start="9223372036854775808"), "start must be a whole number"),
            ("name is no text", a(name=1), "name must be a text"),
            ("strand is no boolean", a(reverseStrand="true"), "reverseStrand must be"),
            ("too large", a(info={"k": ["x" * (1 << 20)]}), "1 MiB"),
        ]

    def test_every_rule_of_an_annotation(self):
        rows = self.annotation_rules()
        print(f"rules of an annotation: {len(rows)}")
        for what, body, part in rows:
            with self.subTest(what):
                self.assertIn(part, self.refused(400, "POST", "/v1/annotations", body))
                fine = {"annotationSetId": body["annotationSetId"], "referenceName": "chr1", "end": 1}
                entries = self.batch([fine, body, fine])
                self.assertEqual([e["status"]["code"] for e in entries], [0, 3, 0])
                self.assertIn(part, entries[1]["status"]["message"])
                self.assertNotIn("annotation", entries[1])
        for kind, identity in self.sets.items():
            times = sum(body["annotationSetId"] == identity for _, body, _ in rows)
            self.assertEqual(len(self.walk(2048, annotationSetIds=[identity])), 2 * times, kind)

    def test_what_is_allowed(self):
        a, t = self.annotation, self.spliced
        exons = [{"start": 10, "end": 20, "frame": 1}, {"start": 20, "end": 40, "frame": 2}, {"start": 50, "end": 60}]
        rows = [
            a(id="ignored"), a(referenceId="main~ref~chr1"), a(referenceName="", referenceId="main~ref~chr1"),
            a(type="GENERIC"), a(type="ANNOTATION_TYPE_UNSPECIFIED"), a(start=100_000, end=100_000), a(end=100_000),
            a(start=None, end=1e3), a(of="VARIANT"), a(of="TRANSCRIPT"), t([]), t([], {"start": 1, "end": 2}),
            t(exons, {"start": 10, "end": 40}), t(exons, {"start": 15, "end": 21}), a(of="GENE", variant=None),
        ]
        for entry in rows:
            self.ok("POST", "/v1/annotations", entry)

    def test_every_rule_of_a_set(self):
        one = {"datasetId": "main", "referenceSetId": "main~ref"}
        rows = [
            ("no data set", {"referenceSetId": "main~ref"}, 400, "datasetId is required"),
            ("empty data set", one | {"datasetId": ""}, 400, "datasetId is required"),
            ("no reference set", {"datasetId": "main"}, 400, "referenceSetId is required"),
            ("unknown data set", one | {"datasetId": "x"}, 404, "no data set"),
            ("unknown reference set", one | {"referenceSetId": "main~x"}, 404, "no reference set"),
            ("unknown type", one | {"type": "EXON"}, 400, "type cannot be"),
            ("unknown field", one | {"description": ""}, 400, "no field 'description'"),
            ("info value is no array", one | {"info": {"a": {}}}, 400, "info.a"),
            ("name is no text", one | {"name": 1}, 400, "name must be a text"),
            ("too large", one | {"name": "x" * (1 << 20)}, 400, "1 MiB"),
            ("no body", None, 400, "datasetId is required"), ("no JSON", "{", 400, "JSON"), ("array", "[]", 400, "object"),
        ]
        for what, body, status, part in rows:
            with self.subTest(what):
                self.assertIn(part, self.refused(status, "POST", "/v1/annotationsets", body))

    def test_every_rule_of_a_batch(self):
        a = self.annotation()
        other = self.annotation(of="GENE")
        unknown = a | {"annotationSetId": "00000000-0000-4000-8000-000000000000"}
        nameless = {"referenceName": "chr1"}
        rows = [
            ("nothing", {}, 400, "annotations is required"), ("empty", {"annotations": []}, 400, "annotations is required"),
            ("too many", {"annotations": [a] * 4097}, 400, "4096"),
            ("two sets", {"annotations": [a, other]}, 400, "same annotation set"),
            ("unknown set", {"annotations": [unknown]}, 404, "no annotation set"),
            ("no set", {"annotations": [nameless]}, 400, "annotationSetId is required"),
            ("unknown field", {"annotations": [a], "atomic": True}, 400, "no field 'atomic'"),
            ("no objects", {"annotations": [1]}, 400, "annotations[0]"),
            ("no array", {"annotations": a}, 400, "annotations must be"),
            ("long requestId", {"annotations": [a], "requestId": "x" * 1025}, 400, "1024"),
            ("requestId is no text", {"annotations": [a], "requestId": 1}, 400, "requestId"),
            ("member twice", '{"annotations":[{"name":"a","name":"b"}]}', 400, "twice"),
            ("array twice", '{"annotations":[{}],"annotations":[{}]}', 400, "twice"),
            ("trailing comma", '{"annotations":[{},]}', 400, "annotations[1]"), ("cut short", '{"annotations":[{}', 400, "JSON"),
            ("no UTF-8", b'{"annotations":[{"name":"\xff"}]}', 400, "UTF-8"),
        ]
        for what, body, status, part in rows:
            with self.subTest(what):
                self.assertIn(part, self.refused(status, "POST", "/v1/annotations:batchCreate", body))
        self.assertEqual(self.walk(annotationSetIds=[self.sets["GENERIC"]]), [], "nothing was created")
        entries = self.batch([a, nameless])
        self.assertEqual([e["status"]["code"] for e in entries], [0, 3])
        entries = self.batch([a | {"start": i, "end": i + 1} for i in range(4096)])
        self.assertEqual([e["annotation"]["start"] for e in entries], [str(i) for i in range(4096)])
        self.assertEqual(len({e["annotation"]["id"] for e in entries}), 4096)

    def test_a_large_batch(self):
        text = "x" * 7_900
        entries = self.batch([self.annotation(info={"k": [text]}) for _ in range(4096)])
        self.assertEqual({e["annotation"]["info"]["k"][0] for e in entries}, {text})
        if not support.SANITIZED:  # which keeps what was freed
            self.assertLess(self.server.memory_kib("VmHWM"), 400 * 1024)
        self.assertEqual(len(self.walk(2048, annotationSetIds=[self.sets["GENERIC"]])), 4096)

    def test_a_request_is_answered_once(self):
        target = "/v1/annotations:batchCreate"
        body = {"annotations": [self.annotation(), self.annotation(start=-1)], "requestId": "worker 1"}
        first = self.ok("POST", target, body)
        self.assertEqual([e["status"]["code"] for e in first["entries"]], [0, 3])
        self.assertEqual(self.ok("POST", target, body), first)
        self.assertIn("requestId was used", self.refused(400, "POST", target, body | {"annotations": [self.annotation()]}))
        narrow = self.ok("POST", target + "?fields=entries(annotation/id)", body)
        self.assertEqual(narrow, {"entries": [{"annotation": {"id": first["entries"][0]["annotation"]["id"]}}, {}]})
        self.assertEqual(self.ok("POST", target + "?fields=nothing", body), {})
        self.assertEqual(len(self.walk(annotationSetIds=[self.sets["GENERIC"]])), 1)
        other = {"annotations": [self.annotation(of="GENE")], "requestId": "worker 1"}
        self.ok("POST", target, other)  # ids are the client's, within one set
        self.ok("DELETE", f"/v1/annotationsets/{self.sets['GENERIC']}")
        self.refused(404, "POST", target, body)

    def test_a_wrong_mask_changes_nothing(self):
        for target, body in (
            ("/v1/annotations", self.annotation()), ("/v1/annotations:batchCreate", {"annotations": [self.annotation()]}),
        ):
            self.refused(400, "POST", target + "?fields=a(", body)
            self.refused(400, "POST", target + "?alt=proto", body)
        self.assertEqual(self.walk(annotationSetIds=[self.sets["GENERIC"]]), [])

    def test_sets_are_changed_within_the_mask(self):
        one = self.ok("POST", "/v1/annotationsets", {
            "datasetId": "main", "referenceSetId": "main~ref", "name": "n", "sourceUri": "u", "info": {"i": ["1"]},
        })
        target = f"/v1/annotationsets/{one['id']}"
        body = {"name": "N", "sourceUri": "U", "info": {"I": ["2"]}, "datasetId": "ignored", "type": "GENE"}
        after = one | {"sourceUri": "U"}
        self.assertEqual(self.ok("PUT", target + "?updateMask=source_uri", body), after)
        after["info"] = body["info"]
        self.assertEqual(self.ok("PUT", target + "?updateMask=sourceUri,info", body), after)
        after["name"] = "N"
        self.assertEqual(self.ok("PUT", target, body), after)
        self.assertEqual(self.ok("GET", target), after)
        self.assertEqual(self.ok("PUT", target, {}), after | {"name": "", "sourceUri": "", "info": {}})
        for mask in ("datasetId", "id", "type", "reference_set_id", "name,,info"):
            self.assertIn("updateMask", self.refused(400, "PUT", f"{target}?updateMask={mask}", body))
        self.assertEqual(self.ok("DELETE", target), {})
        for method, more in (("GET", None), ("PUT", {}), ("DELETE", None)):
            self.refused(404, method, target, more)

    def test_annotations_are_changed_within_the_mask(self):
        exons = [{"start": "10", "end": "20"}]
        one = self.ok("POST", "/v1/annotations", self.spliced(exons, name="n", info={"i": ["1"]}))
        target = f"/v1/annotations/{one['id']}"
        body = {"name": "N", "transcript": {"geneId": "g"}, "info": {}, "start": 5, "referenceName": "chr2"}
        self.assertEqual(self.ok("PUT", target + "?updateMask=name", body), one | {"name": "N"})
        after = one | {"name": "N", "transcript": {"geneId": "g", "exons": []}}
        self.assertEqual(self.ok("PUT", target + "?updateMask=transcript", body), after)
        self.assertEqual(self.ok("PUT", target, body), after | {"info": {}})
        bare = self.ok("PUT", target, {"name": "b"})
        self.assertNotIn("transcript", bare)
        self.assertEqual((bare["name"], bare["start"]), ("b", "10"))
        for mask in ("start", "type", "reverse_strand", "id"):
            self.refused(400, "PUT", f"{target}?updateMask={mask}", body)
        self.assertIn("only annotations of type VARIANT", self.refused(400, "PUT", target, {"variant": {}}))
        self.assertIn("overlap", self.refused(400, "PUT", target, {"transcript": {"exons": exons * 2}}))
        self.assertIn("behind the end", self.refused(400, "PUT", target, {"transcript": {"exons": [{"start": 1, "end": 10**6}]}}))
        self.ok("PUT", target + "?updateMask=name", {"variant": {}})  # not asked for
        self.assertEqual(self.ok("DELETE", target), {})
        for method, more in (("GET", None), ("PUT", {}), ("DELETE", None)):
            self.refused(404, method, target, more)
        for name in ("x", "x-1", "-1", one["id"] + "0", one["id"].replace("-", "-0"), self.sets["GENE"] + "-1"):
            self.refused(404, "GET", f"/v1/annotations/{name}")

    def test_every_rule_of_a_search(self):
        target = "/v1/annotations/search"
        ids = {"annotationSetIds": [self.sets["GENERIC"]]}
        rows = [
            ("no sets", {}, 400, "annotationSetIds is required"), ("empty sets", {"annotationSetIds": []}, 400, "is required"),
            ("unknown set", {"annotationSetIds": ["x"]}, 404, "no annotation set with the id 'x'"),
            ("two types", {"annotationSetIds": [self.sets["GENE"], self.sets["VARIANT"]]}, 400, "same type"),
            ("id and name", ids | {"referenceId": "main~ref~chr1", "referenceName": "chr1"}, 400, "not both"),
            ("start alone", ids | {"start": 1}, 400, "need referenceId or referenceName"),
            ("end alone", ids | {"end": 1}, 400, "need referenceId or referenceName"),
            ("negative start", ids | {"referenceName": "chr1", "start": -1}, 400, "negative"),
            ("negative end", ids | {"referenceName": "chr1", "end": -1}, 400, "negative"),
            ("start at the end", ids | {"referenceName": "chr1", "start": 5, "end": 5}, 400, "before end"),
            ("unknown reference id", ids | {"referenceId": "main~ref~x"}, 404, "no reference with this id"),
            ("negative size", ids | {"pageSize": -1}, 400, "pageSize"), ("wrong token", ids | {"pageToken": "x"}, 400, "pageToken"),
            ("unknown field", ids | {"strand": 1}, 400, "no field"),
            ("too many sets", {"annotationSetIds": [str(i) for i in range(101)]}, 400, "100"),
        ]
        for what, body, status, part in rows:
            with self.subTest(what):
                self.assertIn(part, self.refused(status, "POST", target, body))
        self.batch([self.annotation(start=i, end=i + 5) for i in range(300)])
        self.assertEqual(self.walk(**ids, referenceName="chr9"), [], "as a search of variants: no such name, nothing")
        self.assertEqual(len(self.walk(**ids, referenceId="main~ref~chr1", start="100", end=101)), 5)
        page = self.ok("POST", target, ids)
        self.assertEqual(len(page["annotations"]), 256)
        self.refused(400, "POST", target, ids | {"referenceName": "chr1", "pageToken": page["nextPageToken"]})
        more = self.ok("POST", target, ids | {"pageToken": page["nextPageToken"], "pageSize": 99999})
        self.assertEqual((len(more["annotations"]), more["nextPageToken"]), (44, ""))
        narrow = self.ok("POST", target + "?fields=nextPageToken,annotations(id,start)", ids | {"pageSize": 1})
        self.assertEqual(set(narrow["annotations"][0]), {"id", "start"})
        self.assertTrue(narrow["nextPageToken"])
        self.assertEqual(self.ok("POST", target + "?fields=nextPageToken", ids), {"nextPageToken": page["nextPageToken"]})

    def test_sets_are_searched(self):
        target = "/v1/annotationsets/search"
        for i in range(5):
            self.new_set("GENE", name=f"RefSeq {i}")
        names, token = [], ""
        while True:
            body = {"datasetIds": ["main"], "name": "refseq", "types": ["GENE"], "pageSize": 2, "pageToken": token}
            page = self.ok("POST", target, body)
            names += [s["name"] for s in page["annotationSets"]]
            token = page["nextPageToken"]
            if not token:
                break
        self.assertEqual(names, [f"RefSeq {i}" for i in range(5)])
        both = self.ok("POST", target, {"datasetIds": ["main"], "types": ["VARIANT", "TRANSCRIPT"]})["annotationSets"]
        self.assertEqual([s["type"] for s in both], ["VARIANT", "TRANSCRIPT"])
        self.assertEqual(self.ok("POST", target, {"datasetIds": ["main"], "referenceSetId": "x"})["annotationSets"], [])
        self.refused(400, "POST", target, {})
        self.refused(404, "POST", target, {"datasetIds": ["main", "x"]})
        self.refused(400, "POST", target, {"datasetIds": ["main"], "types": ["X"]})

    def test_a_reference_set_that_went_away(self):
        one = self.ok("POST", "/v1/annotations", self.annotation(of="TRANSCRIPT"))
        (self.folder / "ref.fa").unlink()
        (self.folder / "other.fa").write_text(">1\nAC\n")
        self.server.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.ask("GET", "/v1/referencesets/main~ref")[0] == 404)
        self.assertIn("not served any more", self.refused(400, "POST", "/v1/annotations", self.annotation()))
        self.refused(400, "POST", "/v1/annotations:batchCreate", {"annotations": [self.annotation()]})
        self.assertEqual(self.walk(annotationSetIds=[self.sets["TRANSCRIPT"]], referenceName="chr1"), [one])
        self.ok("PUT", f"/v1/annotations/{one['id']}?updateMask=name", {"name": "n"})
        self.refused(400, "PUT", f"/v1/annotations/{one['id']}", {"transcript": {}})


class rights(Annotations):
    def test_tokens_for_one_data_set(self):
        for name in ("alpha", "beta"):
            short_fasta(self.folder / name / "ref.fa", {"1": 100})
        state = self.folder.parent / "state"
        add = lambda *options: run(support.PROGRAM, "token", "add", *options, "--state", state).decode().strip()
        alpha, beta = (add(n, "--dataset", n, "--scope", "write") for n in ("alpha", "beta"))
        reader = add("reader", "--dataset", "alpha")
        self.start("--auth", "all", state=state, wait=False)
        one = {"datasetId": "alpha", "referenceSetId": "alpha~ref"}
        self.wait_for(lambda: self.ask("GET", "/v1/references/alpha~ref~1", token=alpha)[0] == 200)
        created = self.ok("POST", "/v1/annotationsets", one, alpha)["id"]
        a = {"annotationSetId": created, "referenceName": "1", "end": 5}
        known = self.ok("POST", "/v1/annotations", a, alpha)
        target, place = f"/v1/annotationsets/{created}", f"/v1/annotations/{known['id']}"
        ids = {"annotationSetIds": [created]}
        for method, path, body in (
            ("POST", "/v1/annotationsets", one), ("GET", target, None), ("PUT", target, {}), ("DELETE", target, None),
            ("POST", "/v1/annotationsets/search", {"datasetIds": ["alpha"]}), ("POST", "/v1/annotations", a),
            ("POST", "/v1/annotations:batchCreate", {"annotations": [a]}), ("GET", place, None), ("PUT", place, {}),
            ("DELETE", place, None), ("POST", "/v1/annotations/search", ids),
        ):
            with self.subTest(method=method, path=path):
                self.refused(404, method, path, body, beta)
                self.refused(401, method, path, body)
                reads = method == "GET" or path.endswith("/search")
                if reads:
                    self.ok(method, path, body, reader)
                else:
                    self.refused(403, method, path, body, reader)
        own = {"datasetId": "beta", "referenceSetId": "alpha~ref"}
        self.assertIn("no reference set", self.refused(404, "POST", "/v1/annotationsets", own, beta))
        self.assertEqual(self.ok("POST", "/v1/annotations/search", ids, alpha)["annotations"], [known])


if __name__ == "__main__":
    unittest.main()
