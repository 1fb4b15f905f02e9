"""/openapi.json is an OpenAPI document, whatever OpenAPI's own schema says of one, and tells what real answers are."""

import json
import pathlib
import re
import unittest

import jsonschema

import support
from support import DEMO, FolderTest, Server, new_token

# Of Debian's package openapi-specification.
SCHEMA = pathlib.Path("/usr/share/openapi-specification/schemas/v3.0/schema.json")
PLACEHOLDER = re.compile(r"{(\w+)}")


def operations(document):
    """(path, method, operation)"""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def references(value):
    """Every `$ref` in it."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from references(inner)


def at(document, reference):
    for name in reference.removeprefix("#/").split("/"):
        document = document[name]
    return document


class openapi_document(FolderTest):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(DEMO)
        cls.document = cls.server.get("/openapi.json")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    @unittest.skipUnless(SCHEMA.is_file(), "openapi-specification is not installed")
    def test_is_valid(self):
        judge = jsonschema.Draft4Validator(json.loads(SCHEMA.read_text()))
        self.assertEqual([f"{e.json_path}: {e.message[:200]}" for e in judge.iter_errors(self.document)], [])

    def test_says_nothing_twice_and_refers_to_what_is_there(self):
        for reference in references(self.document):
            at(self.document, reference)
        names = [operation["operationId"] for _, _, operation in operations(self.document)]
        self.assertEqual(len(names), len(set(names)))
        tags = {tag["name"] for tag in self.document["tags"]}
        for path, method, operation in operations(self.document):
            with self.subTest(f"{method} {path}"):
                found = [at(self.document, p["$ref"]) if "$ref" in p else p for p in operation.get("parameters", [])]
                said = [(p["in"], p["name"]) for p in found]
                self.assertEqual(len(said), len(set(said)))
                self.assertEqual([name for where, name in said if where == "path"], PLACEHOLDER.findall(path))
                self.assertLessEqual(set(operation["tags"]), tags)

    def test_lists_what_brapi_lists(self):
        calls = self.server.get("/brapi/v2/serverinfo")["result"]["calls"]
        listed = {(f"/brapi/v2/{call['service']}", method.lower()) for call in calls for method in call["methods"]}
        shown = {(path, method) for path, method, _ in operations(self.document) if path.startswith("/brapi/v2/")}
        self.assertEqual(shown, listed)

    def schema_of(self, operation):
        """Of 200 as JSON, with references as jsonschema reads them; what is unknown is null everywhere."""
        content = operation["responses"]["200"]["content"]
        schema = next((of["schema"] for kind, of in content.items() if "json" in kind), None)
        return schema and {"components": self.nullable(self.document["components"]), "allOf": [schema]}

    def nullable(self, value):
        if isinstance(value, list):
            return [self.nullable(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        value = {key: self.nullable(inner) for key, inner in value.items()}
        if isinstance(value.get("type"), str):
            value["type"] = [value["type"], "null"]
        return value

    def test_tells_what_answers_without_an_id_are(self):
        query = {
            "/v1/datasets": "?projectId=default", "/v1/operations": "?filter=projectId%20=%20x",
            "/brapi/v2/allelematrix": "?preview=true&variantSetDbId=main~potato",
        }
        judged = 0
        for path, method, operation in operations(self.document):
            if method != "get" or "{" in path or "200" not in operation["responses"]:
                continue
            schema = self.schema_of(operation)
            status, fields, body = self.server.request(path + query.get(path, ""))
            with self.subTest(path):
                self.assertEqual(status, 200)
                kinds = [kind.split(";")[0] for kind in operation["responses"]["200"]["content"]]
                self.assertIn(fields["Content-Type"].split(";")[0], kinds)
                if schema:
                    problems = jsonschema.Draft4Validator(schema).iter_errors(json.loads(body))
                    self.assertEqual([f"{e.json_path}: {e.message[:200]}" for e in problems], [])
                    known = self.members(schema["allOf"][0])
                    self.assertTrue(not known or set(json.loads(body)) - {"@context"} <= known)
                    judged += 1
        self.assertGreater(judged, 25)

    def members(self, schema):
        if "$ref" in schema:
            return self.members(at(self.document, schema["$ref"]))
        return set(schema.get("properties", ()))

    def brapi_parameters(self):
        """(path, parameter) of every list."""
        for path, method, operation in operations(self.document):
            if method == "get" and path.startswith("/brapi/v2/") and "{" not in path:
                yield from ((path, at(self.document, p["$ref"])) for p in operation.get("parameters", []))

    def ask(self, path, name, value):
        more = {"variantSetDbId": "main~potato"} if path.endswith("/allelematrix") else {}
        status, _, body = self.server.request(support.url(path, {name: value} | more))
        return status, json.loads(body)

    def test_has_parameters_that_brapi_knows(self):
        """Every one, with a value that it takes; a warning would name it."""
        asked = 0
        values = {"integer": "1", "number": "0.5", "boolean": "true", "array": "x", "string": "x"}
        for path, parameter in self.brapi_parameters():
            schema = parameter["schema"]
            value = schema.get("enum", [values[schema["type"]]])[0]
            if schema.get("format") == "date-time":
                value = "2026-01-31T00:00:00Z"
            if parameter["name"] in ("pageToken", "callFields"):
                value = ""
            status, answer = self.ask(path, parameter["name"], value)
            with self.subTest(f"{path}?{parameter['name']}"):
                known = path.endswith("/allelematrix") and status in (400, 404)  # nothing fits
                self.assertTrue(status == 200 or known, answer)
                if status == 200:
                    warnings = [one["message"] for one in answer["metadata"]["status"] if one["messageType"] == "WARNING"]
                    self.assertFalse([line for line in warnings if "not known" in line], warnings)
            asked += 1
        self.assertGreater(asked, 300)

    def test_has_the_types_that_brapi_refuses_other_values_of(self):
        for path, parameter in self.brapi_parameters():
            name, schema = parameter["name"], parameter["schema"]
            if name in ("pageToken", "callFields") or path.endswith("/allelematrix") and name in ("callSetDbId", "variantSetDbId"):
                continue  # texts that are looked up
            strict = schema["type"] in ("integer", "number", "boolean") or {"enum", "format"} & set(schema)
            with self.subTest(f"{path}?{name}"):
                status, answer = self.ask(path, name, "none of these")
                if strict:
                    self.assertEqual(status, 400, answer)
                    self.assertIn(name, answer)
                elif status == 400:
                    self.assertNotIn("must be", answer)

    def test_has_searches_that_take_what_it_says(self):
        values = {"integer": 1, "number": 0.5, "boolean": True, "array": ["x"], "string": "x"}
        for path, method, operation in operations(self.document):
            if method != "post" or not path.startswith("/brapi/v2/search/"):
                continue
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            for name, member in self.members_of(schema):
                value = member.get("enum", [values[member["type"]]])[0]
                if member.get("format") == "date-time":
                    value = "2026-01-31T00:00:00Z"
                if name in ("pageToken", "callFields", "pagination"):
                    continue
                status, answer = self.server.post(path, {name: value})
                with self.subTest(f"{path} {name}"):
                    self.assertEqual(status, 202, answer)
                    self.assertEqual([one for one in answer["metadata"]["status"] if one["messageType"] == "WARNING"], [])

    def members_of(self, schema):
        if "$ref" in schema:
            schema = at(self.document, schema["$ref"])
        for part in schema.get("allOf", []):
            yield from self.members_of(part)
        yield from schema.get("properties", {}).items()


class other_servers(FolderTest):
    def test_have_the_same_document_whoever_asks(self):
        state = self.folder.parent / "state"
        token = new_token(state)
        with Server(self.folder, "--auth", "all", state=state, wait=False) as server:
            _, fields, body = server.request("/openapi.json")
            other = server.request("/openapi.json", headers={"Authorization": f"Bearer {token}"})
            self.assertEqual(other[2], body)
            self.assertEqual(other[1]["ETag"], fields["ETag"])
            document = json.loads(body)
            self.assertIn("bearer", document["components"]["securitySchemes"])
            self.assertEqual(document["paths"]["/brapi/v2/callsets"]["get"]["security"], [{"bearer": []}])

    def test_are_named_as_a_proxy_is_reached(self):
        with Server(self.folder, "--public-url", "https://example.org/calls/", wait=False) as server:
            document = server.get("/openapi.json")
            self.assertEqual(document["servers"], [{"url": "https://example.org/calls"}])
            self.assertNotIn("securitySchemes", document["components"])


if __name__ == "__main__":
    unittest.main()
