package zoom

import (
	"context"
	"errors"
	"slices"
)

// scopes are what the app needs, each in the ways in which Zoom has written it: granular, and as it was before 2024.
func scopes() [][2]string {
	return [][2]string{
		{"meeting:read:meeting:admin", "meeting:read:admin"},
		{"webinar:read:webinar:admin", "webinar:read:admin"},
		{"user:read:user:admin", "user:read:admin"},
	}
}

// CheckToken asks for a token, as any question would, and says which scopes it lacks. Told is false when the answer does not say which
// it has. It asks about nobody. The error is an [*Error].
func (c *Client) CheckToken(ctx context.Context) (missing []string, told bool, err error) {
	got, err := c.newToken(ctx)
	if err != nil || len(got.scopes) == 0 {
		return nil, false, err
	}
	for _, scope := range scopes() {
		if !slices.Contains(got.scopes, scope[0]) && !slices.Contains(got.scopes, scope[1]) {
			missing = append(missing, scope[0])
		}
	}
	return missing, true, nil
}

// noMeeting has too few digits for a meeting's number, so that nobody is asked about.
const noMeeting = "1"

// CheckAPI asks for a meeting that there cannot be, and changes nothing: that Zoom says so is what is wanted. The error is an [*Error].
func (c *Client) CheckAPI(ctx context.Context) error {
	_, err := c.get(ctx, "/meetings/"+noMeeting)
	var e *Error
	if errors.As(err, &e) && (e.Class == Rejected || e.Class == Policy) {
		return nil // an answer of Zoom's to who may ask
	}
	return err
}
