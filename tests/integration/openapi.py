"""Judges answers by OpenAPI 3.0 documents, such as BrAPI's own."""

import datetime
import json
import re

import jsonschema

from support import ROOT

# The published description of BrAPI does not ship with the project.
SPECIFICATION = ROOT.parent / "shared" / "spec" / "brapi"

# BrAPI requires it, and has no value for it on the last page.
NULL_ALTHOUGH_REQUIRED = {"nextPageToken"}
FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def is_date_time(value):
    return not isinstance(value, str) or datetime.datetime.fromisoformat(value).tzinfo is not None


# The documents know five kinds of files. Servers and clients have more (Flapjack, BCF, PLINK), and clients find
# theirs by these names.
BEYOND_ENUMERATIONS = re.compile(r"availableFormats\[\d+\]\.(dataFormat|fileFormat): .* is not one of")


class Document:
    """OpenAPI's schemas are JSON schemas but for references and nulls; `plain` makes them such."""

    def __init__(self, document):
        self.document = document

    @classmethod
    def read(cls, name):
        return cls(json.loads((SPECIFICATION / name).read_text()))

    def resolve(self, schema):
        while "$ref" in schema:
            at = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                at = at[part]
            schema = at
        return schema

    def answer(self, path, method="get", status=200):
        """The schema of an answer; None where the document has no such path or status."""
        responses = self.document["paths"].get(path, {}).get(method, {}).get("responses", {})
        if str(status) not in responses:
            return None
        return self.resolve(responses[str(status)])["content"]["application/json"]["schema"]

    def request(self, path, method="post"):
        """The schema of a body."""
        body = self.resolve(self.document["paths"][path][method]["requestBody"])
        return self.resolve(body["content"]["application/json"]["schema"])

    def amend(self, members):
        """Where a younger document says otherwise: {schema: {property: its schema}}."""
        for name, properties in members.items():
            self.document["components"]["schemas"][name]["properties"] |= properties

    def members(self, schema):
        """All properties and the required ones of an object, those of its parts included."""
        schema = self.resolve(schema)
        properties, required = dict(schema.get("properties", {})), set(schema.get("required", []))
        for part in schema.get("allOf", []):
            more, needed = self.members(part)
            properties |= more
            required |= needed
        return properties, required

    def plain(self, schema, whole=False):
        """The schema without references. What is not required may be null: the documents have no word
        for what is unknown. With `whole`, no documented member may be absent and no other be there."""
        schema = self.resolve(schema)
        properties, required = self.members(schema)
        out = {key: schema[key] for key in ("type", "enum", "format", "additionalProperties") if key in schema}
        if "items" in schema:
            out["items"] = self.plain(schema["items"], whole)
        if not properties:
            return out
        out |= {"type": "object", "properties": {}, "required": sorted(properties if whole else required)}
        if whole:
            out.setdefault("additionalProperties", False)
        for name, inner in properties.items():
            out["properties"][name] = member = self.plain(inner, whole)
            if name not in required - NULL_ALTHOUGH_REQUIRED:
                allow_null(member)
        return out

    def problems(self, schema, value, where="", whole=False):
        """What is wrong with a value, a line each."""
        judge = jsonschema.Draft4Validator(self.plain(schema, whole), format_checker=FORMATS)
        found = [f"{where}{error.json_path[1:]}: {error.message[:200]}" for error in judge.iter_errors(value)]
        return [problem for problem in found if not BEYOND_ENUMERATIONS.search(problem)]


def allow_null(schema):
    if "type" in schema:
        schema["type"] = [schema["type"], "null"]
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
