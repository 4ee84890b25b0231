package hosts

import "slices"

// People lists the addresses of everybody who may be told of an organisation's meetings, hosts and their delegates, sorted.
func (b *Book) People(org string) []string {
	k, ok := b.organisations[org]
	if !ok {
		return nil
	}
	var all []string
	for _, t := range []*table{k.given, k.file.Load()} {
		for email, p := range t.people {
			all = append(append(all, email), p.Delegates...)
		}
		for i := range t.entries {
			all = append(all, t.entries[i].contact.Delegates...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
