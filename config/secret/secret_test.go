package secret_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"rootwatch/config/secret"
)

const token = "xoxb-test-000000000000-canary"

func TestValueNeverPrintsItself(t *testing.T) {
	v := secret.New(token)
	type holder struct {
		Public  secret.Value
		private secret.Value
		pointer *secret.Value
		list    []secret.Value
	}
	h := holder{v, v, &v, []secret.Value{v}}
	var logged bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&logged, nil), slog.NewJSONHandler(&logged, nil)} {
		slog.New(handler).Info("said", "value", v, "holder", h, "list", []any{v, h})
	}
	asJSON, err := json.Marshal(map[string]any{"v": v, "h": h, "p": &v})
	if err != nil {
		t.Fatal(err)
	}
	asXML, err := xml.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	printed := map[string]string{"slog": logged.String(), "json": string(asJSON), "xml": string(asXML), "error": fmt.Errorf("x: %v", v).Error()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%10.3s", "%T"} {
		for _, what := range []any{v, &v, h, &h, []any{v}, map[string]any{"k": h}} {
			printed[fmt.Sprintf("%s of %T", verb, what)] = fmt.Sprintf(verb, what)
		}
	}
	for how, text := range printed {
		if strings.Contains(text, "canary") || strings.Contains(text, fmt.Sprintf("%x", "canary")) || strings.Contains(text, fmt.Sprintf("%X", "canary")) {
			t.Errorf("%s prints the secret: %s", how, text)
		}
	}
	for _, how := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if got := fmt.Sprintf(how, v); got != secret.Mask {
			t.Errorf("%s = %q, want %q", how, got, secret.Mask)
		}
	}
	if v.Reveal() != token {
		t.Errorf("Reveal = %q", v.Reveal())
	}
}

func TestEmptyValueStaysEmpty(t *testing.T) {
	for _, v := range []secret.Value{{}, secret.New("")} {
		asJSON, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if !v.Empty() || v.Reveal() != "" || v.String() != "" || string(asJSON) != `""` || fmt.Sprintf("%#v", v) != "" {
			t.Errorf("an empty secret shows as %q, %s", v.String(), asJSON)
		}
	}
	if !secret.New(token).Equal(secret.New(token)) || secret.New(token).Equal(secret.Value{}) {
		t.Error("Equal does not compare the texts")
	}
}

