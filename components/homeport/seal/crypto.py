"""The controller's hybrid encryption: a session key for RSA, the value for that session key.

    length of the RSA part, 2 bytes, big endian
    RSA-OAEP with SHA-256 and the label, of 32 random bytes
    AES-256-GCM, by those 32 bytes, of the value

The nonce of GCM is zero, which is safe since each session key is used once.
https://github.com/bitnami-labs/sealed-secrets/blob/main/docs/developer/crypto.md

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_SESSION_KEY_BYTES: Final = 32
_NONCE: Final = bytes(12)


def encrypt(key: RSAPublicKey, value: bytes, label: bytes) -> bytes:
    """Encrypt one value for the holder of the private key.

    Args:
        key: the controller's.
        value: to keep secret; may be empty.
        label: of the scope, see `homeport.seal.scope.label`.
    """
    session_key = os.urandom(_SESSION_KEY_BYTES)
    sha256 = hashes.SHA256()
    wrapped = key.encrypt(session_key, padding.OAEP(padding.MGF1(sha256), sha256, label))
    return len(wrapped).to_bytes(2, "big") + wrapped + AESGCM(session_key).encrypt(_NONCE, value, None)
