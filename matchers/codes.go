package matchers

import "strings"

// What the platforms share whose ids are drawn at random: a code has an exact grammar, and a made-up one gives itself away.

// opaqueCode reads a random code of least to most characters at the start of a path's segment or a parameter. A code of one exact
// length of 16 or more may have text glued behind it; any other must end where its characters end.
func opaqueCode(segment string, ok func(byte) bool, least, most int) (string, error) {
	code := leading(segment, ok)
	if least == most && least >= 16 && len(code) > most {
		code = code[:most]
	}
	switch {
	case segment == "":
		return "", Incomplete
	case placeholderWord(segment) || inventedCode(code):
		return "", Placeholder
	case len(code) < least || len(code) > most:
		return "", Incomplete
	}
	return code, nil
}

// inventedCode reports whether a code that should be random runs along the alphabet or says in words what should stand there.
// Not for hexadecimal ids, in which short runs are common; see placeholderHex.
func inventedCode(code string) bool {
	return placeholderToken(code) || ascends(code, 4) || inCodeSample.within(lowerASCII(code))
}

// ascends reports whether n letters or digits stand in their order: "abcd", "1234".
func ascends(s string, n int) bool {
	run := 1
	for i := 1; i < len(s); i++ {
		if isAlnum(s[i]) && lowerByte(s[i]) == lowerByte(s[i-1])+1 {
			if run++; run >= n {
				return true
			}
		} else {
			run = 1
		}
	}
	return false
}

// mixed reports whether a short code looks drawn and not written: a digit in it, or small and capital letters with a capital
// behind the first place.
func mixed(code string) bool {
	small, capital := false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case isDigit(c):
			return true
		case 'a' <= c && c <= 'z':
			small = true
		case 'A' <= c && c <= 'Z' && i > 0:
			capital = true
		}
	}
	return small && capital
}

// hexCode reads n hexadecimal digits at the start of a segment.
func hexCode(segment string, n int) (string, error) {
	code := leading(segment, isHex)
	switch {
	case segment == "":
		return "", Incomplete
	case placeholderWord(segment) || len(code) > 0 && placeholderHex(code):
		return "", Placeholder
	case len(code) < n:
		return "", Incomplete
	}
	return code[:n], nil
}

// guidCode reads a guid at the start of a segment, lower case.
func guidCode(segment string) (string, error) {
	id, _ := cutGUID(segment)
	switch {
	case id != "" && placeholderGUID(id) || segment != "" && placeholderWord(segment):
		return "", Placeholder
	case id == "":
		return "", Incomplete
	}
	return id, nil
}

// dialNumber reads a number of least to twelve digits, hyphens between, where a room's name or a vendor's page may stand too: what
// has no digits is no meeting.
func dialNumber(segment string, least int) (string, error) {
	id := leadingNumber(strings.ReplaceAll(segment, "-", ""))
	switch {
	case id == "":
		return "", NotAMeeting
	case placeholderDigits(id):
		return "", Placeholder
	case len(id) < least || len(id) > 12:
		return "", Incomplete
	}
	return id, nil
}

// numberCode reads a number of least to most digits, separated or not.
func numberCode(segment string, least, most int) (string, error) {
	number := leadingNumber(without(segment, "- "))
	switch {
	case segment == "":
		return "", Incomplete
	case placeholderWord(segment) || number != "" && placeholderDigits(number) || crossedOut(segment):
		return "", Placeholder
	case len(number) < least || len(number) > most:
		return "", Incomplete
	}
	return number, nil
}

// crossedOut: asterisks or dots stand for what a careful writer left out.
func crossedOut(value string) bool {
	return strings.Contains(value, "**") || strings.Contains(value, "••")
}

// dashedCode reads a code of three, four and three letters, lower case, as several services beside Google Meet use it.
func dashedCode(segment string) (string, error) {
	l, err := meetCode(segment, Link{})
	return l.ID, err
}

// vendorRoom reads a room that people name, on a host that also serves the vendor's pages.
func vendorRoom(u *URL, segment string) (string, error) {
	if isSitePage(segment) {
		return "", NotAMeeting
	}
	return namedRoom(u, segment)
}

// sharedRoom reads a room that people name, on a server that everybody shares.
func sharedRoom(u *URL, segment string) (string, error) {
	room, err := namedRoom(u, segment)
	if err == nil && genericRoom(room) && !u.believes(room) {
		return "", Placeholder
	}
	return room, err
}

// namedRoom reads a room that people name: letters of any script, digits, and the marks that need no escape in a path.
func namedRoom(u *URL, segment string) (string, error) {
	room, err := roomName(u, segment)
	if err == nil && (len(room) < 2 || isSiteFile(room) || !all(room, isRoomByte)) {
		return "", Incomplete
	}
	return room, err
}

func isRoomByte(c byte) bool { return isB64u(c) || c == '.' || c == '~' || c == ' ' || c >= 0x80 }

// sampleOrg reports whether the label of an account's host is one that documentation uses.
func sampleOrg(label string) bool {
	return label != "" && (orgSample.is(label) || placeholderWord(label) || strings.HasPrefix(label, "your") || strings.HasPrefix(label, "example"))
}

// without is s without the ASCII characters of marks.
func without(s, marks string) string {
	if !strings.ContainsAny(s, marks) {
		return s
	}
	kept := make([]byte, 0, len(s))
	for i := range len(s) {
		if strings.IndexByte(marks, s[i]) < 0 {
			kept = append(kept, s[i])
		}
	}
	return string(kept)
}
