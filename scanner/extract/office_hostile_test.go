package extract

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// TestOfficeFilesHideNothingThatTheirPartsShow holds that no reading of a part finds less than a look at its bytes.
func TestOfficeFilesHideNothingThatTheirPartsShow(t *testing.T) {
	link := "https://acme.zoom.us/j/84930275116"
	inWord := func(body string) string {
		return `<w:document xmlns:w="http://schemas.openxmlformats.org/w"><w:body>` + body + `</w:body></w:document>`
	}
	inSheet := func(cells string) string {
		return "<worksheet><sheetData>" + cells + "</sheetData></worksheet>"
	}
	for name, part := range map[string]string{
		"text":                        inWord(paragraph(link)),
		"text that is nowhere":        inWord("<w:p>" + link + "</w:p>"),
		"text of an unknown element":  inWord("<x:y>" + link + "</x:y>"),
		"an attribute":                inWord(`<w:p w:x="` + link + `"/>`),
		"an attribute of text":        inWord(`<w:p><w:r><w:t x='` + link + `'>y</w:t></w:r></w:p>`),
		"an attribute without quotes": inWord(`<w:p x=` + link + ` y/>`),
		"no attribute":                inWord(`<w:p "` + link + `"/>`),
		"a namespace":                 inWord(`<w:p xmlns:q="` + link + `"/>`),
		"a comment":                   inWord("<!-- " + link + " -->"),
		"an instruction":              inWord("<?mso " + link + " ?>"),
		"characters as they are":      inWord("<w:p><w:r><w:t><![CDATA[" + link + "]]></w:t></w:r></w:p>"),
		"an entity":                   `<!DOCTYPE x [<!ENTITY a "` + link + `">]>` + inWord(paragraph("&a;")),
		"a link behind an end":        inWord("</w:p></w:body></w:document>" + link),
		"a tag that never ends":       inWord(`<w:p x="` + link),
		"a comment that never ends":   inWord("<!-- " + link),
		"a long tag":                  inWord(`<w:p x="` + strings.Repeat("y", maxXMLTag) + `" z="` + link + `"/>`),
		"many attributes":             inWord(`<w:p ` + strings.Repeat("a='b' ", maxXMLAttrs) + `z="` + link + `"/>`),
		"many paragraphs in others":   inWord(strings.Repeat("<w:p>", 100) + paragraph(link)),
		"many links in others":        inWord(strings.Repeat(`<w:p><w:fldSimple w:instr="HYPERLINK `+link+`">`, 100)),
		"a field that never ends":     inWord(`<w:p><w:fldChar w:fldCharType="begin"/>` + strings.Repeat(paragraph("words "), 3000) + paragraph(link)),
		"a style":                     inWord(`<w:p style="background:url(` + link + `)"/>`),
		"a form of a shape":           inWord(`<w:p path="` + link + `"/>`),
		"an unknown part":             "<theme><a b='" + link + "'/></theme>",
		"no root":                     "<!-- " + strings.Repeat("x", 5000) + "--> " + link,
		"a cell":                      inSheet(`<row><c t="str"><v>` + link + `</v></c></row>`),
		"no cell":                     inSheet(`<row>` + link + `</row>`),
		"a cell's attribute":          inSheet(`<row x="` + link + `"><c/></row>`),
		"a formula":                   inSheet(`<row><c><f>HYPERLINK("` + link + `")</f></c></row>`),
		"a cell that never ends":      inSheet(`<row><c><v>` + link),
		"a validation":                inSheet("") + `<dataValidation prompt="` + link + `"/>`,
		"a large cell":                inSheet(`<row><c t="str"><v>` + strings.Repeat("x ", maxSheetCell) + link + `</v></c></row>`),
		"an odd string":               "<sst><si>" + link + "</si></sst>",
		"a relation":                  "<Relationships><Relationship Id='a' Type='b' Target='" + link + "'/></Relationships>",
		"an odd relation":             "<Relationships><x>" + link + "</x></Relationships>",
		"a property":                  "<Properties><a>" + link + "</a></Properties>",
		"a property's attribute":      "<Properties><a b='" + link + "'/></Properties>",
		"no XML":                      "<" + link,
		"binary data":                 "\x00\x01\x02" + link + "\x00",
	} {
		for _, place := range []string{"word/document.xml", "word/_rels/document.xml.rels", "xl/sharedStrings.xml", "a.bin", "[Content_Types].xml", "../../x.xml"} {
			data := zipped(t, file{"[Content_Types].xml", wordTypes},
				file{"_rels/.rels", `<Relationships><Relationship Id="rId1" Type="x/officeDocument" Target="word/document.xml"/></Relationships>`}, file{place, part})
			places, _ := found(t, Limits{}, bytesSource{"a.docx", data, false})
			for _, s := range matchers.Find([]byte(part)) {
				if !slices.ContainsFunc(places, func(p string) bool { return strings.Contains(p, " "+s.ID+" ") }) {
					t.Errorf("%s in %s: %q, the bytes show %q", name, place, places, s.ID)
				}
			}
		}
	}
}

