package slack

import (
	"net/url"

	"github.com/slack-go/slack"

	"meetleaks/notify"
)

// InteractionsPath is where [Answers.HTTP] is served.
const InteractionsPath = "/slack/interactions"

// Scope is something that the app may do in a workspace, and why it has to.
type Scope struct{ Name, Why string }

// Scopes are what the bot's token needs: no more than what this package calls.
func Scopes() []Scope {
	return []Scope{
		{"chat:write", "tell hosts and the fallback channel, and change what was told"},
		{"im:write", "open the direct conversation with a host"},
		{"users:read", "tell full members from guests, bots and strangers"},
		{"users:read.email", "find the host by the address in the list of hosts"},
	}
}

// ManifestOptions say how answers come back.
type ManifestOptions struct {
	// PublicURL is the address of the service as Slack reaches it, https. "": Socket Mode, for which the service needs no address.
	PublicURL string
}

// Manifest is the description of the app, as it is pasted at https://api.slack.com/apps. The error is of class Config: the address
// is none that Slack could reach.
func Manifest(o ManifestOptions) (slack.Manifest, error) {
	request := ""
	if o.PublicURL != "" {
		u, err := url.Parse(o.PublicURL)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || notify.IsPrivate(u) {
			return slack.Manifest{}, &notify.Error{Class: notify.Config, Reason: "bad-address"}
		}
		request = u.JoinPath(InteractionsPath).String()
	}
	var bot []string
	for _, scope := range Scopes() {
		bot = append(bot, scope.Name)
	}
	return slack.Manifest{
		Metadata: slack.ManifestMetadata{MajorVersion: 1, MinorVersion: 1},
		Display: slack.Display{
			Name: "Meeting leaks", Description: "Tells hosts when a link to their meeting stands in public", BackgroundColor: "#2c2d30",
		},
		Features: slack.Features{
			AppHome: slack.AppHome{HomeTabEnabled: true, MessagesTabEnabled: true, MessagesTabReadOnlyEnabled: true},
			BotUser: slack.BotUser{DisplayName: "meetleaks", AlwaysOnline: true},
		},
		OAuthConfig: slack.OAuthConfig{Scopes: slack.OAuthScopes{Bot: bot}},
		Settings: slack.Settings{
			EventSubscriptions: &slack.EventSubscriptions{RequestUrl: request, BotEvents: []string{"app_home_opened"}},
			Interactivity:      &slack.Interactivity{IsEnabled: true, RequestUrl: request},
			OrgDeployEnabled:   true,
			SocketModeEnabled:  request == "",
		},
	}, nil
}
