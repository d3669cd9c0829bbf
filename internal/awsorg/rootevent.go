package awsorg

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"rootwatch/checks/account"
)

// record is a CloudTrail event, whatever is in it: what a field holds differs
// from one service to the next, and from one year to the next.
type record map[string]any

// at is the value at the end of a path, nil where it leads nowhere.
func (r record) at(path ...string) any {
	var value any = map[string]any(r)
	for _, step := range path {
		inside, is := value.(map[string]any)
		if !is {
			return nil
		}
		value = inside[step]
	}
	return value
}

func (r record) text(path ...string) string {
	s, _ := r.at(path...).(string)
	return s
}

// says reads a boolean, which CloudTrail writes as one or as a text.
func (r record) says(path ...string) account.Answer {
	switch v := r.at(path...).(type) {
	case bool:
		return answerOf(v)
	case string:
		switch strings.ToLower(v) {
		case "true", "yes":
			return account.Yes
		case "false", "no":
			return account.No
		}
	}
	return account.AnswerUnknown
}

func answerOf(yes bool) account.Answer {
	if yes {
		return account.Yes
	}
	return account.No
}

// parseRootEvent reads the text of a CloudTrail event, and whether it tells
// of something that root did or that was done in root's name. An error says
// that it does not tell who did what, or when.
func parseRootEvent(text string) (e account.RootEvent, root bool, err error) {
	var r record
	if json.Unmarshal([]byte(text), &r) != nil || r == nil {
		return e, false, errors.New("is not JSON")
	}
	if _, is := r.at("userIdentity").(map[string]any); !is {
		return e, false, errors.New("does not say who it is of")
	}
	at, err := time.Parse(time.RFC3339, r.text("eventTime"))
	if err != nil {
		return e, false, errors.New("does not say when it was")
	}
	e = account.RootEvent{
		ID: r.text("eventID"), At: at.UTC(), Name: r.text("eventName"), Source: r.text("eventSource"), Region: r.text("awsRegion"),
		IP: r.text("sourceIPAddress"), UserAgent: clip(r.text("userAgent"), 200), Kind: r.kind(), MFA: r.mfa(),
	}
	if r.text("userIdentity", "type") != "Root" || r.onTheWay() {
		return e, false, nil
	}
	e.Failed = r.text("errorCode") != "" || r.text("errorMessage") != "" || r.text("responseElements", e.Name) == "Failure"
	if e.Kind == account.RootAssumed {
		e.AssumedBy = r.assumedBy()
	}
	return e, true, nil
}

// kind is how root acted. That a session came from AssumeRoot decides before
// all else: nobody had root's own credentials in it.
func (r record) kind() account.RootEventKind {
	address := r.text("sourceIPAddress")
	switch {
	case r.assumed():
		return account.RootAssumed
	case r.text("eventType") == "AwsServiceEvent", r.text("userIdentity", "invokedBy") != "", r.text("invokedBy") != "",
		address == "AWS Internal", strings.HasSuffix(address, ".amazonaws.com"):
		return account.RootService
	case r.signIn():
		return account.RootSignIn
	case r.says("sessionCredentialFromConsole") == account.Yes,
		r.says("userIdentity", "sessionContext", "sessionCredentialFromConsole") == account.Yes,
		r.says("userIdentity", "sessionContext", "attributes", "sessionCredentialFromConsole") == account.Yes,
		r.text("eventType") == "AwsConsoleAction":
		return account.RootConsole
	}
	return account.RootSoftware
}

// assumed looks wherever CloudTrail has been seen to write the mark.
func (r record) assumed() bool {
	for _, path := range [][]string{
		{"userIdentity", "sessionContext", "assumedRoot"},
		{"userIdentity", "sessionContext", "attributes", "assumedRoot"},
		{"userIdentity", "assumedRoot"},
		{"sessionContext", "assumedRoot"},
		{"assumedRoot"},
	} {
		if r.says(path...) == account.Yes {
			return true
		}
	}
	return false
}

// assumedBy is who opened the session of AssumeRoot.
func (r record) assumedBy() string {
	for _, path := range [][]string{
		{"userIdentity", "sessionContext", "sourceIdentity"},
		{"userIdentity", "sessionContext", "sessionIssuer", "arn"},
		{"userIdentity", "sessionContext", "sessionIssuer", "principalId"},
		{"userIdentity", "sessionContext", "assumedBy"},
	} {
		if who := r.text(path...); who != "" {
			return clip(who, 200)
		}
	}
	return ""
}

// signIn holds for a sign-in, and for a password that was reset by mail.
func (r record) signIn() bool {
	switch r.text("eventName") {
	case "ConsoleLogin", "PasswordRecoveryCompleted":
		return r.text("eventType") == "AwsConsoleSignIn" || r.text("eventSource") == "signin.amazonaws.com"
	}
	return false
}

// onTheWay are the steps that lead to a sign-in, which whoever knows root's
// address may take: a code was asked for, a password was asked to be reset.
func (r record) onTheWay() bool {
	return r.text("eventType") == "AwsConsoleSignIn" && !r.signIn()
}

func (r record) mfa() account.Answer {
	if used := r.says("additionalEventData", "MFAUsed"); used != account.AnswerUnknown {
		return used
	}
	return r.says("userIdentity", "sessionContext", "attributes", "mfaAuthenticated")
}
