"""The provider of random values: made once, kept in the state.

https://www.pulumi.com/registry/packages/random/
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from typing import Any, Final

from tests.engine.simcloud.cloud import CloudError
from tests.engine.simcloud.computed import all_properties
from tests.engine.simcloud.samples import Context
from tests.engine.simcloud.sdk_schema import TypeSchema
from tests.engine.simcloud.values import Properties, Secret, plain

_CLASSES: Final = ("lower", "upper", "number", "numeric", "special")
_LEAST: Final = ("minLower", "minUpper", "minNumeric", "minSpecial")


class RandomValues:
    """Passwords, texts, bytes, ids and UUIDs."""

    package = "random"

    def auto_name(self, token: str) -> str | None:
        """Nothing here has a name."""
        return None

    def defaults(self, token: str) -> Properties:
        """Inputs that the provider fills in."""
        return {}

    def complete(self, inputs: Properties, schema: TypeSchema | None, config: Properties) -> Properties:
        """What the provider's configuration adds to the inputs."""
        return {}

    def changing(self, token: str) -> frozenset[str]:
        """Computed properties that the preview of an update does not know."""
        return frozenset()

    def stale(self, token: str, inputs: Properties, state: Properties, config: Properties) -> tuple[str, ...]:
        """Computed properties that another configuration of the provider changes: none."""
        return ()

    def config_problem(self, inputs: Properties, schema: TypeSchema | None, config: Properties) -> str | None:
        """Nothing can be missing."""
        return None

    def scope(self, token: str, config: Properties) -> str:
        """Within what the ids of a type are unique: they are everywhere."""
        return ""

    def create(self, token: str, name: str, inputs: Properties, config: Properties) -> tuple[str, Properties]:
        """Id and properties of a new value."""
        context = Context(token=token, name=name, project="", region="")
        return context.digest, all_properties(token, context, inputs, made=_made(token, plain(inputs)), old={})

    def update(self, token: str, id_: str, inputs: Properties, old: Properties, config: Properties) -> Properties:
        """Properties after an update, which only lets the value be."""
        context = Context(token=token, name=id_, project="", region="")
        return all_properties(token, context, inputs, made=old, old=old)

    def invoke(self, token: str, arguments: Properties, config: Properties) -> Properties:
        """There are no data sources.

        Raises:
            CloudError: always.
        """
        raise CloudError(f"the provider of random values knows no data source {token}")


def _made(token: str, given: Properties) -> Properties:
    length = int(given.get("length") or given.get("byteLength") or 16)
    data = b"".join(uuid.uuid4().bytes for _ in range(length // 16 + 1))[:length]
    text = base64.b64encode(data).decode()
    match token.rsplit(":", 1)[-1]:
        case "RandomPassword" | "RandomString" as kind:
            made: dict[str, Any] = {**dict.fromkeys(_CLASSES, True), **dict.fromkeys(_LEAST, 0)}
            result = text[:length]
            if kind == "RandomString":
                return {**made, "result": result}
            bcrypt = f"$2a$10${hashlib.sha256(data).hexdigest()[:53]}"
            return {**made, "result": Secret(result), "bcryptHash": Secret(bcrypt)}
        case "RandomBytes":
            return {"base64": Secret(text), "hex": Secret(data.hex())}
        case "RandomId":
            url = base64.urlsafe_b64encode(data).decode().rstrip("=")
            return {"hex": data.hex(), "dec": str(int.from_bytes(data, "big")), "b64Std": text, "b64Url": url}
        case "RandomUuid":
            return {"result": str(uuid.uuid4())}
        case kind:
            raise CloudError(f"the provider of random values makes no {kind}")
