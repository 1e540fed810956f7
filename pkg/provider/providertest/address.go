package providertest

import (
	"errors"
	"maps"
	"net/http"
	"strings"

	"github.com/vuelto/vuelto/pkg/provider"
)

func fromElsewhere(l *lab) {
	l.delivery()
	account := l.subject.Account
	account.Settings = maps.Clone(account.Settings)
	if account.Settings == nil {
		account.Settings = map[string]string{}
	}
	account.Settings["webhook_ips"] = "34.233.144.154, 10.1.0.0/16"
	client := l.open(account)
	for from, welcome := range map[string]bool{"34.233.144.154": true, "34.233.144.154:443": true, "10.1.2.3:0": true, "::ffff:10.1.2.3": true,
		"34.233.144.155": false, "10.2.0.1:0": false, "[2001:db8::1]:0": false, "": false, "nowhere": false} {
		delivery := l.host.Heard[0]
		delivery.From = from
		if err := client.Verify(delivery); (err == nil) != welcome || (err != nil && !errors.Is(err, provider.ErrSignature)) {
			l.Errorf("from %q: %v", from, err)
		}
	}
	delivery := l.host.Heard[0]
	delivery.From, delivery.Header, delivery.Path, delivery.Body = "10.1.2.3", http.Header{}, "/", []byte("{}")
	if err := client.Verify(delivery); err == nil {
		l.Error("an address stands in for a signature")
	}
	account.Settings["webhook_ips"] = "10.1.0.0/16, home"
	adapter, err := l.subject.New(account, l.line, l.host)
	if err == nil {
		_, err = provider.Open(adapter, account, l.host)
	}
	if err == nil || !strings.Contains(err.Error(), "webhook_ips") {
		l.Errorf("a list with a name in it: %v", err)
	}
}
