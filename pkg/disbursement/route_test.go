package disbursement_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
)

// Which road a refund takes and why, for what may stand in each road's way. Review the diff of the golden file.
func TestTheRoadOfARefund(t *testing.T) {
	day := func(n int) calendar.Date { return calendar.Date{Year: 2026, Month: 12, Day: n} }
	original := disbursement.Road{Route: disbursement.Original, Provider: "net", Account: "net", Offered: true, Until: day(15), Min: 100, Unit: 1, Arrives: day(20)}
	cash := disbursement.Road{Route: disbursement.CashWithdrawal, Provider: "net", Account: "net", Offered: true, Until: day(15), Min: 1000, Max: 9000, Unit: 100, Arrives: day(20)}
	bank := disbursement.Road{Route: disbursement.BankTransfer, Provider: "gate", Account: "gate", Offered: true, Min: 500, Unit: 1, Arrives: day(13)}
	hand := disbursement.Road{Route: disbursement.Manual, Provider: "net", Account: "net", Offered: true}
	no := func(r disbursement.Road) disbursement.Road { r.Offered = false; return r }
	shut := func(r disbursement.Road) disbursement.Road { r.Closed = true; return r }
	poor := func(r disbursement.Road) disbursement.Road { r.Missing = []string{"account", "bank"}; return r }
	whole := func(r disbursement.Road) disbursement.Road { r.WholeOnly = true; return r }
	dry := func(r disbursement.Road) disbursement.Road { r.Short = "10.00 PEN are left at " + r.Provider; return r }
	all := []disbursement.Road{original, cash, bank, hand}
	var b strings.Builder
	for _, c := range []struct {
		name  string
		ask   disbursement.Ask
		minor int64
		roads []disbursement.Road
	}{
		{name: "all are open", roads: all},
		{name: "no original road", roads: []disbursement.Road{no(original), cash, bank, hand}},
		{name: "closed by the rules", roads: []disbursement.Road{shut(original), shut(cash), bank, hand}},
		{name: "the last day of the window", ask: disbursement.Ask{Today: day(15)}, roads: all},
		{name: "a day later", ask: disbursement.Ask{Today: day(16)}, roads: all},
		{name: "a day later, the account is not known", ask: disbursement.Ask{Today: day(16)}, roads: []disbursement.Road{original, cash, poor(bank), hand}},
		{name: "a day later, no transfers", ask: disbursement.Ask{Today: day(16)}, roads: []disbursement.Road{original, cash, no(bank), hand}},
		{name: "a day later, nothing at all", ask: disbursement.Ask{Today: day(16)}, roads: []disbursement.Road{original, cash, no(bank), shut(hand)}},
		{name: "nobody offers anything", roads: []disbursement.Road{no(original), no(cash), no(bank), hand}},
		{name: "the original's minimum less one", minor: 99, roads: all},
		{name: "the original's minimum", minor: 100, roads: all},
		{name: "below cash's minimum", minor: 999, roads: []disbursement.Road{no(original), cash, no(bank), hand}},
		{name: "cash's maximum", minor: 9000, roads: []disbursement.Road{no(original), cash, no(bank), hand}},
		{name: "above cash's maximum", minor: 9100, roads: []disbursement.Road{no(original), cash, no(bank), hand}},
		{name: "pesos and a half", minor: 2050, roads: []disbursement.Road{no(original), cash, no(bank), hand}},
		{name: "a part of what goes back whole", ask: disbursement.Ask{Part: true}, roads: []disbursement.Road{whole(original), no(cash), no(bank), hand}},
		{name: "the whole of it", roads: []disbursement.Road{whole(original), no(cash), no(bank), hand}},
		{name: "the platform's deadline is a day too soon", ask: disbursement.Ask{Deadline: day(19)}, roads: all},
		{name: "the platform's deadline is met", ask: disbursement.Ask{Deadline: day(20)}, roads: all},
		{name: "no road meets the deadline", ask: disbursement.Ask{Deadline: day(12)}, roads: all},
		{name: "asked: cash", ask: disbursement.Ask{Route: disbursement.CashWithdrawal}, roads: all},
		{name: "asked: cash, too late", ask: disbursement.Ask{Route: disbursement.CashWithdrawal, Today: day(16)}, roads: all},
		{name: "asked: cash, to nobody", ask: disbursement.Ask{Route: disbursement.CashWithdrawal}, roads: []disbursement.Road{poor(cash), hand}},
		{name: "asked: a transfer, to no account", ask: disbursement.Ask{Route: disbursement.BankTransfer}, roads: []disbursement.Road{original, poor(bank), hand}},
		{name: "our balance is short, a transfer is open", roads: []disbursement.Road{dry(original), dry(cash), bank, hand}},
		{name: "our balance is short wherever we have one", roads: []disbursement.Road{dry(original), no(cash), dry(bank), hand}},
		{name: "short, or details are missing", roads: []disbursement.Road{no(original), dry(cash), poor(bank), hand}},
		{name: "short, and details are missing", roads: []disbursement.Road{no(original), no(cash), dry(poor(bank)), hand}},
		{name: "short, too late for the deadline", ask: disbursement.Ask{Deadline: day(19)}, roads: []disbursement.Road{original, no(cash), dry(bank), hand}},
		{name: "asked: a transfer, our balance is short", ask: disbursement.Ask{Route: disbursement.BankTransfer}, roads: []disbursement.Road{original, dry(bank), hand}},
		{name: "asked: by hand", ask: disbursement.Ask{Route: disbursement.Manual}, roads: all},
		{name: "asked: what nobody has", ask: disbursement.Ask{Route: disbursement.Original}, roads: []disbursement.Road{hand}},
	} {
		if c.ask.Today.IsZero() {
			c.ask.Today = day(11)
		}
		if c.minor == 0 {
			c.minor = 5000
		}
		c.ask.Amount = money.New(c.minor, money.PEN)
		got := disbursement.Choose(c.ask, c.roads)
		if got.Refused != nil {
			fmt.Fprintf(&b, "%s: refused, %s: %s\n", c.name, got.Refused.Obstacle, got.Refused.Says)
			continue
		}
		hold := ""
		if got.Hold != "" {
			hold = ", held for " + got.Hold
		}
		if got.Waits != "" {
			hold += ", waits: " + got.Waits
		}
		fmt.Fprintf(&b, "%s: %s%s\n    %s\n", c.name, got.Road.Route, hold, got.Reason)
	}
	golden(t, "testdata/roads.txt", b.String())
}
