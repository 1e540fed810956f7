package merchant

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/store"
)

// Fault is one thing that is wrong with rules, at a JSON pointer.
type Fault struct{ Pointer, Detail string }

// Bounds of rules: the merchant's record stays far below what an item may hold.
const (
	maxEntries = 50
	maxSum     = 1_000_000_000_000_00 // minor units
	maxDays    = 3650
	maxReaders = 20
	maxBytes   = 16 << 10 // of rules as they are kept
	maxComing  = 12       // rules that hold or will
	maxWords   = 200
	maxName    = 64
)

// validator collects faults.
type validator struct {
	m      Merchant
	faults []Fault
}

func (v *validator) check(ok bool, pointer, detail string, args ...any) {
	if !ok {
		v.faults = append(v.faults, Fault{pointer, fmt.Sprintf(detail, args...)})
	}
}

// Validate names everything that is wrong with new rules of a merchant; today is the earliest local day they may begin.
func (r Rules) Validate(m Merchant, today calendar.Date) []Fault {
	v := &validator{m: m}
	v.check(!r.From.IsZero() && !r.From.Before(today), "/from", "must be %s or later: what has been decided stays decided", today)
	for _, l := range []struct {
		pointer string
		n       int
	}{{"/roads", len(r.Roads)}, {"/approval/tiers", len(r.Approval.Tiers)}, {"/limits", len(r.Limits)}, {"/ramps", len(r.Ramps)},
		{"/stopped", len(r.Stopped)}, {"/papers", len(r.Papers)}, {"/expiries", len(r.Expiries)}, {"/register", len(r.Register)}, {"/payouts/purposes", len(r.Payouts.Purposes)}} {
		v.check(l.n <= maxEntries, l.pointer, "has more than %d entries", maxEntries)
	}
	if whole, err := json.Marshal(r); err != nil || len(whole) > maxBytes {
		v.check(false, "/", "have more than %d bytes", maxBytes)
	}
	v.check(len(m.WithRules(r, today).Rules) <= maxComing, "/from", "more than %d rules are to come", maxComing)
	v.roads(r)
	v.approval(r.Approval)
	v.limits(r)
	v.people(r)
	for i, x := range r.Expiries {
		at := fmt.Sprintf("/expiries/%d", i)
		v.scope(at, "", x.Account, "")
		v.check(x.Account != "", at+"/account", "names no account")
		v.check(slices.Contains([]string{"credentials", "certificate", "merchant_kyc"}, x.What), at+"/what", "must be credentials, certificate or merchant_kyc")
		v.check(!x.On.IsZero(), at+"/on", "names no day")
	}
	v.check(len(r.Reports.To) <= maxReaders, "/reports/to", "has more than %d addresses", maxReaders)
	for i, to := range r.Reports.To {
		v.check(plainAddress(to), fmt.Sprintf("/reports/to/%d", i), "must be an e-mail address")
		v.check(!slices.Contains(r.Reports.To[:i], to), fmt.Sprintf("/reports/to/%d", i), "is there twice")
	}
	v.check(slices.Contains([]string{"", "en", "es", "zh"}, r.Reports.Language), "/reports/language", "must be en, es or zh")
	v.check(r.Cash.RemindHours >= 0 && r.Cash.RemindHours <= 240, "/cash/remind_hours", "must be from 0 to 240")
	v.check(slices.Contains([]string{"", "merchant", "buyer"}, r.FX.Bears), "/fx/bears", "must be merchant or buyer")
	v.check(slices.Contains([]Bearing{"", Wait, Advance}, r.Payouts.Failure), "/payouts/failure", "must be wait or advance")
	for i, purpose := range r.Payouts.Purposes {
		v.check(purpose != "" && len(purpose) <= maxName, fmt.Sprintf("/payouts/purposes/%d", i), "must have 1 to %d characters", maxName)
	}
	v.check(r.Payouts.WaitHours >= 0 && r.Payouts.WaitHours <= 240, "/payouts/wait_hours", "must be from 0 to 240")
	return v.faults
}

