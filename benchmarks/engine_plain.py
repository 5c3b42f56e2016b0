"""The plain program of a stack that stands: what a plan cannot know, the state knows."""

from __future__ import annotations

import base64
import json
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from benchmarks.plain import plain_program
from homeport.plan.graph import STACK_TYPE, Graph, Resource
from tests.engine.harness import Engine
from tests.engine.simcloud.values import as_list, as_map

#: How a state marks a secret.
#: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/properties.go
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_TOKEN: Final = re.compile(r"\$\{([^{}]+)\}")
#: What the program of a stack reads from its folder.
_READ: Final = ("charts", "apps")
#: A plan shows what transforms have done, but not inside a component that the provider makes: there the plain program
#: has to do it as well.
_TRANSFORM: Final = """
def taking_over(args):
    metadata = args.props.get("metadata")
    if metadata is None:
        return None
    metadata = {**metadata, "annotations": {**(metadata.get("annotations") or {}), "pulumi.com/patchForce": "true"}}
    return pulumi.ResourceTransformResult(props={**args.props, "metadata": metadata}, opts=args.opts)


"""
_IMAGE: Final = re.compile(r"(?<=image: )\S+")
_TREE: Final = "kubernetes:kustomize/v2:Directory"
_CHART: Final = re.compile(r"(?<=\.Chart\()('[^']+', opts=pulumi\.ResourceOptions\()")


def filled(graph: Graph, state: Mapping[str, Mapping[str, Any]]) -> Graph:
    """The plan with the values that it does not know: secrets, unknowns, and what was looked up.

    References to outputs of what the stack manages stay references; what it reads of another stack is a value.

    Args:
        graph: the plan.
        state: what the engine keeps of each resource, by URN, secrets in clear.
    """
    names = tuple(f"{resource.name}." for resource in graph.resources if resource.external is None)

    def inputs(resource: Resource) -> dict[str, Any]:
        return _filled(resource.inputs, _given(state.get(resource.urn, {}), "inputs"), names)

    resources = [resource.model_copy(update={"inputs": inputs(resource)}) for resource in graph.resources]
    stack = next((resource.urn for resource in graph.resources if resource.type == STACK_TYPE), "")
    outputs = _filled(graph.outputs, _given(state.get(stack, {}), "outputs"), names)
    return graph.model_copy(update={"resources": resources, "outputs": outputs})


def _given(kept: Mapping[str, Any], key: str) -> dict[str, Any]:
    """What somebody wrote: the Kubernetes provider keeps a Secret's text encoded."""
    known: dict[str, Any] = in_clear(kept.get(key, {}))
    if kept.get("type") == "kubernetes:core/v1:Secret" and "data" in known:
        known["stringData"] = {name: base64.b64decode(value).decode() for name, value in known["data"].items()}
    return known


def _filled(planned: Any, known: Any, names: tuple[str, ...]) -> Any:
    items, values = as_map(planned), as_list(planned)
    if items is not None and not any(key.startswith("$") for key in items):
        there = as_map(known) or {}
        return {key: _filled(value, there.get(key), names) for key, value in items.items()}
    if values is not None:
        there = [*(as_list(known) or ()), *[None] * len(values)]
        return [_filled(value, other, names) for value, other in zip(values, there, strict=False)]
    tokens = _TOKEN.findall(planned) if isinstance(planned, str) else []
    unclear = items is not None or any(not token.startswith(names) for token in tokens)
    return known if unclear and known is not None else planned


def in_clear(value: Any) -> Any:
    """A value of an exported state with its secrets as they are."""
    items, values = as_map(value), as_list(value)
    if items is not None:
        if _SIGNATURE in items and "plaintext" in items:
            return json.loads(items["plaintext"])
        return {key: in_clear(item) for key, item in items.items()}
    return value if values is None else [in_clear(item) for item in values]


def engine_program(graph: Graph, state: Mapping[str, Mapping[str, Any]]) -> str:
    """The text of a plain program that leaves a stack as it is."""
    text = _CHART.sub(r"\1transforms=[taking_over], ", plain_program(filled(graph, state)))
    return text.replace("\ndef component(", f"{_TRANSFORM}def component(", 1)


def with_images(text: str, images: Iterable[str]) -> str:
    """Manifests whose images are the ones given, as far as one of them has the same last name."""
    known = {_last_name(image): image for image in images}
    return _IMAGE.sub(lambda match: known.get(_last_name(match[0]), match[0]), text)


def _last_name(image: str) -> str:
    return image.rpartition("/")[2].partition(":")[0]


def _rendered_images(kept: Iterable[Mapping[str, Any]]) -> list[str]:
    """Images of the Deployments that come from Kustomize trees."""
    found = [one["inputs"] for one in kept if f"{_TREE}$kubernetes:apps/v1:Deployment" in one["urn"]]
    return [container["image"] for one in found for container in one["spec"]["template"]["spec"]["containers"]]


def plain_engine(engine: Engine, folder: Path, graph: Graph) -> Engine:
    """An engine that runs the plain program of a stack on the same state.

    Args:
        engine: of the stack, which stands.
        folder: for the program; made.
        graph: its plan.
    """
    kept: list[dict[str, Any]] = engine.export("--show-secrets")["deployment"]["resources"]
    folder.mkdir(parents=True)
    shutil.copy(engine.work / "Pulumi.yaml", folder)
    program = engine_program(graph, {resource["urn"]: resource for resource in kept})
    (folder / "__main__.py").write_text(program, encoding="utf-8")
    for name in _READ:
        shutil.copytree(engine.work / name, folder / name)
    # What a transform does in our program stands in the files of a plain one.
    images = _rendered_images(kept)
    for path in (folder / "apps").rglob("*.yaml"):
        path.write_text(with_images(path.read_text(encoding="utf-8"), images), encoding="utf-8")
    settings = f"Pulumi.{engine.stack}.yaml"
    yaml = YAML(typ="safe", pure=True)
    given: dict[str, Any] = yaml.load(engine.work / settings)  # pyright: ignore[reportUnknownMemberType]
    with (folder / settings).open("w", encoding="utf-8") as out:
        # The state's secrets are read with it.
        yaml.dump({"encryptionsalt": given["encryptionsalt"]}, out)  # pyright: ignore[reportUnknownMemberType]
    (folder / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    plain = Engine(engine.site, engine.stack)
    plain.work = folder
    return plain
