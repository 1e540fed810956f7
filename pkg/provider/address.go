package provider

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// allowed is the addresses from which an account's webhooks may come; none = any. It is the account's to name, in the
// setting webhook_ips ("34.233.144.154, 184.73.94.0/24"): providers change theirs, and a list that is out of date would lose
// callbacks. It comes before the signature and never instead of it.
type allowed []netip.Prefix

// addresses reads the setting. Error: it names something that is no address.
func (a Account) addresses() (allowed, error) {
	text, ok := a.Settings["webhook_ips"]
	if !ok {
		return nil, nil
	}
	var list allowed
	for _, part := range strings.Split(text, ",") {
		part = strings.TrimSpace(part)
		prefix, err := netip.ParsePrefix(part)
		if addr, wrong := netip.ParseAddr(part); wrong == nil {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("setting %q must be addresses or prefixes with commas between them", "webhook_ips")
		}
		list = append(list, prefix.Masked())
	}
	return list, nil
}

// has says whether a caller, as host:port or as a bare address, is on the list.
func (l allowed) has(caller string) bool {
	if len(l) == 0 {
		return true
	}
	if host, _, err := net.SplitHostPort(caller); err == nil {
		caller = host
	}
	addr, err := netip.ParseAddr(caller)
	if err != nil {
		return false
	}
	for _, prefix := range l {
		if prefix.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}
