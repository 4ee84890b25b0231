package scanner

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// WordsVersion names the state of the word list. It changes with every change of the list, so that two scores can be
// compared only when they were made with the same words.
const WordsVersion = "2026-11-21.1"

// sense is what a word beside a link tells.
type sense int

const (
	senseRaid   sense = iota // calls for a raid, clearly
	senseMaybe               // may call for a raid, but has innocent meanings too
	sensePublic              // invites the public
)

// wordRow is one row of the list. Words are lower case; a trailing "*" lets the word go on ("raideen*" finds
// "raideeni"). A word must begin and end at a word boundary, but for scripts that are written without spaces.
type wordRow struct {
	language string // ISO 639-1, "" for words used everywhere
	sense    sense
	words    []string
}

// wordList is the list. It is small on purpose: it orders findings and never hides one, so a miss costs little. Words
// for raids are those that calls for "Zoom bombing" use; words for the public are those of open lectures, council
// meetings and services.
func wordList() []wordRow {
	return []wordRow{
		{"", senseRaid, []string{"zoombomb*", "zoom bomb*", "zoom-bomb*", "zoomraid*", "zoom raid*", "meet raid", "teams raid", "meetbomb*", "raidlink*", "raid link*"}},
		{"", senseMaybe, []string{"raid", "raids", "troll", "trolling", "trolls", "bomb", "bombing"}},
		{"en", senseRaid, []string{
			"raid this", "raid the", "raid it", "raid my", "raid our", "raid now", "bomb this", "bomb my class", "bomb the class", "crash the class", "crash this meeting",
			"join and disrupt", "join and spam", "join and troll", "join and raid", "disrupt the meeting", "disrupt this meeting", "disrupt the class",
			"spam the chat", "troll the teacher", "troll my teacher", "troll this", "ruin the class", "ruin the meeting", "screen share porn", "don't use your real name", "use fake names",
		}},
		{"de", senseRaid, []string{"meeting sprengen", "konferenz sprengen", "unterricht sprengen", "stört den unterricht", "unterricht stören", "meeting stören", "spammt den chat", "chat zuspammen", "bitte raiden", "kommt trollen", "zum trollen"}},
		{"fr", senseRaid, []string{"rejoignez pour troller", "venez troller", "venez raid", "venez foutre le bordel", "foutez le bordel", "spammez le chat", "spammer le chat", "perturber le cours", "perturber la réunion", "saboter le cours"}},
		{"es", senseRaid, []string{"entren a molestar", "entrad a trolear", "entren a trolear", "únanse a trolear", "trolear la clase", "trolear al profe", "sabotear la clase", "sabotear la reunión", "spameen el chat", "hagan raid", "raideen*"}},
		{"pt", senseRaid, []string{"entrem pra zoar", "entrem para zoar", "zoar a aula", "invadir a aula", "invadam a aula", "invadir a reunião", "trollar a aula", "trolar a aula", "floodem o chat", "spamem o chat"}},
		{"it", senseRaid, []string{"entrate a trollare", "venite a trollare", "trollare la lezione", "disturbare la lezione", "disturbate la lezione", "sabotare la lezione", "spammate la chat", "spammate in chat", "raidate"}},
		{"nl", senseRaid, []string{"kom trollen", "verstoor de les", "les verstoren", "vergadering verstoren", "spam de chat vol", "raid deze"}},
		{"pl", senseRaid, []string{"wbijać na lekcję", "wbijajcie na lekcję", "wbijajcie na zooma", "rozwalić lekcję", "rozwalcie lekcję", "trollować lekcję", "spamujcie na czacie", "rajd na lekcję"}},
		{"tr", senseRaid, []string{"dersi basın", "dersi basalım", "ders basma", "toplantıyı basın", "dersi trolle*", "zoom basma", "sohbeti spamla*"}},
		{"ru", senseRaid, []string{"сорвать урок", "срываем урок", "сорвём урок", "сорвем урок", "срыв урока", "сорвать пару", "сорвать конференцию", "затроллить", "заспамить чат", "рейд на урок", "рейдим"}},
		{"uk", senseRaid, []string{"зірвати урок", "зриваємо урок", "зірвати пару", "заспамити чат", "рейд на урок"}},
		{"ar", senseRaid, []string{"ادخلوا خربوا", "خربوا الحصة", "تخريب الحصة", "تخريب الاجتماع", "اقتحام الاجتماع"}},
		{"id", senseRaid, []string{"rusuh di zoom", "ayo rusuh", "ganggu kelas", "bikin rusuh", "spam di chat", "raid kelas"}},
		{"ja", senseRaid, []string{"授業荒らし", "荒らしに来て", "荒らしてください", "会議を荒らす", "突撃しよう", "zoom爆撃", "zoom荒らし"}},
		{"zh", senseRaid, []string{"炸会议", "炸網課", "炸网课", "爆破网课", "网课爆破", "入侵会议", "捣乱会议", "进去捣乱", "進去搗亂"}},
		{"ko", senseRaid, []string{"줌 테러", "줌테러", "수업 테러", "회의 테러", "수업 방해", "화상수업 테러"}},

		{"en", sensePublic, []string{
			"open to the public", "open to all", "open to everyone", "everyone is welcome", "everyone welcome", "all are welcome", "all welcome", "public is invited",
			"members of the public", "public meeting", "public hearing", "public lecture", "livestream open to all", "free and open to", "open lecture", "town council meeting",
		}},
		{"de", sensePublic, []string{"öffentlich*", "für alle offen", "alle sind willkommen", "alle willkommen", "offen für alle", "alle interessierten", "bürgerversammlung"}},
		{"fr", sensePublic, []string{"ouvert à tous", "ouverte à tous", "ouvert au public", "ouverte au public", "séance publique", "réunion publique", "tous les bienvenus", "tout public", "conférence publique"}},
		{"es", sensePublic, []string{"abierto al público", "abierta al público", "abierto a todos", "abierta a todos", "entrada libre", "sesión pública", "audiencia pública", "todos son bienvenidos"}},
		{"pt", sensePublic, []string{"aberto ao público", "aberta ao público", "aberto a todos", "audiência pública", "sessão pública", "todos são bem-vindos", "entrada livre", "palestra aberta"}},
		{"it", sensePublic, []string{"aperto al pubblico", "aperta al pubblico", "aperto a tutti", "aperta a tutti", "seduta pubblica", "incontro pubblico", "ingresso libero", "tutti sono benvenuti"}},
		{"nl", sensePublic, []string{"openbare vergadering", "voor iedereen toegankelijk", "iedereen is welkom", "iedereen welkom", "open voor iedereen", "vrij toegankelijk"}},
		{"sv", sensePublic, []string{"öppet för alla", "öppen för alla", "alla är välkomna", "alla välkomna", "öppet möte", "offentligt möte"}},
		{"pl", sensePublic, []string{"otwarte dla wszystkich", "otwarty dla wszystkich", "wstęp wolny", "spotkanie otwarte", "wszyscy są mile widziani", "posiedzenie jawne"}},
		{"tr", sensePublic, []string{"herkese açık*", "halka açık*", "herkes davetlidir", "katılım ücretsiz"}},
		{"ru", sensePublic, []string{"открыто для всех", "открыта для всех", "вход свободный", "приглашаются все желающие", "приглашаем всех", "публичные слушания", "открытая лекция"}},
		{"uk", sensePublic, []string{"відкрито для всіх", "вхід вільний", "запрошуються всі охочі", "громадські слухання"}},
		{"ar", sensePublic, []string{"مفتوح للجميع", "مفتوحة للجميع", "الدعوة عامة", "مفتوح للعموم"}},
		{"id", sensePublic, []string{"terbuka untuk umum", "terbuka untuk semua", "gratis untuk umum"}},
		{"ja", sensePublic, []string{"一般公開", "どなたでも参加", "誰でも参加", "公開講座", "公開講演"}},
		{"zh", sensePublic, []string{"公开讲座", "公開講座", "欢迎所有人", "歡迎所有人", "面向公众", "向公众开放", "對公眾開放", "欢迎参加"}},
		{"ko", sensePublic, []string{"누구나 참여", "누구나 참석", "공개 강연", "공개 강좌", "일반 공개"}},
	}
}

