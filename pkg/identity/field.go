package identity

// Field names one thing that may be known of a person, as the API spells it.
type Field string

const (
	FieldName           Field = "name"
	FieldEmail          Field = "email"
	FieldPhone          Field = "phone"
	FieldDocumentType   Field = "document_type"
	FieldDocumentNumber Field = "document_number"
	FieldBank           Field = "bank"
	FieldAccount        Field = "account"
	FieldAccountType    Field = "account_type"
)

// Fields lists every field in the order of the API.
func Fields() []Field {
	return []Field{FieldName, FieldEmail, FieldPhone, FieldDocumentType, FieldDocumentNumber, FieldBank, FieldAccount, FieldAccountType}
}

// Lacks lists those of the fields that are not known of the person.
func (p Person) Lacks(fields ...Field) []Field {
	var lacking []Field
	for _, f := range fields {
		if text := p.at(f); text == nil || *text == "" {
			lacking = append(lacking, f)
		}
	}
	return lacking
}

// Without is the person with one field forgotten.
func (p Person) Without(f Field) Person {
	if text := p.at(f); text != nil {
		*text = ""
	}
	return p
}

// at is where a field lies; nil if there is no such field.
func (p *Person) at(f Field) *Sensitive {
	switch f {
	case FieldName:
		return &p.Name
	case FieldEmail:
		return &p.Email
	case FieldPhone:
		return &p.Phone
	case FieldDocumentType:
		return (*Sensitive)(&p.DocumentType)
	case FieldDocumentNumber:
		return &p.DocumentNumber
	case FieldBank:
		return (*Sensitive)(&p.Bank)
	case FieldAccount:
		return &p.Account
	case FieldAccountType:
		return (*Sensitive)(&p.AccountType)
	}
	return nil
}
