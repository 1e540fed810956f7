package provider_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

// fake is an adapter that says what it is told to.
type fake struct {
	profile provider.Profile
	said    disbursement.Observation
	err     error
	sent    int
	left    time.Duration // of the deadline the call was given
}

func (f *fake) Profile() provider.Profile { return f.profile }

func (f *fake) Refund(ctx context.Context, _ disbursement.Disbursement) (disbursement.Observation, error) {
	f.sent++
	deadline, _ := ctx.Deadline()
	f.left = deadline.Sub(start())
	return f.said, f.err
}

func (f *fake) ReadStatus(context.Context, disbursement.Disbursement) (disbursement.Observation, error) {
	return f.said, f.err
}

func start() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) }

func sound() provider.Profile {
	return provider.Profile{Name: "fake", Networks: []string{"efecty"}, Timeout: 7 * time.Second, QuietPeriod: 10 * time.Minute,
		Currencies: []provider.CurrencyRule{{Currency: money.COP, Decimals: 0, Min: 10_000_00, Max: 90_000_00}}}
}

func account() provider.Account {
	return provider.Account{ID: "acc", Tenant: "demo", Provider: "fake", Network: "efecty", Secrets: []string{"s"}}
}

func open(t *testing.T, f *fake) (*provider.Client, *providertest.Host) {
	t.Helper()
	host := providertest.NewHost(start(), 1)
	if f.profile.Name == "" {
		f.profile = sound()
	}
	c, err := provider.Open(f, account(), host)
	if err != nil {
		t.Fatal(err)
	}
	return c, host
}

func due() disbursement.Disbursement {
	return disbursement.Disbursement{ID: "rf_1", Kind: disbursement.Refund, Route: disbursement.Original,
		Amount: money.New(50_000_00, money.COP), Attempts: make([]disbursement.Attempt, 2), LastSentAt: start()}
}

func TestOpenRefusesWhatContradictsItself(t *testing.T) {
	for want, spoil := range map[string]func(*provider.Profile, *provider.Account){
		"has no name":         func(p *provider.Profile, _ *provider.Account) { p.Name = "" },
		`of "other"`:          func(_ *provider.Profile, a *provider.Account) { a.Provider = "other" },
		`network "elsewhere"`: func(_ *provider.Profile, a *provider.Account) { a.Network = "elsewhere" },
		"no time-out":         func(p *provider.Profile, _ *provider.Account) { p.Timeout = 0 },
		"no quiet period":     func(p *provider.Profile, _ *provider.Account) { p.QuietPeriod = 0 },
		"no currency":         func(p *provider.Profile, _ *provider.Account) { p.Currencies = nil },
		"is unknown":          func(p *provider.Profile, _ *provider.Account) { p.Currencies[0].Currency = "XXX" },
		"below its minimum":   func(p *provider.Profile, _ *provider.Account) { p.Currencies[0].Max = 1 },
		"more than 3":         func(_ *provider.Profile, a *provider.Account) { a.Secrets = []string{"a", "b", "c", "d"} },
		"secret 2 is empty":   func(_ *provider.Profile, a *provider.Account) { a.Secrets = []string{"a", ""} },
	} {
		p, a := sound(), account()
		spoil(&p, &a)
		_, err := provider.Open(&fake{profile: p}, a, providertest.NewHost(start(), 1))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in it", err, want)
		}
	}
}

func TestSubmitClassifies(t *testing.T) {
	for name, c := range map[string]struct {
		said disbursement.Observation
		err  error
		want disbursement.Claim
		hold string
	}{
		"accepted":       {said: disbursement.Observation{Claim: disbursement.ClaimAccepted}, want: disbursement.ClaimAccepted},
		"rejected":       {said: disbursement.Observation{Claim: disbursement.ClaimRejected}, want: disbursement.ClaimRejected},
		"silence":        {want: disbursement.ClaimUnknown},
		"nonsense":       {said: disbursement.Observation{Claim: disbursement.ClaimNotFound}, want: disbursement.ClaimUnknown},
		"settled":        {said: disbursement.Observation{Claim: disbursement.ClaimSettled}, want: disbursement.ClaimUnknown},
		"any error":      {err: errors.New("secret words"), want: disbursement.ClaimUnknown},
		"unknown":        {err: &provider.Error{Class: provider.Unknown}, want: disbursement.ClaimUnknown},
		"no class":       {err: &provider.Error{}, want: disbursement.ClaimUnknown},
		"not sent":       {err: &provider.Error{Class: provider.NotSent}, want: disbursement.ClaimNotApplied},
		"limited":        {err: &provider.Error{Class: provider.Limited}, want: disbursement.ClaimNotApplied},
		"refused":        {err: &provider.Error{Class: provider.Rejected}, want: disbursement.ClaimRejected},
		"denied":         {err: &provider.Error{Class: provider.Denied}, want: disbursement.ClaimDenied, hold: disbursement.HoldDenied},
		"does not fit":   {err: provider.ErrDoesNotFit, want: disbursement.ClaimDenied, hold: disbursement.HoldUnreadable},
		"details":        {err: provider.ErrDetails, want: disbursement.ClaimDenied, hold: disbursement.HoldDetails},
		"not offered":    {err: provider.ErrUnsupported, want: disbursement.ClaimDenied, hold: disbursement.HoldManual},
		"no such refund": {err: provider.ErrNoSuchDisbursement, want: disbursement.ClaimUnknown},
	} {
		f := &fake{said: c.said, err: c.err}
		client, _ := open(t, f)
		o := client.Submit(context.Background(), due())
		if o.Claim != c.want || o.HoldReason != c.hold || o.By != disbursement.ByReply || o.Evidence != "reply:2" || o.Attempt != 2 {
			t.Errorf("%s: %+v, want %s held for %q", name, o, c.want, c.hold)
		}
		if strings.Contains(o.Note, "secret words") {
			t.Errorf("%s: text that nobody classified left the client: %q", name, o.Note)
		}
		if f.sent != 1 || f.left != 7*time.Second {
			t.Errorf("%s: %d calls with %s left", name, f.sent, f.left)
		}
	}
}

