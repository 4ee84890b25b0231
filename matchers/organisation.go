package matchers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Organisation is what somebody registered as theirs. It is read once, by NewIndex.
type Organisation struct {
	Name     string
	Domains  []string // each implies `page` for pages under it and `host` for services under it
	Patterns []Pattern
}

// Pattern makes a link theirs. Value is in the form of the configuration.
type Pattern struct {
	Type  PatternType
	Value string
}

// PatternType names a pattern as the configuration does.
type PatternType string

// The types of patterns, by their rank: the strongest first.
const (
	VanityPattern    PatternType = "vanity"       // rank 2: "acme.zoom.us"
	SitePattern      PatternType = "webex_site"   // rank 2: "acme"
	TenantPattern    PatternType = "teams_tenant" // rank 2: a guid
	S4BPattern       PatternType = "s4b_domain"   // rank 2: "acme.example"
	WorkspacePattern PatternType = "workspace"    // rank 2: a Slack workspace
	MeetingPattern   PatternType = "meeting"      // rank 3: "zoom:98765432101"
	RoomPattern      PatternType = "room"         // rank 3: "zoom:my/jdoe"
	HostPattern      PatternType = "host"         // rank 4: "meet.acme.example", a self-hosted service
	NearPattern      PatternType = "near"         // rank 5: words within NearDistance of a link that names nobody
	RegexpPattern    PatternType = "regexp"       // rank 5: the same, as an RE2 expression
	PagePattern      PatternType = "page"         // rank 6: "https://partner.example/acme/*"
	PublicPattern    PatternType = "public"       // no rank: marks links on such pages as public on purpose, hides nothing
)

// rank of architecture rule "whose link it is"; rank 1, the platform's own consent, is not this package's.
func (t PatternType) rank() int {
	switch t {
	case VanityPattern, SitePattern, TenantPattern, S4BPattern, WorkspacePattern:
		return 2
	case MeetingPattern, RoomPattern:
		return 3
	case HostPattern:
		return 4
	case NearPattern, RegexpPattern:
		return 5
	default:
		return 6
	}
}

// Index says whose a link is, for any number of organisations. It is read-only after NewIndex and safe for concurrent use.
// It keeps no meeting number and no room in clear: they are HMACs under the caller's key.
type Index struct {
	keys   *hasher
	names  []string
	exact  map[string]int32 // "type:value", or the HMAC of a known number, to the first of owners
	owners []exactOwner
	known  bool // there are known numbers
	forms  knownForms
	pages  []pagePattern
	byHost map[string][]int32 // host of a page pattern to pages; "" for patterns on any host
	texts  *phrases
}

// knownForms says in which forms numbers and rooms were registered: an HMAC costs more than all the rest of a look-up, so none is made
// of a form that nobody uses.
type knownForms struct {
	whole  bool // by a whole link: its key
	bare   bool // platform:id
	placed bool // platform:space/id, platform:host/room
}

func (f *knownForms) note(key string) {
	_, id, ok := strings.Cut(key, "|")
	switch {
	case !ok:
		f.whole = true
	case strings.Contains(id, "/"): // or an id that has a slash itself
		f.placed, f.bare = true, true
	default:
		f.bare = true
	}
}

type exactOwner struct {
	org, next int32
	pattern   PatternType
	shown     string
}

type pagePattern struct {
	org    int32
	glob   string
	public bool
}

// Whereabouts is what the caller knows of the place a link was found at.
type Whereabouts struct {
	Host   string   // host of the page, lower case; "" for local files
	URL    string   // of the page; "" for local files
	Around []string // the text around the link's places, cut by Near
	// Known are the organisations whose own inventory lists the meeting: they own it at rank 3, as those do that registered it.
	Known []string
}

// NearDistance is how far from a link words may stand, in characters, before and behind it.
const NearDistance = 300

// Owner is an organisation a link belongs to.
type Owner struct {
	Org     string
	Pattern string // "vanity:acme.zoom.us"; numbers and rooms are not repeated: "meeting"
	Rank    int    // 2 (strongest) to 6
	Public  bool   // the place is public on purpose
}

