"""What clients of Google Genomics v1 change shows in every dialect at once, survives a restart, and never
touches a file."""

import contextlib
import hashlib
import sqlite3
import time
import unittest

import support
from genomics import HOMES, GenomicsTest, call_set, data_set, read_group_set, serves_annotations
from support import calls_path, run

WEEK = 7 * 24 * 3600
SYNC = {"Prefer": "respond-sync"}


class SetsTest(GenomicsTest):
    # What both dialects say

    def brapi(self, entity, **parameters):
        return self.server.get(f"/brapi/v2/{entity}", **parameters)["result"]["data"]

    def call_set_names(self):
        """{id: name} in BrAPI's order."""
        return {one["callSetDbId"]: one["callSetName"] for one in self.brapi("callsets")}

    def found_names(self, **body):
        _, answer = self.server.post("/brapi/v2/search/callsets", body, SYNC)
        return [one["callSetName"] for one in answer["result"]["data"]]

    def listed(self, method, member, body):
        return self.call(method, body=body)[member]

    def everything(self):
        """All that either dialect says of both data sets; of one that is not there, that it is not."""
        said = {}
        for entity in ("callsets", "samples", "germplasm", "studies", "references", "referencesets"):
            said[entity] = [{**one, "updated": None} for one in self.brapi(entity)]
        for home in HOMES:
            for method, one in (
                ("datasets.get", home), ("callsets.get", call_set(home)["id"]), ("referencesets.get", f"{home}~genome"),
                ("readgroupsets.get", f"{home}~{home}-reads"), ("references.get", f"{home}~genome~1"),
                ("variantsets.get", f"{home}~chip"), ("readgroupsets.coveragebuckets.list", f"{home}~{home}-reads"),
            ):
                verb, target = self.target(method, one)
                said[target] = self.send(verb, target)
            for method, body in (
                ("callsets.search", {"variantSetIds": [f"{home}~chip"]}),
                ("readgroupsets.search", {"datasetIds": [home]}), ("variantsets.search", {"datasetIds": [home]}),
                ("references.search", {"referenceSetId": f"{home}~genome"}),
            ):
                verb, target = self.target(method)
                said[home, target] = self.send(verb, target, body)
            status, _, calls = self.server.request(calls_path(call_set(home)["id"]))
            said[home, "calls"] = (status, calls if status == 200 else None)
            said[home, "list"] = self.call("datasets.list", projectId=data_set(home)["projectId"])
        return said

    def now_and_after_a_restart(self):
        yield "now"
        self.restart()
        yield "after a restart"

    def age(self, data_set_id, seconds):
        """As if it had been deleted so long ago; the server must not run."""
        with contextlib.closing(sqlite3.connect(self.state / "store.db")) as store, store:
            changed = store.execute(
                "UPDATE overlays SET hidden_s = ? WHERE kind = 'dataset' AND id = ?",
                (int(time.time()) - seconds, data_set_id),
            )
            self.assertEqual(changed.rowcount, 1)

    def files(self):
        return {
            path.relative_to(self.folder): hashlib.md5(path.read_bytes()).hexdigest()
            for path in sorted(self.folder.rglob("*")) if path.is_file()
        }


