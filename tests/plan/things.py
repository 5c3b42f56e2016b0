"""A small provider SDK in the shape that Pulumi generates, so that these tests need no real one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi


@pulumi.output_type
class Certificate(dict[str, Any]):
    """An object inside of an object."""

    def __init__(self, *, ca_text: str | None = None, days: int | None = None) -> None:
        for name, value in (("ca_text", ca_text), ("days", days)):
            if value is not None:
                pulumi.set(self, name, value)

    def _translate_property(self, prop: str) -> str:
        return {"caText": "ca_text"}.get(prop) or prop

    @property
    @pulumi.getter(name="caText")
    def ca_text(self) -> str | None:
        return pulumi.get(self, "ca_text")

    @property
    @pulumi.getter
    def days(self) -> int | None:
        return pulumi.get(self, "days")


@pulumi.output_type
class Access(dict[str, Any]):
    """An object that may be given, and whose other fields the cloud fills in."""

    def __init__(self, *, mode: str | None = None, host: str | None = None, certificate: Any = None) -> None:
        for name, value in (("mode", mode), ("host", host), ("certificate", certificate)):
            if value is not None:
                pulumi.set(self, name, value)

    @property
    @pulumi.getter
    def mode(self) -> str | None:
        return pulumi.get(self, "mode")

    @property
    @pulumi.getter
    def host(self) -> str | None:
        return pulumi.get(self, "host")

    @property
    @pulumi.getter
    def certificate(self) -> Certificate:
        return pulumi.get(self, "certificate")


@pulumi.input_type
class AccessArgs:
    mode: pulumi.Input[str] | None = None
    host: pulumi.Input[str] | None = None


@pulumi.input_type
class _ThingArgs:
    label: pulumi.Input[str] | None = None
    size: pulumi.Input[int] | None = None
    tags: pulumi.Input[Mapping[str, Any]] | None = None
    data: pulumi.Input[Any] | None = None
    access: pulumi.Input[AccessArgs] | None = None
    self_link: pulumi.Input[str] | None = pulumi.property("selfLink", default=None)
    subnet_ids: pulumi.Input[Sequence[str]] | None = pulumi.property("subnetIds", default=None)
    accesses: pulumi.Input[Sequence[Any]] | None = None
    port: pulumi.Input[int] | None = None
    password: pulumi.Input[str] | None = None


class Thing(pulumi.CustomResource):
    """A resource with inputs of every kind, and outputs that only the cloud can say."""

    TYPE = "acme:stuff/thing:Thing"

    def __init__(
        self,
        name: str,
        *,
        label: pulumi.Input[str] | None = None,
        size: pulumi.Input[int] | None = None,
        tags: Any = None,
        data: Any = None,
        access: Any = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        secret = pulumi.ResourceOptions(additional_secret_outputs=["password"])
        # As generated code does it: the outputs are there too, without a value.
        args: Any = _ThingArgs.__new__(_ThingArgs)
        args.__dict__.update(label=label, size=size, tags=tags, data=data, access=access)
        args.__dict__.update(dict.fromkeys(("self_link", "subnet_ids", "accesses", "port", "password")))
        super().__init__(self.TYPE, name, args, pulumi.ResourceOptions.merge(secret, opts))

    @staticmethod
    def read(name: str, id: pulumi.Input[str]) -> Thing:  # noqa: A002
        """An existing one."""
        return Thing(name, opts=pulumi.ResourceOptions(id=id))

    @property
    @pulumi.getter
    def label(self) -> pulumi.Output[str]:
        return pulumi.get(self, "label")

    @property
    @pulumi.getter
    def data(self) -> pulumi.Output[Any]:
        return pulumi.get(self, "data")

    @property
    @pulumi.getter(name="selfLink")
    def self_link(self) -> pulumi.Output[str]:
        return pulumi.get(self, "self_link")

    @property
    @pulumi.getter(name="subnetIds")
    def subnet_ids(self) -> pulumi.Output[Sequence[str]]:
        return pulumi.get(self, "subnet_ids")

    @property
    @pulumi.getter
    def access(self) -> pulumi.Output[Access]:
        return pulumi.get(self, "access")

    @property
    @pulumi.getter
    def accesses(self) -> pulumi.Output[Sequence[Access]]:
        return pulumi.get(self, "accesses")

    @property
    @pulumi.getter
    def port(self) -> pulumi.Output[int]:
        return pulumi.get(self, "port")

    @property
    @pulumi.getter
    def password(self) -> pulumi.Output[str]:
        return pulumi.get(self, "password")


class Provider(pulumi.ProviderResource):
    """The provider of things."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__("acme", name, props, opts)


class Group(pulumi.ComponentResource):
    """A component of two things, the second needing the first."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("acme:stuff:Group", name, None, opts)
        inner = pulumi.ResourceOptions(parent=self)
        self.first = Thing(f"{name}-first", label="first", opts=inner)
        self.second = Thing(f"{name}-second", label=self.first.self_link, opts=inner)
        self.register_outputs({})


class Outer(pulumi.ComponentResource):
    """A component around a component."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("acme:stuff:Outer", name, None, opts)
        self.group = Group(f"{name}-group", opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


class Plugin(pulumi.ComponentResource):
    """A component that a plugin builds."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("acme:index:Plugin", name, {"size": 1, "endpoint": None}, opts, remote=True)

    @property
    @pulumi.getter
    def endpoint(self) -> pulumi.Output[str]:
        return pulumi.get(self, "endpoint")


@pulumi.output_type
class RegionResult:
    """What a function call gives."""

    def __init__(self, name: Any = None, count: Any = None) -> None:
        if name and not isinstance(name, str):
            raise TypeError("Expected argument 'name' to be a str")
        if count and not isinstance(count, int):
            raise TypeError("Expected argument 'count' to be a int")
        pulumi.set(self, "name", name)
        pulumi.set(self, "count", count)

    @property
    @pulumi.getter
    def name(self) -> str:
        return pulumi.get(self, "name")

    @property
    @pulumi.getter
    def count(self) -> int:
        return pulumi.get(self, "count")


def get_region(opts: pulumi.InvokeOptions | None = None) -> RegionResult:
    """A function call whose result is taken as it is."""
    found: Any = pulumi.runtime.invoke("acme:index:getRegion", {}, opts=opts, typ=RegionResult).value
    return RegionResult(pulumi.get(found, "name"), pulumi.get(found, "count"))


def get_region_output(of: pulumi.Input[str]) -> pulumi.Output[RegionResult]:
    """The same as an output."""
    found = pulumi.runtime.invoke_output("acme:index:getRegion", {"of": of}, typ=RegionResult)
    return found.apply(lambda result: RegionResult(pulumi.get(result, "name"), pulumi.get(result, "count")))
