package store

import "strconv"

// Bytes of an item as dynamostore lays it out.
const (
	keyNames    = len("pk") + len("sk")
	ringName    = len("c0")
	ringID      = 16 // characters of a commit id
	ringPlaces  = 8
	bodyName    = len("b")
	tagsName    = len("t")
	numberName  = len("v")
	indexSuffix = len("-pk")
	unixDigits  = 6 // bytes of Expires
)

// Size is how many bytes of a DynamoDB item a record takes, which is what DynamoDB bills by: names and values of its
// attributes in UTF-8, numbers at a byte for two digits and one more, body and tags as they are, and eighteen bytes for
// each of the last eight commits that wrote it. A record that Take has touched may hold up to fourteen bytes more.
func Size(r Record) int {
	n := keyNames + len(r.Key.PK) + len(r.Key.SK) + bodyName + len(r.Body)
	n += numberName + numberSize(r.Version) + numberName + numberSize(r.Free)
	n += int(min(r.Version, ringPlaces)) * (ringName + ringID)
	if len(r.Tags) > 0 {
		n += tagsName
		for _, tag := range r.Tags {
			n += len(tag)
		}
	}
	if !r.Expires.IsZero() {
		n += numberName + unixDigits
	}
	for _, index := range Indexes() {
		at := r.Index.In(index)
		if at == (Key{}) {
			continue
		}
		n += 2*(len(index)+indexSuffix) + len(at.PK) + len(at.SK)
	}
	return n
}

func numberSize(n int64) int { return (len(strconv.FormatInt(n, 10))+1)/2 + 1 }

// entrySize is what a KEYS_ONLY index keeps of a record.
func entrySize(key Key, index Index, at Key) int {
	return keyNames + len(key.PK) + len(key.SK) + 2*(len(index)+indexSuffix) + len(at.PK) + len(at.SK)
}
