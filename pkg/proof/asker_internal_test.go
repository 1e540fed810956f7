package proof

import "testing"

// A call site is named after the function that asks, however the compiler calls what is made in it, and not after what only hands on.
func TestAnAskerIsNamedAsItIsWritten(t *testing.T) {
	for name, want := range map[string]string{
		"flow/request.(*Requester).Batch":            "flow/request.(*Requester).Batch",
		"flow/request.(*Requester).Batch.func1":      "flow/request.(*Requester).Batch",
		"flow/request.(*Requester).Batch.func2.1":    "flow/request.(*Requester).Batch",
		"flow/request.(*Requester).Batch-range1":     "flow/request.(*Requester).Batch",
		"flow/request.(*Requester).Batch-fm":         "flow/request.(*Requester).Batch",
		"flow/request.(*Requester).Batch.deferwrap1": "flow/request.(*Requester).Batch",
		"order.fold[...].func1":                      "order.fold",
		"settlement.CalendarBook.Import":             "settlement.CalendarBook.Import",
		"merchant.functions":                         "merchant.functions",
		"provider/payu.(*Adapter).post":              "provider/payu.(*Adapter).post",
		"store.(*patient).Get":                       "",
		"mem/memstore.(*Store).Get":                  "",
		"provider.(*Breaker).Admit":                  "",
		"provider/simnet.(*Network).ServeHTTP":       "",
		"provider/payu/payusim.voice.Sign":           "",
		"proof.(*troubles).strike":                   "",
		"sim.stored.Get":                             "",
		"telemetry.(*Meter).Time":                    "",
	} {
		got := ""
		if !handsOn(name) {
			got = bare(name)
		}
		if got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