// plainAddress says that a text is an e-mail address and nothing else, in letters that every carrier takes.
func plainAddress(s string) bool {
	box, host, ok := strings.Cut(s, "@")
	return ok && box != "" && strings.Contains(strings.Trim(host, "."), ".") && len(s) <= 100 &&
		!strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"(),:;<>[\]`, r) }) && !strings.Contains(host, "@")
}

func (v *validator) roads(r Rules) {
	for i, x := range r.Roads {
		at := fmt.Sprintf("/roads/%d", i)
		v.scope(at, "", x.Account, x.Network)
		v.check(len(x.Provider) <= maxName, at+"/provider", "is no provider")
		v.check(slices.Contains([]string{"", "original", "cash_withdrawal", "bank_transfer", "manual"}, x.Route), at+"/route", "is no route")
		v.check(x.Country == "" || x.Country == "CO" || x.Country == "PE", at+"/country", "must be CO or PE")
		v.check(x.Currency.Known() || (x.Currency == "" && x.Minimum == 0 && x.Maximum == 0), at+"/currency", "must say what the sums are in")
		v.sum(at+"/minimum", x.Minimum)
		v.sum(at+"/maximum", x.Maximum)
		v.check(x.Maximum == 0 || x.Minimum <= x.Maximum, at+"/maximum", "is below the minimum")
		v.check(x.WindowDays >= 0 && x.WindowDays <= maxDays, at+"/window_days", "must be from 0 to %d", maxDays)
		v.check(x.DaysNeeded >= 0 && x.DaysNeeded <= maxDays, at+"/days_needed", "must be from 0 to %d", maxDays)
	}
	for i, x := range r.Stopped {
		at := fmt.Sprintf("/stopped/%d", i)
		v.scope(at, "", x.Account, x.Network)
		v.check(x.Network+x.Provider+x.Account != "", at, "names neither network, provider nor account")
		v.check(len(x.Provider) <= maxName, at+"/provider", "is no provider")
		v.check(len(x.Why) <= maxWords, at+"/why", "has more than %d characters", maxWords)
	}
}

func (v *validator) approval(a Approval) {
	v.check(a.ExpiresHours >= 0 && a.ExpiresHours <= 24*30, "/approval/expires_hours", "must be from 0 to 720")
	for i, account := range a.Every {
		v.scope(fmt.Sprintf("/approval/every/%d", i), "", account, "")
	}
	seen := map[Tier]bool{}
	for i, t := range a.Tiers {
		at := fmt.Sprintf("/approval/tiers/%d", i)
		v.scope(at, t.Store, "", "")
		v.check(t.Role == Approver || t.Role == Admin, at+"/role", "must be approver or admin")
		v.check(slices.Contains([]Role{"", Operator, Approver, Admin}, t.AskedBy), at+"/asked_by", "must be operator, approver or admin")
		v.check(t.Currency.Known(), at+"/currency", "is unknown")
		v.sum(at+"/above", t.Above)
		same := t
		same.Role = ""
		v.check(!seen[same], at, "repeats an earlier tier")
		seen[same] = true
	}
}

func (v *validator) limits(r Rules) {
	for i, l := range r.Limits {
		at := fmt.Sprintf("/limits/%d", i)
		v.scope(at, l.Store, l.Account, "")
		v.check(l.Currency.Known(), at+"/currency", "is unknown")
		v.check(l.Single+l.Daily+l.OperatorDaily > 0, at, "limits nothing")
		for _, s := range []struct {
			name  string
			minor int64
		}{{"single", l.Single}, {"daily", l.Daily}, {"operator_daily", l.OperatorDaily}} {
			v.sum(at+"/"+s.name, s.minor)
		}
	}
	for i, x := range r.Ramps {
		at := fmt.Sprintf("/ramps/%d", i)
		v.scope(at, "", x.Account, "")
		v.check(x.Account != "" && !x.Since.IsZero() && len(x.Steps) > 0 && len(x.Steps) <= maxEntries, at, "needs account, since and steps")
		v.check(slices.IsSortedFunc(x.Steps, func(a, b Step) int { return cmp.Compare(a.AfterDays, b.AfterDays) }), at+"/steps", "are not in order of days")
		for j, s := range x.Steps {
			v.check(s.AfterDays >= 0 && s.AfterDays <= maxDays && s.Daily > 0, fmt.Sprintf("%s/steps/%d", at, j), "needs days and a cap")
			v.sum(fmt.Sprintf("%s/steps/%d/daily", at, j), s.Daily)
		}
		v.check(len(x.Steps) == 0 || x.Steps[0].AfterDays == 0, at+"/steps/0/after_days", "must be 0: an account has a cap from its first day")
	}
}

