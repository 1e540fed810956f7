package simnet_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func start() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) }

func TestArmRefuses(t *testing.T) {
	var f simnet.Faults
	for name, err := range map[string]error{
		"no such kind":     f.Arm("meteorite", 1, ""),
		"no count":         f.Arm(simnet.Outage, 0, ""),
		"negative":         f.Arm(simnet.Outage, -1, ""),
		"other operation":  f.Arm(simnet.Outage, 1, simnet.OpOther),
		"callback of read": f.Arm(simnet.LostCallback, 1, simnet.OpRead),
	} {
		if err == nil {
			t.Errorf("%s is armed", name)
		}
	}
	for _, kind := range simnet.Kinds() {
		if err := f.Arm(kind, 1, ""); err != nil {
			t.Error(err)
		}
	}
}

func TestViewCountsAndClearForgets(t *testing.T) {
	host := providertest.NewHost(start(), 1)
	network := allsim.New(host)[0]
	f := network.Faults()
	for _, count := range []int{2, 1} {
		if err := f.Arm(simnet.TimeoutBefore, count, simnet.OpPayment); err != nil {
			t.Fatal(err)
		}
	}
	transport := simnet.NewTransport(host, network)
	for range 2 {
		req, _ := http.NewRequest(http.MethodPost, simnet.Address(network.Name())+"/payments", nil)
		if _, err := transport.Do(req); err == nil {
			t.Error("the fault did not strike")
		}
	}
	view, _ := json.Marshal(f.View())
	if want := `{"armed":{"timeout_before":1},"fired":{"timeout_before":2}}`; string(view) != want {
		t.Errorf("%s, want %s", view, want)
	}
	f.Clear()
	view, _ = json.Marshal(f.View())
	if want := `{"armed":{},"fired":{}}`; string(view) != want {
		t.Errorf("%s, want %s", view, want)
	}
}

// TestFaultsHitDisbursementsUnlessTold and no reads, tokens or payments.
func TestFaultsHitDisbursementsUnlessTold(t *testing.T) {
	host := providertest.NewHost(start(), 1)
	for _, network := range allsim.New(host) {
		if err := network.Faults().Arm(simnet.Outage, 9, ""); err != nil {
			t.Fatal(err)
		}
		transport := simnet.NewTransport(host, network)
		for _, path := range []string{"/payments", "/v1/cips", "/v1/cips/search", "/v1/authorizations", "/payments/1/cancel"} {
			req, _ := http.NewRequest(http.MethodPost, simnet.Address(network.Name())+path, nil)
			resp, err := transport.Do(req)
			if err != nil {
				t.Errorf("%s %s: %v", network.Name(), path, err)
				continue
			}
			_ = resp.Body.Close()
		}
	}
}

func TestDecideDrawsWhereNothingIsArmed(t *testing.T) {
	host := providertest.NewHost(start(), 1)
	network := allsim.New(host)[0]
	asked := 0
	network.Faults().Decide = func(op simnet.Operation, req *http.Request) simnet.Kind {
		asked++
		if op == simnet.OpPayment && req.URL.Path == "/payments" {
			return simnet.Outage
		}
		return ""
	}
	if err := network.Faults().Arm(simnet.TimeoutBefore, 1, simnet.OpPayment); err != nil {
		t.Fatal(err)
	}
	transport := simnet.NewTransport(host, network)
	for range 2 {
		req, _ := http.NewRequest(http.MethodPost, simnet.Address(network.Name())+"/payments", nil)
		if _, err := transport.Do(req); err == nil {
			t.Error("the call went through")
		}
	}
	fired := network.Faults().View().Fired
	if asked != 1 || fired[simnet.Outage] != 1 || fired[simnet.TimeoutBefore] != 1 {
		t.Errorf("asked %d times, fired %v", asked, fired)
	}
}
