package matchers

import (
	"html"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// TestLabels reads a number behind every label of the table, in every spelling, and sees that the sweep would find it.
func TestLabels(t *testing.T) {
	literals := labelLiterals()
	for _, label := range idLabels() {
		for _, spelled := range []string{label.text, strings.ToUpper(label.text), strings.ToLower(label.text), latinNFD(label.text),
			lowerEscapes(escaped(label.text)), strings.ReplaceAll(label.text, "'", "’")} {
			text := []byte(spelled + ": 849 302 751")
			switch label.row {
			case rowVideo:
				text = []byte(spelled + ": 849 302 751 6")
			case rowZoom:
				text = []byte(spelled + ": 849 3027 5116")
			case rowPIN:
				text = []byte(spelled + ": 8493 02 7516")
			}
			n, ok := readLabel(text, 0, 5)
			if !ok || n.idLabel != label.row || n.start != len(spelled)+2 {
				t.Errorf("%q: read %+v, %v, want row %s", text, n, ok, label.row)
			}
			if !slices.ContainsFunc(literals, func(l string) bool { return hasPrefixFold(text, l) }) {
				t.Errorf("%q: no literal of the sweep begins here", text)
			}
		}
	}
}

// latinNFD decomposes Latin letters: what PDF and macOS write.
func latinNFD(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r >= 0x2000 }) {
		return s
	}
	return norm.NFD.String(s)
}

// lowerEscapes is what JSON encoders write.
func lowerEscapes(s string) string { return strings.ReplaceAll(s, `\U`, `\u`) }

func TestLabelLiterals(t *testing.T) {
	literals := labelLiterals()
	for i, l := range literals {
		if len(l) < minLiteral || l != lowerASCII(l) || i > 0 && l <= literals[i-1] {
			t.Errorf("literal %q: too short, not lower case, or out of order", l)
		}
	}
	if len(literals) > 500 {
		t.Errorf("%d literals: the sweep slows down", len(literals))
	}
}

// TestLanguages: the table covers the languages it promises, each with an id and a passcode.
func TestLanguages(t *testing.T) {
	if n := len(languages()); n < 14 {
		t.Errorf("%d languages", n)
	}
	for _, lang := range languages() {
		if lang.name == "" || len(lang.meeting) == 0 || len(lang.passcodes) == 0 {
			t.Errorf("%s: labels are missing", lang.name)
		}
	}
}

