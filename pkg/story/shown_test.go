package story_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vuelto/vuelto/infra/systems"
)

// walks are the routes that each story has called with success.
type walks struct {
	mu sync.Mutex
	by map[string]map[string]bool // story: METHOD /path, as described
}

var walked = walks{by: map[string]map[string]bool{}}

func (w *walks) note(story string, req *http.Request) {
	story, _, _ = strings.Cut(story, "/")
	_, pattern := described().routes.Handler(req)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.by[story] == nil {
		w.by[story] = map[string]bool{}
	}
	w.by[story][pattern] = true
}

// unshown names the routes of lines of the five systems that none of the line's stories has called with success. Lines whose stories have
// not all run say nothing.
func (w *walks) unshown(lines []systems.Line) (faults []string) {
	for _, l := range lines {
		got, all := map[string]bool{}, true
		for _, name := range l.Tests {
			story, ours := strings.CutPrefix(name, "pkg/story.")
			if !ours {
				continue
			}
			all = all && w.by[story] != nil
			for route := range w.by[story] {
				got[route] = true
			}
		}
		for _, route := range l.Routes {
			if all && !got[route] {
				faults = append(faults, fmt.Sprintf("%s of infra/systems: %s is called with success by none of %v", l.ID, route, l.Tests))
			}
		}
	}
	return faults
}

// TestMain asks, once the stories have been told, whether they have shown what the table of the five systems says they show.
func TestMain(m *testing.M) {
	status := m.Run()
	table, err := systems.Read()
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	if faults := walked.unshown(table.Lines); status == 0 && len(faults) > 0 {
		fmt.Println(strings.Join(faults, "\n"))
		status = 1
	}
	os.Exit(status)
}

func TestALineWhoseStoryCallsNothing(t *testing.T) {
	w := walks{by: map[string]map[string]bool{"TestA": {"POST /v1/refunds": true}, "TestB": {"GET /v1/refunds/{id}": true}}}
	lines := []systems.Line{
		{ID: "good", Tests: []string{"pkg/story.TestA", "pkg/story.TestB"}, Routes: []string{"POST /v1/refunds", "GET /v1/refunds/{id}"}},
		{ID: "bad", Tests: []string{"pkg/story.TestA", "pkg/proof.TestB"}, Routes: []string{"GET /v1/refunds/{id}"}},
		{ID: "not run", Tests: []string{"pkg/story.TestA", "pkg/story.TestC"}, Routes: []string{"GET /v1/refunds/{id}"}},
	}
	if faults := w.unshown(lines); len(faults) != 1 || !slices.ContainsFunc(faults, func(f string) bool { return strings.HasPrefix(f, "bad ") }) {
		t.Errorf("%q", faults)
	}
}
