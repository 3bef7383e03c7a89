"""The records of nanda-model-governance, implemented a second time for the tests.

It shares no code with Placet and none with the library: it does what the library does, by Python's own json,
datetime and hashlib, and by the Ed25519 of the package `cryptography`.
"""

import hashlib
import json
from datetime import datetime, timezone

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNED = (
    "approval_id", "model_id", "weights_hash", "approved_by", "approved_at", "expires_at", "profile",
    "correlation_id", "approved_environments", "approved_scopes", "required_approvers",
)
WRITTEN = (
    "approval_id", "model_id", "weights_hash", "approved_by", "approved_at", "expires_at", "profile",
    "correlation_id", "signature", "status", "approved_environments", "approved_scopes", "required_approvers",
    "approver_signatures",
)


def reprint(text):
    """A time as the library prints it after reading it."""
    return datetime.fromisoformat(text).isoformat()


def canonical(record):
    """The text that the signatures of a record cover."""
    terms = {field: record[field] for field in SIGNED}
    terms["approved_at"] = reprint(terms["approved_at"])
    terms["expires_at"] = reprint(terms["expires_at"]) if isinstance(terms["expires_at"], str) else None
    return json.dumps(terms, sort_keys=True, separators=(",", ":"))


def digest(record):
    return hashlib.sha256(canonical(record).encode()).hexdigest()


def key(name):
    """A secret key that is as fixed as a name. For tests only."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def public(name):
    return key(name).public_key().public_bytes_raw().hex()


def signature(record, name):
    return key(name).sign(digest(record).encode()).hex()


def sign(record, *names):
    """Signs as the library's coordinator does: the first signature stands as the record's own, too."""
    for name in names:
        record["approver_signatures"][name] = signature(record, name)
        record["signature"] = record["signature"] or record["approver_signatures"][name]
    return record


def verifies(record, text, public_hex):
    """The library's check of one signature, with a key it is handed."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_hex)).verify(
            bytes.fromhex(text), digest(record).encode()
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def deploys(record, environment, scope, now):
    """Whether the library's gates let a record through: they look at no entry of approver_signatures."""
    expires_at = record["expires_at"] and datetime.fromisoformat(record["expires_at"])
    environments, scopes = record["approved_environments"], record["approved_scopes"]
    return (
        record["status"] == "active"
        and not (expires_at and now > expires_at)
        and (environments is None or environment in environments)
        and (scopes is None or scope in scopes)
        and len(record["approver_signatures"]) >= record["required_approvers"]
    )


def facts(record):
    """The integrity facts of a record."""
    keys = (
        "approval_id", "model_id", "weights_hash", "approved_by", "approved_at", "expires_at", "status", "profile",
    )
    governance = {name: record[name] for name in keys}
    governance["has_quorum"] = len(record["approver_signatures"]) >= record["required_approvers"]
    governance["approved_environments"] = record["approved_environments"]
    governance["approved_scopes"] = record["approved_scopes"]
    return {"governance": governance}


# Drift -------------------------------------------------------------------------------------------------------------

LIMITS = {"loss": 0.20, "accuracy": 0.95, "confidence": 0.90, "ks": 0.10}


def _metric(name, was, now, threshold, drifted, severity, details):
    return {
        "name": name, "training_value": was, "serving_value": now, "threshold": threshold, "is_drifted": drifted,
        "drift_severity": severity, "details": details,
    }


def _result(checked_at, drifted, metrics, severity, confidence, summary, action):
    return {
        "model_id": "m", "checked_at": checked_at, "is_drifted": drifted, "metrics": metrics,
        "overall_severity": severity, "confidence": confidence, "summary": summary, "recommended_action": action,
    }


def check_drift(checked_at, training, serving):
    metrics = []
    was, now = training.get("loss"), serving.get("loss")
    if was is not None and now is not None and was > 0:
        grown = (now - was) / was
        drifted = grown > LIMITS["loss"]
        severity = min(1.0, grown / LIMITS["loss"]) if drifted else 0.0
        metrics.append(
            _metric("loss", was, now, LIMITS["loss"], drifted, severity, f"Loss increased by {grown:.1%}")
        )
    was, now = training.get("accuracy"), serving.get("accuracy")
    if was is not None and now is not None and was > 0:
        ratio = now / was
        drifted = ratio < LIMITS["accuracy"]
        severity = min(1.0, (LIMITS["accuracy"] - ratio) / LIMITS["accuracy"]) if drifted else 0.0
        metrics.append(
            _metric("accuracy", was, now, LIMITS["accuracy"], drifted, severity, f"Accuracy ratio is {ratio:.2%}")
        )
    count = sum(metric["is_drifted"] for metric in metrics)
    overall = (0.0 + sum(metric["drift_severity"] for metric in metrics)) / max(len(metrics), 1)
    confidence = 1.0 if metrics else 0.0
    steps = [(0.3, "Minor", "monitor"), (0.6, "Moderate", "investigate"), (0.8, "Significant", "investigate")]
    word, action = next(((w, a) for bound, w, a in steps if overall < bound), ("Severe", "consider_revoke"))
    summary = f"{word} drift detected ({count} metrics)"
    if not count:
        summary, action = "No drift detected", "monitor"
    drifted = bool(count) and confidence >= LIMITS["confidence"]
    return _result(checked_at, drifted, metrics, overall, confidence, summary, action)


def check_distribution_drift(checked_at, training, serving):
    if min(len(training), len(serving)) < 10:
        summary = "Insufficient samples for distribution drift check"
        return _result(checked_at, False, [], 0.0, 0.0, summary, "monitor")
    low, high = min(training + serving), max(training + serving)
    spread = high - low if high > low else 1.0
    first, second = (sorted((value - low) / spread for value in sample) for sample in (training, serving))
    i = j = 0
    distance = 0.0
    while i < len(first) and j < len(second):
        if first[i] <= second[j]:
            i += 1
        else:
            j += 1
        distance = max(distance, abs(i / len(first) - j / len(second)))
    drifted = distance > LIMITS["ks"]
    severity = min(1.0, distance / LIMITS["ks"]) if drifted else 0.0
    metric = _metric("ks_statistic", 0.0, distance, LIMITS["ks"], drifted, severity, f"KS statistic: {distance:.3f}")
    summary = f"Distribution drift {'detected' if drifted else 'not detected'} (KS={distance:.3f})"
    return _result(checked_at, drifted, [metric], severity, 0.95, summary, "investigate" if drifted else "monitor")


def alert(result, alerted_at):
    if not result["is_drifted"]:
        return None
    steps = [(0.8, "critical"), (0.6, "high"), (0.3, "medium")]
    severity = next((word for bound, word in steps if result["overall_severity"] >= bound), "low")
    return {
        "model_id": result["model_id"], "severity": severity, "alerted_at": alerted_at,
        **{name: result[name] for name in ("summary", "recommended_action", "overall_severity", "confidence")},
    }


def utc(text):
    return datetime.fromisoformat(text).astimezone(timezone.utc)
