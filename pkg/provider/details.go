package provider

import (
	"fmt"
	"strings"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
)

// Missing is what a provider would still have to be told of a person before it can pay them.
type Missing struct {
	Needed []identity.Field // without these nothing is sent
	Asked  []identity.Field // without these the provider asks the person itself, by e-mail, which takes days
}

// DetailTeller is a provider that pays persons, and says beforehand what it must know of them.
type DetailTeller interface {
	// Missing names what is lacking of a person, or is of no use here: a document of a type that the provider does not
	// take is as good as none. It depends on nothing but the account.
	Missing(route disbursement.Route, who identity.Person) Missing
}

// Missing says what the provider would still have to be told of the person to be paid: nothing sent, nothing asked, so
// that a merchant can be told before a refund is made, and a person who resolves a held one knows what to ask for.
func (c *Client) Missing(kind disbursement.Kind, route disbursement.Route, who identity.Person) Missing {
	if c.able.details == nil || c.road(kind, route) == nil {
		return Missing{}
	}
	return c.able.details.Missing(route, who)
}

// err names the fields, and no value. Error: ErrDetails.
func (m Missing) err(provider string) error {
	if len(m.Needed) == 0 {
		return nil
	}
	var names []string
	for _, f := range m.Needed {
		names = append(names, string(f))
	}
	return fmt.Errorf("%w: %s wants the beneficiary's %s", ErrDetails, provider, strings.Join(names, ", "))
}
