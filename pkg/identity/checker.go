package identity

import "context"

// Checker is whom a merchant has people looked up at. Without one the rule still holds: a person looks.
type Checker interface {
	// Check says under which reference a person of a country ("CO") was found to be who they say they are. Empty is a no. An
	// error is no answer, and nothing is known.
	Check(ctx context.Context, country string, who Person) (reference string, err error)
}
