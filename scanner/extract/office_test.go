package extract

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"meetleaks/matchers"
)

const (
	wordTypes  = `<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`
	slideTypes = `<Types><Override PartName="/ppt/presentation.xml" ContentType="application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"/></Types>`
	sheetTypes = `<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`
	odText     = "application/vnd.oasis.opendocument.text"
	odSheet    = "application/vnd.oasis.opendocument.spreadsheet"
	odSlides   = "application/vnd.oasis.opendocument.presentation"
)

// word is a file of Word: its body, and further parts.
func word(t testing.TB, body string, more ...file) string {
	return string(zipped(t, append([]file{
		{"[Content_Types].xml", wordTypes},
		{"_rels/.rels", `<Relationships><Relationship Id="rId1" Type="x/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<w:document xmlns:w="http://schemas.openxmlformats.org/w"><w:body>` + body + `</w:body></w:document>`},
	}, more...)...))
}

func links(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		b.WriteString(`<Relationship Id="` + pairs[i] + `" Type="x/hyperlink" Target="` + pairs[i+1] + `" TargetMode="External"/>`)
	}
	return "<Relationships>" + b.String() + "</Relationships>"
}

func paragraph(runs ...string) string {
	return "<w:p><w:r><w:t>" + strings.Join(runs, "</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>") + "</w:t></w:r></w:p>"
}

// officeTexts is the text of each document, without the part that lists the types.
func officeTexts(t *testing.T, name, data string) []string {
	t.Helper()
	texts, skips := extracted(t, Limits{}, bytesSource{name, []byte(data), false})
	if len(skips) > 0 {
		t.Errorf("skips %q", skips)
	}
	for i, text := range texts {
		before, _, _ := strings.Cut(text, "\n\n<Types>")
		texts[i] = before
	}
	return texts
}

