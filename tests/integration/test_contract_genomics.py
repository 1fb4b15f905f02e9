"""The contract of Google Genomics v1 but for annotations: a row for every parameter, every field of a
request and every field of an answer of the seed's methods, where it changes the answer."""

import re
import time
import unittest

from genomics import (
    CALL_SET, DATA_SET, HOMES, KINDS, METHODS, NEIGHBOURS, NOT_SERVED, READ_GROUP_SET, SEED, STANDARD, TYPES,
    Discovery, GenomicsTest, RowsTest, call_set, data_set, read_group_set, rows_of, value_at, with_document, with_member,
)
from support import run

CALL_SETS = ["alpha~chip~A1", "beta~chip~B1"]
READS = ["alpha~alpha-reads", "beta~beta-reads"]
EVERYBODY = {"role": "roles/genomics.admin", "members": ["allUsers"]}  # where nobody is asked for a token
NEVER_TAKEN = {  # what only the server says; clients send back what they were given
    "callsets": {"created": "5", "id": "mine"},
    "datasets": {"createTime": "2001-01-01T00:00:00Z", "id": "mine"},
}
TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"
BAD_TEXTS = ("{", "[]", '"x"', "5", '{"name":"a","name":"b"}', '{"nobody":1}', "\x00", b"\xff", "[" * 10_000)
BAD_TOKENS = ("x", "AAAA", "AAAA.BBBB", "0", "1")
BAD_SIZES = ("-1", "x", "1.5", "99999999999999999999", "true")


