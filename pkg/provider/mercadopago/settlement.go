package mercadopago

import (
	"bufio"
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// displayZone is the report's own zone where the account set no other: GMT-04, whatever the country.
func displayZone() *time.Location { return time.FixedZone("GMT-04", -4*60*60) }

// layoutOf is the account money report. Its fees are negative and already hold Mercado Libre's share (MKP_FEE_AMOUNT) and
// the costs of financing and shipping, which are therefore not added.
func layoutOf(account provider.Account) (csvsettlement.Layout, error) {
	return csvsettlement.Configure(account.Settings, csvsettlement.Layout{
		Zone: displayZone(), Dates: stampLayout, NegativeCosts: true,
		Names: map[string]string{"Transaction ID": "SOURCE_ID", "Reference Code": "EXTERNAL_REFERENCE", "Type": "TRANSACTION_TYPE",
			"Amount": "TRANSACTION_AMOUNT", "Fee": "FEE_AMOUNT", "Tax": "TAXES_AMOUNT", "Net Amount": "SETTLEMENT_NET_AMOUNT",
			"Currency": "TRANSACTION_CURRENCY", "Date": "TRANSACTION_DATE"},
		Types: map[string]settlement.Type{"SETTLEMENT": settlement.Payment, "REFUND": settlement.Refund,
			"CHARGEBACK": settlement.Reversal, "DISPUTE": settlement.Reversal},
	})
}

// ReadSettlement reads an account money report, separated by commas or semicolons. Lines about the merchant's own transfers
// to a bank are about nothing in our books and are left out.
func (a *Adapter) ReadSettlement(file io.Reader) iter.Seq2[settlement.Row, error] {
	return func(yield func(settlement.Row, error) bool) {
		in := bufio.NewReaderSize(file, 4<<10)
		layout := a.layout
		if head, _ := in.Peek(1 << 10); layout.Comma == 0 && strings.Contains(firstLine(head), ";") {
			layout.Comma = ';'
		}
		for row, err := range csvsettlement.Read(in, layout) {
			if err == nil && transfer(row, layout.Comma) {
				continue
			}
			if row.Type == settlement.Refund && row.Amount > 0 {
				row.Type = settlement.Reversal // money that was given back and returned
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

func firstLine(head []byte) string {
	line, _, _ := strings.Cut(string(head), "\n")
	return line
}

// transfer says the line is about money that the merchant moved between its own accounts.
func transfer(row settlement.Row, comma rune) bool {
	if row.Unreadable == "" {
		return false
	}
	if comma == 0 {
		comma = ','
	}
	for _, cell := range strings.Split(row.Raw, string(comma)) {
		switch cell {
		case "WITHDRAWAL", "WITHDRAWAL_CANCEL", "PAYOUT":
			return true
		}
	}
	return false
}

// report is one line of the list of reports.
type report struct {
	BeginDate string `json:"begin_date"`
	EndDate   string `json:"end_date"`
	FileName  string `json:"file_name"`
}

const reports = "/v1/account/settlement_report"

// FetchSettlement downloads the report of the local days that settle on a day, and asks for it to be made while there is
// none.
func (a *Adapter) FetchSettlement(ctx context.Context, day calendar.Date) (provider.File, error) {
	begin := a.country.AddBusinessDays(day, -1).Start(a.country.Zone())
	end := day.Start(a.country.Zone()).Add(-time.Second)
	name, err := a.listed(ctx, begin, end)
	if errors.Is(err, provider.ErrNotPublished) {
		if err := a.request(ctx, begin, end); err != nil {
			return provider.File{}, err
		}
		name, err = a.listed(ctx, begin, end)
	}
	if err != nil {
		return provider.File{}, err
	}
	reply, err := provider.Exchange(ctx, a.doer, provider.Call{Method: http.MethodGet, URL: a.account.Endpoint + reports + "/" + url.PathEscape(name),
		Cap: csvsettlement.Largest, Header: http.Header{"Authorization": {"Bearer " + a.token}}})
	if err != nil {
		return provider.File{}, err
	}
	if reply.Status != http.StatusOK {
		return provider.File{}, Codes().Error(reply.Status, codeOf(reply))
	}
	return provider.File{Name: name, Body: reply.Body}, nil
}

// listed is the name of the latest report of a span. Error: ErrNotPublished if there is none.
func (a *Adapter) listed(ctx context.Context, begin, end time.Time) (string, error) {
	reply, err := a.call(ctx, http.MethodGet, reports+"/list", nil, "")
	if err != nil {
		return "", err
	}
	var all []report
	if err := read(reply, &all); err != nil {
		return "", err
	}
	name := ""
	for _, r := range all {
		from, err := instant(r.BeginDate)
		if err != nil {
			continue
		}
		to, err := instant(r.EndDate)
		if err == nil && from.Equal(begin) && to.Equal(end) && r.FileName != "" {
			name = r.FileName
		}
	}
	if name == "" {
		return "", provider.ErrNotPublished
	}
	return name, nil
}

// request asks for a report. 202 says it will be made; 203 that it was not, so that it is asked for again later.
func (a *Adapter) request(ctx context.Context, begin, end time.Time) error {
	span := map[string]string{"begin_date": begin.UTC().Format(time.RFC3339), "end_date": end.UTC().Format(time.RFC3339)}
	reply, err := a.call(ctx, http.MethodPost, reports, span, "")
	switch {
	case err != nil:
		return err
	case reply.Status == http.StatusAccepted:
		return nil
	case reply.Status == http.StatusNonAuthoritativeInfo:
		return provider.ErrNotPublished
	}
	return Codes().Error(reply.Status, codeOf(reply))
}
