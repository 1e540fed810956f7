package template_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vuelto/vuelto/pkg/aws/dynamostore"
	"github.com/vuelto/vuelto/pkg/job"
)

type queue struct {
	VisibilityTimeout      int
	MessageRetentionPeriod int
	SqsManagedSseEnabled   bool
	RedrivePolicy          struct {
		DeadLetterTargetArn string
		MaxReceiveCount     int
	}
}

// workers maps each queue that is worked on to its function's folder.
func workers(t *testing.T, d document) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, f := range d.functions(t) {
		for _, e := range f.Events {
			if e.Type == "SQS" {
				found[strings.TrimSuffix(e.Properties.Queue, ".Arn")] = f.Folder
			}
		}
	}
	return found
}

func TestQueuesOutliveTheirFunctions(t *testing.T) {
	d := read(t)
	worked := workers(t, d)
	dead := map[string]bool{}
	for _, f := range d.functions(t) {
		for _, e := range f.Events {
			if e.Type == "DynamoDB" {
				dead[strings.TrimSuffix(e.Properties.DestinationConfig.OnFailure.Destination, ".Arn")] = true
			}
			if e.Type != "SQS" {
				continue
			}
			name := strings.TrimSuffix(e.Properties.Queue, ".Arn")
			q := into[queue](t, d.Resources[name].Properties)
			if q.VisibilityTimeout < 6*f.Timeout {
				t.Errorf("%s is invisible for %ds, %s runs for %ds: want six times", name, q.VisibilityTimeout, f.Folder, f.Timeout)
			}
			if q.RedrivePolicy.MaxReceiveCount < 5 {
				t.Errorf("%s gives up after %d receives", name, q.RedrivePolicy.MaxReceiveCount)
			}
			if !slices.Contains(e.Properties.FunctionResponseTypes, "ReportBatchItemFailures") {
				t.Errorf("%s: one bad message of %s fails its batch", f.Folder, name)
			}
			dead[strings.TrimSuffix(q.RedrivePolicy.DeadLetterTargetArn, ".Arn")] = true
		}
	}
	const fourteenDays = 14 * 24 * 60 * 60
	for _, name := range d.ofType("AWS::SQS::Queue") {
		q := into[queue](t, d.Resources[name].Properties)
		if !q.SqsManagedSseEnabled {
			t.Errorf("%s is not encrypted", name)
		}
		if worked[name] == "" && !dead[name] {
			t.Errorf("nobody works on %s", name)
		}
		if dead[name] && q.MessageRetentionPeriod != fourteenDays {
			t.Errorf("%s keeps its messages for %ds, not the most there is", name, q.MessageRetentionPeriod)
		}
	}
}

func TestSchedulesSendJobsToWhoDoesThem(t *testing.T) {
	d := read(t)
	worked, zones := workers(t, d), map[string]string{"efecty": "America/Bogota", "pagoefectivo": "America/Lima"}
	for _, name := range d.ofType("AWS::Scheduler::Schedule") {
		s := into[struct {
			ScheduleExpressionTimezone string
			Target                     struct{ Arn, Input string }
		}](t, d.Resources[name].Properties)
		j, err := job.Decode([]byte(s.Target.Input))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := worked[strings.TrimSuffix(s.Target.Arn, ".Arn")]; got != doneBy()[j.Kind] {
			t.Errorf("%s sends %s to %q", name, j.Kind, got)
		}
		if j.Kind == job.Ingest && s.ScheduleExpressionTimezone != zones[j.Key.PK] {
			t.Errorf("%s runs by the clock of %q", name, s.ScheduleExpressionTimezone)
		}
	}
}

