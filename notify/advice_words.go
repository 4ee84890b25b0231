package notify

import "sync"

// phrases are all words of the advice in one language: whoever translates it translates this, and nothing else. Parts that are
// joined ("anew" and "sendEach") carry their own punctuation. "{invitees}" stands for those whom the meeting is for.
type phrases struct {
	exposes   map[string]string // by class
	groups    map[group]groupWords
	calls     map[string]group // what audiences are called, in lower case
	platforms map[string]steps // "" for any other

	sendEach, sendOnly, lockOnceIn, moveOn, moveIfTold, passcode, takeDown string
	roomAfter, resetKey, resetKeySoon, resetKeyAfter                       string
	closeForm, approveForm, cancelRegistration, onceEach                   string
	notLock, removeMembers                                                 string
}

// groupWords are the words for an audience: what to call those invited, and a line of its own.
type groupWords struct{ invitees, line string }

// steps are where the hands go on one platform. What is empty is as on any other.
type steps struct {
	lock     string // while it runs: lock, remove
	suspend  string // while it is disturbed
	lobbyNow string // within the hour, on a phone
	lobby    string // before that
	anew     string // a new link
	oneOff   string // a new link instead of a permanent room
	unshare  string // a recording
	revoke   string // an invitation
	unlocked bool   // it cannot be locked
}

// steps are those of a platform.
func (w *phrases) steps(platform string) steps {
	s, all := w.platforms[platform], w.platforms[""]
	for _, pair := range [...]struct{ own, all *string }{
		{&s.lock, &all.lock}, {&s.suspend, &all.suspend}, {&s.lobbyNow, &all.lobbyNow}, {&s.lobby, &all.lobby},
		{&s.anew, &all.anew}, {&s.oneOff, &all.oneOff}, {&s.unshare, &all.unshare}, {&s.revoke, &all.revoke},
	} {
		if *pair.own == "" {
			*pair.own = *pair.all
		}
	}
	return s
}

var english = sync.OnceValue(func() *phrases {
	return &phrases{
		exposes: map[string]string{
			classHost:         "whoever has the link controls the meeting",
			classJoin:         "anyone with the link gets in",
			classRoom:         "anyone with the link enters its room",
			classRegistrant:   "anyone with the link joins in a registrant's name",
			classRegistration: "its form gives a link to anyone who asks",
			classInvitation:   "anyone with the link joins the chat",
			classRecording:    "anyone with the link can watch it",
			classNumber:       "its number is known, and can be tried",
		},
		groups: map[group]groupWords{
			anybody: {"those invited", ""},
			school:  {"your pupils", "A name proves little: pupils who post links lend out theirs"},
			health:  {"your patients", "Turn on end-to-end encryption: what is said stays between you"},
			council: {"members", "Let the public watch by webinar or stream: only members need the link"},
			board:   {"the board", "Turn on end-to-end encryption: what is said stays in the board"},
		},
		calls: map[string]group{
			"school": school, "schools": school, "class": school, "classes": school, "pupil": school, "pupils": school,
			"student": school, "students": school, "lesson": school, "lessons": school, "course": school, "seminar": school,
			"health": health, "patient": health, "patients": health, "clinic": health, "therapy": health, "medical": health,
			"council": council, "councillors": council, "committee": council, "parliament": council, "hearing": council,
			"board": board, "directors": board, "executives": board, "shareholders": board, "trustees": board,
		},
		platforms: englishSteps(),

		sendEach:   "; send it to {invitees} only, each registered",
		sendOnly:   "; send it to {invitees} only",
		lockOnceIn: "; admit {invitees} only, then lock it",
		moveOn:     "If it goes on, end the meeting and go on under a new link, sent to {invitees} only",
		moveIfTold: "Move it to a new link if all can still be told",
		passcode:   "A new passcode alone helps little: those invited often post it again",
		takeDown:   "Have the posts taken down",

		roomAfter:     "Change the room's ID or name: the old link stays valid",
		resetKey:      "Reset the host key or host link first: whoever has it can take the meeting over",
		resetKeySoon:  "Reset the host key or host link now, before the meeting starts",
		resetKeyAfter: "Reset the host key or host link: whoever has it can take the meeting over",

		closeForm:          "Close the registration now, or answer that it is public on purpose",
		approveForm:        "Approve registrations by hand, or answer that it is public on purpose",
		cancelRegistration: "Cancel that registration, and send the registrant a new link",
		onceEach:           "Admit each registrant once only",

		notLock:       "Locking or moving the meeting does not help here",
		removeMembers: "Remove members who do not belong",
	}
})

