package checks

import "rootwatch/checks/account"

// recoveryQuestionsDays is how long a word on the questions counts: a year,
// since nothing changes them but a person at the console.
const recoveryQuestionsDays = attestDaysMost

var _ = register(Check{
	ID:       "recovery-questions",
	Title:    "Security questions that an older account still has are answered with secrets, not with facts",
	Short:    "Nobody vouches for the questions",
	Good:     "security questions are no concern",
	Severity: Low,
	Why: "AWS used to ask security questions of who had lost access to an account; it offers them no more, and newer benchmarks have dropped them. " +
		"Where an account of those days still has some, answers that can be looked up (a mother's name, a first school) let a stranger pass for its owner. " +
		"The check is off unless checks.recovery_questions is on in the configuration.",
	Reads:      []string{callAccounts},
	AttestDays: recoveryQuestionsDays,
	Remediation: Remediation{
		Steps: []string{
			"Sign in as root and see whether the account page still shows security questions; where it does not, there is nothing to do but to say so.",
			"Where it does, remove them, or have the answers be random words that the password manager keeps beside root's password.",
			"See that the root mailbox and the phone number work: they are what recovery rests on now.",
			"Say so with rootwatch attest.",
		},
		Console: "Sign in as root > account name (top right) > Account > Configure security challenge questions, where it is still shown",
		URL:     "https://console.aws.amazon.com/billing/home#/account",
		CLI: "# AWS has no command for them. When the page was looked at:\n" +
			"rootwatch attest recovery-questions ACCOUNT_ID --by \"Ana Silva\" --until 2027-10-31",
		Terraform: "# Terraform knows nothing of them.",
	},
	References: []Reference{
		{Catalogue: "CIS AWS Foundations", ID: "v3.0.0/1.3"},
		{Catalogue: "Prowler", ID: "account_security_questions_are_registered_in_the_aws_account"},
		{Catalogue: "Article", ID: "Mission Cloud: root user best practices"},
		{Catalogue: "Article", ID: "Evident.io: disable root API keys"},
	},
	Judge: judgeRecoveryQuestions,
})

var recoveryQuestions = claim{
	checkID: "recovery-questions",
	good:    "no security question lets a stranger in",
	look:    "the account page as root",
}

func judgeRecoveryQuestions(c Case) Verdict {
	if v, done := notActive(c.Facts, callAccounts); done {
		return v
	}
	switch {
	case c.Facts.ID.IsZero(): // nobody's case
		return unknown("Whether there are security questions", nil, []account.Gap{{Call: callAccounts, Cause: account.NotCollected}})
	case !c.Policy.RecoveryQuestions:
		return Verdict{Status: NotApplicable, Summary: "Security questions are a thing of the past: AWS offers them no more, and checks.recovery_questions is off."}
	}
	return recoveryQuestions.judge(c)
}
