package reconciliation

import (
	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/rate"
)

// Shown is a net in another currency, and by which rate. Without a Pair it was in that currency; with Unknown there is no rate, and no sum.
type Shown struct {
	Currency string        `json:"currency"`
	Net      int64         `json:"net"` // minor units
	Source   string        `json:"source,omitempty"`
	Pair     string        `json:"pair,omitempty"` // "USD/COP" is pesos for a dollar
	Rate     string        `json:"rate,omitempty"` // decimal digits
	Day      calendar.Date `json:"day,omitzero"`   // that the rate was published for
	Unknown  bool          `json:"unknown,omitempty"`
}

// Show keeps what a net is in other currencies.
func Show(steps []rate.Step) (list []Shown) {
	for _, s := range steps {
		x := Shown{Currency: string(s.In), Net: s.Amount.Minor(), Unknown: !s.Known}
		if s.Rate != nil {
			x.Source, x.Pair, x.Rate, x.Day = string(s.Rate.Source), s.Rate.Pair(), s.Rate.Value(), s.Rate.Day
		}
		list = append(list, x)
	}
	return list
}
