package slack_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/bot/slack"
	"rootwatch/internal/demo/workspace"
)

const newToken = "xoxb-test-1111-not-a-token"

// safe is where the secrets are kept.
type safe struct {
	mu     sync.Mutex
	tokens slack.Tokens
	err    error
	reads  int
	gate   chan struct{} // nil: a reading takes no time
}

func (s *safe) read(ctx context.Context) (slack.Tokens, error) {
	s.mu.Lock()
	s.reads++
	gate := s.gate
	s.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return slack.Tokens{}, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens, s.err
}

func (s *safe) put(t slack.Tokens, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens, s.err = t, err
}

func (s *safe) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}

func TestKeyringRenew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := slack.Tokens{Bot: token, Signing: signingSecret}, slack.Tokens{Bot: newToken, Signing: signingSecret}
		kept := &safe{tokens: first}
		keys := slack.NewKeyring(first, kept.read, nil)
		try := func(name string, refused, want slack.Tokens, changed bool, reads int) {
			t.Helper()
			if got, ok := keys.Renew(t.Context(), slack.BotToken, refused); got != want || ok != changed || kept.count() != reads {
				t.Errorf("%s: %+v, %t after %d readings", name, got, ok, kept.count())
			}
		}
		try("nothing has changed", first, first, false, 1)
		kept.put(second, nil)
		try("within the minute it is not read again", first, first, false, 1)
		time.Sleep(time.Minute)
		try("a minute later it is", first, second, true, 2)
		try("whoever used the old one is told of the new one", first, second, true, 2)
		time.Sleep(time.Minute)
		kept.put(slack.Tokens{}, errors.New("AWS could not be reached"))
		try("a reading that fails changes nothing", second, second, false, 3)
	})
}

// Many are refused at once: they share one reading, and those who cannot wait
// so long keep what they have.
func TestKeyringReadsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := slack.Tokens{Bot: token}, slack.Tokens{Bot: newToken}
		kept := &safe{tokens: second, gate: make(chan struct{})}
		keys := slack.NewKeyring(first, kept.read, nil)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if got, changed := keys.Renew(t.Context(), slack.BotToken, first); got != second || !changed {
					t.Errorf("%+v, %t", got, changed)
				}
			})
		}
		synctest.Wait()
		hasty, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if got, changed := keys.Renew(hasty, slack.BotToken, first); got != first || changed {
			t.Errorf("without time: %+v, %t", got, changed)
		}
		if keys.Tokens() != first {
			t.Error("tokens changed before they were read")
		}
		close(kept.gate)
		all.Wait()
		if kept.count() != 1 {
			t.Errorf("read %d times", kept.count())
		}
	})
}

// A reading that hangs ends, and the next one can begin.
func TestKeyringOutlivesAHangingReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := slack.Tokens{Bot: token}, slack.Tokens{Bot: newToken}
		kept := &safe{tokens: second, gate: make(chan struct{})}
		keys := slack.NewKeyring(first, kept.read, nil)
		if got, changed := keys.Renew(t.Context(), slack.BotToken, first); got != first || changed {
			t.Errorf("while it hangs: %+v, %t", got, changed)
		}
		time.Sleep(time.Minute)
		close(kept.gate)
		if got, changed := keys.Renew(t.Context(), slack.BotToken, first); got != second || !changed {
			t.Errorf("afterwards: %+v, %t", got, changed)
		}
	})
}

// The first request after a rotation waits for the new secret, then for the
// store: both together no longer than Slack waits.
func TestRotatedSigningSecretWithASlowStore(t *testing.T) {
	const newSecret = "another-test-signing-secret"
	for path, body := range good() {
		synctest.Test(t, func(t *testing.T) {
			tokens, d := slack.Tokens{Bot: token, Signing: signingSecret}, newDesk()
			slow := func(context.Context) (slack.Tokens, error) {
				time.Sleep(950 * time.Millisecond)
				return slack.Tokens{Bot: token, Signing: newSecret}, nil
			}
			d.ask = func(context.Context) error { time.Sleep(time.Minute); return nil }
			o := slack.Options{Keys: slack.NewKeyring(tokens, slow, nil), HTTPClient: &http.Client{Transport: nowhere{}}}
			h := slack.NewDispatcher(o, d, d, slack.Home{Team: "T1"}).Handler()
			began, r, w := time.Now(), postTo(path, body, time.Now()), httptest.NewRecorder()
			r.Header.Set("X-Slack-Signature", workspace.Sign(newSecret, began.Unix(), []byte(body)))
			h.ServeHTTP(w, r)
			if took := time.Since(began); w.Code == http.StatusUnauthorized || took > 2400*time.Millisecond {
				t.Errorf("%s: status %d after %s", path, w.Code, took)
			}
			time.Sleep(time.Hour) // virtual: what the store still does must not matter any more
		})
	}
}

