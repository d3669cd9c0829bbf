# A role that only reads. Rootwatch reads the root posture of this account with it.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "bot_role_arn" {
  type        = string
  description = "ARN of the role that Rootwatch runs as"

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::\\d{12}:role/[\\w+=,.@/-]+$", var.bot_role_arn))
    error_message = "ARN of the role that Rootwatch runs as: the ARN of a role, not of a session or of the whole account."
  }
}

variable "external_id" {
  type        = string
  description = "The external id that Rootwatch's configuration names"
  sensitive   = true

  validation {
    condition     = can(regex("^[\\w+=,.@:/-]+$", var.external_id)) && length(var.external_id) >= 2 && length(var.external_id) <= 1224
    error_message = "The external id that Rootwatch's configuration names: 2 to 1224 letters, digits or any of _+=,.@:/-."
  }
}

variable "organization_id" {
  type        = string
  description = "Id of the organization that Rootwatch's role belongs to"

  validation {
    condition     = can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "Id of the organization that Rootwatch's role belongs to: it looks like o-a1b2c3d4e5."
  }
}

# A service-managed StackSet skips the management account, so the role stands there by itself.
# Leave it out where Rootwatch runs in that account: it reads its own account as itself.
resource "aws_iam_role" "rootwatch" {
  name                 = "RootwatchAudit"
  path                 = "/"
  description          = "Rootwatch reads the root posture of this account with it"
  max_session_duration = 3600
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "Rootwatch"
      Effect = "Allow"
      Principal = {
        AWS = var.bot_role_arn
      }
      Action = ["sts:AssumeRole"]
      Condition = {
        StringEquals = {
          "aws:PrincipalOrgID" = var.organization_id
          "sts:ExternalId"     = var.external_id
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "rootwatch" {
  name = "RootwatchAudit"
  role = aws_iam_role.rootwatch.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "Read"
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
    }]
  })
}

variable "organizational_unit_ids" {
  type        = list(string)
  description = "The organization's root (r-...) for all accounts, or organizational units"
}

resource "aws_cloudformation_stack_set" "rootwatch" {
  name             = "RootwatchAudit"
  description      = "A role that only reads. Rootwatch reads the root posture of this account with it."
  permission_model = "SERVICE_MANAGED"
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  parameters = {
    BotRoleArn     = var.bot_role_arn
    ExternalId     = var.external_id
    OrganizationId = var.organization_id
  }
  template_body = jsonencode({
    AWSTemplateFormatVersion = "2010-09-09"
    Description              = "A role that only reads. Rootwatch reads the root posture of this account with it."
    Parameters = {
      BotRoleArn = {
        Type                  = "String"
        Description           = "ARN of the role that Rootwatch runs as"
        AllowedPattern        = "^arn:[a-z-]+:iam::\\d{12}:role/[\\w+=,.@/-]+$"
        ConstraintDescription = "the ARN of a role, not of a session or of the whole account"
      }
      ExternalId = {
        Type                  = "String"
        Description           = "The external id that Rootwatch's configuration names"
        AllowedPattern        = "^[\\w+=,.@:/-]+$"
        ConstraintDescription = "2 to 1224 letters, digits or any of _+=,.@:/-"
        MinLength             = 2
        MaxLength             = 1224
      }
      OrganizationId = {
        Type                  = "String"
        Description           = "Id of the organization that Rootwatch's role belongs to"
        AllowedPattern        = "^o-[a-z0-9]{10,32}$"
        ConstraintDescription = "it looks like o-a1b2c3d4e5"
      }
    }
    Resources = {
      Role = {
        Type = "AWS::IAM::Role"
        Properties = {
          RoleName           = "RootwatchAudit"
          Path               = "/"
          Description        = "Rootwatch reads the root posture of this account with it"
          MaxSessionDuration = 3600
          AssumeRolePolicyDocument = {
            Version = "2012-10-17"
            Statement = [{
              Sid    = "Rootwatch"
              Effect = "Allow"
              Principal = {
                AWS = {
                  Ref = "BotRoleArn"
                }
              }
              Action = ["sts:AssumeRole"]
              Condition = {
                StringEquals = {
                  "aws:PrincipalOrgID" = {
                    Ref = "OrganizationId"
                  }
                  "sts:ExternalId" = {
                    Ref = "ExternalId"
                  }
                }
              }
            }]
          }
          Policies = [{
            PolicyName = "RootwatchAudit"
            PolicyDocument = {
              Version = "2012-10-17"
              Statement = [{
                Sid    = "Read"
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
              }]
            }
          }]
        }
      }
    }
    Outputs = {
      RoleArn = {
        Description = "ARN of the role"
        Value = {
          "Fn::GetAtt" = [
            "Role",
            "Arn",
          ]
        }
      }
    }
  })

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  lifecycle {
    ignore_changes = [administration_role_arn]
  }
}

# One region, the provider's own: IAM is global.
resource "aws_cloudformation_stack_set_instance" "rootwatch" {
  stack_set_name = aws_cloudformation_stack_set.rootwatch.name

  deployment_targets {
    organizational_unit_ids = var.organizational_unit_ids
  }
}
