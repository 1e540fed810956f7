package providertest

import (
	"testing"

	"github.com/vuelto/vuelto/pkg/provider"
)

// clause is one sentence of the contract with the test that proves it.
type clause struct {
	sentence string
	prove    func(*lab)
	needs    func(*lab) bool // nil = holds for everybody
}

// Run proves every clause for a provider, each in a world of its own. A failure is named by its sentence.
func Run(t *testing.T, s Subject) {
	for _, part := range [][]clause{submitClauses(), doubtClauses(), replyClauses(), paymentClauses(), webhookClauses(),
		settlementClauses(), wordClauses(), careClauses(), truthClauses(), guessClauses()} {
		for _, c := range part {
			t.Run(c.sentence, func(t *testing.T) {
				l := newLab(t, s)
				if c.needs != nil && !c.needs(l) {
					t.Skip("not offered")
				}
				c.prove(l)
			})
		}
	}
}

// Subjects are what must be known of a provider's accounts to prove them, one for each network it carries.
func Subjects(name string, accounts []provider.Account, of func(provider.Account) Subject) (all []Subject) {
	for _, a := range accounts {
		if a.Provider == name {
			all = append(all, of(a))
		}
	}
	return all
}

// RunAll proves them for each of a provider's networks.
func RunAll(t *testing.T, subjects []Subject) {
	if len(subjects) == 0 {
		t.Fatal("no account to prove")
	}
	for _, s := range subjects {
		t.Run(s.Account.Network, func(t *testing.T) { Run(t, s) })
	}
}

// can makes the condition of a clause out of an ability.
func can(a provider.Ability) func(*lab) bool { return func(l *lab) bool { return l.client.Can(a) } }
