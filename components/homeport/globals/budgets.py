"""`GcpBudget` and `AwsBudget`: who hears when money is nearly spent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws
import pulumi_gcp as gcp

from homeport.cluster.gke_args import ProjectId
from homeport.globals.budget_args import AwsBudgetArgs, GcpBudgetArgs
from homeport.lookups import gcp_project


class GcpBudget(pulumi.ComponentResource):
    """A budget and a notification channel for each address.

    The caller's credentials need a right on the billing account (roles/billing.costsManager). Credentials of a person
    need a provider with `user_project_override` and `billing_project`: the API bills its own use to a project.
    """

    def __init__(
        self,
        name: str,
        args: GcpBudgetArgs,
        *,
        project: ProjectId,
        projects: Mapping[str, ProjectId],
        ready: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the budget.

        Args:
            name: prefix of the children's names.
            args: the budget.
            project: project of the notification channels.
            projects: name to project.
            ready: what enables the APIs billingbudgets and monitoring.
            opts: with the gcp provider in `providers`.
        """
        super().__init__("homeport:globals:GcpBudget", name, None, opts)
        channels = [
            gcp.monitoring.NotificationChannel(
                f"{name}-{email}",
                project=project,
                display_name=f"Budget: {email}",
                type="email",
                labels={"email_address": email},
                opts=pulumi.ResourceOptions(parent=self, depends_on=list(ready)),
            )
            for email in args.emails
        ]
        watched = sorted(projects) if args.projects is None else args.projects
        # By number: Google answers with numbers, and ids would show as a change at every refresh.
        numbers = [
            gcp_project(projects[key], pulumi.InvokeOutputOptions(parent=self)).number.apply(
                lambda number: f"projects/{number}"
            )
            for key in watched
        ]
        gcp.billing.Budget(
            f"{name}-budget",
            billing_account=args.billing_account,
            display_name=name,
            amount={"specified_amount": {"currency_code": args.currency, "units": str(args.amount)}},
            budget_filter={
                "projects": numbers,
                "calendar_period": "MONTH",
                "credit_types_treatment": "INCLUDE_ALL_CREDITS",
            },
            threshold_rules=[
                *({"threshold_percent": one / 100, "spend_basis": "CURRENT_SPEND"} for one in args.thresholds),
                *({"threshold_percent": one / 100, "spend_basis": "FORECASTED_SPEND"} for one in args.forecasts),
            ],
            all_updates_rule={
                "monitoring_notification_channels": [channel.name for channel in channels],
                "disable_default_iam_recipients": not args.billing_admins,
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(ready)),
        )
        self.register_outputs({})


class AwsBudget(pulumi.ComponentResource):
    """A monthly cost budget and its notifications."""

    def __init__(
        self,
        name: str,
        args: AwsBudgetArgs,
        *,
        budget: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the budget.

        Args:
            name: prefix of the children's names.
            args: the budget.
            budget: its name in the cloud.
            opts: with the aws provider in `providers`.
        """
        super().__init__("homeport:globals:AwsBudget", name, None, opts)
        aws.budgets.Budget(
            f"{name}-budget",
            name=budget,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(args.amount),
            limit_unit=args.currency,
            cost_filters=[{"name": "LinkedAccount", "values": args.accounts}] if args.accounts else None,
            notifications=[
                {
                    "comparison_operator": "GREATER_THAN",
                    "threshold": float(threshold),
                    "threshold_type": "PERCENTAGE",
                    "notification_type": kind,
                    "subscriber_email_addresses": args.emails,
                    "subscriber_sns_topic_arns": args.sns_topics,
                }
                for kind, thresholds in (("ACTUAL", args.thresholds), ("FORECASTED", args.forecasts))
                for threshold in thresholds
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
