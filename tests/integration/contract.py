"""What the contract tests share: asking, judging answers by BrAPI's documents, the tables of the seeds.

A contract test has a row for every parameter, every field of a body and every field of an answer, on a
data set where it changes the answer. Every row is a subtest, named by it.
"""

import functools
import json
import re
import unittest
import urllib.parse

import support
from openapi import SPECIFICATION, Document
from support import ROOT, FolderTest

SEEDS = ROOT.parent / "shared" / "seeds"
with_seeds = unittest.skipUnless(SEEDS.is_dir(), "the seeds are not on this machine")
KINDS = ("parameter", "body", "field")

ID_NAMES = {
    "callsets": "callSetDbId", "lists": "listDbId", "references": "referenceDbId", "vendor/orders": "orderId",
    "germplasm": "germplasmDbId", "plates": "plateDbId", "programs": "programDbId", "samples": "sampleDbId",
    "studies": "studyDbId", "trials": "trialDbId",
}
# The parameters of a page, with which of at least four entities are on it.
PAGING = {
    "page": ({"page": 1, "pageSize": 2}, slice(2, 4)),
    "pageSize": ({"pageSize": 1}, slice(0, 1)),
}
# Values that are refused, by what a parameter wants to be.
BAD_VALUES = {
    "page": ("-1", "x", "1.5", "99999999999999999999"),
    "pageSize": ("0", "-1", "x"),
    "active": ("maybe", "1"),
    "isDerived": ("maybe", "1"),
    "minLength": ("x", "1e3"),
    "maxLength": ("x", "1e3"),
    "start": ("-1", "x"),
    "end": ("-1", "x"),
    "pageToken": ("x", "AAAA.BBBB"),
    "expandHomozygotes": ("maybe",),
}
BAD_OBJECTS = ("", "{", "[]", '"x"', '{"a":1,"a":2}', "\x00")
SYNC = {"Prefer": "respond-sync"}


def rows_of(endpoints):
    """(endpoint, kind, name) of {endpoint: (parameters, fields of the body, fields of the answer)}.
    Every endpoint takes an Authorization."""
    return {
        (endpoint, kind, name)
        for endpoint, (parameters, body, fields) in endpoints.items()
        for kind, names in zip(KINDS, ({*parameters, "Authorization"}, body, fields))
        for name in names
    }


def lines_of_seed(name):
    """The same of a seed: `### … [GET /brapi/v2/callsets{?page}]`, then tables and lists of parameters.
    The tables of 2.1 are HTML, those of 2.0 and 1 `|Field|Type|Description|`. Fields of objects within
    objects are flat, so one name may have several lines."""
    rows = []
    for part in re.split(r"\n### ", (SEEDS / name).read_text())[1:]:
        method, path = re.search(r"\[(GET|POST|PUT) /brapi/v\d([^\]]*)\]", part).groups()
        endpoint = f"{method} {re.sub(r'{[?].*', '', path).rstrip('/')}"
        for kind, title in (("body", "Request"), ("field", "Response")):
            table = re.search(rf"\*\*{title} Fields\*\*(.*?)\n(?:\*\*|\+ )", part, re.DOTALL)
            cells = re.findall(r"^(?:<tr><td>(.*?)</td>|\|(\w+)\|)", table[1] if table else "", re.MULTILINE)
            names = [re.sub(r"<[^>]*>", "", html or plain) for html, plain in cells]
            rows += [(endpoint, kind, name) for name in names if name != "Field"]
        for name in re.findall(r"^ {4}\+ (\w+) \((?:Optional|Required)", part, re.MULTILINE):
            rows.append((endpoint, "parameter", name))
    return rows


def rows_of_seed(name):
    return set(lines_of_seed(name))


def count_rows(rows):
    counts = dict.fromkeys(KINDS, 0)
    for _, kind, _ in rows:
        counts[kind] += 1
    return counts


def member_of(entity, name):
    """Of a list, that of every item; what is null has none."""
    if isinstance(entity, list):
        return [member_of(item, name) for item in entity]
    return None if entity is None else entity[name]


