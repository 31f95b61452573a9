#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""docs/config.schema.json against the samples, the documentation and the loader.

usage: tests/system/config_schema.py [HOMEWARDD]
With HOMEWARDD, what the schema says is compared with what `HOMEWARDD --check FILE` says. Ends with "N passed, N failed".
"""
import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests/vectors/config"
SCHEMA = json.loads((ROOT / "docs/config.schema.json").read_text())

# What no schema can say, for want of arithmetic, or of a way to look at two places at once.
BEYOND_A_SCHEMA = {
    "address_link_local", "address_loopback", "address_multicast", "address_unspecified", "address_v4_mapped",
    "cpus_not_matching", "duplicate_key", "empty_file", "home_link_of_a_vdev", "home_link_of_no_port",
    "ip4_address_for_broadcasts", "ip4_address_in_another_pool", "ip4_address_of_the_network", "ip4_foreign_agents_repeated",
    "ip4_fa_advertisement_lifetime_short", "ip4_fa_care_of_of_the_home_agent", "ip4_fa_home_agents_repeated", "ip4_fa_interval_min_longer",
    "ip4_home_link_of_no_port", "ip4_networks_equal", "ip4_networks_overlap", "ip4_pool_backwards", "ip4_pool_outside",
    "ip4_pool_too_large", "ip4_pool_with_the_broadcast_address", "ip4_pool_with_the_home_agent",
    "ip4_pool_with_the_network_address", "ip4_prefix_host_bits", "ip4_prefix_loopback", "ip4_prefix_multicast",
    "ip4_redirect_to_itself", "ip4_route_host_bits", "ip4_route_mapped", "lifetime_preferred_infinite", "lifetime_preferred_longer",
    "multicast_port_unknown", "multicast_response_long", "nested_too_deep", "not_utf8_escape", "number_too_big", "port_devices_repeated", "port_interfaces_repeated",
    "port_names_repeated", "prefix_host_bits", "prefix_host_bits_inside_octet", "prefix_link_local", "prefix_multicast",
    "prefix_unspecified", "prefixes_equal", "prefixes_overlap", "refresh_not_shorter", "route_prefix_host_bits", "router_advertisements",
    "router_advertisements_without_an_address",
    "route_prefix_repeated", "syntax_missing_comma", "syntax_trailing_garbage", "vdev_devices_repeated",
    "switch_address_multicast", "vdev_queues_fewer_than_workers",
}
NOT_JSON = {"duplicate_key", "empty_file", "not_utf8_escape", "syntax_missing_comma", "syntax_trailing_garbage"}
# json reads what the loader's parser does not take: the schema may say what it likes.
READ_BY_PYTHON_ONLY = {"duplicate_key", "nested_too_deep", "not_utf8_escape", "number_too_big"}

passed = failed = 0


def check(good, what):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(f"FAIL {what}")


class Loader:
    """What --check says of a configuration."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = pathlib.Path(folder)
        self.nodes = self.folder / "mobile_nodes.jsonl"
        self.nodes.touch(mode=0o600)

    def check(self, path):
        """(exit status, [(pointer, text)], other lines)"""
        done = subprocess.run([self.program, "--check", str(path)], capture_output=True, text=True, timeout=60)
        problems, others = [], []
        for line in done.stderr.splitlines():
            found = re.match(re.escape(f"{path}: ") + r"(?:(/\S*): )?(.*)", line)
            if found:
                problems.append((found[1] or "", found[2]))
            elif ": warning: " not in line:
                others.append(line)
        return done.returncode, problems, others

    def check_document(self, document):
        """With a mobile nodes file that exists, unless the document's own is wrong."""
        document = copy.deepcopy(document)
        nodes = document.get("mobile_nodes")
        if isinstance(nodes, dict) and isinstance(nodes.get("file"), str) and \
                nodes["file"].isprintable() and nodes["file"]:
            nodes["file"] = str(self.nodes)
        path = self.folder / "config.json"
        path.touch(mode=0o600)  # some hold keys
        path.write_text(json.dumps(document))
        return self.check(path)


VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def accepts(document):
    return VALIDATOR.is_valid(document)


def resolve(schema):
    while "$ref" in schema:
        schema = {**SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]], **{k: v for k, v in schema.items() if k != "$ref"}}
    return schema


