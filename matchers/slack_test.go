package matchers

import "testing"

func TestSlack(t *testing.T) {
	invite := Link{Kind: WorkspaceInvite, Class: ChatInvite, Space: "invite"}
	withOrg := func(l Link, id, org string) Link { l.ID, l.Org = id, org; return l }
	zt := withOrg(invite, "zt-4kq7w2m9b-Xp3vRz8LtQn5YcWd7HsJ2g", "acmeusers")
	old := withOrg(invite, "enQtNzU2MDM4MTk0NzUyLTkxYjQ3ZmM2ZDhhMzBlNWM3MTJmODRi", "globex")
	huddle := Link{Kind: Meeting, Class: ChatInvite, Space: "huddle", ID: "T8QK2WN4Z/C7RM5XJ9P2D", Org: "T8QK2WN4Z"}
	runPlatform(t, slack(), []hit{
		// invitations in READMEs
		{"[Slack](https://join.slack.com/t/acmeusers/shared_invite/zt-4kq7w2m9b-Xp3vRz8LtQn5YcWd7HsJ2g).", zt},
		{"https://acmeusers.slack.com/join/shared_invite/zt-4kq7w2m9b-Xp3vRz8LtQn5YcWd7HsJ2g#/shared-invite/email", zt},
		{"[Slack](https://acmeusers.slack.com/shared_invite/zt-4kq7w2m9b-Xp3vRz8LtQn5YcWd7HsJ2g#/).", zt},
		{`{"url":"https:\/\/join.slack.com\/t\/AcmeUsers\/shared_invite\/zt-4kq7w2m9b-Xp3vRz8LtQn5YcWd7HsJ2g\n"}`, zt},
		{"text glued: join.slack.com/t/acmeusers/shared_invite/zt-4kq7w2m9b-Xp3vRz8LtQn5YcWd7HsJ2grn", zt},
		{"with a tilde: https://join.slack.com/t/acmeusers/shared_invite/zt-4kq7w2m9b-Xp3v~z8LtQn5YcW~7HsJ2g", withOrg(invite, "zt-4kq7w2m9b-Xp3v~z8LtQn5YcW~7HsJ2g", "acmeusers")},
		// tokens until 2020
		{"<a href='https://join.slack.com/t/globex/shared_invite/enQtNzU2MDM4MTk0NzUyLTkxYjQ3ZmM2ZDhhMzBlNWM3MTJmODRi'>", old},
		// Slack Connect names no workspace
		{"https://join.slack.com/share/enQtNzU2MDM4MTk0NzUyLTkxYjQ3ZmM2ZDhhMzBlNWM3MTJmODRi", withOrg(invite, "enQtNzU2MDM4MTk0NzUyLTkxYjQ3ZmM2ZDhhMzBlNWM3MTJmODRi", "")},
		// sent by mail: who was invited and a secret stand before the token
		{"[Slack](https://join.slack.com/share/I04K7QW2NZ8/8pRv3LtQnYcWd7HsJ2gXk5Mz/zt-4kq7w2m9b-Xp3vRz8LtQn5YcWd7HsJ2g)", withOrg(invite, "zt-4kq7w2m9b-Xp3vRz8LtQn5YcWd7HsJ2g", "")},
		// tokens of 2017
		{"<a href=\"https://globex.slack.com/shared_invite/MTc0OTM4MjA2NTE3LTE0OTMwMjg0NTYtOWQ3YjQwZTVhMg\">", withOrg(invite, "MTc0OTM4MjA2NTE3LTE0OTMwMjg0NTYtOWQ3YjQwZTVhMg", "globex")},
		// huddles behind badges, older calls in exports
		{`<a href="https://app.slack.com/huddle/T8QK2WN4Z/C7RM5XJ9P2D">`, huddle},
		{`"permalink": "https://hooli.slack.com/call/R4NB7QZ2KXW",`, Link{Kind: Meeting, Class: ChatInvite, Space: "call", ID: "R4NB7QZ2KXW", Org: "hooli"}},
		{"goto('https://hooli.slack.com/call/Nesho-R4NB7QZ2K')", Link{Kind: Meeting, Class: ChatInvite, Space: "call", ID: "R4NB7QZ2K", Org: "hooli"}},
	}, []string{
		"https://workspace.slack.com/shared_invite/zt-abc",
		"https://join.slack.com/t/acmeusers/shared_invite/your-invite-link",
		"https://join.slack.com/t/your-workspace/shared_invite/zt-4kq7w2m9b-Xp3vRz8LtQn5YcWd7HsJ2g",
		`placeholder="https://join.slack.com/t/.../zt-xxxx"`,
		"https://join.slack.com/t/acmeusers/shared_invite/zt-4kq7w2m9b-Xp3vRz8",
		"https://app.slack.com/huddle/T123/C456", "https://app.slack.com/huddle/T0123456789/C0123456789", "https://app.slack.com/huddle/acmecommunity/",
		"https://app.slack.com/client/T8QK2WN4Z/C7RM5XJ9P2D", "https://hooli.slack.com/archives/C7RM5XJ9P2D/p1618230045000100",
		"https://globex.slack.com/shared_invite/MY-COMPANY-INVITATION-TO-THE-WORKSPACE", "https://globex.slack.com/shared_invite/MEMBERS-AND-GUESTS-OF-THE-WORKSHOP-2017", "https://join.slack.com/share/DRY-RUN",
		"https://hooli.slack.com/call/123", "https://hooks.slack.com/services/T8QK2WN4Z/B7RM5XJ9P2D/k3j", "https://slack.com/intl/en-gb/help", "SLACK: '*://*.slack.com/call/*'",
	})
}
