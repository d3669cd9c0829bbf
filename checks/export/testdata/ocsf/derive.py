#!/usr/bin/env python3
"""Derive the JSON Schema of one OCSF event class from a checkout of
https://github.com/ocsf/ocsf-schema (Apache-2.0) at a released tag.

    git clone --branch v1.5.0 https://github.com/ocsf/ocsf-schema
    ./derive.py ocsf-schema compliance_finding > compliance_finding-1.5.0.schema.json

Attributes that the schema does not know are refused, required ones demanded,
enumerations of *_id attributes held.
"""
import glob, json, os, sys

root, event = sys.argv[1], sys.argv[2]
load = lambda path: json.load(open(os.path.join(root, path), encoding="utf-8"))
dictionary = load("dictionary.json")
types = dictionary["types"]["attributes"]
by_name = lambda pattern: {d["name"]: d for d in (json.load(open(p, encoding="utf-8"))
    for p in glob.glob(os.path.join(root, pattern), recursive=True)) if "name" in d}
objects, events = by_name("objects/*.json"), by_name("events/**/*.json")
categories = load("categories.json")["attributes"]
profiles_used = {"cloud"}


def attributes(definition, pool):
    merged = {}
    if definition.get("extends"):
        merged = attributes(pool[definition["extends"]], pool)
    own = dict(definition.get("attributes", {}))
    include = own.pop("$include", [])
    for path in [include] if isinstance(include, str) else include:
        profile = load(path)
        if profile["name"] in profiles_used:
            for name, attribute in profile["attributes"].items():
                merged[name] = {**merged.get(name, {}), **attribute}
    for name, attribute in own.items():
        before = merged.get(name, {})
        enum = {**before.get("enum", {}), **attribute.get("enum", {})}
        merged[name] = {**before, **attribute}
        if enum:
            merged[name]["enum"] = enum
    return merged


def base(kind):
    known = types[kind]
    name = known.get("type", kind)
    return {"string_t": "string", "integer_t": "integer", "long_t": "integer", "float_t": "number",
            "boolean_t": "boolean", "json_t": None}[name]


defs = {}


def value(name, attribute):
    common = dictionary["attributes"].get(name, {})
    merged = {**common, **attribute}
    enum = {**common.get("enum", {}), **attribute.get("enum", {})}
    kind = merged.get("type", "string_t")
    if kind in objects or kind == "object":
        schema = {"$ref": "#/$defs/" + kind}
        define(kind)
    else:
        word = base(kind)
        schema = {} if word is None else {"type": word}
        if enum and word == "integer":
            schema["enum"] = sorted(int(k) for k in enum)
        if kind in types and "regex" in types[kind] and word == "string":
            schema["minLength"] = 1
    return {"type": "array", "items": schema} if merged.get("is_array") else schema


def shape(known):
    properties, required = {}, []
    for name, attribute in sorted(known.items()):
        properties[name] = value(name, attribute)
        if (attribute.get("requirement") or "") == "required":
            required.append(name)
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = sorted(required)
    return schema


def define(name):
    if name in defs:
        return
    defs[name] = {}
    if name in objects and attributes(objects[name], objects):  # else anything
        defs[name] = shape(attributes(objects[name], objects))


definition = events[event]
known = attributes(definition, events)
category = definition.get("category") or events[definition["extends"]]["category"]
class_uid = categories[category]["uid"] * 1000 + definition["uid"]
known["category_uid"] = {**known["category_uid"], "enum": {str(categories[category]["uid"]): {}}}
known["class_uid"] = {**known["class_uid"], "enum": {str(class_uid): {}}}
schema = shape(known)
schema["properties"]["category_uid"] = {"type": "integer", "const": categories[category]["uid"]}
schema["properties"]["class_uid"] = {"type": "integer", "const": class_uid}
schema["properties"]["type_uid"] = {"type": "integer", "minimum": class_uid * 100, "maximum": class_uid * 100 + 99}
schema = {"$schema": "https://json-schema.org/draft/2020-12/schema",
          "$comment": "OCSF %s, class %s; derived from github.com/ocsf/ocsf-schema, Apache-2.0" % (load("version.json")["version"], event),
          **schema, "$defs": defs}
json.dump(schema, sys.stdout, separators=(",", ":"), sort_keys=True)
sys.stdout.write("\n")
