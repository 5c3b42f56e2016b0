"""The newsletter team's stack: what `pulumi up` runs."""

import pulumi
from newsletter.program import main

pulumi.run(main)
