"""How findings look to people."""

from __future__ import annotations

from collections.abc import Sequence

from homeport.doctor.finding import Finding, blocking

_NEEDS = {"plan": "", "deploy": " [to deploy]", "extra": " [optional]"}


def lines(findings: Sequence[Finding], *, deploy: bool) -> list[str]:
    """A line for each finding, the fix under each that has one, and a verdict."""
    width = max((len(finding.name) for finding in findings), default=0)
    out: list[str] = []
    for finding in findings:
        need = "" if finding.status == "ok" else _NEEDS[finding.need]
        out.append(f"{finding.status:<8} {finding.name:<{width}}  {finding.text}{need}")
        if finding.status != "ok" and finding.fix:
            first, *more = finding.fix.splitlines()
            out.append(f"{'':<8} {'':<{width}}  fix: {first}")
            out += [f"{'':<8} {'':<{width}}       {line}" for line in more]
    return [*out, "", verdict(findings, deploy=deploy)]


def verdict(findings: Sequence[Finding], *, deploy: bool) -> str:
    """One sentence: what this machine can do."""
    stop = blocking(findings, deploy=deploy)
    if stop:
        names = ", ".join(finding.name for finding in stop)
        return f"Not ready to {'deploy' if deploy else 'plan'}: {names}."
    later = blocking(findings, deploy=True)
    if later:
        return f"Ready to plan. To deploy, mend first: {', '.join(finding.name for finding in later)}."
    return "Ready to deploy." if deploy or findings else "Ready."