class contract_genomics(RowsTest):
    # Call sets

    def test_call_sets_that_are_created(self):
        sent = {
            "info": {"a": ["b", 1, None]}, "name": "New", "sampleId": "probe", "variantSetIds": ["alpha~chip"],
        }
        other = {"info": {"c": [{"d": []}]}, "name": "Newer", "sampleId": "x", "variantSetIds": ["beta~chip"]}
        for name, value in other.items():
            with self.row("callsets.create", "body", name):
                answer = self.call("callsets.create", body=sent | {name: value})
                self.assertEqual(answer | sent | {name: value}, answer)
        for name, value in NEVER_TAKEN["callsets"].items():
            with self.row("callsets.create", "body", name):
                self.assertNotEqual(self.call("callsets.create", body=sent | {name: value})[name], value)
        began = int(time.time()) * 1000
        made = [self.call("callsets.create", body=sent)]
        time.sleep(1.1)
        made.append(self.call("callsets.create", body=other))
        for one in made:
            self.assertLessEqual(began, int(one["created"]))
            self.assertLessEqual(int(one["created"]), int(time.time() + 1) * 1000)
            self.assertIsInstance(one["created"], str)
        own = [{name: one[name] for name in ("id", "created")} for one in made]
        self.check_fields("callsets.create", made, [sent | own[0], other | own[1]])
        self.assertEqual([self.call("callsets.get", one["id"]) for one in made], made)
        self.check_wrong("callsets.create", base=sent)
        for missing in ({}, {"variantSetIds": []}, {"variantSetIds": ["alpha~chip", "beta~chip"]}):
            self.call("callsets.create", body={"name": "x", **missing}, wanted=400)
        self.call("callsets.create", body=sent | {"variantSetIds": ["nobody"]}, wanted=404)
        self.call("callsets.create", body=sent | {"created": 5})

    def test_call_sets_that_are_read(self):
        found = self.check_ids("callsets.get", CALL_SETS)
        self.check_fields("callsets.get", found, [call_set(home) for home in HOMES])

    def test_call_sets_that_are_patched(self):
        self.check_patch("callsets", "callSetId", CALL_SETS, [call_set(home) for home in HOMES], CALL_SET)
        self.call("callsets.patch", CALL_SETS[0], {"name": ""}, 400)

    def test_call_sets_that_are_deleted(self):
        self.assertEqual(self.check_ids("callsets.delete", CALL_SETS), ({}, {}))
        for one in CALL_SETS:
            self.call("callsets.get", one, wanted=404)
            self.call("callsets.delete", one, wanted=404)

    def test_call_sets_that_are_searched(self):
        self.check_search("callsets.search", "callSets", {
            "variantSetIds": ("alpha~chip", "beta~chip"), "name": ("A1x", ["A1x0", "A1x1", "A1x2", "A1x3"]),
        }, [call_set(home) for home in HOMES])
        both = self.call("callsets.search", body={"variantSetIds": ["alpha~chip", "beta~chip"]})
        self.assertEqual(len(both["callSets"]), 10)

    # Data sets

    def test_data_sets_that_are_created(self):
        sent = {"name": "New", "projectId": "p7"}
        other = {"name": "Newer", "projectId": "p8"}
        for name, value in other.items():
            with self.row("datasets.create", "body", name):
                answer = self.call("datasets.create", body=sent | {name: value})
                self.assertEqual(answer | sent | {name: value}, answer)
        for name, value in NEVER_TAKEN["datasets"].items():
            with self.row("datasets.create", "body", name):
                self.assertNotEqual(self.call("datasets.create", body=sent | {name: value})[name], value)
        made = [self.call("datasets.create", body=sent)]
        time.sleep(1.1)
        made.append(self.call("datasets.create", body=other))
        own = [{name: one[name] for name in ("id", "createTime")} for one in made]
        for one in made:
            self.assertRegex(one["createTime"], TIME)
        self.check_fields("datasets.create", made, [sent | own[0], other | own[1]])
        self.assertEqual([self.call("datasets.get", one["id"]) for one in made], made)
        self.check_wrong("datasets.create", base=sent)
        for body in ({}, {"name": "x"}, {"projectId": "x"}):
            self.call("datasets.create", body=body, wanted=400)

    def test_data_sets_that_are_read(self):
        found = self.check_ids("datasets.get", HOMES)
        self.check_fields("datasets.get", found, [data_set(home) for home in HOMES])

    def test_data_sets_that_are_patched(self):
        self.check_patch("datasets", "datasetId", HOMES, [data_set(home) for home in HOMES], DATA_SET)
        self.call("datasets.patch", "alpha", {"name": ""}, 400)

    def test_data_sets_that_are_deleted_and_brought_back(self):
        self.assertEqual(self.check_ids("datasets.delete", HOMES), ({}, {}))
        for home in HOMES:
            self.call("datasets.get", home, wanted=404)
            self.call("datasets.delete", home, wanted=404)
        found = self.check_ids("datasets.undelete", HOMES)
        self.check_fields("datasets.undelete", found, [data_set(home) for home in HOMES])
        error = self.call("datasets.undelete", "alpha", wanted=400)["error"]
        self.assertEqual(error["status"], "FAILED_PRECONDITION")
        self.call("datasets.delete", "alpha")
        with self.subTest("datasets.undelete", body="which has no fields"):
            self.call("datasets.undelete", "alpha", {"nobody": 1}, 400)

    def test_data_sets_that_are_listed(self):
        method = "datasets.list"
        with self.row(method, "parameter", "projectId"):
            answers = [self.call(method, projectId=project) for project in ("p1", "p2")]
            self.assertEqual([one["datasets"][0]["id"] for one in answers], [*HOMES])
            self.assertEqual(self.call(method, projectId="nobody"), {"datasets": [], "nextPageToken": ""})
            for wanted in ({}, {"projectId": ""}):
                self.call(method, wanted=400, **wanted)
        for name in ("x", "y", "z"):
            self.call("datasets.create", body={"name": name, "projectId": "p1"})
        tokens = [self.call(method, projectId="p1", pageSize=size)["nextPageToken"] for size in (1, 2)]
        expected = [
            {"datasets": [data_set(home)], "nextPageToken": token} for home, token in zip(HOMES, (*tokens[:1], ""))
        ]
        answers = [self.call(method, projectId="p1", pageSize=1), self.call(method, projectId="p2")]
        self.check_fields(method, answers, expected)
        self.check_pages(method, "datasets", "id", 4, parameters={"projectId": "p1"}, other={"projectId": "p2"})

    # Read group sets

    def test_read_group_sets_that_are_read(self):
        found = self.check_ids("readgroupsets.get", READS)
        self.check_fields("readgroupsets.get", found, [read_group_set(home) for home in HOMES], same=("info",))

    def test_read_group_sets_that_are_patched(self):
        name_and_set = {"name": "Renamed", "referenceSetId": "beta~genome"}
        self.check_patch(
            "readgroupsets", "readGroupSetId", READS, [read_group_set(home) for home in HOMES], READ_GROUP_SET,
            name_and_set, same=("info",),
        )
        for mask in ("reference_set_id", "referenceSetId"):
            self.call("readgroupsets.patch", READS[0], {"referenceSetId": "alpha~genome"})
            changed = self.call("readgroupsets.patch", READS[0], name_and_set | {"name": "No"}, updateMask=mask)
            self.assertEqual((changed["name"], changed["referenceSetId"]), ("Renamed", "beta~genome"))
        self.call("readgroupsets.patch", READS[0], {"referenceSetId": "nobody"}, 400)
        self.call("readgroupsets.patch", READS[0], {"name": ""}, 400)

    def test_read_group_sets_that_are_deleted(self):
        self.assertEqual(self.check_ids("readgroupsets.delete", READS), ({}, {}))
        for one in READS:
            self.call("readgroupsets.get", one, wanted=404)
            self.call("readgroupsets.coveragebuckets.list", one, wanted=404)

    def test_read_group_sets_that_are_searched(self):
        method = "readgroupsets.search"
        self.give_more_reads(3)
        self.call("readgroupsets.patch", READS[0], {"name": "NA1"})
        self.call("readgroupsets.patch", READS[1], {"name": "NA2"})
        self.check_search(method, "readGroupSets", {
            "datasetIds": ("alpha", "beta"), "name": ("ore", ["more0", "more1", "more2"]),
        }, [read_group_set(home) for home in HOMES], same=("readGroupSets.info",))
        self.assertEqual(len(self.call(method, body={"datasetIds": HOMES})["readGroupSets"]), 5)

    def give_more_reads(self, count):
        """Copies, under names of their own."""
        for n in range(count):
            content = (self.folder / "alpha" / "alpha-reads.bam").read_bytes()
            (self.folder / "alpha" / f"more{n}.bam").write_bytes(content)
        self.restart()
        for n in range(count):
            self.call("readgroupsets.patch", f"alpha~more{n}", {"name": f"more{n}"})

    # Coverage

    def test_parameters_of_coverage(self):
        method, one = "readgroupsets.coveragebuckets.list", READS[0]
        self.check_ids(method, READS)

        def ranges(**parameters):
            answer = self.call(method, one, **parameters)
            assert answer["nextPageToken"] == ""
            found = [b["range"] for b in answer["coverageBuckets"]]
            return [(r["referenceName"], int(r["start"]), int(r["end"])) for r in found], answer.get("bucketWidth")

        whole = [("1", 0, 10_000), ("2", 0, 5_000)]
        fine = [("1", at, min(at + 2048, 10_000)) for at in range(0, 10_000, 2048)]
        self.assertEqual(ranges(), (whole, None))
        for name, parameters, expected in (
            ("referenceName", {"referenceName": "2"}, (whole[1:], None)),
            ("start", {"referenceName": "1", "start": 4096, "targetBucketWidth": 2048}, (fine[2:], "2048")),
            ("end", {"referenceName": "1", "end": 4096, "targetBucketWidth": 2048}, (fine[:2], "2048")),
            ("end", {"referenceName": "1", "end": 0}, (whole[:1], None)),
            ("targetBucketWidth", {"targetBucketWidth": 4095, "referenceName": "1"}, (fine, "2048")),
            ("targetBucketWidth", {"targetBucketWidth": 1, "referenceName": "1"}, (fine, "2048")),
            ("targetBucketWidth", {"targetBucketWidth": 8192, "referenceName": "2"}, (whole[1:], "8192")),
            # Without a width that of the range.
            ("targetBucketWidth", {"referenceName": "1", "start": 0, "end": 2048}, (fine[:1], "2048")),
        ):
            with self.row(method, "parameter", name, sent=parameters):
                self.assertEqual(ranges(**parameters), expected)
        for name in ("start", "end", "targetBucketWidth"):
            for value in BAD_SIZES:
                with self.row(method, "parameter", name, value=value):
                    self.call(method, one, wanted=400, **{"referenceName": "1", name: value})
        for lonely in ({"start": 1}, {"end": 1}):
            self.call(method, one, wanted=400, **lonely)
        self.call(method, one, wanted=404, referenceName="nobody")
        self.check_pages(
            method, "coverageBuckets", "range", 8, one, {"targetBucketWidth": 2048}, {"targetBucketWidth": 4096}
        )

    def test_fields_of_coverage(self):
        method = "readgroupsets.coveragebuckets.list"
        sent = (
            {"one": READS[0], "referenceName": "1", "targetBucketWidth": 2048, "pageSize": 1, "start": 2048},
            {"one": READS[1], "referenceName": "7", "targetBucketWidth": 4096, "start": 4096},
        )
        answers = [self.call(method, **parameters) for parameters in sent]
        depths = [self.depth("alpha", "1:2049-4096"), self.depth("beta", "7:4097-8000")]
        ranges = [
            {"referenceName": "1", "start": "2048", "end": "4096"}, {"referenceName": "7", "start": "4096", "end": "8000"},
        ]
        expected = [
            {"bucketWidth": width, "nextPageToken": token, "coverageBuckets": [{"range": r, "meanCoverage": mean}]}
            for width, token, r, mean in zip(("2048", "4096"), (answers[0]["nextPageToken"], ""), ranges, depths)
        ]
        self.check_fields(method, answers, expected)

    def depth(self, home, region):
        path = self.folder / home / f"{home}-reads.bam"
        if not path.with_suffix(".bam.bai").exists():
            run("samtools", "index", path)
        lines = run("samtools", "depth", "-a", "-r", region, path).split(b"\n")[:-1]
        return sum(int(line.split(b"\t")[2]) for line in lines) / len(lines)

    # Exports

    def test_exports(self):
        method = "readgroupsets.export"
        sent = {"projectId": "p1", "exportUri": "gs://bucket/first.bam", "referenceNames": ["1"]}
        ends, beginnings = [], []
        for one, body, home in (
            (READS[0], sent, "alpha"), (READS[1], {"projectId": "p2", "exportUri": "file:second.bam"}, "beta"),
        ):
            beginnings.append(self.call(method, one, body))
            ends.append(self.wait_for_operation(beginnings[-1]["name"]))
            self.assertFalse(beginnings[-1]["done"])
            self.assertEqual(ends[-1]["name"], beginnings[-1]["name"])
            file = self.state / "exports" / body["exportUri"].split(":")[1].lstrip("/")
            names = run("samtools", "view", file).decode()
            with self.row(method, "body", "exportUri"):
                self.assertTrue(names)
            with self.row(method, "body", "referenceNames"):
                references = {line.split("\t")[2] for line in names.splitlines()}
                self.assertEqual(references, {"1"} if home == "alpha" else {"7", "*"})
            with self.row(method, "body", "projectId"):
                self.assertEqual(ends[-1]["metadata"]["projectId"], body["projectId"])
                listed = self.call("operations.list", filter=f"projectId = {body['projectId']}")["operations"]
                self.assertEqual(listed, [ends[-1]])
        with self.row(method, "parameter", "readGroupSetId"):
            for other in ("nobody", "alpha", READS[0] + "x"):
                self.call(method, other, sent, 404)
        self.assertEqual(self.call(method, READS[0], sent, 409)["error"]["status"], "ALREADY_EXISTS")
        self.check_operations(method, beginnings, ends)
        self.check_wrong(method, READS[0], {"projectId": "p", "exportUri": "file:wrong"})
        for body in ({}, {"projectId": "p"}, {"exportUri": "file:x"}, sent | {"referenceNames": ["nobody"]}):
            self.call(method, READS[0], body, 400)
        for uri in ("x", "/x", "file:", "file:../x", "file:/etc/x", "gs://x", "gs:///x", "gs://../x", "gs://a/../x",
                    "http://x/y", "gs://a/.x", "file:a/b", "gs://a//b"):
            self.call(method, READS[0], {"projectId": "p", "exportUri": uri}, 400)

    def check_operations(self, method, beginnings, ends):
        requests = [
            {"projectId": "p1", "exportUri": "gs://bucket/first.bam", "referenceNames": ["1"]},
            {"projectId": "p2", "exportUri": "file:second.bam", "referenceNames": []},
        ]
        for name in ("projectId", "exportUri", "referenceNames"):
            with self.row(method, "field", f"metadata.request.{name}"):
                found = [value_at(one, f"metadata.request.{name}") for one in ends]
                self.assertEqual(found, [one[name] for one in requests])
        for name, kind in (("metadata", "OperationMetadata"), ("metadata.request", "ExportReadGroupSetRequest")):
            with self.row(method, "field", name):
                for one in (*beginnings, *ends):
                    kinds = f"type.googleapis.com/google.genomics.v1.{kind}"
                    self.assertEqual(value_at(one, name)["@type"], kinds)
        with self.row(method, "field", "metadata.projectId"):
            self.assertEqual([one["metadata"]["projectId"] for one in ends], ["p1", "p2"])
        with self.row(method, "field", "metadata.clientId"):
            self.assertEqual({one["metadata"]["clientId"] for one in ends}, {""})
        with self.row(method, "field", "metadata.runtimeMetadata"):  # only pipelines have it
            self.assertEqual([one["metadata"].get("runtimeMetadata") for one in ends], [None, None])
        for name in ("createTime", "startTime", "endTime", "events.startTime", "events.endTime"):
            with self.row(method, "field", f"metadata.{name}"):
                for one in ends:
                    found = value_at(one, f"metadata.{name}")
                    self.assertRegex(found[0] if isinstance(found, list) else found, TIME)
        for one in beginnings:
            self.assertNotIn("endTime", one["metadata"])
        for one in ends:
            times = one["metadata"]
            self.assertLessEqual(times["createTime"], times["startTime"])
            self.assertLessEqual(times["startTime"], times["endTime"])
        with self.row(method, "field", "metadata.events"):
            self.assertEqual([len(one["metadata"]["events"]) for one in (*beginnings, *ends)], [0, 0, 1, 1])
        with self.row(method, "field", "metadata.events.description"):
            self.assertTrue(all(one["metadata"]["events"][0]["description"] for one in ends))
        with self.row(method, "field", "name"):
            self.assertEqual(len({one["name"] for one in ends}), 2)
            for one in ends:
                self.assertRegex(one["name"], r"^operations/[\w-]+$")
        with self.row(method, "field", "done"):
            self.assertEqual([one["done"] for one in (*beginnings, *ends)], [False, False, True, True])
        with self.row(method, "field", "response"):
            empty = {"@type": "type.googleapis.com/google.protobuf.Empty"}
            self.assertEqual([one.get("response") for one in (*beginnings, *ends)], [None, None, empty, empty])

    def test_exports_that_fail(self):
        """As of a file that was damaged."""
        method, body = "readgroupsets.export", {"projectId": "p", "exportUri": "file:twice.bam"}
        damaged = self.folder / "alpha" / "alpha-reads.bam"
        content = damaged.read_bytes()
        middle = len(content) // 2
        broken = bytes(b ^ 0xFF for b in content[middle : middle + 40])
        damaged.write_bytes(content[:middle] + broken + content[middle + 40 :])
        self.restart()
        failed = self.wait_for_operation(self.call(method, READS[0], body)["name"])
        with self.row(method, "field", "error"):
            self.assertEqual(failed["error"].keys() - {"details"}, {"code", "message"})
            self.assertNotIn("response", failed)
        with self.row(method, "field", "error.code"):
            self.assertEqual(failed["error"]["code"], 9)  # FAILED_PRECONDITION of google.rpc.Code
        with self.row(method, "field", "error.message"):
            self.assertIn("damaged", failed["error"]["message"])
        with self.row(method, "field", "error.details"):
            self.assertEqual(failed["error"]["details"], [])
        self.assertEqual(list((self.state / "exports").iterdir()), [])

    # What methods have in common

    def check_patch(self, family, parameter, ids, expected, fields, changes=None, same=()):
        """`changes` are new values of all that can be changed; the rest may be sent and stays."""
        method, changes = f"{family}.patch", changes or {"name": "Renamed"}
        for field in fields:
            with self.row(method, "body", field):
                if field in changes:
                    changed = self.call(method, ids[0], {field: changes[field]})
                    self.assertEqual(changed[field], changes[field])
                    self.assertEqual(self.call(f"{family}.get", ids[0]), changed)
                    self.call(method, ids[0], {field: expected[0][field]})
                else:
                    before = self.call(f"{family}.get", ids[0])
                    body = {"name": before["name"]} | other_member(field, expected[1])
                    self.assertEqual(self.call(method, ids[0], body), before)
        for field, value in changes.items():
            self.call(method, ids[0], {field: expected[0][field]})
        found = [self.call(method, one, {field: e[field] for field in changes}) for one, e in zip(ids, expected)]
        self.check_fields(method, found, expected, same)
        self.check_wrong(method, ids[0], {"name": "x"})
        with self.row(method, "parameter", parameter):
            self.assertEqual([one["id"] for one in found], [*ids])
            self.call(method, "nobody", {"name": "x"}, 404)
        with self.row(method, "parameter", "updateMask"):
            self.call(method, ids[0], changes, updateMask="name")
            after = self.call(f"{family}.get", ids[0])
            self.assertEqual(after, expected[0] | {"name": changes["name"]} | changed_groups(after))
            for mask in ("id", "name,id", "nobody", "name,", ",", "*x", "name.x"):
                self.call(method, ids[0], changes, 400, updateMask=mask)
        for field, value in changes.items():
            changed = self.call(method, ids[0], changes, updateMask=",".join(changes))
            self.assertEqual(changed[field], value)
        with self.row(method, "body", "name"):
            headers = {"X-HTTP-Method-Override": "PATCH"}
            target = self.target(method, ids[0])[1]
            status, answer = self.send("POST", target, {"name": "Overridden"}, headers)
            self.assertEqual((status, answer["name"]), (200, "Overridden"))
        self.call(method, ids[0], changes)

    def check_search(self, method, member, filters, expected, same=()):
        """`filters` are {required list: values of which each gives one of `expected` first, name: (part, names)}."""
        (required, values), (_, (part, names)) = filters.items()
        with self.row(method, "body", required):
            answers = [self.call(method, body={required: [value], "pageSize": 1}) for value in values]
            self.assertEqual([one[member][0]["id"] for one in answers], [one["id"] for one in expected])
            for nothing in ({}, {required: []}):
                self.call(method, body=nothing, wanted=400)
            self.call(method, body={required: ["nobody"]}, wanted=404)
        wanted = [{member: [one], "nextPageToken": a["nextPageToken"]} for one, a in zip(expected, answers)]
        last = self.call(method, body={required: [values[1]], "name": expected[1]["name"], "pageSize": 10})
        shown = [answers[0], last | {member: last[member][:1]}]
        self.check_fields(method, shown, [wanted[0], wanted[1] | {"nextPageToken": ""}], same)
        with self.row(method, "body", "name"):
            found = self.call(method, body={required: values, "name": part})[member]
            self.assertEqual([one["name"] for one in found], names)
            nothing = self.call(method, body={required: values, "name": "nobody"})
            self.assertEqual(nothing, {member: [], "nextPageToken": ""})
        self.check_wrong(method, base={required: [values[0]]})
        count = len(self.call(method, body={required: [values[0]]})[member])
        self.check_pages(method, member, "id", count, body={required: [values[0]]}, other={required: [values[1]]})

    def check_pages(self, method, member, key, count, one=None, parameters=None, other=None, body=None):
        """The same elements in the same order whatever the size; `other` is another request, whose tokens
        these are not."""
        kind, base = ("body", body) if body else ("parameter", parameters)

        def ask(wanted=200, **page):
            if body:
                return self.call(method, one, base | page, wanted)
            return self.call(method, one, wanted=wanted, **base, **page)

        with self.row(method, kind, "pageSize"):
            whole = ask()[member]
            self.assertEqual(len(whole), count)
            for size in (1, 2, count, 1_000_000):
                arguments = {"body": body} if body else base
                self.assertEqual(self.walk(method, member, size, one, **arguments), whole)
            self.assertEqual(ask(pageSize="2"), ask(pageSize=2))  # numbers may be texts
            self.assertEqual(ask(pageSize=0)[member], whole)
            for value in BAD_SIZES:
                ask(400, pageSize=value)
        with self.row(method, kind, "pageToken"):
            token = ask(pageSize=1)["nextPageToken"]
            self.assertEqual(ask(pageSize=1, pageToken=token)[member], whole[1:2])
            self.assertEqual(ask(pageToken=token)[member], whole[1:])
            self.assertEqual(ask(pageToken="")[member], whole)
            for bad in (*BAD_TOKENS, token[:-1], token + "A"):
                ask(400, pageToken=bad)
            base = other
            ask(400, pageToken=token)