class ContractTest(FolderTest):
    """Has `self.server` when its set-up is done."""

    DOCUMENTS = ()  # file names
    BASE = "/brapi/v2"

    @classmethod
    def setUpClass(cls):
        cls.documents = {}
        if SPECIFICATION.is_dir():
            cls.documents = {name: Document.read(name) for name in cls.DOCUMENTS}

    # Asking

    def ask(
        self, endpoint, wanted=200, path=None, body=None, headers=None, judges=None, **parameters
    ):
        """The JSON of an answer with the wanted status, after the documents agreed with it. `endpoint`
        is as the documents spell it; `path` takes the place of its {…}. `judges` are the documents that know
        it where others do not."""
        method, spelled = endpoint.split()
        target = self.BASE + re.sub(r"{\w+}", urllib.parse.quote(path or "", safe=""), spelled)
        target = support.url(target, parameters)
        status, value = self.send(method, target, body, headers)
        self.assertEqual(status, wanted, (target[:300], str(body)[:300], value))
        self.judge(spelled, method.lower(), status, value, judges)
        return value

    def send(self, method, target, body, headers):
        """Status and JSON; texts and bytes are sent as they are, anything else as JSON."""
        fields = {} if body is None else {"Content-Type": "application/json"}
        if isinstance(body, str):
            body = body.encode()
        elif body is not None and not isinstance(body, bytes):
            body = json.dumps(body)
        status, _, text = self.server.request(target, method, fields | (headers or {}), body)
        return status, json.loads(text)

    def judge(self, path, method, status, value, judges=None):
        if status >= 400:  # also where the documents forgot it
            self.assertRegex(value, r"^ERROR - \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ - .")
        for name, document in self.documents.items():
            if judges is not None and name not in judges:
                continue
            schema = document.answer(path, method, status)
            if schema is not None:
                self.assertEqual(document.problems(schema, value, f"{name} {method} {path}"), [])
            elif status < 400:
                self.fail(f"{name} has no {status} of {method} {path}")
            if status == 200 and name.endswith("v2.1.json"):
                self.judge_wholeness(document, schema, value["result"])

    def judge_body(self, endpoint, body):
        """A body that we send is one of which the documents know."""
        method, path = endpoint.split()
        for name, document in self.documents.items():
            schema = document.request(path, method.lower())
            self.assertEqual(document.problems(schema, body, f"{name} {endpoint}"), [])

    def judge_wholeness(self, document, schema, result):
        """Of what a seed knows all members are there; 2.1 itself may add to them."""
        properties, _ = document.members(schema)
        found = document.problems(properties["result"], result, "result", whole=True)
        self.assertEqual([problem for problem in found if "required property" in problem], [])

    def warnings(self, answer):
        status = answer["metadata"]["status"]
        return [line["message"] for line in status if line["messageType"] == "WARNING"]

    def ids(self, answer, entity):
        return [item[ID_NAMES[entity]] for item in answer["result"]["data"]]

    def search(self, entity, body):
        return self.ask(f"POST /search/{entity}", 202, body=body)["result"]["searchResultsDbId"]

    def found(self, entity, search, **parameters):
        return self.ask(f"GET /search/{entity}/{{searchResultsDbId}}", path=search, **parameters)

    # Rows of entities that can be listed and searched. Tables are {name: (value, ids of what fits)}.

    def check_filters(self, entity, table, everything):
        endpoint = f"GET /{entity}"
        self.assertEqual(self.ids(self.ask(endpoint), entity), everything)
        for name, (value, expected) in table.items():
            with self.subTest(endpoint, parameter=name):
                answer = self.ask(endpoint, **{name: value})
                self.assertEqual(self.ids(answer, entity), expected)
                self.assertEqual(answer["metadata"]["pagination"]["totalCount"], len(expected))
                self.assertEqual(self.warnings(answer), [])
                if name in BAD_VALUES:
                    continue
                nobody = self.ask(endpoint, **{name: "nobody"})
                self.assertEqual(self.ids(nobody, entity), [])
                self.assertEqual(len(self.warnings(nobody)), 1)
                unfiltered = self.ask(endpoint, **{name: ""})
                self.assertEqual(self.ids(unfiltered, entity), everything)

    def check_pages(self, entity, everything):
        search = self.search(entity, {})
        self.check_pages_of(f"GET /{entity}", ID_NAMES[entity], everything)
        for name, (parameters, expected) in PAGING.items():
            with self.subTest(f"GET /search/{entity}/{{searchResultsDbId}}", parameter=name):
                answer = self.found(entity, search, **parameters)
                self.assertEqual(self.ids(answer, entity), everything[expected])
            with self.subTest(f"POST /search/{entity}", body=name):
                kept = self.search(entity, parameters)
                self.assertEqual(self.ids(self.found(entity, kept), entity), everything[expected])
                other = self.found(entity, kept, page=0, pageSize=3)
                self.assertEqual(self.ids(other, entity), everything[:3])

    def check_pages_of(self, endpoint, member, everything, path=None):
        """`everything` is what that member is in all of the list."""
        for name, (parameters, expected) in PAGING.items():
            with self.subTest(endpoint, parameter=name):
                answer = self.ask(endpoint, path=path, **parameters)
                self.assertEqual(self.value_at(answer, f"result.data.{member}"), everything[expected])
                pagination = answer["metadata"]["pagination"]
                self.assertEqual(pagination["totalCount"], len(everything))
                for sent, value in parameters.items():
                    shown = "currentPage" if sent == "page" else sent
                    self.assertEqual(pagination[shown], value)

    def check_ids_in_paths(self, endpoint, ids):
        member = re.search(r"{(\w+)}", endpoint)[1]
        with self.subTest(endpoint, parameter=member):
            for one in ids:
                self.assertEqual(self.ask(endpoint, path=one)["result"][member], one)
            self.ask(endpoint, 404, path="nobody")

    def check_search_fields(self, entity, table, everything):
        for name, (value, expected) in table.items():
            with self.subTest(f"POST /search/{entity}", body=name):
                self.check_search_field(entity, name, value, expected)
                if isinstance(value, list):
                    empty = self.found(entity, self.search(entity, {name: []}))
                    self.assertEqual(self.ids(empty, entity), everything)
                    more = self.found(entity, self.search(entity, {name: ["nobody", *value]}))
                    self.assertEqual(self.ids(more, entity), expected)

    def check_search_field(self, entity, name, value, expected):
        kept = self.found(entity, self.search(entity, {name: value}))
        self.assertEqual(self.ids(kept, entity), expected)
        self.assertEqual(self.warnings(kept), [])
        at_once = self.ask(f"POST /search/{entity}", body={name: value}, headers=SYNC)
        self.assertEqual(at_once, kept)

    def check_authorization(self, endpoint, status=200, path=None, body=None, facts=lambda result: result):
        """A token neither helps nor harms a server without --auth. `facts` takes from a result what must
        be the same each time."""
        with self.subTest(endpoint, parameter="Authorization"):
            alone = self.ask(endpoint, status, path=path, body=body)
            for token in ("Bearer XXXX", "Bearer ", "junk"):
                headers = {"Authorization": token}
                answer = self.ask(endpoint, status, path=path, body=body, headers=headers)
                self.assertEqual(facts(answer["result"]), facts(alone["result"]))
                self.assertEqual(self.warnings(answer), [])

    # Answers. Fields are the paths of tables: "a.b" looks into every item of a list.

    def value_at(self, entity, path):
        return functools.reduce(member_of, path.split("."), entity)

    def check_objects(self, endpoint, objects, fields):
        """`fields` is {path: what stands there in each of the objects}."""
        for path, expected in fields.items():
            with self.subTest(endpoint, field=path):
                self.assertEqual(tuple(self.value_at(one, path) for one in objects), expected)
                self.assertNotEqual(*expected)

    def check_objects_of_lists(self, entity, ids, fields):
        """The same objects in the list and in results of searches."""
        searching = f"POST /search/{entity}"
        for endpoint, answer in (
            (f"GET /{entity}", self.ask(f"GET /{entity}")),
            (searching, self.ask(searching, body={}, headers=SYNC)),
            (f"GET /search/{entity}/{{searchResultsDbId}}", self.found(entity, self.search(entity, {}))),
        ):
            by_id = dict(zip(self.ids(answer, entity), answer["result"]["data"]))
            self.check_objects(endpoint, [by_id[one] for one in ids], fields)

    # What is refused

    def check_bad_parameters(self, endpoint, names, path):
        for name in names & BAD_VALUES.keys():
            for value in BAD_VALUES[name]:
                with self.subTest(endpoint, parameter=name, value=value):
                    self.assertIn(name, self.ask(endpoint, 400, path=path, **{name: value}))

    def check_bad_search_bodies(self, endpoint, names):
        for name in names:
            for value in ({"a": 1}, 1.5, True, [["x"]], "maybe"):
                if self.suits(name, value):
                    continue
                with self.subTest(endpoint, body=name, value=value):
                    self.assertIn(name, self.ask(endpoint, 400, body={name: value}))
        self.check_bad_texts(endpoint, BAD_OBJECTS)

    def check_bad_texts(self, endpoint, texts, path=None):
        for text in texts:
            with self.subTest(endpoint, text=text):
                self.ask(endpoint, 400, path=path, body=text)

    def suits(self, name, value):
        """One text does for a list of texts: R's clients send lists of one so."""
        takes_text = name.endswith("s") or name == "listType"
        return (takes_text and isinstance(value, str)) or (name in ("active", "isDerived") and value is True)

    def check_unknown_searches(self, entity, kept, other):
        """`other` is the id of a search of another entity."""
        for unknown in ("x", "551ae08c", kept[:-1], kept + "A", other):
            self.ask(f"GET /search/{entity}/{{searchResultsDbId}}", 404, path=unknown)