// englishSteps are the steps of each platform, menus as vendors name them in November 2026.
func englishSteps() map[string]steps {
	return map[string]steps{
		"": {
			lock:     "Lock the meeting now, then remove those who do not belong",
			suspend:  "If it is disturbed, mute all and stop sharing",
			lobbyNow: "On your phone, turn on the waiting room",
			lobby:    "Turn on the waiting room",
			anew:     "Make a new meeting with a new link, delete the old one",
			oneOff:   "Hold it under a new one-time link, not in the permanent room",
			unshare:  "Unshare the recording, or share it with named people only",
			revoke:   "Revoke the invitation link, and make a new one for {invitees}",
		},
		"zoom": {
			lock:     "Phone: More, Host tools, Lock meeting; Participants, Remove. If it is disturbed: Host tools, Suspend participant activities",
			suspend:  "Host tools, Suspend participant activities stops video, sound and sharing of all",
			lobbyNow: "Phone: Meetings, Edit, turn on Waiting Room",
			lobby:    "Meetings, Edit, Security: tick Waiting Room, untick join anytime",
			anew:     "Schedule it anew with a generated ID, delete the old one",
			oneOff:   "Schedule it with a generated ID, not your Personal Meeting ID",
			unshare:  "Recordings, Share: turn sharing off, or to signed-in people only",
		},
		"teams": {
			lock:     "Phone: People, More, Lock the meeting; remove those who do not belong",
			suspend:  "Meeting options: nobody but organisers may present, use microphone or camera",
			lobbyNow: "Phone: the event's Meeting options, only organisers bypass the lobby",
			lobby:    "Meeting options: only organisers bypass the lobby, nobody by dial-in",
			anew:     "Cancel it and make a new event: editing keeps the old link",
			unshare:  "Open the recording, Share, Manage access: stop sharing the link",
		},
		"google-meet": {
			lock:     "Phone: Host controls, Meeting access Restricted; People, Remove those who do not belong",
			suspend:  "Host controls: turn off sharing, chat, microphones and cameras of all",
			lobbyNow: "Phone: open the event, Video call options, access Restricted",
			lobby:    "Calendar event, Video call options: access type Restricted",
			anew:     "In the event, remove Google Meet, save, then add it again",
			unshare:  "Open the recording in Drive, Share: General access, Restricted",
		},
		"webex": {
			lock:     "Phone: More, Lock meeting; Participants, Remove those who do not belong",
			lobbyNow: "Phone: start early and lock the meeting: others wait in the lobby",
			lobby:    "Edit, Security: lock after 0 minutes, unverified people wait in the lobby",
			anew:     "Schedule a new meeting, delete the old one",
			oneOff:   "Schedule a new meeting, not your Personal Room",
			unshare:  "Recordings, Share: take public access away",
		},
		"gotomeeting": {
			lock:     "Phone: People, lock the session; remove those who do not belong",
			lobbyNow: "Phone: start early and lock the session: others wait",
			lobby:    "Meetings, Edit, More options, Security: turn on the waiting room",
			anew:     "Make a new one-time meeting, delete the old one",
			oneOff:   "Make a one-time meeting, not the room you use again",
		},
		"skype-for-business": {
			lock:     "Skype Meeting Options: only you skip the lobby; remove those who do not belong",
			lobbyNow: "Outlook, Meeting Options: a new meeting space, only you skip the lobby",
			lobby:    "Outlook, Meeting Options: only you skip the lobby",
			anew:     "Outlook, Meeting Options: a new meeting space, then send it again",
		},
		"slack": {
			unlocked: true,
			lock:     "Remove outsiders from the channel, or leave to end the huddle",
			lobbyNow: "Hold the huddle in a private channel",
			lobby:    "Hold the huddle in a private channel",
			anew:     "Make a new private channel for it",
			revoke:   "Turn the invitation link off under Invite people; make a new one for {invitees}",
		},
		"mattermost": {
			unlocked: true,
			lock:     "Participants: Remove those who do not belong, or End call",
			lobbyNow: "Make the channel private",
			lobby:    "Make the channel private",
			anew:     "Make a new private channel for it",
			revoke:   "Team settings: make a new invitation link, for {invitees}",
		},
		"whatsapp": {
			unlocked: true,
			lock:     "Phone: hold a stranger's name, Remove and block; the call cannot be locked",
			lobbyNow: "Phone: make a new call link, the old call cannot be locked",
			lobby:    "Make a new call link: calls cannot be locked",
			anew:     "Make a new call link, end the old call",
			revoke:   "Phone: group info, Invite via link, Reset link; send the new one to {invitees}",
		},
		"jitsi": {
			lock:     "Phone: Security options, Enable lobby, Add password; Kick out those who do not belong",
			lobbyNow: "Phone: start early, Security options, Enable lobby",
			lobby:    "Start early, Security options: Enable lobby",
			anew:     "Take a new long random room name",
			oneOff:   "Take a new long random room name each time",
		},
		"whereby": {
			lock:     "Lock room in the host's menu; tap those who do not belong, Remove",
			lobbyNow: "Phone: lock the room: others knock",
			lobby:    "Dashboard, room settings: locked",
			anew:     "Make a new room, delete the old one",
			oneOff:   "Make a new room, delete the old one",
		},
		"bigbluebutton": {
			lock:     "Users, gear: Guest policy Ask moderator, Lock viewers; Remove those who do not belong",
			lobbyNow: "Room settings: moderator approves before joining",
			lobby:    "Room settings: an access code, moderator approves before joining",
			anew:     "Make a new room, delete the old one",
			oneOff:   "Make a new room, delete the old one",
		},
	}
}
