package lint_test

// elsewhere is what the simulator's mix does not come to.
func elsewhere() []beyond {
	return []beyond{
		{"a month that had sales is closed, of which the mix closes none", map[string]string{
			"api.(*Server).monthParts": "pkg/story TestAMonthIsClosed",
		}},
		{"a break on one of many pages: no day of the mix has more than one", map[string]string{
			"discrepancy.Sheet.Find": "pkg/discrepancy TestABreakIsFoundOnItsPage",
		}},
		{"a shop's orders, whose payments are read by several readers at once: a handler of a world is one", map[string]string{
			"flow/decide.(*Decider).moneyOf":   "pkg/story TestAShopsOrdersAreHeldAgainstTheBooks",
			"flow/decide.(*shopPage).listedOn": "pkg/story TestAShopsOrdersAreHeldAgainstTheBooks",
		}},
		{"files of more rows than one invocation works off", map[string]string{
			"flow/run.(*Runner).Handle": "pkg/proof TestAHundredThousandRows",
		}},
		{"cash that goes out through D24: a world has one account with Efecty, and it is the one that issues vouchers", map[string]string{
			"provider/efecty.(*CashOut).call": "pkg/story TestCashForWhatWasPaidElsewhere",
		}},
	}
}
