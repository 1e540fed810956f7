package story_test

import (
	"fmt"
	"testing"
	"time"
)

// TestPagesOfLists: newest first, stable while more are made, complete to the end.
func TestPagesOfLists(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := peru()
	var made []string
	for range 7 {
		made = append(made, s.paid(x))
	}
	s.advance(32 * 24 * time.Hour) // into another month
	for range 4 {
		made = append(made, s.voucher(x))
		s.advance(5 * time.Millisecond) // the order of what is made in one millisecond is nobody's promise
	}
	read := func(query string, between func()) (ids []string) {
		cursor := ""
		for range 20 {
			page := s.get("/v1/payments?" + query + cursor)
			for _, p := range list(page, "data") {
				ids = append(ids, str(p["id"]))
			}
			if page["has_more"] != true {
				if page["next_cursor"] != nil {
					t.Errorf("a last page with a cursor: %v", page)
				}
				return ids
			}
			cursor = "&cursor=" + str(page["next_cursor"])
			between()
		}
		t.Fatal("no end")
		return nil
	}
	backwards := func(from []string) string {
		out := ""
		for i := len(from) - 1; i >= 0; i-- {
			out += from[i] + " "
		}
		return out
	}
	for _, limit := range []int{1, 2, 3, 4, 7, 11, 100} {
		got := read(fmt.Sprintf("limit=%d", limit), func() {})
		if text := fmt.Sprint(got); text != "["+backwards(made)[:len(backwards(made))-1]+"]" {
			t.Errorf("limit %d: %v", limit, got)
		}
	}
	if got := read("status=paid&limit=3", func() {}); fmt.Sprint(got) != "["+backwards(made[:7])[:len(backwards(made[:7]))-1]+"]" {
		t.Errorf("paid ones: %v", got)
	}
	if got := read("limit=4", func() { s.voucher(x) }); len(got) != len(made) {
		t.Errorf("%d of %d while more were made", len(got), len(made))
	}
	if got := list(s.get("/v1/payments?store=store_co"), "data"); len(got) != 0 {
		t.Errorf("of the other store: %v", got)
	}
	for _, query := range []string{"limit=0", "limit=101", "limit=x", "cursor=%21", "cursor=eA", "cursor=MjAyNi0xMS96eno"} {
		s.refused(422, "field_invalid", s.as(ana, "GET", "/v1/payments?"+query, nil))
	}
}