// TestAnyEncodingOfAPartIsRead holds that the encoding that a part declares is believed.
func TestAnyEncodingOfAPartIsRead(t *testing.T) {
	part := `<w:document><w:p><w:r><w:t>Café https://acme.zoom.us/j/8493</w:t></w:r><w:r><w:t>0275116</w:t></w:r></w:p></w:document>`
	wide := []byte{0xff, 0xfe}
	for _, r := range `<?xml version="1.0" encoding="UTF-16"?>` + part {
		wide = append(wide, byte(r), byte(r>>8))
	}
	for name, part := range map[string]string{
		"utf-8":        "\xef\xbb\xbf" + part,
		"utf-16":       string(wide),
		"windows-1252": `<?xml version="1.0" encoding="windows-1252"?>` + strings.ReplaceAll(part, "é", "\xe9"),
	} {
		data := string(zipped(t, file{"[Content_Types].xml", wordTypes}, file{"word/document.xml", part}))
		if texts := officeTexts(t, "a.docx", data); !strings.HasPrefix(texts[0], "a.docx: Café https://acme.zoom.us/j/84930275116") {
			t.Errorf("%s: %q", name, texts)
		}
	}
}

func TestEntitiesAreNeverExpanded(t *testing.T) {
	var declared strings.Builder
	declared.WriteString(`<!DOCTYPE x [<!ENTITY a0 "lol"><!ENTITY ext SYSTEM "file:///etc/hostname">`)
	for i := range 30 {
		fmt.Fprintf(&declared, `<!ENTITY a%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&a%d;", i), 10))
	}
	data := word(t, "", file{"word/footnotes.xml", declared.String() + "]><footnotes>" + paragraph("&a30;&ext;") + "</footnotes>"})
	n, skips := discard(t, Limits{}, bytesSource{"a.docx", []byte(data), false})
	if n > 10<<10 || len(skips) > 0 {
		t.Errorf("%d bytes, %q", n, skips)
	}
}

// TestALargeOfficeFileIsSeveralDocuments holds that nothing is cut off, and that lines are told as if it were one.
func TestALargeOfficeFileIsSeveralDocuments(t *testing.T) {
	body := strings.Repeat(paragraph("some words of a long text that goes on"), 8000) + paragraph("https://acme.zoom.us/j/84930275116")
	data := []byte(word(t, body))
	limits := Limits{Spool: 1 << 20, Ratio: 100_000}
	places, skips := found(t, limits, bytesSource{"a.docx", data, false})
	if want := []string{"zoom 84930275116 a.docx!word/document.xml 8001:1"}; !slices.Equal(places, want) || len(skips) > 0 {
		t.Errorf("%q %q", places, skips)
	}
	texts, _ := extracted(t, limits, bytesSource{"a.docx", data, false})
	if len(texts) < 2 {
		t.Errorf("%d documents", len(texts))
	}
}

// TestLargeSheetsKeepTheirPlaces holds the same for sheets.
func TestLargeSheetsKeepTheirPlaces(t *testing.T) {
	rows := strings.Repeat(`<row><c t="str"><v>some words of a long text</v></c></row>`, 8000) +
		`<row r="9000"><c r="AB9000" t="str"><v>https://acme.zoom.us/j/84930275116</v></c></row>`
	limits := Limits{Spool: 1 << 20, Ratio: 100_000}
	places, skips := found(t, limits, bytesSource{"a.xlsx", []byte(workbook(t, rows, "")), false})
	if want := []string{"zoom 84930275116 a.xlsx!Rooms 9000:28"}; !slices.Equal(places, want) || len(skips) > 0 {
		t.Errorf("%q %q", places, skips)
	}
}

// TestStringsThatDoNotFitAreStillFound reads more of them than are held.
func TestStringsThatDoNotFitAreStillFound(t *testing.T) {
	shared := "<sst>" + strings.Repeat("<si><t>"+strings.Repeat("word ", 100)+"</t></si>", 1000) + "<si><t>https://acme.zoom.us/j/84930275116</t></si></sst>"
	data := workbook(t, `<row><c t="s"><v>1000</v></c></row>`, "", file{"xl/sharedStrings.xml", shared})
	places, skips := found(t, Limits{Spool: 1 << 20, Ratio: 100_000}, bytesSource{"a.xlsx", []byte(data), false})
	if len(places) != 1 || !strings.HasPrefix(places[0], "zoom 84930275116 a.xlsx!xl/sharedStrings.xml ") || len(skips) > 0 {
		t.Errorf("%q %q", places, skips)
	}
}

func TestOfficeBombs(t *testing.T) {
	huge := strings.Repeat("<si><t>00000000</t></si>", 1<<17)
	for name, c := range map[string]struct {
		data   string
		limits Limits
		skip   string
	}{
		"strings":   {workbook(t, "", "", file{"xl/sharedStrings.xml", "<sst>" + huge}), Limits{}, "a bomb: unpacks to more than 200 times its size"},
		"relations": {word(t, paragraph("x"), file{"word/_rels/document.xml.rels", links(slices.Repeat([]string{"rId1", "https://acme.example/x"}, 20_000)...)}), Limits{}, "a bomb"},
		"budget":    {word(t, strings.Repeat(paragraph("x"), 40_000)), Limits{Bytes: 1 << 20}, "unpacks to more than 1 MiB"},
		"entries":   {word(t, "", file{"a.xml", "<x/>"}, file{"b.xml", "<x/>"}), Limits{Entries: 3}, "more than 3 entries"},
	} {
		_, skips := discard(t, c.limits, bytesSource{"a", []byte(c.data), false})
		if len(skips) != 1 || !strings.Contains(skips[0], c.skip) || !strings.Contains(skips[0], "(failure)") {
			t.Errorf("%s: %q", name, skips)
		}
	}
}

func TestManyRelationsAreAllInTheText(t *testing.T) {
	var all []string
	for i := range maxRelations + 10 {
		all = append(all, fmt.Sprintf("rId%d", i), fmt.Sprintf("https://acme.example/%d", i))
	}
	all = append(all, "last", "https://acme.zoom.us/j/84930275116")
	data := word(t, "", file{"word/_rels/document.xml.rels", links(all...)})
	places, skips := found(t, Limits{}, bytesSource{"a.docx", []byte(data), false})
	if len(places) != 1 || len(skips) > 0 {
		t.Errorf("%q %q", places, skips)
	}
}

func TestAFileOfTooManyPartsIsReadOneByOne(t *testing.T) {
	files := []file{{"[Content_Types].xml", wordTypes}}
	for i := range maxOfficeParts {
		files = append(files, file{fmt.Sprint(i), ""})
	}
	files = append(files, file{"z", "https://acme.zoom.us/j/84930275116"})
	places, skips := found(t, Limits{}, bytesSource{"a.docx", stored(t, files...), false})
	if want := []string{"zoom 84930275116 a.docx!z 1:1"}; !slices.Equal(places, want) || len(skips) != 1 || !strings.Contains(skips[0], "more than 10000 parts") {
		t.Errorf("%q %q", places, skips)
	}
}

func TestTwoListsOfTypes(t *testing.T) {
	link := paragraph("https://acme.zoom.us/j/8493", "0275116")
	for _, second := range []string{wordTypes, "<Types/>", "<Types>https://meet.google.com/kqz-wvtr-bnd</Types>"} {
		for _, turned := range []bool{false, true} {
			files := []file{{"[Content_Types].xml", wordTypes}, {"[content_types].XML", second}, {"word/document.xml", "<w:document>" + link + "</w:document>"}}
			if turned {
				files[0], files[1] = files[1], files[0]
			}
			places, skips := found(t, Limits{}, bytesSource{"a.docx", zipped(t, files...), false})
			if len(places) != 1+strings.Count(second, "kqz") || len(skips) > 0 {
				t.Errorf("%q %q", places, skips)
			}
		}
	}
}

func TestRelationsDoNotLeadOutside(t *testing.T) {
	data := zipped(t, file{"[Content_Types].xml", wordTypes},
		file{"_rels/.rels", `<Relationships><Relationship Id="rId1" Type="x/officeDocument" Target="../../../../etc/hostname"/><Relationship Id="rId2" Type="x/officeDocument" Target="file:///etc/hostname" TargetMode="External"/></Relationships>`},
		file{"../../word/document.xml", "<w:document>" + paragraph("x") + "</w:document>"})
	err := New(Options{}).Unit(bytesSource{"a", data, false})(t.Context(), func(d scanner.Document) error {
		text, err := io.ReadAll(d.Text)
		must(t, err)
		for at := range text {
			if spot := d.Where.Locate(int64(at)); strings.Contains(spot.Part, "..") {
				t.Fatalf("%+v", spot)
			}
		}
		if d.URI != "a" || !bytes.Contains(text, []byte("\n\nx")) {
			t.Errorf("%s: %q", d.URI, text)
		}
		return nil
	}, func(s scanner.Skip) { t.Errorf("%+v", s) })
	must(t, err)
}

func TestEncryptedOfficeFilesAreFailures(t *testing.T) {
	data := zipped(t, file{"mimetype", odText}, file{"META-INF/manifest.xml", "<manifest:manifest><manifest:encryption-data/></manifest:manifest>"}, file{"content.xml", "\x00\x8f\x91 not to be read"})
	_, skips := discard(t, Limits{}, bytesSource{"a.odt", data, false})
	if want := []string{"a.odt (failure): encrypted"}; !slices.Equal(skips, want) {
		t.Errorf("%q", skips)
	}
}

// TestDamagedOfficeFilesKeepWhatCanBeRead cuts and breaks parts.
func TestDamagedOfficeFilesKeepWhatCanBeRead(t *testing.T) {
	data := []byte(word(t, paragraph("https://acme.zoom.us/j/84930275116"), file{"z.xml", "<x>https://acme.zoom.us/j/91827364505</x>"}))
	i := bytes.LastIndex(data, []byte("z.xml"))
	broken := slices.Clone(data)
	broken[i-30] ^= 0xff // the checksum
	places, skips := found(t, Limits{}, bytesSource{"a.docx", broken, false})
	if len(places) != 2 || len(skips) != 1 || !strings.Contains(skips[0], "a.docx!z.xml (failure): broken zip: the checksum does not fit") {
		t.Errorf("%q %q", places, skips)
	}
	broken = slices.Clone(data)
	broken[bytes.LastIndex(data, []byte(markRecord))] = 'x'
	places, skips = found(t, Limits{}, bytesSource{"a.docx", broken, false})
	if len(places) != 1 || len(skips) != 1 || !strings.Contains(skips[0], "a.docx (failure): broken zip: the directory ends too early") {
		t.Errorf("%q %q", places, skips)
	}
	places, skips = found(t, Limits{}, bytesSource{"a.docx", append(slices.Clone(data), "behind"...), false})
	if len(places) != 2 || len(skips) != 1 || !strings.Contains(skips[0], "behind") {
		t.Errorf("%q %q", places, skips)
	}
}

// TestOfficeFilesTakeLittleMemory reads a sheet of 12 MiB.
func TestOfficeFilesTakeLittleMemory(t *testing.T) {
	row := `<row><c t="str"><v>some words</v></c><c><v>12345</v></c><c t="str"><v>more words</v></c></row>`
	data := []byte(workbook(t, strings.Repeat(row, 12<<20/len(row)), ""))
	var most, before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	must(t, New(Options{Limits: Limits{Ratio: 100_000}}).Unit(bytesSource{"a", data, false})(t.Context(), func(d scanner.Document) error {
		var now runtime.MemStats
		runtime.GC()
		if runtime.ReadMemStats(&now); now.HeapAlloc > most.HeapAlloc {
			most = now
		}
		_, err := io.Copy(io.Discard, d.Text)
		return err
	}, func(s scanner.Skip) { t.Errorf("%+v", s) }))
	if held := int64(most.HeapAlloc) - int64(before.HeapAlloc); held > 16<<20 {
		t.Errorf("held %d MiB", held>>20)
	}
}

// FuzzOffice reads any part as the main part of each kind of office file.
func FuzzOffice(f *testing.F) {
	f.Add([]byte(`<w:document><w:p><w:hyperlink r:id="a"><w:r><w:t>x</w:t></w:r></w:hyperlink><w:fldSimple w:instr="HYPERLINK &quot;u&quot;"/></w:p><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>`))
	f.Add([]byte(`<worksheet><row r="7"><c r="ZZ7" t="s"><v>0</v></c><c t="n"><v>1E10</v><f>a</f></c></row><hyperlink ref="A1" r:id="a"/>`))
	f.Add([]byte(`<office:document-content><table:table table:name="x"><table:table-row table:number-rows-repeated="9999999"><table:table-cell table:number-columns-repeated="99999"/><table:table-cell><text:p>a<text:s text:c="99999"/></text:p>`))
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY b "c">]><document>&b;<![CDATA[x]]><?y?><!-- z -->&#x41;</document>`))
	f.Add([]byte(`<p:presentation><p:sldId r:id="a"/><p:sldId r:id="a"/></p:presentation>`))
	f.Add([]byte(`<Relationships><Relationship Id="a" Type="x/hyperlink" Target="b" TargetMode="External"/></Relationships>`))
	f.Fuzz(func(t *testing.T, part []byte) {
		rels := file{"_rels/.rels", `<Relationships><Relationship Id="a" Type="x/officeDocument" Target="main.xml"/></Relationships>`}
		own := file{"_rels/main.xml.rels", `<Relationships><Relationship Id="a" Type="x/hyperlink" Target="https://acme.example/" TargetMode="External"/><Relationship Id="b" Type="x/sharedStrings" Target="main.xml"/></Relationships>`}
		for _, types := range []file{{"[Content_Types].xml", sheetTypes}, {"mimetype", odSheet}} {
			for _, name := range []string{"main.xml", "content.xml", "_rels/main.xml.rels"} {
				data := stored(t, types, rels, file{name, string(part)}, own, file{"main.xml", "<workbook/>"})
				readAnyOffice(t, data, 4000+100*len(part))
			}
		}
	})
}

// stored is a zip that packs nothing, which is made faster.
func stored(t *testing.T, files ...file) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		e, err := w.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Store})
		must(t, err)
		_, err = io.WriteString(e, f.text)
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

