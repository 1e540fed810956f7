package sim

import "fmt"

// setBalance says how much an account has at its simulated provider; null lets it have whatever is asked of it.
func (w *World) setBalance(body []byte, done func(Reply)) {
	var q struct {
		Provider string `json:"provider"`
		Account  string `json:"account"`
		Amount   *int64 `json:"amount"`
	}
	if !parse(body, &q, done) {
		return
	}
	n, ok := w.Network(q.Provider)
	if !ok {
		refuse(done, 404, "not_found", fmt.Sprintf("no simulated provider %q", q.Provider))
		return
	}
	if err := n.SetBalance(q.Account, q.Amount); err != nil {
		refuse(done, 422, "sandbox_refused", err.Error())
		return
	}
	answer(done, 200, map[string]any{"account": q.Account, "amount": q.Amount})
}