def other_member(path, message):
    """What another message says there, alone in its place."""
    found = value_at(message, path)
    for outer in path.split(".")[:-1]:
        found = found[0] if TYPES[outer] == "objects" else found
    return with_member(path, found)


def changed_groups(answer):
    """Read groups say the reference set of their set, of which masks say nothing."""
    return {name: answer[name] for name in ("readGroups",) if name in answer}


class conventions(GenomicsTest):
    """What holds for every method."""

    REQUESTS = {  # that change nothing, or the same again
        "callsets.get": (CALL_SETS[0], None),
        "callsets.patch": (CALL_SETS[0], {"name": "A1"}),
        "callsets.search": (None, {"variantSetIds": ["alpha~chip"]}),
        "datasets.get": ("alpha", None),
        "datasets.getIamPolicy": ("alpha", {}),
        "datasets.patch": ("alpha", {"name": "Spring barley"}),
        "datasets.setIamPolicy": ("alpha", {"policy": {"bindings": [EVERYBODY]}}),
        "datasets.testIamPermissions": ("alpha", {"permissions": ["genomics.datasets.get"]}),
        "operations.list": (None, None),
        "readgroupsets.coveragebuckets.list": (READS[0], None),
        "readgroupsets.get": (READS[0], None),
        "readgroupsets.patch": (READS[0], {"name": "x"}),
        "readgroupsets.search": (None, {"datasetIds": ["alpha"]}),
        "reads.search": (None, {"readGroupSetIds": READS[:1], "referenceName": "2"}),
        "references.bases.list": ("alpha~genome~1", None),
        "references.get": ("alpha~genome~1", None),
        "references.search": (None, {}),
        "referencesets.get": ("alpha~genome", None),
        "referencesets.search": (None, {}),
        "variants.get": ("alpha~chip~1~1~1", None),
        "variants.search": (None, {"variantSetIds": ["alpha~chip"], "referenceName": "1"}),
        "variantsets.get": ("alpha~chip", None),
        "variantsets.patch": ("alpha~chip", {"name": "chip"}),
        "variantsets.search": (None, {"datasetIds": ["alpha"]}),
    }
    PARAMETERS = {"operations.list": {"filter": "projectId = p"}}

    def ask(self, method, **more):
        one, body = self.REQUESTS[method]
        return self.call(method, one, body, **self.PARAMETERS.get(method, {}), **more)

    def test_standard_parameters(self):
        for method in self.REQUESTS:
            whole = self.ask(method)
            for name, value in STANDARD.items():
                with self.subTest(method, parameter=name):
                    self.assertEqual(self.ask(method, **{name: value}), whole)
            with self.subTest(method, parameter="fields"):
                first = next(iter(whole))
                self.assertEqual(self.ask(method, fields=first), {first: whole[first]})
                self.assertEqual(self.ask(method, fields=f"nobody,{first}"), {first: whole[first]})
                for mask in ("(", "a(", "a)", ",", "a,,b", "a(b", "()", "a b"):
                    self.ask(method, wanted=400, fields=mask)
            with self.subTest(method, parameter="alt"):
                for form in ("media", "proto", "xml"):
                    self.ask(method, wanted=400, alt=form)

    def test_partial_answers(self):
        body = {"variantSetIds": ["alpha~chip"], "pageSize": 1}
        whole = self.call("callsets.search", body=body)
        for mask, expected in (
            ("nextPageToken,callSets(id,name)",
             {"nextPageToken": whole["nextPageToken"], "callSets": [{"id": CALL_SETS[0], "name": "A1"}]}),
            ("callSets/id", {"callSets": [{"id": CALL_SETS[0]}]}),
            ("callSets/info/germplasmDbId", {"callSets": [{"info": {"germplasmDbId": ["g1"]}}]}),
            ("*/name", {"callSets": [{"name": "A1"}], "nextPageToken": whole["nextPageToken"]}),
        ):
            with self.subTest(mask):
                found = self.call("callsets.search", body=body, fields=mask)
                self.assertEqual(found, expected)

    def test_bodies_that_are_no_messages(self):
        self.assertGreater(len([m for m, (_, body) in self.REQUESTS.items() if body is not None]), 7)
        for method, (one, body) in self.REQUESTS.items():
            for text in BAD_TEXTS if body is not None else ():
                with self.subTest(method, text=text[:20]):
                    self.call(method, one, text, 400)

    def test_bodies_as_clients_send_them(self):
        """An empty one calls itself a form."""
        self.call("datasets.delete", "alpha")
        form = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": "0"}
        self.call("datasets.undelete", "alpha", headers=form)
        named = {"Content-Type": "application/json; charset=utf-8"}
        self.call("readgroupsets.search", body={"datasetIds": ["alpha"]}, headers=named)

    def test_method_override(self):
        for method in ("callsets.get", "datasets.get", "readgroupsets.get", "readgroupsets.coveragebuckets.list"):
            with self.subTest(method):
                _, target = self.target(method, self.REQUESTS[method][0])
                found = self.send("POST", target, "pageSize=1&key=K" if "list" in method else "fields=id", {
                    "Content-Type": "application/x-www-form-urlencoded", "X-HTTP-Method-Override": "GET",
                })
                more = {"pageSize": 1} if "list" in method else {"fields": "id"}
                self.assertEqual(found, (200, self.ask(method, **more)))
        _, target = self.target("datasets.delete", "beta")
        self.assertEqual(self.send("POST", target, headers={"X-HTTP-Method-Override": "DELETE"}), (200, {}))
        self.call("datasets.get", "beta", wanted=404)
        status, _ = self.send("GET", "/v1/datasets/alpha", headers={"X-HTTP-Method-Override": "DELETE"})
        self.assertEqual(status, 200)  # reading never becomes writing
        self.assertEqual(self.call("datasets.get", "alpha")["id"], "alpha")

    def test_lists_of_neighbours_have_pages(self):
        for name in ("x", "y", "z"):
            self.wait_for_operation(
                self.call("readgroupsets.export", READS[0], {"projectId": "p", "exportUri": f"file:{name}"})["name"]
            )
        for method, member in (
            ("reads.search", "alignments"), ("references.search", "references"),
            ("referencesets.search", "referenceSets"),
            ("variantsets.search", "variantSets"), ("variants.search", "variants"), ("operations.list", "operations"),
        ):
            with self.subTest(method):
                whole = self.ask(method)[member]
                self.assertTrue(whole)
                self.assertEqual(self.ask(method)["nextPageToken"], "")
                for size in (1, 2, 1000):
                    _, body = self.REQUESTS[method]
                    how = self.PARAMETERS.get(method, {}) | ({} if body is None else {"body": body})
                    self.assertEqual(self.walk(method, member, size, **how), whole)

    def test_methods_that_are_not_served(self):
        for method in NOT_SERVED:
            with self.subTest(method):
                body = {} if NOT_SERVED[method].split()[0] in ("POST", "PATCH") else None
                error = self.call(method, "x", body, 501)["error"]
                self.assertEqual(error["status"], "UNIMPLEMENTED")

    def test_paths_that_are_nothing(self):
        for method, target, wanted in (
            ("GET", "/v1/nothing", 404), ("GET", "/v1", 404), ("GET", "/v1/", 404), ("POST", "/v1/datasets/alpha:x", 405),
            ("GET", "/v1/datasets/alpha:undelete", 404), ("PUT", "/v1/datasets/alpha", 405),
            ("DELETE", "/v1/datasets", 405), ("GET", "/v1/callsets/search/x", 404),
        ):
            with self.subTest(target):
                body = {} if method in ("POST", "PUT") else None
                self.assertEqual(self.send(method, target, body)[0], wanted)


