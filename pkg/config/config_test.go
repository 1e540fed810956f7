package config_test

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/config"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/provider"
)

func lookup(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	}
}

func complete() map[string]string {
	return map[string]string{"VUELTO_MODE": "live", "VUELTO_TABLE": "t", "VUELTO_BUCKET": "b",
		"VUELTO_QUEUE_SUBMIT": "https://q/submit", "VUELTO_LOG": "warn"}
}

func TestRead(t *testing.T) {
	needs := config.Needs{Sends: []job.Kind{job.Submit}, Files: true}
	c, err := config.Read(lookup(complete()), needs)
	if err != nil {
		t.Fatal(err)
	}
	if c.Mode != provider.Live || c.Table != "t" || c.Bucket != "b" || c.Level != slog.LevelWarn ||
		!maps.Equal(c.Queues, map[job.Kind]string{job.Submit: "https://q/submit"}) {
		t.Errorf("config %+v", c)
	}
}

// What a function does not need it must not ask for: its template entry does not have it.
func TestReadAsksForNoMoreThanNeeded(t *testing.T) {
	asked := map[string]bool{}
	_, err := config.Read(func(name string) (string, bool) { asked[name] = true; return complete()[name], true }, config.Needs{})
	if err != nil {
		t.Fatal(err)
	}
	want := append(config.Variables(config.Needs{}), config.Optional()...)
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(asked)); !slices.Equal(got, want) {
		t.Errorf("asked for %v, want %v", got, want)
	}
}

func TestReadReportsEveryFaultAtOnce(t *testing.T) {
	_, err := config.Read(lookup(map[string]string{"VUELTO_MODE": "prod", "VUELTO_LOG": "loud"}),
		config.Needs{Sends: []job.Kind{job.Submit, job.Poll}, Files: true})
	if err == nil {
		t.Fatal("no error")
	}
	for _, name := range []string{"VUELTO_MODE:", "VUELTO_TABLE:", "VUELTO_BUCKET:", "VUELTO_QUEUE_SUBMIT:", "VUELTO_QUEUE_POLL:", "VUELTO_LOG:"} {
		if strings.Count(err.Error(), name) != 1 {
			t.Errorf("%s is not named once in:\n%v", name, err)
		}
	}
}

// What plays providers does not start where money is real.
func TestNothingIsPlayedInLiveMode(t *testing.T) {
	for mode, allowed := range map[string]bool{"test": true, "live": false} {
		_, err := config.Read(lookup(map[string]string{"VUELTO_MODE": mode, "VUELTO_TABLE": "t"}), config.Needs{Played: true})
		if (err == nil) != allowed {
			t.Errorf("%s: %v", mode, err)
		}
	}
}
