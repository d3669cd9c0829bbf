package cloud

import (
	"encoding/json"
	"net/http"

	"github.com/fxamacker/cbor/v2"
)

// listing is one page of a list, under whatever names the service gives the
// list and the token.
type listing struct {
	key, tokenKey string
	items         []any
	next, start   string
}

func (l *listing) empty() { l.items, l.next = []any{}, l.start }

func (l *listing) repeat() { l.next = l.start }

func (l *listing) members() map[string]any {
	m := map[string]any{l.key: l.items}
	if l.next != "" {
		m[l.tokenKey] = l.next
	}
	return m
}

// MarshalJSON writes the members.
func (l *listing) MarshalJSON() ([]byte, error) { return json.Marshal(l.members()) }

// MarshalCBOR writes the members.
func (l *listing) MarshalCBOR() ([]byte, error) { return inCBOR.Marshal(l.members()) }

// pageOf cuts the page out of the list that the request asks for. badToken is
// the service's word for a token that it never gave.
func pageOf[T any](q *request, key, tokenKey, badToken string, all []T, size int, write func(T) any) (any, *apiError) {
	from, ok := parseMarker(q.token)
	if !ok {
		return nil, &apiError{Status: http.StatusBadRequest, Code: badToken, Message: "The token is not valid."}
	}
	from = min(from, len(all))
	end := min(from+size, len(all))
	l := &listing{key: key, tokenKey: tokenKey, items: []any{}, start: marker(from)}
	for _, one := range all[from:end] {
		l.items = append(l.items, write(one))
	}
	if end < len(all) {
		l.next = marker(end)
	}
	return l, nil
}

// sized is the size of a page that the request asks for, the service's
// largest where it asks for none.
func sized(asked *int, most int) (int, bool) {
	if asked == nil {
		return most, true
	}
	return *asked, *asked >= 1 && *asked <= most
}

// inCBOR writes an instant as RPC v2 does: in seconds, under tag 1.
var inCBOR = func() cbor.EncMode {
	mode, err := cbor.EncOptions{Time: cbor.TimeUnixMicro, TimeTag: cbor.EncTagRequired}.EncMode()
	if err != nil { // our own options: a mistake in the program
		panic(err)
	}
	return mode
}()

func mustCBOR(v any) []byte {
	b, err := inCBOR.Marshal(v)
	if err != nil { // our own types: a mistake in the program
		panic(err)
	}
	return b
}
