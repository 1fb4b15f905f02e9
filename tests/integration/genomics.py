"""What the tests of Google Genomics v1 share: its methods as rows, requests by a method's name, and two
data sets of which every field says something else.

The tables are those of the discovery document of 2016-10-04. Where it is on the machine, they are
compared with it.
"""

import contextlib
import json
import re
import unittest
import urllib.parse

import support
from support import ROOT, VCF_HEAD, FolderTest, Server, run, write_vcf

DISCOVERY = ROOT.parent / "shared" / "spec" / "genomics" / "genomics-v1-20161004.json"
SEED = ROOT.parent / "shared" / "seeds" / "google-genomics-v1.yaml"
with_document = unittest.skipUnless(DISCOVERY.is_file(), "the discovery document is not on this machine")
KINDS = ("parameter", "body", "field")


def inside(member, fields):
    """The paths of a member and of what it holds."""
    return (member, *(f"{member}.{field}" for field in fields))


def listed(member, fields=()):
    return (*inside(member, fields), "nextPageToken")


DATA_SET = ("createTime", "id", "name", "projectId")
CALL_SET = ("created", "id", "info", "name", "sampleId", "variantSetIds")
EXPERIMENT = ("instrumentModel", "libraryId", "platformUnit", "sequencingCenter")
PROGRAM = ("commandLine", "id", "name", "prevProgramId", "version")
READ_GROUP = (
    "datasetId", "description", *inside("experiment", EXPERIMENT), "id", "info", "name", "predictedInsertSize",
    *inside("programs", PROGRAM), "referenceSetId", "sampleId",
)
READ_GROUP_SET = (
    "datasetId", "filename", "id", "info", "name", *inside("readGroups", READ_GROUP), "referenceSetId",
)
BUCKET = (*inside("range", ("end", "referenceName", "start")), "meanCoverage")
STATUS = ("code", "details", "message")
EXPORT = ("exportUri", "projectId", "referenceNames")
OPERATION = (
    "name", "done", *inside("error", STATUS), "response",
    *inside("metadata", (
        "clientId", "createTime", "endTime", *inside("events", ("description", "endTime", "startTime")),
        "projectId", *inside("request", EXPORT), "runtimeMetadata", "startTime",
    )),
)
PAGE = ("pageSize", "pageToken")
ANNOTATION_SET = ("datasetId", "id", "info", "name", "referenceSetId", "sourceUri", "type")
CONDITION = ("conceptId", *inside("externalIds", ("id", "sourceName")), "names", "omimId")
VARIANT = (
    "alternateBases", "clinicalSignificance", *inside("conditions", CONDITION), "effect", "geneId", "transcriptIds",
    "type",
)
TRANSCRIPT = (
    *inside("codingSequence", ("end", "start")), *inside("exons", ("end", "frame", "start")), "geneId",
)
ANNOTATION = (
    "annotationSetId", "end", "id", "info", "name", "referenceId", "referenceName", "reverseStrand", "start",
    *inside("transcript", TRANSCRIPT), "type", *inside("variant", VARIANT),
)

