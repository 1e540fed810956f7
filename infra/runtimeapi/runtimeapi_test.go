package runtimeapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vuelto/vuelto/infra/runtimeapi"
)

// process asks for work until ctx ends and answers with what it was given, turned to capitals; "bad" makes it fail.
func process(ctx context.Context, address string) {
	base := "http://" + address + "/2018-06-01/runtime/invocation/"
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"next", nil)
		if err != nil {
			return
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return
		}
		event, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		id := res.Header.Get("Lambda-Runtime-Aws-Request-Id")
		if err != nil || id == "" || res.Header.Get("Lambda-Runtime-Deadline-Ms") == "" {
			return
		}
		what := "/response"
		if string(event) == "bad" {
			what = "/error"
		}
		answer, err := http.Post(base+id+what, "application/json", strings.NewReader(strings.ToUpper(string(event))))
		if err != nil {
			return
		}
		_ = answer.Body.Close()
	}
}

func TestEveryCallerGetsItsOwnAnswer(t *testing.T) {
	api, err := runtimeapi.Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer api.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for range 3 {
		go process(ctx, api.Address())
	}
	var callers sync.WaitGroup
	for i := range 50 {
		callers.Go(func() {
			got, err := api.Invoke(ctx, fmt.Appendf(nil, "event %d", i))
			if want := fmt.Sprintf("EVENT %d", i); err != nil || string(got) != want {
				t.Errorf("got %q, %v; want %q", got, err, want)
			}
		})
	}
	callers.Wait()
	if _, err := api.Invoke(ctx, []byte("bad")); !errors.Is(err, runtimeapi.ErrFunction) || !strings.Contains(err.Error(), "BAD") {
		t.Errorf("a function's error comes as %v", err)
	}
}

func TestNobodyAsksForWork(t *testing.T) {
	api, err := runtimeapi.Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer api.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := api.Invoke(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}
