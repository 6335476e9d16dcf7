"""JSON Schema of scheme files, for editors that complete and check while one types.

Generated from the structs that read the files (policy/source.py) and the parameters of the checks, so that it says what
they say. What only the compiler knows (that a clause is there, that tiers join) is for `reviewapp schemes check`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from reviewapp.policy import source
from reviewapp.policy.checks import CHECKS
from reviewapp.policy.facts import SECTIONS
from reviewapp.policy.traits import TRAITS
from reviewapp.schemes import descriptions
from reviewapp.schemes.vocabulary import tables

Schema = dict[str, Any]

_MONEY: Schema = {
    "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,2})?$"}]
}
_SHARE: Schema = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$"}]}
_MOMENT: Schema = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+)?$"}


def json_schema() -> Schema:
    """The schema of a whole scheme file, in the keywords of draft 7."""
    definitions = {table.__name__: _table(table) for table in tables()}
    definitions |= {_check_name(name): _check(name, definitions["CheckTable"]) for name in CHECKS}
    for abstract in ("CheckTable", "AwardTable"):
        del definitions[abstract]
    root = definitions.pop("SchemeTable")
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "补贴活动方案"} | root | {
        "definitions": dict(sorted(definitions.items()))
    }  # fmt: skip


def _ref(table: type[msgspec.Struct]) -> Schema:
    return {"$ref": f"#/definitions/{table.__name__}"}


def _list_of(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _map_of(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def _any_of(schemas: Iterator[Schema]) -> Schema:
    return {"anyOf": list(schemas)}


def _check_name(name: str) -> str:
    return f"check_{name}"


_CHECK = _any_of({"$ref": f"#/definitions/{_check_name(name)}"} for name in CHECKS)
_AWARD = _any_of(_ref(form) for form in source.AwardTable.__subclasses__())
_TRAIT: Schema = {"type": "string", "enum": ["", *TRAITS]}
_ENDS = dict.fromkeys(("from", "over", "below", "up_to", "pays"), _MONEY)
_PARTS: Mapping[str, Mapping[str, Schema]] = {
    "SchemeTable": {
        "windows": _map_of(_ref(source.WindowTable)),
        "pools": _list_of(_ref(source.PoolTable)),
        "programmes": _map_of(_ref(source.ProgrammeTable)),
        "interpretations": _list_of(_ref(source.InterpretationTable)),
        "goods": _list_of(_ref(source.GoodsTable)),
        "rounds": _map_of(_ref(source.RoundsTable)),
        "leverage": _ref(source.LeverageTable),
        "vouchers": _list_of(_ref(source.VoucherTable)),
        "payout": _ref(source.PayoutTable),
        "second_look": _ref(source.SecondLookTable),
    },
    "SecondLookTable": {"over": _MONEY},
    "PayoutTable": {"line_over": _MONEY, "total_over": _MONEY},
    "ProgrammeTable": {
        "papers": _list_of(_ref(source.PaperTable)),
        "roles": _list_of(_ref(source.RoleTable)),
        "declared": _list_of(_ref(source.DeclaredTable)),
        "award": _AWARD,
        "checks": _list_of(_CHECK),
    },
    "DeclaredTable": {"field": {"type": "string", "enum": list(SECTIONS["declared"])}},
    "WindowTable": {"from": _MOMENT, "until": _MOMENT},
    "RoundsTable": {"from": _MOMENT, "until": _MOMENT, "amount": _MONEY},
    "PoolTable": {
        "amount": _MONEY,
        "ceiling": _MONEY,
        "first_tranche": _MONEY,
        "sources": _list_of(_ref(source.SourceTable)),
    },
    "SourceTable": {"amount": _MONEY},
    "VoucherTable": {
        "faces": _list_of(_ref(source.FaceTable)),
        "share": _ref(source.ShareTable),
        "limits": _ref(source.LimitsTable),
        "good_until": _MOMENT,
    },
    "FaceTable": {"off": _MONEY, "spend": _MONEY},
    "ShareTable": {"percent": _SHARE, "most": _MONEY},
    "TierAwardTable": {"tables": _list_of(_ref(source.TiersTable)), "by": _TRAIT},
    "TiersTable": {"tiers": _list_of(_ref(source.TierTable))},
    "TierTable": _ENDS,
    "PercentAwardTable": {
        "rates": _list_of(_ref(source.RateTable)),
        "by": _TRAIT,
        "least": _MONEY,
        "most": _MONEY,
        "round_to": _MONEY,
    },
    "RateTable": {"percent": _SHARE},
    "FlatAwardTable": {"pays": _MONEY},
    "FaceAwardTable": {"allowed": _list_of(_MONEY)},
    "AgeAwardTable": {"scrap": _ref(source.ScrapTable), "bands": _list_of(_ref(source.BandTable))},
    "ScrapTable": {"pays": _MONEY},
    "BandTable": {"pays": _MONEY},
}
"""What stands in the keys that the structs leave open, because the compiler reads them piece by piece."""


def _table(table: type[msgspec.Struct]) -> Schema:
    """A struct as a schema, its open parts filled in."""
    parts = _PARTS.get(table.__name__, {})
    return _closed(_component(table), table.__name__, parts)


def _check(name: str, common: Schema) -> Schema:
    """One check: what all have, its own name, and its parameters."""
    own = _closed(_component(CHECKS[name].params), name, {})
    named = {"check": {"enum": [name], "description": descriptions.KEYS["check"]}}
    return {
        "description": descriptions.CHECKS.get(name, ""),
        "type": "object",
        "properties": common["properties"] | named | own["properties"],
        "required": [*common["required"], *own.get("required", ())],
        "additionalProperties": False,
    }


def _component(table: type[msgspec.Struct]) -> Schema:
    _, components = msgspec.json.schema_components([table], ref_template="#/definitions/{name}")
    component: Schema = components[table.__name__]
    return component


def _closed(component: Schema, name: str, parts: Mapping[str, Schema]) -> Schema:
    """The component with parts and descriptions; without null, which TOML does not know, and the structs' defaults."""
    properties = {}
    for key, given in component["properties"].items():
        schema = {word: value for word, value in given.items() if word != "default"}
        options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
        schema = parts.get(key) or (dict(options[0]) if len(options) == 1 else schema)
        if "prefixItems" in schema:  # draft 7 has a list of items for arrays of fixed length
            schema["items"] = schema.pop("prefixItems")
        properties[key] = _described(schema, _description(name, key))
    closed = {"type": "object", "properties": properties, "additionalProperties": False}
    return closed | ({"required": component["required"]} if "required" in component else {})


def _described(schema: Schema, text: str) -> Schema:
    """Beside a `$ref` draft 7 reads nothing else."""
    return {"allOf": [schema], "description": text} if "$ref" in schema else schema | {"description": text}


def _description(table: str, key: str) -> str:
    return descriptions.KEYS.get(f"{table}.{key}") or descriptions.KEYS.get(key, "")