# name: (method and path, parameters, fields of the body, fields of the answer)
METHODS = {
    "callsets.create": ("POST callsets", (), CALL_SET, CALL_SET),
    "callsets.delete": ("DELETE callsets/{callSetId}", ("callSetId",), (), ()),
    "callsets.get": ("GET callsets/{callSetId}", ("callSetId",), (), CALL_SET),
    "callsets.patch": ("PATCH callsets/{callSetId}", ("callSetId", "updateMask"), CALL_SET, CALL_SET),
    "callsets.search": ("POST callsets/search", (), ("name", "variantSetIds", *PAGE), listed("callSets", CALL_SET)),
    "datasets.create": ("POST datasets", (), DATA_SET, DATA_SET),
    "datasets.delete": ("DELETE datasets/{datasetId}", ("datasetId",), (), ()),
    "datasets.get": ("GET datasets/{datasetId}", ("datasetId",), (), DATA_SET),
    "datasets.list": ("GET datasets", ("projectId", *PAGE), (), listed("datasets", DATA_SET)),
    "datasets.patch": ("PATCH datasets/{datasetId}", ("datasetId", "updateMask"), DATA_SET, DATA_SET),
    "datasets.undelete": ("POST datasets/{datasetId}:undelete", ("datasetId",), (), DATA_SET),
    "readgroupsets.coveragebuckets.list": (
        "GET readgroupsets/{readGroupSetId}/coveragebuckets",
        ("readGroupSetId", "referenceName", "start", "end", "targetBucketWidth", *PAGE), (),
        ("bucketWidth", *listed("coverageBuckets", BUCKET)),
    ),
    "readgroupsets.delete": ("DELETE readgroupsets/{readGroupSetId}", ("readGroupSetId",), (), ()),
    "readgroupsets.export": ("POST readgroupsets/{readGroupSetId}:export", ("readGroupSetId",), EXPORT, OPERATION),
    "readgroupsets.get": ("GET readgroupsets/{readGroupSetId}", ("readGroupSetId",), (), READ_GROUP_SET),
    "readgroupsets.patch": (
        "PATCH readgroupsets/{readGroupSetId}", ("readGroupSetId", "updateMask"), READ_GROUP_SET, READ_GROUP_SET,
    ),
    "readgroupsets.search": (
        "POST readgroupsets/search", (), ("datasetIds", "name", *PAGE), listed("readGroupSets", READ_GROUP_SET),
    ),
}
ANNOTATION_METHODS = {
    "annotations.batchCreate": (
        "POST annotations:batchCreate", (), (*inside("annotations", ANNOTATION), "requestId"),
        inside("entries", (*inside("annotation", ANNOTATION), *inside("status", STATUS))),
    ),
    "annotations.create": ("POST annotations", (), ANNOTATION, ANNOTATION),
    "annotations.delete": ("DELETE annotations/{annotationId}", ("annotationId",), (), ()),
    "annotations.get": ("GET annotations/{annotationId}", ("annotationId",), (), ANNOTATION),
    "annotations.search": (
        "POST annotations/search", (), ("annotationSetIds", "end", "referenceId", "referenceName", "start", *PAGE),
        listed("annotations", ANNOTATION),
    ),
    "annotations.update": ("PUT annotations/{annotationId}", ("annotationId", "updateMask"), ANNOTATION, ANNOTATION),
    "annotationsets.create": ("POST annotationsets", (), ANNOTATION_SET, ANNOTATION_SET),
    "annotationsets.delete": ("DELETE annotationsets/{annotationSetId}", ("annotationSetId",), (), ()),
    "annotationsets.get": ("GET annotationsets/{annotationSetId}", ("annotationSetId",), (), ANNOTATION_SET),
    "annotationsets.search": (
        "POST annotationsets/search", (), ("datasetIds", "name", "referenceSetId", "types", *PAGE),
        listed("annotationSets", ANNOTATION_SET),
    ),
    "annotationsets.update": (
        "PUT annotationsets/{annotationSetId}", ("annotationSetId", "updateMask"), ANNOTATION_SET, ANNOTATION_SET,
    ),
}
# Served too, although the seed does not ask for them.
NEIGHBOURS = {
    "datasets.getIamPolicy": "POST datasets/{datasetId}:getIamPolicy",
    "datasets.setIamPolicy": "POST datasets/{datasetId}:setIamPolicy",
    "datasets.testIamPermissions": "POST datasets/{datasetId}:testIamPermissions",
    "operations.cancel": "POST operations/{operationId}:cancel",
    "operations.get": "GET operations/{operationId}",
    "operations.list": "GET operations",
    "readgroupsets.import": "POST readgroupsets:import",
    "reads.search": "POST reads/search",
    "reads.stream": "POST reads:stream",
    "references.bases.list": "GET references/{referenceId}/bases",
    "references.get": "GET references/{referenceId}",
    "references.search": "POST references/search",
    "referencesets.get": "GET referencesets/{referenceSetId}",
    "referencesets.search": "POST referencesets/search",
    "variants.get": "GET variants/{variantId}",
    "variants.import": "POST variants:import",
    "variants.search": "POST variants/search",
    "variants.stream": "POST variants:stream",
    "variantsets.create": "POST variantsets",
    "variantsets.delete": "DELETE variantsets/{variantSetId}",
    "variantsets.get": "GET variantsets/{variantSetId}",
    "variantsets.patch": "PATCH variantsets/{variantSetId}",
    "variantsets.search": "POST variantsets/search",
}
NOT_SERVED = {
    "variants.create": "POST variants",
    "variants.delete": "DELETE variants/{variantId}",
    "variants.merge": "POST variants:merge",
    "variants.patch": "PATCH variants/{variantId}",
    "variantsets.export": "POST variantsets/{variantSetId}:export",
}
# That every method takes.
STANDARD = {
    "$.xgafv": "1", "access_token": "x", "alt": "json", "bearer_token": "x", "callback": "f", "fields": "*",
    "key": "K", "oauth_token": "x", "pp": "false", "prettyPrint": "false", "quotaUser": "u", "uploadType": "media",
    "upload_protocol": "raw",
}

