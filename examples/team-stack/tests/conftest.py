"""The program's folder on the path, as Pulumi has it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
