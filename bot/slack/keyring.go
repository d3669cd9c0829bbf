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
	readAt  time.Time     // when the last reading again began
	reading chan struct{} // closed when the one that is under way ends; nil without one
}

const (
	// renewEvery bounds how often the secrets are read again: a forged signature
	// and a revoked token look the same for as long as they last.
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

// Renew reads the secrets again, once a minute at most, and returns them. It
// is true where they differ from refused, the ones that were used: then the
// call may be tried once more. Callers who come while a reading is under way
// share it, each for as long as its ctx allows. A reading that fails changes
// nothing.
func (k *Keyring) Renew(ctx context.Context, refused Tokens) (Tokens, bool) {
	if reading := k.begin(ctx, refused); reading != nil {
		select {
		case <-reading:
		case <-ctx.Done():
		}
	}
	tokens := k.Tokens()
	return tokens, tokens != refused
}

// begin is the reading to wait for, nil for none.
func (k *Keyring) begin(ctx context.Context, refused Tokens) <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.tokens != refused: // somebody else was refused before
		return nil
	case k.reading != nil:
		return k.reading
	case k.read == nil, !k.readAt.IsZero() && k.now().Sub(k.readAt) < renewEvery:
		return nil
	}
	k.readAt, k.reading = k.now(), make(chan struct{})
	// It outlives whoever asked first: the next one needs it as much.
	go k.readAgain(context.WithoutCancel(ctx), k.reading)
	return k.reading
}

func (k *Keyring) readAgain(ctx context.Context, done chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	fresh, err := k.read(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	defer close(done)
	k.reading = nil
	switch {
	case err != nil:
		k.log.Error("Slack refuses a secret, and it could not be read again", "error", err)
	case fresh == k.tokens:
		k.log.Warn("Slack refuses a secret, and it was read again unchanged: put the new one where the configuration says")
	default:
		k.tokens = fresh
		k.log.Info("Slack refused a secret; it was read again and has changed")
	}
}