class contract_genomics_as_a_whole(unittest.TestCase):
    @with_document
    def test_every_row_of_the_document_is_here(self):
        self.assertEqual(rows_of(METHODS), set(Discovery().rows(METHODS)))

    @with_document
    def test_every_method_of_the_document_is_here(self):
        document = Discovery()
        known = {name: spelled for name, (spelled, *_) in METHODS.items()} | NEIGHBOURS | NOT_SERVED
        others = {name for name in document.methods if name.startswith("annotation")}
        self.assertEqual(known.keys(), document.methods.keys() - others)
        for name, spelled in known.items():
            theirs = document.spelled(name)
            pattern = re.sub(r"{\+\w+}", "[^ ]+", theirs).replace("{", r"\{").replace("}", r"\}")
            self.assertRegex(spelled, f"^{pattern}$")

    @with_document
    def test_standard_parameters_are_those_of_the_document(self):
        self.assertEqual(STANDARD.keys(), Discovery().document["parameters"].keys())

    @unittest.skipUnless(SEED.is_file(), "the seed is not on this machine")
    def test_every_method_of_the_seed_is_here(self):
        named = set(re.findall(r"operationId: genomics\.(\S+)", SEED.read_text()))
        self.assertEqual(len(named), 28)
        self.assertEqual({name for name in named if not name.startswith("annotation")}, METHODS.keys())

    def test_counts(self):
        counts = {kind: sum(1 for row in rows_of(METHODS) if row[1] == kind) for kind in KINDS}
        self.assertEqual(counts, {"parameter": 24, "body": 57, "field": 158})


if __name__ == "__main__":
    unittest.main()
