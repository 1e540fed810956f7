package catalogue_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/vuelto/vuelto/pkg/batch"
	"github.com/vuelto/vuelto/pkg/catalogue"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/payment"
)

func TestEveryCodeHasItsWordsInEveryLanguage(t *testing.T) {
	for _, kind := range []catalogue.Kind{catalogue.Errors, catalogue.Statuses} {
		codes := catalogue.Codes(kind)
		if len(codes) == 0 {
			t.Errorf("no %s", kind)
		}
		for _, code := range codes {
			for _, language := range catalogue.Languages() {
				w, ok := catalogue.Find(kind, code, language)
				for _, text := range []string{w.Title, w.Cause, w.NextStep} {
					han := strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
					if !ok || text == "" || strings.TrimSpace(text) != text || han != (language == "zh") {
						t.Errorf("%s %s in %s: %q", kind, code, language, text)
					}
				}
			}
		}
	}
}

func TestEveryStatusHasWords(t *testing.T) {
	for _, s := range disbursement.States() {
		if _, ok := catalogue.Find(catalogue.Statuses, "disbursement."+string(s), "en"); !ok {
			t.Errorf("no words for disbursement.%s", s)
		}
	}
	for _, s := range []payment.State{payment.Pending, payment.Paid, payment.Expired, payment.Cancelled} {
		if _, ok := catalogue.Find(catalogue.Statuses, "payment."+string(s), "en"); !ok {
			t.Errorf("no words for payment.%s", s)
		}
	}
	for _, s := range []batch.Status{batch.Scheduled, batch.Queued, batch.Running, batch.Done, batch.Cancelled} {
		if _, ok := catalogue.Find(catalogue.Statuses, "batch."+string(s), "en"); !ok {
			t.Errorf("no words for batch.%s", s)
		}
	}
	if want := len(disbursement.States()) + 4 + 5; len(catalogue.Codes(catalogue.Statuses)) != want {
		t.Errorf("%d statuses have words, %d exist", len(catalogue.Codes(catalogue.Statuses)), want)
	}
}

// Every type that can be told has words, and no words are of a type that cannot.
func TestEveryEventHasWords(t *testing.T) {
	used := map[string]bool{}
	for _, e := range append(event.Types(), event.Processed) {
		code := string(e)
		for _, language := range catalogue.Languages() {
			w, ok := catalogue.Find(catalogue.Events, code, language)
			han := strings.ContainsFunc(w.Title+w.NextStep, func(r rune) bool { return unicode.Is(unicode.Han, r) })
			if !ok || w.Title == "" || w.Cause == "" || w.NextStep == "" || han != (language == "zh") {
				t.Errorf("%s in %s: %+v", code, language, w)
			}
		}
		if _, step, ok := strings.Cut(code, "."); ok && (strings.HasPrefix(code, "refund.") || strings.HasPrefix(code, "payout.")) {
			code = "disbursement." + step
		}
		used[code] = true
	}
	for _, code := range catalogue.Codes(catalogue.Events) {
		if !used[code] {
			t.Errorf("%s is never told", code)
		}
	}
	for _, code := range []string{"disbursement.paid", "payment.pending", "refund.lost", "", "refund."} {
		if _, ok := catalogue.Find(catalogue.Events, code, "en"); ok {
			t.Errorf("%q has words", code)
		}
	}
}

// A code is asked for in an address, so it is anybody's text.
func TestACodeEndsWhereItsKeyDoes(t *testing.T) {
	for _, code := range []string{"", "malformed", "malformed_json\":{\n \"en", "en", "{", "malformed_json\":"} {
		if w, ok := catalogue.Find(catalogue.Errors, code, "en"); ok {
			t.Errorf("%q: %+v", code, w)
		}
	}
}

func TestLanguage(t *testing.T) {
	for header, want := range map[string]string{"": "en", "es": "es", "zh-CN,zh;q=0.9,en;q=0.8": "zh", "de, es-PE;q=0.5": "es",
		"fr": "en", "ES-co": "es", "*": "en", ",;,": "en", "zhx": "en"} {
		if got := catalogue.Language(header); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}
