"""The contract of the third seed, BrAPI 2.0 lists: a row for every parameter, every field of a body and
every field of an answer, on lists where it changes the answer; and what any user may write into them.

Where BrAPI's documents are on the machine, every answer is judged by those of 2.0 and 2.1.
"""

import contextlib
import datetime
import json
import re
import sqlite3
import unittest

import support
from contract import (
    BAD_OBJECTS, PAGING, SEEDS, SYNC, ContractTest, count_rows, rows_of, rows_of_seed, with_seeds,
)
from support import Server, run

SEED = "brapi-2.0-lists.md"
# For what 2.0 does not know.
NEWEST = ["brapi-core-v2.1.json"]
PROGRAMS = {"barley": ("P1", "Barley breeding"), "wheat": ("P2", "Wheat breeding")}

# What was sent of each list, under its name.
SENT = {
    "Drought": {
        "additionalInfo": {"season": "2020", "field": "7"},
        "commonCropName": "barley",
        "data": ["g1", "g2", "g1"],
        "externalReferences": [
            {"referenceID": "doi:1", "referenceSource": "DOI"},
            {"referenceID": "drought", "referenceSource": "Notes"},
        ],
        "listDescription": "Stands dry soil",
        "listName": "Drought",
        "listOwnerName": "Ada",
        "listOwnerPersonDbId": "p1",
        "listSource": "Field app",
        "listType": "germplasm",
        "programDbId": "P1",
    },
    "Frost": {
        "additionalInfo": {"season": "2021"},
        "commonCropName": "wheat",
        "data": ["s9"],
        "externalReferences": [{"referenceID": "drought", "referenceSource": "DOI"}],
        "listDescription": "Sampled in the snow",
        "listName": "Frost",
        "listOwnerName": "Bob",
        "listOwnerPersonDbId": "p2",
        "listSource": "Gene bank",
        "listType": "samples",
        "programDbId": "P2",
    },
    "Bare": {"listName": "Bare", "listType": "studies"},
    "Rust": {
        "data": ["g5", "g6"], "listName": "Rust", "listOwnerName": "Ada", "listSource": "Field app",
        "listType": "germplasm",
    },
}
NAMES = list(SENT)
# When each was created and changed.
DATES = {
    "Drought": ("2020-01-01T10:00:00Z", "2023-01-01T10:00:00Z"),
    "Frost": ("2021-01-01T10:00:00Z", "2022-01-01T10:00:00Z"),
    "Bare": ("2022-01-01T10:00:00Z", "2024-01-01T10:00:00Z"),
    "Rust": ("2023-01-01T10:00:00Z", "2025-01-01T10:00:00Z"),
}

# What fits one value of a parameter, by names. A value `ID of …` is the listDbId of that list.
PARAMETERS = {
    "listType": ("germplasm", ["Drought", "Rust"]),
    "listName": ("Frost", ["Frost"]),
    "listDbId": ("ID of Bare", ["Bare"]),
    "listSource": ("Field app", ["Drought", "Rust"]),
    "externalReferenceID": ("drought", ["Drought", "Frost"]),
    "externalReferenceSource": ("DOI", ["Drought", "Frost"]),
}
# 2.1 adds these, and some are our own.
MORE_PARAMETERS = {
    "commonCropName": ("wheat", ["Frost"]),
    "externalReferenceId": ("doi:1", ["Drought"]),
    "listOwnerName": ("Ada", ["Drought", "Rust"]),
    "listOwnerPersonDbId": ("p2", ["Frost"]),
    "programDbId": ("P1", ["Drought"]),
    "programName": ("Wheat breeding", ["Frost"]),
}
# Bounds are inclusive.
SEARCH_BODY = {
    "dateCreatedRangeEnd": ("2021-01-01T10:00:00Z", ["Drought", "Frost"]),
    "dateCreatedRangeStart": ("2022-01-01T10:00:00Z", ["Bare", "Rust"]),
    "dateModifiedRangeEnd": ("2023-01-01T10:00:00Z", ["Drought", "Frost"]),
    "dateModifiedRangeStart": ("2023-01-01T10:00:01Z", ["Bare", "Rust"]),
    "externalReferenceIDs": (["doi:1", "doi:2"], ["Drought"]),
    "externalReferenceSources": (["DOI"], ["Drought", "Frost"]),
    "listDbIds": (["ID of Rust", "ID of Drought"], ["Drought", "Rust"]),
    "listNames": (["Bare", "Frost"], ["Frost", "Bare"]),
    "listOwnerNames": (["Bob"], ["Frost"]),
    "listOwnerPersonDbIds": (["p1", "p3"], ["Drought"]),
    "listSources": (["Gene bank", "Field app"], ["Drought", "Frost", "Rust"]),
    "listType": ("samples", ["Frost"]),
}
MORE_SEARCH_BODY = {
    "commonCropNames": (["barley"], ["Drought"]),
    "externalReferenceIds": (["drought"], ["Drought", "Frost"]),
    "programDbIds": (["P2", "P1"], ["Drought", "Frost"]),
    "programNames": (["Barley breeding"], ["Drought"]),
}

