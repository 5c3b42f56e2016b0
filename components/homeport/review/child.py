"""What runs in a process of its own for one revision: `homeport plan --json` for each stack, by the homeport it finds.

It is run as text (`python -c`), by the base revision's code as well: it may use nothing but that command. Each stack is
one line of JSON on standard output; all that programs print goes to standard error.
"""

import contextlib
import io
import json
import os
import sys


def main() -> None:
    """Plan the stacks that the arguments name: ROOT STACK ..."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    root, *stacks = sys.argv[1:]
    sys.argv[1:] = []
    from homeport.cli import main as homeport  # noqa: PLC0415 - printing must be turned away first

    for stack in stacks:
        out = io.StringIO()
        code: object = 0
        with contextlib.redirect_stdout(out):
            try:
                homeport(["plan", "--stack", stack, "--json", "--root", root], prog_name="homeport")
            except SystemExit as end:
                code = end.code
        answers.write(json.dumps({"stack": stack, "code": code, "out": out.getvalue()}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
