package merchant

import "github.com/vuelto/vuelto/pkg/money"

// Checks says whether the rules want a beneficiary checked before an amount leaves.
func (r Rules) Checks(a money.Amount) bool {
	for _, s := range r.Screen.KYC {
		if s.Currency == a.Currency() && a.Minor() >= s.From {
			return true
		}
	}
	return false
}