// FuzzOfficePackage breaks whole files.
func FuzzOfficePackage(f *testing.F) {
	f.Add([]byte(word(f, paragraph("a", "b"), file{"word/_rels/document.xml.rels", links("rId1", "https://acme.example")})))
	f.Add([]byte(workbook(f, `<row><c r="B1" t="s"><v>0</v></c></row>`, "", file{"xl/sharedStrings.xml", "<sst><si><t>x</t></si></sst>"})))
	f.Add(zipped(f, file{"mimetype", odText}, file{"content.xml", "<office:document-content><text:p>a</text:p></office:document-content>"}))
	f.Fuzz(func(t *testing.T, data []byte) { readAnyOffice(t, data, 1<<20+300*len(data)) })
}

// readAnyOffice reads data and holds that the text is bounded and that every place in it can be told.
func readAnyOffice(t *testing.T, data []byte, most int) {
	t.Helper()
	total := 0
	err := New(Options{Limits: Limits{Bytes: 4 << 20, Entries: 100, Spool: 2 << 20}}).Unit(bytesSource{"u", data, false})(t.Context(), func(d scanner.Document) error {
		text, _ := io.ReadAll(d.Text) // what is broken is told where it is read
		total += len(text)
		if d.Where != nil {
			for at := 0; at <= len(text); at += 1 + len(text)/100 {
				if spot := d.Where.Locate(int64(at)); spot.Page == 0 && (spot.Line < 1 || spot.Column < 1) || strings.Contains(spot.Part, "../") {
					t.Fatalf("%+v", spot)
				}
			}
		}
		return nil
	}, func(s scanner.Skip) {
		if s.Reason == "" || s.Cause == "" {
			t.Errorf("%+v", s)
		}
	})
	must(t, err)
	if total > most {
		t.Errorf("%d bytes of text", total)
	}
}

