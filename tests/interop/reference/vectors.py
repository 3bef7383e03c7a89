"""What vectors are made of: a sound record, what is asked of it, and the answer that is expected."""

import json

import records

LIMITS = [
    "no_domain", "approver_not_signed", "signing_time_unknown", "status_not_signed", "no_freshness",
    "no_training_evidence", "no_review_evidence", "no_separation_of_duties",
]
WEIGHTS = "sha256:9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"
# The order in which denials are listed: that of the table of codes.
ORDER = [
    "invalid_integer", "unknown_value", "signature_invalid", "signer_unknown", "duplicate_approver", "model_mismatch",
    "weights_mismatch", "not_yet_valid", "expired", "environment_not_approved", "scope_not_approved",
    "threshold_not_met", "signature_not_hex", "record_revoked", "record_never_expires",
]
NOW = "2026-02-01T00:00:00Z"


def base(**changes):
    """An approval that asks for two approvers, not signed yet."""
    record = {
        "approval_id": "approval:0123456789abcdef", "model_id": "sentiment-v3", "weights_hash": WEIGHTS,
        "approved_by": "alice", "approved_at": "2026-01-02T03:04:05+00:00",
        "expires_at": "2026-04-02T03:04:05+00:00", "profile": "default", "correlation_id": "c0ffee00c0ffee00",
        "signature": "", "status": "active", "approved_environments": ["staging", "production"],
        "approved_scopes": ["eu", "us"], "required_approvers": 2, "approver_signatures": {},
    }
    record.update(changes)
    assert list(record) == list(records.WRITTEN)
    return record


def signed(**changes):
    return records.sign(base(**changes), "alice", "bob")


def text(record):
    return {"utf8": record if isinstance(record, str) else json.dumps(record)}


def verdict(name, comment, record, denials=(), counted=None, codes=None, limits=(), error=False, **request):
    """A vector of verify_reference_approval; `codes` are those of the entries that do not count, by name."""
    asked = {
        "keys": {name: records.public(name) for name in ("alice", "bob", "carol")}, "threshold": 2,
        "environment": "staging", "scope": "eu", "now": NOW, "model_id": "sentiment-v3", "weights_hash": WEIGHTS,
    }
    asked.update(request)
    asked = {key: value for key, value in asked.items() if value != "left out"}
    if "threshold_not_met" in denials:
        # Too few count: then also why the others do not.
        denials = sorted({*denials, *(codes or {}).values()}, key=ORDER.index)
    expect = {"outcome": "deny" if denials else "permit", "denials": list(denials), "legacy": True}
    if not denials:
        expect["limits"] = [*LIMITS, *limits]
    if counted is not None:
        entries = {**dict.fromkeys(counted), **(codes or {})}
        expect["signatures"] = [
            {"approver": name, "counted": code is None, "code": code} for name, code in sorted(entries.items())
        ]
    if error:
        expect["signatures"] = []
    record = record if isinstance(record, dict) and set(record) & {"utf8", "base64"} else text(record)
    return {
        "name": name, "comment": comment, "call": "verify_reference_approval",
        "input": {"record": record, **asked}, "expect": expect,
    }


def canonical(name, comment, record):
    expect = {"canonical": records.canonical(record), "digest": records.digest(record)}
    return {
        "name": f"{name}: canonical", "comment": comment, "call": "reference_canonical", "input": {"record": text(record)},
        "expect": expect,
    }


def refused(name, comment, record, code):
    """A record that cannot be read: no canonical text, and a denial."""
    record = record if isinstance(record, dict) and set(record) & {"utf8", "base64"} else text(record)
    yield {
        "name": f"{name}: no canonical text", "comment": comment, "call": "reference_canonical",
        "input": {"record": record}, "expect": {"error": code},
    }
    yield verdict(f"{name}: denied", comment, record, [code], error=True)


def changed(record, **changes):
    """The record, changed after it was signed."""
    return {**record, **changes}


def entries(record, **signatures):
    return changed(record, approver_signatures=signatures)
