package mercadopago_test

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/mercadopago"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/settlement"
)

func due() disbursement.Disbursement {
	return disbursement.Disbursement{ID: "rf_1", Kind: disbursement.Refund, Route: disbursement.Original, Amount: money.New(15_000_00, money.COP),
		OriginalTransaction: "42", State: disbursement.Unknown, SentAt: providertest.Ten().Add(-time.Hour), LastSentAt: providertest.Ten().Add(-time.Hour)}
}

const one = `{"id":7,"payment_id":42,"amount":15000,"status":"in_process","date_created":"2026-11-20T11:00:00.000-04:00"}`

func TestARefundOnTheWire(t *testing.T) {
	s := providertest.Serves(500, map[string]string{"POST /v1/payments/42/refunds": one})
	o := open(t, account("efecty"), s).Submit(context.Background(), due())
	if s.Last().Text != `{"amount":15000}` || s.Last().Header.Get("X-Idempotency-Key") != "rf_1" || s.Last().Header.Get("X-Render-In-Process-Refunds") != "true" ||
		s.Last().Header.Get("Authorization") != "Bearer TOK" {
		t.Errorf("%s %v", s.Last().Text, s.Last().Header)
	}
	if o.Claim != disbursement.ClaimAccepted || o.Reference != "7" || !o.OccurredAt.Equal(providertest.Ten()) {
		t.Errorf("%+v", o)
	}
}

// A key that is not heeded must not make net/http believe that it may send the refund again.
func TestARefundUnderAKeyThatIsNotHeeded(t *testing.T) {
	for _, heeded := range []bool{true, false} {
		a := account("efecty")
		a.Settings["idempotent"] = strconv.FormatBool(heeded)
		s := providertest.Serves(500, map[string]string{"POST /v1/payments/42/refunds": one})
		open(t, a, s).Submit(context.Background(), due())
		if again := s.Sent[0].GetBody != nil; again != heeded {
			t.Errorf("heeded %v: its body can be sent again: %v", heeded, again)
		}
	}
}

func TestAnswersThatDoNotFit(t *testing.T) {
	providertest.Misfits(t, one, map[disbursement.Claim]map[string][2]string{
		disbursement.ClaimAccepted: {"ours": {}},
		disbursement.ClaimPaid:     {"paid": {"in_process", "approved"}},
		disbursement.ClaimUnknown: {
			"another amount":  {"15000", "1500000"},
			"another payment": {"42", "43"},
			"another status":  {"in_process", "in_dreams"},
			"no id":           {`"id":7`, `"id":null`},
			"no instant":      {"2026-11-20T", "20/11/2026 "},
		},
	}, func(answer string) disbursement.Claim {
		return open(t, account("efecty"), providertest.Serves(500, map[string]string{"POST /v1/payments/42/refunds": answer})).Submit(context.Background(), due()).Claim
	})
}

// TestARefundAmongOthers: none of its size is proof, one of its size is not.
func TestARefundAmongOthers(t *testing.T) {
	for list, c := range map[string]struct {
		idempotent bool
		note       string
		want       disbursement.Claim
	}{
		`[]`: {want: disbursement.ClaimNotFound, note: "quiet period"},
		`[{"id":7,"payment_id":42,"amount":14999,"status":"approved"}]`: {want: disbursement.ClaimNotFound, note: "quiet period"},
		`[` + one + `]`: {want: disbursement.ClaimUnknown, note: "cannot be asked"},
		`[` + one + `,` + strings.Replace(one, `"id":7`, `"id":8`, 1) + `]`: {idempotent: true, want: disbursement.ClaimNotFound, note: "repeating"},
		`[{"id":7,"payment_id":42,"status":"approved"}]`:                    {want: disbursement.ClaimUnknown, note: "not answered"},
		`[{"id":7,"payment_id":42,"amount":null,"status":"approved"}]`:      {want: disbursement.ClaimUnknown, note: "not answered"},
		`[{"id":7,"payment_id":42,"amount":1.5e4,"status":"approved"}]`:     {want: disbursement.ClaimUnknown, note: "not answered"},
		`[{"id":7,"amount":14999,"status":"approved"}]`:                     {want: disbursement.ClaimUnknown, note: "not answered"},
		`[{"id":7,"payment_id":43,"amount":15000,"status":"approved"}]`:     {want: disbursement.ClaimUnknown, note: "not answered"},
		`null`:                           {idempotent: true, want: disbursement.ClaimUnknown},
		`{}`:                             {idempotent: true, want: disbursement.ClaimUnknown},
		`[{"payment_id":42,"amount":1}]`: {idempotent: true, want: disbursement.ClaimUnknown},
	} {
		a := account("efecty")
		a.Settings["idempotent"] = map[bool]string{true: "true", false: "false"}[c.idempotent]
		s := providertest.Serves(500, map[string]string{"GET /v1/payments/42/refunds": list})
		if o := open(t, a, s).Status(context.Background(), due()); o.Claim != c.want || !strings.Contains(o.Note, c.note) {
			t.Errorf("%s: %+v, want %s", list, o, c.want)
		}
	}
}

