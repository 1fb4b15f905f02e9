"""The judge of answers finds what is wrong, or the tests that ask it would mean nothing."""

import unittest

from openapi import Document

DOCUMENT = Document({
    "a": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
    "b": {
        "allOf": [
            {"$ref": "#/a"},
            {
                "properties": {
                    "n": {"type": "integer"},
                    "l": {"type": "array", "items": {"$ref": "#/a"}},
                    "kind": {"type": "string", "enum": ["x", "y"]},
                    "day": {"type": "string", "format": "date-time"},
                    "more": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
        ],
    },
    "paths": {
        "/b": {
            "get": {
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/b"}}}},
                    "400": {"$ref": "#/bad"},
                },
            },
        },
    },
    "bad": {"content": {"application/json": {"schema": {"type": "string"}}}},
})
GOOD = {
    "id": "x", "n": 1, "l": [{"id": "y"}], "kind": "x", "day": "2026-01-31T00:00:00Z", "more": {"a": "b"},
}
B = {"$ref": "#/b"}


class openapi_documents(unittest.TestCase):
    def test_take_what_they_describe(self):
        self.assertEqual(DOCUMENT.problems(B, GOOD, whole=True), [])
        unknown = dict.fromkeys(GOOD) | {"id": "x"}
        self.assertEqual(DOCUMENT.problems(B, unknown, whole=True), [])

    def test_name_every_kind_of_problem(self):
        cases = [
            ({"id": None}, "b.id: None is not of type 'string'"),
            ({"n": True}, "b.n: True is not of type 'integer', 'null'"),
            ({"n": "1"}, "b.n: '1' is not of type 'integer', 'null'"),
            ({"l": [{}]}, "b.l[0]: 'id' is a required property"),
            ({"l": [{"id": 5}]}, "b.l[0].id: 5 is not of type 'string'"),
            ({"kind": "z"}, "b.kind: 'z' is not one of ['x', 'y', None]"),
            ({"day": "yesterday"}, "b.day: 'yesterday' is not a 'date-time'"),
            ({"day": "2026-01-31T00:00:00"}, "b.day: '2026-01-31T00:00:00' is not a 'date-time'"),
            ({"more": {"a": 1}}, "b.more.a: 1 is not of type 'string'"),
            ({"other": 1}, "b: Additional properties are not allowed ('other' was unexpected)"),
        ]
        for change, problem in cases:
            with self.subTest(change):
                self.assertEqual(DOCUMENT.problems(B, GOOD | change, "b", whole=True), [problem])

    def test_ask_for_all_members_only_as_a_whole(self):
        self.assertEqual(DOCUMENT.problems(B, {"id": "x", "other": 1}), [])
        self.assertEqual(len(DOCUMENT.problems(B, {"id": "x"}, whole=True)), len(GOOD) - 1)

    def test_know_the_answers_of_a_path(self):
        self.assertEqual(DOCUMENT.answer("/b"), B)
        self.assertEqual(DOCUMENT.answer("/b", status=400), {"type": "string"})
        self.assertIsNone(DOCUMENT.answer("/b", status=404))
        self.assertIsNone(DOCUMENT.answer("/b", "post"))
        self.assertIsNone(DOCUMENT.answer("/c"))


if __name__ == "__main__":
    unittest.main()
