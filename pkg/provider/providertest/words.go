package providertest

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func wordClauses() []clause {
	return []clause{
		{"every code has its meaning in Spanish, English and Chinese", codesTranslated, nil},
		{"every word that the provider says of a payment or a disbursement has its meaning in three languages", wordsTranslated, nil},
		{"the provider's own text beside a refusal is kept as it came, on one line, without a secret", textKept, nil},
	}
}

// translated fails unless a word has a meaning in every language.
func (l *lab) translated(word string) {
	l.Helper()
	m, ok := l.subject.Words.Of(word)
	for language, text := range map[string]string{"es": m.ES, "en": m.EN, "zh": m.ZH} {
		if !ok || strings.TrimSpace(text) == "" {
			l.Errorf("%q has no meaning in %s", word, language)
		}
	}
	if strings.ContainsFunc(m.ES+m.EN, han) || !strings.ContainsFunc(m.ZH, han) {
		l.Errorf("%q means %+v: a language stands in another's place", word, m)
	}
}

func han(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }

func codesTranslated(l *lab) {
	for _, c := range l.subject.Codes {
		l.translated(c.Code)
	}
	for word := range l.subject.Words {
		l.translated(word)
	}
}

func wordsTranslated(l *lab) {
	if l.issues() {
		l.paymentWords()
	}
	if !l.refunds() {
		return
	}
	for _, verb := range []simnet.Verb{simnet.Complete, simnet.Fail, simnet.Expire, simnet.Bounce} {
		id := "rf_" + string(verb)
		d, o := l.submitted(l.refund(id))
		l.spoken(o)
		l.move(id, verb)
		if l.asked() {
			l.spoken(l.client.Status(l.ctx, d))
		}
		for _, f := range l.facts(id) {
			l.spoken(*f.Disbursement)
		}
	}
}

// paymentWords goes through what becomes of vouchers: nothing yet, paid, over, withdrawn.
func (l *lab) paymentWords() {
	l.Helper()
	made := []payment.Payment{l.voucher("pay_1"), l.voucher("pay_2"), l.voucher("pay_3")}
	l.readWords(made)
	l.pay("pay_1", 0)
	if l.client.Can(provider.CanCancelPayment) {
		if o, err := l.client.CancelPayment(l.ctx, made[1]); err != nil {
			l.Errorf("cancel: %v", err)
		} else if o.Word != "" {
			l.translated(o.Word)
		}
	}
	l.readWords(made)
	l.host.Sleep(60 * 24 * time.Hour)
	l.readWords(made[:1])
	l.readWords(made[2:])
	for _, p := range made {
		for _, f := range l.facts(p.ID) {
			if f.Payment != nil {
				l.translated(f.Payment.Word)
			}
		}
	}
}

func (l *lab) readWords(made []payment.Payment) {
	l.Helper()
	if !l.client.Can(provider.CanReadPayment) {
		return
	}
	for _, p := range made {
		if o, err := l.client.ReadPayment(l.ctx, p); err != nil {
			l.Errorf("read %s: %v", p.ID, err)
		} else {
			l.translated(o.Word)
		}
	}
}

// spoken fails unless what moved a disbursement names a word with a meaning; a mere "taken in" may have none.
func (l *lab) spoken(o disbursement.Observation) {
	l.Helper()
	if word := o.Word; word != "" {
		l.translated(word)
	} else if o.Code != "" || o.Claim != disbursement.ClaimAccepted {
		l.translated(o.Code)
	}
}

func textKept(l *lab) {
	const before, after = "Solicitud no procesada por ", " en caja"
	secret := l.subject.Account.Secrets[0]
	try := l.said()
	for _, c := range l.subject.Codes {
		if c.Status == http.StatusTooManyRequests {
			continue // the answer is not looked into: its status says all
		}
		l.answers(c.Status, l.refusalSaying(c.Code, before+"\n"+strings.ToUpper(secret)+after))
		if got := try(); !strings.HasSuffix(got, before+"****"+after) {
			l.Errorf("%d %s: %q is kept", c.Status, c.Code, got)
		}
		l.answers(c.Status, l.refusalSaying(c.Code, strings.Repeat("ñ", 5000)))
		if got := try(); len([]rune(got)) > 200 || !strings.HasSuffix(got, "ñ…") {
			l.Errorf("%d %s: %d characters are kept", c.Status, c.Code, len([]rune(got)))
		}
		l.line.forge = nil
		l.again()
	}
}

// said is a call that hands something over, and the text that its refusal leaves behind.
func (l *lab) said() func() string {
	if l.refunds() {
		d := l.refund("rf_1")
		return func() string { return l.client.Submit(l.ctx, d).Said.Reveal() }
	}
	p := l.voucher("pay_2")
	return func() string {
		var e *provider.Error
		if _, err := l.client.CreatePayment(l.ctx, p); errors.As(err, &e) {
			return e.Said.Reveal()
		}
		return ""
	}
}
