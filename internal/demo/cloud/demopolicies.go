package cloud

// The demo's service control policies: one for each thing that people do to
// root with them, and one that hangs nowhere.
var demoPolicies = []ControlPolicy{
	{ID: "p-demodenyroot", Name: "Deny the root user", Targets: []string{"ou-demo-prod"}, Content: `{
  "Version": "2012-10-17",
  "Statement": [{
    "Sid": "DenyRootUser", "Effect": "Deny", "Action": "*", "Resource": "*",
    "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:*:iam::*:root"}, "Null": {"aws:AssumedRoot": "true"}}
  }]
}`},
	// As the Netskope article of 2021 has it, and so it denies the central audit too.
	{ID: "p-demorootmfa", Name: "Require MFA for root", Targets: []string{"ou-demo-sandbox"}, Content: `{
  "Version": "2012-10-17",
  "Statement": [{
    "Sid": "RequireMFAForRoot", "Effect": "Deny", "Action": "*", "Resource": "*",
    "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}, "StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}
  }]
}`},
	{ID: "p-demorootrange", Name: "Root from the office alone", Targets: []string{"ou-demo-staging"}, Content: `{
  "Version": "2012-10-17",
  "Statement": [{
    "Sid": "RootFromOffice", "Effect": "Deny", "Action": "*", "Resource": "*",
    "Condition": {
      "NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "198.51.100.0/24"]},
      "ArnLike": {"aws:PrincipalArn": "arn:*:iam::*:root"}, "Null": {"aws:AssumedRoot": "true"}
    }
  }]
}`},
	{ID: "p-demoroottasks", Name: "Root for account tasks alone", Targets: []string{"ou-demo-data"}, Content: `{
  "Version": "2012-10-17",
  "Statement": [{
    "Sid": "RootForAccountTasks", "Effect": "Deny", "Resource": "*",
    "NotAction": [
      "account:Get*", "account:List*", "account:PutContactInformation", "aws-portal:*", "billing:*", "budgets:*", "ce:*", "consolidatedbilling:*", "cur:*", "freetier:*",
      "invoicing:*", "payments:*", "purchase-orders:*", "tax:*",
      "iam:CreateUser", "iam:CreateLoginProfile", "iam:UpdateLoginProfile", "iam:AttachUserPolicy", "iam:AddUserToGroup"
    ],
    "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:*:iam::*:root"}, "Null": {"aws:AssumedRoot": "true"}}
  }]
}`},
	{ID: "p-demodraft", Name: "Deny the root user (draft)", Content: `{
  "Version": "2012-10-17",
  "Statement": [{"Sid": "Draft", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:*:iam::*:root"}}}]
}`},
}

var demoUnits = []Unit{
	{ID: "ou-demo-core", Name: "Core"}, {ID: "ou-demo-prod", Name: "Production"}, {ID: "ou-demo-staging", Name: "Staging"},
	{ID: "ou-demo-data", Name: "Data"}, {ID: "ou-demo-sandbox", Name: "Sandbox"},
}
