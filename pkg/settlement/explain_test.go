package settlement_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/settlement"
)

var update = flag.Bool("update", false, "write the golden files")

// sums are breaks whose arithmetic has a cause, and one that has none.
func sums() []example {
	rows := func(rows ...settlement.Row) []settlement.Row { return rows }
	return []example{
		{"settled net of the fee", one(booked()), rows(row(2, amount(12000-420))), ""},
		{"settled net of fee and tax", one(booked()), rows(row(2, amount(12000-420-76))), ""},
		{"settled net of a fee nobody booked", one(booked()), rows(row(2, fee(300), amount(12000-300))), ""},
		{"less for no reason", one(booked()), rows(row(2, amount(9999))), ""},
		{"net without the tax", one(booked()), rows(row(2, net(12000-420))), ""},
		{"net without any cost", one(booked()), rows(row(2, net(12000))), ""},
		{"net off by one", one(booked()), rows(row(2, net(11503))), ""},
		{"tax inside the fee", one(booked()), rows(row(2, fee(496), tax(0))), ""},
		{"fee off by one", one(booked()), rows(row(2, fee(421))), ""},
		{"locked rate", one(entryOf(func(e *settlement.Entry) {
			e.Currency, e.Lock = money.USD, &settlement.Lock{Currency: money.PEN, Units: 3745, Decimals: 3}
		})), rows(row(2, amount(44000))), ""},
		{"another calendar", nil, rows(row(2, func(r *settlement.Row) { r.Unreadable = settlement.FarReason })), ""},
		{"a field too few", nil, rows(row(2, func(r *settlement.Row) { r.Unreadable = "9 fields instead of 10" })), ""},
	}
}

// TestExplanations prints what people read, in three languages, for review as a diff.
func TestExplanations(t *testing.T) {
	var got bytes.Buffer
	for _, x := range append(examples(), sums()...) {
		fmt.Fprintf(&got, "%s\n", x.name)
		for _, b := range settlement.Compare(theDay, peru(), x.entries, raw(x.rows)).Breaks {
			for _, l := range []settlement.Language{settlement.English, settlement.Spanish, settlement.Chinese} {
				text := settlement.Explain(b, l)
				fmt.Fprintf(&got, "  %s %s: %s\n", l, b.Class, text)
				if strings.ContainsAny(text, "{}") {
					t.Errorf("%s: a name stands for nothing in %q", x.name, text)
				}
			}
		}
	}
	const path = "testdata/explanations.txt"
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("explanations differ from %s; run with -update and read the diff", path)
	}
}

// TestEveryClassHasItsSentence fails when a class is added without words.
func TestEveryClassHasItsSentence(t *testing.T) {
	for _, c := range settlement.Classes() {
		texts := map[string]bool{}
		for _, l := range []settlement.Language{settlement.English, settlement.Spanish, settlement.Chinese} {
			text := settlement.Explain(settlement.Break{Class: c, Kind: settlement.KindPayment}, l)
			if strings.HasPrefix(text, string(c)) {
				t.Errorf("%s has no sentence in %s", c, l)
			}
			texts[text] = true
		}
		if len(texts) != 3 {
			t.Errorf("%s reads alike in two languages", c)
		}
	}
}

func TestParseLanguage(t *testing.T) {
	for _, good := range []string{"zh", "es", "en"} {
		if l, err := settlement.ParseLanguage(good); err != nil || string(l) != good {
			t.Errorf("%q: %v %v", good, l, err)
		}
	}
	if _, err := settlement.ParseLanguage("pt"); err == nil {
		t.Error("no error for a language that is not spoken")
	}
}
