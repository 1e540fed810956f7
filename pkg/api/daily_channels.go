package api

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/order"
)

// channelSum is what a channel other than ours collected and gave back on a day, in one currency and in minor units.
type channelSum struct {
	channel  string
	currency money.Currency
	in, back int64
	receipts int
}

// channelSums adds the sums of other channels' receipts to the day.
func (s *Server) channelSums(ctx context.Context, tenant string, d *daily) error {
	list, err := order.Book{Store: s.Store}.Receipts(ctx, tenant, d.date, d.date)
	if err != nil {
		return err
	}
	for _, r := range list {
		i := slices.IndexFunc(d.channels, func(c channelSum) bool { return c.channel == r.Channel && c.currency == r.Currency })
		if i < 0 {
			i = len(d.channels)
			d.channels = append(d.channels, channelSum{channel: r.Channel, currency: r.Currency})
		}
		c := &d.channels[i]
		c.receipts++
		if r.Minor > 0 {
			c.in += r.Minor
		} else {
			c.back -= r.Minor
		}
	}
	slices.SortStableFunc(d.channels, func(a, b channelSum) int {
		return strings.Compare(a.channel+"|"+string(a.currency), b.channel+"|"+string(b.currency))
	})
	return nil
}

// others is the table of other channels. Numbers are those of columns 1 and 3 to 5.
func (d daily) others() (header []string, lines [][]string) {
	header = d.words("channel", "receipts", "currency", "received", "given back", "net")
	for _, c := range d.channels {
		lines = append(lines, []string{c.channel, strconv.Itoa(c.receipts), string(c.currency), inMajor(c.in, c.currency), inMajor(c.back, c.currency),
			inMajor(c.in-c.back, c.currency)})
	}
	return header, lines
}
