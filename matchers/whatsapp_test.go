package matchers

import "testing"

func TestWhatsApp(t *testing.T) {
	call := Link{Kind: Meeting, Class: JoinWithSecret, Space: "call", ID: "q7Rm2xVd9Kp4ZtLw8Ys3Bn"}
	group := Link{Kind: GroupInvite, Class: ChatInvite, ID: "Hq7Rm2xVd9Kp4ZtLw8Ys3B"}
	runPlatform(t, whatsapp(), []hit{
		{`this.whatsapp = ["https://call.whatsapp.com/voice/q7Rm2xVd9Kp4ZtLw8Ys3Bn"];`, call},
		{`link=https%3A%2F%2Fcall.whatsapp.com%2Fvideo%2Fq7Rm2xVd9Kp4ZtLw8Ys3Bn`, call},
		{"join official group\n> chat.whatsapp.com/Hq7Rm2xVd9Kp4ZtLw8Ys3B\n\n*Webpage:*", group},
		{"\"https://chat.whatsapp.com/invite/Hq7Rm2xVd9Kp4ZtLw8Ys3B?mode=ac_t\"", group},
		{"glued https://chat.whatsapp.com/Hq7Rm2xVd9Kp4ZtLw8Ys3Brn", group},
		{"whatsapp://chat/?code=Hq7Rm2xVd9Kp4ZtLw8Ys3B", group},
		{"whatsapp://chat?code=Hq7Rm2xVd9Kp4ZtLw8Ys3B", group},
		{`get("https://web.whatsapp.com/accept?code=Hq7Rm2xVd9Kp4ZtLw8Ys3B")`, group},
		{"https:\\/\\/web.whatsapp.com\\/accept\\/?code=Hq7Rm2xVd9Kp4ZtLw8Ys3B&utm_campaign=wa_chat_v2", group},
	}, []string{
		"https://chat.whatsapp.com/your-group-invite-link", "https://chat.whatsapp.com/YourGroupInviteLinkHere", "https://chat.whatsapp.com/SampleGroupInviteTokens", "https://chat.whatsapp.com/invite",
		"https://chat.whatsapp.com/ABCDEFGHIJKLMNOPQRSTUV", "https://chat.whatsapp.com/xxxxxxxxxxxxxxxxxxxxxx", "https://chat.whatsapp.com/${inviteLink}\\nWelcome", "https://chat.whatsapp.com/ABC123", "https://chat.whatsapp.com/invite/acmegardenpartyandmusic",
		"https://call.whatsapp.com/video/", "https://call.whatsapp.com/video/bailorg", "https://call.whatsapp.com/v/example123", "https://call.whatsapp.com/video/q7Rm2xVd9Kp4ZtLw8Ys3BnHc6TgJ1f", "https://call.whatsapp.com/voice/447362915048",
		"https://wa.me/447362915048", "https://api.whatsapp.com/send?phone=447362915048", "https://whatsapp.com/channel/0q7Rm2xVd9Kp4ZtLw8Ys3Bn", "whatsapp://send?text=Hi",
		"https://web.whatsapp.com/", "https://web.whatsapp.com/send?phone=447362915048", "https://web.whatsapp.com/accept?code=${invite}", "https://web.whatsapp.com/accept?code=TeamInvite123",
		"https://web.whatsapp.com/?code=Hq7Rm2xVd9Kp4ZtLw8Ys3B",
		"https://chat.whatsapp.com/EnlaceParaVecinosAcmeDelNorte", "https://chat.whatsapp.com/GrupoAmigosGlobexNorte",
		"/chat\\.whatsapp\\.com\\/([0-9A-Za-z]{20,24})/i",
	})
}