// NewIndex builds the index; key is the deployment's key for known numbers. All mistakes come at once, joined: patterns that
// name nobody, and near words or regexps that would claim more than BroadShare of the links in the built-in corpus.
func NewIndex(orgs []Organisation, key []byte) (*Index, error) {
	x := &Index{keys: newHasher(key), exact: make(map[string]int32), byHost: make(map[string][]int32), texts: newPhrases()}
	var mistakes []error
	for n, org := range orgs {
		x.names = append(x.names, org.Name)
		for _, domain := range org.Domains {
			x.addDomain(int32(n), strings.ToLower(domain))
		}
		for _, p := range org.Patterns {
			if err := x.add(int32(n), p, org.Domains); err != nil {
				mistakes = append(mistakes, fmt.Errorf("organisation %s: %s: %w", org.Name, p.Type, err))
			}
		}
	}
	mistakes = append(mistakes, x.broad()...)
	return x, errors.Join(mistakes...)
}

func (x *Index) addDomain(org int32, domain string) {
	x.addExact("host:"+domain, org, HostPattern, "domain:"+domain)
	x.addExact("page:"+domain, org, PagePattern, "page:"+domain)
}

func (x *Index) add(org int32, p Pattern, domains []string) error {
	value := strings.ToLower(strings.TrimSpace(p.Value))
	if value == "" {
		return errors.New("is empty")
	}
	shown := string(p.Type) + ":" + p.Value
	switch p.Type {
	case VanityPattern:
		if err := namesSomebody(value); err != nil {
			return err
		}
		x.addExact("vanity:"+value, org, p.Type, shown)
	case HostPattern:
		if err := OwnHost(value); err != nil {
			return err
		}
		x.addExact("host:"+value, org, p.Type, shown)
	case SitePattern, WorkspacePattern:
		if err := namesSomebody(value + serviceDomain(p.Type)); err != nil {
			return err
		}
		x.addExact(string(p.Type)+":"+value, org, p.Type, shown)
	case TenantPattern, S4BPattern:
		x.addExact(string(p.Type)+":"+value, org, p.Type, shown)
	case MeetingPattern, RoomPattern:
		keys, err := knownKeys(p.Value)
		if err != nil {
			return err
		}
		x.known = true
		for _, k := range keys {
			x.forms.note(k)
			x.addExact(x.keys.key(k), org, p.Type, string(p.Type))
		}
	case NearPattern:
		return x.texts.addNear(org, p.Value, domains)
	case RegexpPattern:
		return x.texts.addRegexp(org, p.Value)
	case PagePattern, PublicPattern:
		x.addPage(org, p.Value, p.Type == PublicPattern)
	default:
		return errors.New("is no pattern type")
	}
	return nil
}

func (x *Index) addExact(k string, org int32, t PatternType, shown string) {
	next, ok := x.exact[k]
	if !ok {
		next = -1
	}
	x.owners = append(x.owners, exactOwner{org: org, next: next, pattern: t, shown: shown})
	x.exact[k] = int32(len(x.owners) - 1)
}

func (x *Index) addPage(org int32, glob string, public bool) {
	host := parseURL(glob).Host
	if strings.ContainsAny(host, "*?") {
		host = ""
	}
	x.pages = append(x.pages, pagePattern{org, glob, public})
	x.byHost[host] = append(x.byHost[host], int32(len(x.pages)-1))
}

// serviceDomain is below which a site or workspace has its host.
func serviceDomain(t PatternType) string {
	if t == SitePattern {
		return ".webex.com"
	}
	return ".slack.com"
}

// namesSomebody refuses vanity hosts that every customer shares.
func namesSomebody(host string) error {
	i, base := standard().platformOf(host)
	if base == "" || !slices.Contains(standard().platforms[i].Hosts, base) { // of hosts like facebook.com only a path is a service's
		return fmt.Errorf("%s is no host of a meeting service", host)
	}
	if _, customer := serviceAt(host); customer == "" {
		return fmt.Errorf("%s names nobody: every customer of the service uses it", host)
	}
	return nil
}

// knownMeeting is a meeting or room as somebody registers it: "platform:id", "platform:space/id", "platform:realm/id" where ids are
// unique only in an account or on a host, or a whole link.
type knownMeeting struct {
	whole        []string // the keys of the link, in clear, its own first; nil where it is none
	platform, id string
}

