"""What stands on a cluster: add-ons, tenants, applications. Pure."""

from __future__ import annotations

from typing import Final

from pydantic import ValidationError

from homeport.addons.cert_manager_args import AcmeArgs
from homeport.init.answers import Answers
from homeport.init.text import flow

#: The example organisation's builds. The chart of `dashboard` is older than the shop, and counts by itself.
_TRIAL: Final = {
    "migrate": "1.4.2",
    "api": "1.4.2",
    "web": "1.4.2",
    "worker": "1.4.2",
    "cleanup": "1.4.2",
    "dashboard": "0.3.1",
    "feedback": "2.1.0",
}
_PRODUCTION: Final = {**dict.fromkeys(_TRIAL, "1.4.1"), "dashboard": "0.3.0", "feedback": "2.0.4"}


def platform_lines(answers: Answers, environment: str, *, apps: bool) -> list[str]:
    """The sections `addons`, `tenants` and `apps` of an environment.

    Args:
        answers: checked.
        environment: whose.
        apps: whether the example's applications are named. Nobody else has their images.
    """
    production = environment in answers.production
    return [
        "  homeport:addons:",
        "    profile: standard",
        *_certificates(answers),
        *_tenants(production=production),
        *(_apps(production=production) if apps else _no_apps()),
    ]


def _certificates(answers: Answers) -> list[str]:
    email = f"platform@{answers.domain}"
    try:
        AcmeArgs(email=email)
    except ValidationError:
        # Let's Encrypt takes no account for such a domain, for example one of the documentation.
        return ["    # Certificates that browsers trust: cert-manager: {acme: {email: ...}}."]
    return ["    cert-manager:", f"      acme: {flow({'email': email})}"]


def _tenants(*, production: bool) -> list[str]:
    if not production:
        return ["  homeport:tenants:", "    shop: {}", "    tools: {}"]
    return [
        "  homeport:tenants:",
        "    shop:",
        '      quota: {cpu: "12", memory: 16Gi, pods: 80}',
        "    tools: {}",
    ]


def _apps(*, production: bool) -> list[str]:
    tags = _PRODUCTION if production else _TRIAL
    more: dict[str, dict[str, object]] = {}
    if production:
        more = {
            "api": {"autoscale": {"min": 3, "max": 12}},
            "web": {"autoscale": {"min": 3, "max": 12}},
            "worker": {"replicas": 3},
        }
    return [
        "  # What each is stands in stacks/apps.py; one that is not named here is not deployed.",
        "  homeport:apps:",
        *(f"    {name}: {flow({'tag': tag, **more.get(name, {})})}" for name, tag in tags.items()),
    ]


def _no_apps() -> list[str]:
    return [
        "  # Names which applications of stacks/apps.py are deployed; their images must be in the registry.",
        "  # homeport:apps:",
        "  #   cleanup: {tag: 1.0.0}",
    ]
