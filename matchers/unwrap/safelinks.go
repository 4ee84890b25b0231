package unwrap

// safeLinks reads Microsoft Defender's Safe Links in all their skins: mail in every region and in the government cloud,
// Office documents (/ap/<kind>-<id>/), the page Teams shows before a click, and the page of Outlook on the web. `data`
// names the recipient's mailbox and tenant; it, `sdata` and `reserved` are left behind.
func safeLinks() Wrapper {
	hosts := []string{
		"safelinks.protection.outlook.com", "safelinks.protection.office365.us", "safelinks.protection.outlook.de",
		"safelinks.o365.cn",
		"statics.teams.cdn.office.net", "staticsint.teams.cdn.office.net", "statics.teams.cdn.office365.us",
		"outlook.office.com", "outlook.office365.com", "outlook.office365.us", "outlook.live.com", "outlook.cloud.microsoft",
	}
	docs := "https://learn.microsoft.com/defender-office-365/safe-links-about; other skins seen in public pages"
	return on("safelinks", hosts, docs, func(a address) (Layer, bool) {
		if !a.under(hosts[:4]) && !a.at("/evergreen-assets/safelinks/", "/mail/safelink.html", "/safelink.html") {
			return Layer{}, false
		}
		return to(a.target([]string{"url"}, []string{"data", "sdata", "reserved", "locale", "dest", "pc", "wau", "si"})), true
	})
}