# What fields cannot be, by what they are; all others are texts. One text does for a list of one.
WRONG = {
    "text": (5, 1.5, True, ["x"], {"a": "b"}),
    "texts": (5, True, {"a": "b"}, [5], [["x"]], [None]),
    "integer": ("x", "", "1.5", 1.5, True, [1], {"a": 1}, "99999999999999999999", 1e30),
    "boolean": (5, "x", [True], {"a": True}),
    "object": (5, "x", True, ["x"]),
    "objects": (5, "x", True, {"a": "b"}, [5], ["x"], [["x"]], [None]),
    "info": (5, "x", True, ["x"], {"a": "b"}, {"a": 5}, {"a": {"b": []}}),
}
TYPES = {
    "codingSequence": "object", "conditions": "objects", "created": "integer", "datasetIds": "texts",
    "annotations": "objects", "annotationSetIds": "texts", "end": "integer", "exons": "objects",
    "experiment": "object", "externalIds": "objects", "frame": "integer", "info": "info", "names": "texts",
    "pageSize": "integer", "predictedInsertSize": "integer", "programs": "objects", "readGroups": "objects",
    "referenceNames": "texts", "reverseStrand": "boolean", "start": "integer", "transcript": "object",
    "transcriptIds": "texts", "types": "texts", "variant": "object", "variantSetIds": "texts",
}


def wrong_values(path):
    return WRONG[TYPES.get(path.split(".")[-1], "text")]


def serves_annotations(server):
    """Whether it knows their paths."""
    _, _, answer = server.request("/v1/annotationsets/x")
    return b"there is nothing at this path" not in answer


def rows_of(methods):
    """{(method, kind, name)}"""
    return {
        (method, kind, name)
        for method, (_, *names_by_kind) in methods.items()
        for kind, names in zip(KINDS, names_by_kind)
        for name in names
    }


class Discovery:
    """The document, asked as the tables above are."""

    ANY = {"metadata": "OperationMetadata", "metadata.request": "ExportReadGroupSetRequest"}

    def __init__(self):
        self.document = json.loads(DISCOVERY.read_text())
        self.methods = {one["id"].removeprefix("genomics."): one for one in self.walk(self.document)}

    def walk(self, resource):
        yield from resource.get("methods", {}).values()
        for inner in resource.get("resources", {}).values():
            yield from self.walk(inner)

    def paths(self, schema, before=""):
        for name, member in self.document["schemas"][schema].get("properties", {}).items():
            yield before + name
            held = member.get("$ref") or member.get("items", {}).get("$ref") or self.ANY.get(before + name)
            if held:
                yield from self.paths(held, f"{before}{name}.")

    def rows(self, methods):
        for name in methods:
            method = self.methods[name]
            yield from ((name, "parameter", parameter) for parameter in method.get("parameters", {}))
            for kind, part in (("body", "request"), ("field", "response")):
                if part in method:
                    yield from ((name, kind, path) for path in self.paths(method[part]["$ref"]))

    def spelled(self, name):
        method = self.methods[name]
        return f"{method['httpMethod']} {method['path'].removeprefix('v1/')}"


