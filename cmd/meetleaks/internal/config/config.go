package config

import "time"

// Config is everything that can be set. The `key` tags are the names in YAML; a Secret can also be given as KEY_file.
// What each key means is written in example.yaml, beside its default.
type Config struct {
	Store         Secret         `key:"store" show:"url"`
	Console       Console        `key:"console"`
	Public        Public         `key:"public"`
	Keys          Keys           `key:"keys"`
	Fetch         Fetch          `key:"fetch"`
	DNS           DNS            `key:"dns"`
	Alerts        Alerts         `key:"alerts"`
	Organisations []Organisation `key:"organisations"`
	Sources       []Source       `key:"sources"`
	Canaries      []Canary       `key:"canaries"`
	Channels      Channels       `key:"channels"`
	Retention     Retention      `key:"retention"`
	Privacy       Privacy        `key:"privacy"`
}

// Console is where the web console and the API listen. PublicURL is how a browser reaches them, Token what callers of the API show:
// without one it is made beside an embedded store, and with Redis the API is off.
type Console struct {
	Listen    string `key:"listen"`
	PublicURL string `key:"public_url"`
	Token     Secret `key:"token"`
}

// Public is a second address for what the outside may reach: Slack, hooks, the transparency page.
type Public struct {
	Listen string `key:"listen"`
}

// Keys are the deployment's keys. Index is for the `key` of a finding; without it one is derived from Master.
type Keys struct {
	Master Secret `key:"master"`
	Index  Secret `key:"index"`
}

// Fetch is how the web is read. Allow lists the host:port of private and loopback services that may be crawled, and whose
// meetings `scan` may list; Deny lists ranges of public addresses that are not dialled. MaxBody lowers what is read of one page; 0 leaves the caps of each kind.
type Fetch struct {
	Allow   []string `key:"allow"`
	Contact string   `key:"contact"`
	Pace    string   `key:"pace"`
	Proxy   Proxy    `key:"proxy"`
	CAFile  Path     `key:"ca_file"`
	MaxBody Size     `key:"max_body"`
	Deny    []string `key:"deny"`
}

// DNS is who is asked for the records that prove domains: each directly, and Quorum of them must have seen one; 0: more than half. No
// Resolvers: those of the system.
type DNS struct {
	Resolvers []string `key:"resolvers"`
	Quorum    int      `key:"quorum"`
}

// Proxy is the way out; its URL may hold a password.
type Proxy struct {
	URL Secret `key:"url"`
}

// Alerts says who is told. Pilot, when not empty, limits alerts to these hosts (e-mails) or organisations (names).
type Alerts struct {
	Mode  string   `key:"mode"`
	Pilot []string `key:"pilot"`
}

// Organisation is vouched for by whoever runs the service.
type Organisation struct {
	Name      string    `key:"name"`
	Domains   []string  `key:"domains"`
	Timezone  string    `key:"timezone"`
	Patterns  []Pattern `key:"patterns"`
	Hosts     []Host    `key:"hosts"`
	HostsFile Path      `key:"hosts_file"`
	Analysts  []string  `key:"analysts"`
	Fallback  Fallback  `key:"fallback"`
	Platforms Platforms `key:"platforms"`
	Routes    []Route   `key:"routes"`
	// SearchNumbers lets meeting numbers stand in queries to services that are searched, beside hosts, sites and rooms.
	SearchNumbers bool `key:"search_numbers"`
}

// Route says which rooms are told of some leaks, in place of the usual ones: of several routes the first that fits. Pattern (a meeting or
// room), Page (where it stands), Platform and Class are what it must be, all that are given; none: every leak of the organisation. To
// names rooms: slack:CHANNEL, webhook:NAME, mail:ADDRESS, siem, siem:NUMBER.
type Route struct {
	Pattern  ClearID  `key:"pattern"`
	Page     string   `key:"page"`
	Platform string   `key:"platform"`
	Class    string   `key:"class"`
	To       []string `key:"to"`
}

// Platforms are the organisation's own accounts at meeting services, for asking who hosts a meeting and whether it is safe.
type Platforms struct {
	Zoom ZoomAccount `key:"zoom"`
}

