package receipt

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
)

// Rule says for how many years a country's receipts are kept, from a day on, and why.
type Rule struct {
	Country string        `json:"country"` // ISO 3166
	From    calendar.Date `json:"from"`
	Years   int           `json:"years"`
	Source  string        `json:"source"`
}

// LeastYears is below what no rule may go: the shortest that commerce, tax and anti-laundering law ask for together.
const LeastYears = 5

//go:embed retention.json
var retentionFile []byte

// Rules are those of every country, by day.
var Rules = sync.OnceValue(func() []Rule {
	var rules []Rule
	if err := json.Unmarshal(retentionFile, &rules); err != nil {
		panic(err) // embedded, and read by a test
	}
	return rules
})

// Until is how long a receipt must be kept that attests something of this instant: by the rule that held on that local day, counted
// from it. Error: there is no rule.
func Until(country calendar.Country, at time.Time) (time.Time, error) {
	day := calendar.On(at, country.Zone())
	var found *Rule
	for i, r := range Rules() {
		if r.Country == country.Code() && !day.Before(r.From) && (found == nil || found.From.Before(r.From)) {
			found = &Rules()[i]
		}
	}
	if found == nil {
		return time.Time{}, fmt.Errorf("receipt: no rule says how long to keep what is of %s in %s", day, country.Code())
	}
	return day.Start(country.Zone()).AddDate(found.Years, 0, 1).UTC(), nil // the whole of the last day
}
