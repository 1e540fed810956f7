package simnet

import "fmt"

// SetBalance implements Network.
func (b *Book) SetBalance(account string, minor *int64) error {
	if !b.manners.Poor {
		return fmt.Errorf("%s documents no answer to a balance that is too low", b.manners.Name)
	}
	for _, a := range b.accounts {
		if a.ID != account {
			continue
		}
		if b.balances == nil {
			b.balances = map[string]int64{}
		}
		delete(b.balances, account)
		if minor != nil {
			b.balances[account] = *minor
		}
		return nil
	}
	return fmt.Errorf("%s has no account %s", b.manners.Name, account)
}

// Affords says that an account's balance suffices.
func (b *Book) Affords(a *Account, minor int64) bool {
	balance, limited := b.balances[a.ID]
	return !limited || balance >= minor
}

// draw takes what is handed over from an account's balance; less than nothing gives back.
func (b *Book) draw(a *Account, minor int64) {
	if _, limited := b.balances[a.ID]; limited {
		b.balances[a.ID] -= minor
	}
}
