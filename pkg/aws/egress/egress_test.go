package egress_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/vuelto/vuelto/pkg/aws/egress"
)

// bad are addresses that lead inside, or nowhere a merchant can be. netip calls many of them global.
func bad() []string {
	return []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254", // this network, private, CGNAT
		"127.0.0.1", "127.1.2.3", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.254", // loopback, link local, private
		"192.0.0.1", "192.0.0.170", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.0.1", "192.168.255.255",
		"192.175.48.1", "198.18.0.1", "198.19.255.254", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1",
		"255.255.255.255",
		"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", // unspecified, loopback, mapped
		"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "100:0:0:1::1", // NAT64, discard
		"2001::1", "2001:0:53aa:64c:0:0:80ff:fffe", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::1", "2002:a9fe:a9fe::1", // Teredo, ORCHID, 6to4
		"3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "2620:4f:8000::1",
	}
}

func TestBadAddressesAreRefused(t *testing.T) {
	control := egress.Public()
	if n := len(bad()); n < 51 {
		t.Fatalf("only %d", n)
	}
	for _, ip := range bad() {
		network := "tcp4"
		if strings.Contains(ip, ":") {
			network = "tcp6"
		}
		err := control(network, net.JoinHostPort(ip, "443"), nil)
		var refused interface{ AddressRefused() bool }
		if !errors.As(err, &refused) || !refused.AddressRefused() {
			t.Errorf("%s: %v", ip, err)
		}
	}
	for _, at := range []string{"93.184.216.34:443", "8.8.8.8:8443", "[2606:2800:220:1::1]:443"} {
		network := "tcp4"
		if at[0] == '[' {
			network = "tcp6"
		}
		if err := control(network, at, nil); err != nil {
			t.Errorf("%s: %v", at, err)
		}
	}
	for _, at := range []string{"93.184.216.34:22", "93.184.216.34:80", "nonsense"} {
		if control("tcp4", at, nil) == nil {
			t.Errorf("%s is let through", at)
		}
	}
}

// resolver answers by turns with a public and a private address, over UDP on this machine.
func resolver(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		buf, n := make([]byte, 512), 0
		for {
			size, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var q dnsmessage.Message
			if q.Unpack(buf[:size]) != nil || len(q.Questions) != 1 {
				continue
			}
			q.Header.Response, q.Header.Authoritative, q.Additionals = true, true, nil
			if q.Questions[0].Type == dnsmessage.TypeA {
				a := [4]byte{93, 184, 216, 34}
				if n++; n%2 == 0 {
					a = [4]byte{10, 0, 0, byte(n)}
				}
				q.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Questions[0].Name, Type: dnsmessage.TypeA,
					Class: dnsmessage.ClassINET}, Body: &dnsmessage.AResource{A: a}}}
			}
			if out, err := q.Pack(); err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

var errStop = errors.New("let through, and stopped by the test")

// TestFlippingNamesReachNothingPrivate: whatever a name resolves to each time, what is dialled was looked at.
func TestFlippingNamesReachNothingPrivate(t *testing.T) {
	var mu sync.Mutex
	through, refused := map[string]int{}, 0
	public := egress.Public()
	client := egress.New(func(network, address string, c syscall.RawConn) error {
		err := public(network, address, c)
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			refused++
			return err
		}
		through[address]++
		return errStop // this test dials nobody
	}, resolver(t))
	const flips = 1000
	for range flips {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://flipping.example/x", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Do(req); err == nil {
			t.Fatal("an answer from nowhere")
		}
		cancel()
	}
	if len(through) != 1 || through["93.184.216.34:443"] < flips/3 || refused < flips/3 {
		t.Errorf("let through %v, refused %d", through, refused)
	}
}

// TestProxiesAndRedirectsAreIgnored: what the environment says about proxies leads nowhere, and a redirect is an answer.
func TestProxiesAndRedirectsAreIgnored(t *testing.T) {
	proxied := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { proxied++ }))
	defer proxy.Close()
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY"} {
		t.Setenv(name, proxy.URL)
	}
	client := egress.New(egress.Public(), nil)
	for _, url := range []string{"https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://0x7f.1/", "http://93.184.216.34/"} {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s answers", url)
		}
		cancel()
	}
	if proxied != 0 {
		t.Errorf("the proxy was asked %d times", proxied)
	}
}
