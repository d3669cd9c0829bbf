package store

import (
	"context"
	"fmt"

	"rootwatch/checks/account"
)

// words are the texts in a bill by their numbers; 0 is "".
type words struct {
	list  []string
	ids   map[string]uint64
	known int // how many are in the store
}

func wordsOf(ctx context.Context, c conn, scope account.Scope) (*words, error) {
	w := &words{list: []string{""}, ids: map[string]uint64{"": 0}, known: 1}
	err := each(ctx, c, func(r rows) error {
		var id int
		var word string
		if err := r.Scan(&id, &word); err != nil {
			return err
		}
		if id != len(w.list) {
			return fmt.Errorf("the stored names of the bill are damaged: %d is missing", len(w.list))
		}
		w.id(word)
		return nil
	}, `SELECT id, word FROM bill_word WHERE partition = ?1 AND organization = ?2 ORDER BY id`, scope.Partition, scope.Organization)
	return w, err
}

// id is the word's number, a new one where it has none.
func (w *words) id(word string) uint64 {
	id, ok := w.ids[word]
	if !ok {
		id = uint64(len(w.list))
		w.list, w.ids[word] = append(w.list, word), id
	}
	return id
}

// word is the text of a number; false where there is none.
func (w *words) word(id uint64) (string, bool) {
	if id >= uint64(len(w.list)) {
		return "", false
	}
	return w.list[id], true
}

// save adds those that are new.
func (w *words) save(ctx context.Context, c conn, scope account.Scope) error {
	from := w.known
	return c.many(ctx, `INSERT INTO bill_word (partition, organization, id, word) VALUES (?1, ?2, ?3, ?4)`, len(w.list)-from, func(i int) []any {
		return []any{scope.Partition, scope.Organization, int64(from + i), w.list[from+i]}
	})
}

// accountsOf are the accounts that were ever billed, in order.
func accountsOf(ctx context.Context, c conn, scope account.Scope) ([]string, error) {
	return list(ctx, c, column[string], `SELECT account FROM bill_account WHERE partition = ?1 AND organization = ?2 ORDER BY account`,
		scope.Partition, scope.Organization)
}