// TestInvitations reads one whole invitation without a link in each language.
func TestInvitations(t *testing.T) {
	zoomNumber := "zoom:commercial::84930275116 dial-in [passcode]"
	webexNumber := "webex::num:25634801927 dial-in [passcode]"
	for _, c := range []struct{ name, text, want string }{
		{"English", "Join Zoom Meeting\n\nMeeting ID: 849 3027 5116\nPasscode: 482913", zoomNumber},
		{"English, one line", "Zoom | Meeting ID: 849 3027 5116 | Passcode: 482913", zoomNumber},
		{"English, webinar", "Zoom\nWebinar ID: 849 3027 5116\nPasscode: 482913", zoomNumber},
		{"English, Markdown table", "| **Zoom Meeting ID** | 849 3027 5116 |\n| **Passcode** | `482913` |", zoomNumber},
		{"English, HTML table", "<h2>Zoom</h2><tr><td><strong>Meeting ID:</strong></td>\n<td>849&nbsp;3027&nbsp;5116</td></tr><tr><td>Passcode</td><td>482913</td></tr>", zoomNumber},
		{"English, JSON", `{"body": "Join Zoom Meeting\nMeeting ID: 849 3027 5116\nPasscode: 482913\n"}`, zoomNumber},
		{"English, JSON object", `{"service": "Zoom", "Meeting ID": "849 3027 5116", "Passcode": "482913"}`, zoomNumber},
		{"English, glued", "Join Zoom MeetingMeeting ID: 849 3027 5116Passcode: 482913", zoomNumber},
		{"English, Slack link", "Zoom meeting ID [849-3027-5116](tel:) passcode 482913", zoomNumber},
		{"English, in parentheses", "Mondays 10:00 PM on Zoom (ID: 849 3027 5116, passcode 482913)", zoomNumber},
		{"English, grouped by hand", "Zoom ID : 8493 027 5116\nZoom PW : 482913", zoomNumber},
		{"English, broken over a line", "Zoom Meeting ID: 849 <br />\n   3027 5116 Passcode: 482913", zoomNumber},
		{"English, over string literals", "\"Zoom meeting ID: 849\" +\n\t\" 3027 5116, passcode: 482913\"", zoomNumber},
		{"English, string literals", "\"Join Zoom\\nMeeting ID: \" +\n    \"849 3027 5116\\n\" +\n    \"Passcode: 482913\"", zoomNumber},
		{"English, each tag on a line", "<span>\n  Zoom ID:\n</span>\n<span className=\"bold\">\n  849 3027 5116\n</span>\n<b>\n  Passcode:\n</b>\n<i>\n  482913\n</i>", zoomNumber},
		{"English, dotted", "Join Zoom\nMeeting I.D. : 849 3027 5116 | Password: 482913", zoomNumber},
		{"English, a code", "<h3>Zoom Meeting</h3><p>Meeting code: 849 3027 5116</p><p>Password: 482913</p>", zoomNumber},
		{"English, what to key in", "For Zoom by phone: when asked for the meeting number, insert: 849 3027 5116\nWhen asked for the password, insert: Q7rk2m", zoomNumber},
		{"French", "Participer à la réunion Zoom\nID de réunion : 849 3027 5116\nCode secret : 482913", zoomNumber},
		{"French, number sign", "Réunion Zoom, N° de réunion : 849.3027.5116, mot de passe : 482913", zoomNumber},
		{"French, entities", "R&eacute;union Zoom<br>ID de r&eacute;union&nbsp;: 849 3027 5116<br>Mot de passe&nbsp;: 482913", zoomNumber},
		{"German", "Zoom-Meeting beitreten\nMeeting-ID: 849 3027 5116\nKenncode: 482913\nSchnelleinwahl mobil\n+4969555010,,84930275116#,,,,*482913#", zoomNumber},
		{"Spanish", "Unirse a la reunión de Zoom\nID de reunión: 849 3027 5116\nCódigo de acceso: 482913", zoomNumber},
		{"Spanish, quoted-printable", "Unirse a Zoom\nID de reuni=C3=B3n: 849 3027 5116\nClave: 482913", zoomNumber},
		{"Spanish, a sentence", "Por Zoom: el ID de reunión es 849 3027 5116 y la contraseña es 482913", zoomNumber},
		{"Portuguese", "Entrar na reunião Zoom\nID da reunião: 849 3027 5116 / Senha: 482913", zoomNumber},
		{"Italian", "Entra nella riunione in Zoom\nID riunione: 849 3027 5116\nCodice d’accesso: 482913", zoomNumber},
		{"Dutch", "Deelnemen aan Zoom-vergadering\nVergadering-ID: 849 3027 5116\nToegangscode: 482913", zoomNumber},
		{"Swedish", "Gå med i Zoom-möte\nMötes-ID: 849 3027 5116\nLösenkod: 482913", zoomNumber},
		{"Polish", "Dołącz do spotkania Zoom\nIdentyfikator spotkania: 849 3027 5116\nKod dostępu: 482913", zoomNumber},
		{"Turkish", "Zoom Toplantısına Katıl\nToplantı Kimliği: 849 3027 5116\nParola: 482913", zoomNumber},
		{"Russian", "Подключиться к конференции Zoom\nИдентификатор конференции: 849 3027 5116\nКод доступа: 482913", zoomNumber},
		{"Japanese", "Zoomミーティングに参加する\nミーティング ID: 849 3027 5116パスコード: 482913", zoomNumber},
		{"Japanese, full width", "Zoom\nミーティングＩＤ：８４９ ３０２７ ５１１６\nパスコード：482913", zoomNumber},
		{"Chinese", "加入 Zoom 会议\n会议号：849 3027 5116\n密码：482913", zoomNumber},
		{"Chinese, traditional", "加入 Zoom 會議\n會議號：849 3027 5116\n密碼：482913", zoomNumber},
		{"Chinese, a sentence", "Zoom 会议 ID 为 849 3027 5116，密码是 482913", zoomNumber},
		{"Chinese, escaped", `{"text":"\u52a0\u5165 Zoom \u4f1a\u8bae\n\u4f1a\u8bae\u53f7\uff1a849 3027 5116\n\u5bc6\u7801\uff1a482913"}`, zoomNumber},
		{"Korean", "Zoom 회의 참가\n회의 ID: 849 3027 5116\n암호: 482913", zoomNumber},
		{"Korean, by another name", "줌 아이디는 849 3027 5116 입니다. 비번 : 482913", zoomNumber},
		{"Korean, in two fields", "name=\"줌 아이디\", value=\"회의 아이디 : 849 3027 5116, 비번 : 482913\"", zoomNumber},
		{"Arabic", "انضم إلى اجتماع Zoom\nمعرف الاجتماع: 849 3027 5116\nرمز المرور: 482913", zoomNumber},
		{"Arabic, by another name", "اللقاء على زووم\nرقم الاجتماع : 84930275116\nكلمة المرور : 482913", zoomNumber},
		{"Hebrew", "הצטרפות לפגישת Zoom\nמזהה פגישה: 849 3027 5116\nסיסמה: 482913", zoomNumber},
		{"Teams, Finnish", "Microsoft Teams -kokous\nKokouksen tunnus: 273 849 105 62\nTunnuskoodi: aB3xYz\nPuhelinneuvottelun tunnus: 483 920 175#", "teams::meet:27384910562 dial-in [passcode]"},
		{"Teams, Finnish, room systems", "Microsoft Teams -kokous\nVideoneuvottelun tunnus:\n114 820 639 5", "teams::vtc:1148206395 dial-in []"},
		{"Teams, German", "Microsoft Teams-Besprechung\nBesprechungs-ID: 273 849 105 62\nPasscode: aB3xYz\nTelefonkonferenz-ID: 483 920 175#", "teams::meet:27384910562 dial-in [passcode]"},
		{"Teams, Korean", "Microsoft Teams 모임\n모임 ID: 273 849 105 62\n암호: aB3xYz", "teams::meet:27384910562 dial-in [passcode]"},
		{"Teams, Dutch", "Microsoft Teams-vergadering\nVergadering-ID: 273 849 105 62\nWachtwoordcode: aB3xYz", "teams::meet:27384910562 dial-in [passcode]"},
		{"English, a short word and no colon", "Zoom ID 849 3027 5116 (pw 482913)", zoomNumber},
		{"English, a word that goes on", "Zoom ID 849 3027 5116. We pass 482913 trees.", "zoom:commercial::84930275116 dial-in []"},
		{"Webex, French", "Webex\nNuméro de la réunion (code d'accès) : 2563 480 1927\nMot de passe de la réunion : Xk3mP9", webexNumber},
		{"Webex, Spanish", "Webex\nNúmero de reunión (código de acceso): 2563 480 1927\nContraseña de la reunión: Xk3mP9", webexNumber},
		{"Webex, Portuguese", "Webex\nNúmero da reunião (código de acesso): 2563 480 1927\nSenha da reunião: Xk3mP9", webexNumber},
		{"Webex, Italian", "Webex\nNumero riunione (codice di accesso): 2563 480 1927\nPassword riunione: Xk3mP9", webexNumber},
		{"Webex, Dutch", "Webex\nVergaderingsnummer (toegangscode): 2563 480 1927\nWachtwoord van vergadering: Xk3mP9", webexNumber},
		{"Webex, Polish", "Webex\nNumer spotkania (kod dostępu): 2563 480 1927\nHasło spotkania: Xk3mP9", webexNumber},
		{"Webex, Turkish", "Webex\nToplantı numarası (erişim kodu): 2563 480 1927\nToplantı parolası: Xk3mP9", webexNumber},
		{"Webex, Russian", "Webex\nНомер совещания (код доступа): 2563 480 1927\nПароль совещания: Xk3mP9", webexNumber},
		{"Skype for Business, Swedish", "Anslut till Skype-mötet\nAnslut via telefon\n+46 855501234\nKonferens-ID: 68137", "skype-for-business::conf:68137 dial-in []"},
		{"Skype for Business, French", "Rejoindre la réunion Skype\nParticiper par téléphone\n+33 155501234\nID de conférence : 68137", "skype-for-business::conf:68137 dial-in []"},
		{"Teams, French", "Réunion Microsoft Teams\nID de la réunion : 273 849 105 62\nCode secret : aB3xYz", "teams::meet:27384910562 dial-in [passcode]"},
		{"Teams, Japanese", "Microsoft Teams 会議\n会議 ID: 273 849 105 62\nパスコード: aB3xYz", "teams::meet:27384910562 dial-in [passcode]"},
		{"Teams, JSON of the Graph API", `{"joinWebUrl": "https://teams.microsoft.com/l/meetup-join/...", "joinMeetingIdSettings": {"joinMeetingId": "27384910562841", "passcode": "aB3xYz"}}`,
			"teams::meet:27384910562841 dial-in [passcode]"},
		{"DingTalk, code to get in", "* 会议形式：钉钉会议\n* 交流群（钉钉群）：34826150\n* 钉钉会议入会口令：576 267 26870\n", "dingtalk::number:57626726870 dial-in []"},
		{"DingTalk, a note in wide parentheses", "**入会口令（钉钉）：**576 267 26870\n\n**电话呼入：**+862755501621（中国大陆）", "dingtalk::number:57626726870 dial-in []"},
		{"DingTalk, another word", "钉钉会议令：576 267 26870\n电话呼入：+862755501621（中国大陆）\n钉钉入会链接：dingtalk://dingtalkclient/page/videoConfFromCalendar?confId=8e27b51c-6fa0-4d39-b1c4-72d9f0386ea5", "dingtalk::number:57626726870 dial-in []"},
		{"Tencent, a note in wide parentheses", "腾讯会议号（每周相同）：637-281-495", "tencent-meeting:::637281495 dial-in []"},
		{"Tencent, a program's field", "# Tencent Meeting Attendee\nconfig = {\n  'meeting_code': '637-281-495',\n}", "tencent-meeting:::637281495 dial-in []"},
		{"Webex, German", "Webex-Meeting\nMeeting-Kennnummer (Zugriffscode): 2550 184 9326\nMeeting Passwort: pQ7tRm2k", "webex::num:25501849326 dial-in [passcode]"},
		{"Webex, French", "Réunion Webex\nNuméro de la réunion (code d'accès) : 2550 184 9326\nMot de passe : pQ7tRm2k", "webex::num:25501849326 dial-in [passcode]"},
		{"Webex, Japanese", "Webex\nミーティング番号（アクセスコード）: 2550 184 9326\nミーティングパスワード: pQ7tRm2k", "webex::num:25501849326 dial-in [passcode]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := meetings(joined(t, c.text)); len(got) != 1 || got[0] != c.want {
				t.Errorf("%q\n\tgot  %q\n\twant %q", c.text, got, c.want)
			}
		})
	}
}