def value_at(entity, path):
    """Of a list that of every element."""
    if isinstance(entity, list):
        return [value_at(one, path) for one in entity]
    name, _, rest = path.partition(".")
    return value_at(entity[name], rest) if rest else entity[name]


def cut(value, pattern):
    """What is in the pattern too."""
    if isinstance(pattern, dict) and isinstance(value, dict):
        return {name: cut(value.get(name), one) for name, one in pattern.items()}
    if isinstance(pattern, list) and isinstance(value, list) and len(value) == len(pattern):
        return [cut(one, two) for one, two in zip(value, pattern)]
    return value


def with_member(path, value):
    """A message with nothing but this, in the first element of lists."""
    outer, _, name = path.rpartition(".")
    message = {name: value}
    for part in reversed(outer.split(".") if outer else []):
        message = {part: [message] if TYPES[part] == "objects" else message}
    return message


# Two data sets: what is said of the one and of the other.
HOMES = ("alpha", "beta")
SAYS = {
    "alpha": {
        "name": "Spring barley", "project": "p1", "date": "20200102", "created": "2020-01-02T00:00:00Z",
        "created_ms": "1577923200000", "sample": "A1", "probe": "probe 1", "germplasm": "g1",
        "lengths": {"1": 10_000, "2": 5_000},
        "group": {
            "ID": "lane1", "SM": "NA1", "LB": "lib1", "PU": "unit1", "CN": "center1", "PM": "model1", "PI": "300",
            "DS": "the first", "DT": "2020-01-01", "PL": "ILLUMINA",
        },
        "program": {"ID": "map", "PN": "bwa", "CL": "bwa mem x", "PP": "cut", "VN": "1"},
        "before": "cut",
    },
    "beta": {
        "name": "Winter rye", "project": "p2", "date": "20210304", "created": "2021-03-04T00:00:00Z",
        "created_ms": "1614816000000", "sample": "B1", "probe": "probe 2", "germplasm": "g2",
        "lengths": {"7": 8_000},
        "group": {
            "ID": "lane2", "SM": "NA2", "LB": "lib2", "PU": "unit2", "CN": "center2", "PM": "model2", "PI": "450",
            "DS": "the second", "DT": "2021-01-01", "PL": "ONT",
        },
        "program": {"ID": "align", "PN": "minimap2", "CL": "minimap2 y", "PP": "trim", "VN": "2"},
        "before": "trim",
    },
}


def call_set(home):
    """What an answer has to say of the first call set of one of the data sets."""
    says = SAYS[home]
    return {
        "created": says["created_ms"], "id": f"{home}~chip~{says['sample']}",
        "info": {"germplasmDbId": [says["germplasm"]]}, "name": says["sample"], "sampleId": says["probe"],
        "variantSetIds": [f"{home}~chip"],
    }


def data_set(home):
    says = SAYS[home]
    return {"createTime": says["created"], "id": home, "name": says["name"], "projectId": says["project"]}


def read_group_set(home):
    """Its name is, as the document has it, that of the sample unless somebody said otherwise."""
    group, program = SAYS[home]["group"], SAYS[home]["program"]
    first = {"commandLine": "", "id": program["PP"], "name": "", "prevProgramId": "", "version": ""}
    last = {
        "commandLine": program["CL"], "id": program["ID"], "name": program["PN"], "prevProgramId": program["PP"],
        "version": program["VN"],
    }
    return {
        "datasetId": home, "filename": f"{home}-reads.bam", "id": f"{home}~{home}-reads", "info": {},
        "name": group["SM"], "referenceSetId": f"{home}~genome",
        "readGroups": [{
            "datasetId": home, "description": group["DS"], "id": f"{home}~{home}-reads~{group['ID']}",
            "experiment": {
                "instrumentModel": group["PM"], "libraryId": group["LB"], "platformUnit": group["PU"],
                "sequencingCenter": group["CN"],
            },
            "info": {"DT": [group["DT"]], "PL": [group["PL"]]}, "name": group["ID"],
            "predictedInsertSize": int(group["PI"]), "programs": [first, last],
            "referenceSetId": f"{home}~genome", "sampleId": group["SM"],
        }],
    }


