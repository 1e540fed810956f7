package api

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/identity"
)

// claimFault is what is wrong with a field, in Spanish.
type claimFault struct {
	field identity.Field
	says  string
}

// claimForm is the page of a buyer's link.
type claimForm struct {
	shop   string
	asked  request.Invited
	sent   url.Values
	faults []claimFault
}

func (f claimForm) show(w http.ResponseWriter, status int) {
	d := f.asked.Refund
	var b strings.Builder
	what := local(d.Amount)
	if d.Order != "" {
		what += ", pedido " + d.Order
	}
	fmt.Fprintf(&b, `<h1>Datos para su reembolso</h1><p class="sum">%s<br><span>%s</span></p>`, escaped(f.shop), escaped(what))
	if len(f.faults) > 0 {
		b.WriteString(`<div class="bad" role="alert"><b>Revise lo siguiente:</b><ul>`)
		for _, x := range f.faults {
			fmt.Fprintf(&b, `<li><a href="#%s">%s</a></li>`, x.field, escaped(x.says))
		}
		b.WriteString("</ul></div>")
	}
	b.WriteString(`<form method="post" accept-charset="utf-8" novalidate>`)
	for _, field := range f.asked.Fields {
		f.field(&b, field)
	}
	b.WriteString(`<button>Enviar mis datos</button></form><p class="note">Solo usamos estos datos para pagarle. Nunca le pediremos claves, códigos ni números de tarjeta. El enlace sirve una vez.</p>`)
	framed(w, status, "Datos para su reembolso", b.String())
}

// field writes one field with its label, its hint and what is wrong with it.
func (f claimForm) field(b *strings.Builder, field identity.Field) {
	l := labelOf(field, f.asked.Country)
	value, class, hint := f.sent.Get(string(field)), "", l.hint
	for _, x := range f.faults {
		if x.field == field {
			class, hint = ` aria-invalid="true"`, x.says
		}
	}
	fmt.Fprintf(b, `<label for="%s">%s</label>`, field, l.name)
	if len(l.options) > 0 || field == identity.FieldDocumentType {
		options := l.options
		for _, t := range f.asked.Types {
			if field == identity.FieldDocumentType {
				options = append(options, option{string(t), documentName(t)})
			}
		}
		fmt.Fprintf(b, `<select id="%s" name="%s" aria-describedby="%s-h"%s><option value="">Elija…</option>`, field, field, field, class)
		for _, o := range options {
			chosen := ""
			if o.value == value {
				chosen = " selected"
			}
			fmt.Fprintf(b, `<option value="%s"%s>%s</option>`, o.value, chosen, o.name)
		}
		b.WriteString("</select>")
	} else {
		fmt.Fprintf(b, `<input id="%s" name="%s" value="%s" %s aria-describedby="%s-h"%s>`, field, field, escaped(value), l.input, field, class)
	}
	if class != "" {
		class = ` class="wrong"`
	}
	fmt.Fprintf(b, `<small id="%s-h"%s>%s</small>`, field, class, escaped(hint)) // empty, too: the field names it
}

// say is a page with nothing to do on it.
func say(w http.ResponseWriter, status int, title, text string) {
	framed(w, status, title, "<h1>"+escaped(title)+"</h1><p>"+escaped(text)+"</p>")
}

const claimStyle = `*{box-sizing:border-box}body{font:1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:0 auto;padding:1rem;color:#111;background:#fff}h1{font-size:1.4rem;line-height:1.25;margin:.5rem 0}` +
	`.sum{background:#eef3fb;border-radius:.5rem;padding:.7rem .9rem;overflow-wrap:anywhere}.sum span{font-weight:bold}label{display:block;font-weight:600;margin-top:1rem}` +
	`input,select{width:100%;font:inherit;padding:.7rem;border:1px solid #667;border-radius:.4rem;background:#fff;color:#111;min-height:3rem}[aria-invalid]{border:2px solid #b00020}` +
	`small{display:block;color:#445;margin-top:.2rem}.wrong{color:#b00020;font-weight:600}.bad{border:2px solid #b00020;border-radius:.5rem;padding:.6rem .9rem}.bad ul{margin:.3rem 0 0;padding-left:1.1rem}.bad a{color:#b00020}` +
	`button{width:100%;font:inherit;font-weight:bold;padding:.9rem;margin-top:1.4rem;border:0;border-radius:.5rem;background:#0b5cad;color:#fff;min-height:3rem}.note{color:#445;font-size:.9rem}:focus-visible{outline:3px solid #f5a623;outline-offset:2px}`

// framed writes a page that loads nothing, runs nothing, is framed by nobody, sends its form nowhere else, and tells no
// other site of its address, which is the link itself.
func framed(w http.ResponseWriter, status int, title, body string) {
	digest := sha256.Sum256([]byte(claimStyle))
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(digest[:])+
		"'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Referrer-Policy", "same-origin") // with none at all a browser says of a form that it comes from nowhere
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `<!doctype html><html lang="es"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>`+
		escaped(title)+`</title><style>`+claimStyle+`</style></head><body><main>`+body+"</main></body></html>\n")
}
