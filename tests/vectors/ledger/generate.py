#!/usr/bin/env python3
"""Writes merkle.json and checkpoint.json beside this file.

An implementation of its own, from the definitions and not from the verification algorithms: trees,
paths and proofs are the recursive MTH, PATH and PROOF of RFC 9162 section 2.1, notes are put together
as text after C2SP signed-note, tlog-checkpoint and tlog-cosignature. Needs only the `cryptography`
package; the output is the same on every run.
"""

import base64
import hashlib
import json
import pathlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HERE = pathlib.Path(__file__).parent
ORDER = 2**252 + 27742317777372353535851937790883648493


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(data):
    return sha256(b"\x00" + data)


def node(left, right):
    return sha256(b"\x01" + left + right)


def split(n):
    """The largest power of two below n."""
    return 1 << (n - 1).bit_length() - 1


def mth(leaves):
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    k = split(len(leaves))
    return node(mth(leaves[:k]), mth(leaves[k:]))


def path(m, leaves):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return path(m, leaves[:k]) + [mth(leaves[k:])]
    return path(m - k, leaves[k:]) + [mth(leaves[:k])]


def subproof(m, leaves, known):
    if m == len(leaves):
        return [] if known else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return subproof(m, leaves[:k], known) + [mth(leaves[k:])]
    return subproof(m - k, leaves[k:], False) + [mth(leaves[:k])]


def filler(name):
    """Hashes of subtrees that are too large to build."""
    number = 0
    while True:
        yield sha256(f"{name} {number}".encode())
        number += 1


def sparse_inclusion(m, n, leaf, hashes):
    """Path and root of leaf m of n, where every subtree beside the path is a made-up hash."""
    if n == 1:
        return [], leaf
    k = split(n)
    if m < k:
        proof, root = sparse_inclusion(m, k, leaf, hashes)
        sibling = next(hashes)
        return proof + [sibling], node(root, sibling)
    proof, root = sparse_inclusion(m - k, n - k, leaf, hashes)
    sibling = next(hashes)
    return proof + [sibling], node(sibling, root)


def sparse_consistency(m, n, known, hashes):
    """Proof and both roots, likewise."""
    if m == n:
        subtree = next(hashes)
        return [] if known else [subtree], subtree, subtree
    k = split(n)
    if m <= k:
        proof, old, new = sparse_consistency(m, k, known, hashes)
        sibling = next(hashes)
        return proof + [sibling], old, node(new, sibling)
    proof, old, new = sparse_consistency(m - k, n - k, False, hashes)
    sibling = next(hashes)
    return proof + [sibling], node(sibling, old), node(sibling, new)


# ---------------------------------------------------------------------------------------- merkle.json

TOO_SHORT = "ledger_proof_too_short"
TOO_LONG = "ledger_proof_too_long"
MISMATCH = "ledger_root_mismatch"
INDEX = "ledger_index_out_of_range"
SHRUNK = "ledger_tree_shrunk"

# Sizes are strings: JavaScript's numbers cannot hold all of them.
merkle = []


def inclusion(name, comment, leaf, index, size, proof, root, code=None):
    merkle.append({
        "name": f"inclusion: {name}",
        "comment": comment,
        "kind": "inclusion",
        "input": {
            "leaf_hash": leaf.hex(),
            "index": str(index),
            "size": str(size),
            "proof": [h.hex() for h in proof],
            "root": root.hex(),
        },
        "code": code,
    })


def consistency(name, comment, size1, root1, size2, root2, proof, code=None):
    merkle.append({
        "name": f"consistency: {name}",
        "comment": comment,
        "kind": "consistency",
        "input": {
            "size1": str(size1),
            "root1": root1.hex(),
            "size2": str(size2),
            "root2": root2.hex(),
            "proof": [h.hex() for h in proof],
        },
        "code": code,
    })


