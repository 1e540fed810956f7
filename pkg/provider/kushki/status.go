package kushki

// No way to ask for a charge or a transfer by our reference is documented, so the adapter has no ReadPayment and no
// ReadStatus: a lost reply to a transfer is left to its webhook, and after that to a person.
