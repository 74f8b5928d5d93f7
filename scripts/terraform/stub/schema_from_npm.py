#!/usr/bin/env python3
"""Makes a provider's schema, in the form of `terraform providers schema -json`,
from its @cdktf/provider-* npm package: the only package that holds it.

usage: schema_from_npm.py PACKAGE_FOLDER NAMESPACE/NAME TYPE... >SCHEMA.json

The package is JavaScript generated from the schema; its TypeScript, with the
comments that are needed here, is in the inline source maps. Every attribute has
a comment (computed, optional, required) in a class, and, when it can be set, an
entry (isBlock, type, storageClassType) in that class's HCL writer.
"""
import base64
import json
import pathlib
import re
import sys

CLASS = re.compile(r"^export class (\w+) extends cdktf\.(\w+)", re.M)
WRITER = re.compile(r"^export function (\w+)ToHclTerraform\(", re.M)
ATTRIBUTE = re.compile(r"// (\w+) - computed: (\w+), optional: (\w+), required: (\w+)\s*\n")
SETTING = re.compile(r'^\s+(\w+): \{\n\s+value: .*\n\s+isBlock: (\w+),\n\s+type: "(\w+)",\n\s+storageClassType: "(\w+)"', re.M)
HOLDER = re.compile(r'private _\w+ = new (\w+)\(this, "\w+"(?:, (true|false))?\)')
GETTER = re.compile(r"this\.get(\w+)Attribute\(")

# The SDK's timeouts are a single block; this one is written by hand and is a list.
TIMEOUTS_ARE_A_LIST = {"kubernetes_manifest"}


def typescript(path):
    """The source of a compiled file, from its source map."""
    text = path.read_text(encoding="utf-8")
    _, found, encoded = text.rpartition("base64,")
    return json.loads(base64.b64decode(encoded.strip()))["sourcesContent"][0] + "\n" if found else ""


def pieces(source, pattern):
    """Each match of pattern with the text up to the next one."""
    matches = list(pattern.finditer(source))
    ends = [m.start() for m in matches[1:]] + [len(source)]
    return [(m, source[m.end():end]) for m, end in zip(matches, ends)]


class Package:
    """The classes and HCL writers of one resource's folder."""

    def __init__(self, folder):
        source = "".join(typescript(p) for p in sorted(folder.rglob("*.js")))
        classes = [(m.group(1), m.group(2), body) for m, body in pieces(source, CLASS)]
        self.classes = {name: body for name, _, body in classes}
        self.root = next(name for name, base, _ in classes if base in ("TerraformResource", "TerraformProvider"))
        self.writers = {m.group(1).lower(): settings(body) for m, body in pieces(source, WRITER)}

    def settings_of(self, name):
        if name == self.root:
            return settings(self.classes[name].partition("synthesizeHclAttributes")[2])
        return self.writers.get(name.removesuffix("OutputReference").lower(), {})

    def block(self, name):
        attributes, blocks = {}, {}
        known = self.settings_of(name)
        for match, body in pieces(self.classes[name], ATTRIBUTE):
            attribute, *flags = match.groups()
            flags = {k: True for k, v in zip(("computed", "optional", "required"), flags) if v == "true"}
            setting, holder = known.get(attribute), HOLDER.search(body)
            if setting and setting[1] == "struct" and attribute != "timeouts":
                attributes[attribute] = {"type": self.object_type(holder), **flags}
            elif setting and setting[0] == "true":
                if holder:  # a provider's own blocks have none, and are left out
                    blocks[attribute] = self.nested(attribute, setting[1], holder, flags)
            elif holder and holder.group(1) in self.classes:
                attributes[attribute] = {"type": ["list", self.object_type(holder)], **flags}
            else:
                attributes[attribute] = {"type": value_type(setting, body), **flags}
        return {k: v for k, v in (("attributes", attributes), ("block_types", blocks)) if v}

    def nested(self, attribute, kind, holder, flags):
        block = self.block(element(holder))
        if attribute == "timeouts":
            return {"nesting_mode": "single", "block": block}
        out = {"nesting_mode": kind, "block": block}
        if "required" in flags:
            out["min_items"] = 1
        if holder.group(1).endswith("OutputReference"):
            out["max_items"] = 1
        return out

    def object_type(self, holder):
        """The type of an attribute that holds objects."""
        block = self.block(element(holder))
        return ["object", {k: v["type"] for k, v in block.get("attributes", {}).items()}]


def element(holder):
    """The class of one element, whether the attribute holds one or a list."""
    return holder.group(1).removesuffix("OutputReference").removesuffix("List") + "OutputReference"


def settings(writer):
    return {name: rest for name, *rest in SETTING.findall(writer.partition("\n}\n")[0])}


def value_type(setting, body):
    """The type of an attribute that can be set, or, of a computed one, what its getter says."""
    primitive = {"string": "string", "number": "number", "boolean": "bool"}
    if setting:
        _, kind, storage = setting
        inner = primitive.get(re.match(r"[a-z]+", storage).group())
        return "dynamic" if inner is None else inner if kind == "simple" else [kind, inner]
    getter = GETTER.search(body).group(1)
    collection = re.fullmatch(r"(String|Number|Boolean)?(Map|List)", getter)
    if collection:
        return [collection.group(2).lower(), primitive[(collection.group(1) or "String").lower()]]
    return primitive[getter.lower()]


def main(folder, address, *resources):
    lib = pathlib.Path(folder) / "lib"
    provider = Package(lib / "provider")
    configuration = provider.block(provider.root)
    configuration["attributes"].pop("alias", None)
    prefix = address.rpartition("/")[2] + "_"
    schemas = {}
    for resource in sorted(resources):
        package = Package(lib / resource.removeprefix(prefix).replace("_", "-"))
        schemas[resource] = {"version": 0, "block": package.block(package.root)}
        if resource in TIMEOUTS_ARE_A_LIST:
            schemas[resource]["block"]["block_types"]["timeouts"] |= {"nesting_mode": "list", "max_items": 1}
    document = {"provider": {"version": 0, "block": configuration}, "resource_schemas": schemas}
    json.dump({"format_version": "1.0", "provider_schemas": {address: document}}, sys.stdout, sort_keys=True, separators=(",", ":"))
    print()


main(*sys.argv[1:])
