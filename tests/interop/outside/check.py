"""Has what Placet writes verified by programs that know nothing of Placet.

Usage: python3 check.py DIRECTORY. Reads `case.json` there and prints how many of each kind passed; writes `signed.json`:
the same documents, signed by securesystemslib.
"""

import base64
import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from in_toto.models.metadata import Envelope as InTotoEnvelope
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey
from sigstore._internal.rekor.checkpoint import SignedCheckpoint

ROOT = pathlib.Path(__file__).parents[3]


def sslib_key(key):
    return SSlibKey(key["keyid"], "ed25519", "ed25519", {"public": key["public"]})


def refused(envelope, keys):
    try:
        envelope.verify(keys, len(keys))
    except VerificationError:
        return True
    return False


def by_securesystemslib(case):
    """Each envelope verifies under all of its keys, and no longer when a byte or the type is changed."""
    for entry in case["envelopes"]:
        keys = [sslib_key(key) for key in entry["keys"]]
        envelope = Envelope.from_dict(json.loads(entry["envelope"]))
        assert len(envelope.verify(keys, len(keys))) == len(keys), entry
        changed = copy.deepcopy(envelope)
        changed.payload += b" "
        assert refused(changed, keys), entry
        changed = copy.deepcopy(envelope)
        changed.payload_type += "x"
        assert refused(changed, keys), entry
    return len(case["envelopes"])


def by_in_toto(case):
    for entry in case["envelopes"]:
        envelope = InTotoEnvelope.from_dict(json.loads(entry["envelope"]))
        for key in entry["keys"]:
            envelope.verify_signature({"keyid": key["keyid"], **sslib_key(key).to_dict()})
    return len(case["envelopes"])


def by_openssl(case):
    """OpenSSL verifies each signature over the pre-authentication encoding that is written out here by hand."""
    count = 0
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        for entry in case["envelopes"]:
            envelope = json.loads(entry["envelope"])
            payload, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"].encode()
            pae = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
            (place / "pae").write_bytes(pae)
            for key, signature in zip(sorted_keys(entry, envelope), envelope["signatures"]):
                public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key["public"]))
                form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
                (place / "key").write_bytes(public.public_bytes(*form))
                (place / "signature").write_bytes(base64.b64decode(signature["sig"]))
                command = "openssl pkeyutl -verify -pubin -inkey key -rawin -in pae -sigfile signature"
                subprocess.run(command.split(), cwd=place, check=True, stdout=subprocess.DEVNULL)
                count += 1
    return count


def sorted_keys(entry, envelope):
    by_id = {key["keyid"]: key for key in entry["keys"]}
    return [by_id[signature["keyid"]] for signature in envelope["signatures"]]


def by_sha256sum(case, directory):
    """The command that docs/formats.md gives, word for word."""
    text = (ROOT / "docs/formats.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"`(find \. .* sha256sum)`", text)
    for tree in case["trees"]:
        shell = ["bash", "-c", f"set -o pipefail; {command}"]
        printed = subprocess.run(shell, cwd=directory / tree["path"], check=True, capture_output=True, text=True)
        assert printed.stdout == f"{tree['digest']}  -\n", tree
    return len(case["trees"])


def by_sigstore(case):
    """sigstore's reader finds the same tree in a checkpoint, and the signature that it finds is the log's."""
    for entry in case["checkpoints"]:
        signed = SignedCheckpoint.from_text(entry["note"])
        head = signed.checkpoint
        assert (head.origin, head.log_size, head.log_hash) == (entry["origin"], entry["size"], entry["root"]), entry
        assert not head.other_content
        signatures = signed.signed_note.signatures
        assert len(signatures) == entry["signatures"] and signatures[0].name == entry["origin"], entry
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(entry["public"]))
        public.verify(base64.b64decode(signatures[0].signature), signed.signed_note.note.encode())
    return len(case["checkpoints"])


def signed_by_securesystemslib(case, directory):
    envelopes = []
    for entry in case["to_sign"]:
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(entry["seed"]))
        signer = CryptoSigner(private, sslib_key(entry["key"]))
        envelope = Envelope(base64.b64decode(entry["payload"]), entry["payloadType"], {})
        envelope.sign(signer)
        envelopes.append(envelope.to_dict())
    (directory / "signed.json").write_text(json.dumps(envelopes), encoding="utf-8")
    return len(envelopes)


def main():
    directory = pathlib.Path(sys.argv[1])
    case = json.loads((directory / "case.json").read_text(encoding="utf-8"))
    counts = {
        "envelopes verified by securesystemslib": by_securesystemslib(case),
        "envelopes verified by in-toto": by_in_toto(case),
        "signatures verified by OpenSSL": by_openssl(case),
        "directory digests reproduced by sha256sum": by_sha256sum(case, directory),
        "checkpoints read by sigstore": by_sigstore(case),
        "envelopes signed by securesystemslib": signed_by_securesystemslib(case, directory),
    }
    for what, count in counts.items():
        print(f"{count} {what}")
        assert count, what
    print(f"{sum(counts.values())} passed, 0 failed")


if __name__ == "__main__":
    main()
