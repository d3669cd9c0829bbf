package config

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"rootwatch/config/secret"
)

// need is how many of the secrets that AWS keeps are read. Those in variables
// and files always are: that asks nobody.
type need int

const (
	noSecrets     need = iota // the references are checked for their form
	secretsOfWork             // of the store and of AWS, for a command that says nothing in Slack
	allSecrets                // for serve
)

const (
	fetchTimeout = 10 * time.Second // for all secrets together
	fetchAtOnce  = 8
)

// errNotRead stands for a secret that AWS keeps and that nobody needs now.
var errNotRead = errors.New("is kept in AWS, and is read when it is needed")

// kept are the secrets that were read from AWS, each once.
type kept map[secret.Place]fetched

type fetched struct {
	text string
	err  error
}

func (k kept) get(p secret.Place) (string, error) {
	f, ok := k[p]
	if !ok {
		return "", errNotRead
	}
	return f.text, f.err
}

// fetch reads what d refers to in AWS, side by side: serve starts in the time
// of the slowest.
func (c *composer) fetch(ctx context.Context, d document, n need) {
	c.kept = kept{}
	if c.env.Fetch == nil || n == noSecrets {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	var group errgroup.Group
	var mu sync.Mutex
	group.SetLimit(fetchAtOnce)
	for _, p := range c.places(d, n) {
		group.Go(func() error {
			text, err := c.env.Fetch(ctx, p)
			mu.Lock()
			defer mu.Unlock()
			c.kept[p] = fetched{text, err}
			return nil // each goes to its key
		})
	}
	_ = group.Wait() // no function fails
}

// places are the distinct ones that d refers to.
func (c *composer) places(d document, n need) []secret.Place {
	var all []secret.Place
	seen := map[secret.Place]bool{}
	walkReferences(reflect.ValueOf(d), "", func(path string, ref reference) {
		if c.broken[path] || n == secretsOfWork && strings.HasPrefix(path, "slack.") {
			return
		}
		parsed, err := secret.Parse(string(ref))
		if p, ok := parsed.Place(); err == nil && ok && !seen[p] {
			seen[p] = true
			all = append(all, p)
		}
	})
	return all
}

func walkReferences(v reflect.Value, path string, visit func(path string, ref reference)) {
	switch v.Kind() {
	case reflect.Struct:
		for _, f := range fieldsOf(v.Type()) {
			walkReferences(v.Field(f.index), join(path, f.key), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walkReferences(v.Index(i), fmt.Sprintf("%s[%d]", path, i), visit)
		}
	default:
		if ref, ok := v.Interface().(reference); ok {
			visit(path, ref)
		}
	}
}

// secret resolves a reference. A variable may also hold the secret itself,
// which then never stands in a file.
func (c *composer) secret(path string, ref reference) (secret.Value, error) {
	if c.broken[path] {
		return secret.Value{}, nil
	}
	if c.byEnv[path] && !secret.IsReference(string(ref)) {
		ref = reference("env:" + variable(path))
	}
	return secret.Resolve(string(ref), secret.Source{Lookup: c.env.Lookup, ReadFile: c.env.ReadFile, Fetch: c.kept.get})
}

// slack resolves what only serve needs: a secret that is not there is no
// fault of the file, and comes back as what RequireSlack will say.
func (c *composer) slack(k slackSection) (SlackOptions, Faults) {
	options := SlackOptions{APIURL: c.apiURL(k.APIURL)}
	var missing Faults
	take := func(path string, ref reference, fits func(string) string) secret.Value {
		value, err := c.secret(path, ref)
		if errors.Is(err, secret.ErrReference) {
			c.fault(path, "%v", err)
		} else if err != nil {
			missing = append(missing, c.at(path, "%v", err))
		} else if problem := fits(value.Reveal()); problem != "" {
			missing = append(missing, c.at(path, "%s", problem))
			value = secret.Value{}
		}
		return value
	}
	options.BotToken = take("slack.bot_token", k.BotToken, notBotToken)
	overHTTP := !c.absent("slack.signing_secret", k.SigningSecret)
	overSocket := !c.absent("slack.app_token", k.AppToken)
	if overHTTP {
		options.SigningSecret = take("slack.signing_secret", k.SigningSecret, notSigningSecret)
	}
	if overSocket {
		options.AppToken = take("slack.app_token", k.AppToken, notAppToken)
	}
	if !overHTTP && !overSocket {
		missing = append(missing, c.at("slack.signing_secret", "%s: serve needs it to take commands over HTTP, or slack.app_token for Socket Mode",
			absence(k.SigningSecret)))
	}
	return options, missing
}

// slackAgain is slack with secrets that are read anew.
func (c *composer) slackAgain(ctx context.Context, k slackSection) (SlackOptions, Faults) {
	r := *c.reading // its maps no longer change
	r.faults = nil
	again := &composer{reading: &r, env: c.env}
	again.fetch(ctx, document{Slack: k}, allSecrets)
	options, missing := again.slack(k)
	return options, append(missing, r.faults...)
}

// absent is true for a way in that nobody set up: switched off, or not written
// and left to its usual variable, which is not there. What is written must be there.
func (c *composer) absent(path string, ref reference) bool {
	name, _ := strings.CutPrefix(string(ref), "env:")
	text, _ := c.env.Lookup(name)
	return ref == "" || !c.given(path) && strings.TrimSpace(text) == ""
}

func absence(ref reference) string {
	if name, ok := strings.CutPrefix(string(ref), "env:"); ok {
		return "the environment variable " + name + " is not set"
	}
	return "is empty"
}

func notBotToken(token string) string {
	if !strings.HasPrefix(token, "xoxb-") && !strings.HasPrefix(token, "xoxe.xoxb-") {
		return "what it names is no bot token: that begins with xoxb- and stands under OAuth & Permissions in the app's settings"
	}
	return ""
}

func notSigningSecret(text string) string {
	if strings.HasPrefix(text, "xox") || strings.HasPrefix(text, "xapp-") {
		return "what it names is a token; the signing secret stands under Basic Information in the app's settings"
	}
	return ""
}

func notAppToken(token string) string {
	if !strings.HasPrefix(token, "xapp-") {
		return "what it names is no app-level token: that begins with xapp- and stands under Basic Information in the app's settings"
	}
	return ""
}
