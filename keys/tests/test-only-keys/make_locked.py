"""Locks the key of node-private.jwk as docs of `placet_keys::locked` say, with other implementations of
Argon2id (argon2-cffi) and XChaCha20-Poly1305 (PyNaCl). Usage: make_locked.py > locked.json"""

import base64, json, os, sys
from pathlib import Path
from argon2.low_level import Type, hash_secret_raw
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt

jwk = json.loads((Path(__file__).parent / "node-private.jwk").read_text())
seed, public_key = (base64.urlsafe_b64decode(jwk[m] + "=") for m in ("d", "x"))
name, salt, nonce = "test-only", os.urandom(16), os.urandom(24)
key = hash_secret_raw(b"test-only passphrase", salt, time_cost=3, memory_cost=65536, parallelism=1, hash_len=32,
                      type=Type.ID, version=19)
associated_data = b"placet-locked-key-v1\0" + public_key + name.encode()
text = lambda b: base64.b64encode(b).decode()
json.dump({
    "format": "placet-locked-key-v1", "name": name, "public_key": text(public_key),
    "kdf": "argon2id", "memory_kib": 65536, "iterations": 3, "parallelism": 1, "salt": text(salt),
    "cipher": "xchacha20-poly1305", "nonce": text(nonce),
    "ciphertext": text(encrypt(seed, associated_data, nonce, key)),
}, sys.stdout, indent=2)
print()
