"""Google's own clients call every method of the seed: Python's from the discovery document, googleapis of
npm with what it was generated from. Their answers are one, and are messages of Google's protocol buffers."""

import functools
import json
import pathlib
import re
import tempfile
import unittest

import googleapiclient.discovery
import googleapiclient.errors
import httplib2
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

import genomics
from genomics import ANNOTATION_METHODS, DISCOVERY, METHODS, GenomicsTest, cut, serves_annotations, with_document
from support import run, write_vcf

HERE = pathlib.Path(__file__).resolve().parent
PROTO = DISCOVERY.parent / "proto"
CALL_SET, READS = "alpha~chip~A1", "alpha~alpha-reads"

# (method, parameters, body); every method of the seed is here, and some of its neighbours.
CALLS = [
    ("datasets.list", {"projectId": "p1", "pageSize": 1}, None),
    ("datasets.get", {"datasetId": "alpha"}, None),
    ("datasets.patch", {"datasetId": "alpha", "updateMask": "name"}, {"name": "Spring barley"}),
    ("datasets.delete", {"datasetId": "beta"}, None),
    ("datasets.undelete", {"datasetId": "beta"}, {}),
    ("callsets.search", {}, {"variantSetIds": ["alpha~chip"], "pageSize": 2}),
    ("callsets.search", {"fields": "nextPageToken,callSets(id,name)"}, {"variantSetIds": ["alpha~chip"]}),
    ("callsets.get", {"callSetId": CALL_SET}, None),
    ("callsets.patch", {"callSetId": CALL_SET, "updateMask": "name"}, {"name": "A1"}),
    ("callsets.delete", {"callSetId": "beta~chip~B1x3"}, None),
    ("readgroupsets.patch", {"readGroupSetId": READS, "updateMask": "name,referenceSetId"},
     {"name": "N", "referenceSetId": "alpha~genome"}),
    ("readgroupsets.search", {}, {"datasetIds": ["alpha", "beta"], "name": ""}),
    ("readgroupsets.get", {"readGroupSetId": READS}, None),
    ("readgroupsets.delete", {"readGroupSetId": "beta~beta-reads"}, None),
    ("readgroupsets.coveragebuckets.list",
     {"readGroupSetId": READS, "referenceName": "1", "start": "0", "end": "9000", "targetBucketWidth": "4096"}, None),
    ("reads.search", {"fields": "nextPageToken,alignments"}, {"readGroupSetIds": [READS], "pageSize": 3}),
    ("reads.search", {}, {"readGroupIds": [f"{READS}~lane1"], "referenceName": "1", "start": "5", "end": "90"}),
    ("reads.stream", {}, {"projectId": "p1", "readGroupSetId": READS, "shard": 1, "totalShards": 3}),
    ("referencesets.search", {}, {}),
    ("referencesets.get", {"referenceSetId": "alpha~genome"}, None),
    ("references.search", {}, {"referenceSetId": "alpha~genome"}),
    ("references.get", {"referenceId": "alpha~genome~1"}, None),
    ("references.bases.list", {"referenceId": "alpha~genome~1", "start": "3", "end": "900", "pageSize": 100}, None),
    ("variants.search", {}, {"variantSetIds": ["alpha~chip"], "referenceName": "1", "pageSize": 9}),
    ("variants.search", {"fields": "variants(id,calls(genotype,callSetName))"},
     {"callSetIds": [CALL_SET], "referenceName": "1", "start": "10", "end": "31"}),
    ("variants.stream", {}, {"projectId": "p1", "variantSetId": "alpha~chip", "referenceName": "1"}),
    ("variants.get", {"variantId": "alpha~chip~1~1~1"}, None),
    ("variantsets.search", {}, {"datasetIds": ["alpha"]}),
    ("variantsets.get", {"variantSetId": "alpha~chip"}, None),
    ("variantsets.patch", {"variantSetId": "alpha~chip", "updateMask": "name"}, {"name": "chip"}),
    ("variantsets.delete", {"variantSetId": "beta~chip"}, None),
    ("datasets.getIamPolicy", {"resource": "datasets/alpha"}, {}),
    ("datasets.setIamPolicy", {"resource": "datasets/alpha"},
     {"policy": {"bindings": [{"role": "roles/genomics.admin", "members": ["allUsers"]}]}}),
    ("datasets.testIamPermissions", {"resource": "datasets/alpha"}, {"permissions": ["genomics.datasets.get"]}),
]
# Whose answers differ each time: ids and times are new.
CREATING = [
    ("datasets.create", {}, {"name": "New", "projectId": "p9"}),
    ("callsets.create", {}, {"variantSetIds": ["alpha~chip"], "name": "New", "info": {"a": ["b", 1]}}),
    ("variantsets.create", {}, {"datasetId": "alpha", "name": "New", "description": "to come"}),
]
EXPORT = ("readgroupsets.export", {"readGroupSetId": READS}, {"projectId": "p9", "exportUri": "gs://b/x.bam"})
WRONG = [
    ("datasets.get", {"datasetId": "nobody"}, None, 404),
    ("datasets.undelete", {"datasetId": "alpha"}, {}, 400),
    ("callsets.create", {}, {"name": "x"}, 400),
    ("variants.search", {}, {"variantSetIds": ["alpha~chip"]}, 400),
    ("variants.create", {}, {"variantSetId": "alpha~chip"}, 501),
]


