package merchant_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/store"
)

func invitation() merchant.Invitation {
	now := time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)
	return merchant.Invitation{Tenant: "demo", Subject: "rf_1", Held: now, Until: now.Add(time.Hour)}
}

// A token that was changed anywhere, or was signed by another merchant, fits nothing; none that is made up is read as one.
func TestInvitationsCannotBeMade(t *testing.T) {
	secret, other := []byte(strings.Repeat("s", 32)), []byte(strings.Repeat("o", 32))
	token := invitation().Token(secret)
	if i, err := merchant.ParseInvitation(token); err != nil || i != invitation() || !i.Fits(secret, token) || i.Fits(other, token) {
		t.Fatalf("%v %v", i, err)
	}
	if len(token) > 160 {
		t.Errorf("%d characters are too many for an SMS", len(token))
	}
	for at := range len(token) {
		for _, c := range "A9_" {
			bent := token[:at] + string(c) + token[at+1:]
			if i, err := merchant.ParseInvitation(bent); bent != token && err == nil && i.Fits(secret, bent) {
				t.Errorf("changed at %d, and it fits: %v", at, i)
			}
		}
	}
	for _, said := range []string{"", "1\ndemo\nrf_1\nmu\n", "2\ndemo\nrf_1\nmu\nmu", "1\n\nrf_1\nmu\nmu", "1\ndemo\n\nmu\nmu", "1\ndemo\nrf_1\n!\nmu", "1\ndemo\nrf_1\nmu\nmu\nmore"} {
		if _, err := merchant.ParseInvitation(base64.RawURLEncoding.EncodeToString([]byte(said)) + ".AAAA"); !errors.Is(err, merchant.ErrInvitation) {
			t.Errorf("%q: %v", said, err)
		}
	}
}

// A merchant has one secret, whoever needs it first.
func TestASecretIsMadeOnce(t *testing.T) {
	w, n := open(t), byte(0)
	s := merchant.Secrets{Store: w.store, Random: func(size int) []byte {
		n++
		return []byte(strings.Repeat(string(rune('a'+n)), size))
	}}
	if _, err := s.Of(context.Background(), "demo"); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
	first, err := s.Make(context.Background(), "demo")
	again, err2 := s.Make(context.Background(), "demo")
	if err != nil || err2 != nil || string(first) != string(again) || len(first) != 32 || n != 1 {
		t.Errorf("%q %v, %q %v, drawn %d times", first, err, again, err2, n)
	}
}
