# What the role that Rootwatch runs as may do, and nothing else.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "bot_role_name" {
  type        = string
  description = "Name of the role that Rootwatch runs as, without its path"

  validation {
    condition     = can(regex("^[\\w+=,.@-]{1,64}$", var.bot_role_name))
    error_message = "Name of the role that Rootwatch runs as, without its path: the name of a role, not its ARN."
  }
}

resource "aws_iam_role_policy" "rootwatch" {
  name = "RootwatchBot"
  role = var.bot_role_name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Organization"
        Effect = "Allow"
        Action = [
          "cloudtrail:GetEventSelectors",
          "organizations:DescribeOrganization",
          "organizations:ListAccounts",
          "organizations:ListRoots",
          "organizations:ListOrganizationalUnitsForParent",
          "organizations:ListPolicies",
          "organizations:DescribePolicy",
          "organizations:ListTargetsForPolicy",
          "organizations:ListPoliciesForTarget",
          "organizations:ListParents",
          "organizations:ListAccountsForParent",
          "iam:ListOrganizationsFeatures",
          "account:GetAlternateContact",
          "account:GetContactInformation",
          "budgets:ViewBudget",
          "cloudwatch:DescribeAlarms",
          "logs:DescribeMetricFilters",
          "sns:GetTopicAttributes",
          "ce:GetAnomalySubscriptions",
          "ce:GetAnomalyMonitors",
          "cloudwatch:ListMetrics",
          "cloudwatch:GetMetricData",
          "ce:GetCostAndUsage",
        ]
        Resource = ["*"]
      },
      {
        Sid    = "OwnAccount"
        Effect = "Allow"
        Action = [
          "iam:GetAccountSummary",
          "iam:GenerateCredentialReport",
          "iam:GetCredentialReport",
          "iam:ListVirtualMFADevices",
          "iam:GetAccountPasswordPolicy",
          "iam:GetAccountAuthorizationDetails",
          "account:GetAlternateContact",
          "account:GetContactInformation",
          "budgets:ViewBudget",
          "sns:GetTopicAttributes",
          "cloudtrail:DescribeTrails",
          "cloudtrail:GetTrailStatus",
          "cloudtrail:GetEventSelectors",
          "cloudtrail:LookupEvents",
          "guardduty:ListDetectors",
          "guardduty:GetDetector",
          "events:ListRules",
          "events:ListTargetsByRule",
          "config:DescribeConfigRules",
          "logs:DescribeMetricFilters",
          "cloudwatch:DescribeAlarms",
        ]
        Resource = ["*"]
      },
      {
        Sid      = "AssumeRoles"
        Effect   = "Allow"
        Action   = ["sts:AssumeRole"]
        Resource = ["arn:aws:iam::*:role/RootwatchAudit"]
      },
    ]
  })
}