func TestAWordFileIsReadAsItsReaderSeesIt(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"runs":          {paragraph("Join https://acme.zoom", ".us/j/8493", "0275116 now") + paragraph("Next"), "Join https://acme.zoom.us/j/84930275116 now\nNext"},
		"tabs, breaks":  {`<w:p><w:pPr><w:tabs><w:tab w:pos="9"/></w:tabs></w:pPr><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>`, "a\tb\nc"},
		"empty":         {paragraph("a") + "<w:p/>" + paragraph("b"), "a\n\nb"},
		"deleted":       {`<w:p><w:del><w:r><w:delText>old link</w:delText></w:r></w:del></w:p>`, "old link"},
		"hyperlink":     {`<w:p><w:r><w:t xml:space="preserve">Please </w:t></w:r><w:hyperlink r:id="rId7"><w:r><w:t>jo</w:t></w:r><w:r><w:t>in</w:t></w:r></w:hyperlink><w:r><w:t>, code x</w:t></w:r></w:p>`, "Please join, <https://acme.zoom.us/j/84930275116> code x"},
		"said already":  {`<w:p><w:hyperlink r:id="rId7"><w:r><w:t>https://acme.zoom.us/j/84930275116</w:t></w:r></w:hyperlink></w:p>`, "https://acme.zoom.us/j/84930275116"},
		"part of it":    {`<w:p><w:hyperlink r:id="rId7"><w:r><w:t>https://acme.zoom.us/j/849302</w:t></w:r></w:hyperlink><w:r><w:t>75116 and</w:t></w:r></w:p>`, "https://acme.zoom.us/j/84930275116 and"},
		"anchor":        {`<w:p><w:hyperlink r:id="rId8" w:anchor="/l/meetup-join/19"><w:r><w:t>x</w:t></w:r></w:hyperlink></w:p>`, "x <https://acme.example/a#/l/meetup-join/19>"},
		"simple field":  {`<w:p><w:fldSimple w:instr="HYPERLINK &quot;https://acme.zoom.us/j/84930275116&quot;"><w:r><w:t>here</w:t></w:r></w:fldSimple></w:p>`, "here <https://acme.zoom.us/j/84930275116>"},
		"field":         {`<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "https://acme.zoo</w:instrText></w:r><w:r><w:instrText>m.us/j/84930275116" \o "tip" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>he</w:t></w:r><w:r><w:t>re</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t xml:space="preserve"> or</w:t></w:r></w:p>`, "here <https://acme.zoom.us/j/84930275116> or"},
		"open field":    {`<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK https://acme.zoom.us/j/84930275116</w:instrText></w:r></w:p>`, "<https://acme.zoom.us/j/84930275116>"},
		"field in it":   {`<w:p><w:r><w:fldChar w:fldCharType="begin"/><w:instrText>HYPERLINK "https://acme.zoom.us/j/</w:instrText><w:fldChar w:fldCharType="begin"/><w:instrText>MERGEFIELD id</w:instrText><w:fldChar w:fldCharType="separate"/><w:t>84930275116</w:t><w:fldChar w:fldCharType="end"/><w:instrText>"</w:instrText><w:fldChar w:fldCharType="separate"/><w:t>here</w:t><w:fldChar w:fldCharType="end"/></w:r></w:p>`, "here <https://acme.zoom.us/j/84930275116>"},
		"table":         {`<w:tbl><w:tr><w:tc>` + paragraph("a") + `</w:tc><w:tc>` + paragraph("b") + paragraph("c") + `</w:tc></w:tr><w:tr><w:tc><w:p/></w:tc><w:tc>` + paragraph("d") + `</w:tc></w:tr></w:tbl>` + paragraph("e"), "a\tb\nc\n\td\n\ne"},
		"text box":      {`<w:p><w:r><w:t>https://acme.zoom.us/j/849</w:t></w:r><w:r><w:drawing><wp:docPr descr="see https://globex.example/a b"/><w:txbxContent>` + paragraph("in the box") + paragraph("two") + `</w:txbxContent></w:drawing></w:r><w:r><w:t>30275116</w:t></w:r></w:p>`, "https://acme.zoom.us/j/84930275116\ndescr=\"see https://globex.example/a b\"\nin the box\ntwo"},
		"entities":      {paragraph("https://acme.zoom.us/j/84930275116?a=1&amp;b=2 &#x41;&lt;&unknown; <![CDATA[<&amp;>]]>"), "https://acme.zoom.us/j/84930275116?a=1&b=2 A<&unknown; <&amp;>"},
		"comment":       {"<!-- https://acme.zoom.us/j/84930275116 -->" + paragraph("x"), "x\n https://acme.zoom.us/j/84930275116 "},
		"hyphens":       {`<w:p><w:r><w:t>pl</w:t><w:softHyphen/><w:t>an</w:t><w:noBreakHyphen/><w:t>b</w:t></w:r></w:p>`, "plan-b"},
		"torn":          {paragraph("a") + `<w:p><w:r><w:t>b < c`, "a\nb < c"},
		"numbers apart": {`<w:p><w:r><wp:posOffset>114300</wp:posOffset><w:t>x</w:t></w:r></w:p>`, "x"},
	} {
		want := "a.docx: " + c.want
		data := word(t, c.body, file{"word/_rels/document.xml.rels", links("rId7", "https://acme.zoom.us/j/84930275116", "rId8", "https://acme.example/a")})
		texts := officeTexts(t, "a.docx", data)
		if len(texts) != 1 {
			t.Errorf("%s: %q", name, texts)
			continue
		}
		if got, _, _ := strings.Cut(texts[0], "\n\n<http"); got != want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, want)
		}
	}
}

func TestAnOfficeFileWithoutAListOfTypesIsOne(t *testing.T) {
	word := file{"word/document.xml", `<w:document><w:body>` + paragraph("https://acme.zoom", ".us/j/8493", "0275116") + `</w:body></w:document>`}
	for name, c := range map[string]struct {
		files []file
		place string
	}{
		"no list":       {[]file{word}, "a.docx!word/document.xml 1:1"},
		"an empty list": {[]file{{"[Content_Types].xml", `<Types/>`}, word}, "a.docx!word/document.xml 1:1"},
		"slides": {[]file{{"ppt/presentation.xml", `<p:presentation/>`}, {"ppt/slides/slide1.xml", `<p:sld><a:p><a:r><a:t>https://acme.zoom.us/j/8493</a:t></a:r><a:r><a:t>0275116</a:t></a:r></a:p></p:sld>`}},
			"a.docx!ppt/slides/slide1.xml 1:1"},
		"opendocument": {[]file{{"content.xml", `<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"><office:body><office:text><text:p>https://acme.zoom.us/j/8493<text:span>0275116</text:span></text:p></office:text></office:body></office:document-content>`}},
			"a.docx!content.xml 1:1"},
	} {
		t.Run(name, func(t *testing.T) {
			finds(t, "a.docx", string(zipped(t, c.files...)), []string{"zoom 84930275116 " + c.place}, nil)
		})
	}
}

