package slack

import (
	"context"

	"github.com/slack-go/slack"

	"meetleaks/notify"
)

// CheckSocket asks whether Socket Mode would be given a connection with this app-level token, "xapp-…". None is made: what Slack hands
// out is the address of one, which is good for a short while and is thrown away.
func (c *Channel) CheckSocket(ctx context.Context, app notify.Secret) error {
	token, err := app.Open()
	if err != nil {
		return err
	}
	if !validToken(token) {
		return &notify.Error{Class: notify.Config, Reason: "bad-token"}
	}
	if stopped := notify.Stopped(ctx); stopped != nil {
		return stopped
	}
	api := slack.New("", slack.OptionHTTPClient(c.client), slack.OptionAPIURL(c.base), slack.OptionAppLevelToken(token))
	if _, _, err := api.StartSocketModeContext(withMethod(ctx, methodConnect)); err != nil {
		return c.failure(ctx, err)
	}
	return nil
}
