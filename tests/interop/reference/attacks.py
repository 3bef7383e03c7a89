"""Vectors of what must be refused, and of the sound record next to it. Every expectation is written by hand."""

import base64
import json

import records
from vectors import WEIGHTS, base, canonical, changed, entries, refused, signed, verdict

# The order of the group in which signatures are made (RFC 8032, section 5.1).
ORDER = 2**252 + 27742317777372353535851937790883648493


def quorum():
    good = signed()
    alice, bob = good["approver_signatures"]["alice"], good["approver_signatures"]["bob"]
    short = ["threshold_not_met"]
    yield verdict("two of two", "a sound record", good, counted=["alice", "bob"])
    scalar = int.from_bytes(bytes.fromhex(bob[64:]), "little")
    for name, junk, code in [
        ("the word unsigned", "unsigned", "signature_not_hex"), ("empty", "", "signature_not_hex"),
        ("garbage", "xyz" * 40, "signature_not_hex"), ("upper case", bob.upper(), "signature_not_hex"),
        ("upper case in one digit", "A" + bob[1:], "signature_not_hex"), ("after a space", f" {bob}", "signature_not_hex"),
        ("before a newline", f"{bob}\n", "signature_not_hex"), ("a digit short", bob[:-1], "signature_not_hex"),
        ("a byte short", bob[:-2], "signature_not_hex"), ("a byte long", bob + "00", "signature_not_hex"),
        ("128 bytes that are no digits", "\u00e9" * 64, "signature_not_hex"), ("after 0x", "0x" + bob, "signature_not_hex"),
        ("with colons", ":".join(bob[i : i + 2] for i in range(0, 128, 2)), "signature_not_hex"),
        ("zeros", "0" * 128, "signature_invalid"), ("changed in its last byte", bob[:-2] + "00", "signature_invalid"),
        ("alice's", alice, "signature_invalid"), ("over another text", records.signature(base(profile="x"), "bob"), "signature_invalid"),
        ("with S + L", bob[:64] + (scalar + ORDER).to_bytes(32, "little").hex(), "signature_invalid"),
    ]:
        record = entries(good, alice=alice, bob=junk)
        yield verdict(f"bob's entry is {name}", "no signature of bob's", record, short, counted=["alice"], codes={"bob": code})
        record = entries(good, alice=alice, bob=bob, carol=junk)
        yield verdict(
            f"carol's entry is {name}, beside two good ones", "junk never counts and never blocks", record,
            counted=["alice", "bob"], codes={"carol": code},
        )
    yield verdict(
        "the single signature alone", "it is no evidence of a quorum", entries(good), short, counted=[], threshold=1
    )
    yield verdict(
        "the single signature is junk", "it is not looked at", changed(good, signature="unsigned"),
        counted=["alice", "bob"],
    )
    yield verdict(
        "a stranger signed validly", "nobody in the directory has the name",
        entries(good, alice=alice, mallory=records.signature(good, "mallory")), short, counted=["alice"],
        codes={"mallory": "signer_unknown"},
    )
    yield verdict(
        "alice's signature relabelled as carol's", "names are only keys of a map", entries(good, alice=alice, carol=alice),
        short, counted=["alice"], codes={"carol": "signature_invalid"},
    )
    twice = {"alice": records.public("alice"), "alice2": records.public("alice")}
    yield verdict(
        "one key under two names", "one key counts once, whatever it is called", entries(good, alice=alice, alice2=alice),
        short, counted=["alice"], codes={"alice2": "duplicate_approver"}, keys=twice,
    )
    yield verdict(
        "one key under two names, the other order", "the order of the entries does not matter",
        entries(good, alice2=alice, alice=alice), short, counted=["alice"], codes={"alice2": "duplicate_approver"},
        keys=twice,
    )
    yield verdict(
        "entries in another order", "the order of the entries does not matter", entries(good, bob=bob, alice=alice),
        counted=["alice", "bob"],
    )
    twins = {"caf\u00e9": records.public("alice")}
    yield verdict(
        "a name in another normal form", "NFC and NFD are two names", entries(good, **{"cafe\u0301": alice}), short,
        counted=[], codes={"cafe\u0301": "signer_unknown"}, keys=twins,
    )
    for size in (64, 65):
        many = {f"n{i:02}": "unsigned" for i in range(size - 2)}
        record = entries(good, alice=alice, bob=bob, **many)
        if size == 64:
            codes = dict.fromkeys(many, "signer_unknown")
            yield verdict("64 entries", "the most that are read", record, counted=["alice", "bob"], codes=codes)
        else:
            yield from refused("65 entries", "more than are read", record, "too_many")


