package api

import (
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/merchant"
)

type route struct {
	pattern string
	action  merchant.Action
	handle  handler
}

// The routes are in four lists, one for each function that serves them: a function links and may do what its part needs,
// and the one that a buyer waits for knows no bucket.

func (s *Server) money() []route {
	return []route{
		{"GET /v1/payment-methods", merchant.Read, s.paymentMethods},
		{"POST /v1/payments", merchant.Move, s.createPayment},
		{"GET /v1/payments", merchant.Read, s.listPayments},
		{"GET /v1/payments/{id}", merchant.Read, s.getPayment},
		{"GET /v1/payments/{id}/voucher.html", merchant.Read, s.voucherPage},
		{"POST /v1/payments/{id}/cancel", merchant.Move, s.cancelPayment},
		{"POST /v1/payments/{id}/revive", merchant.Move, s.revivePayment},
		{"POST /v1/payments/{id}/give-back", merchant.Move, s.giveBack},
		{"POST /v1/refunds", merchant.Move, s.createRefund},
		{"POST /v1/refunds/cash-withdrawal", merchant.Move, s.createCashWithdrawal},
		{"GET /v1/refunds", merchant.Read, s.list(disbursement.Refund)},
		{"GET /v1/refunds/{id}", merchant.Read, s.get(disbursement.Refund)},
		{"POST /v1/refunds/{id}/{move}", merchant.Move, s.move(disbursement.Refund)},
		{"POST /v1/refunds/{id}/cash-code", merchant.Move, s.showCode(disbursement.Refund)},
		{"POST /v1/refunds/{id}/reissue", merchant.Move, s.reissue(disbursement.Refund)},
		{"POST /v1/refunds/{id}/claim-link", merchant.Move, s.invite},
		{"POST /v1/payouts", merchant.Move, s.createPayout},
		{"GET /v1/payouts", merchant.Read, s.list(disbursement.Payout)},
		{"GET /v1/payouts/{id}", merchant.Read, s.get(disbursement.Payout)},
		{"POST /v1/payouts/{id}/{move}", merchant.Move, s.move(disbursement.Payout)},
		{"POST /v1/payouts/{id}/cash-code", merchant.Move, s.showCode(disbursement.Payout)},
		{"POST /v1/payouts/{id}/reissue", merchant.Move, s.reissue(disbursement.Payout)},
		{"GET /v1/manual", merchant.Read, s.listManual},
		{"GET /v1/blocked", merchant.Read, s.listBlocked},
		{"POST /v1/blocked", merchant.Agree, s.block},
		{"POST /v1/blocked/{id}/lift", merchant.Agree, s.unblock},
		{"GET /v1/register", merchant.Read, s.register},
		{"GET /v1/api-keys", merchant.Read, s.listKeys},
		{"POST /v1/api-keys", merchant.Govern, s.createKey},
		{"POST /v1/api-keys/{id}/agree", merchant.Agree, s.agreeKey},
		{"POST /v1/api-keys/{id}/rotate", merchant.Move, s.rotateKey},
		{"POST /v1/api-keys/{id}/revoke", merchant.Govern, s.revokeKey},
		{"GET /v1/rules", merchant.Read, s.getRules},
		{"PUT /v1/rules", merchant.Govern, s.putRules},
		{"GET /v1/providers", merchant.Read, s.providers},
		{"GET /v1/health", merchant.Read, s.health},
		{"GET /v1/search", merchant.Read, s.search},
		{"POST /v1/event-endpoints", merchant.Govern, s.createEndpoint},
		{"GET /v1/event-endpoints", merchant.Read, s.listEndpoints},
		{"GET /v1/event-endpoints/{id}", merchant.Read, s.getEndpoint},
		{"POST /v1/event-endpoints/{id}/{move}", merchant.Govern, s.moveEndpoint},
		{"GET /v1/events", merchant.Read, s.listEvents},
		{"GET /v1/events/{id}", merchant.Read, s.getEvent},
		{"POST /v1/events/{id}/redeliver", merchant.Move, s.redeliver},
		{"POST /v1/events/replay", merchant.Move, s.replay},
	}
}

