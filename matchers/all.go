package matchers

// All lists every platform, in alphabetical order of their names. To add one, add its line here; a test says what else it
// needs.
func All() []Platform {
	return []Platform{
		eightByEight(),
		bigbluebutton(),
		bluejeans(),
		chime(),
		dialpad(),
		discord(),
		googleDuo(),
		googleHangouts(),
		googleMeet(),
		gotomeeting(),
		houseparty(),
		jitsi(),
		lifesize(),
		mattermost(),
		ringcentral(),
		skype(),
		skypeForBusiness(),
		slack(),
		starleaf(),
		teams(),
		telegram(),
		webex(),
		whatsapp(),
		whereby(),
		zoho(),
		zoom(),
	}
}
