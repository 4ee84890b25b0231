package matchers

import "strings"

// common are the commonest blocks of English, Markdown and HTML text, by falling frequency (counted on public project pages;
// TestCommonText counts anew).
const common = "" +
	"     thethe ing tion to and  and  * http   *kubettpss://tps:ps:/atio pro of netebernerneetesuberrnet.comcom/ for" +
	" conthubion githfor ithument](ht(httcont----://g in /github.//gib.cotingub.cject/kubroje  - projojeccomm com*   " +
	" is tes/hat withent ontrions wit thaare  *  ted trib on  areity n thith thatom/kribue th be  thiibutworkntrim/ku" +
	"   -issussuemunimmuns thect thiss anommus toe pre coleasthereaseng t we unitanceemennity kube to useers his open" +
	"sioned tate f th int not youentsould as reled to haveleauld  wortiveof tringsterhaveprovaaaa can sigtaint thding" +
	"tes in the p ope chaave e reovertatitestcomphe ctureons portng a relherence  or  stactioes as infromviewsues rep" +
	"e inntaiutorintecan , antime fromeetto tkingratiablease not atedill datebutoentaectso thmainneed it rityrom etin" +
	"revie anicataineforminerrequ ress a e ofecur docgrouore on teetiour cessout  neer tht toure  meentatsecu appumen" +
	"d theviewillserv wilmples foroupere ble sig-nersd incati.io/oundrepoe fopullher ocumg thativage urit by he ster " +
	"t ofdocucumeive  httdocses t dised aes, upda sec all revevel/com issactis ofningess  an mber shoe a ed i incenti" +
	"curi reqchanall  if you pdat at  timcncfs/kuothecodesed  mairovior t### n/a,,n/abilieratilitto a/docernand ttors" +
	" manion,rent. ths arurcelistnts  updencelitylingon asingpresre aread butnter grovideoogl addnameoglegoogshousour" +
	"/pulrese/blosomeembeconf impspec tesity/statssioone ourcode versmastor aastethinest  som[htter tusersig ecties/k" +
	"ratedisconta outsent/iss dev morbut allyovidoperppornew on o hasever leaaintatesome moreull/ a sng ommite.co new" +
	"tor dataies manas coto shoulsuppings parwhatre tsigns.ioany /a,ncts esenis aclouquesuestred lly  expanaguse loud" +
	"has r coe isa,n/ues/t isnodeaturter/, th serroce howervidati sup gitormainta eveeed proc othific peras a subnd a" +
	" * [ acct inple  plato bnage   |blobclusevenreatuppo [htdevehow nt tendeocesed bs](hd collowlob/ codmembesting c" +
	"part hele deptio"

// commonWords are the common words of such text that share letters with literals, by falling frequency (counted on the same pages).
// There what is beside a block does not help to tell it. Two blanks part them.
const commonWords = " project  community  meeting  meetings  your  slack  enhancement  docs.google.com  documentation  discussion " +
	" representative  services  foundation  access  google  application  system  network  content  events  attendees  platform " +
	" election  public  production  around  www.youtube.com  presentation  description  number  communication  organizations " +
	" groups.google.com  reference  complete  secure  calendar  reviewers  interested  generated  directly  standard  period " +
	" plugin  account  video  local  microsoft  shared  section  tracking  authentication  session  functions  specification " +
	" networking  office  identity  domain  social  implementation  describe  business  twitter.com  marketing  search  minutes " +
	" collaboration  admission  announcement  introduction  expectations  delivery  protection  research  submission  archives " +
	" moderators  conference  connection  thread  interesting  invite  conversation  streaming  location  global  conversion "

// frequency knows how often blocks may be thought to occur in text.
type frequency struct {
	ranks   [1 << rankBits]rank   // of the common blocks, by hash; open addressing
	letters [256]int              // per mille of each byte
	inWords [1 << wordBits]inWord // of the common words, in the same way
}

// inWord is six letters of a common word, folded as blocks are, and what it costs to compare literals there in vain; an empty place has
// none.
type inWord struct {
	letters uint64
	cost    int
}

// rank is how many blocks are more common, and one; 0 in an empty place.
type rank struct {
	block uint32
	place int32
}

const (
	rankBits = 10
	wordBits = 11
)

func newFrequency() *frequency {
	f := &frequency{}
	for i := 0; i+stride <= len(common); i += stride {
		block := blockOf(common[i:])
		*f.rank(block) = rank{block, int32(i/stride) + 1}
	}
	for c := range f.letters {
		f.letters[c] = 4
	}
	f.letters[' '] = 150
	for at, c := range []byte("ethaoinsrldcumpgfywbvk./-:_") { // by falling frequency
		f.letters[c] = max(8, 86-4*at)
	}
	f.addWords()
	return f
}

func (f *frequency) addWords() {
	place := 3 // that the very first do not outweigh all others
	for word := range strings.SplitSeq(strings.TrimSpace(commonWords), "  ") {
		place++
		for word = " " + word + " "; len(word) >= besideBytes; word = word[1:] {
			letters := foldedBeside(word)
			if in := f.inWord(letters); in.letters == 0 {
				*in = inWord{letters, vainCost / place}
			}
		}
	}
}

// besideBytes is a block and two bytes beside it.
const besideBytes = stride + 2

// vainCost, by a word's place (the commonest has the fourth), is what it costs to compare literals in it, in the stops of frequency.of:
// to compare takes about as long as fifteen stops that the second bitmap ends.
const vainCost = 40000

func foldedBeside(text string) uint64 {
	return uint64(blockOf(text)) | uint64(text[stride]|0x20)<<32 | uint64(text[stride+1]|0x20)<<40
}

// inWord finds the place of six folded letters, or the empty one where they belong.
func (f *frequency) inWord(letters uint64) *inWord {
	for i := letters * 0x9E3779B97F4A7C15 >> (64 - wordBits); ; i++ {
		if in := &f.inWords[i&(1<<wordBits-1)]; in.letters == letters || in.letters == 0 {
			return in
		}
	}
}

// beside says with which of its neighbours the block at offset is noted, those ahead or those before it, and what it costs that common
// words have the same. Where a literal leaves no choice that is nothing.
func (f *frequency) beside(text string, offset int) (ahead bool, cost int) {
	behind := len(text) - offset - stride
	ahead = behind >= 2 || behind == 1 && offset < 2
	if behind < 2 || offset < 0 {
		return ahead, 0
	}
	cost = f.inWord(foldedBeside(text[offset:])).cost
	if cost > 0 && offset >= 2 {
		if last := f.inWord(foldedBeside(text[offset-2:])).cost; last < cost {
			return false, last
		}
	}
	return ahead, cost
}

// rank finds the place of a folded block, or the empty one where it belongs.
func (f *frequency) rank(block uint32) *rank {
	for i := block * 0x9E3779B1 >> (32 - rankBits); ; i++ {
		if r := &f.ranks[i&(1<<rankBits-1)]; r.place == 0 || r.block == block {
			return r
		}
	}
}

// stops is how often the sweep stops at a common block.
func (r rank) stops() int { return 12000 / (3 + int(r.place-1)/8) }

// of is how often a block stops the sweep: by its rank among the common ones, or by its letters.
func (f *frequency) of(block string) int {
	if r := f.rank(blockOf(block)); r.place > 0 {
		return r.stops()
	}
	return f.letters[block[0]] * f.letters[block[1]] * f.letters[block[2]] / 1000 * f.letters[block[3]] / 8000
}
