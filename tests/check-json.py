#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check JSON against setkey's schema: check-json.py SCHEMA FILE ...

A FILE is a document (NAME.json), or has one on each line (NAME.lines).  The
schema that is installed lets members pass that it does not know; here it
does not.  Prints what is wrong, and at the end
the members of the schema that no document had.
"""
import json
import sys

import jsonschema


def strict(node):
    """Refuse members that are not in the schema."""
    if isinstance(node, dict):
        if "properties" in node and "type" in node:
            node["additionalProperties"] = False
        for value in node.values():
            strict(value)
    elif isinstance(node, list):
        for value in node:
            strict(value)


def no_duplicates(pairs):
    """An object, of which no member comes twice."""
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a member comes twice in %s" % names)
    return dict(pairs)


def load(text):
    """A value, strictly."""
    def refuse(word):
        raise ValueError(word)
    return json.loads(text, object_pairs_hook=no_duplicates,
                      parse_constant=refuse)


def members(value, found):
    """Collect the names of all members."""
    if isinstance(value, dict):
        for name, inner in value.items():
            found.add(name)
            members(inner, found)
    elif isinstance(value, list):
        for inner in value:
            members(inner, found)


def described(node, found):
    """Collect the names of all members that a schema describes."""
    if isinstance(node, dict):
        found.update(node.get("properties", {}))
        for value in node.values():
            described(value, found)
    elif isinstance(node, list):
        for value in node:
            described(value, found)


def validator_of(schema):
    """A validator of the schema."""
    # Older releases know draft 7 at most, which says the same here, and
    # find nothing that a URN is joined with.
    schema = {key: schema[key] for key in schema if key != "$id"}
    cls = jsonschema.validators.validator_for(
        schema, default=jsonschema.Draft7Validator)
    cls.check_schema(schema)
    return cls(schema)


def values_of(path):
    """The values in a file."""
    with open(path, encoding="utf-8", newline="\n") as file:
        text = file.read()
    if path.endswith(".lines"):
        if text and not text.endswith("\n"):
            raise ValueError("no newline at the end")
        for line in text.splitlines():
            yield load(line)
    else:
        yield load(text)


def main():
    """Check all files; exit status 1 if one is wrong."""
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    strict(schema)
    validator = validator_of(schema)
    found, wanted = set(), set()
    described(schema, wanted)
    failed = False
    count = 0
    for path in sys.argv[2:]:
        try:
            for value in values_of(path):
                count += 1
                members(value, found)
                for error in validator.iter_errors(value):
                    failed = True
                    error = jsonschema.exceptions.best_match([error])
                    print("%s: %s: %.300s" % (path, list(error.path),
                                              error.message))
        except ValueError as error:
            failed = True
            print("%s: %s" % (path, error))
    print("checked %d" % count)
    print("missing:", " ".join(sorted(wanted - found)))
    return 1 if failed or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