def build_merkle():
    data = [sha256(b"payload %d" % i) for i in range(33)]
    leaves = [leaf_hash(d) for d in data]
    empty = sha256(b"")
    other = sha256(b"another root")
    roots = [mth(data[:n]) for n in range(len(data) + 1)]

    for size in [1, 2, 3, 4, 5, 7, 8, 11, 16, 21, 33]:
        for index in sorted({0, size // 2, size - 1}):
            inclusion(f"leaf {index} of {size}", "a true proof",
                      leaves[index], index, size, path(index, data[:size]), roots[size])
    for size1, size2 in [(1, 2), (1, 33), (2, 3), (3, 4), (3, 7), (4, 7), (6, 8), (7, 8), (8, 16),
                         (8, 33), (16, 33), (21, 33), (31, 33), (32, 33)]:
        consistency(f"{size1} to {size2}", "a true proof", size1, roots[size1], size2, roots[size2],
                    subproof(size1, data[:size2], True))

    big = [(0, 2**63), (2**63 - 1, 2**63), (2**63, 2**63 + 1), (2**62, 2**63 + 2**62 + 5),
           (0, 2**64 - 1), (2**63, 2**64 - 1), (2**64 - 2, 2**64 - 1)]
    for index, size in big:
        proof, root = sparse_inclusion(index, size, leaves[0], filler("inclusion"))
        inclusion(f"leaf {index} of {size}", "a size beyond what a signed integer holds",
                  leaves[0], index, size, proof, root)
        inclusion(f"leaf {index} of {size}, a hash too few", "", leaves[0], index, size, proof[:-1],
                  root, TOO_SHORT)
        inclusion(f"leaf {index} of {size}, a hash too many", "", leaves[0], index, size,
                  proof + [other], root, TOO_LONG)
    for size1, size2 in [(1, 2**63), (2**63 - 1, 2**63), (2**63, 2**63 + 1), (2**63 + 1, 2**64 - 1),
                         (2**64 - 2, 2**64 - 1), (2**62 + 3, 2**63 + 9)]:
        proof, root1, root2 = sparse_consistency(size1, size2, True, filler("consistency"))
        consistency(f"{size1} to {size2}", "a size beyond what a signed integer holds",
                    size1, root1, size2, root2, proof)
        consistency(f"{size1} to {size2}, a hash too few", "", size1, root1, size2, root2, proof[:-1],
                    TOO_SHORT)
        consistency(f"{size1} to {size2}, a hash too many", "", size1, root1, size2, root2,
                    proof + [other], TOO_LONG)

    proof = path(4, data[:7])
    inclusion("no leaf in an empty tree", "size 0 has no index", leaves[0], 0, 0, [], empty, INDEX)
    inclusion("an empty tree's root as a leaf", "", empty, 0, 0, [], empty, INDEX)
    inclusion("index equal to size", "", leaves[6], 7, 7, path(6, data[:7]), roots[7], INDEX)
    inclusion("index beyond size", "", leaves[0], 2**64 - 1, 7, path(0, data[:7]), roots[7], INDEX)
    inclusion("index of the sibling", "the same proof for the leaf beside it",
              leaves[4], 5, 7, proof, roots[7], MISMATCH)
    inclusion("another leaf", "", leaves[5], 4, 7, proof, roots[7], MISMATCH)
    inclusion("another root", "", leaves[4], 4, 7, proof, other, MISMATCH)
    inclusion("root of the tree before", "", leaves[4], 4, 7, proof, roots[6], MISMATCH)
    inclusion("payload instead of leaf hash", "no domain separation", data[4], 4, 7, proof, roots[7],
              MISMATCH)
    inclusion("inner node as a leaf", "a node's children cannot pose as leaf data",
              leaf_hash(leaves[0] + leaves[1]), 0, 2, [node(leaves[2], leaves[3])], roots[4], MISMATCH)
    inclusion("inner node as a leaf hash, in a smaller tree",
              "accepted by every verifier that is told a false size: the size comes from the checkpoint",
              node(leaves[0], leaves[1]), 0, 2, [node(leaves[2], leaves[3])], roots[4])
    inclusion("hashes in reverse", "", leaves[4], 4, 7, proof[::-1], roots[7], MISMATCH)
    inclusion("empty proof", "", leaves[4], 4, 7, [], roots[7], TOO_SHORT)
    inclusion("a hash too few", "", leaves[4], 4, 7, proof[:-1], roots[7], TOO_SHORT)
    inclusion("a hash too many", "", leaves[4], 4, 7, proof + [other], roots[7], TOO_LONG)
    inclusion("a proof for a single leaf", "", leaves[0], 0, 1, [other], leaves[0], TOO_LONG)
    inclusion("the last leaf without the levels it skips", "leaf 6 of 7 has two siblings, not three",
              leaves[6], 6, 7, path(6, data[:7]) + [other], roots[7], TOO_LONG)

    proof = subproof(3, data[:7], True)
    consistency("empty to empty", "nothing to prove", 0, empty, 0, empty, [])
    consistency("empty to 7", "every tree extends the empty one", 0, empty, 7, roots[7], [])
    consistency("empty to 7 with a proof", "there is none", 0, empty, 7, roots[7], [other], TOO_LONG)
    consistency("empty tree with another root", "", 0, other, 7, roots[7], [], MISMATCH)
    consistency("empty to empty with another root", "", 0, empty, 0, other, [], MISMATCH)
    consistency("empty to empty with two other roots", "", 0, other, 0, other, [], MISMATCH)
    consistency("7 to itself", "nothing to prove", 7, roots[7], 7, roots[7], [])
    consistency("7 to itself with a proof", "", 7, roots[7], 7, roots[7], [roots[7]], TOO_LONG)
    consistency("fork at 7", "two roots for one size", 7, roots[7], 7, other, [], MISMATCH)
    consistency("shrunk", "the later tree is smaller", 7, roots[7], 3, roots[3], proof, SHRUNK)
    consistency("shrunk to nothing", "", 7, roots[7], 0, empty, [], SHRUNK)
    consistency("no proof", "", 3, roots[3], 7, roots[7], [], TOO_SHORT)
    consistency("no proof from a complete tree", "", 4, roots[4], 7, roots[7], [], TOO_SHORT)
    consistency("no proof, one root twice", "a larger size for an unchanged root",
                4, roots[4], 7, roots[4], [], TOO_SHORT)
    consistency("a hash too few", "", 3, roots[3], 7, roots[7], proof[:-1], TOO_SHORT)
    consistency("a hash too many", "", 3, roots[3], 7, roots[7], proof + [other], TOO_LONG)
    consistency("old root put before the proof", "as if the verifier did not add it itself",
                4, roots[4], 7, roots[7], [roots[4]] + subproof(4, data[:7], True), TOO_LONG)
    consistency("another old root", "", 3, other, 7, roots[7], proof, MISMATCH)
    consistency("another new root", "", 3, roots[3], 7, other, proof, MISMATCH)
    consistency("another complete old root", "", 4, other, 7, roots[7], subproof(4, data[:7], True),
                MISMATCH)
    consistency("roots exchanged", "", 3, roots[7], 7, roots[3], proof, MISMATCH)
    consistency("proof of another pair", "", 3, roots[3], 8, roots[8], proof, MISMATCH)
    rewritten = [data[0], sha256(b"rewritten"), *data[2:7]]
    consistency("history rewritten", "leaf 1 replaced, proof made for the new tree", 3, roots[3], 7,
                mth(rewritten), subproof(3, rewritten, True), MISMATCH)


# ------------------------------------------------------------------------------------ checkpoint.json

class Key:
    def __init__(self, name, seed, kind=None):
        self.name = name
        self.private = Ed25519PrivateKey.from_private_bytes(sha256(seed.encode()))
        self.public = self.private.public_key().public_bytes_raw()
        self.kind = kind

    def id(self, kind):
        return sha256(self.name.encode() + b"\n" + bytes([kind]) + self.public)[:4]

    def json(self):
        return {"name": self.name, "public_key": self.public.hex()}

    def raw(self, blob):
        return f"— {self.name} {base64.b64encode(blob).decode()}\n"

    def log(self, text, kind=1):
        return self.raw(self.id(kind) + self.private.sign(text.encode()))

    def cosign(self, text, time, shown=None, kind=4):
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
        shown = time if shown is None else shown
        return self.raw(self.id(kind) + shown.to_bytes(8, "big") + self.private.sign(message))


ORIGIN = "registry.example/ledger"
LOG = Key(ORIGIN, "log")
W1 = Key("witness.example/w1", "w1")
W2 = Key("witness.example/w2", "w2")
W3 = Key("witness.example/w3", "w3")
TIME = 1_790_000_000

checkpoints = []


def policy(witnesses=(), threshold=0, log=LOG, origin=ORIGIN):
    return {"origin": origin, "log": log.json(), "witnesses": [w.json() for w in witnesses],
            "threshold": threshold}


def body(size=7, root=None, origin=ORIGIN, extensions=()):
    root = sha256(b"root") if root is None else root
    return "".join(f"{line}\n" for line in [origin, size, base64.b64encode(root).decode(), *extensions])


def checkpoint(name, comment, note, pol, code=None, expected=None):
    data = {"policy": pol}
    if isinstance(note, bytes):
        data["note_hex"] = note.hex()
    else:
        data["note"] = note
    case = {"name": name, "comment": comment, "input": data, "code": code}
    if expected is not None:
        case["expected"] = expected
    checkpoints.append(case)


def accept(name, comment, note, pol, size, root, cosignatures=()):
    checkpoint(name, comment, note, pol, None, {
        "size": str(size), "root": root.hex(),
        "cosignatures": [{"witness": w.name, "timestamp": str(t)} for w, t in cosignatures]})


def build_checkpoints():
    root = sha256(b"root")
    text = body()
    plain = policy()
    three = policy([W1, W2, W3], 2)
    signed = LOG.log(text)

    # --- accepted
    accept("signed by the log", "", f"{text}\n{signed}", plain, 7, root)
    empty = body(0, sha256(b""))
    accept("empty tree", "", f"{empty}\n{LOG.log(empty)}", plain, 0, sha256(b""))
    largest = body(2**53 - 1)
    accept("largest size", "", f"{largest}\n{LOG.log(largest)}", plain, 2**53 - 1, root)
    extended = body(extensions=["first extension", "— not a signature"])
    accept("extension lines", "they are signed and mean nothing here",
           f"{extended}\n{LOG.log(extended)}", plain, 7, root)
    accept("two of three witnesses", "",
           f"{text}\n{signed}{W1.cosign(text, TIME)}{W3.cosign(text, TIME + 1)}", three, 7, root,
           [(W1, TIME), (W3, TIME + 1)])
    accept("witnesses in another order", "cosignatures before the log's line, counted in policy order",
           f"{text}\n{W3.cosign(text, TIME + 1)}{W1.cosign(text, TIME)}{signed}", three, 7, root,
           [(W1, TIME), (W3, TIME + 1)])
    cosigned = f"{extended}\n{LOG.log(extended)}{W1.cosign(extended, TIME)}{W2.cosign(extended, TIME)}"
    accept("cosigned extension lines", "", cosigned, three, 7, root, [(W1, TIME), (W2, TIME)])
    accept("latest time a cosignature may carry", "2^63 - 1",
           f"{text}\n{signed}{W1.cosign(text, 2**63 - 1)}", policy([W1], 1), 7, root,
           [(W1, 2**63 - 1)])
    accept("witness signs twice", "counted once, with the later time",
           f"{text}\n{signed}{W1.cosign(text, TIME)}{W1.cosign(text, TIME + 9)}{W1.cosign(text, TIME + 4)}",
           policy([W1], 1), 7,
           root, [(W1, TIME + 9)])
    stranger = Key("stranger.example", "stranger")
    accept("signatures of unknown keys", "an ML-DSA-44 line and an Ed25519 line that nobody pinned",
           f"{text}\n{stranger.raw(b'abcd' + bytes(2428))}{stranger.log(text)}{signed}", plain, 7, root)
    accept("known name, unknown key id", "a rotated key of the log",
           f"{text}\n{LOG.raw(b'abcd' + bytes(64))}{signed}", plain, 7, root)
    accept("unknown name, known key id", "",
           f"{text}\n{stranger.raw(LOG.id(1) + bytes(64))}{signed}", plain, 7, root)
    accept("junk under the log's own name and id", "whoever carries a note can add it: it does not block",
           f"{text}\n{LOG.raw(LOG.id(1) + bytes(64))}{signed}", plain, 7, root)
    accept("junk under a witness's own name and id", "neither its own nor the quorum is blocked",
           f"{text}\n{signed}{W1.raw(W1.id(4) + bytes(72))}{W2.raw(W2.id(4) + bytes(72))}"
           f"{W1.cosign(text, TIME)}{W3.cosign(text, TIME)}", three, 7, root, [(W1, TIME), (W3, TIME)])
    umlaut = Key("Prüfstelle.example/Zürich", "umlaut")
    accept("key name beyond ASCII", "", f"{text}\n{umlaut.log(text)}", policy(log=umlaut), 7, root)
    accept("100 signature lines", "the greatest number that is read",
           f"{text}\n{stranger.log(text) * 99}{signed}", plain, 7, root)
    # A checkpoint of the Go checksum database, printed in C2SP tlog-checkpoint under another origin.
    sumdb = "go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    sumdb_key = base64.b64decode("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")[1:]
    sumdb_policy = {"origin": "go.sum database tree",
                    "log": {"name": "sum.golang.org", "public_key": sumdb_key.hex()},
                    "witnesses": [], "threshold": 0}
    sumdb_line = ("— sum.golang.org Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q"
                  "1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n")
    accept("sum.golang.org", "a real checkpoint of the Go checksum database and its public key",
           f"{sumdb}\n{sumdb_line}", sumdb_policy, 20852163,
           base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="))
    checkpoint("sum.golang.org, origin altered", "the example of C2SP tlog-checkpoint as printed there",
               "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
               + sumdb_line, {**sumdb_policy, "origin": "example.com/behind-the-sofa"},
               "checkpoint_log_signature_invalid")

    # --- form of the note
    def malformed(name, comment, note, code):
        checkpoint(name, comment, note, plain, code)

    line = "checkpoint_signature_line"
    malformed("nothing", "", "", "checkpoint_unsigned")
    malformed("no signatures", "", text, "checkpoint_unsigned")
    malformed("nothing after the blank line", "", f"{text}\n", "checkpoint_unsigned")
    malformed("no blank line", "", f"{text}{signed}", "checkpoint_unsigned")
    malformed("no final newline", "", f"{text}\n{signed[:-1]}", line)
    malformed("hyphen for the dash", "", f"{text}\n{signed.replace('—', '-')}", line)
    malformed("two spaces", "", f"{text}\n{signed.replace('— ', '—  ')}", line)
    malformed("no-break space after the dash", "", f"{text}\n" + signed.replace("— ", "—\u00a0"), line)
    malformed("key name with a plus", "", f"{text}\n{Key('a+b', 'log').log(text)}", line)
    malformed("key name with a wide space", "", f"{text}\n" + Key("a\u3000b", "log").log(text), line)
    malformed("no key name", "", f"{text}\n{Key('', 'log').log(text)}", line)
    malformed("no signature on the line", "", f"{text}\n— {ORIGIN}\n", line)
    malformed("only a key id", "", f"{text}\n{LOG.raw(LOG.id(1))}", line)
    malformed("less than a key id", "", f"{text}\n{LOG.raw(b'abc')}", line)
    malformed("text after the signature", "", f"{text}\n{signed[:-1]} x\n", line)
    malformed("unpadded signature", "", f"{text}\n{stranger.raw(b'12345').replace('=', '')}{signed}", line)
    malformed("signature in the URL alphabet", "",
              f"{text}\n— stranger.example -_-_-_-_\n{signed}", line)
    malformed("signature with set trailing bits", "a second encoding of the same bytes",
              f"{text}\n— stranger.example MTIzNDV=\n{signed}", line)
    malformed("101 signature lines", "", f"{text}\n{stranger.log(text) * 100}{signed}",
              "checkpoint_too_many_signatures")
    control = "checkpoint_control_character"
    malformed("carriage returns", "", f"{text}\n{signed}".replace("\n", "\r\n"), control)
    for name, char in [("tab", "\t"), ("null", "\0"), ("escape", "\x1b"), ("delete", "\x7f"),
                       ("next line", "\u0085")]:
        noted = body(extensions=[f"a{char}b"])
        malformed(f"control character: {name}", "", f"{noted}\n{LOG.log(noted)}", control)
    malformed("not UTF-8", "", f"{text}\n{signed}".encode().replace(b"7\n", b"7\xff\n"),
              "checkpoint_not_utf8")
    malformed("surrogate in UTF-8", "", f"{text}\n{signed}".encode().replace(b"7\n", b"\xed\xa0\x80\n"),
              "checkpoint_not_utf8")

    # --- form of the checkpoint
    def bad_text(name, comment, lines, code):
        noted = "".join(f"{line}\n" for line in lines)
        malformed(name, comment, f"{noted}\n{LOG.log(noted)}", code)

    hash64 = base64.b64encode(root).decode()
    bad_text("two lines", "", [ORIGIN, "7"], "checkpoint_missing_line")
    bad_text("one line", "", [ORIGIN], "checkpoint_missing_line")
    bad_text("empty origin", "", ["", "7", hash64], "checkpoint_empty_line")
    bad_text("empty extension line", "", [ORIGIN, "7", hash64, "", "x"], "checkpoint_empty_line")
    bad_text("blank line at the end of the text", "", [ORIGIN, "7", hash64, ""],
             "checkpoint_empty_line")
    for size in ["07", "00", "+7", "-7", " 7", "7 ", "7.0", "7e0", "0x7", "٧", "seven",
                 str(2**53), str(2**64), "9" * 40]:
        bad_text(f"size {size!r}", "", [ORIGIN, size, hash64], "checkpoint_tree_size")
    for name, value in [("31 bytes", base64.b64encode(root[:31]).decode()),
                        ("33 bytes", base64.b64encode(root + b"x").decode()),
                        ("unpadded", hash64.rstrip("=")),
                        ("over-padded", hash64 + "="),
                        ("set trailing bits", hash64[:-2] + chr(ord(hash64[-2]) + 1) + "="),
                        ("URL alphabet", base64.urlsafe_b64encode(b"\xff" * 32).decode()),
                        ("hex", root.hex()),
                        ("with a space", hash64 + " ")]:
        bad_text(f"root: {name}", "", [ORIGIN, "7", value], "checkpoint_root_hash")

    # --- signatures
    missing, invalid = "checkpoint_log_signature_missing", "checkpoint_log_signature_invalid"
    checkpoint("another log", "a checkpoint of another origin, signed by the right key",
               (lambda t: f"{t}\n{LOG.log(t)}")(body(origin="other.example/ledger")), plain,
               "checkpoint_origin_mismatch")
    checkpoint("origin in other case", "", (lambda t: f"{t}\n{LOG.log(t)}")(body(origin=ORIGIN.upper())),
               plain, "checkpoint_origin_mismatch")
    checkpoint("signed by another key of that name", "another key id",
               f"{text}\n{Key(ORIGIN, 'impostor').log(text)}", plain, missing)
    checkpoint("impostor under the log's key id", "",
               f"{text}\n{LOG.raw(LOG.id(1) + Key(ORIGIN, 'impostor').private.sign(text.encode()))}",
               plain, invalid)
    checkpoint("signed under another name", "the right key, the wrong name",
               f"{text}\n{Key('other.example', 'log').log(text)}", plain, missing)
    checkpoint("key id of a cosignature", "the log's signature under type 0x04",
               f"{text}\n{LOG.log(text, kind=4)}", plain, missing)
    checkpoint("cosignature in the log's place", "",
               f"{text}\n{LOG.cosign(text, TIME, kind=1)}", plain, invalid)
    for name, changed in [("size raised", body(8)), ("root replaced", body(root=sha256(b"other"))),
                          ("extension added", body(extensions=["x"]))]:
        checkpoint(name, "after the log signed", f"{changed}\n{signed}", plain, invalid)
    checkpoint("extension removed", "after the log signed", f"{text}\n{LOG.log(extended)}", plain, invalid)
    good = LOG.private.sign(text.encode())
    scalar = int.from_bytes(good[32:], "little") + ORDER
    checkpoint("S above the group order", "a second signature made from the first",
               f"{text}\n{LOG.raw(LOG.id(1) + good[:32] + scalar.to_bytes(32, 'little'))}", plain, invalid)
    checkpoint("signature of 63 bytes", "", f"{text}\n{LOG.raw(LOG.id(1) + good[:63])}", plain, invalid)
    checkpoint("signature of 65 bytes", "", f"{text}\n{LOG.raw(LOG.id(1) + good + b'x')}", plain, invalid)
    checkpoint("witnesses without the log", "",
               f"{text}\n{W1.cosign(text, TIME)}{W2.cosign(text, TIME)}", three, missing)

    # --- witnesses
    few = "checkpoint_witness_threshold_not_met"
    first = W1.cosign(text, TIME)

    def unwitnessed(name, comment, *lines, pol=three):
        checkpoint(name, comment, f"{text}\n{signed}{''.join(lines)}", pol, few)

    unwitnessed("no witness", "")
    unwitnessed("one of two", "", first)
    unwitnessed("one witness twice", "the same line", first, first)
    unwitnessed("one witness at two times", "", first, W1.cosign(text, TIME + 1))
    unwitnessed("one key under two names", "the key of the first witness signs as the second",
                first, W2.raw(W2.id(4) + TIME.to_bytes(8, "big")
                              + W1.private.sign(f"cosignature/v1\ntime {TIME}\n{text}".encode())))
    unwitnessed("the log as its own witness", "", first, LOG.cosign(text, TIME))
    unwitnessed("unknown witness", "", first, stranger.cosign(text, TIME))
    unwitnessed("cosignature of another text", "", first, W2.cosign(body(8), TIME))
    unwitnessed("time changed", "the line shows a later time than was signed",
                first, W2.cosign(text, TIME, shown=TIME + 1))
    unwitnessed("time beyond 2^63 - 1", "", first, W2.cosign(text, 2**63))
    unwitnessed("plain signature of a witness", "type 0x01 does not cosign", first, W2.log(text))
    unwitnessed("plain signature under the cosigning id", "", first, W2.log(text, kind=4))
    unwitnessed("cosignature under the plain id", "", first, W2.cosign(text, TIME, kind=1))
    unwitnessed("cosigned message signed plainly", "no time in the line", first,
                W2.raw(W2.id(4) + W2.private.sign(f"cosignature/v1\ntime {TIME}\n{text}".encode())))
    unwitnessed("cosignature cut short", "", first, W2.raw(W2.id(4) + bytes(71)))

    # --- the policy itself
    note = f"{text}\n{signed}"
    twin = Key("witness.example/twin", "w1")
    checkpoint("policy: one key, two witnesses", "", note, policy([W1, twin], 1), "log_duplicate_key")
    checkpoint("policy: the log's key as a witness", "", note, policy([Key("w", "log")], 1),
               "log_duplicate_key")
    checkpoint("policy: threshold above the witnesses", "", note, policy([W1], 2), "log_threshold")
    checkpoint("policy: 65 witnesses", "", note, policy([Key(f"w{n}", f"many {n}") for n in range(65)], 1),
               "log_too_many_witnesses")
    checkpoint("policy: no origin", "", note, policy(origin=""), "log_origin")
    checkpoint("policy: newline in the origin", "", note, policy(origin="a\nb"), "log_origin")
    for name in ["", "a b", "a+b", "a\nb", "a\u2003b"]:
        checkpoint(f"policy: key name {name!r}", "", note, policy(log=Key(name, "log")), "log_key_name")
    small, invalid = "small_order_key", "invalid_public_key"
    for name, encoded, code in [
        ("neutral element", "01" + "00" * 31, small),
        ("order 2", "ec" + "ff" * 30 + "7f", small),
        ("order 4", "00" * 32, small),
        ("order 8", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", small),
        ("neutral element, not reduced", "ee" + "ff" * 30 + "7f", small),
        ("neutral element, sign bit set", "01" + "00" * 30 + "80", small),
        ("y = 3 + p, not reduced", "f0" + "ff" * 30 + "7f", invalid),
        ("no point", "02" + "00" * 31, invalid),
    ]:
        weak = policy()
        weak["log"]["public_key"] = encoded
        checkpoint(f"policy: {name}", "a key that lax verifiers accept", note, weak, code)


def write(name, cases):
    assert len({case["name"] for case in cases}) == len(cases), "names are unique"
    text = json.dumps({"cases": cases}, ensure_ascii=True, indent=1)
    (HERE / name).write_text(text + "\n", encoding="ascii")
    print(f"{name}: {len(cases)} cases")


build_merkle()
build_checkpoints()
write("merkle.json", merkle)
write("checkpoint.json", checkpoints)