func TestSubmitSendsOnlyWhatFits(t *testing.T) {
	for name, c := range map[string]struct {
		amount money.Amount
		fits   bool
	}{
		"the least":      {money.New(10_000_00, money.COP), true},
		"the most":       {money.New(90_000_00, money.COP), true},
		"below":          {money.New(9_999_00, money.COP), false},
		"above":          {money.New(90_001_00, money.COP), false},
		"centavos":       {money.New(10_000_50, money.COP), false},
		"other currency": {money.New(10_000_00, money.PEN), false},
		"nothing":        {money.Amount{}, false},
		"negative":       {money.New(-10_000_00, money.COP), false},
	} {
		f := &fake{said: disbursement.Observation{Claim: disbursement.ClaimAccepted}}
		client, _ := open(t, f)
		d := due()
		d.Amount = c.amount
		o := client.Submit(context.Background(), d)
		if sent := f.sent == 1; sent != c.fits || (!sent && o.HoldReason != disbursement.HoldUnreadable) {
			t.Errorf("%s: sent %d times, %+v", name, f.sent, o)
		}
	}
}

func TestStatusNotFoundNeedsTheQuietPeriod(t *testing.T) {
	for name, c := range map[string]struct {
		sent time.Time
		want disbursement.Claim
	}{
		"at once":       {start(), disbursement.ClaimUnknown},
		"a hair before": {start().Add(-10*time.Minute - provider.ClockTolerance + 1), disbursement.ClaimUnknown},
		"exactly then":  {start().Add(-10*time.Minute - provider.ClockTolerance), disbursement.ClaimNotFound},
		"a day later":   {start().Add(-24 * time.Hour), disbursement.ClaimNotFound},
		"sent tomorrow": {start().Add(24 * time.Hour), disbursement.ClaimUnknown},
		"never sent":    {time.Time{}, disbursement.ClaimUnknown},
	} {
		client, _ := open(t, &fake{err: provider.ErrNoSuchDisbursement})
		d := due()
		d.LastSentAt = c.sent
		if o := client.Status(context.Background(), d); o.Claim != c.want || o.Attempt != 2 || o.By != "poll" {
			t.Errorf("%s: %+v, want %s", name, o, c.want)
		}
	}
}

// slow answers only after the quiet period has passed, though it was asked before its end.
type slow struct {
	fake
	host *providertest.Host
}

func (s *slow) ReadStatus(context.Context, disbursement.Disbursement) (disbursement.Observation, error) {
	s.host.Sleep(time.Hour)
	return disbursement.Observation{}, provider.ErrNoSuchDisbursement
}

func TestStatusCountsFromTheQuestionNotFromTheAnswer(t *testing.T) {
	host := providertest.NewHost(start(), 1)
	s := &slow{host: host}
	s.profile = sound()
	client, err := provider.Open(s, account(), host)
	if err != nil {
		t.Fatal(err)
	}
	if o := client.Status(context.Background(), due()); o.Claim != disbursement.ClaimUnknown {
		t.Errorf("%+v", o)
	}
}

func TestStatusErrorsProveNothing(t *testing.T) {
	for _, err := range []error{errors.New("x"), &provider.Error{Class: provider.Rejected, Code: "NO"},
		&provider.Error{Class: provider.Denied}, &provider.Error{Class: provider.NotSent}} {
		client, _ := open(t, &fake{err: err})
		if o := client.Status(context.Background(), due()); o.Claim != disbursement.ClaimUnknown {
			t.Errorf("%v: %+v", err, o)
		}
	}
}

func TestStatusBelievesOnlyClaimsOfAFate(t *testing.T) {
	for _, claim := range disbursement.Claims() {
		want := claim
		switch claim {
		case disbursement.ClaimAccepted, disbursement.ClaimCollectable, disbursement.ClaimPaid, disbursement.ClaimRejected,
			disbursement.ClaimVoided, disbursement.ClaimReturned:
		default:
			want = disbursement.ClaimUnknown
		}
		client, _ := open(t, &fake{said: disbursement.Observation{Claim: claim}})
		if o := client.Status(context.Background(), due()); o.Claim != want {
			t.Errorf("an adapter that says %q makes the client say %q", claim, o.Claim)
		}
	}
}

func TestExpressesTakesOnlyPositiveWholeSteps(t *testing.T) {
	p := sound()
	for minor, want := range map[int64]bool{100: true, 0: false, -100: false, 150: false} {
		if err := p.Expresses(money.New(minor, money.COP)); (err == nil) != want {
			t.Errorf("%d: %v", minor, err)
		}
	}
}

func TestStatusWithoutALookUpSaysSo(t *testing.T) {
	host := providertest.NewHost(start(), 1)
	client, err := provider.Open(bare{}, account(), host)
	if err != nil {
		t.Fatal(err)
	}
	o := client.Status(context.Background(), due())
	if o.Claim != disbursement.ClaimUnknown || o.HoldReason != disbursement.HoldNoLookup {
		t.Errorf("%+v", o)
	}
	for _, a := range provider.Abilities() {
		if client.Can(a) {
			t.Errorf("can %s", a)
		}
	}
}

// bare is an adapter that can do nothing.
type bare struct{}

func (bare) Profile() provider.Profile { return sound() }
