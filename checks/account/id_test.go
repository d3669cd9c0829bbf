package account_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"rootwatch/checks/account"
)

func TestParseID(t *testing.T) {
	for _, s := range []string{"111122223333", "000000000001", "999988887777"} {
		id, err := account.ParseID(s)
		if err != nil || id.String() != s || id.IsZero() {
			t.Errorf("ParseID(%q) is %q, %v", s, id, err)
		}
	}
	for _, s := range []string{
		"", "1", "11112222333", "1111222233334", "1111-2222-3333", " 111122223333", "111122223333\n", "11112222333x",
		"١١١١٢٢٢٢٣٣٣٣", "１１１１２２２２３３３３", "+11122223333", "0x1122223333", strings.Repeat("1", 1000),
	} {
		id, err := account.ParseID(s)
		if !errors.Is(err, account.ErrID) || !id.IsZero() {
			t.Errorf("ParseID(%q) is %q, %v; want a refusal", s, id, err)
		}
		if err != nil && len(err.Error()) > 200 {
			t.Errorf("the refusal of %d characters has %d", len(s), len(err.Error()))
		}
	}
}

func TestIDTravelsAsText(t *testing.T) {
	id, err := account.ParseID("111122223333")
	if err != nil {
		t.Fatal(err)
	}
	type box struct {
		ID account.ID            `json:"id"`
		By map[account.ID]string `json:"by"`
	}
	for _, want := range []box{{ID: id, By: map[account.ID]string{id: "x"}}, {}} {
		b, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got box
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		if got.ID != want.ID || got.By[id] != want.By[id] {
			t.Errorf("%s comes back as %+v", b, got)
		}
	}
	got := id
	if err := json.Unmarshal([]byte(`"12"`), &got); !errors.Is(err, account.ErrID) || !got.IsZero() {
		t.Errorf("a bad id is read as %q, %v", got, err)
	}
}
