package matchers

import "strings"

// feishu knows the meetings of Feishu and of its international brand Lark, and their minutes, which are recordings. The two clouds number apart.
//
// Documented: a meeting's number has nine digits (open.feishu.cn, video conferencing). Seen in public pages: hosts of a region (vc-sg, vc-jp), and
// /minutes/ob…, also /minutes/embed/ob…, on the tenant's host.
func feishu() Platform {
	return Platform{
		Name:  "feishu",
		Title: "Feishu / Lark",
		Hosts: []string{"feishu.cn/j/", "larksuite.com/j/", "feishu.cn/minutes/", "larksuite.com/minutes/"},
		Docs:  "https://open.feishu.cn/document/server-docs/vc-v1/meeting/meeting-overview",
		Parse: parseFeishu,
		Whose: customerLabel,
		Forms: []Form{
			{"vc.feishu.cn/j/<9 digits>, vc[-<region>].larksuite.com/j/<9 digits>", Meeting, JoinWithSecret},
			{"<tenant>.feishu.cn/minutes/ob<22>, <tenant>[.<region>].larksuite.com/minutes/ob<22>", Recording, PastContent},
		},
	}
}

func parseFeishu(u *URL) (Link, error) {
	realm := "cn"
	if strings.HasSuffix(u.Base, "larksuite.com") {
		realm = "global"
	}
	switch u.Seg(0) {
	case "j":
		if label := u.Label(); label != "vc" && !strings.HasPrefix(label, "vc-") {
			return Link{}, NotAMeeting
		}
		id, err := numberCode(u.Seg(1), 9, 9)
		switch {
		case err != nil:
			return Link{}, err
		case id == "337736498": // the sample of the vendor's interface description
			return Link{}, Placeholder
		}
		return Link{Kind: Meeting, Class: JoinWithSecret, Realm: realm, ID: id, Host: u.Host, Path: "/j/{id}"}, nil
	case "minutes":
		return feishuMinutes(u, realm)
	}
	return Link{}, NotAMeeting
}

func feishuMinutes(u *URL, realm string) (Link, error) {
	segment := u.Seg(1)
	if segment == "embed" {
		segment = u.Seg(2)
	}
	id, err := opaqueCode(segment, isAlnum, 24, 24)
	switch {
	case err != nil:
		return Link{}, err
	case !strings.HasPrefix(id, "ob") || u.Label() == "":
		return Link{}, Incomplete
	}
	tenant, _, _ := strings.Cut(u.Sub(), ".") // a region may stand behind it
	if sampleOrg(tenant) {
		return Link{}, Placeholder
	}
	return Link{Kind: Recording, Class: PastContent, Realm: realm, Space: "minutes", ID: id, Org: tenant, Host: u.Host, Path: "/minutes/{id}"}, nil
}
