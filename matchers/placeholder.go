package matchers

import "strings"

// placeholderDigits reports whether a number is one that people write in samples: one digit repeated, a run up or down,
// a run followed by anything, groups of one digit, a repeated group, or a vendor's own sample.
func placeholderDigits(s string) bool {
	if s == "" {
		return true
	}
	switch s {
	case "5551112222", "5551234567", "8005551212": // Zoom's help pages; telephone samples
		return true
	}
	if strings.HasPrefix(s, "123456789") || strings.HasPrefix(s, "0123456789") || strings.HasPrefix(s, "01234567") {
		return true
	}
	return isRun(s, 1) || isRun(s, 9) || isGrouped(s) || isPeriodic(s)
}

// isRun reports whether every digit is its predecessor plus step, modulo ten.
func isRun(s string, step byte) bool {
	for i := 1; i < len(s); i++ {
		if (s[i-1]-'0'+step)%10 != s[i]-'0' {
			return false
		}
	}
	return true
}

// isGrouped: stretches of one digit, none shorter than two, at least one of three: 111222333, 1112223333, 99999999999.
func isGrouped(s string) bool {
	long := false
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] == s[i] {
			j++
		}
		if j-i < 2 {
			return false
		}
		long = long || j-i >= 3
		i = j
	}
	return long
}

// isPeriodic: a group of at most four digits repeated: 123123123, 12341234123, 1010101010.
func isPeriodic(s string) bool {
	for p := 1; p <= 4 && p*2 < len(s); p++ {
		same := true
		for i := p; i < len(s) && same; i++ {
			same = s[i] == s[i-p]
		}
		if same {
			return true
		}
	}
	return false
}

// placeholderWord reports whether a path segment or label is a stand-in such as "your-room", "example" or "xxxx".
func placeholderWord(s string) bool {
	s = strings.ToLower(s)
	if s == "" || strings.ContainsAny(s, "<>{}[]$…") || strings.Contains(s, "...") || strings.Contains(s, "%s") || strings.Contains(s, "%d") {
		return true
	}
	switch s {
	case "example", "examples", "sample", "placeholder", "undefined", "null", "none", "nil", "todo", "tbd", "token",
		"company", "companyname", "company-name", "your-company", "yourcompany", "yourorg", "your-org", "mycompany", "my-company",
		"yourdomain", "your-domain", "mydomain", "organization", "organisation", "yourteam", "your-team",
		"roomname", "room-name", "room_name", "room", "roomid", "room-id", "room_id", "meetingid", "meeting-id", "meeting_id",
		"username", "user-name", "user_name", "your-name", "yourname", "your_name", "invite-code", "invitecode", "invite_code", "code", "id",
		"yourroom", "your-room", "your_room", "myroom", "my-room", "my_room", "abc", "abcd", "abcdef", "abc123", "foo", "bar", "foobar",
		"link", "your-link", "yourlink", "insert-link", "somelink", "changeme", "fake", "dummy", "invalid", "lorem", "ipsum":
		return true
	}
	if strings.HasPrefix(s, "your") || strings.HasPrefix(s, "insert") || strings.HasPrefix(s, "example-") || strings.HasSuffix(s, "-example") {
		return !strings.HasPrefix(s, "yourk") // Yourk… is a name
	}
	return len(s) >= 3 && strings.Trim(s, "x-_. ") == ""
}

// placeholderToken reports whether an opaque token (base64url, hexadecimal, a code) was made up: too few different
// characters, a run through the alphabet, or a telling word inside.
func placeholderToken(s string) bool {
	lower := strings.ToLower(s)
	for _, word := range []string{"example", "placeholder", "your_", "your-", "yourtoken", "xxxx", "abcdef", "123456789", "0123456", "qwerty", "....", "…"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return len(s) >= 6 && distinct(s) <= 2
}

func distinct(s string) int {
	var seen [256]bool
	n := 0
	for i := 0; i < len(s); i++ {
		if !seen[s[i]] {
			seen[s[i]] = true
			n++
		}
	}
	return n
}
