// Package pkg holds no code; this is the map of its folders.
//
//	money calendar identity      amounts, days and business days, people: they know nothing of the rest
//	store job file               contracts of storage, queues and files; storetest and filetest are their clauses
//	payment disbursement         the two machines that money goes through: each has one pure Next
//	webhook settlement           what providers say: deliveries as they came, rows compared with the books, whole or in parts
//	merchant reconciliation      who asks; what became of a settlement day
//	batch                        many refunds or payouts in one file
//	order                        what a shop says of its orders, and other channels of theirs: a further leg
//	event audit                  what merchants are told; what makes tampering show
//	receipt evidence             what proves how money went: for the buyer, for who settles a dispute
//	rate                         what one currency is worth in another, and who says so
//	provider/…                   the contract with providers, one folder for each, and its simulated twin within
//	flow/…                       the verbs, one for each function; every road ends in flow/observe
//	catalogue paper              words for people, by code, in three languages; pages to print
//	door api bundle              who asks; HTTP in and out; the one place where everything is wired
//	aws/…  mem/…                 the cloud, and its twins in memory: nothing else knows where it runs
//	sandbox                      the simulated providers beside a deployed test stack
//	config telemetry             what the environment says; lines with a closed list of fields
//	sim story proof              a whole world with clock and simulated providers; stories played in it; every fault
//	vector                       results that others computed, with who vouches for each; every rule is held against them
//	ledger                       the double entry behind payments and disbursements
//
// Who may import whom is a table in imports_test.go.
package pkg
