package siem

import (
	"strconv"
	"strings"
	"time"

	"meetleaks/notify"
)

// What OCSF calls these events.
const (
	schemaVersion = "1.3.0"
	categoryUID   = 2    // Findings
	classUID      = 2004 // Detection Finding
)

// The activities of a finding.
const (
	activityCreate = 1
	activityUpdate = 2
	activityClose  = 3
)

// The severities that are used.
const (
	informational = 1
	medium        = 3
	high          = 4
	critical      = 5
)

// The states of a finding.
const (
	statusNew        = 1
	statusInProgress = 2
	statusResolved   = 4
	statusOther      = 99
)

// Event is a Detection Finding, with the attributes that are used here. Times are milliseconds since 1970, UTC.
type Event struct {
	ActivityID   int         `json:"activity_id"`
	ActivityName string      `json:"activity_name"`
	CategoryUID  int         `json:"category_uid"`
	CategoryName string      `json:"category_name"`
	ClassUID     int         `json:"class_uid"`
	ClassName    string      `json:"class_name"`
	TypeUID      int         `json:"type_uid"`
	TypeName     string      `json:"type_name"`
	Time         int64       `json:"time"`
	SeverityID   int         `json:"severity_id"`
	Severity     string      `json:"severity"`
	StatusID     int         `json:"status_id"`
	Status       string      `json:"status"`
	StatusDetail string      `json:"status_detail,omitempty"`
	Message      string      `json:"message,omitempty"`
	IsAlert      bool        `json:"is_alert"`
	Metadata     Metadata    `json:"metadata"`
	Finding      FindingInfo `json:"finding_info"`
	Resources    []Resource  `json:"resources,omitempty"`
	Unmapped     Unmapped    `json:"unmapped,omitzero"`
}

// Metadata says who tells, and by which version of the schema. UID is the event's own.
type Metadata struct {
	Version   string  `json:"version"`
	UID       string  `json:"uid"`
	TenantUID string  `json:"tenant_uid,omitempty"` // the organisation
	Product   Product `json:"product"`
}

// Product is this program.
type Product struct {
	Name       string `json:"name"`
	VendorName string `json:"vendor_name"`
	Version    string `json:"version,omitempty"`
}

// FindingInfo is the leak. UID is its id.
type FindingInfo struct {
	UID         string   `json:"uid"`
	Title       string   `json:"title"`
	Desc        string   `json:"desc,omitempty"`
	FirstSeen   int64    `json:"first_seen_time,omitempty"`
	Types       []string `json:"types,omitempty"`
	DataSources []string `json:"data_sources,omitempty"`
}

// Resource is the meeting. UID is masked.
type Resource struct {
	UID  string `json:"uid,omitempty"`
	Name string `json:"name,omitempty"`
	Type string `json:"type"`
}

// Unmapped is what OCSF has no attribute for.
type Unmapped struct {
	Kind      string   `json:"kind,omitempty"`
	Platform  string   `json:"platform,omitempty"`
	Class     string   `json:"class,omitempty"`
	Urgency   string   `json:"urgency,omitempty"`
	Starts    int64    `json:"starts,omitempty"`
	Places    []string `json:"places,omitempty"`
	More      int      `json:"more_places,omitempty"`
	Sightings int      `json:"sightings,omitempty"`
	Reach     int64    `json:"reach,omitempty"`
	MoreItems int      `json:"more_items,omitempty"` // of a digest: leaks for which there is no event
}

// events are those of a cleaned alert: one, or of a digest one for each leak.
func events(a notify.Alert, version string, now time.Time) []Event {
	if len(a.Items) == 0 {
		return []Event{event(a, version, now)}
	}
	list := make([]Event, 0, len(a.Items))
	for i, item := range a.Items {
		one := notify.Alert{
			Delivery: a.Delivery + "-" + strconv.Itoa(i+1), Leak: item.Leak, Organisation: a.Organisation, Service: item.Service,
			MaskedID: item.MaskedID, Topic: item.Topic, Starts: item.Starts, Status: item.Status, Kind: a.Kind, MoreItems: a.MoreItems,
		}
		if item.Organisation != "" {
			one.Organisation = item.Organisation
		}
		e := event(one, version, now)
		e.Unmapped.MoreItems = a.MoreItems
		list = append(list, e)
	}
	return list
}