def sam_header(lengths, group=None, program=None, before=None):
    def line(tag, fields):
        return "\t".join([f"@{tag}", *(f"{key}:{value}" for key, value in fields.items())]) + "\n"

    text = "@HD\tVN:1.6\tSO:coordinate\n"
    text += "".join(line("SQ", {"SN": name, "LN": length}) for name, length in lengths.items())
    text += line("RG", group) if group else ""
    text += line("PG", {"ID": before}) if before else ""
    return text + (line("PG", program) if program else "")


def write_bam(path, header, reads):
    """Of (reference, 1-based position, CIGAR) in order; without bases, which nobody asks for."""
    lines = [
        f"r{n}\t{0 if reference != '*' else 4}\t{reference}\t{position}\t60\t{cigar}\t*\t0\t0\t*\t*\n"
        for n, (reference, position, cigar) in enumerate(reads)
    ]
    run("samtools", "view", "--no-PG", "-b", "-o", path, "-", input=(header + "".join(lines)).encode())
    return path


def write_home(folder, home):
    says, place = SAYS[home], folder / home
    head = VCF_HEAD.replace("20260131", says["date"])
    samples = [says["sample"], *(f"{says['sample']}x{n}" for n in range(4))]
    rows = [("1", 10 * n + 1, f"rs{n}", "A", "C", "GT", [f"{s % 2}|{n % 2}" for s in range(5)]) for n in range(6)]
    write_vcf(place / "chip.vcf.gz", rows, samples, head)
    (place / "dataset.toml").write_text(f'name = "{says["name"]}"\nprojectId = "{says["project"]}"\n')
    cells = ("sample", "sampleDbId", "germplasmDbId"), (says["sample"], says["probe"], says["germplasm"])
    (place / "samples.tsv").write_text("".join("\t".join(row) + "\n" for row in cells))
    lengths = says["lengths"]
    (place / "genome.fa").write_text("".join(f">{name}\n{'ACGT' * (n // 4)}\n" for name, n in lengths.items()))
    reads = [(name, at, "100M") for name, n in lengths.items() for at in range(1, n - 100, 40)]
    header = sam_header(lengths, says["group"], says["program"], says["before"])
    write_bam(place / f"{home}-reads.bam", header, [*reads, ("*", 0, "*")])


class GenomicsTest(FolderTest):
    """Has a server over both data sets when its set-up is done."""

    methods = METHODS

    def setUp(self):
        super().setUp()
        for home in HOMES:
            write_home(self.folder, home)
        self.state = self.folder.parent / "state"
        self.serve()

    def serve(self, *options):
        self.server = Server(self.folder, *options, state=self.state)
        self.addCleanup(lambda server=self.server: server.process.poll() is None and server.stop())

    def restart(self):
        self.server.stop()
        self.serve()

    # Asking

    def send(self, method, target, body=None, headers=None):
        """Status and JSON; errors have been looked at."""
        fields = {} if body is None else {"Content-Type": "application/json"}
        text = json.dumps(body) if body is not None and not isinstance(body, (str, bytes)) else body
        status, _, answer = self.server.request(target, method, fields | (headers or {}), text)
        value = json.loads(answer)
        if status >= 400:
            self.judge_error(status, value)
        return status, value

    def judge_error(self, status, value):
        self.assertEqual(value.keys(), {"error"})
        error = value["error"]
        self.assertEqual(error.keys() - {"details"}, {"code", "message", "status"})
        self.assertEqual(error["code"], status)
        self.assertTrue(error["message"])
        self.assertIn(error["status"], STATUS_NAMES[status])

    def target(self, name, one=None, **parameters):
        method, path = self.spelled(name).split()
        path = re.sub(r"{\w+}", urllib.parse.quote(one or "", safe="~"), path)
        return method, support.url(f"/v1/{path}", parameters)

    def spelled(self, name):
        methods = METHODS | ANNOTATION_METHODS
        return methods[name][0] if name in methods else (NEIGHBOURS | NOT_SERVED)[name]

    def call(self, name, one=None, body=None, wanted=200, headers=None, **parameters):
        """The JSON of a method's answer; `one` is the id in its path."""
        method, target = self.target(name, one, **parameters)
        status, value = self.send(method, target, body, headers)
        self.assertEqual(status, wanted, (method, target[:300], str(body)[:300], value))
        return value

    def walk(self, name, member, size, one=None, body=None, **parameters):
        """All elements of a list by its tokens, which are there on every page."""
        elements, token = [], None
        while token != "":
            page = {"pageSize": size} | ({"pageToken": token} if token else {})
            if body is None:
                answer = self.call(name, one, **parameters, **page)
            else:
                answer = self.call(name, one, body | page)
            self.assertLessEqual(len(answer[member]), size)
            elements += answer[member]
            token = answer["nextPageToken"]
            self.assertTrue(token == "" or len(answer[member]) == size)
        return elements

    def wait_for_operation(self, name, seconds=60):
        found = {}

        def is_done():
            found.update(self.call("operations.get", name.removeprefix("operations/")))
            return found["done"]

        self.wait_for(is_done, seconds)
        return found

    # Rows

    @contextlib.contextmanager
    def row(self, method, kind, name, **more):
        with self.subTest(method, **{kind: name}, **more):
            type(self).rows_met.add((method, kind, name))
            yield