func (v *validator) people(r Rules) {
	for i, d := range r.Documents {
		for j, t := range d.Types {
			_, err := identity.DocumentTypeOf(d.Country, t)
			v.check(err == nil, fmt.Sprintf("/documents/%d/types/%d", i, j), "is no document of %q", d.Country)
		}
		v.check(len(d.Types) > 0 && len(d.Types) <= maxEntries, fmt.Sprintf("/documents/%d/types", i), "lists no type")
	}
	v.check(r.Screen.Stores >= 0 && r.Screen.Stores <= 1000, "/screen/stores", "must be from 0 to 1000")
	for i, s := range r.Screen.KYC {
		v.check(s.Currency.Known(), fmt.Sprintf("/screen/kyc/%d/currency", i), "is unknown")
		v.sum(fmt.Sprintf("/screen/kyc/%d/from", i), s.From)
	}
	for i, p := range r.Papers {
		at := fmt.Sprintf("/papers/%d", i)
		v.check(slices.Contains([]string{"", "refund", "payout"}, p.Kind), at+"/kind", "must be refund or payout")
		v.check(p.Name != "" && len(p.Name) <= 40, at+"/name", "must have 1 to 40 characters")
		v.check(p.Currency.Known(), at+"/currency", "is unknown")
		v.sum(at+"/from", p.From)
	}
	for i, x := range r.Register {
		at := fmt.Sprintf("/register/%d", i)
		v.check(x.Country == "CO" || x.Country == "PE", at+"/country", "must be CO or PE")
		v.check(x.Currency.Known(), at+"/currency", "is unknown")
		v.check(x.Single+x.Monthly > 0, at, "has no threshold")
		v.sum(at+"/single", x.Single)
		v.sum(at+"/monthly", x.Monthly)
	}
}

func (v *validator) sum(pointer string, minor int64) {
	v.check(minor >= 0 && minor <= maxSum, pointer, "must be from 0 to %d minor units", int64(maxSum))
}

// scope checks that a rule's scope is the merchant's own: a misspelt account would be a rule that never holds.
func (v *validator) scope(at, shop, account, network string) {
	stores, accounts, networks := shop == "", account == "", network == ""
	for _, s := range v.m.Stores {
		stores, networks = stores || s.ID == shop, networks || s.Network == network
		for _, a := range s.Accounts {
			accounts = accounts || a.Account == account
		}
	}
	v.check(stores, at+"/store", "is none of the merchant's stores")
	v.check(accounts, at+"/account", "is none of the merchant's accounts")
	v.check(networks, at+"/network", "is none of the merchant's networks")
}

// WithRules adds rules to those that hold today or will: of those that are over, or that the new ones come before, only history
// keeps a copy.
func (m Merchant) WithRules(r Rules, today calendar.Date) Merchant {
	now := m.RulesOn(today).Number
	var kept []Rules
	for _, x := range m.Rules {
		if x.Number == now || today.Before(x.From) && x.From.Before(r.From) {
			kept = append(kept, x)
		}
	}
	m.Rules = append(kept, r)
	return m
}

// RulesKey is the history entry of the rules of a number.
func RulesKey(tenant string, number int) store.Key {
	return store.Key{PK: RulesPartition(tenant), SK: fmt.Sprintf("%06d", number)}
}

// RulesPartition holds every rules a merchant has had, in order.
func RulesPartition(tenant string) string { return tenant + "#rules" }

// EncodeRules makes the history entry of rules: written once.
func EncodeRules(tenant string, r Rules) store.Record {
	return record(RulesKey(tenant, r.Number), r, 0)
}

// DecodeRules reads a history entry.
func DecodeRules(r store.Record) (Rules, error) { return decode[Rules](r) }
