package providertest

import "testing"

// clause is one sentence of the contract with the test that proves it.
type clause struct {
	sentence string
	prove    func(*lab)
}

// Run proves every clause for a provider, each in a world of its own. A failure is named by its sentence.
func Run(t *testing.T, s Subject) {
	for _, part := range [][]clause{submitClauses(), doubtClauses(), replyClauses(), paymentClauses(), webhookClauses(),
		settlementClauses(), careClauses()} {
		for _, c := range part {
			t.Run(c.sentence, func(t *testing.T) { c.prove(newLab(t, s)) })
		}
	}
}
