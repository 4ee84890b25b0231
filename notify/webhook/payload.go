package webhook

import (
	"encoding/json"
	"time"

	"meetleaks/notify"
)

// Schema names the version of the body.
const Schema = "meetleaks.alert.v1"

// The types of events.
const (
	TypeAlert  = "meeting.risk_alert"
	TypeUpdate = "meeting.risk_alert.updated"
	TypeDigest = "meeting.risk_alert.digest"
	TypeFault  = "meetleaks.fault" // the service itself is at fault; there is no meeting
)

// Event is the body of a request: Type and Timestamp as Standard Webhooks has them, Event, EventTS and Payload as Zoom has.
type Event struct {
	Schema    string    `json:"schema"`
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // when it happened, UTC
	Event     string    `json:"event"`     // Type once more
	EventTS   int64     `json:"event_ts"`  // Timestamp in milliseconds
	Payload   Payload   `json:"payload"`
}

// Payload is what happened.
type Payload struct {
	AccountID string `json:"account_id,omitempty"` // the organisation's name
	Object    Object `json:"object,omitzero"`      // the meeting; not in a digest
	Alert     Alert  `json:"alert"`
}

// Object is the meeting, with the names of Zoom's fields. Its id is masked.
type Object struct {
	ID        string  `json:"id,omitempty"`
	Topic     string  `json:"topic,omitempty"`
	StartTime string  `json:"start_time,omitempty"` // UTC
	Timezone  string  `json:"timezone,omitempty"`
	Details   Details `json:"armn_details,omitzero"`
}

// Details is where the link was seen first, with the names of Zoom's fields less the poster and the links.
type Details struct {
	PostPlatform string `json:"post_platform,omitempty"` // kind of source
	PostTime     string `json:"post_time,omitempty"`     // when it was seen, UTC
}

// Alert is what Zoom has no field for.
type Alert struct {
	Delivery   string   `json:"delivery"`
	Updates    string   `json:"updates,omitempty"` // the delivery that an update changes
	Leak       string   `json:"leak,omitempty"`
	Kind       string   `json:"kind"`
	Platform   string   `json:"platform,omitempty"`
	Service    string   `json:"service,omitempty"`
	Class      string   `json:"class,omitempty"`
	Exposes    string   `json:"exposes,omitempty"`
	Urgency    string   `json:"urgency,omitempty"`
	Status     string   `json:"status,omitempty"`
	Audience   string   `json:"audience,omitempty"`
	Reason     string   `json:"reason,omitempty"`
	Advice     []string `json:"advice,omitempty"`
	Places     []string `json:"places,omitempty"`
	MorePlaces int      `json:"more_places,omitempty"`
	Sightings  int      `json:"sightings,omitempty"`
	Reach      int64    `json:"reach,omitempty"`
	Items      []Item   `json:"items,omitempty"`
	MoreItems  int      `json:"more_items,omitempty"`
}

// Item is one leak of a digest.
type Item struct {
	Leak      string `json:"leak,omitempty"`
	Service   string `json:"service,omitempty"`
	ID        string `json:"id,omitempty"`
	Topic     string `json:"topic,omitempty"`
	StartTime string `json:"start_time,omitempty"`
	Status    string `json:"status,omitempty"`
}

// payload encodes a cleaned alert. First is the delivery that an update changes.
func payload(a notify.Alert, first string, now time.Time) ([]byte, error) {
	at := now
	if a.Kind == notify.New && !a.FoundAt.IsZero() {
		at = a.FoundAt
	}
	e := Event{
		Schema: Schema, Type: eventType(a), Timestamp: at.UTC().Truncate(time.Millisecond),
		Payload: Payload{AccountID: a.Organisation, Object: object(a), Alert: alert(a)},
	}
	e.Event, e.EventTS = e.Type, e.Timestamp.UnixMilli()
	if first != a.Delivery {
		e.Payload.Alert.Updates = first
	}
	return json.Marshal(e)
}

func eventType(a notify.Alert) string {
	switch {
	case a.Kind == notify.Update:
		return TypeUpdate
	case len(a.Items) > 0:
		return TypeDigest
	case a.Kind == notify.Fault:
		return TypeFault
	}
	return TypeAlert
}

func object(a notify.Alert) Object {
	if a.Leak == "" {
		return Object{}
	}
	o := Object{ID: a.MaskedID, Topic: a.Topic, StartTime: moment(a.Starts)}
	if zone := a.Starts.Location().String(); !a.Starts.IsZero() && zone != "Local" {
		o.Timezone = zone
	}
	o.Details = Details{PostPlatform: a.FoundOn, PostTime: moment(a.FoundAt)}
	return o
}

func alert(a notify.Alert) Alert {
	out := Alert{
		Delivery: a.Delivery, Leak: a.Leak, Kind: string(a.Kind), Platform: a.Platform, Service: a.Service, Class: a.Class,
		Exposes: a.Exposes, Urgency: string(a.Urgency), Status: a.Status, Audience: a.Audience, Reason: a.Reason, Advice: a.Advice,
		Places: a.Places, MorePlaces: a.MorePlaces, Sightings: a.Sightings, Reach: a.Reach, MoreItems: a.MoreItems,
	}
	for _, item := range a.Items {
		out.Items = append(out.Items, Item{item.Leak, item.Service, item.MaskedID, item.Topic, moment(item.Starts), item.Status})
	}
	return out
}

// moment writes a time as Zoom does, in UTC to the second; "" when it is not known.
func moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format("2006-01-02T15:04:05Z")
}