class data_sets(SetsTest):
    def test_a_created_one_is_there_and_empty(self):
        made = self.call("datasets.create", body={"name": "Mine", "projectId": "p1"})
        for when in self.now_and_after_a_restart():
            with self.subTest(when):
                self.assertEqual(self.call("datasets.get", made["id"]), made)
                self.assertEqual(self.call("datasets.list", projectId="p1")["datasets"], [data_set("alpha"), made])
                for member in ("readGroupSets", "variantSets"):
                    self.assertEqual(self.listed(f"{member.lower()}.search", member, {"datasetIds": [made["id"]]}), [])

    def test_a_new_name_is_kept(self):
        made = self.call("datasets.create", body={"name": "Mine", "projectId": "p1"})
        for one in (made["id"], "alpha"):
            self.assertEqual(self.call("datasets.patch", one, {"name": "Ours", "projectId": "p2"})["name"], "Ours")
        for when in self.now_and_after_a_restart():
            with self.subTest(when):
                listed = self.call("datasets.list", projectId="p1")["datasets"]
                self.assertEqual(listed, [data_set("alpha") | {"name": "Ours"}, made | {"name": "Ours"}])

    def test_a_deleted_one_hides_all_of_it_and_comes_back_exactly(self):
        files, before = self.files(), self.everything()
        self.call("callsets.create", body={"variantSetIds": ["alpha~chip"], "name": "Mine"})
        self.call("callsets.patch", "alpha~chip~A1x0", {"name": "Renamed"})
        self.call("readgroupsets.patch", "alpha~alpha-reads", {"name": "Renamed"})
        changed = self.everything()
        self.assertNotEqual(changed, before)
        self.call("datasets.delete", "alpha")
        for when in self.now_and_after_a_restart():
            with self.subTest(when):
                hidden = self.everything()
                for key, value in hidden.items():
                    if "alpha" not in str(key):
                        self.assertNotIn("alpha", str(value), key)
                    elif key != ("alpha", "list"):
                        status, answer = value
                        self.assertTrue(status == 404 or not any(answer.values()), (key, value))
                self.assertEqual(hidden["alpha", "list"]["datasets"], [])
                self.assertEqual({c.split("~")[0] for c in self.call_set_names()}, {"beta"})
                beta = {k: v for k, v in hidden.items() if "beta" in str(k)}
                self.assertEqual(beta, {k: v for k, v in changed.items() if "beta" in str(k)})
        self.assertEqual(self.call("datasets.undelete", "alpha"), data_set("alpha"))
        for when in self.now_and_after_a_restart():
            with self.subTest(when):
                self.assertEqual(self.everything(), changed)
        self.assertEqual(self.files(), files)

    def test_a_week_after_it_was_deleted(self):
        made = self.call("datasets.create", body={"name": "Mine", "projectId": "p1"})["id"]
        for one in (made, "alpha"):
            self.call("datasets.delete", one)
        self.server.stop()
        for one in (made, "alpha"):
            self.age(one, WEEK - 60)
        self.serve()
        for one in (made, "alpha"):
            with self.subTest("in time", one=one):
                self.assertEqual(self.call("datasets.undelete", one)["id"], one)
                self.call("datasets.delete", one)
        self.server.stop()
        for one in (made, "alpha"):
            self.age(one, WEEK)
        self.serve()
        with self.subTest("a created one is gone"):
            self.assertNotIn(made, self.tables())
            self.call("datasets.undelete", made, wanted=404)
        with self.subTest("the files of one stay hidden"):
            error = self.call("datasets.undelete", "alpha", wanted=400)["error"]
            self.assertEqual(error["status"], "FAILED_PRECONDITION")
            self.call("datasets.get", "alpha", wanted=404)
            self.assertTrue((self.folder / "alpha" / "chip.vcf.gz").exists())
        run(support.PROGRAM, "store", "restore-dataset", "alpha", "--state", self.state)
        self.restart()
        self.assertEqual(self.call("datasets.get", "alpha"), data_set("alpha"))

    def tables(self):
        with contextlib.closing(sqlite3.connect(self.state / "store.db")) as store:
            names = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return repr([store.execute(f'SELECT * FROM "{name}"').fetchall() for name in names])

    def test_annotations_go_and_come_with_their_data_set(self):
        if not serves_annotations(self.server):
            self.skipTest("the server knows no paths of annotations yet")
        created = self.call("datasets.create", body={"name": "Mine", "projectId": "p1"})["id"]
        kept = {}
        for home in (created, "alpha"):
            of_set = {"datasetId": home, "referenceSetId": "alpha~genome", "type": "GENE", "name": home}
            made = self.call("annotationsets.create", body=of_set)
            one = {"annotationSetId": made["id"], "referenceName": "1", "start": "1", "end": "9"}
            kept[home] = made, self.call("annotations.create", body=one)
        for home, (made, one) in kept.items():
            self.call("datasets.delete", home)
            for when in self.now_and_after_a_restart():
                with self.subTest(when, home=home):
                    self.call("annotationsets.get", made["id"], wanted=404)
                    self.call("annotations.get", one["id"], wanted=404)
                    self.call("annotations.search", body={"annotationSetIds": [made["id"]]}, wanted=404)
            self.call("datasets.undelete", home)
            for when in self.now_and_after_a_restart():
                with self.subTest(when, home=home):
                    self.assertEqual(self.call("annotationsets.get", made["id"]), made)
                    found = self.call("annotations.search", body={"annotationSetIds": [made["id"]]})["annotations"]
                    self.assertEqual(found, [one])
            self.call("datasets.delete", home)
        self.server.stop()
        for home in kept:
            self.age(home, WEEK)
        self.serve()
        self.assertNotIn(kept[created][0]["id"], self.tables())
        self.assertIn(kept["alpha"][0]["id"], self.tables())  # it comes back with its files

    def test_one_that_is_deleted_twice_or_never_was(self):
        self.call("datasets.delete", "nobody", wanted=404)
        self.call("datasets.undelete", "nobody", wanted=404)
        self.call("datasets.delete", "beta")
        for method in ("datasets.delete", "datasets.get"):
            self.call(method, "beta", wanted=404)
        self.call("datasets.patch", "beta", {"name": "x"}, 404)
        self.call("callsets.search", body={"variantSetIds": ["beta~chip"]}, wanted=404)
        self.call("readgroupsets.search", body={"datasetIds": ["beta"]}, wanted=404)
        self.call("callsets.create", body={"variantSetIds": ["beta~chip"], "name": "x"}, wanted=404)
        self.call("readgroupsets.export", "beta~beta-reads", {"projectId": "p", "exportUri": "file:x"}, 404)


