package providertest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func careClauses() []clause {
	return []clause{
		{"the profile is the same at any time, names the source of each fact and stays below the functions' time-out", profile, nil},
		{"an account without one of its credentials is refused by the credential's name", lacking, nil},
		{"a setting that does not parse is refused by its name", badSetting, nil},
		{"no answer and no error repeats a secret or a person", canaries, nil},
		{"the same calls in the same world leave the same bytes", replays, (*lab).asked},
		{"a call with no time left is not sent", noTime, (*lab).refunds},
		{"the original of every amount is its digits", digits, can(provider.CanReadPayment)},
	}
}

func profile(l *lab) {
	before := l.client.Profile()
	l.host.Sleep(400 * 24 * time.Hour)
	if after := l.open(l.subject.Account).Profile(); !reflect.DeepEqual(before, after) {
		l.Errorf("%+v, a year later %+v", before, after)
	}
	if len(before.Sources) == 0 || before.Timeout > 20*time.Second || before.QuietPeriod < 5*time.Minute {
		l.Errorf("sources %v, time-out %s, quiet period %s", before.Sources, before.Timeout, before.QuietPeriod)
	}
	for _, r := range before.Currencies {
		for _, limit := range []int64{r.Min, r.Max, r.PayMin, r.PayMax} {
			if err := before.Expresses(money.New(limit, r.Currency)); limit != 0 && err != nil {
				l.Errorf("a limit that nobody can reach: %v", err)
			}
		}
	}
	names := provider.Facts()
	for _, a := range provider.Abilities() {
		names = append(names, string(a))
	}
	for _, g := range before.Grounds {
		for _, f := range strings.Fields(g.Facts) {
			if !slices.Contains(names, f) {
				l.Errorf("%q is no fact, and is said to be known from %q", f, g.Source)
			}
		}
	}
	for _, k := range l.client.Known() {
		if k.Source == "" {
			l.Errorf("%s: nobody says where it is known from", k.Fact)
		}
	}
}

func lacking(l *lab) {
	for name := range l.subject.Account.Credentials {
		account := l.subject.Account
		account.Credentials = map[string]string{}
		for n, v := range l.subject.Account.Credentials {
			if n != name {
				account.Credentials[n] = v
			}
		}
		if _, err := l.subject.New(account, l.line, l.host); err == nil || !strings.Contains(err.Error(), name) {
			l.Errorf("without %s: %v", name, err)
		}
	}
}

func badSetting(l *lab) {
	names := l.subject.Settings
	if names == nil {
		names = []string{"idempotent", "refund_days", "quiet_minutes"}
	}
	for _, name := range names {
		account := l.subject.Account
		account.Settings = maps.Clone(account.Settings)
		if account.Settings == nil {
			account.Settings = map[string]string{}
		}
		account.Settings[name] = "perhaps"
		if _, err := l.subject.New(account, l.line, l.host); err == nil || !strings.Contains(err.Error(), name) {
			l.Errorf("%s: %v", name, err)
		}
	}
}

func canaries(l *lab) {
	d, p := disbursement.Disbursement{ID: "rf_1", Payment: "pay_of_rf_1"}, l.voucher("pay_2")
	if l.refunds() {
		d = l.refund("rf_1")
	}
	person := l.canary()
	forbidden := []string{person.Name.Reveal(), person.Email.Reveal(), person.Phone.Reveal(), person.DocumentNumber.Reveal(), person.Account.Reveal()}
	forbidden = append(forbidden, l.subject.Account.Secrets...)
	for name, value := range l.subject.Account.Credentials {
		if strings.Contains(name, "secret") || strings.Contains(name, "key") {
			forbidden = append(forbidden, value)
		}
	}
	for _, status := range []int{200, 201, 400, 422, 500} {
		for _, body := range []string{`{"code":"` + strings.Join(forbidden, " ") + `","message":"` + strings.Join(forbidden, " ") + `"}`,
			l.refusalBody(strings.Join(forbidden, " "))} {
			l.answers(status, body)
			l.keepsQuiet(status, d, p, forbidden)
		}
	}
}

func (l *lab) keepsQuiet(status int, d disbursement.Disbursement, p payment.Payment, forbidden []string) {
	l.Helper()
	_, err := l.client.CreatePayment(l.ctx, p)
	said := fmt.Sprintf("%+v %+v %v", l.client.Submit(l.ctx, d), l.client.Status(l.ctx, d), err)
	for _, word := range forbidden {
		if strings.Contains(said, word) {
			l.Errorf("%d: %q is repeated in %s", status, word, said)
		}
	}
}

// replays drives one world twice through every kind of fault and compares all that was heard and booked.
func replays(l *lab) {
	story := func(t *testing.T) string {
		world := newLab(t, l.subject)
		var told bytes.Buffer
		for i, kind := range simnet.Kinds() {
			id := fmt.Sprintf("rf_%d", i)
			d := world.refund(id)
			world.hit(kind, simnet.OpDisbursement)
			fmt.Fprintf(&told, "%+v\n", world.client.Submit(world.ctx, d))
			world.host.Sleep(5 * time.Minute)
			_ = world.network.Move(id, simnet.Complete)
			world.host.Sleep(30 * time.Minute)
			fmt.Fprintf(&told, "%+v\n", world.client.Status(world.ctx, d))
		}
		for _, h := range world.host.Heard {
			fmt.Fprintf(&told, "%s %v %s\n", h.ReceivedAt, h.Header, h.Body)
		}
		fmt.Fprintf(&told, "%+v", world.network.Ledger())
		return told.String()
	}
	if first, again := story(l.T), story(l.T); first != again {
		l.Error("two runs differ")
	}
}

