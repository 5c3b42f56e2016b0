"""The program that `pulumi up` and `homeport plan` run: loads the stack's settings and builds its layer."""

import sys
from pathlib import Path

try:
    import homeport as _homeport  # noqa: F401 - only to see whether it is installed
except ModuleNotFoundError:  # a checkout whose requirements alone are installed, as `pulumi install` leaves it
    sys.path.insert(0, str(Path(__file__).parent / "components"))

import pulumi

from stacks.program import main

pulumi.run(main)
