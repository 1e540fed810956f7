package recon

import (
	"fmt"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// Profile is how one provider's report spells the generic columns. Empty fields are the generic profile.
type Profile struct {
	Name  string
	Names map[string]string // generic column name → the report's; absent = the generic one
}

// Generic is the profile of the columns that the networks' reports share.
func Generic() Profile { return Profile{Name: "generic"} }

// ProfileByName finds a provider's profile. Error: none of that name.
func ProfileByName(name string) (Profile, error) {
	switch name {
	case "", "generic", "efecty", "pagoefectivo": // both networks report in the generic columns
		return Generic(), nil
	}
	return Profile{}, fmt.Errorf("no settlement profile for provider %q: there are generic, efecty, pagoefectivo", name)
}

// The generic columns of a settlement file, in the order in which a row keeps them.
const (
	colTransaction = iota
	colReference
	colType
	colAmount
	colFee
	colTax
	colNet
	colCurrency
	colDate
	colStatus
)

var settlementColumns = []string{"Transaction ID", "Reference Code", "Type", "Amount", "Fee", "Tax", "Net Amount", "Currency", "Date", "Status"}

// columns are the report's names of the generic columns.
func (p Profile) columns() (wanted, optional []string) {
	wanted = slices.Clone(settlementColumns)
	for i, generic := range wanted {
		if theirs, ok := p.Names[generic]; ok {
			wanted[i] = theirs
		}
	}
	return wanted, []string{wanted[colTax]}
}

// The columns of the books.
const (
	bookID = iota
	bookKind
	bookReference
	bookTransaction
	bookAmount
	bookFee
	bookTax
	bookCurrency
	bookStatus
	bookOccurred
	bookSettlesIn
	bookRate
	bookRateSource
)

var bookColumns = []string{"id", "kind", "reference", "transaction_id", "amount", "fee", "tax", "currency", "status", "occurred_at",
	"settles_currency", "locked_rate", "rate_source"}

var optionalBookColumns = []string{"fee", "tax", "settles_currency", "locked_rate", "rate_source"}

// NetworkRules are the calendar, the zone and the smallest amounts of a network that settles T+n. Error: no such network.
func NetworkRules(network string, settlesIn int) (settlement.Rules, error) {
	country, err := calendar.ByNetwork(network)
	if err != nil {
		return settlement.Rules{}, fmt.Errorf("no network %q: use efecty or pagoefectivo", network)
	}
	return settlement.Rules{Country: country, SettlesIn: settlesIn,
		Smallest: map[money.Currency]int64{money.COP: 100, money.PEN: 1, money.USD: 1}}, nil
}

// zoneOffset of a country that keeps one offset all year, in seconds east of Greenwich.
func zoneOffset(c calendar.Country) int64 {
	_, offset := time.Unix(0, 0).In(c.Zone()).Zone()
	return int64(offset)
}
