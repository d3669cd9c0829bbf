package replay

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"rootwatch/checks/spend"
)

// source gives rows in the order that a replay needs them in: costs by date,
// as-of rows by observed_on.
type source interface {
	// peek is the row that comes next; false at the end.
	peek() (row, bool, error)
	drop() // the row that peek gave
}

// stream reads a file that is sorted, and finds out if it is not.
type stream struct {
	lines *lines
	now   row
	state error // io.EOF: the end
	held  bool
	last  spend.Day
}

// unsorted is why a file cannot be read day by day.
type unsorted struct{ what string }

func (u unsorted) Error() string { return u.what }

func (s *stream) peek() (row, bool, error) {
	if s.held || s.state != nil {
		return s.now, s.held, ended(s.state)
	}
	q, err := s.lines.next()
	if err != nil {
		s.state = err
		return row{}, false, ended(err)
	}
	by, column := q.day, "date"
	if s.lines.asof {
		by, column = q.observed, "observed_on"
	}
	switch {
	case by < s.last:
		s.state = unsorted{fmt.Sprintf("%s is not sorted by %s (%s comes after %s)", s.lines.name, column, by, s.last)}
	case s.lines.asof && q.observed-q.day > moving:
		s.state = unsorted{fmt.Sprintf("%s restates days of more than %d days ago (%s on %s)", s.lines.name, moving, q.day, q.observed)}
	}
	if s.state != nil {
		return row{}, false, s.state
	}
	s.now, s.held, s.last = q, true, by
	return q, true, nil
}

func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (s *stream) drop() { s.held = false }

// heap is a file in memory, sorted.
type heap []row

func (h *heap) peek() (row, bool, error) {
	if len(*h) == 0 {
		return row{}, false, nil
	}
	return (*h)[0], true, nil
}

func (h *heap) drop() { *h = (*h)[1:] }

// all reads the rest of a file into memory and sorts it.
func (l *lines) all() (*heap, error) {
	var h heap
	for {
		q, err := l.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		h = append(h, q)
	}
	slices.SortStableFunc(h, func(a, b row) int { return cmp.Or(cmp.Compare(a.observed, b.observed), cmp.Compare(a.day, b.day)) })
	return &h, nil
}