# The fields that clients send: what is sent with which effect on the answer.
OWN = "2018-01-01T14:47:23-0600"  # nobody's date: those of lists are the server's
BODY = {
    "additionalInfo": ({"additionalInfo": {"year": "1999"}}, {"additionalInfo": {"year": "1999"}}),
    "data": ({"data": ["x", "y", "x", ""]}, {"data": ["x", "y", "x", ""], "listSize": 4}),
    "dateCreated": ({"dateCreated": OWN}, {}),
    "dateModified": ({"dateModified": OWN}, {}),
    "externalReferences": (
        {"externalReferences": [{"referenceID": "a", "referenceSource": "b"}]},
        {"externalReferences": [{"referenceID": "a", "referenceId": "a", "referenceSource": "b"}]},
    ),
    "referenceID": (
        {"externalReferences": [{"referenceID": "doi:9"}, {"referenceID": "doi:8"}]},
        {
            "externalReferences": [
                {"referenceID": "doi:9", "referenceId": "doi:9", "referenceSource": ""},
                {"referenceID": "doi:8", "referenceId": "doi:8", "referenceSource": ""},
            ],
        },
    ),
    "referenceSource": (
        {"externalReferences": [{"referenceSource": "Web"}]},
        {"externalReferences": [{"referenceID": "", "referenceId": "", "referenceSource": "Web"}]},
    ),
    "listDescription": ({"listDescription": "Late"}, {"listDescription": "Late"}),
    "listName": ({"listName": "Other"}, {"listName": "Other"}),
    "listOwnerName": ({"listOwnerName": "Cem"}, {"listOwnerName": "Cem"}),
    "listOwnerPersonDbId": ({"listOwnerPersonDbId": "p7"}, {"listOwnerPersonDbId": "p7"}),
    "listSize": ({"listSize": 53}, {}),
    "listSource": ({"listSource": "USER"}, {"listSource": "USER"}),
    "listType": ({"listType": "trials"}, {"listType": "trials"}),
}
# The server's: clients may send the first, of an answer the others are not known before.
OWN_FIELDS = {"dateCreated", "dateModified", "listSize"}
OWN_MEMBERS = ("listDbId", "dateCreated", "dateModified")
MORE_BODY = {
    "commonCropName": ({"commonCropName": "rye"}, {"commonCropName": "rye"}),
    "programDbId": ({"programDbId": "P3"}, {"programDbId": "P3"}),
    "referenceId": (
        {"externalReferences": [{"referenceId": "doi:7"}]},
        {"externalReferences": [{"referenceID": "doi:7", "referenceId": "doi:7", "referenceSource": ""}]},
    ),
}
# Of a text that is no text, and so on.
NO_TEXTS = (5, 1.5, True, ["x"], {"a": "b"})
NO_DATES = (
    *NO_TEXTS, "", "yesterday", "2018-13-01T00:00:00Z", "2018-02-30T00:00:00Z", "2018-01-01T14:47:23",
    "2018-01-01T25:47:23Z", "1514814443",
)
WRONG = {
    "additionalInfo": ("x", 5, True, ["x"]),
    "data": ("x", 5, True, {"a": "b"}, [1], [None], [True], [["x"]], ["x", {"a": "b"}]),
    "dateCreated": NO_DATES,
    "dateModified": NO_DATES,
    "externalReferences": ("x", 5, True, {"a": "b"}, ["x"], [["x"]], [None]),
    "listSize": ("x", 1.5, True, [1], {"a": 1}),
    "listName": (*NO_TEXTS, ""),
    "listType": (*NO_TEXTS, "", "nobody", "Germplasm", "germplasm "),
} | {
    name: NO_TEXTS
    for name in (
        "listDescription", "listOwnerName", "listOwnerPersonDbId", "listSource", "referenceID",
        "referenceSource", "commonCropName", "programDbId", "referenceId", "listDbId",
    )
}
BAD_JSON = ("", " ", "{", "[", '"x"', "5", "true", "null", "\x00", "[}", "nonsense", "[]x", "[" * 10_000)
BAD_LISTS = (
    *BAD_JSON, "{}", "[1]", "[null]", '["x"]', "[[]]", "[{}]", '{"listName":"x"}', '[{"listType":"samples"}]',
    '[{"listName":"x","listType":"samples"},{}]',
    '[{"listName":"x","listName":"x","listType":"samples"}]',
    '[{"listName":"x","listType":"samples","data":[],"data":[]}]',
    '[{"listName":"x","listType":"samples","additionalInfo":{"a":1,"a":2}}]',
    '[{"listName":"x","listType":"samples","additionalInfo":{"a":1e999}}]',
    '[{"listName":"x","listType":"samples"}] []',
)
BAD_CHANGES = (*BAD_JSON, "[]", "[{}]", '{"listName":"x","listName":"y"}', '{"data":["x"],"data":["y"]}', "{}{}")
BAD_ITEMS = (*BAD_JSON, "{}", '{"data":["x"]}', "[1]", "[null]", '["x",["y"]]', '["x",{}]', '["x"', '["x"]["y"]')

# Of a list; of several there is also `data`, which holds them, and of one `data`, its items.
FIELDS = (
    "additionalInfo", "dateCreated", "dateModified", "externalReferences", "externalReferences.referenceID",
    "externalReferences.referenceSource", "listDbId", "listDescription", "listName", "listOwnerName",
    "listOwnerPersonDbId", "listSize", "listSource", "listType",
)
# The tables of the seed have the fields of objects within objects flat.
FIELD_ROWS = {"data"} | {path.split(".")[-1] for path in FIELDS}
ITEMS = "POST /lists/{listDbId}/items"
ENDPOINTS = {
    "GET /lists": (PARAMETERS.keys() | PAGING.keys(), (), FIELD_ROWS),
    "POST /lists": (set(), BODY.keys(), FIELD_ROWS),
    "GET /lists/{listDbId}": ({"listDbId"}, (), FIELD_ROWS),
    "PUT /lists/{listDbId}": ({"listDbId"}, BODY.keys(), FIELD_ROWS),
    ITEMS: ({"listDbId"}, (), FIELD_ROWS),
    "POST /search/lists": (set(), SEARCH_BODY.keys() | PAGING.keys(), FIELD_ROWS),
    "GET /search/lists/{searchResultsDbId}": ({"searchResultsDbId"} | PAGING.keys(), (), FIELD_ROWS),
}

