"""SealedSecrets: made offline from a certificate, opened by the cluster alone.

Pure but for `fetch`: nothing here imports pulumi, and no text ever holds a value.
"""
