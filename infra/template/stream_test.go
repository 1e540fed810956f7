package template_test

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	tidings "github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/sim"
)

// The stream has both images, because an event is what one has and the other has not; what is given up on is kept, one bad
// change stops no others for ever, and the filter lets through exactly what makes events, so that events make none.
func TestTheStreamTellsEverythingOnce(t *testing.T) {
	d := read(t)
	view := into[struct {
		StreamSpecification struct{ StreamViewType string }
	}](t, d.Resources["Table"].Properties).StreamSpecification.StreamViewType
	if view != "NEW_AND_OLD_IMAGES" {
		t.Errorf("the stream has %q", view)
	}
	listeners := 0
	for _, f := range d.functions(t) {
		for _, e := range f.Events {
			if e.Type != "DynamoDB" {
				continue
			}
			listeners++
			p := e.Properties
			if p.Stream != "Table.StreamArn" || !p.BisectBatchOnFunctionError || p.DestinationConfig.OnFailure.Type != "SQS" ||
				!slices.Contains(p.FunctionResponseTypes, "ReportBatchItemFailures") || len(p.FilterCriteria.Filters) != 1 {
				t.Errorf("%s listens so: %+v", f.Folder, p)
			}
		}
	}
	if listeners != 1 {
		t.Errorf("%d functions listen to the table", listeners)
	}
	parsed, err := sim.ReadTemplate(filepath.Join(repo, "template.yaml"))
	if err != nil || parsed.Stream.Function != "event-outbox" {
		t.Fatalf("the world reads %+v, %v", parsed.Stream, err)
	}
	for _, sk := range []string{"payment", "disbursement", "reconciliation", "delivery", "endpoints", "answer", "reference"} {
		if got := slices.Contains(parsed.Stream.SKs, sk); got != tidings.Told(sk) {
			t.Errorf("%s: the filter says %v, the code %v", sk, got, tidings.Told(sk))
		}
	}
}

// Functions that deal with merchants' addresses can read events and endpoints, and no record about money: every statement
// on the table is confined to the partitions of these two.
func TestTellingReadsNoMoney(t *testing.T) {
	for _, f := range read(t).functions(t) {
		if f.Folder != "event-delivery" && f.Folder != "event-outbox" {
			continue
		}
		confined := 0
		for _, p := range f.Policies {
			for _, s := range p.Statement {
				if !strings.Contains(strings.Join(list(s.Action), " "), "dynamodb:") {
					continue
				}
				keys := list(s.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"])
				slices.Sort(keys)
				want := []string{"*#endpoints", "*#evt#*"}
				if f.Folder == "event-outbox" { // it asks for buyers' notices, which hold no address
					want = append(want, "*#ntc#*")
				}
				if !slices.Equal(keys, want) {
					text, _ := json.Marshal(s)
					t.Errorf("%s may read more than events: %s", f.Folder, text)
				}
				confined++
			}
		}
		if confined != 1 {
			t.Errorf("%s has %d statements on the table", f.Folder, confined)
		}
	}
}
