package api

import "github.com/vuelto/vuelto/pkg/provider"

// messageAnswer is what the provider last said of it: its own code and text as they came, and what the code means in three
// languages, where it is one that is documented.
type messageAnswer struct {
	Code string  `json:"code"`
	Text *string `json:"text"`
	ES   string  `json:"es,omitempty"`
	EN   string  `json:"en,omitempty"`
	ZH   string  `json:"zh,omitempty"`
}

// Translator tells what a provider's code or status word means; false if nobody knows.
type Translator func(provider, word string) (provider.Meaning, bool)

// message is nil where the provider has said nothing yet.
func (t Translator) message(name, word, said string) *messageAnswer {
	if word == "" && said == "" {
		return nil
	}
	m, _ := t(name, word)
	return &messageAnswer{Code: word, Text: optional(said), ES: m.ES, EN: m.EN, ZH: m.ZH}
}