STATUS_NAMES = {
    400: ("INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE"), 401: ("UNAUTHENTICATED",),
    403: ("PERMISSION_DENIED",), 404: ("NOT_FOUND",), 405: ("UNIMPLEMENTED",), 409: ("ALREADY_EXISTS", "ABORTED"),
    501: ("UNIMPLEMENTED",), 503: ("UNAVAILABLE",),
}


class RowsTest(GenomicsTest):
    """A class that meets every row of its `methods`, or fails at its end if all its tests ran."""

    @classmethod
    def setUpClass(cls):
        cls.rows_met, cls.tests_run = set(), set()

    def setUp(self):
        super().setUp()
        type(self).tests_run.add(self._testMethodName)

    @classmethod
    def tearDownClass(cls):
        if cls.tests_run == set(unittest.defaultTestLoader.getTestCaseNames(cls)):
            missed = rows_of(cls.methods) ^ cls.rows_met
            if missed:
                raise AssertionError(f"rows that no test met, or of no method: {sorted(missed)}")

    def check_fields(self, method, answers, expected, same=()):
        """Two answers of a method, whole: nothing is in them that `expected` does not say. All is different
        but for `same`, of which there is nothing else to say."""
        for path in self.methods[method][3]:
            with self.row(method, "field", path):
                found = [value_at(answer, path) for answer in answers]
                self.assertEqual(found, [value_at(one, path) for one in expected])
                (self.assertEqual if path in same else self.assertNotEqual)(*found)
        for answer, one in zip(answers, expected):
            with self.subTest(method, answer="members"):
                self.assertEqual(shape_of(answer), shape_of(one))

    def check_wrong(self, method, one=None, base=None):
        """Every field of the body with what it cannot be."""
        _, target = self.target(method, one)
        for path in self.methods[method][2]:
            with self.row(method, "body", path):
                bodies = [(base or {}) | with_member(path, value) for value in wrong_values(path)]
                verb = self.spelled(method).split()[0]
                taken = [body for body in bodies if self.send(verb, target, body)[0] != 400]
                self.assertEqual(taken, [])

    def check_ids(self, method, ids, body=None):
        """Each of two ids is another thing, and others are none."""
        name = re.search(r"{(\w+)}", self.spelled(method))[1]
        with self.row(method, "parameter", name):
            for other in ("nobody", ids[0][:-1], ids[0] + "~x", ids[0].upper()):
                self.call(method, other, body, 404)
            first, second = (self.call(method, one, body) for one in ids)
            return first, second


def shape_of(value):
    if isinstance(value, dict):
        return {name: shape_of(member) for name, member in value.items() if name != "info"}
    return [shape_of(one) for one in value] if isinstance(value, list) else None
