package sim_test

import (
	"testing"

	"github.com/vuelto/vuelto/pkg/sim"
)

// TestRoute: of the template's routes, the most specific that matches.
func TestRoute(t *testing.T) {
	template, err := sim.ReadTemplate("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for asked, function := range map[[2]string]string{
		{"POST", "/v1/refunds"}:                     "merchant-api",
		{"GET", "/v1/refunds/rf_1"}:                 "merchant-api",
		{"GET", "/healthz"}:                         "merchant-api",
		{"POST", "/v1/batches"}:                     "batch-api",
		{"GET", "/v1/batches/bat_1/results.csv"}:    "batch-api",
		{"GET", "/v1/batchesx"}:                     "merchant-api",
		{"GET", "/v1/reconciliations"}:              "finance-api",
		{"GET", "/v1/reconciliations/rec_1/breaks"}: "finance-api",
		{"POST", "/v1/breaks/brk_1/resolve"}:        "finance-api",
		{"POST", "/v1/months/2026-10/close"}:        "finance-api",
		{"POST", "/v1/settlements"}:                 "finance-upload",
		{"GET", "/v1/rates"}:                        "finance-upload",
		{"POST", "/v1/calendar"}:                    "finance-upload",
		{"POST", "/webhooks/efecty/acc_1"}:          "webhook-intake",
		{"GET", "/webhooks/efecty/acc_1"}:           "", // a gateway refuses by itself
		{"POST", "/webhooks/efecty/acc_1/more"}:     "",
		{"GET", "/v1/"}:                             "",
		{"GET", "/"}:                                "",
	} {
		r, ok := sim.Route(template.Routes, asked[0], asked[1])
		if ok != (function != "") || (ok && r.Function != function) {
			t.Errorf("%s: %v %v, want %q", asked, r, ok, function)
		}
	}
}