def walk(schema, pointer=(), kind=None):
    """Every (pointer, schema, kind of port) below; an item of a list is item 0."""
    schema = resolve(schema)
    yield pointer, schema, kind
    for key, below in schema.get("properties", {}).items():
        yield from walk(below, pointer + (key,), kind)
    items = schema.get("items", {})
    for choice in items.get("oneOf", [items] if items else []):
        of = resolve(choice).get("properties", {}).get("kind", {}).get("const", kind)
        yield from walk(choice, pointer + (0,), of)


def test_samples():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for path in sorted([*SAMPLES.glob("good/*.json"), *(ROOT / "docs/examples").glob("*.json")]):
        errors = [e.message for e in VALIDATOR.iter_errors(json.loads(path.read_text()))]
        check(not errors, f"{path.name}: refused by the schema: {errors}")
    names = set()
    for path in sorted(SAMPLES.glob("bad/*.json")):
        names.add(path.stem)
        if path.stem in NOT_JSON:
            continue
        refused = not accepts(json.loads(path.read_text()))
        if path.stem in READ_BY_PYTHON_ONLY:
            continue
        check(refused or path.stem in BEYOND_A_SCHEMA, f"{path.name}: accepted by the schema")
        check(not (refused and path.stem in BEYOND_A_SCHEMA), f"{path.name}: not beyond a schema at all")
    check(BEYOND_A_SCHEMA <= names, f"no such samples: {BEYOND_A_SCHEMA - names}")


def test_documentation():
    """Each key has a row in the documentation, with the schema's default and range."""
    rows = {}
    heading = ""
    for line in (ROOT / "docs/configuration.md").read_text().splitlines():
        if line.startswith("#"):
            heading = "".join(re.findall(r"`([^`]+)`", line))
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            rows.setdefault((heading, cells[0].strip("`")), cells)
    for pointer, schema, _ in walk(SCHEMA):
        if not pointer or pointer[-1] == 0 or "properties" in schema or schema.get("items"):
            continue
        section = "limits" if pointer[0] == "limits" else ".".join(str(p) for p in pointer[:-1] if p != 0)
        key = pointer[-1] if pointer[0] != "limits" else f"{pointer[-2]}.{pointer[-1]}"
        row = rows.get((section, key))
        check(row is not None, f"docs/configuration.md: no row for {key} below a heading with `{section}`")
        if row is None:
            continue
        text = " ".join(row)
        if "default" in schema:
            check(row[2].strip("`").strip('"') == str(json.dumps(schema["default"])).strip('"'),
                  f"docs/configuration.md: {section} {key}: default {row[2]} is not {schema['default']!r}")
        for bound in ("minimum", "maximum"):
            if bound in schema:
                check(re.search(rf"(?<!\d){schema[bound]}(?!\d)", text),
                      f"docs/configuration.md: {section} {key}: {bound} {schema[bound]} is not told")


def test_loader_on_samples(loader):
    for path in sorted([*SAMPLES.glob("good/*.json"), *(ROOT / "docs/examples").glob("*.json")]):
        status, problems, others = loader.check_document(json.loads(path.read_text()))
        check(status == 0 and not problems and not others, f"{path.name}: {status} {problems} {others}")
    for path in sorted(SAMPLES.glob("bad/*.json")):
        status, problems, others = loader.check(path)
        check(status == 1 and problems and not others, f"{path.name}: {status} {problems} {others}")
        for line in path.with_suffix(".expect").read_text().splitlines():
            pointer, _, part = line.partition(" ")
            check(any(p.rstrip(":") == pointer and part in text for p, text in problems),
                  f"{path.name}: not told: {line}; but {problems}")


def least(kind=None):
    document = json.loads((SAMPLES / "good/least.json").read_text())
    if kind is not None:
        ports = json.loads((SAMPLES / "good/all_kinds.json").read_text())["ports"]
        document["ports"] = [p for p in ports if p["kind"] == kind]
    return document


def every_object(kind=None):
    """Has each object of which some key is required."""
    document = least(kind)
    home_agent = json.loads((SAMPLES / "good/ip4_every_key.json").read_text())
    foreign_agent = json.loads((SAMPLES / "good/ip4_foreign_agent.json").read_text())
    if kind != "vdev":
        document["ports"][0].update({key: foreign_agent["ports"][0][key] for key in ("role", "foreign_agent")})
    return {**document, "mobile_ipv4": home_agent["mobile_ipv4"], "foreign_agent": foreign_agent["foreign_agent"]}