func TestPaymentsAreFoundByOurReference(t *testing.T) {
	line := func(id, status string) string {
		return `{"id":` + id + `,"status":"` + status + `","external_reference":"pay_1","currency_id":"COP","transaction_amount":15000}`
	}
	for list, c := range map[string]struct {
		claim payment.Claim
		id    string
	}{
		line("1", "pending"): {payment.ClaimPending, ""},
		line("1", "cancelled") + "," + line("2", "pending"): {payment.ClaimPending, ""},
		line("1", "approved") + "," + line("2", "pending"):  {payment.ClaimPaid, "1"},
		line("1", "refunded"):                               {payment.ClaimPaid, "1"},
		line("1", "rejected"):                               {payment.ClaimCancelled, ""},
	} {
		s := providertest.Serves(500, map[string]string{"GET /v1/payments/search": `{"results":[` + list + `]}`})
		o, err := open(t, account("efecty"), s).ReadPayment(context.Background(), payment.Payment{ID: "pay_1", Amount: money.New(15_000_00, money.COP)})
		if err != nil || o.Claim != c.claim || o.TransactionID != c.id || s.Last().URL.RawQuery != "external_reference=pay_1" {
			t.Errorf("%s: %+v, %v", list, o, err)
		}
	}
	s := providertest.Serves(500, map[string]string{"GET /v1/payments/search": `{"results":[` + strings.Replace(line("1", "approved"), "pay_1", "pay_2", 1) + `]}`})
	if _, err := open(t, account("efecty"), s).ReadPayment(context.Background(), payment.Payment{ID: "pay_1"}); !errors.Is(err, provider.ErrNoSuchPayment) {
		t.Errorf("another's payment: %v", err)
	}
}

func TestTheBuyersDocument(t *testing.T) {
	for number, want := range map[string]string{"52345678": `"identification":{"type":"CC","number":"52345678"}`, "x": ""} {
		s := providertest.Says(500)
		_, _ = open(t, account("efecty"), s).CreatePayment(context.Background(), payment.Payment{ID: "pay_1", Amount: money.New(15_000_00, money.COP),
			Payer: identity.Person{Email: "a@b.c", DocumentType: "CC", DocumentNumber: identity.Sensitive(number)}})
		if !strings.Contains(s.Last().Text, want) || (want == "") == strings.Contains(s.Last().Text, "identification") {
			t.Errorf("%s: %s", number, s.Last().Text)
		}
	}
}

func TestSettingsAreRefusedByName(t *testing.T) {
	providertest.RefusedByName(t, mercadopago.New, account, map[string]string{"partial_refunds": "yes", "promise_hours": "a day",
		"webhook_age_seconds": "-1", "settlement_comma": "dash"})
	for network, partial := range map[string]bool{"efecty": true, "pagoefectivo": false} {
		if p := open(t, account(network), providertest.Says(500)).Profile(); p.PartialOK != partial || p.SeveralOK != partial {
			t.Errorf("%s: partial refunds %v", network, p.PartialOK)
		}
	}
}

