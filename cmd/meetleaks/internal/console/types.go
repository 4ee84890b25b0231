package console

import "time"

// What the API sends. A field is here because somebody who works the queue needs it; nothing of a stored record is sent as it is.
// Times are in UTC; those that are optional are left out when there is none.

// Leak is one meeting of one organisation that was found in public.
type Leak struct {
	ID             string    `json:"id"`
	Org            string    `json:"org"`
	Platform       string    `json:"platform" doc:"As meetleaks platforms lists them"`
	Kind           string    `json:"kind"`
	Class          string    `json:"class" doc:"A (the holder can start the meeting) to H (a number only)"`
	MaskedID       string    `json:"masked_id"`
	Secrets        []string  `json:"secrets" nullable:"false" doc:"Names of the secrets that were published with it; never their values"`
	State          string    `json:"state" enum:"open,safe,safe-by-word,over,removed,muted,not-ours,public"`
	Since          time.Time `json:"since" doc:"When the state was entered"`
	Until          time.Time `json:"until,omitzero" doc:"When the state ends by itself"`
	Reason         string    `json:"reason,omitempty" doc:"Why it is in this state"`
	By             string    `json:"by,omitempty" doc:"In which capacity somebody brought the state about"`
	ByRef          string    `json:"by_ref,omitempty" doc:"Who, as the channel knows them"`
	Hid            int       `json:"hid" doc:"Sightings since it is in this state, of which nobody was told; 0 while it is open"`
	PublicPlaces   int       `json:"public_places" doc:"Places of which somebody said that it stands there on purpose"`
	Waiting        *Waiting  `json:"waiting,omitempty" doc:"What a host said that waits for an analyst"`
	FirstSeen      time.Time `json:"first_seen"`
	LastSeen       time.Time `json:"last_seen"`
	Sightings      int       `json:"sightings" doc:"All, also those that are not kept"`
	DistinctPlaces int       `json:"distinct_places"`
	Reach          int64     `json:"reach" doc:"People who may have seen it, as the sources say"`
	Risk           Risk      `json:"risk"`
	Raid           bool      `json:"raid" doc:"Words beside it call for a raid"`
	When           *When     `json:"when,omitempty" doc:"The next instance, where anything is known of it"`
	HostKnown      bool      `json:"host_known"`
	Timezone       string    `json:"timezone" doc:"Of the organisation, for who shows times to people: UTC where it names none"`
	Ladder         Ladder    `json:"ladder"`
	Account        Account   `json:"account"`
}