// readKnown reads one. The error does not repeat it.
func readKnown(value string) (knownMeeting, error) {
	if strings.Contains(value, "://") {
		if found := credulous().FindIn([]byte(value), 0, len(value)); len(found) == 1 && !found[0].Possible {
			return knownMeeting{whole: append([]string{found[0].Key()}, found[0].Aliases...)}, nil
		}
	}
	platform, id, ok := strings.Cut(value, ":")
	if !ok || id == "" || !isPlatform(platform) {
		return knownMeeting{}, errors.New("want PLATFORM:ID, as in zoom:98•••••101 or zoom:my/NAME, or a whole link")
	}
	if slices.Contains(strings.Split(id, "/"), "") {
		return knownMeeting{}, errors.New("has nothing before or behind a /: want a number or a name there, as in zoom:my/NAME")
	}
	if compact := without(id, " -"); all(compact, isDigit) {
		if platform == "zoom" && (len(compact) < 9 || len(compact) > 11) {
			return knownMeeting{}, errors.New("is no meeting number of Zoom: they have 9 to 11 digits")
		}
		id = compact
	} else if realmPlatforms()[platform] && !strings.Contains(id, "/") {
		return knownMeeting{}, fmt.Errorf("names of rooms are unique only on a host or in an account there: want %s:HOST/ROOM (as the link has it), or the whole link", platform)
	}
	return knownMeeting{platform: platform, id: id}, nil
}

// knownKeys are the forms under which a known meeting or room is looked up.
func knownKeys(value string) ([]string, error) {
	k, err := readKnown(value)
	if err != nil || k.whole != nil {
		return k.whole, err
	}
	return []string{k.platform + "|" + strings.ToLower(k.id)}, nil
}

// realmPlatforms are those whose links, in the built-in corpus, all belong to a host or an account.
var realmPlatforms = sync.OnceValue(func() map[string]bool { //nolint:gochecknoglobals // immutable after first use
	always := make(map[string]bool)
	for text := range corpusTexts {
		for _, s := range Find([]byte(text)) {
			if s.Kind != PersonalRoom || s.Platform == "zoom" {
				continue
			}
			if was, seen := always[s.Platform]; !seen || was {
				always[s.Platform] = s.Realm != ""
			}
		}
	}
	return always
})

func isPlatform(name string) bool {
	return slices.ContainsFunc(standard().platforms, func(p Platform) bool { return p.Name == name })
}

// Owners says whose the link is. Only the strongest rank owns; every organisation at that rank is named once. A link that
// names somebody else is nobody's.
func (x *Index) Owners(l Link, at Whereabouts) []Owner {
	c := claims{x: x, best: 7}
	x.byName(&c, l)
	x.byNumber(&c, l)
	x.byInventory(&c, at)
	x.byService(&c, l)
	if l.Org == "" {
		if c.best > 5 {
			x.texts.match(at.Around, func(ph *phrase) { c.add(ph.org, 5, ph.shown) })
		}
		if c.best > 6 {
			x.byPage(&c, at)
		}
	}
	for i := range c.owners {
		c.owners[i].Public = x.public(c.orgs[i], at.URL)
	}
	return c.owners
}

// claims collects owners of the best rank.
type claims struct {
	x      *Index
	best   int
	orgs   []int32
	owners []Owner
}

func (c *claims) add(org int32, rank int, shown string) {
	if rank > c.best || rank == c.best && slices.Contains(c.orgs, org) {
		return
	}
	if rank < c.best {
		c.best, c.orgs, c.owners = rank, nil, nil
	}
	c.orgs = append(c.orgs, org)
	c.owners = append(c.owners, Owner{Org: c.x.names[org], Pattern: shown, Rank: rank})
}

func (c *claims) exact(k string) {
	n, ok := c.x.exact[k]
	for ok && n >= 0 {
		o := c.x.owners[n]
		c.add(o.org, o.pattern.rank(), o.shown)
		n = o.next
	}
}

// byName: what the link itself says (rank 2).
func (x *Index) byName(c *claims, l Link) {
	org := strings.ToLower(l.Org)
	if org == "" {
		return
	}
	c.exact("vanity:" + l.Host)
	switch l.Platform {
	case "webex":
		c.exact("webex_site:" + org)
	case "teams":
		c.exact("teams_tenant:" + org)
	case "skype-for-business":
		c.exact("s4b_domain:" + org)
	case "slack":
		c.exact("workspace:" + org)
		c.exact("workspace:" + strings.TrimSuffix(l.Host, ".slack.com")) // a huddle's org is the team's id
	}
}