// The table is the one that the store's tests run on.
func TestTable(t *testing.T) {
	d := read(t)
	r := d.Resources["Table"]
	type key struct{ AttributeName, KeyType string }
	got := into[struct {
		BillingMode               string
		DeletionProtectionEnabled bool
		KeySchema                 []key
		GlobalSecondaryIndexes    []struct {
			IndexName  string
			KeySchema  []key
			Projection struct{ ProjectionType string }
		}
		TimeToLiveSpecification          struct{ AttributeName string }
		PointInTimeRecoverySpecification struct{ PointInTimeRecoveryEnabled bool }
		SSESpecification                 struct{ SSEType string }
	}](t, r.Properties)
	if !got.DeletionProtectionEnabled || !got.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled ||
		got.SSESpecification.SSEType != "KMS" || r.DeletionPolicy != "Retain" || r.UpdateReplacePolicy != "Retain" {
		t.Errorf("the books are not safe: %+v", got)
	}
	if got.TimeToLiveSpecification.AttributeName != "x" || got.BillingMode != "PAY_PER_REQUEST" {
		t.Errorf("time to live %q, billing %q", got.TimeToLiveSpecification.AttributeName, got.BillingMode)
	}
	var have, want []string
	for _, k := range got.KeySchema {
		have = append(have, "table "+k.AttributeName+" "+k.KeyType)
	}
	for _, g := range got.GlobalSecondaryIndexes {
		for _, k := range g.KeySchema {
			have = append(have, g.IndexName+" "+g.Projection.ProjectionType+" "+k.AttributeName+" "+k.KeyType)
		}
	}
	table := dynamostore.Table("t")
	for _, k := range table.KeySchema {
		want = append(want, fmt.Sprintf("table %s %s", *k.AttributeName, k.KeyType))
	}
	for _, g := range table.GlobalSecondaryIndexes {
		for _, k := range g.KeySchema {
			want = append(want, fmt.Sprintf("%s %s %s %s", *g.IndexName, g.Projection.ProjectionType, *k.AttributeName, k.KeyType))
		}
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("the store wants (-), the template has (+):\n%s", diff)
	}
}

func TestBucketIsPrivateAndKept(t *testing.T) {
	d := read(t)
	for _, name := range []string{"Bucket", "SealBucket"} {
		private(t, d.Resources[name])
	}
	lock := into[struct {
		ObjectLockEnabled       bool
		ObjectLockConfiguration struct {
			Rule struct {
				DefaultRetention struct{ Mode, Years string }
			}
		}
	}](t, d.Resources["SealBucket"].Properties)
	if keep := lock.ObjectLockConfiguration.Rule.DefaultRetention; !lock.ObjectLockEnabled || keep.Mode != "COMPLIANCE" || keep.Years == "" {
		t.Errorf("what is sealed can be written over: %+v", lock)
	}
}

func private(t *testing.T, r resource) {
	t.Helper()
	if r.DeletionPolicy != "Retain" || r.UpdateReplacePolicy != "Retain" {
		t.Error("the files go with the stack")
	}
	block := into[struct{ PublicAccessBlockConfiguration map[string]bool }](t, r.Properties).PublicAccessBlockConfiguration
	for _, name := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		if !block[name] {
			t.Errorf("%s is off", name)
		}
	}
	if text := fmt.Sprint(r.Properties["BucketEncryption"]); !strings.Contains(text, "aws:kms") {
		t.Errorf("encryption: %s", text)
	}
}

// Actions are spelled out, and the only principal that is everybody is one that is denied something.
func TestNoAction(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repo, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(text), "\n") {
		if strings.Contains(line, "Action:") && strings.Contains(line, "*") {
			t.Errorf("line %d: %s", i+1, strings.TrimSpace(line))
		}
		if strings.Contains(line, "Resource:") && regexp.MustCompile(`Resource: *\[?"?\*`).MatchString(line) {
			t.Errorf("line %d: %s", i+1, strings.TrimSpace(line))
		}
	}
}

func TestEverythingAPersonFillsInIsDescribed(t *testing.T) {
	d := read(t)
	for name, p := range d.Parameters {
		if len(p.Description) < 20 || !strings.HasSuffix(strings.TrimSpace(p.Description), ".") {
			t.Errorf("parameter %s: %q", name, p.Description)
		}
	}
	for name, o := range d.Outputs {
		if o.Description == "" {
			t.Errorf("output %s has no description", name)
		}
	}
}