// The short numbers of bridges are told only below the number to dial: papers and exams have conference IDs, too.
func TestBridgesAreDialled(t *testing.T) {
	for _, text := range []string{"Exam: Conference ID: 20231 was held. Skype for Business was retired.", "Skype Meeting\nConference ID: 58213\nor call +1 425 555 0164"} {
		if got := meetings(joined(t, text)); len(got) != 0 {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestReadDigits(t *testing.T) {
	for text, want := range map[string]string{
		"849 3027 5116": "84930275116", "849-3027-5116": "84930275116", "849.3027.5116": "84930275116", "849\u00a03027\u00a05116": "84930275116",
		"849\u20093027\u20095116": "84930275116", "849\u202f3027\u202f5116": "84930275116", "849\u20113027\u20115116": "84930275116",
		"849–3027–5116": "84930275116", "８４９３０２７５１１６": "84930275116", "\u202a849 3027 5116\u202c": "84930275116", "849&nbsp;3027&nbsp;5116": "84930275116",
		"849302751": "849302751", "849 302 751": "849302751", "415 826 0937": "4158260937", "2550 184 9326": "25501849326", "273 849 105 62": "27384910562",
		"273 849 105 628 41": "27384910562841", "273 849 105 628 417": "273849105628417", "7110 92 5617": "7110925617", "849 302 751#": "849302751",
		"849 3027 5116 / 482913": "84930275116", "849 3027 5116, 482913": "84930275116", "849 3027 5116.": "84930275116", "849 3027 5116パスコード": "84930275116",
		"849 3027 5116Passcode": "84930275116", "849 3027 5116.Please": "84930275116", "849 3027 5116.It is": "84930275116", "849 3027 5116.It": "", "849 3027 5116-Ab12": "", "849 3027 5116.Mp4 ": "", "849 3027 5116,password": "84930275116", "849 3027 5116-Passcode": "84930275116", "849 3027 5116\n2024": "84930275116", "849 3027 5116  2024": "84930275116", "849 3027 5116-": "84930275116",
		"84930275": "", "8493027511622314": "", "849 3027 5116 22": "", "84 93 02 75 11": "", "849,302,751": "", "849 3027 5116a": "", "849 3027 5116_1": "",
		"849 3027 5116@x": "", "849302751.50": "", "849302751-a": "", "849302751-AB2": "", "849302751,5": "", "849302751ABC": "", "+849302751": "", "": "", "a": "", "2024-05-06": "",
	} {
		run, ok := readDigits([]byte(text), 0)
		if !ok {
			run.digits = ""
		}
		if run.digits != want {
			t.Errorf("%q: read %q, want %q", text, run.digits, want)
		}
	}
}

// TestReadLabelPlaces: the place is that of the digits, in bytes.
func TestReadLabelPlaces(t *testing.T) {
	for _, text := range []string{"Meeting ID: 849 3027 5116", "**Meeting ID**: `849-3027-5116` x", "x Meeting ID #849 3027 5116", "<b>Meeting ID</b><br/>\n849 3027 5116",
		"Meeting ID (for phones): 849 3027 5116", "Meeting ID\t849 3027 5116", `"Meeting ID": "84930275116"`, "Meeting ID is 849 3027 5116", "Meeting ID - 849 3027 5116",
		"Die Meeting ID ist 849 3027 5116", "La Meeting ID è 849 3027 5116", "O Meeting ID é 849 3027 5116", "Meeting IDは849 3027 5116",
		"Meeting ID, enter 849 3027 5116", "Meeting ID, which is 849-3027-5116", "Meeting ID for Sunday's choir: 849 3027 5116", "Meeting ID when prompted, type 849 3027 5116 #"} {
		at := strings.Index(text, "Meeting ID")
		n, ok := readLabel([]byte(text), at, len("meeting id"))
		if !ok || n.digits != "84930275116" || !strings.HasPrefix(text[n.start:], "849") || !strings.HasSuffix(text[:n.end], "5116") {
			t.Errorf("%q: read %+v, %v", text, n, ok)
		}
	}
}

func TestReadLabelNothing(t *testing.T) {
	for _, text := range []string{"Meeting IDs: 849 3027 5116", "Meeting identity 849 3027 5116", "Meeting ID: 111 1111 1111", "Meeting ID: 123 456 789",
		"Meeting ID: 8493027511...", "Zoom ID: 849 3027 511…", "Zoom ID: 849 302 7511 62 04", "Zoom ID: 849\n\n\n3027 5116",
		"Meeting ID: {id}", "Meeting ID: ", "Meeting ID", "Meeting ID: https://zoom.us/j/84930275116", "Meeting ID and 849 3027 5116",
		"Meeting ID from us, call 415 826 0937", "Meeting ID or by phone: 415 826 0937", "Meeting ID, the office number is 415 826 0937", "Meeting ID and the phone to type in 415 826 0937", "Meeting ID, call us in 415-826-0937", "Meeting ID for example: 849 3027 5116", "Meeting ID looks like this: 849 3027 5116",
		"Meeting ID of the record is 84930275116", "Meeting ID and our number is 020 7946 0958", "Meeting ID for the choir: room 849 3027 5116", "Meeting ID for the\nchoir: 849 3027 5116",
		"Meeting ID（", "Meeting ID（849 3027", "Meeting ID\n\n\n849 3027 5116", "<th>Meeting ID</th>\n</tr>\n<tr>\n<td>849 3027 5116", "Meeting ID:<br>\n\n\n\n849 3027 5116", "Meeting ID: <" + strings.Repeat("a", 400) + ">849 3027 5116"} {
		if n, ok := readLabel([]byte(text), 0, len("meeting id")); ok {
			t.Errorf("%q: read %+v", text, n)
		}
	}
	for _, at := range []int{-1, 8, 100} {
		if _, ok := readLabel([]byte("Meeting ID"), at, 10); ok {
			t.Errorf("read at %d", at)
		}
	}
	if _, ok := readLabel([]byte("preMeeting_xmeeting id: 849 3027 5116"), 12, 10); ok {
		t.Error("read a label inside a word")
	}
}

// TestZoomWords: what people write between Zoom's name and a number that is printed as Zoom's are.
func TestZoomWords(t *testing.T) {
	for _, text := range []string{"Zoom 849 3027 5116", "Zoom · ID 849 3027 5116", "Zoom – ID: 849 3027 5116", "zoom | 849-3027-5116", "Zoom Room ID: 849 3027 5116",
		"Zoom webinar code: 84930275116", "Zoom (room) 849 3027 5116", "Zoom\nID: 849 3027 5116", `Zoom\nID: 849 3027 5116`, "Zoom号：849 3027 5116", "zoom_number=84930275116", "Zoom Link: 849 3027 5116"} {
		if got := meetings(Find([]byte("Choir: " + text + ".\n"))); len(got) != 1 || got[0] != "zoom:commercial::84930275116 dial-in []" {
			t.Errorf("%q: found %q", text, got)
		}
	}
	for _, text := range []string{"Zoom +852 9482 3071", "Zoom 138 9482 3071", "Zoom info 010-9482-3071", "Zoom level: 84930275116", "Zoom room: 02079460183", "Zoom conference number: 18005550182", "Zoom or call 849 3027 5116", "zoom 849302 751", "Zoom ID 12", "Zoom  "} {
		if got := meetings(Find([]byte("Choir: " + text + ".\n"))); len(got) != 0 {
			t.Errorf("%q: found %q, want nothing", text, got)
		}
	}
}

// TestMatchLabel: the spellings of one letter.
func TestMatchLabel(t *testing.T) {
	for _, text := range []string{"réunion", "RÉUNION", "r&eacute;union", "r&#233;union", `r\u00e9union`, "re\u0301union", "r=C3=A9union"} {
		if n := matchLabel([]byte(text+" x"), "réunion"); n != len(text) {
			t.Errorf("%q: %d bytes, want %d", text, n, len(text))
		}
	}
	for _, text := range []string{"reunion", "réunio", "", "&eacute;", `\u00e`, "=C3", "r=C3=A9", html.EscapeString("<b>")} {
		if n := matchLabel([]byte(text), "réunion"); n != 0 {
			t.Errorf("%q: %d bytes, want none", text, n)
		}
	}
}

func FuzzReadLabel(f *testing.F) {
	for _, seed := range []string{"Meeting ID: 849 3027 5116", "会议号：849 3027 5116", `\u4f1a\u8bae\u53f7\uff1a849 302 751`, "ID de r&eacute;union : <b>849&nbsp;302&nbsp;751", "N=C2=B0 de r=C3=A9union"} {
		f.Add([]byte(seed), 0)
	}
	f.Fuzz(func(t *testing.T, text []byte, at int) {
		for n := range 3 {
			found, ok := readLabel(text, at, n)
			if ok && (found.start < at || found.end > len(text) || found.start >= found.end || len(found.digits) < minDigits || len(found.digits) > maxDigits) {
				t.Errorf("%q at %d: %+v", text, at, found)
			}
		}
	})
}