func TestResolve(t *testing.T) {
	env := map[string]string{"TOKEN": token, "EMPTY": "", "BLANK": "  ", "LINES": "a\nb"}
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	files := map[string]string{
		"/run/token": token + "\n", "/run/dos": token + "\r\n", "/run/bare": token, "/run/empty": "\n",
		"/run/two": token + "\n\n", "/run/huge": strings.Repeat("a", 20_000),
	}
	read := func(path string) ([]byte, error) {
		if path == "/run/denied" {
			return nil, &os.PathError{Op: "open", Path: path, Err: os.ErrPermission}
		}
		if path == "/run/broken" {
			return nil, &os.PathError{Op: "read", Path: path, Err: errors.New("is a directory")}
		}
		if text, ok := files[path]; ok {
			return []byte(text), nil
		}
		return nil, &os.PathError{Op: "open", Path: path, Err: os.ErrNotExist}
	}
	kept := map[secret.Place]string{
		{Service: secret.SSM, Name: "/rootwatch/token"}: token + "\n",
		{Service: secret.SSM, Name: "token:3"}:          token,
		{Service: secret.SSM, Name: "arn:aws-us-gov:ssm:us-gov-west-1:111122223333:parameter/a/b", Region: "us-gov-west-1"}:                  token,
		{Service: secret.SecretsManager, Name: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:a/b-a1b2c3", Region: "eu-central-1"}: `{"bot.token": "` + token + `"}`,
		{Service: secret.SecretsManager, Name: "json"}:  `{"token": "` + token + `", "n": 7, "none": null, "two": "a\nb", "blank": ""}`,
		{Service: secret.SecretsManager, Name: "empty"}: "",
		{Service: secret.SecretsManager, Name: "list"}:  `["` + token + `"]`,
	}
	fetch := func(place secret.Place) (string, error) {
		if text, ok := kept[place]; ok {
			return text, nil
		}
		return "", errors.New(place.String() + " cannot be read: there is none")
	}
	tests := []struct {
		ref, problem string
		reference    bool // the reference itself is wrong
	}{
		{ref: "ssm:/rootwatch/token"},
		{ref: "ssm:token:3"},
		{ref: "ssm:arn:aws-us-gov:ssm:us-gov-west-1:111122223333:parameter/a/b"},
		{ref: "secretsmanager:arn:aws:secretsmanager:eu-central-1:111122223333:secret:a/b-a1b2c3#bot.token"},
		{ref: "secretsmanager:json#token"},
		{ref: "secretsmanager:json", problem: "is a JSON object: say which of its keys, as in secretsmanager:json#bot_token"},
		{ref: "secretsmanager:json#other", problem: `what AWS keeps as secretsmanager:json has no JSON key "other"`},
		{ref: "secretsmanager:json#n", problem: "secretsmanager:json#n is not text"},
		{ref: "secretsmanager:json#none", problem: "secretsmanager:json#none is not text"},
		{ref: "secretsmanager:json#two", problem: "secretsmanager:json#two holds more than one line"},
		{ref: "secretsmanager:json#blank", problem: "secretsmanager:json#blank is empty"},
		{ref: "secretsmanager:empty", problem: "what AWS keeps as secretsmanager:empty is empty"},
		{ref: "secretsmanager:list#token", problem: "is no JSON object"},
		{ref: "ssm:/rootwatch/token#token", problem: "is no JSON object"},
		{ref: "ssm:/rootwatch/missing", problem: "ssm:/rootwatch/missing cannot be read: there is none"},
		{ref: "ssm:", problem: "after ssm: comes", reference: true},
		{ref: "ssm:a b", problem: "after ssm: comes", reference: true},
		{ref: "ssm:/a//b", problem: "after ssm: comes", reference: true},
		{ref: "ssm:/a/", problem: "after ssm: comes", reference: true},
		{ref: "ssm:/a#", problem: "after ssm: comes", reference: true},
		{ref: "ssm:/a#b#c", problem: "after ssm: comes", reference: true},
		{ref: "ssm:arn:aws:secretsmanager:eu-central-1:111122223333:secret:a", problem: "after ssm: comes", reference: true},
		{ref: "ssm:/" + token, problem: "after ssm: comes", reference: true},
		{ref: "ssm:" + strings.Repeat("a", 3000), problem: "after ssm: comes", reference: true},
		{ref: "secretsmanager:", problem: "after secretsmanager: comes", reference: true},
		{ref: "secretsmanager:a:b", problem: "after secretsmanager: comes", reference: true},
		{ref: "secretsmanager:arn:aws:ssm:eu-central-1:111122223333:parameter/a", problem: "after secretsmanager: comes", reference: true},
		{ref: "secretsmanager:a#" + token, problem: "after secretsmanager: comes", reference: true},
		{ref: "SSM:/a", problem: "write env:NAME", reference: true},
		{ref: "env:TOKEN"},
		{ref: "file:/run/token"},
		{ref: "file:/run/dos"},
		{ref: "file:/run/bare"},
		{ref: "env:MISSING", problem: "MISSING is not set"},
		{ref: "env:EMPTY", problem: "EMPTY is empty"},
		{ref: "env:BLANK", problem: "BLANK is empty"},
		{ref: "env:LINES", problem: "more than one line"},
		{ref: "env:", problem: "after env: comes", reference: true},
		{ref: "env:A B", problem: "after env: comes", reference: true},
		{ref: "env:" + token, problem: "after env: comes", reference: true},
		{ref: "file:relative", problem: "after file: comes", reference: true},
		{ref: "file:/" + token, problem: "after file: comes", reference: true},
		{ref: "file:/run/missing", problem: "does not exist"},
		{ref: "file:/run/denied", problem: "may not be read"},
		{ref: "file:/run/broken", problem: `"/run/broken" could not be read: is a directory`},
		{ref: "file:/run/empty", problem: "is empty"},
		{ref: "file:/run/two", problem: "more than one line"},
		{ref: "file:/run/huge", problem: "more than 16384 bytes"},
		{ref: token, problem: "looks like the secret itself", reference: true},
		{ref: "xapp-test-canary", problem: "looks like the secret itself", reference: true},
		{ref: "0123456789abcdef0123456789abcdef", problem: "looks like the secret itself", reference: true},
		{ref: "canary", problem: "write env:NAME, file:/path, ssm:NAME or secretsmanager:NAME", reference: true},
		{ref: "", problem: "write env:NAME, file:/path, ssm:NAME or secretsmanager:NAME", reference: true},
	}
	for _, tt := range tests {
		t.Run(tt.ref, func(t *testing.T) {
			v, err := secret.Resolve(tt.ref, secret.Source{Lookup: lookup, ReadFile: read, Fetch: fetch})
			if tt.problem == "" {
				if err != nil || v.Reveal() != token {
					t.Fatalf("= %q, %v", v.Reveal(), err)
				}
				return
			}
			if err == nil || !v.Empty() {
				t.Fatalf("= %q without an error", v.Reveal())
			}
			if !strings.Contains(err.Error(), tt.problem) || errors.Is(err, secret.ErrReference) != tt.reference {
				t.Errorf("says %q (wrong reference: %v), want %q", err, errors.Is(err, secret.ErrReference), tt.problem)
			}
			if strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "0123456789abcdef") {
				t.Errorf("repeats the secret: %v", err)
			}
		})
	}
}

