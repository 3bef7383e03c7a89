"""Makes tests/vectors/reference and the data beside this file.

Canonical texts, digests and signatures come from records.py; what Placet has to answer is written down here by hand.
Usage: python3 make_vectors.py [--check]
"""

import json
import random
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import records
from attacks import binding, bytes_, directory, places, quorum, thresholds, time
from vectors import WEIGHTS, base, canonical, changed, refused, signed, verdict

HERE = Path(__file__).parent
VECTORS = HERE.parent.parent / "vectors" / "reference"
# The worked cases -----------------------------------------------------------------------------------------------


def worked():
    cases = json.loads((HERE / "worked_cases.json").read_text())
    codes = {
        "z-suffix": "time_not_isoformat", "expires-number-becomes-null": "wrong_type",
        "required-true": "invalid_integer", "environments-string": "wrong_type",
    }
    vectors = []
    for case in cases["vectors"]:
        record = json.loads(case["record_json"])
        assert records.canonical(record) == case["canonical"] and records.digest(record) == case["sha256_hex"]
        vectors.append(canonical(case["name"], case["note"], record))
        names = [signer["approver_id"] for signer in case["signers"]]
        keys = {signer["approver_id"]: signer["public_key_hex"] for signer in case["signers"]}
        model, more = record["model_id"], len(names) + 1
        vectors.append(verdict(
            f"{case['name']}: verified", case["note"], case["record_json"], counted=names, keys=keys,
            threshold=len(names), model_id=model,
        ))
        vectors.append(verdict(
            f"{case['name']}: one more asked for", case["note"], case["record_json"], ["threshold_not_met"],
            counted=names, keys=keys, threshold=more, model_id=model,
        ))
    first = json.loads(cases["vectors"][0]["record_json"])
    for case in cases["normalisation"]:
        record = changed(first, **{case["field"]: case["value"]})
        comment = "the library repairs it while reading, so two texts would be one record"
        vectors.extend(refused(case["name"], comment, record, codes[case["name"]]))
    return vectors


def texts():
    """Strings that Python escapes in its own way."""
    strings = [
        "", "\u0000\u0001\u001f", " ~\u007f\u0080\u009f", "/\\\"\b\f\n\r\t", "</script>", "\u00e9", "e\u0301", "\u2028\u2029",
        "\ufeff\ufffd\uffff", "\U00010000\U0010ffff", "\U0001f600\U0001f468\u200d\U0001f469", "\u202eabc", "\u6a21\u578b", "a" * 300,
    ]
    for string in strings:
        record = signed(model_id=string, approved_by=string, profile=string, correlation_id=string, approved_scopes=["eu", string])
        label = string.encode("unicode_escape").decode()[:40]
        yield canonical(f"text {label!r}", "as json.dumps escapes it", record)
        yield verdict(f"text {label!r}, signed", "as json.dumps escapes it", record, counted=["alice", "bob"], model_id=string)


def sampled():
    """Records at random, with whatever the library lets into its fields."""
    chance = random.Random(20260102)

    def word():
        pool = ["a", "Z", "9", " ", "/", '"', "\\", "\u007f", "\u00df", "\u0416", "\u5b57", "\ud7ff", "\ue000", "\U0001f511", "\n", "\u0000"]
        return "".join(chance.choice(pool) for _ in range(chance.randrange(0, 9)))

    def moment():
        offset = chance.choice([0, 0, 0, 60, -330, 1439, -1439, 765])
        zone = timezone(timedelta(minutes=offset, seconds=chance.choice([0, 0, 0, 37 if offset >= 0 else -37]) if abs(offset) < 1439 else 0))
        micro = chance.choice([0, 0, 1, 999999, 120000, chance.randrange(1000000)])
        return datetime(chance.randrange(1990, 2026), chance.randrange(1, 13), chance.randrange(1, 29), chance.randrange(24),
                        chance.randrange(60), chance.randrange(60), micro, tzinfo=zone)

    for number in range(40):
        approved = moment()
        record = base(
            approval_id=word(), model_id=word(), weights_hash=word(), approved_by=word(), approved_at=approved.isoformat(),
            expires_at=(approved.astimezone(moment().tzinfo) + timedelta(days=20000)).isoformat(), profile=word(),
            correlation_id=chance.choice([None, word()]), approved_environments=[*{word() for _ in range(3)}, "staging"],
            approved_scopes=["eu", *sorted({word() for _ in range(3)})], required_approvers=chance.randrange(1, 4),
        )
        record["approved_environments"].sort()
        names = [f"{word()}{i}" for i in range(record["required_approvers"])]
        keys = {}
        for name in names:
            record["approver_signatures"][name] = records.signature(record, f"sampled {name}")
            keys[name] = records.public(f"sampled {name}")
        record["signature"] = record["approver_signatures"][names[0]]
        yield canonical(f"sample {number}", "made at random", record)
        yield verdict(f"sample {number}, signed", "made at random", record, counted=names, keys=keys, threshold=1,
                      model_id=record["model_id"], weights_hash=record["weights_hash"], now="2030-01-01T00:00:00Z")


# The other records ------------------------------------------------------------------------------------------------


