package matchers

import (
	"bytes"
	"html"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The rows of the label table that introduce an id. A row says which services print the label and what the id is.
const (
	rowMeeting    = "meeting"    // "Meeting ID": eight services, see rowServices
	rowWebinar    = "webinar"    // "Webinar ID": Zoom, Webex
	rowNumber     = "number"     // "Meeting number (access code)": Webex, sometimes Zoom
	rowAccess     = "access"     // "Access code": Webex and GoTo; elsewhere a passcode
	rowConference = "conference" // "Phone conference ID": a dial-in id of Teams, an alias and no meeting id; Skype for Business
	rowVideo      = "video"      // "VTC Conference ID", "Video ID": room systems that join Teams, an alias too
	rowTencent    = "tencent"    // the service's own name before the number
	rowZoom       = "zoom"       // Zoom's own name before the number
	rowGoTo       = "goto"       // the same with the name of GoTo Meeting
	rowJoinID     = "join id"    // "joinMeetingId" in the Graph API's JSON: Teams
	rowCode       = "code"       // a name in source code or data, "meetingNumber": Zoom, Webex or Tencent, if it is named near
	rowPIN        = "PIN"        // "Meeting PIN": Chime
	rowTap        = "tap"        // no label: a dial string
	rowH323       = "h323"       // no label: an H.323 dial string
)

// language holds the words of one language's invitations. A space in a label stands for one to four blanks, and for
// none where it stands beside a letter that is not Latin. Case, composed or decomposed accents, HTML entities,
// quoted-printable bytes and \u escapes need no entries of their own: matchLabel reads them all.
type language struct {
	name       string
	meeting    []string
	webinar    []string
	number     []string
	access     []string
	conference []string
	passcodes  []string
	hostKeys   []string
	headings   []string // headings of Zoom's dial-in list: they name the service where the text does not
}

// languages is the one table of labels. To support a language, add its entry here.
func languages() []language {
	return append(westernLanguages(), furtherLanguages()...)
}

func westernLanguages() []language {
	return []language{
		{name: "English",
			meeting: []string{"Meeting ID", "Meeting-ID", "Meeting I.D.", "Meeting code"}, webinar: []string{"Webinar ID"},
			number: []string{"Meeting number", "Event number", "Session number", "Webinar number"}, access: []string{"Access code", "access_code", "accessCode"},
			conference: []string{"Phone conference ID", "Conference ID"},
			passcodes:  []string{"Passcode", "Pass code", "pass_code", "Password", "Access code", "access_code", "accessCode", "pwd", "Pass", "PW"},
			hostKeys:   []string{"Host key", "Host PIN", "Host-key", "hostKey", "host_key", "hostPIN"},
			headings:   []string{"One tap mobile", "iPhone one-tap" /* until 2019 */, "Dial by your location", "Find your local number", "Join by H.323"}},
		{name: "French",
			meeting: []string{"ID de réunion", "ID de la réunion", "ID réunion", "n° de réunion", "Identifiant de réunion"},
			webinar: []string{"ID de webinaire", "ID du webinaire", "N° de webinaire"},
			number:  []string{"Numéro de la réunion", "Numéro de réunion"}, access: []string{"Code d'accès"},
			conference: []string{"ID de conférence téléphonique", "ID de conférence", "ID de la conférence téléphonique"},
			passcodes:  []string{"Code secret", "Mot de passe", "Mot de passe de la réunion", "Mot de passe de réunion", "Code d'accès"}, hostKeys: []string{"Clé d'hôte", "Clé de l'hôte", "Clé d'animateur"},
			headings: []string{"Une seule touche sur l'appareil mobile", "Composez un numéro en fonction de votre emplacement"}},
		{name: "German",
			meeting: []string{"Besprechungs-ID", "Besprechungs ID", "Sitzungs-ID"}, webinar: []string{"Webinar-ID"},
			number: []string{"Meeting-Kennnummer", "Meeting-Nummer", "Meetingnummer"}, access: []string{"Zugangscode", "Zugriffscode"},
			conference: []string{"Telefonkonferenz-ID", "Konferenz-ID"},
			passcodes:  []string{"Kenncode", "Kennung", "Zugangscode", "Zugriffscode", "Kennwort", "Passwort", "Meetingpasswort", "Meeting-Kennwort"},
			hostKeys:   []string{"Host-Schlüssel", "Host-Kennung", "Gastgeberschlüssel"}, headings: []string{"Schnelleinwahl mobil", "Einwahl nach aktuellem Standort"}},
		{name: "Spanish",
			meeting: []string{"ID de reunión", "ID de la reunión", "Id. de reunión", "Id. de la reunión"}, webinar: []string{"ID del seminario web", "ID de seminario web"},
			number: []string{"Número de reunión", "Número de la reunión"}, access: []string{"Código de acceso"},
			conference: []string{"Id. de conferencia telefónica", "ID de conferencia telefónica", "ID de conferencia"},
			passcodes:  []string{"Código de acceso", "Contraseña", "Contraseña de la reunión", "Contraseña de reunión", "Clave", "Clave de acceso"}, hostKeys: []string{"Clave de anfitrión", "Clave del anfitrión", "Clave de host"},
			headings: []string{"Móvil con un solo toque", "Móvil con un toque", "Marcar según su ubicación"}},
		{name: "Portuguese",
			meeting: []string{"ID da reunião", "ID de reunião"}, webinar: []string{"ID do webinar", "ID do webinário"},
			number: []string{"Número da reunião"}, access: []string{"Código de acesso"},
			conference: []string{"ID da conferência telefônica", "ID de conferência telefónica", "ID da conferência"},
			passcodes:  []string{"Senha de acesso", "Senha", "Senha da reunião", "Código de acesso", "Palavra-passe"}, hostKeys: []string{"Chave do host", "Chave do anfitrião", "Chave de host"},
			headings: []string{"Dispositivo móvel de um toque", "Discar pelo seu local"}},
		{name: "Italian",
			meeting: []string{"ID riunione", "ID della riunione"}, webinar: []string{"ID webinar"}, number: []string{"Numero riunione", "Numero della riunione"},
			access: []string{"Codice di accesso"}, conference: []string{"ID conferenza telefonica", "ID conferenza"},
			passcodes: []string{"Codice d'accesso", "Codice di accesso", "Passcode", "Codice segreto", "Password riunione", "Password della riunione"}, hostKeys: []string{"Chiave host", "Codice host"},
			headings: []string{"Un tocco su dispositivo mobile"}},
		{name: "Dutch",
			meeting: []string{"Vergadering-ID", "Vergaderings-ID", "Vergaderings ID", "Vergader-ID"}, number: []string{"Vergaderingsnummer", "Vergadernummer"},
			access: []string{"Toegangscode"}, conference: []string{"Telefonische vergadering-id", "Vergadering-id telefoon"},
			passcodes: []string{"Toegangscode", "Wachtwoord", "Wachtwoord van vergadering", "Wachtwoordcode"}, hostKeys: []string{"Hostsleutel", "Host-sleutel"}},
		{name: "Swedish",
			meeting: []string{"Mötes-ID", "Möte-ID"}, number: []string{"Mötesnummer"}, conference: []string{"Telefonkonferens-ID", "Konferens-ID"},
			passcodes: []string{"Lösenkod", "Lösenord", "Åtkomstkod"}, hostKeys: []string{"Värdnyckel"}},
		{name: "Finnish",
			meeting: []string{"Kokouksen tunnus"}, conference: []string{"Puhelinneuvottelun tunnus"},
			passcodes: []string{"Tunnuskoodi", "Pääsykoodi", "Salasana"}},
		{name: "Danish and Norwegian",
			meeting: []string{"Møde-ID", "Møte-ID"}, number: []string{"Mødenummer", "Møtenummer"},
			passcodes: []string{"Adgangskode", "Passord", "Tilgangskode"}, hostKeys: []string{"Værtsnøgle", "Vertsnøkkel"}},
	}
}

func furtherLanguages() []language {
	return []language{
		{name: "Polish",
			meeting: []string{"ID spotkania", "Identyfikator spotkania"}, webinar: []string{"ID webinaru"}, number: []string{"Numer spotkania"},
			conference: []string{"Identyfikator konferencji telefonicznej"}, passcodes: []string{"Kod dostępu", "Hasło", "Haslo", "Hasło spotkania"}, hostKeys: []string{"Klucz hosta"}},
		{name: "Czech",
			meeting: []string{"ID schůzky", "ID meetingu"}, passcodes: []string{"Heslo", "Přístupový kód"}, hostKeys: []string{"Klíč hostitele"}},
		{name: "Turkish",
			meeting: []string{"Toplantı Kimliği", "Toplantı ID", "Toplantı No"}, webinar: []string{"Web Semineri Kimliği"}, number: []string{"Toplantı Numarası"},
			conference: []string{"Telefon konferansı kimliği"}, passcodes: []string{"Parola", "Toplantı Parolası", "Geçiş Kodu", "Şifre", "Toplantı Şifresi"}, hostKeys: []string{"Toplantı Sahibi Anahtarı"}},
		{name: "Russian",
			meeting: []string{"Идентификатор конференции", "Индентификатор конференции" /* misspelt often */, "Идентификатор собрания", "Идентификатор", "ID конференции", "ID собрания", "ID встречи"},
			webinar: []string{"Идентификатор веб-семинара", "Идентификатор вебинара"}, number: []string{"Номер встречи", "Номер совещания"},
			conference: []string{"Идентификатор телефонной конференции"},
			passcodes:  []string{"Код доступа", "Пароль", "Пароль совещания", "Пароль встречи", "Пароль конференции", "Секретный код"}, hostKeys: []string{"Ключ организатора"}},
		{name: "Ukrainian",
			meeting: []string{"Ідентифікатор конференції", "Ідентифікатор наради", "Ідентифікатор зустрічі", "Ідентифікатор", "Ідентификатор" /* half Russian */}, passcodes: []string{"Код доступу", "Секретний код"}},
		{name: "Japanese",
			meeting: []string{"ミーティング ID", "会議 ID"}, webinar: []string{"ウェビナー ID"}, number: []string{"ミーティング番号"},
			access: []string{"アクセスコード"}, conference: []string{"電話会議 ID"},
			passcodes: []string{"パスコード", "パスワード", "ミーティングパスワード", "アクセスコード"}, hostKeys: []string{"ホスト キー", "ホストキー"},
			headings: []string{"ワンタップモバイル機器"}},
		{name: "Chinese",
			meeting: []string{"会议号", "会议号码", "会议 ID", "會議號", "會議號碼", "會議 ID", "會議識別碼"}, webinar: []string{"网络研讨会 ID", "網路研討會 ID"},
			conference: []string{"电话会议 ID", "電話會議 ID"},
			passcodes:  []string{"密码", "密碼", "口令", "入会密码", "会议密码"}, hostKeys: []string{"主持人密钥", "主持人密鑰", "主持人密码"}},
		{name: "Korean",
			meeting: []string{"회의 ID", "회의 아이디", "미팅 ID", "모임 ID"}, webinar: []string{"웨비나 ID"}, number: []string{"회의 번호", "미팅 번호"},
			conference: []string{"전화 회의 ID"}, passcodes: []string{"암호", "비밀번호", "비번", "패스코드"}, hostKeys: []string{"호스트 키"}},
		{name: "Arabic",
			meeting: []string{"معرف الاجتماع", "معرّف الاجتماع", "رقم الاجتماع"}, passcodes: []string{"رمز المرور", "كلمة المرور", "كلمة السر", "الرقم السري"}},
		{name: "Hebrew",
			meeting: []string{"מזהה פגישה", "מזהה הפגישה"}, passcodes: []string{"קוד גישה", "קוד סיסמה", "סיסמה", "סיסמא"}},
		{name: "Vietnamese and Indonesian",
			meeting: []string{"ID cuộc họp", "ID Rapat", "ID Meeting"}, passcodes: []string{"Mật mã", "Mật khẩu", "Kode Sandi", "Kata Sandi"}},
	}
}

// ownLabels are labels of one service, the same in every language, and names that programs give to a meeting's number.
func ownLabels() []idLabel {
	return []idLabel{
		{text: "腾讯会议", row: rowTencent}, {text: "騰訊會議", row: rowTencent}, {text: "腾讯会议房间号", row: rowTencent},
		{text: "BlueJeans ID", row: rowMeeting}, {text: "Chime ID", row: rowMeeting},
		{text: "DingTalk Conference Code", row: rowMeeting}, {text: "入会口令", row: rowMeeting}, {text: "会议令", row: rowMeeting},
		{text: "Meeting PIN", row: rowPIN},
		{text: "VTC Conference ID", row: rowVideo}, {text: "Video Conference ID", row: rowVideo}, {text: "Video ID", row: rowVideo}, {text: "Videoneuvottelun tunnus", row: rowVideo},
		{text: "Zoom Meeting", row: rowZoom}, {text: "Zoom:", row: rowZoom}, {text: "Zoom ", row: rowZoom}, {text: "Zoom\n", row: rowZoom},
		{text: "Zoom ID", row: rowMeeting}, {text: "Zoom-ID", row: rowMeeting}, {text: "Zoom (ID", row: rowMeeting}, {text: "Zoom, ID", row: rowMeeting}, {text: "Zoom: ID", row: rowMeeting},
		{text: "Zoom-Meeting", row: rowZoom}, {text: "Zoom-Konferenz", row: rowZoom}, {text: "Zoom-Meeting (ID", row: rowMeeting}, {text: "Zoom-Meeting, ID", row: rowMeeting}, // German
		{text: "Zoom Meeting (ID", row: rowMeeting}, {text: "Zoom Meeting, ID", row: rowMeeting}, {text: "Zoom PMI", row: rowMeeting},
		{text: "ID Zoom", row: rowMeeting}, {text: "ID do Zoom", row: rowMeeting}, {text: "ID de Zoom", row: rowMeeting}, {text: "Zoom会議室", row: rowMeeting}, {text: "Zoom会议室", row: rowMeeting},
		{text: "Zoom会議室ID", row: rowMeeting}, {text: "Zoom号", row: rowMeeting}, {text: "Zoom房间号", row: rowMeeting}, {text: "Zoom 회의실", row: rowMeeting}, {text: "줌 ID", row: rowMeeting}, {text: "줌 아이디", row: rowMeeting},
		{text: "GoToMeeting ID", row: rowGoTo}, {text: "GoTo Meeting ID", row: rowGoTo},
		{text: "joinMeetingId", row: rowJoinID}, {text: "join_meeting_id", row: rowJoinID},
		{text: "meetingid", row: rowCode}, {text: "meeting_id", row: rowCode}, {text: "meetingnumber", row: rowCode}, {text: "meeting_number", row: rowCode}, {text: "meeting_code", row: rowCode}, {text: "meetingcode", row: rowCode},
		{text: "zoomid", row: rowCode}, {text: "zoom_id", row: rowCode}, {text: "zoomnumber", row: rowCode}, {text: "zoom_number", row: rowCode}, {text: "webinarid", row: rowCode}, {text: "webinar_id", row: rowCode},
	}
}

// cueWords are words near a number that name the service it belongs to.
func cueWords() []cue {
	return []cue{
		{platform: "zoom", text: "zoom", weak: true}, {platform: "zoom", text: "zoom meeting"}, {platform: "zoom", text: "zoom-meeting"},
		{platform: "zoom", text: "zoom webinar"}, {platform: "zoom", text: "zoom.us"}, {platform: "zoom", text: "zoom.com"}, {platform: "zoom", text: "zoomcrc.com"},
		{platform: "zoom", text: "zoomgov.com", realm: "gov"}, {platform: "zoom", text: "zoom.com.cn", realm: "cn"}, {platform: "zoom", text: "zoom.cn", realm: "cn"},
		{platform: "zoom", text: "زووم"}, {platform: "zoom", text: "زوم"}, {platform: "zoom", text: "זום"},
		{platform: "zoom", text: "줌 회의"}, {platform: "zoom", text: "줌 ID"}, {platform: "zoom", text: "줌 아이디"}, {platform: "zoom", text: "name (original name)"}, {platform: "zoom", text: "zakToken"}, // in its reports and its SDK
		{platform: "zoom", text: "réunion zoom"}, {platform: "zoom", text: "reunión de zoom"}, {platform: "zoom", text: "reunião zoom"}, {platform: "zoom", text: "reunião do zoom"},
		{platform: "teams", text: "microsoft teams"}, {platform: "teams", text: "ms teams"}, {platform: "teams", text: "msteams"}, {platform: "teams", text: "teams meeting"}, {platform: "teams", text: "teams", weak: true},
		{platform: "teams", text: "teams.microsoft.com"}, {platform: "teams", text: "teams.live.com"}, {platform: "teams", text: "teams-besprechung"}, {platform: "teams", text: "teams-meeting"},
		{platform: "teams", text: "jointeamsmeeting"}, {platform: "teams", text: "phone conference id"}, {platform: "teams", text: "telefonkonferenz-id"}, {platform: "teams", text: "réunion teams"}, {platform: "teams", text: "reunión de teams"}, {platform: "teams", text: "reunião do teams"},
		{platform: "teams", text: "riunione di teams"}, {platform: "teams", text: "teams 会議"}, {platform: "teams", text: "teams 会议"}, {platform: "teams", text: "teams 회의"}, {platform: "teams", text: "plcm.vc"},
		{platform: "skype-for-business", text: "skype for business"}, {platform: "skype-for-business", text: "skype meeting"}, {platform: "skype-for-business", text: "skype web app"},
		{platform: "skype-for-business", text: "lync meeting"}, {platform: "skype-for-business", text: "lync web app"}, {platform: "skype-for-business", text: "skype-besprechung"},
		{platform: "skype-for-business", text: "réunion skype"}, {platform: "skype-for-business", text: "reunión de skype"}, {platform: "skype-for-business", text: "reunião do skype"},
		{platform: "skype-for-business", text: "skype-vergadering"}, {platform: "skype-for-business", text: "skype-möte"},
		{platform: "skype-for-business", text: "skype-mötet"}, {platform: "skype-for-business", text: "skype-møde"}, {platform: "skype-for-business", text: "skype-mødet"},
		{platform: "webex", text: "webex"}, {platform: "webex", text: "call-in toll number ("}, {platform: "webex", text: "video system", weak: true},
		{platform: "gotomeeting", text: "gotomeeting"}, {platform: "gotomeeting", text: "goto meeting"}, {platform: "gotomeeting", text: "goto.com"},
		{platform: "gotomeeting", text: "gotomeet.me"}, {platform: "gotomeeting", text: "computer, tablet or smartphone"}, {platform: "gotomeeting", text: "gotowebinar"},
		{platform: "chime", text: "amazon chime"}, {platform: "chime", text: "chime.aws"}, {platform: "chime", text: "chime meeting"}, {platform: "chime", text: "chime", weak: true},
		{platform: "tencent-meeting", text: "腾讯会议"}, {platform: "tencent-meeting", text: "騰訊會議"}, {platform: "tencent-meeting", text: "tencent meeting"}, {platform: "tencent-meeting", text: "voov"},
		{platform: "dingtalk", text: "dingtalk"}, {platform: "dingtalk", text: "钉钉"}, {platform: "dingtalk", text: "釘釘"}, {platform: otherService, text: "feishu"},
		{platform: otherService, text: "飞书"}, {platform: otherService, text: "larksuite"}, {platform: "bluejeans", text: "bluejeans"}, {platform: "ringcentral", text: "ringcentral"},
		{platform: otherService, text: "lifesize"}, {platform: otherService, text: "starleaf"}, {platform: otherService, text: "dialpad"}, {platform: otherService, text: "freeconferencecall"},
		{platform: meetingWord, text: "meeting"}, {platform: meetingWord, text: "webinar"}, {platform: meetingWord, text: "conference call"}, {platform: meetingWord, text: "dial"},
	}
}

const (
	otherService = "-" // a service whose numbers are not read: the number is its, not ours
	meetingWord  = "+" // no service, but the talk is of a call
)

// cue is a word that names a service. A weak one is also an ordinary word.
type cue struct {
	platform, realm, text string
	weak                  bool
}

// idLabel is one label that introduces an id.
type idLabel struct {
	text, row string
	owner     string // the service that alone has this word for its numbers, "" when others print it too; see labelOwner
}

// labelOwner says whose word a label is. It tells a number's service where nothing else does; see joiner.byShape.
func labelOwner(row, text string) string {
	switch text {
	case "Conference ID", "Konferenz-ID", "Konferens-ID":
		return "" // telephone bridges of all kinds have such
	case "Meeting-Kennnummer":
		return "webex"
	case "Идентификатор конференции", "Индентификатор конференции", "Ідентифікатор конференції":
		return "zoom" // Teams and Webex have other words in these languages
	}
	if row == rowConference {
		return "teams"
	}
	return ""
}

// idLabels are all of them, of all languages; built once, never changed.
var idLabels = sync.OnceValue(func() []idLabel { //nolint:gochecknoglobals // immutable after first use
	all := ownLabels()
	for _, lang := range languages() {
		all = appendRow(all, rowMeeting, lang.meeting)
		all = appendRow(all, rowWebinar, lang.webinar)
		all = appendRow(all, rowNumber, lang.number)
		all = appendRow(all, rowAccess, lang.access)
		all = appendRow(all, rowConference, lang.conference)
	}
	return all
})

func appendRow(all []idLabel, row string, texts []string) []idLabel {
	for _, text := range texts {
		all = append(all, idLabel{text: text, row: row, owner: labelOwner(row, text)})
	}
	return all
}

// labelLiterals returns what the sweep looks for: beginnings of id labels, five bytes or more, ASCII in lower case,
// sorted, without repetition. A hit is only a hint; readLabel reads the whole label.
func labelLiterals() []string {
	var all []string
	for _, label := range idLabels() {
		all = append(all, stems(label.text)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// stems returns beginnings of a label, one of which nearly every spelling that matchLabel accepts begins with.
func stems(label string) []string {
	ascii := 0
	for ascii < len(label) && label[ascii] < utf8.RuneSelf {
		ascii++
	}
	prefix := strings.ToLower(label[:ascii])
	switch {
	case strings.Contains(prefix, "'"):
		return []string{prefix, strings.ReplaceAll(prefix, "'", "’")}
	case strings.Contains(prefix, "\n"):
		return []string{prefix, strings.ReplaceAll(prefix, "\n", `\n`)}
	case ascii == len(label) && strings.Contains(label, " "):
		return []string{prefix, strings.ReplaceAll(prefix, " ", "\u00a0")}
	case ascii == len(label), ascii >= len("ID de r"):
		return []string{prefix}
	case unicode.In([]rune(label)[0], unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
		return unspacedSpellings(label)
	}
	return spellings(label)
}

// unspacedSpellings lists the ways in which a label of a script without capitals is written.
func unspacedSpellings(label string) []string {
	var out []string
	for _, form := range []string{label, strings.ReplaceAll(label, " ", ""), strings.ReplaceAll(label, "ID", "ＩＤ"), strings.ReplaceAll(label, " ID", "ＩＤ")} {
		out = append(out, lowerASCII(form))
		if !strings.Contains(form, "Ｉ") {
			out = append(out, lowerASCII(escaped(form)))
		}
	}
	return out
}

// spellings lists the ways in which the first letters of a label with accents, or in Cyrillic, are written.
func spellings(label string) []string {
	beginning := []rune(label)
	beginning = beginning[:min(len(beginning), 9)]
	title := string(beginning)
	var out []string
	for _, form := range []string{title, strings.ToLower(title), strings.ToUpper(title)} {
		out = append(out, lowerASCII(form), lowerASCII(norm.NFD.String(form)), lowerASCII(toEntities.Replace(form)), lowerASCII(escaped(form)))
	}
	return out
}

// escaped writes what is beyond ASCII as JSON does that is kept in ASCII.
func escaped(s string) string {
	quoted := strconv.QuoteToASCII(s)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\x`, `\u00`)
}

// toEntities writes the accented letters that early letters of labels have as HTML entities.
var toEntities = strings.NewReplacer("é", "&eacute;", "É", "&Eacute;", "ú", "&uacute;", "Ú", "&Uacute;", "ó", "&oacute;", "Ó", "&Oacute;", //nolint:gochecknoglobals // immutable
	"ö", "&ouml;", "Ö", "&Ouml;", "ø", "&oslash;", "Ø", "&Oslash;", "°", "&deg;")

// labelsByLetter are the id labels by their first letter as foldLetter gives it; built once, never changed.
var labelsByLetter = sync.OnceValue(func() map[rune][]idLabel { //nolint:gochecknoglobals // immutable after first use
	index := make(map[rune][]idLabel)
	for _, label := range idLabels() {
		first, _ := utf8.DecodeRuneInString(label.text)
		index[foldLetter(first)] = append(index[foldLetter(first)], label)
	}
	return index
})

// findLabel returns the longest id label at the beginning of text and its length in bytes, 0 when there is none.
func findLabel(text []byte) (label idLabel, length int) {
	first, _ := readLetter(text)
	for _, candidate := range labelsByLetter()[foldLetter(first)] {
		if n := matchLabel(text, candidate.text); n > length {
			label, length = candidate, n
		}
	}
	return label, length
}

// matchLabel returns how many bytes at the beginning of text spell label, 0 when they do not.
func matchLabel(text []byte, label string) int {
	i, before := 0, ' '
	for at, want := range label {
		if want == ' ' {
			blanks := skipBlanks(text[i:])
			next, _ := utf8.DecodeRuneInString(label[at+1:])
			if blanks == 0 && before < 0x250 && next < 0x250 {
				return 0
			}
			i, before = i+blanks, want
			continue
		}
		got, size := readLetter(text[i:])
		if size == 0 || got != want && foldLetter(got) != foldLetter(want) {
			return 0
		}
		i, before = i+size, want
	}
	return i
}

const (
	maxBlanks = 4  // blanks that may stand where a label has one
	maxEntity = 10 // bytes of a letter's HTML entity: "&ccedil;", "&#x000e9;"
)

// skipBlanks returns the length of up to maxBlanks blanks, escaped or not; a line break is none.
func skipBlanks(text []byte) int {
	i := 0
	for range maxBlanks {
		r, size := readLetter(text[i:])
		if size == 0 || r == '\n' || r == '\r' || !unicode.IsSpace(r) {
			break
		}
		i += size
	}
	return i
}

// readLetter reads one letter: raw, with a combining accent, as an HTML entity or as a \u escape. Size 0 is the end.
func readLetter(text []byte) (r rune, size int) {
	if len(text) == 0 {
		return 0, 0
	}
	if isAlnum(text[0]) && (len(text) == 1 || text[1] < utf8.RuneSelf) {
		return rune(text[0]), 1
	}
	switch c := text[0]; {
	case c == '&':
		if r, size := readEntity(text); size > 0 {
			return r, size
		}
	case c == '\\':
		if r, size := readEscape(text); size > 0 {
			return r, size
		}
	case c == '=':
		if r, size := readQuoted(text); size > 0 {
			return r, size
		}
	}
	r, size = utf8.DecodeRune(text)
	if 0xFF01 <= r && r <= 0xFF5E {
		r -= 0xFEE0 // full width
	}
	if r >= 0x2000 || size >= len(text) || text[size] < utf8.RuneSelf {
		return r, size
	}
	return composeLetter(text, r, size)
}

// composeLetter adds up to two combining accents to a letter of size bytes at the beginning of text.
func composeLetter(text []byte, r rune, size int) (rune, int) {
	end := size
	for range 2 {
		mark, n := utf8.DecodeRune(text[end:])
		if !unicode.Is(unicode.Mn, mark) {
			break
		}
		end += n
	}
	if end == size {
		return r, size
	}
	composed, n := utf8.DecodeRune(norm.NFC.Bytes(text[:end]))
	if n == utf8.RuneLen(composed) && n == len(norm.NFC.Bytes(text[:end])) {
		return composed, end
	}
	return r, size
}

// readEntity reads "&eacute;", "&#233;" or "&#xe9;".
func readEntity(text []byte) (rune, int) {
	end := bytes.IndexByte(text[:min(len(text), maxEntity)], ';')
	if end < 0 {
		return 0, 0
	}
	decoded := html.UnescapeString(string(text[:end+1]))
	r, size := utf8.DecodeRuneInString(decoded)
	if size != len(decoded) || r == utf8.RuneError {
		return 0, 0
	}
	return r, end + 1
}

// readEscape reads "\u00e9".
func readEscape(text []byte) (rune, int) {
	if len(text) < 6 || text[1] != 'u' {
		return 0, 0
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	if err != nil {
		return 0, 0
	}
	return rune(n), 6
}

// readQuoted reads one letter beyond ASCII in quoted-printable text, "=C3=A9".
func readQuoted(text []byte) (rune, int) {
	var raw []byte
	for i := 0; i+3 <= len(text) && text[i] == '=' && len(raw) < utf8.UTFMax; i += 3 {
		n, err := strconv.ParseUint(string(text[i+1:i+3]), 16, 8)
		if err != nil || n < utf8.RuneSelf {
			break
		}
		raw = append(raw, byte(n))
		if utf8.FullRune(raw) {
			break
		}
	}
	r, size := utf8.DecodeRune(raw)
	if size == 0 || r == utf8.RuneError {
		return 0, 0
	}
	return r, 3 * size
}

// foldLetter maps the letters that matchLabel takes for the same to one of them.
func foldLetter(r rune) rune {
	switch {
	case 'a' <= r && r <= 'z':
		return r
	case r == '’' || r == '‘' || r == '´':
		return '\''
	case 0x2010 <= r && r <= 0x2015 || r == 0x2212:
		return '-'
	case r == 'º':
		return '°'
	case r == 'İ' || r == 'ı':
		return 'i'
	}
	return unicode.ToLower(r)
}

// dialCues are literals near which dial strings are looked for though no link or label stands there: the headings of Zoom's
// dial-in list and what Chime and RingCentral have instead, telephone links, and what names a room system's call.
func dialCues() []string {
	cues := []string{"tel:+", "h.323", "162.255.3", "one-tap", "onetap", "one-click mobile", "one-click dial", "one tap to join"}
	for _, end := range []string{`"`, "'", ",", ".", ")", "<"} { // what else stands behind the name is a label, see ownLabels
		cues = append(cues, "zoom"+end)
	}
	for _, lang := range languages() {
		cues = append(cues, lang.headings...)
	}
	return cues
}