// foundWords are words of the list that were found, each once, in the list's spelling without "*".
type foundWords struct{ raid, maybe, public []string }

// listedWord is one word in the form the index needs.
type listedWord struct {
	text  string
	sense sense
	open  bool // may go on after its end
	free  bool // written without spaces: no boundaries
}

// wordIndex finds all words of the list in one walk over a text: the key is the first two characters of a word.
type wordIndex struct {
	byStart map[string][]listedWord
	gate    [1 << (gateBits - 6)]uint64 // by threeBytes: a word may begin so
}

const gateBits = 12

// threeBytes is a place for the first three bytes of a text; all words of the list are longer.
func threeBytes(text string) uint32 {
	return (uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16) * 0x9E3779B1 >> (32 - gateBits)
}

func newWordIndex(rows []wordRow) *wordIndex {
	index := &wordIndex{byStart: make(map[string][]listedWord)}
	for _, row := range rows {
		for _, word := range row.words {
			text, open := strings.CutSuffix(word, "*")
			start := firstTwo(text)
			index.byStart[start] = append(index.byStart[start], listedWord{text: text, sense: row.sense, open: open, free: spaceless(text)})
			at := threeBytes(text)
			index.gate[at>>6] |= 1 << (at & 63)
		}
	}
	return index
}