// ZoomAccount is a server-to-server app of a Zoom account. APIURL and OAuthURL are another cloud's, or a stand-in's; WebhookSecret is
// the app's secret token, by which Zoom signs what it sends to /hooks/zoom.
type ZoomAccount struct {
	AccountID     string `key:"account_id"`
	ClientID      string `key:"client_id"`
	ClientSecret  Secret `key:"client_secret"`
	APIURL        string `key:"api_url"`
	OAuthURL      string `key:"oauth_url"`
	WebhookSecret Secret `key:"webhook_secret"`
}

// Pattern is one thing that makes a link theirs; exactly one field is set.
type Pattern struct {
	Vanity      string   `key:"vanity"`
	WebexSite   string   `key:"webex_site"`
	TeamsTenant string   `key:"teams_tenant"`
	S4BDomain   string   `key:"s4b_domain"`
	Workspace   string   `key:"workspace"`
	Host        string   `key:"host"`
	Room        ClearID  `key:"room"`
	Meeting     ClearID  `key:"meeting"`
	Page        string   `key:"page"`
	Near        []string `key:"near"`
	Regexp      string   `key:"regexp"`
	Public      string   `key:"public"`
}

// Host is who can lock or move what Pattern names. First is who is asked first, "host" or "delegates".
type Host struct {
	Pattern   ClearID  `key:"pattern"`
	Email     string   `key:"email"`
	Delegates []string `key:"delegates"`
	Timezone  string   `key:"timezone"`
	Quiet     string   `key:"quiet"`
	First     string   `key:"first"`
}

// Fallback is who is told when the host is unknown or does not answer.
type Fallback struct {
	SlackChannel string `key:"slack_channel"`
	Email        string `key:"email"`
}

// Channels are the ways in which people are told.
type Channels struct {
	Slack   Slack     `key:"slack"`
	Mail    Mail      `key:"mail"`
	Webhook []Webhook `key:"webhook"`
	SIEM    []SIEM    `key:"siem"`
}

// Slack is one workspace's app. With AppToken it uses Socket Mode and needs no public address.
type Slack struct {
	Token         Secret `key:"token"`
	AppToken      Secret `key:"app_token"`
	SigningSecret Secret `key:"signing_secret"`
	APIURL        string `key:"api_url"`
}

// Mail is an SMTP server, smtp:// or smtps:// with user and password. Without From messages are from meetleaks@ the first domain.
type Mail struct {
	URL  Secret `key:"url"`
	From string `key:"from"`
}

// Webhook is a room that is told with a signed request: of what rooms are told, which is not what a host takes care of alone.
type Webhook struct {
	Name   string `key:"name"`
	URL    Secret `key:"url"`
	Secret Secret `key:"secret"`
}

// SIEM is a room that is told in a machine's format, as webhooks are. To is file:PATH, syslog+tls://HOST:PORT or an http(s) URL; Token is of the last.
type SIEM struct {
	Format string `key:"format"`
	To     string `key:"to"`
	Token  Secret `key:"token"`
}

// Retention is how long each kind of record lives after it is over.
type Retention struct {
	Sighting Duration `key:"sighting"`
	Leak     Duration `key:"leak"`
	Answer   Duration `key:"answer"`
	Audit    Duration `key:"audit"`
}

// Privacy is what the transparency page says.
type Privacy struct {
	Purpose   string `key:"purpose"`
	Authority string `key:"authority"`
	Contact   string `key:"contact"`
}

// Default is the configuration when nothing is set. The empty Store means SQLite in the user's data folder.
func Default() Config {
	const day = Duration(24 * time.Hour)
	return Config{
		Console:   Console{Listen: "127.0.0.1:8470"},
		Fetch:     Fetch{Pace: "polite"},
		Alerts:    Alerts{Mode: "hosts"},
		Channels:  Channels{Slack: Slack{APIURL: "https://slack.com/api/"}},
		Retention: Retention{Sighting: 7 * day, Leak: 30 * day, Answer: 90 * day, Audit: 400 * day},
	}
}