// TestTextThatStandsInManyPlacesIsBounded multiplies one long text by naming it often.
func TestTextThatStandsInManyPlacesIsBounded(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	limits := Limits{Ratio: 100_000}
	for name, data := range map[string]string{
		"strings":   workbook(t, strings.Repeat(`<row><c t="s"><v>0</v></c></row>`, 10_000), "", file{"xl/sharedStrings.xml", "<sst><si><t>" + long + "</t></si></sst>"}),
		"addresses": word(t, strings.Repeat(`<w:p><w:hyperlink r:id="a"/></w:p>`, 10_000), file{"word/_rels/document.xml.rels", links("a", long)}),
		"cells": workbook(t, strings.Repeat(`<row><c r="A1"><v>0</v></c></row>`, 10_000), strings.Repeat(`<hyperlink ref="A1" r:id="a" location="b"/>`, 10_000),
			file{"xl/worksheets/_rels/sheet1.xml.rels", links("a", long)}),
	} {
		n, skips := discard(t, limits, bytesSource{"a", []byte(data), false})
		if n > 64<<20 || n < 100_000 || len(skips) != 1 || !strings.Contains(skips[0], "(failure): a bomb: the same text") {
			t.Errorf("%s: %d bytes, %q", name, n, skips)
		}
	}
}

// TestEmptyPartsAndLargeGridsTakeLittleMemory begins a page, or a sheet whose only cell is far down, in a few bytes.
func TestEmptyPartsAndLargeGridsTakeLittleMemory(t *testing.T) {
	pages := strings.Repeat("<draw:page/>", 200_000)
	sheets := strings.Repeat(`<table:table><table:table-row table:number-rows-repeated="1048575"/><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table>`, 1000)
	for name, c := range map[string]struct{ media, body string }{"pages": {odSlides, pages}, "sheets": {odSheet, sheets}} {
		data := zipped(t, file{"mimetype", c.media}, file{"content.xml", "<office:document-content>" + c.body + "</office:document-content>"})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, skips := discard(t, Limits{Ratio: 100_000}, bytesSource{"a", data, false})
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 300<<20 || len(skips) > 0 {
			t.Errorf("%s: allocated %d MiB in all, %q", name, used>>20, skips)
		}
	}
}
