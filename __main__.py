"""The program that `pulumi up` and `homeport plan` run: loads the stack's settings and builds its layer."""

import importlib.util
import sys
from pathlib import Path

if importlib.util.find_spec("homeport") is None:
    # A checkout whose requirements alone are installed, as `pulumi install` leaves it.
    sys.path.insert(0, str(Path(__file__).parent / "components"))

import pulumi

from stacks.program import main

pulumi.run(main)
