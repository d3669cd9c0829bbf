package demo

import "testing"

func TestWrap(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"what fits stays", "one  two\n", "one  two\n"},
		{"at blanks", "aaaa bbbb cccc dddd eeee", "aaaa bbbb cccc dddd\neeee"},
		{"below its field", "Usual  aaaa bbbb cccc dddd", "Usual  aaaa bbbb\n       cccc dddd"},
		{"a long word stays whole", "https://example.com/a/b/c/d next", "https://example.com/a/b/c/d\nnext"},
		{"wide letters", "日本語日本語 日本語日本語", "日本語日本語\n日本語日本語"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := wrap(tt.in, 20); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
