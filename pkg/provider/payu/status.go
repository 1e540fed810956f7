package payu

// There is no StatusReader: PayU documents no call that tells how a payout stands. Its notifications do, and a person who
// looks into the module; after a lost reply the refund waits for that person.
