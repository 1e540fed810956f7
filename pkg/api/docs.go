package api

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/vuelto/vuelto/pkg/catalogue"
	"github.com/vuelto/vuelto/pkg/flow/request"
)

// docs is the page that a problem's type points to: what a code means, in every language, the reader's first. It needs no
// key, for it says nothing about anybody.
func (s *Server) docs(w http.ResponseWriter, r *http.Request) {
	kind, code := catalogue.Kind(r.PathValue("kind")), r.PathValue("code")
	languages := []string{catalogue.Language(r.Header.Get("Accept-Language"))}
	for _, l := range catalogue.Languages() {
		if l != languages[0] {
			languages = append(languages, l)
		}
	}
	var b strings.Builder
	for _, l := range languages {
		words, ok := catalogue.Find(kind, code, l)
		if !ok {
			s.refuse(w, r, fmt.Errorf("%w: no such page", request.ErrNotFound))
			return
		}
		fmt.Fprintf(&b, "<section lang=%q><h2>%s</h2><p>%s</p><p><strong>%s</strong></p></section>\n",
			l, escaped(words.Title), escaped(words.Cause), escaped(words.NextStep))
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = io.WriteString(w, "<!doctype html>\n<html lang=\""+languages[0]+"\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"+
		"<title>"+escaped(code)+"</title>\n<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}"+
		"h1{font-family:ui-monospace,monospace;overflow-wrap:anywhere}section{border-top:1px solid #ccc}</style>\n<h1>"+escaped(code)+"</h1>\n"+b.String()+"</html>\n")
}

// escaped is a text within HTML.
func escaped(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(text)
}