// TestTheReportsSigns: fees are negative and counted once, whatever MKP_FEE_AMOUNT repeats; dates are in GMT-04; the
// merchant's own transfers are nobody's.
func TestTheReportsSigns(t *testing.T) {
	raw, err := os.ReadFile("testdata/account_money.csv")
	if err != nil {
		t.Fatal(err)
	}
	file := string(raw)
	for name, text := range map[string]string{"semicolons": file, "commas": strings.ReplaceAll(file, ";", ",")} {
		var got []settlement.Row
		for row, err := range open(t, account("pagoefectivo"), providertest.Says(500)).ReadSettlement(strings.NewReader(text)) {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got = append(got, row)
		}
		want := []settlement.Row{
			{Line: 2, TransactionID: "42", Reference: "pay_1", Type: settlement.Payment, Amount: 79_00, Fee: 8_85, Net: 70_15},
			{Line: 3, TransactionID: "7", Reference: "pay_1", Type: settlement.Refund, Amount: -79_00, Net: -79_00},
			{Line: 5, TransactionID: "7", Reference: "pay_1", Type: settlement.Reversal, Amount: 79_00, Net: 79_00},
			{Line: 6, TransactionID: "43", Reference: "pay_2", Type: settlement.Payment, Amount: 100_00, Fee: 3_00, Tax: 1_50, Net: 95_50},
		}
		if len(got) != 5 || got[4].Unreadable == "" || got[4].Line != 7 {
			t.Fatalf("%s: %+v", name, got)
		}
		for i, w := range want {
			g := got[i]
			if g.Line != w.Line || g.TransactionID != w.TransactionID || g.Reference != w.Reference || g.Type != w.Type || g.Amount != w.Amount ||
				g.Fee != w.Fee || g.Tax != w.Tax || g.Net != w.Net || g.Status != "SETTLED" || g.Currency != money.PEN {
				t.Errorf("%s, row %d: %+v, want %+v", name, i, g, w)
			}
		}
		if !got[0].At.Equal(providertest.Ten()) || calendar.On(got[1].At, calendar.Peru().Zone()).Day != 20 {
			t.Errorf("%s: instants %s and %s", name, got[0].At, got[1].At)
		}
	}
}

// TestTheReportIsAskedForOnce and covers the local days that settle together.
func TestTheReportIsAskedForOnce(t *testing.T) {
	s := providertest.Serves(500, map[string]string{"GET /v1/account/settlement_report/list": `[]`})
	client := open(t, account("efecty"), s)
	monday := calendar.Date{Year: 2026, Month: time.November, Day: 23}
	if _, err := client.FetchSettlement(context.Background(), monday); err == nil || errors.Is(err, provider.ErrNotPublished) ||
		s.Last().Text != `{"begin_date":"2026-11-20T05:00:00Z","end_date":"2026-11-23T04:59:59Z"}` {
		t.Errorf("%v after %s", err, s.Last().Text)
	}
	s = providertest.Serves(500, map[string]string{
		"GET /v1/account/settlement_report/list": `[{"begin_date":"2026-11-20T05:00:00Z","end_date":"2026-11-23T04:59:59Z","file_name":"old.csv"},` +
			`{"begin_date":"2026-11-20T00:00:00.000-05:00","end_date":"2026-11-22T23:59:59.000-05:00","file_name":"new.csv"},{"begin_date":"2026-11-20T05:00:00Z","end_date":"2026-11-22T04:59:59Z","file_name":"other.csv"}]`,
		"GET /v1/account/settlement_report/new.csv": "x"})
	file, err := open(t, account("efecty"), s).FetchSettlement(context.Background(), monday)
	if err != nil || file.Name != "new.csv" || string(file.Body) != "x" || len(s.Sent) != 2 {
		t.Errorf("%+v, %v by %v", file, err, s.Lines())
	}
}

// TestASampleOfAPayment, written from the field tables, with fields that we do not read.
func TestASampleOfAPayment(t *testing.T) {
	raw, err := os.ReadFile("testdata/payment.json")
	if err != nil {
		t.Fatal(err)
	}
	s := providertest.Serves(500, map[string]string{"GET /v1/payments/search": `{"results":[` + string(raw) + `]}`, "POST /v1/payments": string(raw)})
	client := open(t, account("pagoefectivo"), s)
	o, err := client.ReadPayment(context.Background(), payment.Payment{ID: "pay_7", Amount: money.New(22_05, money.PEN)})
	if err != nil || o.Claim != payment.ClaimPaid || o.TransactionID != "7186000042" || o.Minor != 22_05 || !o.OccurredAt.Equal(providertest.Ten()) {
		t.Errorf("%+v, %v", o, err)
	}
	o, err = client.CreatePayment(context.Background(), payment.Payment{ID: "pay_7", Amount: money.New(22_05, money.PEN), Payer: identity.Person{Email: "a@b.c"}})
	if err != nil || o.Voucher.Code != "9100000042" || o.Voucher.ExpiresAt.IsZero() || o.Voucher.URL == "" {
		t.Errorf("%+v, %v", o, err)
	}
}
