package template_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/aws/sesmail"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/notice"
)

// returned is what SES hands to the account's event bus of a mail that came back, in the fields that our rules look at: "SES
// events schema reference" in SES's developer guide. A tag's value is a list.
const returned = `{"source": "aws.ses", "detail-type": "Email Bounced", "detail": {"eventType": "Bounce",
	"bounce": {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [{"emailAddress": "x@example.pe", "action": "failed", "status": "5.1.1"}]},
	"mail": {"messageId": "1", "destination": ["x@example.pe"], "tags": {"ses:configuration-set": ["NoticeMail"],
		"` + sesmail.TagTenant + `": ["demo"], "` + sesmail.TagEvent + `": ["evt_1"]}}}}`

// TestWhatComesBackFindsItsNotice: each rule about mails makes a job of the event, with the key of the notice that was mailed,
// and names no address; what came back for now matches no rule.
func TestWhatComesBackFindsItsNotice(t *testing.T) {
	d := read(t)
	unwanted := strings.NewReplacer("Email Bounced", "Email Complaint Received", `"Bounce"`, `"Complaint"`).Replace(returned)
	for _, c := range []struct {
		rule, event string
		kind        job.Kind
		matches     bool
	}{{"NoticeBounced", returned, job.Bounce, true}, {"NoticeUnwanted", unwanted, job.Complaint, true}, {"NoticeBounced", unwanted, "", false},
		{"NoticeBounced", strings.Replace(returned, "Permanent", "Transient", 1), "", false},
		{"NoticeBounced", strings.Replace(returned, sesmail.TagEvent, "other", 1), "", false},
		{"NoticeUnwanted", strings.Replace(unwanted, "NoticeMail", "another", 1), "", false}} {
		r := into[struct {
			EventPattern map[string]any
			Targets      []struct {
				Arn              string
				InputTransformer struct {
					InputPathsMap map[string]string
					InputTemplate string
				}
			}
		}](t, d.Resources[c.rule].Properties)
		var event map[string]any
		if err := json.Unmarshal([]byte(c.event), &event); err != nil {
			t.Fatal(err)
		}
		if got := matches(r.EventPattern, event); got != c.matches {
			t.Errorf("%s matches: %v, want %v of %s", c.rule, got, c.matches, c.event)
		}
		if !c.matches {
			continue
		}
		text := r.Targets[0].InputTransformer.InputTemplate
		for name, path := range r.Targets[0].InputTransformer.InputPathsMap {
			text = strings.ReplaceAll(text, "<"+name+">", along(t, event, path))
		}
		j, err := job.Decode([]byte(text))
		if want := (job.Job{Kind: c.kind, Key: notice.Key("demo", "evt_1")}); err != nil || j != want || r.Targets[0].Arn != "NoticeQueue.Arn" {
			t.Errorf("%s: %+v %v to %s, want %+v", c.rule, j, err, r.Targets[0].Arn, want)
		}
	}
}

// matches is the part of EventBridge's patterns that these rules use: lists of values, and exists.
func matches(pattern map[string]any, event any) bool {
	fields, _ := event.(map[string]any)
	for name, want := range pattern {
		values, ok := want.([]any)
		if inner, nested := want.(map[string]any); nested {
			if !matches(inner, fields[name]) {
				return false
			}
			continue
		}
		found := false
		for _, v := range values {
			_, there := v.(map[string]any)
			got, listed := fields[name].([]any)
			found = found || there && fields[name] != nil || v == fields[name] || listed && len(got) == 1 && got[0] == v
		}
		if !ok || !found {
			return false
		}
	}
	return true
}

// along follows $.a.b[0].
func along(t *testing.T, event any, path string) string {
	t.Helper()
	for _, name := range strings.Split(strings.TrimPrefix(path, "$."), ".") {
		plain, listed := strings.CutSuffix(name, "[0]")
		fields, _ := event.(map[string]any)
		if event = fields[plain]; listed {
			all, _ := event.([]any)
			if len(all) == 0 {
				t.Fatalf("nothing at %s", path)
			}
			event = all[0]
		}
	}
	s, ok := event.(string)
	if !ok {
		t.Fatalf("no text at %s", path)
	}
	return s
}