func (s *Server) batches() []route {
	return []route{
		{"POST /v1/batches", merchant.Move, s.createBatch},
		{"GET /v1/batches", merchant.Read, s.listBatches},
		{"GET /v1/batches/{id}", merchant.Read, s.getBatch},
		{"GET /v1/batches/{id}/results", merchant.Read, s.listResults},
		{"GET /v1/batches/{id}/results.csv", merchant.Read, s.resultsCSV},
		{"POST /v1/batches/{id}/cancel", merchant.Move, s.cancelBatch},
		{"POST /v1/documents", merchant.Move, s.keepPaper},
		{"GET /v1/documents/{digest}", merchant.Move, s.getPaper},
	}
}

func (s *Server) finance() []route {
	return []route{
		{"GET /v1/reconciliations", merchant.Read, s.listReconciliations},
		{"GET /v1/reconciliations/{id}", merchant.Read, s.getReconciliation},
		{"GET /v1/reconciliations/{id}/breaks", merchant.Read, s.listBreaks},
		{"GET /v1/reconciliations/{id}/report.csv", merchant.Read, s.report("csv", "text/csv; charset=utf-8")},
		{"GET /v1/reconciliations/{id}/report.xlsx", merchant.Read, s.report("xlsx", workbook)},
		{"POST /v1/reconciliations/{id}/close", merchant.Close, s.closeDay},
		{"POST /v1/reconciliations/{id}/reopen", merchant.Close, s.reopenDay},
		{"GET /v1/days/{date}/report.html", merchant.Read, s.dailyReport("html", "text/html; charset=utf-8", dailyHTML)},
		{"GET /v1/days/{date}/report.xlsx", merchant.Read, s.dailyReport("xlsx", workbook, dailyXLSX)},
		{"GET /v1/days/{date}/export.csv", merchant.Read, s.exportCSV},
		{"GET /v1/export-shapes", merchant.Read, s.listShapes},
		{"POST /v1/export-shapes", merchant.Close, s.putShape},
		{"GET /v1/breaks/{id}", merchant.Read, s.getBreak},
		{"POST /v1/breaks/{id}/assign", merchant.Close, s.decide(discrepancy.Assign)},
		{"POST /v1/breaks/{id}/explain", merchant.Close, s.decide(discrepancy.Explain)},
		{"POST /v1/breaks/{id}/resolve", merchant.Close, s.decide(discrepancy.Resolve)},
		{"POST /v1/breaks/{id}/reopen", merchant.Close, s.decide(discrepancy.Reopen)},
		{"GET /v1/legs/{id}", merchant.Read, s.getLeg},
		{"POST /v1/legs/{id}/assign", merchant.Close, s.decideLeg(discrepancy.Assign)},
		{"POST /v1/legs/{id}/explain", merchant.Close, s.decideLeg(discrepancy.Explain)},
		{"POST /v1/legs/{id}/resolve", merchant.Close, s.decideLeg(discrepancy.Resolve)},
		{"POST /v1/legs/{id}/reopen", merchant.Close, s.decideLeg(discrepancy.Reopen)},
		{"POST /v1/orders", merchant.Close, s.importOrders},
		{"GET /v1/orders", merchant.Read, s.listOrders},
		{"POST /v1/receipts", merchant.Close, s.importReceipts},
		{"GET /v1/months/{month}", merchant.Read, s.getMonth},
		{"GET /v1/months/{month}/pack", merchant.Read, s.monthPack},
		{"POST /v1/months/{month}/close", merchant.Close, s.closeMonth},
		{"POST /v1/months/{month}/reopen", merchant.Close, s.reopenMonth},
	}
}

func (s *Server) uploads() []route {
	return []route{
		{"POST /v1/settlements", merchant.Close, s.uploadSettlement},
		{"POST /v1/rates", merchant.Close, s.importRates},
		{"GET /v1/rates", merchant.Read, s.listRates},
		{"POST /v1/calendar", merchant.Close, s.importCalendar},
		{"GET /v1/calendar", merchant.Read, s.listCalendar},
		{"POST /v1/deposits", merchant.Close, s.importDeposits},
		{"GET /v1/deposits", merchant.Read, s.listDeposits},
		{"POST /v1/fees", merchant.Close, s.putContract},
		{"GET /v1/fees", merchant.Read, s.listContracts},
	}
}

// workbook is the media type of XLSX.
const workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Patterns lists method and path of every route behind a key, in the mux's spelling, for those who hold something against
// them.
func (s *Server) Patterns() (money, batches, finance, uploads []string) {
	return patterns(s.money()), patterns(s.batches()), patterns(s.finance()), patterns(s.uploads())
}

func patterns(routes []route) (list []string) {
	for _, r := range routes {
		list = append(list, r.pattern)
	}
	return list
}
