"""`homeport graph`: a drawing of a stack's components, or of all its resources."""

from __future__ import annotations

from pathlib import Path

import click

from homeport.commands.common import project_root, root_option, stack_option


@click.command(
    epilog="\b\nExamples:\n  homeport graph -s stage\n  homeport graph -s stage --format svg -o stage.svg\n"
    "  homeport graph -s stage --format dot --resources | dot -Tpng -o stage.png"
)
@stack_option
@click.option(
    "-f",
    "--format",
    "format_",
    type=click.Choice(["mermaid", "dot", "svg"]),
    default="mermaid",
    show_default=True,
    help="mermaid: for Markdown; dot: for Graphviz; svg: a picture, without any other program.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="File to write; default: standard output.",
)
@click.option("--resources", is_flag=True, help="Draw every resource instead of components.")
@root_option
def command(*, stack: str, format_: str, output: Path | None, resources: bool, root: Path | None) -> None:
    """Draw a stack's components and what needs what.

    An arrow from A to B means that B needs A: A is made first and destroyed last. What others imply is left out.
    """
    from homeport.plan.command import evaluated  # noqa: PLC0415 - `--help` needs none of it
    from homeport.plan.dot import dot  # noqa: PLC0415
    from homeport.plan.mermaid import mermaid  # noqa: PLC0415
    from homeport.plan.picture import draw  # noqa: PLC0415
    from homeport.plan.svg import svg  # noqa: PLC0415

    graph = evaluated(project_root(root), stack, as_json=False)
    text = {"mermaid": mermaid, "dot": dot, "svg": svg}[format_](draw(graph, resources=resources))
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"cannot write {output}: {error.strerror}") from None
    click.echo(f"wrote {output}", err=True)
