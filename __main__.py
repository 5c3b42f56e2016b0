"""The program that `pulumi up` and `homeport plan` run: loads the stack's settings and builds its layer."""

import gc
import importlib.util
import sys
from pathlib import Path

# The program lives for seconds and drops next to nothing; looking for garbage among all that the SDKs define takes a
# tenth of a preview.
gc.disable()

if importlib.util.find_spec("homeport") is None:
    # A checkout whose requirements alone are installed, as `pulumi install` leaves it.
    sys.path.insert(0, str(Path(__file__).parent / "components"))

import pulumi  # noqa: E402 - after the switch above

from stacks.program import main  # noqa: E402 - likewise

pulumi.run(main)
