package fakezoom

import (
	"fmt"
	"strconv"
	"time"
)

// User is somebody of the account. PMI is the number of their personal room, Vanity the name of its link; 0 and "" for none.
type User struct {
	ID, Email string
	PMI       int64
	Vanity    string
}

// Meeting is a meeting, a personal room or a webinar. Type is Zoom's: 2 once, 3 again and again without a time, 4 a personal room, 8
// again and again; of webinars 5, 6 and 9.
type Meeting struct {
	Number   int64
	HostID   string // of a user
	Host     string // their address
	Topic    string
	Type     int
	Start    time.Time // zero: none
	Duration int       // minutes
	Passcode string    // "" for none
	Running  bool
	Webinar  bool
	// Starts are the instances of what takes place again and again.
	Starts   []time.Time
	Settings Settings
}

// Settings are those that decide who gets in. Approval is Zoom's: 0 by itself, 1 by the host, 2 no registration.
type Settings struct {
	WaitingRoom      bool
	Approval         int
	SignIn           bool
	Domains          string
	JoinBeforeHost   bool
	AlternativeHosts string
}

// AddUser adds or replaces somebody.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.users) < maxObjects {
		s.users[u.ID] = u
	}
}

// RemoveUser takes somebody out of the account. Their meetings go with them.
func (s *Server) RemoveUser(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.users, id)
	for number, m := range s.meetings {
		if m.HostID == id {
			delete(s.meetings, number)
		}
	}
}

// AddMeeting adds or replaces a meeting.
func (s *Server) AddMeeting(m Meeting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.meetings) < maxObjects {
		s.meetings[m.Number] = m
	}
}

// Change lets somebody change a meeting, and says whether there is one of that number.
func (s *Server) Change(number int64, change func(*Meeting)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.meetings[number]
	if ok {
		change(&m)
		s.meetings[number] = m
	}
	return ok
}

// Delete takes a meeting away.
func (s *Server) Delete(number int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.meetings, number)
}

const stamp = "2006-01-02T15:04:05Z"

// object is a meeting as Zoom writes it, as far as a reader may want it.
func (m Meeting) object(textIDs bool, now time.Time) map[string]any {
	status := "waiting"
	if m.Running {
		status = "started"
	}
	id := any(m.Number)
	if textIDs {
		id = strconv.FormatInt(m.Number, 10)
	}
	out := map[string]any{
		"uuid": "aB3+" + random(6) + "==", "id": id, "host_id": m.HostID, "host_email": m.Host, "assistant_id": "", "topic": m.Topic,
		"type": m.Type, "status": status, "duration": m.Duration, "timezone": "UTC", "agenda": "",
		"created_at": now.Add(-24 * time.Hour).UTC().Format(stamp),
		"start_url":  fmt.Sprintf("https://zoom.example/s/%d?zak=%s", m.Number, random(12)),
		"join_url":   fmt.Sprintf("https://zoom.example/j/%d", m.Number), "creation_source": "web_portal", "settings": m.settings(),
	}
	if m.Passcode != "" {
		out["password"], out["encrypted_password"], out["h323_password"] = m.Passcode, random(12), m.Passcode
	}
	if !m.Start.IsZero() {
		out["start_time"] = m.Start.UTC().Format(stamp)
	}
	if len(m.Starts) > 0 {
		delete(out, "start_time")
		var list []map[string]any
		for _, at := range m.Starts {
			list = append(list, map[string]any{
				"occurrence_id": strconv.FormatInt(at.UnixMilli(), 10), "start_time": at.UTC().Format(stamp), "duration": m.Duration, "status": "available",
			})
		}
		out["occurrences"] = list
		out["recurrence"] = map[string]any{"type": 2, "repeat_interval": 1, "weekly_days": "3", "end_times": len(list)}
	}
	return out
}

func (m Meeting) settings() map[string]any {
	s := m.Settings
	out := map[string]any{
		"approval_type": s.Approval, "meeting_authentication": s.SignIn, "alternative_hosts": s.AlternativeHosts,
		"registration_type": 1, "audio": "both", "auto_recording": "none", "host_video": false,
	}
	if s.Domains != "" {
		out["authentication_domains"], out["authentication_option"], out["authentication_name"] = s.Domains, "signIn_"+random(8), "Our people"
	}
	if m.Webinar {
		return out
	}
	out["waiting_room"], out["join_before_host"], out["jbh_time"] = s.WaitingRoom, s.JoinBeforeHost && !s.WaitingRoom, 0
	out["use_pmi"], out["encryption_type"] = m.Type == 4, "enhanced_encryption"
	return out
}

func (u User) object(account string) map[string]any {
	out := map[string]any{
		"id": u.ID, "email": u.Email, "type": 2, "status": "active", "account_id": account, "pmi": u.PMI, "use_pmi": false,
		"personal_meeting_url": fmt.Sprintf("https://zoom.example/j/%d?pwd=%s", u.PMI, random(8)),
	}
	if u.Vanity != "" {
		out["vanity_url"] = "https://zoom.example/my/" + u.Vanity + "?pwd=" + random(8)
	}
	return out
}
