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
// refuses one: they are rotated while we run. It is safe for concurrent use.
type Keyring struct {
	read func(context.Context) (Tokens, error) // nil: they never change
	now  func() time.Time
	log  *slog.Logger

	mu     sync.Mutex
	tokens Tokens
	readAt time.Time // of the last reading again
}

// renewEvery bounds how often the secrets are read again: a forged signature
// and a revoked token look the same for as long as they last.
const renewEvery = time.Minute

// NewKeyring holds t, and reads it again with read (nil: never).
func NewKeyring(t Tokens, read func(context.Context) (Tokens, error), log *slog.Logger) *Keyring {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Keyring{read: read, now: time.Now, log: log, tokens: t}
}

// Tokens are the secrets as they were last read.
func (k *Keyring) Tokens() Tokens {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.tokens
}

// Renew reads the secrets again, once a minute at most, and returns them. It
// is true where they differ from refused, the ones that were used: then the
// call may be tried once more. A reading that fails changes nothing.
func (k *Keyring) Renew(ctx context.Context, refused Tokens) (Tokens, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.tokens != refused || k.read == nil || k.now().Sub(k.readAt) < renewEvery {
		return k.tokens, k.tokens != refused
	}
	k.readAt = k.now()
	fresh, err := k.read(ctx)
	if err != nil {
		k.log.Error("Slack refuses a secret, and it could not be read again", "error", err)
		return k.tokens, false
	}
	k.tokens = fresh
	if fresh != refused {
		k.log.Info("Slack refused a secret; it was read again and has changed")
	}
	return fresh, fresh != refused
}