@functools.cache
def messages():
    """The pool of all of Google's messages."""
    names = [path.relative_to(PROTO) for path in (PROTO / "google").rglob("*.proto")]
    with tempfile.NamedTemporaryFile() as out:
        run("protoc", "--include_imports", f"--descriptor_set_out={out.name}", "-I", PROTO, *names, cwd=PROTO)
        described = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(out.name).read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in described.file:
        pool.Add(file)
    return pool


def message_of(schema):
    """Where the message of a schema of the discovery document lives."""
    places = {
        "Operation": "google.longrunning", "ListOperationsResponse": "google.longrunning", "Empty": "google.protobuf",
        "Policy": "google.iam.v1", "TestIamPermissionsResponse": "google.iam.v1",
    }
    return f"{places.get(schema, 'google.genomics.v1')}.{schema}"


@with_document
class googleapis(GenomicsTest):
    def serve(self, *options):
        self.imports = self.folder.parent / "imports"
        self.imports.mkdir(exist_ok=True)
        super().serve("--import-root", str(self.imports), *options)

    def setUp(self):
        super().setUp()
        self.discovery = genomics.Discovery()
        root = f"http://{self.server.host}:{self.server.port}/"
        document = {k: v for k, v in self.discovery.document.items() if k != "auth"}
        document |= {"rootUrl": root, "baseUrl": root}
        self.client = googleapiclient.discovery.build_from_document(document, http=httplib2.Http(), developerKey="KEY")
        self.root = root
        if not (HERE / "node_modules" / "googleapis").is_dir():
            self.fail("the clients are not installed; run: tools/setup clients")

    def python(self, name, parameters, body):
        """Status and answer of Python's client."""
        *family, method = name.split(".")
        resource = self.client
        for part in family:
            resource = getattr(resource, part)()
        try:
            return 200, getattr(resource, method)(**parameters, **({} if body is None else {"body": body})).execute()
        except googleapiclient.errors.HttpError as error:
            return error.resp.status, re.search(r'returned "([^"]*)', str(error))[1]

    def node(self, *calls):
        """The same of npm's, of calls one after the other."""
        # `resource` is what it calls the body, so a parameter of that name has another one.
        sent = [
            [name, {("resource_" if key == "resource" else key): value for key, value in parameters.items()}
             | ({} if body is None else {"resource": body})]
            for name, parameters, body in calls
        ]
        answers = json.loads(run("node", HERE / "genomics.mjs", self.root, json.dumps(sent), timeout=120))
        return [(one["status"], one.get("data", one.get("message"))) for one in answers]

    def judge(self, name, answer):
        """It is the message that the method gives, or those of a stream, and nothing else is in it."""
        for message in answer if isinstance(answer, list) else [answer]:
            self.judge_message(name, message)

    def judge_message(self, name, answer):
        schema = self.discovery.methods[name]["response"]["$ref"]
        pool = messages()
        kind = message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName(message_of(schema)))
        message = json_format.Parse(json.dumps(answer), kind(), ignore_unknown_fields=False, descriptor_pool=pool)
        again = json_format.MessageToDict(message, including_default_value_fields=True, descriptor_pool=pool)
        # Messages also have what was left out, such as what `fields` did not name.
        self.assertEqual(rounded(cut(again, answer)), rounded(answer))

    def test_both_clients_call_every_method(self):
        called = {name for name, *_ in (*CALLS, *CREATING, EXPORT)}
        self.assertEqual(METHODS.keys() - called, set())
        by_python = [self.python(*call) for call in CALLS]
        self.call("datasets.undelete", "beta", {}, 400)
        for call, (status, answer) in zip(CALLS, by_python):
            with self.subTest(call[0], client="python"):
                self.assertEqual(status, 200, answer)
                self.judge(call[0], answer)

    def test_npms_client_sees_the_same(self):
        # What npm's was generated from knows no streams.
        reading = [call for call in CALLS if "delete" not in call[0] and "stream" not in call[0]]
        by_python = [self.python(*call) for call in reading]
        for call, ours, theirs in zip(reading, by_python, self.node(*reading)):
            with self.subTest(call[0]):
                self.assertEqual(ours, theirs)
        deleting = [call for call in CALLS if "delete" in call[0]]
        for call, (status, answer) in zip(deleting, self.node(*deleting)):
            with self.subTest(call[0]):
                self.assertEqual(status, 200)
                self.judge(call[0], answer)

    def test_what_clients_create(self):
        for client in (self.python, lambda *call: self.node(call)[0]):
            for name, parameters, body in CREATING:
                with self.subTest(name):
                    status, made = client(name, parameters, body)
                    self.assertEqual(status, 200)
                    self.judge(name, made)
                    self.assertEqual(made | body, made)
                    kind = name.split(".")[0]
                    ids = {"datasets": "datasetId", "callsets": "callSetId", "variantsets": "variantSetId"}
                    one = {ids[kind]: made["id"]}
                    self.assertEqual(client(f"{kind}.get", one, None), (200, made))

    def test_exports(self):
        name, parameters, body = EXPORT
        for client in (self.python, lambda *call: self.node(call)[0]):
            uri = "gs://b/python.bam" if client == self.python else "gs://b/node.bam"
            status, operation = client(name, parameters, body | {"exportUri": uri})
            self.assertEqual(status, 200)
            self.judge(name, operation)
            self.wait_for(lambda: client("operations.get", {"name": operation["name"]}, None)[1]["done"])
            done = client("operations.get", {"name": operation["name"]}, None)[1]
            self.judge("operations.get", done)
            self.assertEqual(client("operations.cancel", {"name": operation["name"]}, {}), (200, {}))
            listed = client("operations.list", {"name": "operations", "filter": "projectId = p9"}, None)[1]
            self.assertIn(done, listed["operations"])
            self.judge("operations.list", listed)

    def test_imports(self):
        write_vcf(self.imports / "new.vcf.gz", [("1", 1, "n", "A", "C", "GT", ["0|1"])], ["N1"])
        for n, client in enumerate((self.python, lambda *call: self.node(call)[0])):
            _, made = client("variantsets.create", {}, {"datasetId": "alpha", "name": "New"})
            sent = {"variantSetId": made["id"], "sourceUris": ["file:new.vcf.gz"], "format": "FORMAT_VCF"}
            self.imported(client, "variants.import", sent, {"callSetIds": [f"{made['id']}~N1"]})
            run("cp", self.folder / "alpha" / "alpha-reads.bam", self.imports / f"r{n}.bam")
            sent = {"datasetId": "alpha", "sourceUris": [f"file:r{n}.bam"]}
            self.imported(client, "readgroupsets.import", sent, {"readGroupSetIds": [f"alpha~r{n}"]})

    def imported(self, client, name, body, expected):
        # `import` is a word of Python's, so its client has another name for it.
        name = name.replace("import", "import_") if client == self.python else name
        status, operation = client(name, {}, body)
        self.assertEqual(status, 200, operation)
        self.judge("operations.get", operation)
        self.wait_for(lambda: client("operations.get", {"name": operation["name"]}, None)[1]["done"])
        done = client("operations.get", {"name": operation["name"]}, None)[1]
        self.judge("operations.get", done)
        self.assertEqual({key: value for key, value in done["response"].items() if key != "@type"}, expected)

    def test_pythons_client_sends_batches(self):
        found = {}

        def note(request_id, answer, problem):
            found[request_id] = answer if problem is None else problem.resp.status

        batch = self.client.new_batch_http_request(callback=note)
        batch.add(self.client.datasets().get(datasetId="alpha"), request_id="one")
        wanted = {"variantSetIds": ["alpha~chip"], "pageSize": 2}
        batch.add(self.client.callsets().search(body=wanted), request_id="two")
        batch.add(self.client.datasets().get(datasetId="nobody"), request_id="three")
        batch.add(self.client.datasets().patch(datasetId="beta", body={"name": "Rye, \u00e4"}), request_id="four")
        batch.add(self.client.callsets().delete(callSetId="beta~chip~B1"), request_id="five")
        batch.execute()
        self.assertEqual(list(found), ["one", "two", "three", "four", "five"])
        self.assertEqual(found["one"], self.call("datasets.get", "alpha"))
        self.assertEqual(found["two"], self.call("callsets.search", body=wanted))
        self.assertEqual((found["three"], found["five"]), (404, {}))
        self.assertEqual(found["four"], self.call("datasets.get", "beta"))
        self.assertEqual(found["four"]["name"], "Rye, \u00e4")
        self.call("callsets.get", "beta~chip~B1", wanted=404)

    def test_errors_are_told_to_users(self):
        for *call, wanted in WRONG:
            for status, message in (self.python(*call), self.node(call)[0]):
                with self.subTest(call[0]):
                    self.assertEqual(status, wanted)
                    self.assertTrue(message)
                    self.assertNotIn("{", message)  # it was found within the answer

    def test_pythons_client_pages(self):
        call_sets, names = self.client.callsets(), []
        body = {"variantSetIds": ["alpha~chip"], "pageSize": 2}
        while body:
            page = call_sets.search(body=body).execute()
            names += [one["name"] for one in page["callSets"]]
            body = body | {"pageToken": page["nextPageToken"]} if page["nextPageToken"] else None
        self.assertEqual(names, ["A1", "A1x0", "A1x1", "A1x2", "A1x3"])
        buckets, listing = self.client.readgroupsets().coveragebuckets(), []
        request = buckets.list(readGroupSetId=READS, targetBucketWidth="2048", pageSize=3)
        while request:
            page = request.execute()
            listing += page["coverageBuckets"]
            request = buckets.list_next(request, page)
        whole = self.call("readgroupsets.coveragebuckets.list", READS, targetBucketWidth=2048)
        self.assertEqual(listing, whole["coverageBuckets"])

    def test_pythons_client_makes_long_requests_forms(self):
        """A GET of more than 2,048 bytes is a POST that says what it means."""
        long = self.client.datasets().list(projectId="p1", fields=",".join(["datasets/id"] * 300))
        self.assertGreater(len(long.uri), 2048)
        self.assertEqual(long.execute(), {"datasets": [{"id": "alpha"}]})

    def test_annotations(self):
        if not serves_annotations(self.server):
            self.skipTest("annotations are not served yet")
        for client in (self.python, lambda *call: self.node(call)[0]):
            self.walk_annotations(client)

    def walk_annotations(self, client):
        """Every method of annotations, each of which needs what one before it made."""
        met = set()

        def ask(name, parameters, body=None):
            met.add(name)
            status, answer = client(name, parameters, body)
            self.assertEqual(status, 200, (name, answer))
            self.judge(name, answer)
            return answer

        sent = {"datasetId": "alpha", "referenceSetId": "alpha~genome", "name": "Genes", "type": "GENE"}
        made = ask("annotationsets.create", {}, sent)
        one = {"annotationSetId": made["id"]}
        self.assertEqual(ask("annotationsets.get", one), made)
        masked = one | {"updateMask": "name,sourceUri"}
        self.assertEqual(ask("annotationsets.update", masked, made | {"name": "New"})["name"], "New")
        found = ask("annotationsets.search", {}, {"datasetIds": ["alpha"], "types": ["GENE"], "name": "ne"})
        self.assertEqual([one["id"] for one in found["annotationSets"]], [made["id"]])
        gene = one | {"referenceName": "1", "start": "10", "end": "20", "name": "g", "type": "GENE"}
        annotation = ask("annotations.create", {}, gene)
        batch = {"annotations": [gene | {"start": "5"}, gene | {"start": "7"}]}
        entries = ask("annotations.batchCreate", {}, batch)["entries"]
        self.assertEqual([entry["annotation"]["start"] for entry in entries], ["5", "7"])
        which = {"annotationId": annotation["id"]}
        self.assertEqual(ask("annotations.get", which), annotation)
        masked = which | {"updateMask": "name"}
        self.assertEqual(ask("annotations.update", masked, annotation | {"name": "h"})["name"], "h")
        found = ask("annotations.search", {}, {"annotationSetIds": [made["id"]], "referenceName": "1", "start": "0"})
        self.assertEqual([a["start"] for a in found["annotations"]], ["5", "7", "10"])
        self.assertEqual(ask("annotations.delete", which), {})
        self.assertEqual(ask("annotationsets.delete", one), {})
        self.assertEqual(met, ANNOTATION_METHODS.keys())


def rounded(value):
    """Floats of protocol buffers have 24 bits."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list) else value


if __name__ == "__main__":
    unittest.main()