// byNumber: known numbers, codes and rooms, and their aliases (rank 3).
func (x *Index) byNumber(c *claims, l Link) {
	if !x.known || c.best < 3 {
		return
	}
	for _, k := range append([]string{l.Key()}, l.Aliases...) {
		if x.forms.whole {
			c.exact(x.keys.key(k))
		}
		parts := strings.SplitN(k, ":", 4)
		if len(parts) != 4 {
			continue
		}
		platform, realm, space, id := parts[0], parts[1], parts[2], strings.ToLower(parts[3])
		if x.forms.placed && realm != "" {
			c.exact(x.keys.key(platform + "|" + realm + "/" + id))
		}
		if realm != "" && (platform != "zoom" || realm != "commercial") {
			continue
		}
		if x.forms.bare {
			c.exact(x.keys.key(platform + "|" + id))
		}
		if x.forms.placed {
			c.exact(x.keys.key(platform + "|" + space + "/" + id))
		}
	}
}

// byInventory: meetings that the organisation lists itself, outside of the index (rank 3).
func (x *Index) byInventory(c *claims, at Whereabouts) {
	for _, name := range at.Known {
		if org := slices.Index(x.names, name); org >= 0 {
			c.add(int32(org), 3, "inventory")
		}
	}
}

// byService: a service on a host of theirs (rank 4). On the hosts of a service that many share it is theirs where the host names them
// and the link nobody else.
func (x *Index) byService(c *claims, l Link) {
	if c.best < 4 || l.Host == "" {
		return
	}
	for host := range suffixes(l.Host) {
		n, ok := x.exact["host:"+host]
		if !ok || !hostSpeaks(host, l) {
			continue
		}
		for n >= 0 {
			o := x.owners[n]
			if x.namesNobodyElse(o.org, l) {
				c.add(o.org, o.pattern.rank(), o.shown)
			}
			n = o.next
		}
	}
}

// hostSpeaks: a host that was registered, the link's own or one above it, says whose the link is.
func hostSpeaks(host string, l Link) bool {
	if OwnHost(host) != nil {
		return false
	}
	service, _ := serviceAt(l.Host)
	return service == nil || l.Org != "" && strings.Contains("."+l.Host, "."+strings.ToLower(l.Org)+".")
}

// namesNobodyElse: the link names its host, nobody, or a domain of the organisation. A server can stand for several domains.
func (x *Index) namesNobodyElse(org int32, l Link) bool {
	if service, _ := serviceAt(l.Host); service != nil {
		return true // the customer was compared
	}
	named := strings.ToLower(l.Org)
	if named == "" || l.Host == named || strings.HasSuffix(l.Host, "."+named) {
		return true
	}
	for domain := range suffixes(named) {
		for n, ok := x.exact["host:"+domain]; ok && n >= 0; n = x.owners[n].next {
			if x.owners[n].org == org {
				return true
			}
		}
	}
	return false
}

// byPage: a link that names nobody on a page of theirs (rank 6).
func (x *Index) byPage(c *claims, at Whereabouts) {
	for host := range suffixes(at.Host) {
		c.exact("page:" + host)
	}
	x.eachPage(at.URL, func(p pagePattern) {
		if !p.public {
			c.add(p.org, 6, "page:"+p.glob)
		}
	})
}

func (x *Index) public(org int32, url string) bool {
	found := false
	x.eachPage(url, func(p pagePattern) { found = found || p.public && p.org == org })
	return found
}

// eachPage calls f for the page patterns that url satisfies.
func (x *Index) eachPage(url string, f func(pagePattern)) {
	if url == "" || len(x.pages) == 0 {
		return
	}
	for _, host := range []string{parseURL(url).Host, ""} {
		for _, n := range x.byHost[host] {
			if glob(x.pages[n].glob, url) {
				f(x.pages[n])
			}
		}
	}
}

// suffixes yields a host and its parent domains, at most 10.
func suffixes(host string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for n := 0; host != "" && n < 10; n++ {
			if !yield(host) {
				return
			}
			dot := strings.IndexByte(host, '.')
			if dot < 0 {
				return
			}
			host = host[dot+1:]
		}
	}
}

// glob matches with "*" for any stretch; everything else literally. It never backtracks further than one star.
func glob(pattern, s string) bool {
	star, mark := -1, 0
	p, i := 0, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && pattern[p] == s[i]:
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
