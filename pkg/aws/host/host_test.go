package host_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/aws/host"
	"github.com/vuelto/vuelto/pkg/config"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

func lookup(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	}
}

func lambda() map[string]string {
	return map[string]string{"AWS_REGION": "sa-east-1", "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S",
		"AWS_LAMBDA_FUNCTION_NAME": "merchant-api", "VUELTO_MODE": "live", "VUELTO_TABLE": "t"}
}

func TestReadNamesEveryFaultOfBothParts(t *testing.T) {
	vars := lambda()
	delete(vars, "AWS_REGION")
	delete(vars, "VUELTO_TABLE")
	h, err := host.Read(lookup(vars), config.Needs{Sends: []job.Kind{job.Poll}})
	if err == nil || h.Log == nil {
		t.Fatalf("error %v, log %v", err, h.Log)
	}
	for _, name := range []string{"AWS_REGION", "VUELTO_TABLE", "VUELTO_QUEUE_POLL"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named in %v", name, err)
		}
	}
}

func TestPorts(t *testing.T) {
	h, err := host.Read(lookup(lambda()), config.Needs{})
	if err != nil {
		t.Fatal(err)
	}
	p := h.Ports()
	if !p.Live {
		t.Error("VUELTO_MODE=live does not reach the bundle")
	}
	if _, ok := p.Store.(store.Patient); !ok {
		t.Errorf("store %T does not wait while the table is busy", p.Store)
	}
	if a, b := p.NewID(), p.NewID(); a == b || !strings.HasPrefix(a, "req_") {
		t.Errorf("ids %q, %q", a, b)
	}
	if f := p.Float(); f < 0 || f >= 1 {
		t.Errorf("float %v", f)
	}
	ctx, cancel := p.Clock.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	if deadline, ok := ctx.Deadline(); !ok || deadline.Sub(p.Clock.Now()) > time.Hour {
		t.Errorf("deadline %v, %t", deadline, ok)
	}
}

// A machine whose clock is an hour behind must notice it by the table's answers, before it decides anything about money.
func TestTheTableIsAskedWhatTimeItIs(t *testing.T) {
	for off, noticed := range map[time.Duration]bool{0: false, 4 * time.Minute: false, time.Hour: true, -time.Hour: true} {
		table := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
			_, _ = w.Write([]byte("{}"))
		}))
		defer table.Close()
		vars := lambda()
		vars["AWS_ENDPOINT_URL"] = table.URL
		h, err := host.Read(lookup(vars), config.Needs{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Ports().Store.Get(context.Background(), store.Key{PK: "p", SK: "s"})
		var clocks *store.ClockError
		if errors.As(err, &clocks) != noticed {
			t.Errorf("a table whose clock is %v off: %v", off, err)
		}
	}
}
