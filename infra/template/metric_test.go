package template_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"testing"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/telemetry"
)

type measured struct {
	Namespace, MetricName string
	Metrics               []struct {
		MetricStat struct {
			Metric struct{ Namespace, MetricName string }
		}
	}
}

// What is counted from log lines is written by the code: the message is a text in it, the fields are those that lines may have,
// the states exist; and each count is watched by an alarm that has nothing else to watch.
func TestCountsAreOfLinesThatAreWritten(t *testing.T) {
	d, p := read(t), load(t)
	counted := map[string]bool{}
	compare := regexp.MustCompile(`\$\.(\w+) = "([^"]*)"`)
	for _, name := range d.ofType("AWS::Logs::MetricFilter") {
		f := into[struct {
			FilterPattern         string
			MetricTransformations []struct{ MetricNamespace, MetricName string }
		}](t, d.Resources[name].Properties)
		parts := compare.FindAllStringSubmatch(f.FilterPattern, -1)
		if len(parts) == 0 || len(f.MetricTransformations) != 1 {
			t.Fatalf("%s counts %q", name, f.FilterPattern)
		}
		for _, m := range parts {
			field, value := m[1], m[2]
			switch {
			case field == "message" && !p.says(value):
				t.Errorf("%s: no line says %q", name, value)
			case field == "to" && !slices.Contains(disbursement.States(), disbursement.State(value)):
				t.Errorf("%s: no state %q", name, value)
			case field != "message" && !slices.Contains(telemetry.Fields(), field):
				t.Errorf("%s: lines have no %q", name, field)
			}
		}
		counted[f.MetricTransformations[0].MetricNamespace+" "+f.MetricTransformations[0].MetricName] = true
	}
	if len(counted) == 0 {
		t.Error("no line is counted: have filters another type?")
	}
	ours, watched := "AWS::StackName", map[string]bool{}
	for _, name := range d.ofType("AWS::CloudWatch::Alarm") {
		a := into[measured](t, d.Resources[name].Properties)
		seen := []string{a.Namespace + " " + a.MetricName}
		for _, m := range a.Metrics {
			seen = append(seen, m.MetricStat.Metric.Namespace+" "+m.MetricStat.Metric.MetricName)
		}
		for _, metric := range seen {
			watched[metric] = true
			if len(metric) > len(ours) && metric[:len(ours)] == ours && !counted[metric] {
				t.Errorf("%s watches %s, which nothing counts", name, metric)
			}
		}
	}
	for metric := range counted {
		if !watched[metric] {
			t.Errorf("no alarm watches %s", metric)
		}
	}
}

// The dashboard shows every count, and no other of ours.
func TestTheDashboardShowsWhatIsCounted(t *testing.T) {
	d := read(t)
	boards := d.ofType("AWS::CloudWatch::Dashboard")
	if len(boards) != 1 {
		t.Fatalf("%d dashboards", len(boards))
	}
	body := into[struct{ DashboardBody string }](t, d.Resources[boards[0]].Properties).DashboardBody
	if !json.Valid([]byte(body)) {
		t.Fatalf("the dashboard is no JSON:\n%s", body)
	}
	shown := map[string]bool{}
	for _, m := range regexp.MustCompile(`\["\$\{AWS::StackName\}", "(\w+)"\]`).FindAllStringSubmatch(body, -1) {
		shown[m[1]] = true
	}
	for _, name := range d.ofType("AWS::Logs::MetricFilter") {
		f := into[struct {
			MetricTransformations []struct{ MetricName string }
		}](t, d.Resources[name].Properties)
		metric := f.MetricTransformations[0].MetricName
		if !shown[metric] {
			t.Errorf("%s is not shown", metric)
		}
		delete(shown, metric)
	}
	for metric := range shown {
		t.Errorf("%s is shown, and nothing counts it", metric)
	}
}
