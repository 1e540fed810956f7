package receipt

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
)

// Languages a receipt may be in. The first is the buyer's, for who names none.
func Languages() []string { return []string{"es", "en", "zh"} }

//go:embed words.json
var wordsFile []byte

// words by key and language, read when the first receipt is made.
var words = sync.OnceValue(func() map[string]map[string]string {
	var w map[string]map[string]string
	if err := json.Unmarshal(wordsFile, &w); err != nil {
		panic(err) // embedded, and read by a test
	}
	return w
})

// Words are what a language's receipts are made of, by key.
func Words(lang string) map[string]string {
	all := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(words())) {
		all[key] = words()[key][lang]
	}
	return all
}

// say is the word for a key; a code that has none stands for itself.
func say(lang, key string) string {
	if w := words()[key][lang]; w != "" {
		return w
	}
	_, code, _ := strings.Cut(key, ".")
	return code
}

var months = map[string]string{
	"es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
	"en": "January February March April May June July August September October November December",
}

// instant is a moment in the country's own time, as its people or their readers write it.
func instant(lang string, t time.Time, zone *time.Location) string {
	t = t.In(zone)
	clock := t.Format("15:04:05") + " (UTC" + t.Format("-07:00") + ")"
	if lang == "zh" {
		return fmt.Sprintf("%d年%d月%d日 %s", t.Year(), t.Month(), t.Day(), clock)
	}
	month := strings.Fields(months[lang])[t.Month()-1]
	if lang == "es" {
		return fmt.Sprintf("%d de %s de %d, %s", t.Day(), month, t.Year(), clock)
	}
	return fmt.Sprintf("%d %s %d, %s", t.Day(), month, t.Year(), clock)
}

// sum is an amount with its thousands apart: with dots and a decimal comma for readers of Spanish in Colombia, else the other way
// round, as Peru and the others write it.
func sum(lang, country string, a money.Amount) string {
	places, err := a.Currency().Exponent()
	if err != nil {
		places = 2
	}
	whole, fraction, has := strings.Cut(money.FormatMinor(a.Minor(), places), ".")
	thousands, point := ",", "."
	if lang == "es" && country == "CO" {
		thousands, point = ".", ","
	}
	sign := ""
	if rest, negative := strings.CutPrefix(whole, "-"); negative {
		sign, whole = "-", rest
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + thousands + whole[i:]
	}
	if has {
		whole += point + fraction
	}
	return string(a.Currency()) + " " + sign + whole
}