# Each is another text than all others, also to a filter.
TEXTS = [
    "'", '"', "''", "`", "\\", "\\'", "%", "_", "*", "?", "Drough_", "DROUGHT", "Drought ", " Drought",
    "x'; DROP TABLE lists; --", "' OR '1'='1", '" OR ""="', "1); DELETE FROM list_items; --", "?1", ":name",
    "$1", "NULL", "null", "true", "0", "1e3", "[]", "{}", '["a","b"]', '{"a":1}', "a,b", "a;b", "a\tb", "a\nb",
    "a\r\nb", "\x01", "\x1f", "\x7f", "\x85", "\u2028", "\ufeff", "\u202eabc", "\ufffd", "\uffff",
    "<script>alert(1)</script>", "&amp;", "%00", "%27", "..", "../../etc/passwd", "file:///etc/passwd", "${x}",
    "é", "e\u0301", "ａ", "ß", "SS", "ı", "İ", "Z\u0351\u036b\u0343\u036a\u0302",
    "🌾", "👩🏽\u200d🌾", "🏳️\u200d🌈", "🌾" * 500, "\U0010ffff", "ﷺ", "मक्का", "大麦", "شعير",
]
MEMBERS = (
    "listName", "listDescription", "listOwnerName", "listOwnerPersonDbId", "listSource", "commonCropName",
    "programDbId",
)
NO_UTF8 = (b"\xff", b"\xc0\xaf", b"\xe2\x82", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"a\x80")
MIB = 1024 * 1024
ITEM_BYTES_MAX = 64 * 1024


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_told(sent):
    """What an answer says of a list that was sent so, but for id and dates."""
    absent = dict.fromkeys(MEMBERS)
    references = [
        {"referenceID": "", "referenceSource": "", **r} for r in sent.get("externalReferences", ())
    ]
    for reference in references:
        reference["referenceId"] = reference["referenceID"]
    told = {
        **absent, "additionalInfo": {}, "data": [], **sent, "externalReferences": references,
    }
    return told | {"listSize": len(told["data"])}


def without(told, *names):
    return {name: value for name, value in told.items() if name not in names}


def without_own(result):
    """Of lists that are made or changed again and again, what must be the same each time."""
    if "listDbId" not in result:
        return [without(told, *OWN_MEMBERS) for told in result["data"]]
    return without(result, "dateModified")