// find looks through texts as normaliseTexts makes them. Its time is linear in their length.
func (x *wordIndex) find(texts []string) foundWords {
	var found foundWords
	for _, text := range texts {
		inside := false
		for i := 0; i+2 < len(text); {
			r, size := rune(text[i]), 1
			if r >= utf8.RuneSelf {
				r, size = utf8.DecodeRuneInString(text[i:])
			}
			if at := threeBytes(text[i:]); x.gate[at>>6]>>(at&63)&1 != 0 && (!inside || r >= firstSpaceless) {
				x.findAt(text, i, inside, &found)
			}
			i += size
			if inside = wordRune(r); inside { // what goes on a word begins none
				i = skipWord(text, i)
				inside = i < len(text) && text[i] >= utf8.RuneSelf
			}
		}
	}
	return found
}

// firstSpaceless is the lowest character of the scripts of spaceless.
const firstSpaceless = '\u0e00'

// findAt tries the words that can begin at text[i:]; inside says that a word goes on there.
func (x *wordIndex) findAt(text string, i int, inside bool, found *foundWords) {
	for _, word := range x.byStart[firstTwo(text[i:])] {
		if !strings.HasPrefix(text[i:], word.text) || inside && !word.free {
			continue
		}
		after, _ := utf8.DecodeRuneInString(text[i+len(word.text):])
		if word.open || word.free || !wordRune(after) {
			found.add(word)
		}
	}
}

func (f *foundWords) add(word listedWord) {
	list := &f.raid
	switch word.sense {
	case senseMaybe:
		list = &f.maybe
	case sensePublic:
		list = &f.public
	}
	for _, known := range *list {
		if known == word.text {
			return
		}
	}
	*list = append(*list, word.text)
}

// firstTwo returns the first two characters of s, or all of a shorter one.
func firstTwo(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	_, m := utf8.DecodeRuneInString(s[n:])
	return s[:n+m]
}

// wordRune says whether r is part of a word. Broken bytes and the end of a text are not.
func wordRune(r rune) bool {
	if r < 0x80 {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// spaceless says whether a word ends in a script in which words are not set apart by spaces, or take endings freely.
func spaceless(word string) bool {
	r, _ := utf8.DecodeLastRuneInString(word)
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai)
}

// normaliseTexts returns the texts cut to their bounds, in lower case, with each stretch of white space as one space
// and without characters that cannot be seen, so that a phrase is found across a line break.
func normaliseTexts(texts []string) []string {
	out := make([]string, 0, min(len(texts), maxNearTexts))
	for _, text := range texts[:min(len(texts), maxNearTexts)] {
		out = append(out, normaliseText(text[:min(len(text), maxNearBytes)]))
	}
	return out
}

func normaliseText(text string) string {
	var room [maxNearBytes + utf8.UTFMax]byte
	out := room[:0]
	space := false
	for i := 0; i < len(text); {
		if plain := plainBytes[text[i]]; plain != 0 {
			out = append(out, plain)
			space = false
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		switch {
		case unicode.IsSpace(r):
			if !space {
				out = append(out, ' ')
			}
			space = true
			continue
		case r == '’':
			r = '\''
		case r >= 0x80 && unicode.Is(unicode.Cf, r):
			continue
		}
		space = false
		out = utf8.AppendRune(out, unicode.ToLower(r))
	}
	return string(out)
}

// skipWord is where the letters and digits of ASCII end that stand at text[i:], of a text as normaliseTexts makes it.
func skipWord(text string, i int) int {
	for i < len(text) && asciiWords[text[i]] {
		i++
	}
	return i
}

// asciiWords are the bytes of words in ASCII.
var asciiWords = func() (words [256]bool) { //nolint:gochecknoglobals // immutable
	for c := range words {
		words[c] = asciiWord(byte(c))
	}
	return words
}()

// plainBytes are the visible characters of ASCII, in lower case; 0 stands for all others.
var plainBytes = func() (plain [256]byte) { //nolint:gochecknoglobals // immutable
	for c := byte('!'); c <= '~'; c++ {
		plain[c] = byte(unicode.ToLower(rune(c)))
	}
	return plain
}()
