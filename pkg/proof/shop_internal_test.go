package proof

import (
	"net/http"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/sim"
)

// Each check on what finance looks at seldom fails where it should, and nowhere else: a shop's orders, a month that had sales, what became
// of a batch's rows.
func TestWhatMayNotComeOfWhatIsSeldomLookedAtIsNoticed(t *testing.T) {
	orders := func(legs string) func(*plot) {
		return func(p *plot) { p.answered(says(`{"data":[`+legs+`]}`)).compare("/v1/orders", "pay_1", "A-1", "A-2") }
	}
	const sold, unknown = `{"order":{"order_reference":"A-1"},"payments":[{"payment":"pay_1"}]}`, `{"class":"MISSING_IN_BOOKS","order":{"order_reference":"A-2"}}`
	month := func(packs []string, opened int) func(*plot) {
		return func(p *plot) {
			given := 0
			p.answered(func(_ int, method, path string) sim.Reply {
				switch {
				case strings.HasSuffix(path, "/pack"):
					given++
					return sim.Reply{Status: 200, Body: []byte(packs[given-1])}
				case path == "/v1/reconciliations/rec_1/reopen":
					return sim.Reply{Status: opened}
				}
				return sim.Reply{Status: 200}
			}).account("/v1/reconciliations/rec_1", "/v1/months/2026-08")
		}
	}
	rows := func(list string) func(*plot) {
		return func(p *plot) { p.answered(says(`{"data":[`+list+`]}`)).verdicts("bat_1", 2) }
	}
	for _, c := range []struct {
		what   string
		breaks string // empty = nothing
		plant  func(*plot)
	}{
		{"a shop's orders", "", orders(`{"payments":[{"payment":"pay_9"}]},` + sold + "," + unknown)},
		{"an order of another payment", i36, orders(strings.Replace(sold, "pay_1", "pay_2", 1) + "," + unknown)},
		{"an order that differs", i36, orders(strings.Replace(sold, "{", `{"class":"AMOUNT_OVER",`, 1) + "," + unknown)},
		{"an order that is not shown", i36, orders(sold)},
		{"an order of which the books know", i36, orders(sold + "," + strings.Replace(unknown, "MISSING_IN_BOOKS", "", 1))},
		{"a month that had sales", "", month([]string{"zip", "zip"}, http.StatusConflict)},
		{"two packs of one month", i36, month([]string{"zip", "zap"}, http.StatusConflict)},
		{"a pack of nothing", i36, month([]string{"", ""}, http.StatusConflict)},
		{"a day of a closed month is opened", i36, month([]string{"zip", "zip"}, http.StatusOK)},
		{"a batch's rows", "", rows(`{"row":1},{"row":2}`)},
		{"a row is missing", i36, rows(`{"row":1}`)},
		{"a row is told of twice", i36, rows(`{"row":1},{"row":1}`)},
	} {
		t.Run(c.what, func(t *testing.T) { noticed(t, c.breaks, c.plant) })
	}
}