func TestPartsOfAWordFile(t *testing.T) {
	finds(t, "a.docx", word(t, paragraph("x")+paragraph("Join https://acme.zoom.us/j/8493", "0275116"),
		file{"word/header1.xml", `<w:hdr>` + paragraph("https://acme.zoom.us/j/84930275116") + `</w:hdr>`},
		file{"word/footnotes.xml", `<w:footnotes><w:footnote>` + paragraph("note") + `</w:footnote><w:footnote>` + paragraph("https://meet.goo", "gle.com/kqz-wvtr-bnd") + `</w:footnote></w:footnotes>`},
		file{"word/_rels/footnotes.xml.rels", links("rId1", "https://acme.webex.com/meet/tferrari")},
		file{"word/_rels/settings.xml.rels", links("rId1", "https://globex.webex.com/meet/asmith")},
		file{"docProps/custom.xml", `<Properties><property name="Zoom Meeting ID"><vt:lpwstr>981 2345 6210</vt:lpwstr></property></Properties>`},
		file{"customXml/item1.xml", `<a><b>https://acme.zoom.us/j/91827364505</b></a>`},
		file{"word/embeddings/a.zip", string(zipped(t, file{"b.txt", "https://acme.zoom.us/j/93847561028"}))},
		file{"word/media/note.txt", "https://acme.zoom.us/j/95162738401"},
	), []string{
		"zoom 84930275116 a.docx!word/document.xml 2:6",
		"zoom 84930275116 a.docx!word/header1.xml 1:1",
		"google-meet kqz-wvtr-bnd a.docx!word/footnotes.xml 2:1",
		"webex tferrari a.docx!word/footnotes.xml 4:2",
		"webex asmith a.docx!word/_rels/settings.xml.rels 1:67",
		"zoom 98123456210 a.docx!docProps/custom.xml 1:18",
		"zoom 91827364505 a.docx!customXml/item1.xml 1:7",
		"zoom 93847561028 a.docx!word/embeddings/a.zip!b.txt 1:1",
		"zoom 95162738401 a.docx!word/media/note.txt 1:1",
	}, nil)
}

