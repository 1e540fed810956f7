package epayco

// Nothing is handed over, so there is no disbursement to ask about; how a payment stands is asked in payment.go.
