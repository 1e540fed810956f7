package payusim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// tokenLife is documented.
const tokenLife = 10 * time.Minute

func (n *Network) authenticate(w http.ResponseWriter, query url.Values) {
	a := n.caller(query.Get("apiLogin"), query.Get("apiKey"))
	if a == nil || a.Credentials["account_id"] != query.Get("accountId") {
		simnet.WriteJSON(w, http.StatusUnauthorized, map[string]string{"message": "Unauthorized"})
		return
	}
	token := fmt.Sprintf("Bearer token-%d-of-%s", n.Next(), a.ID)
	n.tokens[token] = grant{a, n.Now().Add(tokenLife)}
	simnet.WriteJSON(w, http.StatusOK, map[string]string{"token": token})
}

func (n *Network) createTransfer(w http.ResponseWriter, req *http.Request, body []byte) {
	g, ok := n.tokens[req.Header.Get("Authorization")]
	if !ok || !n.Now().Before(g.until) || req.Header.Get("Publickey") != g.account.Credentials["public_key"] ||
		strings.TrimPrefix(req.URL.Path, transfersPath) != g.account.Credentials["merchant_id"]+"/"+g.account.Credentials["account_id"] {
		simnet.WriteJSON(w, http.StatusUnauthorized, map[string]string{"message": "Unauthorized"})
		return
	}
	var ask struct {
		Transfers []struct {
			Value       json.Number    `json:"value"`
			Description string         `json:"description"`
			BankAccount map[string]any `json:"bankAccount"`
		} `json:"transfers"`
	}
	if json.Unmarshal(body, &ask) != nil {
		simnet.WriteJSON(w, http.StatusBadRequest, map[string]string{"message": "Bad request"})
		return
	}
	good, bad := []any{}, []any{}
	for _, t := range ask.Transfers {
		minor, err := provider.Minor(t.Value, money.COP)
		if missing := lacks(t.BankAccount); err != nil || minor <= 0 || missing != "" {
			bad = append(bad, map[string]any{"processingStatus": "FAILED", "failureMessages": []string{"Invalid " + missing}, "value": t.Value,
				"description": t.Description})
			continue
		}
		good = append(good, n.transfer(g.account, t.Description, minor))
	}
	simnet.WriteJSON(w, http.StatusOK, map[string]any{"totalSuccessful": len(good), "totalFailed": len(bad), "successfulItems": good, "failedItems": bad})
}

// lacks names a value that a new payee must have; empty if there are all.
func lacks(account map[string]any) string {
	for _, field := range []string{"supplierType", "accountNumber", "bankCode", "accountType", "country", "documentNumber", "documentType", "fullName"} {
		if text, _ := account[field].(string); text == "" {
			return field
		}
	}
	return ""
}

// transfer takes a payout in. What it is for shows in its description alone.
func (n *Network) transfer(a *simnet.Account, description string, minor int64) map[string]any {
	kind := simnet.KindPayout
	if strings.HasPrefix(description, "rf_") {
		kind = simnet.KindRefund
	}
	d, _ := n.Accept(simnet.Disbursement{Account: a, Kind: kind, Ours: description, Reference: transactionID(n.Next()), Minor: minor,
		Currency: money.COP, Status: simnet.Accepted}, a.Settings["idempotent"] == "true")
	return map[string]any{"processingStatus": "SUCCESS", "paymentOrderId": d.Reference, "value": value(d.Minor), "description": d.Ours}
}