func TestSlidesAreInTheirOrder(t *testing.T) {
	slide := func(text string) string {
		return `<p:sld><p:cSld><p:spTree><p:sp><p:txBody><a:p>` + text + `</a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>`
	}
	run := func(text string) string { return `<a:r><a:rPr lang="en"/><a:t>` + text + `</a:t></a:r>` }
	data := string(zipped(t,
		file{"[Content_Types].xml", slideTypes},
		file{"_rels/.rels", `<Relationships><Relationship Id="rId1" Type="x/officeDocument" Target="/ppt/presentation.xml"/></Relationships>`},
		file{"ppt/slides/slide1.xml", slide(run("https://acme.zoom.us/j/8493") + run("0275116"))},
		file{"ppt/slides/slide2.xml", slide(`<a:r><a:rPr><a:hlinkClick r:id="rId2"/></a:rPr><a:t>Jo</a:t></a:r><a:r><a:rPr><a:hlinkClick r:id="rId2"/></a:rPr><a:t>in</a:t></a:r>`)},
		file{"ppt/slides/_rels/slide2.xml.rels", `<Relationships><Relationship Id="rId2" Type="x/hyperlink" Target="https://meet.google.com/kqz-wvtr-bnd" TargetMode="External"/>` +
			`<Relationship Id="rId3" Type="x/notesSlide" Target="../notesSlides/notesSlide1.xml"/></Relationships>`},
		file{"ppt/notesSlides/notesSlide1.xml", `<p:notes><a:p>` + run("https://acme.zoom.us/j/91827364505") + `</a:p></p:notes>`},
		file{"ppt/presentation.xml", `<p:presentation><p:sldIdLst><p:sldId id="257" r:id="rId3"/><p:sldId id="256" r:id="rId2"/></p:sldIdLst></p:presentation>`},
		file{"ppt/_rels/presentation.xml.rels", `<Relationships><Relationship Id="rId2" Type="x/slide" Target="slides/slide1.xml"/><Relationship Id="rId3" Type="x/slide" Target="slides/slide2.xml"/></Relationships>`},
		file{"ppt/slideMasters/slideMaster1.xml", `<p:sldMaster><a:p>` + run("https://acme.zoom.us/j/93847561028") + `</a:p></p:sldMaster>`},
	))
	texts := officeTexts(t, "a.pptx", data)
	if want := "a.pptx: Join <https://meet.google.com/kqz-wvtr-bnd>\n\nhttps://acme.zoom.us/j/91827364505\n\nhttps://acme.zoom.us/j/84930275116\n\nhttps://acme.zoom.us/j/93847561028"; len(texts) != 1 || !strings.HasPrefix(strings.ReplaceAll(texts[0], "\n\n\n\n", "\n\n"), want) {
		t.Errorf("got %q", texts)
	}
	finds(t, "a.pptx", data, []string{
		"google-meet kqz-wvtr-bnd a.pptx!slide 1 0:0",
		"zoom 91827364505 a.pptx!slide 1 notes 0:0",
		"zoom 84930275116 a.pptx!slide 2 0:0",
		"zoom 93847561028 a.pptx!ppt/slideMasters/slideMaster1.xml 1:1",
	}, nil)
}

