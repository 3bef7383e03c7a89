"""Accepts what Placet writes, or says why not.

Usage: python3 check.py FILE. Reads lines of JSON, each {"record": text, "keys": {name: hex}, "canonical": text, "facts": text},
and ends with status 1 at the first one that differs from what Python, and the library where it is installed, make of it.
"""

import importlib
import json
import sys

import records


def library():
    """The library itself, under whichever name it is installed."""
    for name in ("nanda_governance", "sm_governance"):
        try:
            return importlib.import_module(f"{name}.approval")
        except ImportError:
            continue
    return None


def check(line, original):
    text = line["record"]
    record = json.loads(text)
    assert json.dumps(record) == text, "not the bytes that json.dumps writes"
    assert list(record) == list(records.WRITTEN), "not the library's fields in its order"
    assert records.canonical(record) == line["canonical"], "another canonical text"
    assert json.dumps(records.facts(record)) == line["facts"], "other integrity facts"
    signatures = record["approver_signatures"]
    assert len(signatures) == record["required_approvers"] == len(line["keys"]), "signatures are missing"
    for name, key in line["keys"].items():
        assert records.verifies(record, signatures[name], key), f"the signature of {name} does not verify"
    first = line["keys"][next(iter(signatures))]
    assert records.verifies(record, record["signature"], first), "the record's own signature does not verify"
    now, place = records.utc(record["approved_at"]), ("staging", "eu")
    assert records.deploys(record, *place, now), "the library's gates would refuse it"
    if original:
        approval = original.ModelApproval.from_dict(record)
        assert json.dumps(approval.to_dict()) == text, "the library writes it in another way"
        assert approval.compute_hash() == records.digest(record), "the library has another digest"
        assert approval.has_quorum() and approval.is_valid_for(*place), "the library refuses it"


def main():
    original = library()
    count = 0
    with open(sys.argv[1], encoding="utf-8") as lines:
        for count, line in enumerate(lines, 1):
            check(json.loads(line), original)
    print(f"{count} records accepted, {'also' if original else 'not compared'} by the library itself")
    if not count:
        sys.exit("no records")


if __name__ == "__main__":
    main()
