package mercadopagosim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// report is an account money report that was asked for.
type report struct {
	account    string
	settles    calendar.Date
	begin, end time.Time
	file       string
}

func (n *Network) settlementReport(w http.ResponseWriter, req *http.Request, a *simnet.Account, body []byte) {
	path := strings.TrimPrefix(strings.TrimPrefix(req.URL.Path, "/v1/account/settlement_report"), "/")
	switch {
	case req.Method == http.MethodPost && path == "":
		n.createReport(w, a, body)
	case req.Method == http.MethodGet && path == "list":
		listed := []listedJSON{}
		for _, r := range n.reports {
			if r.account == a.ID {
				listed = append(listed, listedJSON{r.begin.Format(time.RFC3339), "manual", r.end.Format(time.RFC3339), r.file})
			}
		}
		simnet.WriteJSON(w, http.StatusOK, listed)
	case req.Method == http.MethodGet:
		n.download(w, req, a, path)
	default:
		http.NotFound(w, req)
	}
}

type listedJSON struct {
	BeginDate   string `json:"begin_date"`
	CreatedFrom string `json:"created_from"`
	EndDate     string `json:"end_date"`
	FileName    string `json:"file_name"`
}

// createReport makes the report of a span that ends before a settlement day; 203 while nothing settles then.
func (n *Network) createReport(w http.ResponseWriter, a *simnet.Account, body []byte) {
	var ask struct {
		BeginDate time.Time `json:"begin_date"`
		EndDate   time.Time `json:"end_date"`
	}
	if json.Unmarshal(body, &ask) != nil || !ask.BeginDate.Before(ask.EndDate) {
		refusal(w, http.StatusBadRequest, "2085", "Invalid value")
		return
	}
	country, err := calendar.ByNetwork(a.Network)
	if err != nil {
		w.WriteHeader(http.StatusNonAuthoritativeInfo)
		return
	}
	settles := calendar.On(ask.EndDate.Add(time.Second), country.Zone())
	if _, published := n.Movements(a, settles); !published {
		w.WriteHeader(http.StatusNonAuthoritativeInfo)
		return
	}
	n.reports = append(n.reports, report{a.ID, settles, ask.BeginDate.UTC(), ask.EndDate.UTC(),
		fmt.Sprintf("settlement-report-%s-%s.csv", a.ID, settles)})
	simnet.WriteJSON(w, http.StatusAccepted, map[string]string{"status": "accepted"})
}

func (n *Network) download(w http.ResponseWriter, req *http.Request, a *simnet.Account, file string) {
	for _, r := range n.reports {
		if r.account != a.ID || r.file != file {
			continue
		}
		if body, ok := n.Print(a, r.settles, simnet.Form{Name: "report", Head: header, Comma: ';', Rows: n.rows}); ok {
			w.Header().Set("Content-Type", "text/csv; charset=utf-8")
			_, _ = w.Write(body)
			return
		}
	}
	http.NotFound(w, req)
}

const header = "EXTERNAL_REFERENCE;SOURCE_ID;USER_ID;PAYMENT_METHOD_TYPE;PAYMENT_METHOD;SITE;TRANSACTION_TYPE;TRANSACTION_AMOUNT;" +
	"TRANSACTION_CURRENCY;TRANSACTION_DATE;FEE_AMOUNT;SETTLEMENT_NET_AMOUNT;SETTLEMENT_CURRENCY;SETTLEMENT_DATE;REAL_AMOUNT;" +
	"COUPON_AMOUNT;METADATA;MKP_FEE_AMOUNT;FINANCING_FEE_AMOUNT;SHIPPING_FEE_AMOUNT;TAXES_AMOUNT;INSTALLMENTS"

// rows prints a line of the report. The fee is negative and holds its tax; MKP_FEE_AMOUNT shows the same fee again.
func (n *Network) rows(m simnet.Movement, _ *time.Location) [][]string {
	method, kind, _ := methodOf(m.Account)
	site := map[string]string{"efecty": "MCO", "pagoefectivo": "MPE"}[m.Account.Network]
	word := "REFUND"
	if m.Kind == simnet.KindPayment {
		word = "SETTLEMENT"
	}
	fee, tax := m.Account.Fees.Of(m.Minor)
	if m.Reversal {
		fee, tax = 0, 0
	}
	two := func(minor int64) string { return money.FormatMinor(minor, 2) }
	net, at := m.Minor-fee-tax, stamp(m.At)
	return [][]string{{n.external(m), m.ID, "demo", kind, method, site, word, two(m.Minor), string(m.Currency), at, two(-fee - tax),
		two(net), string(m.Currency), at, two(net), "0.00", "[{}]", two(-fee - tax), "0.00", "0.00", "0.00", "1"}}
}

// external is the reference that the merchant gave the payment.
func (n *Network) external(m simnet.Movement) string {
	if c := n.payments[m.ID]; c != nil {
		return c.payment.Ours
	}
	for _, d := range n.DisbursementsOf(m.Account) {
		if c := n.payments[d.Transaction]; d.Reference == m.ID && c != nil {
			return c.payment.Ours
		}
	}
	return ""
}
