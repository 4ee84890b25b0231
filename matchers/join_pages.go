package matchers

import (
	"bytes"
	"strings"
)

// maxCallPages bounds how many addresses behind a number are looked at.
const maxCallPages = 4

// callPages are what stands in the addresses of a service's pages of telephone numbers, on the customer's own host: invitations print one
// below the number to be dialled. None when the service has no such page.
func callPages(platform string) []string {
	switch platform {
	case "zoom":
		return []string{"/u/", "/zoomconference" /* until 2020 */}
	case "webex":
		return []string{"/globalcallin.php"}
	}
	return nil
}

// customer is the customer whose page of telephone numbers stands behind item i, a number without a link, in its block and before any other
// meeting's link or number; "" when there is none, or when the page is everybody's or a sample's.
func (j *joiner) customer(near *vicinity, i int, platform string) string {
	pages := callPages(platform)
	if len(pages) == 0 {
		return ""
	}
	block := j.text[j.items[i].end:j.blockEnd(near, i)]
	for _, page := range pages {
		if customer := ofCallPage(block, page, platform); customer != "" {
			return customer
		}
	}
	return ""
}

// ofCallPage is the customer whose page of telephone numbers stands in block first.
func ofCallPage(block []byte, page, platform string) string {
	for range maxCallPages {
		before, behind, ok := bytes.Cut(block, []byte(page))
		if !ok {
			break
		}
		p, customer := serviceAt(hostBefore(before))
		if p != nil && p.Name == platform && customer != "" && !sampleOrg(customer) {
			return customer
		}
		block = behind
	}
	return ""
}

// dialsSample: the number of item i stands behind it as an address on a site that is a sample's: "29248098914@example.webex.com".
func (j *joiner) dialsSample(near *vicinity, i int) bool {
	it := &j.items[i]
	_, address, ok := bytes.Cut(j.text[it.end:j.blockEnd(near, i)], []byte(it.number.digits+"@"))
	if !ok {
		return false
	}
	host := lowerASCII(leading(string(address[:min(len(address), wideAddress)]), isHostByte))
	p, customer := serviceAt(strings.TrimRight(host, "."))
	return p != nil && p.Name == "webex" && webexSampleSite(customer)
}

// blockEnd is where the block of number i ends, or before that the next link or number of another meeting.
func (j *joiner) blockEnd(near *vicinity, i int) int {
	it := &j.items[i]
	_, end := near.window(it.start, it.end)
	for k := i + 1; k < len(j.items) && j.items[k].start < end; k++ {
		if other := &j.items[k]; other.number.digits != it.number.digits && other.sighting.ID != it.number.digits {
			return other.start
		}
	}
	return end
}

// hostBefore is the host of the address that ends with text, in small letters: "acme.zoom.us" of "at https://acme.zoom.us". A path may stand
// behind the host, of plain segments: one with another sign, and a port, hide the host.
func hostBefore(text []byte) string {
	start := len(text)
	for start > max(0, len(text)-wideAddress) && (isHostByte(text[start-1]) || text[start-1] == '/') {
		start--
	}
	host, _, _ := strings.Cut(strings.TrimLeft(string(text[start:]), "/"), "/")
	return lowerASCII(host)
}