def thresholds():
    good = signed()
    both, short = ["alice", "bob"], ["threshold_not_met"]
    yield verdict("the caller asks for one", "the record's own two still stand", good, counted=both, threshold=1)
    one = entries(good, alice=good["approver_signatures"]["alice"])
    yield verdict("the caller asks for one of two", "the record raises it", one, short, counted=["alice"], threshold=1)
    yield verdict("the caller asks for three", "the caller's threshold stands", good, short, counted=both, threshold=3)
    low = records.sign(base(required_approvers=1), "alice")
    yield verdict("the record asks for one", "the caller's two stand", low, short, counted=["alice"])
    lowered = changed(good, required_approvers=1)
    codes = dict.fromkeys(both, "signature_invalid")
    yield verdict("required_approvers lowered after signing", "it is signed", lowered, short, [], codes)
    for number in (0, -1, -(2**53) + 1):
        record = signed(required_approvers=number)
        yield canonical(f"required_approvers {number}", "the library signs any integer", record)
        yield verdict(
            f"required_approvers {number}, signed", "a record that asks for nobody is denied", record,
            ["invalid_integer"], counted=both,
        )
    for number in ("true", "1.0", "2.5", "1e0", "-0", "9007199254740992", '"2"', "null", "[2]"):
        record = json.dumps(base(required_approvers=777)).replace("777", number)
        comment = "required_approvers is no integer that has one text"
        yield from refused(f"required_approvers {number}", comment, record, "invalid_integer")
    for number in ("NaN", "Infinity", "-Infinity", "02", "+2"):
        record = json.dumps(base(required_approvers=777)).replace("777", number)
        yield from refused(f"required_approvers {number}", "Python's json reads some of these", record, "json_syntax")
    for number in (0, -1, 1.5, True, "2", None, 2**53):
        yield verdict(
            f"the caller's threshold is {number!r}", "no threshold at all", good, ["invalid_integer"], error=True,
            threshold=number,
        )