def others():
    """Records of every other kind, as the library writes them, and what its drift arithmetic gives."""
    chance = random.Random(20260103)
    at = "2026-01-02T03:04:05.000007+00:00"
    training = [
        {"model_id": "m", "weights_hash": "w", "card": {}, "metrics": {}, "correlation_id": "c", "created_at": at, "metadata": {}},
        {
            "model_id": "mod\u00e8le", "weights_hash": WEIGHTS, "card": {"name": "\U0001f600", "nested": {"a": [1, 2.5, None, True]}},
            "metrics": {"loss": 0.28, "accuracy": 1, "tiny": 1e-7, "huge": 1.5e300, "text": "x", "list": [0.1]},
            "correlation_id": "c0ffee00c0ffee00", "created_at": "2026-01-02T03:04:05+00:00", "metadata": {"n": -3, "e": 1e16, "z": -0.0},
        },
    ]
    promotions = [
        {"model_id": "m", "promoted": True, "promoted_at": at, "evidence_entry_id": None, "message": "Model promoted successfully"},
        {"model_id": "m", "promoted": False, "promoted_at": at, "evidence_entry_id": "entry-1", "message": "\u00e9"},
    ]
    pairs = [({}, {}), ({"loss": 0.3}, {}), ({"loss": 0.0}, {"loss": 9.0}), ({"loss": -1.0}, {"loss": 9.0}), ({"f1": 0.9}, {"f1": 0.1}),
             ({"loss": 1}, {"loss": 2}), ({"loss": 1}, {"loss": 1}), ({"loss": 0.5}, {"loss": 0.6}), ({"loss": 1.0}, {"loss": 1.2}),
             ({"loss": 0.3, "accuracy": 0.92}, {"loss": 0.32, "accuracy": 0.91}), ({"loss": 0.1, "accuracy": 0.92}, {"loss": 1.0, "accuracy": 0.91}),
             ({"accuracy": 1.0}, {"accuracy": 0.95}), ({"accuracy": 0.8}, {"accuracy": 0.0}), ({"accuracy": 0.8}, {"accuracy": -9.0}),
             ({"loss": 1e-300}, {"loss": 1e300}), ({"loss": 1e-300}, {"loss": -1e300}), ({"loss": 8.0}, {"loss": 8.01}), ({"loss": 16.0}, {"loss": 16.02})]
    for _ in range(100):
        was = {"loss": chance.choice([chance.random(), chance.randrange(1, 9), chance.random() * 1e-6]), "accuracy": chance.random()}
        now = {"loss": was["loss"] * chance.choice([1, 1.2, 1.25, chance.random() * 3]), "accuracy": was["accuracy"] * chance.uniform(0, 1.3)}
        pairs.append((was, now))
    metrics = [{"training": was, "serving": now, "result": json.dumps(records.check_drift(at, was, now))} for was, now in pairs]
    samples = [([0.5] * 9, [0.5] * 10), ([0.5] * 10, [0.5] * 10), ([0.0] * 10, [-0.0] * 12), ([1.0] * 10 + [2.0] * 5, [2.0] * 11),
               ([float(i) for i in range(10)], [float(i) for i in range(10)]), ([0.0] * 10, [1.0] * 10), ([1e308] * 10, [1e307] * 10)]
    for _ in range(40):
        grid = chance.choice([3, 10, 1000000])
        samples.append(tuple([round(chance.randrange(grid) / 7 + shift, 3) for _ in range(chance.randrange(8, 40))] for shift in (0, chance.random() * grid / 14)))
    distributions = [
        {"training": was, "serving": now, "result": json.dumps(records.check_distribution_drift(at, was, now))} for was, now in samples
    ]
    for case in metrics + distributions:
        alert = records.alert(json.loads(case["result"]), at)
        case["alert"] = alert and json.dumps(alert)
    approvals = [signed(), signed(expires_at=None, approved_environments=None, approved_scopes=None), base(), base(required_approvers=0)]
    facts = [{"record": json.dumps(record), "facts": json.dumps(records.facts(record))} for record in approvals]
    return {
        "checked_at": at, "training_outputs": [json.dumps(record) for record in training],
        "promotion_results": [json.dumps(record) for record in promotions], "metrics": metrics, "distributions": distributions, "facts": facts,
    }


def lines(content):
    """JSON with one vector or case a line."""
    lists = []
    for name, value in content.items():
        items = ",\n".join(json.dumps(item) for item in value) if isinstance(value, list) else ""
        lists.append(f"{json.dumps(name)}: [\n{items}\n]" if items else f"{json.dumps(name)}: {json.dumps(value)}")
    return "{" + ",\n".join(lists) + "}\n"


def main():
    files = {
        VECTORS / "worked.json": worked(), VECTORS / "quorum.json": [*quorum(), *thresholds(), *directory()],
        VECTORS / "terms.json": [*time(), *places(), *binding()], VECTORS / "bytes.json": [*bytes_(), *texts()],
        VECTORS / "sampled.json": [*sampled()],
    }
    contents = {path: {"vectors": vectors} for path, vectors in files.items()}
    for path, content in contents.items():
        names = [vector["name"] for vector in content["vectors"]]
        assert len(set(names)) == len(names), [name for name in names if names.count(name) > 1]
    contents[HERE / "other_records.json"] = others()
    stale = []
    for path, content in contents.items():
        made = lines(content)
        if "--check" in sys.argv:
            stale += [path.name] if path.read_text() != made else []
        else:
            path.write_text(made)
        print(f"{path.name}: {len(content.get('vectors', [])) or len(made)}")
    if stale:
        sys.exit(f"not what this script makes: {', '.join(stale)}")


if __name__ == "__main__":
    main()