def set_at(document, pointer, value):
    for key, after in zip(pointer[:-1], pointer[1:]):
        if isinstance(document, list):
            document = document[key]
        else:
            document = document.setdefault(key, [] if after == 0 else {})
        if after == 0 and not document:
            document.append({})
    if isinstance(document, list):
        document[:] = [value]
    else:
        document[pointer[-1]] = value


def text_of(pointer):
    return "".join(f"/{p}" for p in pointer)


def test_keys(loader):
    """The loader lists the keys it knows beside one that it does not."""
    for pointer, schema, kind in walk(SCHEMA):
        if "properties" not in schema:
            continue
        document = least(kind)
        set_at(document, pointer + ("zzzzzzzzzz",), 1)
        where = text_of(pointer + ("zzzzzzzzzz",))
        told = [text for p, text in loader.check_document(document)[1] if p == where]
        listed = told[0].rsplit("keys here are ", 1)[-1].split(", ") if told else []
        check(sorted(listed) == sorted(schema["properties"]),
              f"{text_of(pointer)} {kind or ''}: schema {sorted(schema['properties'])}, loader {sorted(listed)}")


def test_required(loader):
    for pointer, schema, kind in walk(SCHEMA):
        for key in schema.get("required", ()) if "properties" in schema else ():
            # kind decides what else is needed; without it nothing more is asked for.
            document = least(kind) if pointer == ("ports", 0) else every_object(kind)
            place = document
            for step in pointer:
                place = place[step]
            place.pop(key)
            told = [p for p, text in loader.check_document(document)[1] if "is missing" in text]
            check(told == [text_of(pointer + (key,))], f"{text_of(pointer)}: without {key} the loader says {told}")


def test_types(loader):
    """Neither takes a value of another type: each key with each kind of value."""
    for pointer, schema, kind in walk(SCHEMA):
        if not pointer or pointer[-1] == "kind":
            continue
        for value in (None, True, 3000000000000, "?\t?", [[]], {"?": 1}, 1.5):
            document = least(kind)
            set_at(document, pointer, value)
            refused = loader.check_document(document)[0] != 0
            check(refused == (not accepts(document)), f"{text_of(pointer)} {kind or ''}: {value!r}: the loader and the schema differ")


def test_ranges(loader):
    for pointer, schema, kind in walk(SCHEMA):
        of = next((c for c in schema.get("oneOf", ()) if "minimum" in c), schema)
        if "minimum" not in of:
            continue
        for value in (of["minimum"] - 1, of["minimum"], of["maximum"], of["maximum"] + 1):
            document = least(kind)
            set_at(document, pointer, value)
            problems = loader.check_document(document)[1]
            refused = any(p == text_of(pointer) and ("out of range" in text or "not a lifetime" in text) for p, text in problems)
            check(refused == (value < of["minimum"] or value > of["maximum"]),
                  f"{text_of(pointer)} {kind or ''}: {value}: the loader and the schema differ: {problems}")


def test_both_files(loader):
    """A wrong configuration does not hide what is wrong in the mobile nodes file."""
    nodes = loader.folder / "wrong.jsonl"
    nodes.touch(mode=0o600)
    nodes.write_text('# one\n{"home_address": "2001:db8:1::10", "auth": "nnoe"}\n')
    for changes, pointers in (({}, []), ({"wrokers": {}}, ["/wrokers"])):
        path = loader.folder / "config.json"
        path.write_text(json.dumps({**least(), "mobile_nodes": {"file": str(nodes)}, **changes}))
        status, problems, others = loader.check(path)
        check(status == 1 and [p for p, _ in problems] == pointers, f"--check of {changes}: {status} {problems}")
        check(len(others) == 1 and others[0].startswith(f"{nodes}:2: auth: "), f"--check of {changes}: {others}")


def test_arguments(loader):
    good = str(SAMPLES / "good/least.json")
    for arguments in (["--check", good, "more"], ["--check", good, "--nosuch"], ["--check"], ["more"]):
        done = subprocess.run([loader.program, *arguments], capture_output=True, text=True, timeout=60)
        check(done.returncode == 2 and "usage: " in done.stderr, f"{arguments}: {done.returncode} {done.stderr}")


def main():
    test_samples()
    test_documentation()
    if len(sys.argv) > 1:
        with tempfile.TemporaryDirectory(prefix="homeward-schema-") as folder:
            loader = Loader(os.path.abspath(sys.argv[1]), folder)
            for test in (test_loader_on_samples, test_keys, test_required, test_types, test_ranges,
                         test_both_files, test_arguments):
                test(loader)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
