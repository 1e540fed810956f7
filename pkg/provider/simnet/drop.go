package simnet

import (
	"io"
	"net/http"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
)

// dropPath is where an account's files lie, one for each settlement day.
const dropPath = "/drop/"

// DropAddress is the setting settlement_url of an account that fetches its files from a simulated provider's drop.
func DropAddress(name string) string { return Address(name) + dropPath + "{date}.csv" }

// Drop answers like an object store from which the account with the bearer token fetches its settlement files; false if
// the request is none for it.
func (b *Book) Drop(w http.ResponseWriter, req *http.Request) bool {
	date, ours := strings.CutPrefix(req.URL.Path, dropPath)
	if !ours {
		return false
	}
	token, _ := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	account := b.Holder("settlement_token", token)
	if account == nil {
		dropError(w, http.StatusForbidden, "AccessDenied")
		return true
	}
	day, err := calendar.Parse(strings.TrimSuffix(date, ".csv"))
	file, published := b.File(account, day)
	if err != nil || !published {
		dropError(w, http.StatusNotFound, "NoSuchKey")
		return true
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	_, _ = w.Write(file)
	return true
}

func dropError(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code></Error>")
}
