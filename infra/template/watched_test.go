package template_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestWhatMustBeWatched names one by one what somebody has to hear of, of which metrics it is made and from which figure on it
// rings. That each metric is counted from a line that is written, and that each alarm has its runbook, the tests beside this one hold.
func TestWhatMustBeWatched(t *testing.T) {
	d := read(t)
	for _, c := range []struct{ what, alarm, want string }{
		{"refunds fail: 3 in a hundred or more", "FailureRateAlarm", "Failed, Paid: IF(bad + good >= 20, 100 * bad / (bad + good), 0) GreaterThanOrEqualToThreshold 3"},
		{"of a day's money more than 5 in a hundred is given back", "RefundRateAlarm", "Refunded, Collected: IF(paid >= 20, 100 * back / paid, 0) GreaterThanThreshold 5"},
		{"callbacks that were expected did not come", "CallbacksSilentAlarm", "FoundByAsking, ToldByCallback: IF(asked >= 10 AND told == 0, asked, 0) GreaterThanThreshold 0"},
		{"something is overdue", "OverdueAlarm", "Overdue: GreaterThanThreshold 0"},
		{"the oldest of what is unfinished", "LongOverdueAlarm", "LongOverdue: GreaterThanThreshold 0"},
		{"the oldest break", "OldestBreakAlarm", "OldestBreak: GreaterThanThreshold OldestBreakDays"},
		{"pesos at risk", "OpenMoneyCOPAlarm", "OpenMoneyCOP: minor / 100 GreaterThanThreshold OpenMoneyCOP"},
		{"soles at risk", "OpenMoneyPENAlarm", "OpenMoneyPEN: minor / 100 GreaterThanThreshold OpenMoneyPEN"},
		{"dollars at risk", "OpenMoneyUSDAlarm", "OpenMoneyUSD: minor / 100 GreaterThanThreshold OpenMoneyUSD"},
		{"a settlement file is late", "SettlementMissingAlarm", "SettlementMissing: GreaterThanThreshold 0"},
		{"a breaker is open", "BreakerAlarm", "BreakerOpen: GreaterThanThreshold 0"},
		{"clocks differ", "ClockAlarm", "ClocksDiffer: GreaterThanThreshold 0"},
		{"credentials, certificates or papers run out", "ExpiresSoonAlarm", "ExpiresSoon: GreaterThanThreshold 0"},
		{"the API answers fewer than 99.5 in a hundred", "AvailabilityAlarm", "5xx, Count: IF(good >= 100, 100 * bad / good, 0) GreaterThanThreshold 0.5"},
		{"mails to buyers come back", "NoticesReturnedAlarm", "NoticesReturned: GreaterThanThreshold 20"},
	} {
		if d.Resources[c.alarm].Type != "AWS::CloudWatch::Alarm" {
			t.Errorf("%s: there is no %s", c.what, c.alarm)
			continue
		}
		a := into[struct {
			MetricName         string
			Threshold          any
			ComparisonOperator string
			Metrics            []struct {
				Expression string
				MetricStat struct{ Metric struct{ MetricName string } }
			}
		}](t, d.Resources[c.alarm].Properties)
		metrics, expression := []string{}, ""
		if a.MetricName != "" {
			metrics = append(metrics, a.MetricName)
		}
		for _, m := range a.Metrics {
			if m.Expression != "" {
				expression = m.Expression + " "
			} else {
				metrics = append(metrics, m.MetricStat.Metric.MetricName)
			}
		}
		if got := fmt.Sprintf("%s: %s%s %v", strings.Join(metrics, ", "), expression, a.ComparisonOperator, a.Threshold); got != c.want {
			t.Errorf("%s: %s is %s, want %s", c.what, c.alarm, got, c.want)
		}
	}
}
