package efecty_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/efecty"
	"github.com/vuelto/vuelto/pkg/provider/efecty/efectysim"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// BenchmarkSubmit is one signed call over the serialising transport, there and back: what a simulated world pays per call.
func BenchmarkSubmit(b *testing.B) {
	host := providertest.NewHost(providertest.Ten(), 1)
	network := efectysim.New(host)
	account := allsim.Accounts("demo")[0]
	network.Register(account, "")
	client, err := provider.NewSet(provider.Registry{efecty.Name: {New: efecty.New}}, simnet.NewTransport(host, network), host).Client(account)
	if err != nil {
		b.Fatal(err)
	}
	d := cash()
	for i := 0; b.Loop(); i++ {
		d.ID = fmt.Sprintf("rf_%d", i)
		client.Submit(context.Background(), d)
	}
}
