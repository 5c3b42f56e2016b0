"""What an add-on consists of: charts, objects, rights, passwords. Data alone; `install.py` declares it.

Every item has a key that is unique within its add-on, and names what it needs. An item is a leaf resource or a few of
them, so an edge from item to item is an edge between leaf resources.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from homeport.addons.pins import Pin
from homeport.identity.permissions import Permission
from homeport.kube.manifest import Manifest

#: create: it cannot be made, or become ready, without the other. destroy: the other must still be there when it is
#: removed, because it cleans up after it. both: either way.
NeedKind = Literal["create", "destroy", "both"]


@dataclass(frozen=True, slots=True)
class Need:
    """One true edge.

    Attributes:
        on: key of an item of the same add-on, or "add-on/key" of another.
        reason: why, as a clause for the table of edges: "its webhook checks every issuer".
        kind: to create, to destroy, or both.
        optional: whether the edge is there only if the other is. A missing item that is not optional is an error.
    """

    on: str
    reason: str
    kind: NeedKind = "create"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Ref:
    """Stands in values for an output of another item, until that exists.

    Attributes:
        item: key of an item of the same add-on, or "add-on/key".
        output: attribute of its resource, for example address.
    """

    item: str
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What all items have. A kind of its own subclasses it, and is declared by a function in `DECLARATIONS`.

    Class attributes:
        kept_by_api: whether it lives in the cluster, so that it needs the Kubernetes API and its `namespace`.

    Attributes:
        key: within the add-on.
        needs: what must be there first; what its `Ref`s name need not be said again.
    """

    kept_by_api: ClassVar[bool] = False
    key: str
    needs: Sequence[Need] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart(Item):
    """A Helm release.

    Attributes:
        pin: name in versions.yaml, or a pin of the add-on's own; default: the add-on's name.
        release: fixed name of the release; default: the add-on's name.
        namespace: where; default: the add-on's.
        values: what we set; may hold `Ref`s and outputs, never the value of a secret (Helm stores values readably).
        safety: value paths ("crds.enabled") to what is lost when an override changes them.
        images: where the chart's values name images, for `charts.image_registry`.
        pods: whether it runs any; a release of definitions alone needs no node.
        skip_crds: the chart's crds/ folder is left out, because another item owns its definitions.
        timeout: seconds that Helm waits for its pods.
        owns_cloud_objects: see `Manifest`.
    """

    kept_by_api: ClassVar[bool] = True
    pin: str | Pin = ""
    release: str = ""
    namespace: str = ""
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    safety: Mapping[str, str] = field(default_factory=dict[str, str])
    images: Sequence[ImageValues] = ()
    pods: bool = True
    skip_crds: bool = False
    timeout: int = 600
    owns_cloud_objects: bool = False


@dataclass(frozen=True, slots=True)
class ImageValues:
    """Where a chart's values name an image.

    Attributes:
        default: the image's registry and repository as the chart has them: "quay.io/jetstack/cert-manager-controller".
        repository: value path of the repository.
        registry: value path of the registry, where the chart keeps it apart from the repository; else None.
    """

    default: str
    repository: str
    registry: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Object(Item):
    """One Kubernetes object.

    Attributes:
        manifest: the object; its body may hold `Ref`s.
    """

    kept_by_api: ClassVar[bool] = True
    manifest: Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights(Item):
    """What a service account of the add-on may do in the cloud.

    Attributes:
        service_account: its name, as the chart makes it.
        permissions: intents; an empty list makes nothing.
        namespace: default: the add-on's.
    """

    service_account: str
    permissions: Sequence[Permission]
    namespace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Password(Item):
    """A Kubernetes Secret with a generated password, which nobody has to choose and no chart gets to see as a value.

    Attributes:
        secret: name of the Secret.
        user: user name, which is not secret.
        user_key: where the Secret holds the user name.
        password_key: where it holds the password.
        length: of the password.
        namespace: default: the add-on's.
    """

    kept_by_api: ClassVar[bool] = True
    secret: str
    user: str
    user_key: str = "username"
    password_key: str = "password"  # noqa: S105 - the name of a key
    length: int = 32
    namespace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenSecret(Item):
    """A Kubernetes Secret made from the stack's own secrets.

    Attributes:
        secret: name of the Secret.
        data: key in the Secret to name in `homeport:secrets`.
        namespace: default: the add-on's.
    """

    kept_by_api: ClassVar[bool] = True
    secret: str
    data: Mapping[str, str]
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace that add-ons live in.

    Attributes:
        name: its name.
        pod_security: level that is enforced, audited and warned about.
            https://kubernetes.io/docs/concepts/security/pod-security-standards/
        ours: whether it is made; kube-system is there already.
        labels: further labels, key and value.
        claims: whether pods in it have volumes of their own. A namespace is gone only when its claims are, and the
            engine waits for that; Helm does not. So it is deleted for real even when its cluster goes, and before the
            driver of its volumes: otherwise the disks would stay behind and be paid for. With the protection strict,
            disks are to stay, and it goes with its cluster.
    """

    name: str
    pod_security: Literal["restricted", "baseline", "privileged"] = "restricted"
    ours: bool = True
    labels: tuple[tuple[str, str], ...] = ()
    claims: bool = False


KUBE_SYSTEM = Namespace("kube-system", "privileged", ours=False)