func noTime(l *lab) {
	d := l.refund("rf_1")
	over, cancel := context.WithCancel(l.ctx)
	cancel()
	o := l.client.Submit(over, d)
	l.claims(o, "not_applied")
	if l.live("rf_1") != 0 {
		l.Error("it was sent all the same")
	}
}

func digits(l *lab) {
	rule, _ := l.client.Profile().Currency(l.subject.Price.Currency())
	step := int64(1)
	for range 2 - rule.Decimals {
		step *= 10
	}
	for _, units := range []int64{1, 9, 10, 99, 101, 12345, 99999999, 123456789012} {
		if minor := units * step; minor < l.subject.VoucherMin || (l.subject.VoucherMax > 0 && minor > l.subject.VoucherMax) {
			continue
		}
		world := newLab(l.T, l.subject)
		world.subject.Price = money.New(units*step, rule.Currency)
		p := world.paid("pay_1")
		for _, f := range world.facts("pay_1") {
			if f.Payment.Minor != units*step {
				l.Errorf("%s came back as %d", p.Amount, f.Payment.Minor)
			}
		}
		if p.PaidMinor() != units*step {
			l.Errorf("%s was read as %d", p.Amount, p.PaidMinor())
		}
	}
}

// between prints the limits that are stated of what.
func between(currency money.Currency, least, most int64, what string) string {
	text := ""
	if least != 0 {
		text += " from " + money.New(least, currency).String()
	}
	if most != 0 {
		text += " to " + money.New(most, currency).String()
	}
	if text != "" {
		text = ", " + what + text
	}
	return text
}

// Matrix prints what each provider offers, for people to review.
func Matrix(clients []*provider.Client) string {
	var out strings.Builder
	line := func(cells ...string) { out.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line("provider", "network", "currencies", "abilities", "routes", "partial", "several", "refund window", "idempotent", "quiet period", "settles")
	line(strings.Split(strings.Repeat("--- ", 11), " ")[:11]...)
	for _, c := range clients {
		p := c.Profile()
		var currencies, abilities, routes []string
		for _, r := range p.Currencies {
			currencies = append(currencies, fmt.Sprintf("%s with %d decimals", r.Currency, r.Decimals)+
				between(r.Currency, r.PayMin, r.PayMax, "vouchers")+between(r.Currency, r.Min, r.Max, "disbursements"))
		}
		for _, a := range provider.Abilities() {
			if c.Can(a) {
				abilities = append(abilities, string(a))
			}
		}
		for _, r := range p.Routes {
			routes = append(routes, string(r))
		}
		window := fmt.Sprintf("%d days", p.RefundWindow)
		if p.RefundWindow == 0 {
			window = "none stated"
		}
		idempotent := fmt.Sprint(p.Idempotent)
		if p.PromiseFor > 0 {
			idempotent += " for " + p.PromiseFor.String()
		}
		line(known(c), c.Account().Network, strings.Join(currencies, "; "), strings.Join(abilities, ", "), strings.Join(routes, ", "),
			fmt.Sprint(p.PartialOK), fmt.Sprint(p.SeveralOK), window, idempotent, p.QuietPeriod.String(), fmt.Sprintf("T+%d", p.SettlesIn))
	}
	out.WriteString("\nDoes not carry these networks:\n\n")
	for _, a := range provider.NotCarried() {
		out.WriteString("- " + a.Provider + ": " + a.Reason + " (" + a.Source + ")\n")
	}
	sources(&out, clients)
	grounds(&out, clients)
	return out.String()
}

// sources prints where each provider's facts come from, once.
func sources(out *strings.Builder, clients []*provider.Client) {
	out.WriteString("\nWhere these facts come from:\n\n")
	told := map[string]bool{}
	for _, c := range clients {
		name := known(c)
		if told[name] {
			continue
		}
		told[name] = true
		out.WriteString("- " + name + "\n")
		for _, s := range c.Profile().Sources {
			out.WriteString("  - " + s + "\n")
		}
	}
}

// grounds prints where each fact of each account is known from.
func grounds(out *strings.Builder, clients []*provider.Client) {
	out.WriteString("\nWhere each fact comes from, and whether it was read there:\n\n| provider | network | fact | source | confirmed |\n| --- | --- | --- | --- | --- |\n")
	for _, c := range clients {
		for _, k := range c.Known() {
			fmt.Fprintf(out, "| %s | %s | %s | %s | %v |\n", known(c), c.Account().Network, k.Fact, k.Source, k.Confirmed)
		}
	}
}

// known is a provider's name, with the other whom an account of it goes through.
func known(c *provider.Client) string {
	name := c.Profile().Name
	if other := c.Account().Settings["through"]; other != "" {
		name += " through " + other
	}
	return name
}
