package slack

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Tokens are the app's secrets. They are never logged and never part of an error.
type Tokens struct {
	Bot     string // xoxb-...
	Signing string
	App     string // xapp-...
}

// Secret is one of the app's secrets: what for it is read again.
type Secret int

// The secrets.
const (
	BotToken Secret = iota
	SigningSecret
	AppToken
	secrets // how many there are
)

// of is the secret's value.
func (s Secret) of(t Tokens) string { return [secrets]string{t.Bot, t.Signing, t.App}[s] }

func (s Secret) String() string {
	return [secrets]string{"the bot token", "the signing secret", "the app's token"}[s]
}

// Keyring holds the secrets as they are now, and reads them again when Slack
// refuses one: they are rotated while we run. A secret that was replaced is
// no longer taken: it may have been replaced because somebody else knows it.
// It is safe for concurrent use.
type Keyring struct {
	read func(context.Context) (Tokens, error) // nil: they never change
	now  func() time.Time
	log  *slog.Logger

	mu      sync.Mutex
	tokens  Tokens
	readAt  [secrets]time.Time // when the last reading again for each began
	reading chan struct{}      // closed when the one that is under way ends; nil without one
}

const (
	// renewEvery bounds how often the secrets are read again for one of them: a
	// revoked token looks the same for as long as it lasts, and anybody can
	// forge a signature. Each has its own minute, so that a flood of forged
	// requests does not keep a refused token from being read.
	renewEvery = time.Minute
	// readTimeout ends a reading that hangs, so that there can be another.
	readTimeout = 15 * time.Second
)

// NewKeyring holds t, and reads it again with read (nil: never).
func NewKeyring(t Tokens, read func(context.Context) (Tokens, error), log *slog.Logger) *Keyring {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Keyring{read: read, now: time.Now, log: log, tokens: t}
}

// Tokens are the secrets as they were last read. It never waits for a reading.
func (k *Keyring) Tokens() Tokens {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.tokens
}

// Renew reads the secrets again because of the one that was refused, once a
// minute at most for each, and returns them. It is true where that one differs
// from the one that was used: then the call may be tried once more. Callers
// who come while a reading is under way share it, each for as long as its ctx
// allows. A reading that fails changes nothing.
func (k *Keyring) Renew(ctx context.Context, refused Secret, used Tokens) (Tokens, bool) {
	if reading := k.begin(ctx, refused, used); reading != nil {
		select {
		case <-reading:
		case <-ctx.Done():
		}
	}
	tokens := k.Tokens()
	return tokens, refused.of(tokens) != refused.of(used)
}

// begin is the reading to wait for, nil for none.
func (k *Keyring) begin(ctx context.Context, refused Secret, used Tokens) <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	last := &k.readAt[refused]
	switch {
	case refused.of(k.tokens) != refused.of(used): // somebody else was refused before
		return nil
	case k.reading != nil:
		return k.reading
	case k.read == nil, !last.IsZero() && k.now().Sub(*last) < renewEvery:
		return nil
	}
	*last, k.reading = k.now(), make(chan struct{})
	// It outlives whoever asked first: the next one needs it as much.
	go k.readAgain(context.WithoutCancel(ctx), refused, k.reading)
	return k.reading
}

func (k *Keyring) readAgain(ctx context.Context, refused Secret, done chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	fresh, err := k.read(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	defer close(done)
	k.reading = nil
	switch {
	case err != nil:
		k.log.Error("a secret does not fit, and it could not be read again", "secret", refused.String(), "error", err)
	case fresh == k.tokens:
		k.log.Warn("a secret does not fit, and it was read again unchanged: put the new one where the configuration says, unless somebody forges requests",
			"secret", refused.String())
	default:
		k.tokens = fresh
		k.log.Info("a secret did not fit; it was read again and has changed", "secret", refused.String())
	}
}
