package pagoefectivosim

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

const (
	tokenLife = 2 * time.Hour
	cipLife   = 48 * time.Hour // where the caller names no expiry
)

func (n *Network) authorize(w http.ResponseWriter, body []byte) {
	var ask struct {
		AccessKey   string      `json:"accessKey"`
		IDService   json.Number `json:"idService"`
		DateRequest string      `json:"dateRequest"`
		HashString  string      `json:"hashString"`
	}
	if json.Unmarshal(body, &ask) != nil {
		invalid(w, "111", "", "")
		return
	}
	account := n.Holder("access_key", ask.AccessKey)
	if account == nil || account.Credentials["service_id"] != ask.IDService.String() ||
		hash(ask.IDService.String()+"."+ask.AccessKey+"."+account.Credentials["secret_key"]+"."+ask.DateRequest) != ask.HashString {
		refusal(w, http.StatusUnauthorized, "INVALID_CREDENTIALS")
		return
	}
	now := n.Now()
	token := hash(fmt.Sprintf("token %d of %s", n.Next(), ask.AccessKey))
	n.tokens[token] = grant{account, now.Add(tokenLife)}
	simnet.WriteJSON(w, http.StatusCreated, map[string]any{"code": "100", "message": "Solicitud exitosa.",
		"data": map[string]string{"token": token, "codeService": "SRV", "tokenStart": local(now), "tokenExpires": local(now.Add(tokenLife))}})
}

func (n *Network) createCIP(w http.ResponseWriter, a *simnet.Account, body []byte) {
	var ask struct {
		Currency        money.Currency `json:"currency"`
		Amount          json.Number    `json:"amount"`
		TransactionCode string         `json:"transactionCode"`
		DateExpiry      string         `json:"dateExpiry"`
		UserEmail       string         `json:"userEmail"`
		UserPhone       string         `json:"userPhone"`
	}
	if json.Unmarshal(body, &ask) != nil {
		invalid(w, "111", "", "")
		return
	}
	for _, required := range [][2]string{{"transactionCode", ask.TransactionCode}, {"userEmail", ask.UserEmail}, {"userPhone", ask.UserPhone}} {
		if required[1] == "" {
			invalid(w, "112", required[0], "Valor requerido")
			return
		}
	}
	minor, err := provider.Minor(ask.Amount, ask.Currency)
	if err != nil || minor <= 0 || (ask.Currency != money.PEN && ask.Currency != money.USD) {
		invalid(w, "113", "amount", "Valor inválido")
		return
	}
	expires := n.Now().Add(cipLife)
	if ask.DateExpiry != "" {
		if expires, err = time.Parse(time.RFC3339, ask.DateExpiry); err != nil || !expires.After(n.Now()) {
			invalid(w, "113", "dateExpiry", "Valor inválido")
			return
		}
	}
	serial := n.Next()
	p := n.Issue(simnet.Payment{Account: a, Ours: ask.TransactionCode, Code: fmt.Sprint(10000000 + serial), Minor: minor,
		Currency: ask.Currency, ExpiresAt: expires})
	good(w, http.StatusCreated, map[string]any{"cip": json.Number(p.Code), "currency": p.Currency, "amount": number(p.Minor),
		"transactionCode": p.Ours, "dateExpiry": local(p.ExpiresAt),
		"cipUrl": "https://payment.pagoefectivo.sim/" + hash(p.Code)[:32] + ".html"})
}

func (n *Network) search(w http.ResponseWriter, a *simnet.Account, body []byte) {
	var ask struct {
		Data []struct {
			CIP json.Number `json:"cip"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &ask) != nil || len(ask.Data) == 0 {
		invalid(w, "111", "", "")
		return
	}
	found := []map[string]any{}
	for _, wanted := range ask.Data {
		if p := n.Voucher(a, wanted.CIP.String()); p != nil {
			found = append(found, line(p))
		}
	}
	good(w, http.StatusOK, found)
}

// line is a CIP in a search answer, with the null date where nothing happened.
func line(p *simnet.Payment) map[string]any {
	const never = "1900-01-01T00:00:00-05:00"
	out := map[string]any{"cip": json.Number(p.Code), "transactionCode": p.Ours, "amount": number(p.Minor),
		"currency": p.Currency, "dateCreation": local(p.CreatedAt), "dateExpiry": local(p.ExpiresAt),
		"datePayment": never, "dateRemoval": never, "token": hash(p.Code)[:32]}
	out["status"], out["statusName"] = 22, "Generado."
	switch p.Status {
	case simnet.Paid:
		out["status"], out["statusName"] = 23, "Cancelado."
	case simnet.Expired:
		out["status"], out["statusName"] = 21, "Expirado."
	case simnet.Cancelled:
		out["status"], out["statusName"] = 25, "Eliminado."
		out["dateRemoval"] = local(p.RemovedAt)
	}
	if len(p.Receipts) > 0 {
		first := p.Receipts[0]
		out["datePayment"], out["operationNumber"], out["amountPaid"] = local(first.At), first.ID, number(first.Minor)
	}
	return out
}

func (n *Network) changeCIP(w http.ResponseWriter, a *simnet.Account, method, code string, body []byte) {
	p := n.Voucher(a, code)
	switch {
	case p == nil:
		invalid(w, "113", "cip", "Valor inválido")
	case method == http.MethodDelete && p.Status == simnet.Pending:
		p.Status, p.RemovedAt = simnet.Cancelled, n.Now()
		good(w, http.StatusOK, struct{}{})
	case method == http.MethodPatch && (p.Status == simnet.Pending || p.Status == simnet.Expired):
		var ask struct {
			DateExpiry time.Time `json:"dateExpiry"`
		}
		if json.Unmarshal(body, &ask) != nil || !ask.DateExpiry.After(n.Now()) {
			invalid(w, "113", "dateExpiry", "Valor inválido")
			return
		}
		n.Extend(p, ask.DateExpiry)
		good(w, http.StatusOK, struct{}{})
	default:
		invalid(w, "111", "cip", "El CIP no está en estado Generado")
	}
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// local prints a date as the CIP interface does; stamp as the refund contract does.
func local(t time.Time) string { return t.In(lima()).Format(time.RFC3339) }

func stamp(t time.Time) string { return t.In(lima()).Format("2006-01-02T15:04:05.000-07:00") }

// number prints an amount as PagoEfectivo's JSON does: without zeros that carry nothing.
func number(minor int64) json.Number {
	text := money.FormatMinor(minor, 2)
	return json.Number(strings.TrimSuffix(strings.TrimRight(text, "0"), "."))
}