class unanswerable(SetsTest):
    def test_what_cannot_be_answered_as_it_is_asked_for_changes_nothing(self):
        [home, *_] = HOMES
        before = self.everything()
        one = call_set(home)["id"]
        writes = [
            ("datasets.create", None, {"name": "n", "projectId": "p"}), ("datasets.patch", home, {"name": "n"}),
            ("datasets.delete", home, None), ("callsets.patch", one, {"name": "n"}), ("callsets.delete", one, None),
            ("callsets.create", None, {"name": "n", "variantSetIds": [f"{home}~chip"]}),
            ("readgroupsets.patch", read_group_set(home)["id"], {"name": "n"}),
            ("readgroupsets.delete", read_group_set(home)["id"], None),
            ("readgroupsets.export", read_group_set(home)["id"], {"projectId": "p", "exportUri": "file:a.bam"}),
        ]
        for name, place, body in writes:
            for bad in ({"fields": "a(b"}, {"alt": "media"}):
                with self.subTest(name, **bad):
                    self.call(name, place, body, 400, **bad)
        self.assertEqual(self.everything(), before)
        self.assertEqual(self.call("operations.list", filter="projectId = p")["operations"], [])
        self.assertEqual(self.call("datasets.list", projectId="p")["datasets"], [])


class call_sets(SetsTest):
    ONE, OTHER = "alpha~chip~A1x1", "alpha~chip~A1x2"

    def test_a_new_name_shows_everywhere(self):
        self.call("callsets.patch", self.ONE, {"name": "Renamed"})
        for when in self.now_and_after_a_restart():
            with self.subTest(when):
                self.assertEqual(self.call_set_names()[self.ONE], "Renamed")
                self.assertEqual(self.server.get(f"/brapi/v2/callsets/{self.ONE}")["result"]["callSetName"], "Renamed")
                self.assertEqual([c["callSetDbId"] for c in self.brapi("callsets", callSetName="Renamed")], [self.ONE])
                self.assertEqual(self.found_names(callSetNames=["Renamed", "A1x1"]), ["Renamed"])
                calls = self.server.get(calls_path(self.ONE))["result"]["data"]
                self.assertEqual({(c["callSetDbId"], c["callSetName"]) for c in calls}, {(self.ONE, "Renamed")})
                lines = self.server.ndjson(calls_path(self.ONE))
                self.assertEqual({line["callSetName"] for line in lines if "callSetName" in line}, {"Renamed"})
                found = self.listed("callsets.search", "callSets", {"variantSetIds": ["alpha~chip"], "name": "enam"})
                self.assertEqual([one["id"] for one in found], [self.ONE])

    def test_the_calls_are_those_of_the_column_whatever_its_name(self):
        before = self.genotypes(self.ONE)
        self.call("callsets.patch", self.ONE, {"name": "A1x2"})  # as another is called
        self.call("callsets.delete", "alpha~chip~A1")
        self.assertEqual(self.genotypes(self.ONE), before)
        self.assertNotEqual(before, self.genotypes("alpha~chip~A1x2"))

    def genotypes(self, one):
        return [call["genotype"]["values"] for call in self.server.get(calls_path(one))["result"]["data"]]

    def test_a_deleted_one_shows_nowhere(self):
        _, kept = self.server.post("/brapi/v2/search/callsets", {"callSetDbIds": [self.ONE]})
        self.call("callsets.delete", self.ONE)
        for when in self.now_and_after_a_restart():
            with self.subTest(when):
                self.assertNotIn(self.ONE, self.call_set_names())
                self.assertEqual(len(self.call_set_names()), 9)
                for path in (f"/brapi/v2/callsets/{self.ONE}", calls_path(self.ONE), f"/brapi/v2/samples/{self.ONE}"):
                    self.assertEqual(self.server.error(path)[0], 404, path)
                self.assertNotIn(self.ONE, [one["sampleDbId"] for one in self.brapi("samples")])
                self.assertEqual(self.found_names(callSetNames=["A1x1"]), [])
                found = self.server.get(f"/brapi/v2/search/callsets/{kept['result']['searchResultsDbId']}")
                self.assertEqual(found["result"]["data"], [])
                found = self.listed("callsets.search", "callSets", {"variantSetIds": ["alpha~chip"]})
                self.assertEqual([one["name"] for one in found], ["A1", "A1x0", "A1x2", "A1x3"])

    def test_created_ones_come_last_and_have_no_calls(self):
        made = [
            self.call("callsets.create", body={"variantSetIds": ["alpha~chip"], "name": name, "sampleId": f"s {name}"})
            for name in ("Aa", "Zz", "Aa")
        ]
        ids = [one["id"] for one in made]
        self.assertEqual(len(set(ids)), 3)
        for when in self.now_and_after_a_restart():
            with self.subTest(when):
                listed = self.listed("callsets.search", "callSets", {"variantSetIds": ["alpha~chip"]})
                self.assertEqual(listed[5:], made)
                names = self.call_set_names()
                self.assertEqual([one for one in names if one.startswith("alpha")][5:], ids)
                self.assertEqual([names[one] for one in ids], ["Aa", "Zz", "Aa"])
                for one in made:
                    self.assertEqual(self.genotypes(one["id"]), [])
                    shown = self.server.get(f"/brapi/v2/callsets/{one['id']}")["result"]
                    self.assertEqual((shown["sampleDbId"], shown["variantSetDbIds"]), (one["sampleId"], ["alpha~chip"]))
        self.call("callsets.patch", ids[1], {"name": "Renamed"})
        self.call("callsets.delete", ids[0])
        for when in self.now_and_after_a_restart():
            with self.subTest(when):
                listed = self.listed("callsets.search", "callSets", {"variantSetIds": ["alpha~chip"]})
                self.assertEqual(listed[5:], [made[1] | {"name": "Renamed"}, made[2]])
                self.assertEqual(self.server.error(calls_path(ids[0]))[0], 404)

    def test_page_tokens_of_before_are_refused(self):
        """Of calls, whose pages count columns and names of one state of the variant set."""
        for change, one, body in (
            ("callsets.patch", self.OTHER, {"name": "New"}), ("callsets.delete", self.OTHER, None),
            ("callsets.create", None, {"variantSetIds": ["alpha~chip"], "name": "x"}),
        ):
            with self.subTest(change):
                page = self.server.get(calls_path(self.ONE), pageSize=2)
                token = page["metadata"]["pagination"]["nextPageToken"]
                page = self.server.get(calls_path("beta~chip~B1"), pageSize=2)
                other = page["metadata"]["pagination"]["nextPageToken"]
                self.assertEqual(len(self.server.get(calls_path(self.ONE), pageToken=token)["result"]["data"]), 4)
                self.call(change, one, body)
                if change != "callsets.create":  # which only adds one
                    self.assertEqual(self.server.error(calls_path(self.ONE), pageToken=token)[0], 400)
                self.assertEqual(self.server.request(f"{calls_path('beta~chip~B1')}?pageToken={other}")[0], 200)

    def test_pages_of_a_search_skip_nothing_when_one_is_deleted(self):
        """The token of before is refused, or goes on where the last page ended."""
        body = {"variantSetIds": ["alpha~chip"], "pageSize": 2}
        first = self.call("callsets.search", body=body)
        self.assertEqual([one["name"] for one in first["callSets"]], ["A1", "A1x0"])
        self.call("callsets.delete", "alpha~chip~A1")
        _, target = self.target("callsets.search")
        status, second = self.send("POST", target, body | {"pageToken": first["nextPageToken"]})
        if status != 400:
            self.assertEqual([one["name"] for one in second["callSets"]], ["A1x1", "A1x2"])


