"""Settings of all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# CI judges a change, not the luck of a draw: the same examples each time. Everywhere else new ones are drawn.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
