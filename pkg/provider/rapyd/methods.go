package rapyd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/provider"
)

// methodsLive is how long a list of payment methods is good: it changes by contract, not by the hour.
const methodsLive = 24 * time.Hour

// method is a payment method as Rapyd lists it.
type method struct {
	Type         string `json:"type"`
	Category     string `json:"category"`
	IsRefundable bool   `json:"is_refundable"`
}

// methods keeps the list of a country.
type methods struct {
	mu    sync.Mutex // never held during a call
	list  []method
	until time.Time
}

func (m *methods) get(now time.Time) ([]method, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.list, now.Before(m.until)
}

func (m *methods) set(list []method, until time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list, m.until = list, until
}

// find looks the account's payment method up: the configured one, or the only one that carries the network's name. Errors:
// provider.ErrUnsupported, naming what there is instead; *provider.Error, of class NotSent unless we were denied, because
// nothing was asked for yet.
func (a *Adapter) find(ctx context.Context) (method, error) {
	list, fresh := a.methods.get(a.clock.Now())
	if !fresh {
		reply, err := a.call(ctx, http.MethodGet, "/v1/payment_methods/countries/"+a.market.country, nil, "")
		if err == nil {
			err = read(reply, &list)
		}
		var e *provider.Error
		if errors.As(err, &e) {
			if e.Class == provider.Denied {
				return method{}, e
			}
			return method{}, &provider.Error{Class: provider.NotSent, Code: e.Code, Note: "the payment methods cannot be looked up", Err: e.Err}
		}
		a.methods.set(list, a.clock.Now().Add(methodsLive))
	}
	var fit []method
	var names []string
	for _, m := range list {
		names = append(names, provider.Word(m.Type))
		if m.Type == a.method || (a.method == "" && strings.Contains(strings.ToLower(m.Type), a.account.Network)) {
			fit = append(fit, m)
		}
	}
	if len(fit) == 1 {
		return fit[0], nil
	}
	wanted := a.method
	if wanted == "" {
		wanted = "one with " + a.account.Network + " in its name"
	}
	return method{}, fmt.Errorf("%w: of Rapyd's payment methods in %s, %d are %s; there are: %s; name one in the setting %q",
		provider.ErrUnsupported, a.market.country, len(fit), wanted, strings.Join(names, ", "), "method")
}

// field is one value that a payment method wants to know of the buyer.
type field struct{ wire, ours string }

// fieldsOf reads "wire=name; wire=email". Error: it names something that we do not know of a person.
func fieldsOf(text string) ([]field, error) {
	var all []field
	for _, part := range strings.Split(text, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		wire, ours, _ := strings.Cut(part, "=")
		f := field{strings.TrimSpace(wire), strings.TrimSpace(ours)}
		if _, known := f.of(identity.Person{}); !known || f.wire == "" {
			return nil, fmt.Errorf("setting %q must be wire=ours; …, with name, email, phone, document_type or document_number for ours", "method_fields")
		}
		all = append(all, f)
	}
	return all, nil
}

// of is the field's value of a person; false if there is no such value.
func (f field) of(p identity.Person) (string, bool) {
	switch f.ours {
	case "name":
		return p.Name.Reveal(), true
	case "email":
		return p.Email.Reveal(), true
	case "phone":
		return p.Phone.Reveal(), true
	case "document_type":
		return p.DocumentType, true
	case "document_number":
		return p.DocumentNumber.Reveal(), true
	}
	return "", false
}

// zone of the dates of a network's report.
func zone(network string) *time.Location {
	country, err := calendar.ByNetwork(network)
	if err != nil {
		return time.UTC
	}
	return country.Zone()
}