// Waiting is a host's answer that waits for an analyst.
type Waiting struct {
	What  string    `json:"what"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Place string    `json:"place,omitempty" doc:"Id of the place that is meant, where one is"`
}

// Risk orders leaks; it never filters them.
type Risk struct {
	Score   int      `json:"score" minimum:"0" maximum:"100"`
	Level   string   `json:"level" enum:"low,medium,high,critical,"`
	Reasons []string `json:"reasons" nullable:"false"`
}

// When is the next instance of a meeting.
type When struct {
	Start    time.Time `json:"start,omitzero"`
	AllDay   bool      `json:"all_day" doc:"Start is some moment of that day, somewhere on earth"`
	Floating bool      `json:"floating" doc:"Start is what the clock on the wall shows, in a zone that is not known"`
	Ends     time.Time `json:"ends,omitzero"`
	Series   bool      `json:"series"`
	By       string    `json:"by,omitempty" doc:"Who says so"`
	Trusted  bool      `json:"trusted" doc:"False: only a page claims it"`
}

// Ladder is how far the alerts of the present round have come.
type Ladder struct {
	Round        int       `json:"round"`
	Since        time.Time `json:"since,omitzero"`
	SnoozedUntil time.Time `json:"snoozed_until,omitzero"`
	Host         Told      `json:"host"`
	Delegate     Told      `json:"delegate"`
	Channel      Told      `json:"channel"`
}

// Told is what went to one audience.
type Told struct {
	Rung     string    `json:"rung,omitempty" doc:"Of the last notice; left out: none yet"`
	At       time.Time `json:"at,omitzero"`
	Accepted time.Time `json:"accepted,omitzero" doc:"When the first notice was accepted"`
	GaveUp   bool      `json:"gave_up"`
}

// Account is where the ledger counts the present round.
type Account struct {
	Kind   string `json:"kind" enum:"pending,alerted,suppressed,"`
	Reason string `json:"reason,omitempty" doc:"Of what is suppressed"`
}

// LeakList is a page of leaks, the newest first.
type LeakList struct {
	Leaks []Leak `json:"leaks" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"Give it as after to get the next page; left out: this is the last"`
}

// LeakDetails is everything that is shown of one leak. The lists begin with the newest.
type LeakDetails struct {
	Leak       Leak         `json:"leak"`
	Sightings  []Sighting   `json:"sightings" nullable:"false" doc:"100 are kept at most"`
	Deliveries []Delivery   `json:"deliveries" nullable:"false" doc:"The newest 200"`
	Audit      []AuditEntry `json:"audit" nullable:"false" doc:"The newest 200"`
	// More says that there are deliveries or audit entries besides.
	More bool `json:"more" doc:"There are older deliveries or audit entries"`
}

// Sighting is a leak at a public place.
type Sighting struct {
	ID     string    `json:"id,omitempty" doc:"Of the place, among those of this leak"`
	Place  string    `json:"place" doc:"Masked"`
	Line   int       `json:"line,omitempty"`
	Page   int       `json:"page,omitempty"`
	Source string    `json:"source"`
	SeenAt time.Time `json:"seen_at"`
	Reach  int64     `json:"reach,omitempty"`
	Via    []string  `json:"via,omitempty" nullable:"false" doc:"Wrappers that were taken off the link, outermost first"`
	Gone   time.Time `json:"gone,omitzero" doc:"Since when it is believed gone"`
	Public bool      `json:"public,omitempty" doc:"Somebody said that it stands there on purpose"`
}

// Delivery is one thing to be told to one recipient, who is not named.
type Delivery struct {
	ID        string    `json:"id"`
	To        string    `json:"to"`
	Channel   string    `json:"channel,omitempty"`
	Kind      string    `json:"kind"`
	Rung      string    `json:"rung,omitempty"`
	State     string    `json:"state" enum:"pending,accepted,given-up,suppressed"`
	Reason    string    `json:"reason,omitempty" doc:"Of what was suppressed"`
	Digest    bool      `json:"digest" doc:"A digest names the leak, instead of a message of its own"`
	Made      time.Time `json:"made"`
	Due       time.Time `json:"due"`
	Done      time.Time `json:"done,omitzero"`
	Attempts  int       `json:"attempts"`
	LastError string    `json:"last_error,omitempty"`
}

// AuditEntry is who did what.
type AuditEntry struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty" doc:"In which capacity"`
	Ref    string    `json:"ref,omitempty" doc:"Who, as the channel knows them"`
	What   string    `json:"what"`
	From   string    `json:"from,omitempty"`
	To     string    `json:"to"`
	Reason string    `json:"reason,omitempty"`
}

// Outcome is a leak after somebody acted on it.
type Outcome struct {
	Leak       Leak `json:"leak"`
	TookEffect bool `json:"took_effect" doc:"The leak is now as asked. False: its state does not allow for it; the audit keeps the wish"`
}

// Ledger is the sum that must hold: found = alerted + suppressed + pending. It counts rounds of leaks.
type Ledger struct {
	Found      int64            `json:"found"`
	Alerted    int64            `json:"alerted"`
	Suppressed map[string]int64 `json:"suppressed" doc:"By reason"`
	Pending    int64            `json:"pending"`
	Balanced   bool             `json:"balanced"`
	Fault      string           `json:"fault,omitempty" doc:"What does not add up"`
}

// Organisation is one that is configured, with its ledger.
type Organisation struct {
	Name   string `json:"name"`
	Ledger Ledger `json:"ledger"`
}

// OrganisationList is all of them.
type OrganisationList struct {
	Organisations []Organisation `json:"organisations" nullable:"false"`
}