class read_group_sets(SetsTest):
    ONE = "alpha~alpha-reads"

    def test_what_was_said_of_one_is_kept(self):
        said = {"name": "Renamed", "referenceSetId": "beta~genome"}
        self.call("readgroupsets.patch", self.ONE, said)
        expected = read_group_set("alpha") | said
        for when in self.now_and_after_a_restart():
            with self.subTest(when):
                found = self.call("readgroupsets.get", self.ONE)
                self.assertEqual(found["readGroups"][0]["referenceSetId"], "beta~genome")
                self.assertEqual(found | {"readGroups": []}, expected | {"readGroups": []})
                self.assertEqual(self.listed("readgroupsets.search", "readGroupSets", {"datasetIds": ["alpha"]}), [found])
        self.call("readgroupsets.patch", self.ONE, {"referenceSetId": ""})  # takes back what was said
        self.assertEqual(self.call("readgroupsets.get", self.ONE)["referenceSetId"], "alpha~genome")

    def test_a_deleted_one_shows_nowhere(self):
        ready = self.server.get("/ready")["readGroupSets"]
        self.call("readgroupsets.delete", self.ONE)
        for when in self.now_and_after_a_restart():
            with self.subTest(when):
                self.assertEqual(self.listed("readgroupsets.search", "readGroupSets", {"datasetIds": ["alpha"]}), [])
                for method in ("readgroupsets.get", "readgroupsets.coveragebuckets.list", "readgroupsets.delete"):
                    self.call(method, self.ONE, wanted=404)
                self.call("readgroupsets.patch", self.ONE, {"name": "x"}, 404)
                self.call("readgroupsets.export", self.ONE, {"projectId": "p", "exportUri": "file:x"}, 404)
                self.assertEqual(self.server.get("/ready")["readGroupSets"], ready - 1)
                self.assertTrue((self.folder / "alpha" / "alpha-reads.bam").exists())


if __name__ == "__main__":
    unittest.main()
