"""Arguments of budgets: the sections `gcp.budgets` and `aws.budgets` of the global stack's file.

A budget tells; it stops nothing.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from homeport.globals.values import AccountId, Arn, Email
from homeport.model import Model, rule_error
from homeport.problems import Problem
from homeport.values import DnsLabel

#: https://docs.aws.amazon.com/cost-management/latest/userguide/management-limits.html
_MAX_THRESHOLDS: Final = 10


def _billing_account(value: str) -> str:
    if not re.fullmatch(r"[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}", value):
        raise rule_error(
            "must be the id of a billing account", "for example 012345-6789AB-CDEF01; `gcloud billing accounts list`"
        )
    return value


class BudgetArgs(Model):
    """A monthly amount and who hears when it is nearly spent."""

    amount: Annotated[int, Field(ge=1)]
    """Per calendar month, in whole units of the currency."""
    thresholds: Annotated[list[Annotated[int, Field(ge=1, le=1000)]], Field(min_length=1)] = Field(
        default_factory=lambda: [50, 90, 100]
    )
    """Per cent of the amount that were spent."""
    forecasts: list[Annotated[int, Field(ge=1, le=1000)]] = Field(default_factory=lambda: [100])
    """Per cent of the amount that the month is forecast to cost."""
    emails: list[Email] = Field(default_factory=list)
    """Who hears."""

    def _has_receiver(self) -> bool:
        return bool(self.emails)

    def check(self) -> Iterator[Problem]:
        """Somebody hears, once for each threshold."""
        for name, values in (("thresholds", self.thresholds), ("forecasts", self.forecasts)):
            for index, value in enumerate(values):
                if value in values[:index]:
                    yield Problem((name, index), "stands in the list twice", "remove one of them", value)
        count = len(self.thresholds) + len(self.forecasts)
        if count > _MAX_THRESHOLDS:
            yield Problem(
                ("thresholds",),
                f"thresholds and forecasts are {count}; {_MAX_THRESHOLDS} together are allowed",
                "remove some: 50, 90 and 100 tell enough",
                related=(("forecasts",),),
            )
        for index, email in enumerate(self.emails):
            if email in self.emails[:index]:
                yield Problem(("emails", index), "stands in the list twice", "remove one of them", email)
        if not self._has_receiver():
            yield Problem(("emails",), "nobody would hear of it", "add an address, for example [platform@acme.example]")


class GcpBudgetArgs(BudgetArgs):
    """A budget of a billing account, for some projects.

    https://cloud.google.com/billing/docs/how-to/budgets
    """

    billing_account: Annotated[str, AfterValidator(_billing_account)]
    """Id of the billing account."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    """The billing account's own currency; Google refuses others."""
    projects: list[DnsLabel] | None = None
    """Names of the section's projects; default: all of them."""
    billing_admins: bool = False
    """Also tell the administrators and users of the billing account."""

    def _has_receiver(self) -> bool:
        return bool(self.emails) or self.billing_admins

    def check(self) -> Iterator[Problem]:
        """Google takes five channels."""
        yield from super().check()
        if len(self.emails) > 5:
            yield Problem(("emails",), "Google notifies 5 addresses at most", "use a group's address", len(self.emails))


class AwsBudgetArgs(BudgetArgs):
    """A cost budget of an account.

    https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html
    """

    currency: Literal["USD", "CNY"] = "USD"
    """AWS counts in US dollars, in China in renminbi."""
    sns_topics: Annotated[list[Arn], Field(max_length=1)] = Field(default_factory=list)
    """Topic that hears as well; its policy must let budgets.amazonaws.com publish."""
    accounts: list[AccountId] | None = None
    """Member accounts whose cost counts, in the payer's budget; default: the account's own."""

    def _has_receiver(self) -> bool:
        return bool(self.emails or self.sns_topics)

    def check(self) -> Iterator[Problem]:
        """AWS takes ten addresses."""
        yield from super().check()
        if len(self.emails) > 10:
            yield Problem(("emails",), "AWS notifies 10 addresses at most", "use a list's address", len(self.emails))
