package checks_test

import (
	"strings"
	"testing"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

var watched = account.Account{Scope: account.Scope{Partition: "aws"}, ID: mustID("111122223333")}

const (
	yes, no, unsure = account.Yes, account.No, account.AnswerUnknown
	// busPattern is the one that AWS's own guides give.
	busPattern = `{"detail-type":["AWS Console Sign In via CloudTrail","AWS API Call via CloudTrail"],"detail":{"userIdentity":{"type":["Root"]}}}`
	// logPattern is CIS's.
	logPattern = `{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }`
)

type patternCase struct {
	name, pattern string
	want          account.Answer
	why           string
}

func patternTable(t *testing.T, judge func(string, account.Account, string) (account.Answer, string), table []patternCase) {
	t.Helper()
	for _, tt := range table {
		t.Run(tt.name, func(t *testing.T) {
			got, why := judge(tt.pattern, watched, "us-east-1")
			if got != tt.want || !strings.Contains(why, tt.why) || (why != "") != (tt.want == unsure) {
				t.Errorf("%s\nis %q (%q), want %q (%q)", tt.pattern, got, why, tt.want, tt.why)
			}
		})
	}
}

// everyCall is said of a pattern that matches, and matches all else too.
const everyCall = "passes on what is called all day"

func TestEventPatterns(t *testing.T) {
	detail := func(inner string) string { return `{"detail":` + inner + `}` }
	identity := func(matchers string) string { return detail(`{"userIdentity":{"type":` + matchers + `}}`) }
	ip := func(matchers string) string { return detail(`{"sourceIPAddress":` + matchers + `}`) }
	patternTable(t, checks.EventPatternWatchesRoot, []patternCase{
		{"AWS's own", busPattern, yes, ""},
		{"everything of CloudTrail", `{"detail-type":[{"suffix":"via CloudTrail"}]}`, unsure, everyCall},
		{"an archive's own", `{"replay-name":[{"exists":false}]}`, unsure, everyCall},
		{"sign-ins alone", `{"source":["aws.signin"],"detail-type":["AWS Console Sign In via CloudTrail"],"detail":{"eventName":["ConsoleLogin"],"userIdentity":{"type":["Root"]}}}`, yes, ""},
		{"calls alone", `{"detail-type":["AWS API Call via CloudTrail"],"detail":{"userIdentity":{"type":["Root"]}}}`, no, ""},
		{"users", identity(`["IAMUser"]`), no, ""},
		{"one of several", identity(`["IAMUser","Root"]`), yes, ""},
		{"another case", identity(`["root"]`), no, ""},
		{"this account and region", `{"account":["111122223333"],"region":["us-east-1"]}`, unsure, everyCall},
		{"another account", `{"account":["123456789012"]}`, no, ""},
		{"another region", `{"region":["eu-west-1"]}`, no, ""},
		{"the root's whole ARN", detail(`{"userIdentity":{"arn":["arn:aws:iam::111122223333:root"]}}`), yes, ""},
		{"only without MFA", detail(`{"additionalEventData":{"MFAUsed":["No"]}}`), no, ""},
		{"only with MFA", detail(`{"additionalEventData":{"MFAUsed":["Yes"]}}`), no, ""},
		{"with or without", detail(`{"additionalEventData":{"MFAUsed":["Yes","No"]}}`), yes, ""},
		{"only failures", detail(`{"responseElements":{"ConsoleLogin":["Failure"]}}`), no, ""},

		{"prefix", identity(`[{"prefix":"Ro"}]`), yes, ""},
		{"prefix of another", identity(`[{"prefix":"IAM"}]`), no, ""},
		{"prefix in any case", identity(`[{"prefix":{"equals-ignore-case":"rO"}}]`), yes, ""},
		{"suffix", identity(`[{"suffix":"ot"}]`), yes, ""},
		{"suffix in any case", identity(`[{"suffix":{"equals-ignore-case":"OT"}}]`), yes, ""},
		{"in any case", identity(`[{"equals-ignore-case":"ROOT"}]`), yes, ""},
		{"wildcard", identity(`[{"wildcard":"R*t"}]`), yes, ""},
		{"wildcards with something between", detail(`{"userIdentity":{"arn":[{"wildcard":"arn:*:iam::*:root"}]}}`), yes, ""},
		{"wildcard of another", identity(`[{"wildcard":"*User"}]`), no, ""},
		{"an escaped star", identity(`[{"wildcard":"R\\*"}]`), no, ""},
		{"anything but one", identity(`[{"anything-but":"AssumedRole"}]`), unsure, everyCall},
		{"anything but root", identity(`[{"anything-but":["AssumedRole","Root"]}]`), no, ""},
		{"anything but a prefix", identity(`[{"anything-but":{"prefix":"Assumed"}}]`), unsure, everyCall},
		{"anything but root's prefix", identity(`[{"anything-but":{"prefix":["IAM","Ro"]}}]`), no, ""},
		{"anything but a suffix", identity(`[{"anything-but":{"suffix":"Role"}}]`), unsure, everyCall},
		{"anything but in any case", identity(`[{"anything-but":{"equals-ignore-case":["root"]}}]`), no, ""},
		{"anything but a wildcard", identity(`[{"anything-but":{"wildcard":"*oo*"}}]`), no, ""},
		{"anything but, of what is not there", detail(`{"errorCode":[{"anything-but":"x"}]}`), no, ""},
		{"exists", detail(`{"userIdentity":{"arn":[{"exists":true}]}}`), unsure, everyCall},
		{"exists, and does not", detail(`{"userIdentity":{"invokedBy":[{"exists":true}]}}`), no, ""},
		{"does not exist", detail(`{"userIdentity":{"invokedBy":[{"exists":false}]}}`), unsure, everyCall},
		{"does not exist below what is not there", detail(`{"userIdentity":{"sessionContext":{"assumedRoot":[{"exists":false}]}}}`), unsure, everyCall},
		{"not in the list, or not there", detail(`{"userIdentity":{"sessionContext":{"assumedRoot":[{"anything-but":"true"},{"exists":false}]}}}`), unsure, everyCall},
		{"a list without elements", `{"resources":[{"exists":false}]}`, unsure, everyCall},
		{"null", detail(`{"requestParameters":[null],"userIdentity":{"type":["Root"]}}`), yes, ""},
		{"null, of anybody", detail(`{"requestParameters":[null]}`), unsure, everyCall},
		{"a boolean", detail(`{"readOnly":[false],"userIdentity":{"type":["Root"]}}`), yes, ""},
		{"each call that changes something", detail(`{"readOnly":[false]}`), unsure, everyCall},
		{"sign-ins beside every role that is assumed", `{"source":["aws.signin","aws.sts"]}`, unsure, everyCall},
		{"the other boolean", detail(`{"readOnly":[true]}`), no, ""},
		{"a number for a text", `{"version":[0]}`, no, ""},
		{"numeric", detail(`{"additionalEventData":{"MFAUsed":[{"numeric":[">",0,"<=",5]}]}}`), no, ""},
		{"or", `{"$or":[{"source":["aws.iam"]},{"detail":{"userIdentity":{"type":["Root"]}}}]}`, yes, ""},
		{"or, neither", `{"$or":[{"source":["aws.iam"]},{"source":["aws.s3"]}]}`, no, ""},
		{"or within", detail(`{"$or":[{"eventName":["ConsoleLogin"]},{"errorCode":[{"exists":true}]}]}`), yes, ""},
		{"two fields, one wrong", detail(`{"eventName":["ConsoleLogin"],"userIdentity":{"type":["IAMUser"]}}`), no, ""},

		{"an address", ip(`["192.0.2.1"]`), unsure, "detail.sourceIPAddress"},
		{"anything but an address", ip(`[{"anything-but":"192.0.2.1"}]`), unsure, "differs from one sign-in to the next"},
		{"a network", ip(`[{"cidr":"192.0.2.0/24"}]`), unsure, "detail.sourceIPAddress"},
		{"any address", ip(`[{"wildcard":"*"}]`), unsure, everyCall},
		{"any prefix", ip(`[{"prefix":""}]`), unsure, everyCall},
		{"an address that is there", ip(`[{"exists":true}]`), unsure, everyCall},
		{"an address, but it does not matter", `{"$or":[{"detail":{"sourceIPAddress":["192.0.2.1"]}},{"source":["aws.signin"]}]}`, yes, ""},
		{"an address, and it does not matter", `{"source":["aws.iam"],"detail":{"sourceIPAddress":["192.0.2.1"]}}`, no, ""},
		{"what may be missing", detail(`{"userIdentity":{"userName":["root"]}}`), unsure, "not every root sign-in has"},
		{"below what may be missing", detail(`{"userIdentity":{"userName":{"x":["root"]}}}`), unsure, "userName.x"},
		{"an operator that nobody knows", identity(`[{"sounds-like":"Root"}]`), unsure, `"sounds-like"`},
		{"two operators in one", identity(`[{"prefix":"R","suffix":"t"}]`), unsure, "does not take"},
		{"does a branch exist", detail(`{"userIdentity":[{"exists":true}]}`), unsure, "not defined"},
		{"no list", `{"source":"aws.signin"}`, unsure, "no list"},
		{"an empty list", `{"source":[]}`, unsure, "empty list"},
		{"a list within", `{"source":[["aws.signin"]]}`, unsure, "list within"},
		{"an empty object", `{"detail":{}}`, unsure, "asks nothing of detail"},
		{"an empty pattern", `{}`, unsure, "not JSON"},
		{"no pattern", ``, unsure, "not JSON"},
		{"two patterns", `{"source":["aws.signin"]} {}`, unsure, "not JSON"},
		{"numeric of nothing", `{"version":[{"numeric":["<"]}]}`, unsure, "numeric"},
		{"numeric by a word", `{"version":[{"numeric":["below",5]}]}`, unsure, "numeric"},
		{"a network that is none", ip(`[{"cidr":"home"}]`), unsure, "cidr"},
		{"a prefix of a number", identity(`[{"prefix":5}]`), unsure, "not a text"},
	})
}

func TestFilterPatterns(t *testing.T) {
	patternTable(t, checks.FilterPatternWatchesRoot, []patternCase{
		{"CIS's", logPattern, yes, ""},
		{"CIS's with parentheses", `{($.userIdentity.type="Root")&&($.userIdentity.invokedBy NOT EXISTS)&&($.eventType!="AwsServiceEvent")}`, yes, ""},
		{"sign-ins of root", `{ ($.eventName = ConsoleLogin) && ($.userIdentity.type = "Root") }`, yes, ""},
		{"all sign-ins", `{ $.eventName = "ConsoleLogin" }`, yes, ""},
		{"by ARN", `{ $.userIdentity.arn = "arn:aws:iam::*:root" }`, yes, ""},
		{"of users", `{ $.userIdentity.type = "IAMUser" }`, no, ""},
		{"failed sign-ins", `{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }`, no, ""},
		{"without MFA, CIS's other one", `{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }`, no, ""},
		{"refused calls, CIS's other one", `{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }`, no, ""},
		{"and before or", `{ $.eventName = "x" && $.eventName = "y" || $.userIdentity.type = "Root" }`, yes, ""},
		{"parentheses before and", `{ $.eventName = "x" && ($.eventName = "y" || $.userIdentity.type = "Root") }`, no, ""},
		{"a regular expression", `{ $.userIdentity.type = %^Ro+t$% }`, yes, ""},
		{"a regular expression of another", `{ $.userIdentity.type = %^IAM% }`, no, ""},
		{"brackets", `{ $.['userIdentity'].['type'] = "Root" }`, yes, ""},
		{"is false", `{ $.readOnly IS FALSE && $.userIdentity.type = Root }`, yes, ""},
		{"is true", `{ $.readOnly IS TRUE }`, no, ""},
		{"is null", `{ $.requestParameters IS NULL && $.userIdentity.type = Root }`, yes, ""},
		{"is null, and is not", `{ $.userIdentity IS NULL }`, no, ""},
		{"exists", `{ $.userIdentity.invokedBy EXISTS }`, no, ""},
		{"a number", `{ $.eventName > 5 }`, no, ""},
		{"a boolean as a text", `{ $.readOnly = false && $.userIdentity.type = Root }`, yes, ""},
		{"below a text", `{ $.eventName.x = Root }`, no, ""},

		{"everything", `{ $.eventName = * }`, no, ""},
		{"everything, by no words", ``, no, ""},
		{"all that did not fail", `{ $.errorCode NOT EXISTS }`, no, ""},
		{"words of another program", `ERROR`, no, ""},
		{"a sentence of another program", `"Task timed out"`, no, ""},
		{"either word of another program", `?ERROR ?Exception`, no, ""},
		{"words of a root sign-in", `ConsoleLogin "Root"`, yes, ""},
		{"not a word of a root sign-in", `ConsoleLogin -Root`, no, ""},
		{"either word of a root sign-in", `?Root ?IAMUser`, yes, ""},
		{"either word, one of which is there all day", `?AssumeRole ?Root`, no, ""},
		{"each call that changes something", `{ $.readOnly IS FALSE }`, no, ""},

		{"how a line is written", `"\"type\":\"Root\""`, unsure, "writes a line"},
		{"columns", `[ip, user=root, ...]`, unsure, "not one for JSON"},
		{"an address", `{ $.userIdentity.type = "Root" && $.sourceIPAddress != 192.0.2.* }`, unsure, "sourceIPAddress"},
		{"an address, and it does not matter", `{ $.userIdentity.type = "IAMUser" && $.sourceIPAddress != 192.0.2.* }`, no, ""},
		{"an address before something", `{ $.sourceIPAddress > 5 }`, unsure, "sourceIPAddress"},
		{"what may be missing", `{ $.userIdentity.userName = "root" }`, unsure, "not every root sign-in has"},
		{"may be missing, exists", `{ $.userIdentity.userName EXISTS }`, unsure, "userName"},
		{"unlike what is not there", `{ $.userIdentity.type = "Root" && $.errorCode != "x" }`, unsure, "errorCode"},
		{"null exists", `{ $.requestParameters EXISTS }`, unsure, "null"},
		{"an object compared", `{ $.userIdentity = "Root" }`, unsure, "no text"},
		{"a path in a list of everything", `{ $.userIdentity.* = "Root" }`, unsure, "userIdentity.*"},
		{"no brace at the end", `{ $.userIdentity.type = "Root"`, unsure, "brace"},
		{"a parenthesis left open", `{ ($.userIdentity.type = "Root" }`, unsure, "parenthesis"},
		{"more behind it", `{ $.userIdentity.type = "Root" ) }`, unsure, "follows its end"},
		{"nothing in it", `{ }`, unsure, "begin with a field"},
		{"no value", `{ $.eventName = }`, unsure, "no value"},
		{"a text left open", `{ $.eventName = "Root }`, unsure, "no value"},
		{"a regular expression left open", `{ $.eventName = %Root }`, unsure, "no value"},
		{"a regular expression that is none", `{ $.eventName = %(% }`, unsure, "regular expression"},
		{"another question", `{ $.eventName LIKE "x" }`, unsure, "does not know"},
		{"no field", `{ $ = "x" }`, unsure, "begin with a field"},
		{"too deep", `{` + strings.Repeat("(", 1000) + `}`, unsure, "too deep"},
	})
}

// Prowler holds the filter's text against one regular expression, in which
// the clauses have one order.
func TestPatternsMistakesOfOthers(t *testing.T) {
	patternTable(t, checks.FilterPatternWatchesRoot, []patternCase{
		{"fixed clause order: the event's type first", `{ $.eventType != "AwsServiceEvent" && $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS }`, yes, ""},
		{"fixed clause order: in parentheses, the other way round", `{ ($.userIdentity.invokedBy NOT EXISTS) && (($.eventType != AwsServiceEvent) && ($.userIdentity.type = Root)) }`, yes, ""},
		{"text search: root stands in it and is left out", `{ $.userIdentity.type != "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }`, no, ""},
		{"text search: one of two, never both", `{ $.userIdentity.type = "Root" && $.eventType = "AwsServiceEvent" }`, no, ""},
		{"assumedRoot left out, as one should", `{ $.userIdentity.type = "Root" && $.userIdentity.sessionContext.assumedRoot NOT EXISTS }`, yes, ""},
	})
}

func TestPatternsOfOtherPartitions(t *testing.T) {
	china := account.Account{Scope: account.Scope{Partition: "aws-cn"}, ID: mustID("111122223333")}
	pattern := `{"region":["cn-north-1"],"detail":{"userIdentity":{"arn":["arn:aws-cn:iam::111122223333:root"]}}}`
	if is, why := checks.EventPatternWatchesRoot(pattern, china, "cn-north-1"); is != yes {
		t.Error(is, why)
	}
}

// Whatever is written there, the answer is one of three, and an unknown says why.
func FuzzEventPattern(f *testing.F) {
	f.Add(busPattern)
	f.Add(`{"$or":[{"detail":{"userIdentity":{"userName":[{"anything-but":{"wildcard":["*"]}}]}}},{"version":[{"numeric":["<",5]}]}]}`)
	f.Add(`{"detail":{"sourceIPAddress":[{"cidr":"10.0.0.0/8"},{"prefix":{"equals-ignore-case":"x"}},{"exists":false}]}}`)
	f.Fuzz(func(t *testing.T, pattern string) { oneOfThree(t, pattern, checks.EventPatternWatchesRoot) })
}

func FuzzFilterPattern(f *testing.F) {
	f.Add(logPattern)
	f.Add(`{ ($.eventName = %x% || $.a[0].['b'] != "\"*") && $.readOnly IS NOT NULL }`)
	f.Add(`?Root -"x y" [a, b]`)
	f.Fuzz(func(t *testing.T, pattern string) { oneOfThree(t, pattern, checks.FilterPatternWatchesRoot) })
}

func oneOfThree(t *testing.T, pattern string, judge func(string, account.Account, string) (account.Answer, string)) {
	is, why := judge(pattern, watched, "us-east-1")
	if is != yes && is != no && is != unsure || (why != "") != (is == unsure) {
		t.Errorf("%q: %q, %q", pattern, is, why)
	}
	if again, whyAgain := judge(pattern, watched, "us-east-1"); again != is || whyAgain != why {
		t.Errorf("%q: %q (%q), then %q (%q)", pattern, is, why, again, whyAgain)
	}
}
