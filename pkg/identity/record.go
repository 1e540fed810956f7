package identity

// Record is how a person is stored inside another record: in clear, under short names that are append only. The table is
// encrypted at rest; nothing but the store and the provider ever sees this form.
type Record struct {
	Name           string `json:"n,omitempty"`
	Email          string `json:"e,omitempty"`
	Phone          string `json:"p,omitempty"`
	DocumentType   string `json:"t,omitempty"`
	DocumentNumber string `json:"d,omitempty"`
	Account        string `json:"a,omitempty"`
	Bank           string `json:"b,omitempty"`
	AccountType    string `json:"k,omitempty"`
}

// Encode makes the stored form; nil for nobody.
func Encode(p Person) *Record {
	if p.IsZero() {
		return nil
	}
	return &Record{string(p.Name), string(p.Email), string(p.Phone), p.DocumentType, string(p.DocumentNumber),
		string(p.Account), p.Bank, p.AccountType}
}

// Decode reads the stored form; nil is nobody.
func Decode(r *Record) Person {
	if r == nil {
		return Person{}
	}
	return Person{Sensitive(r.Name), Sensitive(r.Email), Sensitive(r.Phone), r.DocumentType, Sensitive(r.DocumentNumber),
		Sensitive(r.Account), r.Bank, r.AccountType}
}