def directory():
    good = signed()
    identity = "01" + "00" * 31
    forged = identity + "00" * 32
    zero = {"alice": identity, "bob": identity}
    yield verdict(
        "small-order keys", "under them one signature fits every message", entries(good, alice=forged, bob=forged),
        ["small_order_key"], error=True, keys=zero,
    )
    for name, key in [
        ("a non-canonical small-order key", "ee" + "ff" * 30 + "7f"), ("a key of order four", "00" * 32),
        ("a key of order eight", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    ]:
        yield verdict(name, "refused", good, ["small_order_key"], error=True, keys={"alice": key})
    for name, key in [
        ("a key in upper case", records.public("alice").upper()), ("a key of 31 bytes", records.public("alice")[2:]),
        ("a key of 33 bytes", records.public("alice") + "00"), ("a key with a prefix", "0x" + records.public("alice")[2:]),
        ("a key that is no point", "02" + "00" * 31), ("a non-canonical key", "f0" + "ff" * 30 + "7f"),
        ("an empty key", ""),
    ]:
        yield verdict(name, "refused", good, ["invalid_public_key"], error=True, keys={"alice": key})
    yield verdict("an empty directory", "nobody is known", good, ["threshold_not_met"], counted=[],
                  codes=dict.fromkeys(["alice", "bob"], "signer_unknown"), keys={})
    for keys in (None, [], "alice"):
        yield verdict(f"a directory that is {keys!r}", "no object", good, ["wrong_type"], error=True, keys=keys)
    yield verdict("a key that is a number", "no string", good, ["wrong_type"], error=True, keys={"alice": 1})


def time():
    good, both = signed(), ["alice", "bob"]
    for now, denials in [
        ("2026-01-02T03:04:04Z", ["not_yet_valid"]), ("2026-01-02T03:04:05Z", []),
        ("2026-04-02T03:04:04Z", []), ("2026-04-02T03:04:05Z", ["expired"]), ("9999-12-31T23:59:59Z", ["expired"]),
        ("1970-01-01T00:00:00Z", ["not_yet_valid"]),
    ]:
        yield verdict(f"asked at {now}", "from approved_at until before expires_at", good, denials, both, now=now)
    fine = signed(approved_at="2026-01-02T03:04:05.000001+00:00", expires_at="2026-04-02T03:04:05.000001+00:00")
    for now, denials in [("2026-01-02T03:04:05Z", ["not_yet_valid"]), ("2026-04-02T03:04:05Z", [])]:
        yield verdict(f"a microsecond later than {now}", "microseconds count", fine, denials, both, now=now)
    east = signed(approved_at="2026-01-02T05:04:05+02:00", expires_at="2026-04-01T21:34:05-05:30")
    yield canonical("other offsets", "isoformat() prints the offset that it read", east)
    for now, denials in [
        ("2026-01-02T03:04:04Z", ["not_yet_valid"]), ("2026-01-02T03:04:05Z", []),
        ("2026-04-02T03:04:04Z", []), ("2026-04-02T03:04:05Z", ["expired"]),
    ]:
        yield verdict(f"other offsets at {now}", "a moment is a moment", east, denials, both, now=now)
    odd = signed(approved_at="2026-01-02T03:04:35+00:00:30")
    yield canonical("an offset with seconds", "isoformat() prints it", odd)
    never = signed(expires_at=None)
    yield canonical("no expiry", "the library writes null", never)
    yield verdict("no expiry, signed", "a record that never expires is denied", never, ["record_never_expires"], both)
    turned = signed(expires_at="2026-01-01T00:00:00+00:00")
    yield verdict("expiry before approval", "no moment lies between", turned, ["expired"], both)
    comment = "isoformat() would not print it again"
    for text_ in [
        "2026-01-02T03:04:05Z", "2026-01-02T03:04:05", "2026-01-02 03:04:05+00:00", "2026-01-02T03:04:05-00:00",
        "2026-01-02T03:04:05.12+00:00", "2026-01-02T03:04:05.120+00:00", "2026-01-02T03:04:05.000000+00:00",
        "2026-01-02T03:04:05,120000+00:00", "2026-01-02T03:04:05+0000", "2026-01-02T03:04:05+00:00:00",
        "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05+00:00:00.000001", "2026-01-02", "2026-W01-5T03:04:05+00:00",
        "20260102T030405+00:00", "2026-02-29T00:00:00+00:00", "2026-01-02T03:04:60+00:00", "2026-01-02T24:00:00+00:00",
        "0000-01-02T03:04:05+00:00", "", "now",
    ]:
        for field in ("approved_at", "expires_at"):
            yield from refused(f"{field} {text_!r}", comment, base(**{field: text_}), "time_not_isoformat")
    for value in (0, True, [], {}):
        for field in ("approved_at", "expires_at"):
            comment = "the library takes its own clock, or null"
            yield from refused(f"{field} {value!r}", comment, base(**{field: value}), "wrong_type")
    yield from refused("approved_at null", "the library takes its own clock", base(approved_at=None), "wrong_type")
    yield verdict("asked at no time", "now is required", good, ["missing_field"], error=True, now="left out")
    yield verdict("asked at a local time", "now has one form", good, ["invalid_time"], error=True, now="2026-02-01")


def places():
    good, both = signed(), ["alice", "bob"]
    yield verdict("another environment", "not listed", good, ["environment_not_approved"], both, environment="dev")
    yield verdict("another scope", "not listed", good, ["scope_not_approved"], both, scope="cn")
    yield verdict("a part of an environment", "no substring", good, ["environment_not_approved"], both, environment="stag")
    yield verdict("another case", "Staging", good, ["environment_not_approved"], both, environment="Staging")
    yield verdict("an empty environment", "not listed", good, ["environment_not_approved"], both, environment="")
    nowhere = ["environment_not_approved", "scope_not_approved"]
    yield verdict("no environment and no scope", "the record restricts both", good, nowhere, both, environment=None, scope=None)
    yield verdict("the environment left out", "it is required", good, ["missing_field"], error=True, environment="left out")
    yield verdict("the scope left out", "it is required", good, ["missing_field"], error=True, scope="left out")
    yield verdict("a list of environments asked", "one is asked", good, ["wrong_type"], error=True, environment=["staging"])
    free = signed(approved_environments=None, approved_scopes=None)
    limits = ["any_environment", "any_scope"]
    yield canonical("no lists", "the library writes null", free)
    yield verdict("no lists", "the record restricts none, which is said", free, (), both, limits=limits)
    yield verdict("no lists, nothing asked", "null is allowed here", free, (), both, limits=limits, environment=None, scope=None)
    empty = signed(approved_environments=[], approved_scopes=[])
    yield canonical("empty lists", "they stay empty lists", empty)
    yield verdict("empty lists", "they cover nothing", empty, nowhere, both)
    yield verdict("empty lists, nothing asked", "they restrict", empty, nowhere, both, environment=None, scope=None)
    for field in ("approved_environments", "approved_scopes"):
        for value in ("staging", {"staging": True}, True, 1, ["staging", 1], [["staging"]], [None]):
            comment = "the library looks inside of whatever stands there"
            yield from refused(f"{field} {value!r}", comment, base(**{field: value}), "wrong_type")
    yield from refused("257 environments", "more than are read", base(approved_environments=["e"] * 257), "too_many")


def binding():
    good, both = signed(), ["alice", "bob"]
    bad = dict.fromkeys(both, "signature_invalid")
    for field, value in [
        ("approval_id", "approval:fedcba9876543210"), ("approved_by", "mallory"), ("profile", "lax"),
        ("correlation_id", None), ("approved_environments", ["staging", "production", "dev"]),
        ("approved_scopes", ["us", "eu"]), ("expires_at", "2027-04-02T03:04:05+00:00"),
        ("approved_at", "2026-01-02T03:04:06+00:00"),
    ]:
        record = changed(good, **{field: value})
        yield verdict(f"{field} changed after signing", "all eleven fields are signed", record, ["threshold_not_met"], [], bad)
    yield verdict("another model asked", "not this one", good, ["model_mismatch"], both, model_id="sentiment-v4")
    yield verdict("other weights asked", "not these", good, ["weights_mismatch"], both, weights_hash=WEIGHTS[:-1] + "d")
    yield verdict("the hash in another form", "compared as text", good, ["weights_mismatch"], both, weights_hash=WEIGHTS[7:])
    yield verdict(
        "neither model nor weights asked", "then the verdict says so", good, (), both,
        limits=["model_not_compared", "weights_not_compared"], model_id="left out", weights_hash="left out",
    )
    yield verdict("a model id of null", "leave it out instead", good, ["wrong_type"], error=True, model_id=None)
    yield verdict("an unknown option", "a mistyped option must not be lost", good, ["unknown_field"], error=True, modelId="m")
    yield verdict("revoked", "the word is not signed, and counts against the record", changed(good, status="revoked"), ["record_revoked"], both)
    for status in ("Revoked", "REVOKED", "pending", "", " active", "active "):
        yield verdict(f"status {status!r}", "an unknown word", changed(good, status=status), ["unknown_value"], both)
    worst = changed(records.sign(base(expires_at="2026-01-03T00:00:00+00:00"), "bob"), status="revoked")
    yield verdict(
        "everything is wrong", "no reason hides another", worst,
        ["model_mismatch", "weights_mismatch", "expired", "environment_not_approved", "scope_not_approved",
         "threshold_not_met", "record_revoked"],
        counted=["bob"], environment="dev", scope="cn", model_id="m", weights_hash="w",
    )


def bytes_():
    good = signed()
    line = json.dumps(good)
    yield verdict("indented", "white space is not signed", json.dumps(good, indent=2), counted=["alice", "bob"])
    yield verdict("keys in another order", "order is not signed", json.dumps(good, sort_keys=True), counted=["alice", "bob"])
    yield verdict("raw UTF-8", "escapes of the record are not signed", json.dumps(signed(profile="é😀"), ensure_ascii=False), counted=["alice", "bob"])
    yield from refused("a key twice", "Python keeps the last", line.replace('{"approval_id"', '{"status": "active", "approval_id"'), "duplicate_key")
    yield from refused("a key twice, escaped", "Python keeps the last", line.replace('{"approval_id"', '{"stat\\u0075s": "active", "approval_id"'), "duplicate_key")
    alice = good["approver_signatures"]["alice"]
    yield from refused("an approver twice", "Python keeps the last", line.replace('{"alice"', f'{{"alice": "{alice}", "alice"'), "duplicate_key")
    yield from refused("a field more", "the library drops it", changed(good, threshold=1), "unknown_field")
    for field in records.WRITTEN:
        less = {name: value for name, value in good.items() if name != field}
        yield from refused(f"without {field}", "the library fills it in", less, "missing_field")
    for field in ("approval_id", "model_id", "weights_hash", "approved_by", "profile", "signature", "status"):
        for value in (None, 1, ["x"]):
            yield from refused(f"{field} {value!r}", "no string", changed(good, **{field: value}), "wrong_type")
    yield from refused("correlation_id 1", "neither string nor null", changed(good, correlation_id=1), "wrong_type")
    for value in (None, [], "alice", [["alice", alice]], {"alice": None}, {"alice": 1}, {"alice": {"sig": alice}}):
        yield from refused(f"approver_signatures {str(value)[:24]}", "no map of strings", changed(good, approver_signatures=value), "wrong_type")
    for value in ("[]", "null", "1", '"record"'):
        yield from refused(f"the record is {value}", "no object", value, "wrong_type")
    for name, raw, code in [
        ("nothing", b"", "json_syntax"), ("white space", b" \n", "json_syntax"), ("a byte order mark", b"\xef\xbb\xbf" + line.encode(), "json_syntax"),
        ("UTF-16", line.encode("utf-16-le"), "json_syntax"), ("not UTF-8", line.encode().replace(b"alice", b"al\xffce"), "invalid_utf8"),
        ("half of it", line.encode()[: len(line) // 2], "json_syntax"), ("two records", (line * 2).encode(), "trailing_bytes"),
        ("a raw newline in a string", line.replace("default", "def\nault").encode(), "json_syntax"),
        ("a comment", ("// \n" + line).encode(), "json_syntax"), ("a comma at the end", line.replace('}}', '}, }').encode(), "json_syntax"),
        ("33 levels", line.replace('["eu", "us"]', "[" * 32 + "]" * 32).encode(), "nesting_too_deep"),
        ("a profile of 16 385 bytes", json.dumps(changed(good, profile="x" * 16385)).encode(), "too_large"),
    ]:
        yield from refused(name, "bytes that are no record", {"base64": base64.b64encode(raw).decode()}, code)
    for value in ("\\ud800", "\\udc00", "\\ud83d\\u0041", "\\udc00\\ud800"):
        for field in ("profile", "approved_by"):
            record = line.replace(json.dumps(good[field]), f'"{value}"', 1)
            yield from refused(f"{field} {value}", "Python keeps lone surrogates", record, "lone_surrogate")