// workbook is a file of Excel with one sheet, called "Rooms".
func workbook(t testing.TB, rows, behind string, more ...file) string {
	return string(zipped(t, append([]file{
		{"[Content_Types].xml", sheetTypes},
		{"_rels/.rels", `<Relationships><Relationship Id="rId1" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/worksheets/sheet1.xml", `<worksheet><sheetData>` + rows + `</sheetData>` + behind + `</worksheet>`},
		{"xl/workbook.xml", `<workbook><sheets><sheet name="Rooms" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`},
	}, more...)...))
}

func TestSheetsKeepTheirRows(t *testing.T) {
	shared := file{"xl/sharedStrings.xml", `<sst><si><t>Course</t></si><si><r><t>https://acme.zoom</t></r><r><t>.us/j/84930275116</t></r></si><si><t>Passcode</t></si><si><t>cell9x</t></si>` +
		`<si><t>nobody https://meet.google.com/kqz-wvtr-bnd</t></si><si><t>one
two_x000D_</t></si></sst>`}
	data := workbook(t, `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>2</v></c></row>`+
		`<row r="7"><c r="A7" t="inlineStr"><is><t>Biology</t></is></c><c r="B7" t="s"><v>1</v></c><c r="C7" t="s"><v>3</v></c></row>`+
		`<row r="8"><c r="A8"><v>9.8123456210E10</v></c><c r="B8" t="str"><f>HYPERLINK("https://acme.webex.com/meet/tferrari","Join")</f><v>Join</v></c><c r="D8" t="s"><v>5</v></c></row>`+
		`<row r="9"><c r="B9" t="str"><v>here</v></c></row>`,
		`<hyperlinks><hyperlink ref="B9" r:id="rId5" display="x"/><hyperlink ref="F99:G99" r:id="rId6"/></hyperlinks>`,
		shared, file{"xl/worksheets/_rels/sheet1.xml.rels", links("rId5", "https://acme.zoom.us/j/91827364505", "rId6", "https://acme.zoom.us/j/93847561028")},
		file{"xl/comments1.xml", `<comments><authors><author>pa</author></authors><commentList><comment ref="B7"><text><r><t>ask </t></r><r><t>pa</t></r></text></comment><comment ref="B8"><text><t>two</t></text></comment></commentList></comments>`})
	texts := officeTexts(t, "a.xlsx", data)
	want := "a.xlsx: Course\t\tPasscode\nBiology\thttps://acme.zoom.us/j/84930275116\tcell9x\n" +
		"98123456210\tJoin =HYPERLINK(\"https://acme.webex.com/meet/tferrari\",\"Join\")\t\tone two\n\there <https://acme.zoom.us/j/91827364505>\n\n<https://acme.zoom.us/j/93847561028>\n\n"
	if len(texts) != 1 || !strings.HasPrefix(texts[0], want+"ask pa\ntwo") {
		t.Errorf("got  %q\nwant %q", texts, want)
	}
	if shown := matchers.Find([]byte(want)); len(shown) == 0 || !slices.Contains(shown[0].Secrets, "passcode") {
		t.Error("a passcode in the row of a link must be seen")
	}
	finds(t, "a.xlsx", data, []string{
		"zoom 84930275116 a.xlsx!Rooms 7:2",
		"webex tferrari a.xlsx!Rooms 8:2",
		"zoom 91827364505 a.xlsx!Rooms 9:2",
		"zoom 93847561028 a.xlsx!Rooms 9:2",
		"google-meet kqz-wvtr-bnd a.xlsx!xl/sharedStrings.xml 1:8",
	}, nil)
}

func TestOpenDocuments(t *testing.T) {
	content := func(body string) file {
		return file{"content.xml", `<?xml version="1.0"?><office:document-content><office:body>` + body + `</office:body></office:document-content>`}
	}
	for _, c := range []struct {
		name, media, body, want string
		places                  []string
	}{
		{"a.odt", odText, `<office:text><text:h>Board</text:h><text:p>Join  https://acme.zoom<text:span>.us/j/849</text:span>30275116` + "\n" + `now<text:s text:c="2"/>x<text:tab/>y<text:line-break/>z</text:p>` +
			`<text:p>At <text:a xlink:href="https://meet.google.com/kqz-wvtr-bnd">the <text:span>us</text:span>ual</text:a>. <office:annotation><dc:date>2026-12-01T10:00:00</dc:date><text:p>a note</text:p></office:annotation>End</text:p></office:text>`,
			"Board\nJoin https://acme.zoom.us/j/84930275116 now  x\ty\nz\nAt the usual. <https://meet.google.com/kqz-wvtr-bnd> End\na note",
			[]string{"zoom 84930275116 a.odt!content.xml 2:6", "google-meet kqz-wvtr-bnd a.odt!content.xml 4:16"}},
		{"a.ods", odSheet, `<office:spreadsheet><table:table table:name="Rooms"><table:table-row table:number-rows-repeated="4"><table:table-cell/></table:table-row>` +
			`<table:table-row><table:table-cell table:number-columns-repeated="2"/><table:table-cell><text:p>Zoom</text:p><text:p>https://acme.zoom.us/j/84930275116</text:p></table:table-cell><table:table-cell table:formula="of:=HYPERLINK(&quot;https://meet.google.com/kqz-wvtr-bnd&quot;;1)" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>`,
			"\t\tZoom https://acme.zoom.us/j/84930275116\t" + `1 table:formula="of:=HYPERLINK("https://meet.google.com/kqz-wvtr-bnd";1)"`,
			[]string{"zoom 84930275116 a.ods!Rooms 5:3", "google-meet kqz-wvtr-bnd a.ods!Rooms 5:4"}},
		{"a.odp", odSlides, `<office:presentation><draw:page><draw:frame><draw:text-box><text:p>one</text:p></draw:text-box></draw:frame></draw:page><draw:page><draw:a xlink:href="https://acme.zoom.us/j/84930275116"><draw:frame><draw:text-box><text:p>two</text:p></draw:text-box></draw:frame></draw:a></draw:page></office:presentation>`,
			"one\n\ntwo\n<https://acme.zoom.us/j/84930275116>", []string{"zoom 84930275116 a.odp!slide 2 0:0"}},
	} {
		data := string(zipped(t, file{"mimetype", c.media}, content(c.body)))
		texts := officeTexts(t, c.name, data)
		if diff := cmp.Diff([]string{c.name + ": " + c.want}, texts[:1]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		finds(t, c.name, data, c.places, nil)
	}
}
