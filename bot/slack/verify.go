package slack

import (
	"context"
	"net/http"
	"time"
)

// verify is why the request is not Slack's, "" where it is. A signature that
// does not fit may be made with a newer secret: then that is read, once a
// minute at most, and decides. The former one is not taken any more.
func (k *Keyring) verify(ctx context.Context, header http.Header, body []byte, patience time.Duration) string {
	tokens := k.Tokens()
	reason := unsigned(header, tokens.Signing, body)
	if reason != "forged" {
		return reason
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	fresh, changed := k.Renew(ctx, SigningSecret, tokens)
	if !changed {
		return reason
	}
	return unsigned(header, fresh.Signing, body)
}