class contract_lists(ContractTest):
    DOCUMENTS = ("brapi-core-v2.0.json", *NEWEST)

    def setUp(self):
        super().setUp()
        for crop, (program, name) in PROGRAMS.items():
            home = self.folder / crop
            home.mkdir()
            (home / "dataset.toml").write_text(f'[program]\nid = "{program}"\nname = "{name}"\n')
            (home / "genome.fa").write_text(">1\nACGT\n")
        self.server = Server(self.folder)
        self.addCleanup(self.server.stop)
        made = self.ask("POST /lists", body=list(SENT.values()))["result"]["data"]
        self.ids_by_name = {told["listName"]: told["listDbId"] for told in made}
        self.date_lists()

    def date_lists(self):
        """Years apart, for which no test can wait."""
        with contextlib.closing(sqlite3.connect(self.server.state / "store.db", timeout=60)) as store, store:
            for name, dates in DATES.items():
                seconds = [datetime.datetime.fromisoformat(date).timestamp() for date in dates]
                change = "UPDATE lists SET created_s = ?, modified_s = ? WHERE name = ?"
                store.execute(change, [*map(int, seconds), name])

    def list_ids(self, names):
        return [self.ids_by_name[name] for name in names]

    def filled(self, table):
        """A table of filters with the ids that the server has made."""
        def one(value):
            return self.ids_by_name[value[6:]] if str(value).startswith("ID of ") else value

        return {
            name: ([one(v) for v in value] if isinstance(value, list) else one(value), self.list_ids(fits))
            for name, (value, fits) in table.items()
        }

    def told(self, name):
        """What the server has to say of one of the lists."""
        created, modified = DATES[name]
        own = {"listDbId": self.ids_by_name[name], "dateCreated": created, "dateModified": modified}
        return as_told(SENT[name]) | own

    def details(self, list_id):
        return self.ask("GET /lists/{listDbId}", path=list_id)["result"]

    def make(self, sent, **how):
        """The id of a list that was made of one body."""
        made = self.ask("POST /lists", body=sent, **how)["result"]["data"]
        self.assertEqual(len(made), 1)
        return made[0]["listDbId"]

    @contextlib.contextmanager
    def nothing_changes(self):
        """Not even a date."""
        before = self.ask("GET /lists")
        details = [self.details(one) for one in self.ids(before, "lists")]
        yield
        self.assertEqual(self.ask("GET /lists")["result"], before["result"])
        self.assertEqual([self.details(one["listDbId"]) for one in details], details)

    def check_written(self, told, began):
        """That it was changed just now."""
        self.assertLessEqual(began, told["dateModified"])
        self.assertLessEqual(told["dateModified"], now())

    # Parameters

    def test_parameters_of_the_list(self):
        everything = self.list_ids(NAMES)
        self.check_filters("lists", self.filled(PARAMETERS), everything)
        self.check_filters("lists", self.filled(MORE_PARAMETERS), everything)

    def test_pages_of_list_and_results(self):
        self.check_pages("lists", self.list_ids(NAMES))

    def test_pages_of_items(self):
        """An extension: the documents have no page, but say elsewhere that every `data` may have."""
        for page, expected in ((0, ["g1", "g2"]), (1, ["g1"]), (2, [])):
            answer = self.ask("GET /lists/{listDbId}", path=self.ids_by_name["Drought"], page=page, pageSize=2)
            self.assertEqual(answer["result"], self.told("Drought") | {"data": expected})
            pagination = answer["metadata"]["pagination"]
            self.assertEqual((pagination["currentPage"], pagination["totalCount"]), (page, 3))
            self.assertEqual((pagination["pageSize"], pagination["totalPages"]), (2, 2))
        for name, value in (("page", "-1"), ("page", "x"), ("pageSize", "0"), ("pageSize", "1.5")):
            path = self.ids_by_name["Drought"]
            self.assertIn(name, self.ask("GET /lists/{listDbId}", 400, path=path, **{name: value}))

    def test_ids_in_paths(self):
        self.check_ids_in_paths("GET /lists/{listDbId}", self.list_ids(NAMES))
        for endpoint, body in (("PUT /lists/{listDbId}", {}), (ITEMS, ["x"])):
            with self.subTest(endpoint, parameter="listDbId"):
                for name, list_id in self.ids_by_name.items():
                    result = self.ask(endpoint, path=list_id, body=body)["result"]
                    self.assertEqual((result["listDbId"], result["listName"]), (list_id, name))
                with self.nothing_changes():
                    self.ask(endpoint, 404, path="nobody", body=body)

    def test_paths_may_end_in_a_slash(self):
        """As the seed spells that of PUT."""
        path = self.ids_by_name["Rust"]
        for method, rest, body in (
            ("GET", "", None), ("PUT", "", {"listSource": "USER"}), ("POST", "/items", ["g7"]),
        ):
            status, answer = self.send(method, f"/brapi/v2/lists/{path}{rest}/", body, None)
            self.assertEqual(status, 200, answer)
            self.assertEqual(answer["result"], self.details(path))
            self.judge(f"/lists/{{listDbId}}{rest}", method.lower(), status, answer)
        self.assertEqual(self.details(path)["data"], ["g5", "g6", "g7"])

    def test_authorization_is_taken_everywhere(self):
        kept = self.search("lists", {})
        for endpoint, status, path, body in (
            ("GET /lists", 200, None, None),
            ("POST /lists", 200, None, [SENT["Frost"]]),
            ("GET /lists/{listDbId}", 200, self.ids_by_name["Drought"], None),
            ("PUT /lists/{listDbId}", 200, self.ids_by_name["Drought"], SENT["Frost"]),
            (ITEMS, 200, self.ids_by_name["Drought"], []),
            ("POST /search/lists", 202, None, {}),
            ("GET /search/lists/{searchResultsDbId}", 200, kept, None),
        ):
            facts = without_own if status == 200 and body is not None else lambda result: result
            self.check_authorization(endpoint, status, path, body, facts)

    def test_refusals_of_a_server_that_asks_who(self):
        """What the rest of them is like stands in test_auth.py; here the documents judge them."""
        state = self.folder.parent / "state"
        headers = {}
        for name, scope in (("reader", "read"), ("writer", "write")):
            token = run(support.PROGRAM, "token", "add", name, "--scope", scope, "--state", state)
            headers[name] = {"Authorization": f"Bearer {token.decode().strip()}"}
        # /ready wants a token too, so nobody waits for the index here.
        self.server = Server(self.folder, "--auth", "all", state=state, wait=False)
        self.addCleanup(self.server.stop)
        list_id = self.make([SENT["Frost"]], headers=headers["writer"])
        kept = self.ask("POST /search/lists", 202, body={}, headers=headers["reader"])
        search = kept["result"]["searchResultsDbId"]
        for endpoint in ENDPOINTS:
            path = search if "search" in endpoint else list_id
            body = None if endpoint.startswith("GET") else {}
            with self.subTest(endpoint):
                self.ask(endpoint, 401, path=path, body=body)
                self.ask(endpoint, 401, path=path, body=body, headers={"Authorization": "Bearer XXXX"})
                if body is not None and "search" not in endpoint:
                    self.ask(endpoint, 403, path=path, body=body, headers=headers["reader"])
        found = self.ask("GET /lists", headers=headers["reader"])
        self.assertEqual(self.ids(found, "lists"), [list_id])

    # Bodies

    def test_fields_of_search_bodies(self):
        everything = self.list_ids(NAMES)
        self.check_search_fields("lists", self.filled(SEARCH_BODY), everything)
        self.check_search_fields("lists", self.filled(MORE_SEARCH_BODY), everything)

    def test_filters_go_together(self):
        for endpoint, body, expected in (
            # One and the same reference must fit.
            ("GET /lists", {"externalReferenceID": "doi:1", "externalReferenceSource": "DOI"}, ["Drought"]),
            ("GET /lists", {"externalReferenceID": "doi:1", "externalReferenceSource": "Notes"}, []),
            ("GET /lists", {"externalReferenceID": "drought", "externalReferenceSource": "DOI"}, ["Frost"]),
            ("GET /lists", {"listType": "germplasm", "listSource": "Field app"}, ["Drought", "Rust"]),
            ("GET /lists", {"listType": "samples", "listName": "Rust"}, []),
            ("POST /search/lists", {"listNames": ["Rust", "Frost"], "listType": "germplasm"}, ["Rust"]),
            (
                "POST /search/lists",
                {"dateCreatedRangeStart": "2020-06-01", "dateCreatedRangeEnd": "2022-06-01"},
                ["Frost", "Bare"],
            ),
            (
                "POST /search/lists",
                {"dateCreatedRangeStart": "2022-06-01", "dateCreatedRangeEnd": "2020-06-01"},
                [],
            ),
        ):
            with self.subTest(endpoint, **body):
                if endpoint.startswith("GET"):
                    answer = self.ask(endpoint, **body)
                else:
                    answer = self.ask(endpoint, body=body, headers=SYNC)
                self.assertEqual(self.ids(answer, "lists"), self.list_ids(expected))

    def test_points_in_time(self):
        """That of Frost's creation, in every spelling, and the nearest others."""
        for start, fits in (
            ("2021-01-01T10:00:00Z", True), ("2021-01-01T10:00:00.000Z", True),
            ("2021-01-01T04:00:00-0600", True), ("2021-01-01T11:30:00+01:30", True), ("2021-01-01", True),
            ("2021-01-01T10:00:00.001Z", False), ("2021-01-01T10:00:01Z", False),
            ("2021-01-01T04:00:01-0600", False), ("2021-01-02", False),
        ):
            with self.subTest(start=start):
                found = self.found("lists", self.search("lists", {"dateCreatedRangeStart": start}))
                self.assertEqual(self.ids_by_name["Frost"] in self.ids(found, "lists"), fits)

    def test_fields_of_new_lists(self):
        """Dates and size are the server's: it looks at their form and takes its own."""
        needed = {"listName": "New", "listType": "observations"}
        for name, (sent, effect) in {**BODY, **MORE_BODY}.items():
            with self.subTest("POST /lists", body=name):
                began = now()
                told = self.details(self.make([needed | sent]))
                plain = as_told(needed)
                self.assertEqual(without(told, *OWN_MEMBERS), plain | effect)
                self.assertEqual(plain | effect == plain, name in OWN_FIELDS)
                self.assertEqual(told["dateCreated"], told["dateModified"])
                self.check_written(told, began)

    def test_fields_of_changes(self):
        """One alone changes itself, and nothing else but the date. Absent or null, it changes nothing."""
        for name, (sent, effect) in {**BODY, **MORE_BODY}.items():
            for of in ("Drought", "Bare"):
                with self.subTest("PUT /lists/{listDbId}", body=name, of=of):
                    path = self.make(SENT[of])
                    before = self.details(path)
                    began = now()
                    told = self.ask("PUT /lists/{listDbId}", path=path, body=sent)["result"]
                    self.assertEqual(without(told, "dateModified"), without(before, "dateModified") | effect)
                    self.assertEqual(before | effect == before, name in OWN_FIELDS)
                    self.check_written(told, began)
                    self.assertEqual(self.details(path), told)
        for body in ({}, dict.fromkeys(BODY), dict.fromkeys(MORE_BODY)):
            with self.subTest(body=body):
                path = self.ids_by_name["Frost"]
                told = self.ask("PUT /lists/{listDbId}", path=path, body=body)["result"]
                self.assertEqual(without_own(told), without_own(self.told("Frost")))

    def test_what_can_be_emptied(self):
        empty = {"additionalInfo": {}, "data": [], "externalReferences": []}
        empty |= {"listDescription": "", "listSource": ""}
        path = self.ids_by_name["Drought"]
        told = self.ask("PUT /lists/{listDbId}", path=path, body=empty)["result"]
        self.assertEqual(without_own(told), without_own(self.told("Drought") | empty | {"listSize": 0}))

    def test_items_are_appended(self):
        path = self.ids_by_name["Drought"]
        expected = list(SENT["Drought"]["data"])
        for items in (["g9"], [], ["", "g9", "g1"]):
            expected += items
            told = self.ask(ITEMS, path=path, body=items)["result"]
            self.assertEqual((told["data"], told["listSize"]), (expected, len(expected)))
        # The name that 2.1 has for it.
        newest = "POST /lists/{listDbId}/data"
        told = self.ask(newest, path=path, body=["last"], judges=NEWEST)["result"]
        self.assertEqual(told["data"], [*expected, "last"])
        self.ask(newest, 404, path="nobody", body=["last"], judges=NEWEST)
        self.assertEqual(self.details(path), told)

    def test_a_body_may_be_one_list(self):
        """As the clients of browsers send it; the documents want an array."""
        alone = self.details(self.make(SENT["Frost"]))
        self.assertEqual(without(alone, *OWN_MEMBERS), as_told(SENT["Frost"]))
        nothing = self.ask("POST /lists", body=[])["result"]["data"]
        self.assertEqual(nothing, [])

    def test_types_are_those_of_the_documents(self):
        types = [
            "germplasm", "markers", "programs", "trials", "studies", "observationUnits", "observations",
            "observationVariables", "samples", "variants",
        ]
        for number, kind in enumerate(types):
            judges = NEWEST if kind == "variants" else None
            path = self.make([{"listName": f"{number}", "listType": kind}], judges=judges)
            found = self.ask("GET /lists", judges=judges, listType=kind, listName=number)
            self.assertEqual(self.ids(found, "lists"), [path])
            self.assertEqual(found["result"]["data"][0]["listType"], kind)

    def test_unknown_fields_are_told(self):
        for endpoint, path, body in (
            ("POST /lists", None, [SENT["Frost"] | {"colour": "red"}]),
            ("PUT /lists/{listDbId}", self.ids_by_name["Frost"], {"colour": "red"}),
        ):
            [warning] = self.warnings(self.ask(endpoint, path=path, body=body))
            self.assertIn("colour", warning)

    @with_seeds
    def test_examples_of_the_seed_are_taken(self):
        text = (SEEDS / SEED).read_text()
        new, change, items, search = map(
            json.loads, re.findall(r"\+ Request \(application/json\)\n```\n(.*?)```", text, re.DOTALL)
        )
        path = self.make(new)
        told = self.details(path)
        self.assertEqual(without(told, "listDbId", *OWN_FIELDS), without(as_told(new[0]), *OWN_FIELDS))
        changed = self.ask("PUT /lists/{listDbId}", path=self.ids_by_name["Rust"], body=change)["result"]
        self.assertEqual(
            without(changed, "listDbId", *OWN_FIELDS), without(as_told(change), *OWN_FIELDS)
        )
        appended = self.ask(ITEMS, path=path, body=items)["result"]
        self.assertEqual(appended["data"], new[0]["data"] + items)
        self.assertEqual(self.ids(self.found("lists", self.search("lists", search)), "lists"), [])

    # Answers

    def fields_of(self, *objects, leave_out=()):
        return {
            path: tuple(self.value_at(one, path) for one in objects)
            for path in FIELDS if path not in leave_out
        }

    def test_fields_of_lists(self):
        names = ("Drought", "Bare")
        expected = [self.told(name) for name in names]
        self.check_objects_of_lists("lists", self.list_ids(names), self.fields_of(*expected))
        for endpoint, ask in (
            ("GET /lists", lambda name: self.ask("GET /lists", **({"listName": name} if name else {}))),
            ("POST /search/lists", lambda name: self.ask(
                "POST /search/lists", body={"listNames": [name] if name else []}, headers=SYNC,
            )),
            ("GET /search/lists/{searchResultsDbId}", lambda name: self.found(
                "lists", self.search("lists", {"listNames": [name] if name else []}),
            )),
        ):
            with self.subTest(endpoint, field="data"):
                for name, fits in ((None, NAMES), ("Frost", ["Frost"])):
                    data = ask(name)["result"]["data"]
                    # The items of a list are in its details alone.
                    self.assertEqual(data, [without(self.told(one), "data") for one in fits])

    def test_fields_of_details(self):
        endpoint = "GET /lists/{listDbId}"
        expected = [self.told(name) for name in ("Drought", "Bare")]
        objects = [self.details(told["listDbId"]) for told in expected]
        fields = self.fields_of(*expected) | {"data": (["g1", "g2", "g1"], [])}
        self.check_objects(endpoint, objects, fields)
        self.assertEqual(objects, expected)

    def test_fields_of_new_lists_told(self):
        endpoint = "POST /lists"
        began = now()
        made = self.ask(endpoint, body=[SENT["Frost"], SENT["Bare"]])["result"]["data"]
        with self.subTest(endpoint, field="data"):
            self.assertEqual(len(made), 2)
            self.assertEqual(len(self.ask(endpoint, body=[SENT["Rust"]])["result"]["data"]), 1)
        own = ("dateCreated", "dateModified", "listDbId")
        expected = [as_told(SENT[name]) for name in ("Frost", "Bare")]
        self.check_objects(endpoint, made, self.fields_of(*expected, leave_out=OWN_MEMBERS))
        with self.subTest(endpoint, field="listDbId"):
            self.assertEqual(len({told["listDbId"] for told in made} - set(self.ids_by_name.values())), 2)
        for told in made:
            with self.subTest(endpoint, field="dateModified"):
                self.check_written(told, began)
            with self.subTest(endpoint, field="dateCreated"):
                self.assertEqual(told["dateCreated"], told["dateModified"])
            details = self.details(told["listDbId"])
            self.assertEqual(without(details, "data"), told)

    def check_changed(self, endpoint, bodies, expected):
        """Of two lists, what the answers to changes say: all fields, and the items."""
        began = now()
        names = ("Drought", "Bare")
        objects = [
            self.ask(endpoint, path=path, body=body)["result"]
            for path, body in zip(self.list_ids(names), bodies)
        ]
        fields = self.fields_of(*expected, leave_out=("dateModified",))
        self.check_objects(endpoint, objects, fields | {"data": tuple(told["data"] for told in expected)})
        for name, told, wanted in zip(names, objects, expected):
            with self.subTest(endpoint, field="dateModified"):
                self.assertNotEqual(told["dateModified"], DATES[name][1])
                self.check_written(told, began)
            self.assertEqual(without(told, "dateModified"), without(wanted, "dateModified"))
            self.assertEqual(self.details(told["listDbId"]), told)

    def test_fields_of_changed_lists(self):
        self.check_changed("PUT /lists/{listDbId}", [SENT["Frost"], SENT["Drought"]], [
            self.told("Drought") | without(self.told("Frost"), *OWN_MEMBERS),
            self.told("Bare") | without(self.told("Drought"), *OWN_MEMBERS),
        ])

    def test_fields_of_lists_that_grew(self):
        self.check_changed(ITEMS, [["g9"], ["t1", "t2"]], [
            self.told("Drought") | {"data": ["g1", "g2", "g1", "g9"], "listSize": 4},
            self.told("Bare") | {"data": ["t1", "t2"], "listSize": 2},
        ])

    # What is refused

    def test_bad_parameters(self):
        kept = self.search("lists", {})
        for endpoint, (parameters, _, _) in ENDPOINTS.items():
            if endpoint.startswith("GET"):
                self.check_bad_parameters(endpoint, parameters, kept)
        for name, value in PARAMETERS.items():
            with self.subTest("GET /lists", twice=name):
                target = f"/brapi/v2/lists?{name}=a&{name}=b"
                status, answer = self.send("GET", target, None, None)
                self.assertEqual(status, 400)
                self.judge("/lists", "get", status, answer)

    def test_bad_search_bodies(self):
        self.check_bad_search_bodies("POST /search/lists", {*SEARCH_BODY, *MORE_SEARCH_BODY, *PAGING})

    def test_bad_fields(self):
        with self.nothing_changes():
            for name, values in WRONG.items():
                for value in values:
                    part = {name: value}
                    if name.startswith("reference"):
                        part = {"externalReferences": [{"referenceSource": "DOI"}, part]}
                    with self.subTest("POST /lists", body=name, value=value):
                        # The list before it is not made either.
                        bodies = [SENT["Frost"], {"listName": "x", "listType": "samples"} | part]
                        self.assertRegex(self.ask("POST /lists", 400, body=bodies), f"{name}|item")
                    with self.subTest("PUT /lists/{listDbId}", body=name, value=value):
                        path = self.ids_by_name["Frost"]
                        # `data` has begun to be replaced.
                        change = {"data": ["x"], "listSource": "USER"} | part
                        answer = self.ask("PUT /lists/{listDbId}", 400, path=path, body=change)
                        self.assertRegex(answer, f"{name}|item")

    def test_fields_that_are_needed(self):
        with self.nothing_changes():
            for name in ("listName", "listType"):
                for body in (without(SENT["Frost"], name), SENT["Frost"] | {name: None}):
                    with self.subTest(missing=name):
                        self.assertIn(name, self.ask("POST /lists", 400, body=[body]))

    def test_two_names_of_a_reference_agree(self):
        with self.nothing_changes():
            body = SENT["Bare"] | {"externalReferences": [{"referenceID": "a", "referenceId": "b"}]}
            self.assertIn("referenceId", self.ask("POST /lists", 400, body=[body]))
        body = SENT["Bare"] | {"externalReferences": [{"referenceID": "a", "referenceId": "a"}]}
        self.make([body])

    def test_bad_bodies(self):
        with self.nothing_changes():
            path = self.ids_by_name["Frost"]
            self.check_bad_texts("POST /lists", BAD_LISTS)
            self.check_bad_texts("PUT /lists/{listDbId}", BAD_CHANGES, path)
            self.check_bad_texts(ITEMS, BAD_ITEMS, path)
            self.check_bad_texts("POST /search/lists", (*BAD_JSON, "[]", "{}{}"))

    def test_unknown_searches(self):
        kept = self.search("lists", {"listNames": ["Frost"]})
        other = self.server.search("callsets", {"callSetNames": ["Frost"]})
        self.check_unknown_searches("lists", kept, other)

    # What any user may write

    def all_over(self, text):
        """A list that says it in every place."""
        return {
            "listType": "samples", "additionalInfo": {text: text}, "data": [text, "", text],
            "externalReferences": [{"referenceID": text, "referenceSource": text}],
        } | dict.fromkeys(MEMBERS, text)

    def check_kept(self, path, sent):
        told = self.details(path)
        self.assertEqual(without(told, *OWN_MEMBERS), as_told(sent))

    def check_found(self, text, path):
        """By every filter, and nothing else by any."""
        for name in (*MEMBERS, "externalReferenceID", "externalReferenceSource"):
            if name == "listDescription":
                continue
            found = self.found("lists", self.search("lists", {f"{name}s": [text]}))
            self.assertEqual(self.ids(found, "lists"), [path], name)
            self.assertEqual(self.ids(self.ask("GET /lists", **{name: text}), "lists"), [path], name)

    def test_any_text_is_kept_and_found(self):
        """Each text is sent escaped as a new list, and plain as a change of one."""
        self.assertEqual(len(set(TEXTS)), len(TEXTS))
        made = {}
        for text in TEXTS:
            with self.subTest(text=text[:20]):
                sent = self.all_over(text)
                path = made[text] = self.make([sent])
                self.check_kept(path, sent)
                plain = json.dumps(sent, ensure_ascii=False)
                self.ask("PUT /lists/{listDbId}", path=path, body=plain)
                self.check_kept(path, sent)
                items = json.dumps([text], ensure_ascii=False)
                self.ask(ITEMS, path=path, body=items)
                self.check_kept(path, sent | {"data": [text, "", text, text]})
        for text, path in made.items():
            with self.subTest(found=text[:20]):
                self.check_found(text, path)
        everything = self.ids(self.ask("GET /lists"), "lists")
        self.assertEqual(everything, [*self.list_ids(NAMES), *made.values()])

    def with_text(self, name, text):
        """A body that has a text in one place."""
        if name.startswith("reference"):
            return {"externalReferences": [{name: text}]}
        return {"additionalInfo": {"a": text}} if name == "additionalInfo" else {name: text}

    def test_texts_of_a_megabyte(self):
        """What a client says of a list beside its items may have a MiB, an item 64 KiB."""
        filters = {name: f"{name}s" for name in MEMBERS if name != "listDescription"}
        filters |= {name: f"externalR{name[1:]}s" for name in ("referenceID", "referenceSource")}
        for name in (*MEMBERS, "referenceID", "referenceSource", "additionalInfo"):
            for letter in ("x", "🌾", "'"):
                with self.subTest(name=name, letter=letter):
                    text = letter * (1_000_000 // len(letter.encode()))
                    # Each of several lists may have as much.
                    sent = [SENT[of] | self.with_text(name, text) for of in ("Bare", "Rust")]
                    made = self.ids(self.ask("POST /lists", body=sent), "lists")
                    for path, one in zip(made, sent):
                        self.check_kept(path, one)
                    if name in filters:
                        for wanted, expected in ((text, made), (text[:-1], [])):
                            search = self.search("lists", {filters[name]: [wanted]})
                            self.assertEqual(self.ids(self.found("lists", search), "lists"), expected)
        unknown = self.found("lists", self.search("lists", {"listDbIds": ["x" * 1_000_000]}))
        self.assertEqual(self.ids(unknown, "lists"), [])
        self.ask("GET /lists", 431, listName="x" * 1_000_000)
        self.ask("GET /lists/{listDbId}", 431, path="x" * 1_000_000)

    def test_texts_that_are_too_long(self):
        path = self.ids_by_name["Drought"]
        with self.nothing_changes():
            for text in ("x" * MIB, "🌾" * (MIB // 4), "x" * (2 * MIB)):
                for name in (*MEMBERS, "referenceID", "additionalInfo"):
                    with self.subTest(name=name, bytes=len(text.encode())):
                        part = self.with_text(name, text)
                        self.ask("POST /lists", 400, body=[SENT["Bare"] | part])
                        self.ask("PUT /lists/{listDbId}", 400, path=path, body=part)
            halves = {"listDescription": "x" * 600_000, "listSource": "x" * 600_000}
            self.ask("PUT /lists/{listDbId}", 400, path=path, body=halves)
            for item in ("x" * (ITEM_BYTES_MAX + 1), "🌾" * (ITEM_BYTES_MAX // 4) + "x", "x" * MIB):
                with self.subTest(item=len(item.encode())):
                    self.ask(ITEMS, 400, path=path, body=["g9", item])
                    self.ask("PUT /lists/{listDbId}", 400, path=path, body={"data": [item]})
                    self.ask("POST /lists", 400, body=[SENT["Bare"] | {"data": [item]}])
        items = ["x" * ITEM_BYTES_MAX, "🌾" * (ITEM_BYTES_MAX // 4), "\n" * ITEM_BYTES_MAX]
        for body in (items, json.dumps(items, ensure_ascii=False)):
            self.ask(ITEMS, path=path, body=body)
        self.assertEqual(self.details(path)["data"], SENT["Drought"]["data"] + 2 * items)

    def test_many_lists_at_once(self):
        with self.nothing_changes():
            self.assertIn("10000", self.ask("POST /lists", 400, body=[SENT["Bare"]] * 10_001))

    def test_zero_bytes_are_refused(self):
        path = self.ids_by_name["Drought"]
        with self.nothing_changes():
            for text in ("\0", "a\0b", "Drought\0"):
                for name in (*MEMBERS, "referenceID", "referenceSource", "listType"):
                    with self.subTest(name=name, text=text):
                        part = self.with_text(name, text)
                        self.ask("POST /lists", 400, body=[SENT["Bare"] | part])
                        self.ask("PUT /lists/{listDbId}", 400, path=path, body=part)
                with self.subTest(item=text):
                    self.ask("POST /lists", 400, body=[SENT["Bare"] | {"data": ["x", text]}])
                    self.ask("PUT /lists/{listDbId}", 400, path=path, body={"data": [text]})
                    self.ask(ITEMS, 400, path=path, body=["x", text])
                for name in PARAMETERS.keys() | MORE_PARAMETERS.keys():
                    with self.subTest(parameter=name, text=text):
                        self.ask("GET /lists", 400, **{name: text})
                for name, (value, _) in {**SEARCH_BODY, **MORE_SEARCH_BODY}.items():
                    with self.subTest(field=name, text=text):
                        wanted = [text] if isinstance(value, list) else text
                        self.ask("POST /search/lists", 400, body={name: wanted})
        # Free as it is, additional information may hold one.
        info = {"a\0b": "c\0"}
        told = self.details(self.make([SENT["Bare"] | {"additionalInfo": info}]))
        self.assertEqual(told["additionalInfo"], info)

    def test_bytes_that_are_no_text_are_refused(self):
        path = self.ids_by_name["Drought"]
        with self.nothing_changes():
            for text in (*NO_UTF8, b"\\ud83c", b"\\ud83cx", b"\\udf3e\\ud83c"):
                for endpoint, body in (
                    ("POST /lists", b'[{"listName":"%s","listType":"samples"}]'),
                    ("POST /lists", b'[{"listName":"x","listType":"samples","%s":"x"}]'),
                    ("POST /lists", b'[{"listName":"x","listType":"samples","data":["x","%s"]}]'),
                    ("POST /lists", b'[{"listName":"x","listType":"samples","additionalInfo":{"%s":"x"}}]'),
                    ("POST /lists", b'[{"listName":"x","listType":"samples","additionalInfo":{"x":["%s"]}}]'),
                    ("PUT /lists/{listDbId}", b'{"listSource":"%s"}'),
                    ("PUT /lists/{listDbId}", b'{"externalReferences":[{"referenceID":"%s"}]}'),
                    ("PUT /lists/{listDbId}", b'{"data":["%s"]}'),
                    (ITEMS, b'["x","%s"]'),
                    ("POST /search/lists", b'{"listNames":["%s"]}'),
                    ("POST /search/lists", b'{"%s":["x"]}'),
                ):
                    with self.subTest(endpoint, text=text, body=body):
                        self.ask(endpoint, 400, path=path, body=body % text)
            for text in NO_UTF8:
                escaped = "".join(f"%{byte:02X}" for byte in text)
                for target in (f"lists?listName={escaped}", f"lists/{escaped}", f"search/lists/{escaped}"):
                    with self.subTest(target):
                        status, answer = self.send("GET", f"/brapi/v2/{target}", None, None)
                        self.assertEqual(status, 400)
                        self.judge("/lists", "get", status, answer)

    def test_ids_that_no_list_has(self):
        real = self.ids_by_name["Drought"]
        near = [real.upper(), real + " ", " " + real, real[:-1], real + "0", real + "'", "%", real[:-1] + "_"]
        with self.nothing_changes():
            for text in (*TEXTS, *near):
                with self.subTest(text=text[:20]):
                    found = self.ask("GET /lists", listDbId=text)
                    self.assertEqual((self.ids(found, "lists"), len(self.warnings(found))), ([], 1))
                    search = self.search("lists", {"listDbIds": [text]})
                    self.assertEqual(self.ids(self.found("lists", search), "lists"), [])
                    self.ask("GET /lists/{listDbId}", 404, path=text)
                    self.ask("PUT /lists/{listDbId}", 404, path=text, body={"listName": "x"})
                    self.ask(ITEMS, 404, path=text, body=["x"])
                    self.ask("GET /search/lists/{searchResultsDbId}", 404, path=text)
            for endpoint, body in (("GET /lists/{listDbId}", None), ("PUT /lists/{listDbId}", {}), (ITEMS, [])):
                self.ask(endpoint, 400, path=real + "\0", body=body)

    # The whole of it

    @with_seeds
    def test_every_row_of_the_seed_is_here(self):
        self.assertEqual(rows_of(ENDPOINTS), rows_of_seed(SEED))

    def test_counts(self):
        """As the README says."""
        self.assertEqual(count_rows(rows_of(ENDPOINTS)), {"parameter": 21, "body": 42, "field": 105})


if __name__ == "__main__":
    unittest.main()
