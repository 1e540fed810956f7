package api

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
)

// A request does what it does within the time a function may take, by a clock that may differ a little from that which gave the id.
// The start of a trace lies before its requests: whatever made it may have worked for a while.
const (
	asksWithin = time.Minute
	clocksPart = 2 * time.Second
	mostAround = 5000 // events looked at for one mark
)

// askedAt is when a request was made, by an id that we gave it or by the root of an X-Ray trace, which begins with the second in
// hexadecimal. False for every other mark, ids that callers chose among them.
func askedAt(mark string) (time.Time, bool) {
	if at, ok := identity.At("req_", mark); ok {
		return at, true
	}
	fields := strings.Split(mark, "-")
	if len(mark) != 35 || len(fields) != 3 || fields[0] != "1" || len(fields[1]) != 8 {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(fields[1], 16, 64)
	return time.Unix(seconds, 0).UTC(), err == nil
}

// around finds what the request with the mark did, among all that happened in the time it may have taken. No record is written for
// this: every change tells an event whose id begins with its instant. Only an id of ours is of one request, and ends the search. Where
// nothing is found the newest records are looked through like for any other mark: what has happened may not be told yet, a trace may have
// begun long before, and a caller may have sent an id of ours again. A request that changed nothing, as it was refused or only read, is
// found nowhere; the function's log has its id.
func (x *searcher) around(ctx context.Context, at time.Time) error {
	from, until := at.Add(-clocksPart), at.Add(asksWithin)
	x.out.Complete = strings.HasPrefix(x.q, "req_")
	looked := 0
	for day := from.Truncate(24 * time.Hour); !day.After(until); day = day.AddDate(0, 0, 1) {
		q := store.Query{PK: event.Partition(x.caller.Merchant.ID, day), From: event.FirstID(from), To: event.FirstID(until)}
		for {
			page, err := x.server.Store.Query(ctx, q)
			if err != nil {
				return err
			}
			for _, r := range page.Records {
				if looked++; looked > mostAround {
					x.out.Complete = false
					return nil
				}
				if err := x.happened(ctx, r); err != nil {
					return err
				}
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	return nil
}

// happened adds the record that an event is about, if the request with the mark is in its story.
func (x *searcher) happened(ctx context.Context, r store.Record) error {
	subject, _, err := event.JournalOf(r)
	if err != nil {
		return err
	}
	for _, key := range []store.Key{payment.Key(x.caller.Merchant.ID, subject), disbursement.Key(x.caller.Merchant.ID, subject)} {
		if x.seen[key.String()] {
			continue
		}
		x.seen[key.String()] = true
		record, err := x.server.Store.Get(ctx, key)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if by := x.bears(record); by == "request_id" || by == "trace_id" {
			if err := x.add(by, record); err != nil {
				return err
			}
		}
	}
	return nil
}
