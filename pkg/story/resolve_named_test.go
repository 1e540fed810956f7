package story_test

import (
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/sim"
)

// TestWhatPeopleNameIsFoundLater: a provider that can be asked by its own id alone loses its first answer, and its people tell that id to
// whoever resolves the hold. When it sends the money back after that, by its own id again, this is about that refund.
func TestWhatPeopleNameIsFoundLater(t *testing.T) {
	t.Parallel()
	for _, g := range []gateway{{provider: "mercadopago", side: colombia(), route: "original"},
		{provider: "payu", side: colombia(), route: "bank_transfer", bank: true}} {
		s := startWith(t, func(*stack) sim.Hooks { return sim.Hooks{Account: forgetful} })
		payment := s.paidThrough(g)
		ask := func(ours string) string {
			body := with(g.side.refund(payment, ours, g.side.part), "route", g.route)
			body["beneficiary"] = with(person(), "bank", "007", "account", "19112345678901", "account_type", "savings")
			return str(s.want(201, s.as(ana, "POST", "/v1/refunds", body))["id"])
		}
		other := ask("N-1")
		s.settle()
		s.arm(g.provider, "timeout_after_commit", 1, "disbursement")
		s.arm(g.provider, "lost_callback", 9, "disbursement")
		id := ask("N-2")
		s.advance(2 * time.Hour)
		s.move(id, "complete")
		if got := s.status("/v1/refunds/" + id); got != "held" {
			t.Fatalf("%s: after the lost answer %s", g.provider, got)
		}
		s.want(200, s.do("DELETE", "/_sandbox/faults", nil))
		theirs := str(s.live(g.provider, id)[0]["reference"])
		say := func(key, action, reference string) reply {
			return s.as(key, "POST", "/v1/refunds/"+id+"/resolve", doc{"action": action, "evidence": "case 12", "network_reference": reference})
		}
		s.refused(422, "field_invalid", say(ana, "cancel", theirs))
		s.refused(409, "resolution_not_possible", say(ana, "confirm_paid", str(s.get("/v1/refunds/" + other)["network_reference"])))
		proposed := s.want(200, say(ana, "confirm_paid", theirs))
		if told := proposed["manual"].(doc)["proposal"].(doc); str(told["network_reference"]) != theirs {
			t.Errorf("%s: the second person reads %v", g.provider, told)
		}
		s.refused(409, "resolution_differs", say(beto, "confirm_paid", theirs+"0"))
		if got := s.want(200, say(beto, "confirm_paid", "")); str(got["status"]) != "paid" || str(got["network_reference"]) != theirs {
			t.Errorf("%s: two people said that %s is paid: %v", g.provider, theirs, got)
		}
		s.move(id, "bounce")
		s.advance(time.Hour)
		if got := s.get("/v1/refunds/" + id); str(got["status"]) != "returned" {
			t.Errorf("%s: after the money came back: %v", g.provider, got)
		}
		if got := s.status("/v1/refunds/" + other); got == "returned" {
			t.Errorf("%s: the other was taken for it", g.provider)
		}
	}
}

// TestAnIdThatIsKnownStays: people cannot give a refund another id than the provider's answer did.
func TestAnIdThatIsKnownStays(t *testing.T) {
	t.Parallel()
	s := start(t)
	_, id := s.lost(peru(), "lost_callback")
	known := str(s.get("/v1/refunds/" + id)["network_reference"])
	s.refused(409, "resolution_not_possible", s.resolve(ana, id, "confirm_paid", "network_reference", known+"0"))
	s.want(200, s.resolve(ana, id, "confirm_paid", "network_reference", known))
}

// TestAnIdIsOnesAlone: two refunds of one payment wait for a person, and both are said to be the same at the provider. The one that is
// agreed to first has it.
func TestAnIdIsOnesAlone(t *testing.T) {
	t.Parallel()
	g := gateway{provider: "mercadopago", side: colombia(), route: "original"}
	s := startWith(t, func(*stack) sim.Hooks { return sim.Hooks{Account: forgetful} })
	payment := s.paidThrough(g)
	s.arm(g.provider, "timeout_after_commit", 2, "disbursement")
	s.arm(g.provider, "lost_callback", 9, "disbursement")
	var ids []string
	for _, ours := range []string{"O-1", "O-2"} {
		ids = append(ids, str(s.want(201, s.as(ana, "POST", "/v1/refunds", with(g.side.refund(payment, ours, g.side.part), "route", g.route)))["id"]))
		s.settle()
	}
	s.advance(2 * time.Hour)
	theirs := str(s.live(g.provider, ids[1])[0]["reference"])
	for _, id := range ids {
		s.want(200, s.resolve(ana, id, "confirm_paid", "network_reference", theirs))
	}
	s.want(200, s.resolve(beto, ids[1], "confirm_paid"))
	s.refused(409, "resolution_not_possible", s.resolve(beto, ids[0], "confirm_paid"))
}
