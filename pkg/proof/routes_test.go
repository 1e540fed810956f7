package proof_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// undone are the routes that change something and that nobody in the simulated mix asks for, each with the reason.
func undone() map[string]string {
	return map[string]string{
		"POST /webhooks/{provider}/{account}": "providers call it: the callbacks of testdata/sites.txt",
	}
}

// asked is what was asked of each route that changes something.
type asked struct {
	sync.Mutex
	mux  *http.ServeMux
	all  map[string]int // by route: how often it was asked for
	done map[string]int // how often with success
}

// mutating are the routes of the API's description that change something, as patterns.
func mutating(t *testing.T) (routes []string) {
	t.Helper()
	text, err := os.ReadFile("../../infra/openapi/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var described struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(text, &described); err != nil {
		t.Fatal(err)
	}
	for path, methods := range described.Paths {
		for _, m := range []string{"post", "put", "patch", "delete"} {
			if methods[m] != nil {
				routes = append(routes, strings.ToUpper(m)+" "+path)
			}
		}
	}
	return routes
}

func newAsked(t *testing.T) *asked {
	a := &asked{mux: http.NewServeMux(), all: map[string]int{}, done: map[string]int{}}
	for _, route := range mutating(t) {
		a.done[route] = 0
		a.mux.Handle(route, http.NotFoundHandler())
	}
	return a
}

func (a *asked) hear(method, path string, status int) {
	req, err := http.NewRequest(method, "http://vuelto"+path, nil)
	if err != nil {
		return
	}
	if _, route := a.mux.Handler(req); route != "" {
		a.Lock()
		defer a.Unlock()
		if a.all[route]++; status >= 200 && status < 300 {
			a.done[route]++
		}
	}
}

// check says for each route that changes something whether people in the mix ask for it twice and are let do it, or why not. What a
// payout needs too seldom to be drawn each time, such as somebody who lets go of a held one, counts where it is done to a refund: by the same handler.
func (a *asked) check(t *testing.T) {
	t.Helper()
	excused := undone()
	for _, route := range slices.Sorted(maps.Keys(a.done)) {
		t.Logf("%-50s asked %4d, done %4d", route, a.all[route], a.done[route])
		all, done := a.all[route], a.done[route]
		if twin := strings.Replace(route, "/payouts/", "/refunds/", 1); twin != route {
			all, done = all+a.all[twin], done+a.done[twin]
		}
		switch why := excused[route]; {
		case why == "" && (all < 2 || done == 0):
			t.Errorf("%s was asked for %d times and done %d times: people in the mix do it twice, or undone says why not", route, a.all[route], a.done[route])
		case a.done[route] > 0 && why != "":
			t.Errorf("%s is done, and said not to be: %s", route, why)
		}
		delete(excused, route)
	}
	for route := range excused {
		t.Errorf("%s is excused, and there is no such route", route)
	}
}
