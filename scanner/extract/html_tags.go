package extract

// layout is how an element stands in the text.
type layout uint8

const (
	inLine   layout = iota // its text runs on: it leaves no trace
	inSpaces               // it stands apart in its line
	onLine                 // on lines of its own
	inBlock                // between blank lines
	lineEnd                // br
	tableRow
	tableCell
)

// htmlTag is what is to be known of a tag.
type htmlTag struct {
	layout layout
	id     tagID
}

// tagID names the elements that are read in a way of their own.
type tagID uint8

const (
	otherTag tagID = iota
	tagA
	tagButton
	tagTime
	tagArea
	tagFrame
	tagBase
	tagLink
	tagMeta
	tagScript
	tagStyle
	tagTitle
	tagTextarea
	tagTable
	tagPre
)

// maxTagName is the longest name of a tag that is known, in bytes.
const maxTagName = 10

// tagOf says what a tag of that name is. Layout is that of the HTML standard's style sheet for browsers (section 15.3).
func tagOf(name []byte) htmlTag {
	if len(name) > maxTagName {
		return htmlTag{}
	}
	var buffer [maxTagName]byte
	lower := buffer[:len(name)]
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		lower[i] = c
	}
	switch string(lower) {
	case "a":
		return htmlTag{inLine, tagA}
	case "button":
		return htmlTag{inSpaces, tagButton}
	case "time":
		return htmlTag{inLine, tagTime}
	case "area":
		return htmlTag{inSpaces, tagArea}
	case "iframe", "frame":
		return htmlTag{inSpaces, tagFrame}
	case "base":
		return htmlTag{onLine, tagBase}
	case "link":
		return htmlTag{onLine, tagLink}
	case "meta":
		return htmlTag{onLine, tagMeta}
	case "script":
		return htmlTag{inLine, tagScript}
	case "style":
		return htmlTag{inLine, tagStyle}
	case "title":
		return htmlTag{inBlock, tagTitle}
	case "textarea":
		return htmlTag{onLine, tagTextarea}
	case "pre":
		return htmlTag{onLine, tagPre}
	case "table":
		return htmlTag{inBlock, tagTable}
	case "br":
		return htmlTag{lineEnd, otherTag}
	case "tr":
		return htmlTag{tableRow, otherTag}
	case "td", "th":
		return htmlTag{tableCell, otherTag}
	case "img", "input", "select", "option", "sup", "sub", "object", "embed", "video", "audio", "canvas", "svg", "math",
		"meter", "progress", "param", "source", "track":
		return htmlTag{inSpaces, otherTag}
	case "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "address", "blockquote", "center", "figure", "figcaption", "details",
		"summary", "legend", "caption", "tbody", "thead", "tfoot", "dialog", "menu", "search", "dir", "listing", "form",
		"optgroup", "datalist", "hgroup", "frameset", "noframes":
		return htmlTag{onLine, otherTag}
	case "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "header", "footer", "nav", "aside", "main", "hr", "html",
		"head", "body", "fieldset", "template":
		return htmlTag{inBlock, otherTag}
	}
	return htmlTag{}
}

// attrKind is what is done with an attribute.
type attrKind uint8

const (
	otherAttr  attrKind = iota
	urlAttr             // leads somewhere
	shownAttr           // can be read on the page
	timeAttr            // datetime
	formalAttr          // of machines: next to never of interest
)

// attrOf says what an attribute of that name is.
func attrOf(name []byte) attrKind {
	if len(name) > 16 {
		return otherAttr
	}
	var buffer [16]byte
	lower := buffer[:len(name)]
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		lower[i] = c
	}
	switch string(lower) {
	case "href", "src", "action", "formaction", "data", "cite", "poster", "background", "longdesc", "ping", "xlink:href",
		"data-href", "data-url", "data-src":
		return urlAttr
	case "value", "alt", "placeholder", "content", "label":
		return shownAttr
	case "datetime":
		return timeAttr
	case "class", "id", "style", "width", "height", "d", "points", "viewbox", "transform", "rel", "type", "role", "lang", "dir",
		"tabindex", "target", "xmlns", "colspan", "rowspan", "align", "valign", "border", "cellpadding", "cellspacing", "bgcolor",
		"color", "face", "size", "method", "media", "charset", "integrity", "nonce", "crossorigin", "loading", "sizes", "fill",
		"stroke", "aria-hidden", "aria-expanded", "aria-controls", "for", "property", "http-equiv", "itemprop", "itemtype",
		"itemscope", "xml:lang", "scope", "hreflang", "aria-labelledby":
		return formalAttr
	}
	return otherAttr
}