func TestRedact(t *testing.T) {
	digest := strings.Repeat("0123456789abcdef", 4)
	tests := []struct{ in, want string }{
		{"nothing to hide", "nothing to hide"},
		{"token " + token + " refused", "token [redacted] refused"},
		{"(XOXP-1-a.b_c)", "([redacted])"},
		{"xoxe.xoxb-1-canary", "xoxe.[redacted]"},
		{"auth=xapp-1-A0-canary;", "auth=[redacted];"},
		{`Post "https://hooks.slack.com/commands/T0/1/canary": EOF`, `Post "https://hooks.slack.com/[redacted]": EOF`},
		{"https://hooks.slack-gov.com/services/T0/B0/canary next", "https://hooks.slack-gov.com/[redacted] next"},
		{"response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT0%2Fcanary&text=x", "response_url=https%3A%2F%2Fhooks.slack.com/[redacted]&text=x"},
		{"key AKIAIOSFODNN7EXAMPLE is old", "key AKIA[redacted] is old"},
		{"ASIAIOSFODNN7EXAMPLE", "ASIA[redacted]"},
		{"?X-Amz-Security-Token=canary&X-Amz-Date=1", "?X-Amz-Security-Token=[redacted]&X-Amz-Date=1"},
		{"IQoJ" + strings.Repeat("canary", 10), "[redacted]"},
		{"signature v0=" + digest, "signature v0=[redacted]"},
		{"digest " + digest, "digest " + digest},
		{"dial postgres://rootwatch:can@ry@db.example.com:5432/x failed", "dial postgres://rootwatch:[redacted]@db.example.com:5432/x failed"},
		{"postgresql://rootwatch@db.example.com/x", "postgresql://rootwatch@db.example.com/x"},
		{"account 111122223333 in AsiaPacific", "account 111122223333 in AsiaPacific"},
	}
	for _, tt := range tests {
		if got := secret.Redact(tt.in); got != tt.want {
			t.Errorf("Redact(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// FuzzResolve holds that no reference makes the secret it finds appear in an error.
func FuzzResolve(f *testing.F) {
	for _, seed := range []string{"env:A", "file:/a", "env:", "file:", "CANARY", "env:CANARY", "file:/CANARY", "file:/a/../CANARY\n",
		"ssm:/a", "ssm:CANARY", "ssm:/a:1#b", "ssm:arn:aws:ssm:eu-central-1:111122223333:parameter/a",
		"secretsmanager:a#b", "secretsmanager:CANARY#CANARY", "secretsmanager:arn:aws:secretsmanager:eu-central-1:111122223333:secret:a-a1b2c3#b"} {
		f.Add(seed, "CANARY")
		f.Add(seed, `{"b": "CANARY", "CANARY": 1}`)
	}
	f.Fuzz(func(t *testing.T, ref, content string) {
		ref, content = strings.ReplaceAll(ref, "CANARY", token), strings.ReplaceAll(content, "CANARY", token)
		v, err := secret.Resolve(ref, secret.Source{
			Lookup:   func(string) (string, bool) { return content, true },
			ReadFile: func(string) ([]byte, error) { return []byte(content), nil },
			Fetch:    func(secret.Place) (string, error) { return content, nil },
		})
		if err != nil && strings.Contains(err.Error(), token) {
			t.Errorf("repeats the token: %v", err)
		}
		if (err == nil) == v.Empty() {
			t.Errorf("%v with %v", v.Empty(), err)
		}
	})
}