func event(a notify.Alert, version string, now time.Time) Event {
	activity, severity, status := activityOf(a), severityOf(a), statusOf(a)
	e := Event{
		ActivityID: activity, ActivityName: activityName(activity), CategoryUID: categoryUID, CategoryName: "Findings", ClassUID: classUID,
		ClassName: "Detection Finding", TypeUID: classUID*100 + activity, TypeName: "Detection Finding: " + activityName(activity),
		Time: now.UnixMilli(), SeverityID: severity, Severity: severityName(severity), StatusID: status, Status: statusName(status),
		StatusDetail: a.Status, IsAlert: activity == activityCreate && severity > informational,
		Metadata: Metadata{
			Version: schemaVersion, UID: a.Delivery, TenantUID: a.Organisation,
			Product: Product{Name: "meetleaks", VendorName: "meetleaks", Version: version},
		},
		Finding: FindingInfo{UID: a.Leak, Title: titleOf(a), Desc: a.Exposes, FirstSeen: millis(a.FoundAt)},
		Unmapped: Unmapped{
			Kind: string(a.Kind), Platform: a.Platform, Class: a.Class, Urgency: string(a.Urgency), Starts: millis(a.Starts),
			Places: a.Places, More: a.MorePlaces, Sightings: a.Sightings, Reach: a.Reach,
		},
	}
	if e.Finding.UID == "" {
		e.Finding.UID = a.Delivery
	}
	if a.FoundOn != "" {
		e.Finding.DataSources = []string{a.FoundOn}
	}
	if a.MaskedID != "" || a.Topic != "" {
		e.Finding.Types = []string{"public meeting link"}
		e.Resources = []Resource{{UID: a.MaskedID, Name: a.Topic, Type: strings.TrimSpace(a.Service + " meeting")}}
	}
	e.Message = e.Finding.Title
	return e
}

// titleOf says what is found, without what changes.
func titleOf(a notify.Alert) string {
	switch a.Kind {
	case notify.Fault:
		return "meetleaks itself is at fault"
	case notify.Announce:
		return "meetleaks will tell of public meeting links"
	case notify.Sample:
		return "Only a test, no leak"
	}
	title := "A meeting link is public"
	if a.Service != "" {
		title = "A link to a " + a.Service + " meeting is public"
	}
	if a.MaskedID != "" {
		title += ": " + a.MaskedID
	}
	return title
}

func activityOf(a notify.Alert) int {
	switch {
	case a.Closed:
		return activityClose
	case a.Kind == notify.Update || a.Kind == notify.Reminder:
		return activityUpdate
	}
	return activityCreate
}

func activityName(id int) string {
	return map[int]string{activityCreate: "Create", activityUpdate: "Update", activityClose: "Close"}[id]
}

// severityOf is how bad it is by what the link gives away, and more when the meeting is near.
func severityOf(a notify.Alert) int {
	severity := medium
	switch {
	case a.Kind == notify.Sample || a.Kind == notify.Announce || a.Closed:
		return informational
	case a.Kind == notify.Fault:
		return high
	case a.Class == "A" || a.Class == "B" || a.Class == "C":
		severity = high
	}
	switch a.Urgency {
	case notify.Running, notify.StartsAtOnce, notify.StartsInHour:
		severity++
	}
	return severity
}

func severityName(id int) string {
	return map[int]string{informational: "Informational", medium: "Medium", high: "High", critical: "Critical"}[id]
}

// statusOf is where it stands. What became of a leak is in StatusDetail: the ends of OCSF are fewer than ours.
func statusOf(a notify.Alert) int {
	switch {
	case a.Closed:
		return statusResolved
	case a.Kind == notify.Sample || a.Kind == notify.Announce:
		return statusOther
	case a.Status != "" || activityOf(a) == activityUpdate:
		return statusInProgress
	}
	return statusNew
}

func statusName(id int) string {
	return map[int]string{statusNew: "New", statusInProgress: "In Progress", statusResolved: "Resolved", statusOther: "Notice"}[id]
}

// millis is a moment as OCSF has it, 0 when it is not known.
func millis(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMilli()
}
