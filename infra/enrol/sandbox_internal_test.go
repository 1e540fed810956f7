package main

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/sandbox"
)

const site = "https://stack.example"

func playedExample(t *testing.T, change ...string) (enrolment, error) {
	t.Helper()
	text, err := os.ReadFile("sandbox.json")
	if err != nil {
		t.Fatal(err)
	}
	return read(strings.NewReader(strings.NewReplacer(change...).Replace(string(text))), site)
}

// TestASandboxIsOpened: the merchant has an account with every played provider, which is called where it is played, and both
// sides know the same secrets.
func TestASandboxIsOpened(t *testing.T) {
	ctx, books, diaries := context.Background(), empty(), empty()
	e, err := playedExample(t)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := enrol(ctx, books, e); err != nil {
		t.Fatal(err)
	}
	if err := e.open(ctx, diaries, site); err != nil {
		t.Fatal(err)
	}
	a, err := provider.Book{Store: books}.Account(ctx, "efecty-tienda")
	if err != nil || a.Mode != provider.Test || a.Endpoint != site+"/_sandbox/wire/"+e.sandboxKey+"/efecty" {
		t.Errorf("%s at %s: %v", a.ID, a.Endpoint, err)
	}
	for _, s := range e.Merchant.Stores {
		if len(s.Accounts) < 7 || s.Accounts[0].Provider != s.Network {
			t.Errorf("store %s: %v", s.ID, s.Accounts)
		}
	}
	stage := sandbox.New(sandbox.Ports{Store: diaries, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	req := httptest.NewRequest("GET", "/_sandbox/accounts", nil)
	req.Header.Set("Authorization", "Bearer "+e.sandboxKey)
	w := httptest.NewRecorder()
	if stage.ServeHTTP(w, req); w.Code != 200 || !bytes.Contains(w.Body.Bytes(), []byte(a.Secrets[0])) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	other, err := playedExample(t)
	if err != nil || other.sandboxKey == e.sandboxKey || other.Accounts[0].Secrets[0] == e.Accounts[0].Secrets[0] {
		t.Errorf("two sandboxes share a secret: %v", err)
	}
}

func TestASandboxTakesNothingReal(t *testing.T) {
	if _, err := playedExample(t, `"mode": "test"`, `"mode": "live"`); err == nil {
		t.Error("a live merchant")
	}
	if _, err := playedExample(t, `"keys"`, `"accounts": [{"id": "a", "provider": "efecty"}], "keys"`); err == nil || !strings.Contains(err.Error(), "accounts") {
		t.Errorf("an account of the merchant's own: %v", err)
	}
	for _, args := range [][]string{{"--table", "t", "--sandbox", "s"}, {"--table", "t", "--site", site}} {
		var out, errs bytes.Buffer
		if code := run(args, strings.NewReader("{}"), &out, &errs); code != 2 {
			t.Errorf("%v: exit %d", args, code)
		}
	}
	f, err := os.Open("sandbox.json")
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := run([]string{"--check", "--site", site}, f, &out, &errs); code != 0 {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}
