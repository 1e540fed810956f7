package lint_test

// elsewhere is what the simulator's mix does not come to.
func elsewhere() []beyond {
	return []beyond{
		{"cash that goes out through D24: a world has one account with Efecty, and it is the one that issues vouchers; the contract's suite strikes it with what a provider does wrong", map[string]string{
			"provider/efecty.(*CashOut).call": "pkg/provider/efecty TestCashOutContract",
		}},
	}
}
