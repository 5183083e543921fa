"""Runs Encord's own MetadataSchema on sequences of edits.

A line of JSON comes in for each sequence and one goes out:
    {"start": schema, "edits": [{"edit": method, "key": …, arguments…}]}
    {"start": schema, "steps": [{"refused": reason} | {"schema": schema}]}
with every schema as the SDK sends it. {"characters": true} answers with all code points that a key may consist of, and all that
this Python knows: {"alphanumeric": […], "assigned": […]}.
"""

import json
import sys
import unicodedata

from encord import metadata_schema as sdk
from encord.http.v2.api_client import ApiClient
from pydantic import ValidationError

REASONS = [
    ("is an invalid format for a metadata key", "key"),
    ("is already defined", "exists"),
    ("is not defined", "missing"),
    ("is not an enum", "not an enum"),
    ("Must provide at least 1 value", "no options"),
    ("Cannot provide more than 256 values", "too many options"),
    ("is hard deleted", "deleted for ever"),
    ("was hard deleted", "deleted for ever"),
    ("is cannot be restored with this type", "deleted"),
    ("is already deleted", "already deleted"),
    ("is not currently deleted", "not deleted"),
    ("Unknown simple schema type", "unknown type"),
    ("must be created explicitly", "unknown type"),
]


class Service:
    """What MetadataSchema takes for Encord."""

    def __init__(self, schema):
        self.schema = schema

    def get(self, path, params, result_type, allow_none):
        return result_type.model_validate(self.schema)

    def post(self, path, params, payload, result_type):
        self.schema = ApiClient._serialise_payload(None, payload)


def reason(error, edit):
    if isinstance(error, ValidationError):
        assert "size" in edit, error
        return "size"
    text = str(error)
    # The SDK says the opposite of what it means there.
    if edit["edit"] == "add_enum_options" and text.endswith("is already defined"):
        return "missing"
    return next(name for words, name in REASONS if words in text)


def run(start, edits):
    service = Service(start)
    schema = sdk.MetadataSchema(service)
    schema._dirty = True
    schema.save()
    answer = {"start": service.schema, "steps": []}
    for edit in edits:
        arguments = {name: value for name, value in edit.items() if name not in ("edit", "key")}
        try:
            getattr(schema, edit["edit"])(edit["key"], **arguments)
        except (sdk.MetadataSchemaError, ValueError) as error:
            answer["steps"].append({"refused": reason(error, edit)})
        else:
            schema.save()
            answer["steps"].append({"schema": service.schema})
    return answer


def characters():
    every = [code for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    return {
        "alphanumeric": [code for code in every if chr(code).isalnum()],
        "assigned": [code for code in every if unicodedata.category(chr(code)) != "Cn"],
    }


for line in sys.stdin:
    request = json.loads(line)
    answer = characters() if "characters" in request else run(request["start"], request["edits"])
    print(json.dumps(answer), flush=True)
