"""Value types of workloads: text with a rule, checked where it is written.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from homeport.model import TextFromInt, rule_error

_IMAGE: Final = re.compile(r"[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+")
_TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_SUBDOMAIN: Final = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_LABEL_NAME: Final = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_ROUTE_PATH: Final = re.compile(r"/[A-Za-z0-9/._~!$&'()*+,;=:@-]*")
_ENV: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PATH: Final = re.compile(r"(/[A-Za-z0-9._-]+)+")


def _image(value: str) -> str:
    if "@" in value or ":" in value.rpartition("/")[2]:
        raise rule_error("must be an image's name without tag or digest", "put those into tag and digest")
    if not _IMAGE.fullmatch(value):
        raise rule_error(
            "must be an image's full name: registry, slash, repository, in lower case",
            "for example europe-west3-docker.pkg.dev/acme-global/apps/web",
        )
    return value


def _tag(value: str) -> str:
    if value == "latest":
        raise rule_error("must name one build; latest is another one tomorrow", "use a version or a commit hash")
    if not _TAG.fullmatch(value):
        raise rule_error("must be an image tag: letters, digits, _, . and -, up to 128", 'for example "1.4.2"')
    return value


def _digest(value: str) -> str:
    if not _DIGEST.fullmatch(value):
        raise rule_error("must be an image digest", "write sha256: and 64 hexadecimal digits")
    return value


def _env_name(value: str) -> str:
    if not _ENV.fullmatch(value):
        raise rule_error("must be the name of an environment variable: letters, digits and _", "for example LOG_LEVEL")
    return value


def _path(value: str) -> str:
    if not _PATH.fullmatch(value) or {".", ".."} & set(value.split("/")):
        raise rule_error(
            "must be an absolute path in the container, without . and .. and without a slash at its end",
            "for example /etc/app/app.yaml",
        )
    return value


def _priority_class(value: str) -> str:
    if not _SUBDOMAIN.fullmatch(value) or len(value) > 253:
        raise rule_error("must be the name of a PriorityClass: a-z, 0-9, - and .", "for example shop-critical")
    return value


def _label_key(value: str) -> str:
    prefix, slash, name = value.rpartition("/")
    if not _LABEL_NAME.fullmatch(name) or (slash and (len(prefix) > 253 or not _SUBDOMAIN.fullmatch(prefix))):
        raise rule_error(
            "must be a key of a label: an optional domain and a slash, then up to 63 letters, digits, -, _ and .",
            "for example acme.example/team",
        )
    return value


def _route_path(value: str) -> str:
    if not _ROUTE_PATH.fullmatch(value) or len(value) > 1024 or any(part in value for part in ("//", "/./", "/../")):
        raise rule_error(
            "must be the beginning of a URL's path: / and letters, digits and -._~!$&'()*+,;=:@, no empty part",
            "for example /api",
        )
    if value.endswith(("/.", "/..")):
        raise rule_error("must not end with a relative part", "for example /api")
    return value


ImageName = Annotated[str, AfterValidator(_image)]
ImageTag = Annotated[TextFromInt, AfterValidator(_tag)]
ImageDigest = Annotated[str, AfterValidator(_digest)]
EnvName = Annotated[str, AfterValidator(_env_name)]
ContainerPath = Annotated[str, AfterValidator(_path)]
LabelKey = Annotated[str, AfterValidator(_label_key)]
PriorityClass = Annotated[str, AfterValidator(_priority_class)]
#: https://gateway-api.sigs.k8s.io/reference/spec/#httppathmatch
RoutePath = Annotated[str, AfterValidator(_route_path)]
Port = Annotated[int, Field(ge=1, le=65535)]
