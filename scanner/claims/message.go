package claims

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// The bounds of an answer.
const (
	maxMessage = 64 << 10 // bytes; the protocol has no more
	maxTexts   = 64       // TXT records of the name that are read
	maxRecords = 512      // of a message that are looked at
	maxText    = 4 << 10  // bytes of one record that are kept
	udpPayload = 1232     // bytes that fit any path, as is usual
)

// Status is what a resolver said of a name.
type Status string

// The statuses.
const (
	StatusTexts    Status = "texts"     // there are TXT records
	StatusNoName   Status = "no-name"   // the name does not exist
	StatusNoRecord Status = "no-record" // the name exists and has no TXT record
	StatusAlias    Status = "alias"     // the name is an alias (CNAME)
	StatusFailed   Status = "failed"    // no answer, or none that says anything
)

// Answer is what one resolver said of a name.
type Answer struct {
	Resolver string
	Status   Status
	Texts    []string // each with its strings joined; at most 64 of 4 KiB
	More     bool     // there were more records than are read
	Alias    string   // where an alias leads, as it came
	// Negative is how long resolvers may remember that there is nothing; 0 when the answer does not tell.
	Negative time.Duration
	Err      error // of StatusFailed
}

// Why an answer says nothing.
var (
	errNotOurs   = errors.New("an answer to another question")
	errTruncated = errors.New("cut short")
	errNoEDNS    = errors.New("does not know EDNS")
	errBroken    = errors.New("no message of DNS")
)

// question makes the message that asks for the TXT records of a name, which ends in a dot.
func question(id uint16, name dnsmessage.Name, edns bool) ([]byte, error) {
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: id, RecursionDesired: true})
	b.EnableCompression()
	if err := b.StartQuestions(); err != nil {
		return nil, err
	}
	if err := b.Question(dnsmessage.Question{Name: name, Type: dnsmessage.TypeTXT, Class: dnsmessage.ClassINET}); err != nil {
		return nil, err
	}
	if !edns {
		return b.Finish()
	}
	if err := b.StartAdditionals(); err != nil {
		return nil, err
	}
	var header dnsmessage.ResourceHeader
	if err := header.SetEDNS0(udpPayload, dnsmessage.RCodeSuccess, false); err != nil {
		return nil, err
	}
	if err := b.OPTResource(header, dnsmessage.OPTResource{}); err != nil {
		return nil, err
	}
	return b.Finish()
}

// readAnswer reads what came. Errors are errNotOurs, errTruncated (ask again over TCP), errNoEDNS, or what a person can understand; with an
// error the answer says nothing.
func readAnswer(message []byte, id uint16, name dnsmessage.Name) (Answer, error) {
	var p dnsmessage.Parser
	header, err := p.Start(message)
	if err != nil || len(message) > maxMessage {
		return Answer{}, errBroken
	}
	asked, err := p.Question()
	if !header.Response || header.ID != id {
		return Answer{}, errNotOurs
	}
	if err != nil && header.RCode == dnsmessage.RCodeFormatError {
		return Answer{}, errNoEDNS // some answer without repeating the question
	}
	same := strings.EqualFold(asked.Name.String(), name.String())
	if err != nil || !same || asked.Type != dnsmessage.TypeTXT || asked.Class != dnsmessage.ClassINET {
		return Answer{}, errNotOurs
	}
	if err := p.SkipAllQuestions(); err != nil {
		return Answer{}, errBroken
	}
	switch header.RCode {
	case dnsmessage.RCodeSuccess, dnsmessage.RCodeNameError:
	case dnsmessage.RCodeFormatError, dnsmessage.RCodeNotImplemented:
		return Answer{}, errNoEDNS
	case dnsmessage.RCodeServerFailure:
		return Answer{}, errors.New("SERVFAIL: the domain's name servers do not answer, or its DNSSEC is broken")
	case dnsmessage.RCodeRefused:
		return Answer{}, errors.New("REFUSED: it does not answer this service")
	default:
		return Answer{}, fmt.Errorf("code %d", header.RCode)
	}
	if header.Truncated {
		return Answer{}, errTruncated
	}
	if !header.RecursionAvailable && !header.Authoritative {
		return Answer{}, errors.New("it gives no answers of others: it is no resolver")
	}
	return readRecords(&p, name, header.RCode == dnsmessage.RCodeNameError)
}

// readRecords reads the answers, and when there is nothing how long that may be remembered.
func readRecords(p *dnsmessage.Parser, name dnsmessage.Name, noName bool) (Answer, error) {
	a := Answer{Status: StatusNoRecord}
	if noName {
		a.Status = StatusNoName
	}
	for n := 0; ; n++ {
		h, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			break
		}
		if err != nil {
			return Answer{}, errBroken
		}
		if n >= maxRecords {
			a.More = true
			return a, nil
		}
		if err := a.record(p, h, name); err != nil {
			return Answer{}, errBroken
		}
	}
	if a.Status == StatusNoName || a.Status == StatusNoRecord {
		a.Negative = negativeTTL(p)
	}
	return a, nil
}

// record takes over one record. Those of other names and kinds say nothing.
func (a *Answer) record(p *dnsmessage.Parser, h dnsmessage.ResourceHeader, name dnsmessage.Name) error {
	own := h.Class == dnsmessage.ClassINET && strings.EqualFold(h.Name.String(), name.String())
	switch {
	case own && h.Type == dnsmessage.TypeCNAME:
		to, err := p.CNAMEResource()
		a.Status, a.Alias, a.Texts = StatusAlias, to.CNAME.String(), nil
		return err
	case own && h.Type == dnsmessage.TypeTXT && a.Status != StatusAlias:
		if len(a.Texts) >= maxTexts {
			a.More = true
			return p.SkipAnswer()
		}
		txt, err := p.TXTResource()
		text := strings.Join(txt.TXT, "")
		a.Status, a.Texts = StatusTexts, append(a.Texts, text[:min(len(text), maxText)])
		return err
	}
	return p.SkipAnswer()
}

// negativeTTL reads the SOA record that comes with the word that there is nothing (RFC 2308). 0: it does not tell.
func negativeTTL(p *dnsmessage.Parser) time.Duration {
	for range maxTexts {
		h, err := p.AuthorityHeader()
		if err != nil {
			return 0
		}
		if h.Type != dnsmessage.TypeSOA {
			if p.SkipAuthority() != nil {
				return 0
			}
			continue
		}
		soa, err := p.SOAResource()
		if err != nil {
			return 0
		}
		return time.Duration(min(h.TTL, soa.MinTTL)) * time.Second
	}
	return 0
}