// Forged requests cost nothing to make: they must not use up the reading that
// a refused token needs, nor one token that of another.
func TestKeyringKeepsAllowancesApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := slack.Tokens{Bot: token, Signing: signingSecret, App: appToken}
		kept, d := &safe{tokens: first}, newDesk()
		keys := slack.NewKeyring(first, kept.read, nil)
		h := slack.NewDispatcher(slack.Options{Keys: keys}, d, d, slack.Home{}).Handler()
		for range 100 {
			r := signed("command=%2Frootcheck", time.Now())
			r.Header.Set("X-Slack-Signature", "v0="+strings.Repeat("ab", 32))
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, r); w.Code != http.StatusUnauthorized {
				t.Fatalf("forged: status %d", w.Code)
			}
		}
		if kept.count() != 1 {
			t.Errorf("a flood of forged requests read %d times", kept.count())
		}
		second := slack.Tokens{Bot: newToken, Signing: signingSecret, App: appToken}
		kept.put(second, nil)
		if got, changed := keys.Renew(t.Context(), slack.BotToken, first); got != second || !changed {
			t.Errorf("the bot token after the flood: %+v, %t", got, changed)
		}
		// That the bot token has changed meanwhile says nothing of the app's.
		third := slack.Tokens{Bot: newToken, Signing: signingSecret, App: "xapp-test-1111-not-a-token"}
		kept.put(third, nil)
		if got, changed := keys.Renew(t.Context(), slack.AppToken, first); got != third || !changed {
			t.Errorf("the app token after the bot's: %+v, %t", got, changed)
		}
	})
}

// rotating is a town whose secrets are kept in a safe.
func rotating(t *testing.T) (*workspace.Server, *slack.Mouth, *safe, *tally) {
	t.Helper()
	w := openTown(t)
	api := httptest.NewServer(w.Server)
	t.Cleanup(api.Close)
	tokens := slack.Tokens{Bot: token, Signing: signingSecret}
	kept, counted := &safe{tokens: tokens}, &tally{}
	mouth := slack.NewMouth(slack.Options{
		BotToken: token, SigningSecret: signingSecret, APIURL: api.URL + "/api", PerChannel: 1000,
		Keys: slack.NewKeyring(tokens, kept.read, nil), Counters: counted,
	})
	return w.Server, mouth, kept, counted
}

func TestRotatedBotToken(t *testing.T) {
	ws, mouth, kept, counted := rotating(t)
	out := inChannel(bottest.SpikeAlert())
	ref, err := mouth.Post(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	ws.SetBotToken(newToken)
	kept.put(slack.Tokens{Bot: newToken, Signing: signingSecret}, nil)
	if err := mouth.Update(t.Context(), ref, out); err != nil {
		t.Errorf("an edit: %v", err)
	}
	if _, err := mouth.Post(t.Context(), inChannel(bottest.SpikeAlert())); err != nil {
		t.Errorf("a post: %v", err)
	}
	if _, found, err := mouth.Find(t.Context(), out); err != nil || !found {
		t.Errorf("a search: %t, %v", found, err)
	}
	if _, _, _, err := mouth.AuthTest(t.Context()); err != nil {
		t.Errorf("auth.test: %v", err)
	}
	if n := len(ws.Messages(bottest.Channel)); n != 2 || kept.count() != 1 || len(counted.all()) != 0 {
		t.Errorf("%d messages, read %d times, counted %v", n, kept.count(), counted.all())
	}
}

func TestRefusedTokenThatIsStillTheSame(t *testing.T) {
	ws, mouth, kept, _ := rotating(t)
	ws.SetBotToken(newToken)
	for range 3 {
		_, err := mouth.Post(t.Context(), inChannel(bottest.SpikeAlert()))
		var fault *bot.Fault
		if !errors.As(err, &fault) || fault.Kind != bot.Locked || fault.Code != "invalid_auth" {
			t.Fatalf("%v is no lock", err)
		}
	}
	if kept.count() != 1 || len(ws.Messages(bottest.Channel)) != 0 {
		t.Errorf("read %d times", kept.count())
	}
}

// A request that the new secret signed is taken once the new secret is there;
// the old one is refused from then on.
func TestRotatedSigningSecret(t *testing.T) {
	const newSecret = "another-test-signing-secret"
	synctest.Test(t, func(t *testing.T) {
		tokens := slack.Tokens{Bot: token, Signing: signingSecret}
		kept, d := &safe{tokens: tokens}, newDesk()
		h := slack.NewDispatcher(slack.Options{Keys: slack.NewKeyring(tokens, kept.read, nil)}, d, d, slack.Home{}).Handler()
		n := 0
		send := func(secret string) int {
			n++
			body := "command=%2Frootcheck&text=help&user_id=U1&channel_id=C1&team_id=T1&n=" + strconv.Itoa(n)
			r := httptest.NewRequest(http.MethodPost, slack.CommandsPath, strings.NewReader(body))
			at := time.Now().Unix()
			r.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(at, 10))
			r.Header.Set("X-Slack-Signature", workspace.Sign(secret, at, []byte(body)))
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w.Code
		}
		want := func(name string, got, status, reads int) {
			t.Helper()
			if got != status || kept.count() != reads {
				t.Errorf("%s: status %d after %d readings", name, got, kept.count())
			}
		}
		want("the secret of now", send(signingSecret), http.StatusOK, 0)
		want("before it was stored", send(newSecret), http.StatusUnauthorized, 1)
		kept.put(slack.Tokens{Bot: token, Signing: newSecret}, nil)
		want("within the minute", send(newSecret), http.StatusUnauthorized, 1)
		want("the old one meanwhile", send(signingSecret), http.StatusOK, 1)
		time.Sleep(time.Minute)
		want("once it is stored", send(newSecret), http.StatusOK, 2)
		want("the old one afterwards", send(signingSecret), http.StatusUnauthorized, 2)
		time.Sleep(time.Minute)
		want("the old one, after another look", send(signingSecret), http.StatusUnauthorized, 3)
		kept.put(slack.Tokens{Bot: token}, nil) // taken away: nothing fits any more
		time.Sleep(time.Minute)
		want("nobody's", send("forged"), http.StatusUnauthorized, 4)
		want("an empty secret", send(""), http.StatusUnauthorized, 4)
	})
}
