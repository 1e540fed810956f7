package bundle_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/api"
	"github.com/vuelto/vuelto/pkg/batch"
	"github.com/vuelto/vuelto/pkg/bundle"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/run"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/port"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
)

type nowhere struct{}

func (nowhere) Send(context.Context, job.Job, time.Duration) error { return nil }

func rowServer(t *testing.T) *api.Server {
	t.Helper()
	template, err := sim.ReadTemplate("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	w, err := sim.New(sim.Options{Clock: sim.NewVirtual(time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)), Seed: 1, Template: template, Log: log, BaseURL: "http://x"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return bundle.New(port.Set{Store: w.Store, Sender: nowhere{}, Files: w.Files, Clock: w,
		Doer: simnet.NewTransport(w, w.Networks...), Float: w.Float, NewID: func() string { return "req_1" }, Log: log}, all.Registry()).Server()
}

// TestTheFirstVerdictOfARowIsItsLast: a worker that comes late finds what another has said, whichever it was.
func TestTheFirstVerdictOfARowIsItsLast(t *testing.T) {
	s, ctx := rowServer(t), context.Background()
	hash, _, err := merchant.HashKey(sim.DemoKey)
	if err != nil {
		t.Fatal(err)
	}
	b := batch.Batch{Tenant: "demo", ID: "bat_1", Kind: disbursement.Payout, Key: hash}
	row := func(n int, amount string) batch.Row {
		return batch.Row{Number: n, Body: []byte(fmt.Sprintf(`{"network":"efecty","store":"store_co","amount":%s,"currency":"COP","purpose":"x",`+
			`"merchant_payout_id":"P-%d","beneficiary":{"name":"Juan","document_type":"CC","document_number":"1032456789"}}`, amount, n))}
	}
	do := func(row batch.Row) batch.Verdict {
		t.Helper()
		v, err := s.Do(ctx, b, row)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	stop := func(row batch.Row, why run.Why) batch.Verdict {
		t.Helper()
		v, err := s.Stop(ctx, b, row, why)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := do(row(1, "1000000")); v.Verdict != batch.Accepted || v.ID == "" {
		t.Fatalf("%+v", v)
	}
	if v := stop(row(1, "1000000"), run.Cancelled); v.Verdict != batch.Accepted || v.ID == "" {
		t.Errorf("accepted, then stopped: %+v", v)
	}
	for why, code := range map[run.Why]string{run.Cancelled: "batch_cancelled", run.Failed: "row_failed"} {
		r := row(10+int(why), "1000000")
		for _, v := range []batch.Verdict{stop(r, why), do(r), stop(r, run.Cancelled)} {
			if v.Verdict != batch.Refused || v.Code != code {
				t.Errorf("stopped, then tried: %+v", v)
			}
		}
	}
	taken := row(1, "1000000")
	taken.Number = 20
	if v := do(taken); v.Code != "merchant_refund_id_taken" {
		t.Errorf("%+v", v)
	}
}

// TestColumnsAreTheFields: what a request may say, a column may.
func TestColumnsAreTheFields(t *testing.T) {
	s := &api.Server{}
	for kind, want := range map[disbursement.Kind][]string{
		disbursement.Refund: {"payment", "amount", "currency", "reason_code", "merchant_refund_id", "beneficiary_name", "beneficiary_document_number"},
		disbursement.Payout: {"network", "store", "amount", "currency", "purpose", "merchant_payout_id", "beneficiary_name", "beneficiary_account"},
	} {
		columns := s.Columns(kind)
		for _, name := range want {
			if c, ok := columns[name]; !ok || c.Number != (name == "amount") {
				t.Errorf("%s: column %s is %+v", kind, name, c)
			}
		}
	}
}
