// Package extract turns bytes into documents: it takes apart what is packed, and makes text, with places, of what is not plain
// text. What something is is decided by its content, never by its name alone.
//
// What is read, and how:
//
//   - Text in UTF-8 (broken bytes stay as they are), in UTF-16 and UTF-32, and in the charset that a server or a mail declares, as
//     it is: JSON, YAML, XML, Markdown and source text have links that can be found where they stand. Other binary files
//     are read as they are too, since links stand in them in plain text.
//   - HTML as its reader sees it, with addresses, attributes, comments and scripts behind the block they belong to, and the
//     page's outline for whoever follows links. Feeds and tables (CSV) keep what belongs together together.
//   - Calendars, with the next instance of each event; contacts; mail with all its parts, mailboxes, winmail.dat; RTF.
//   - Word, Excel, PowerPoint and OpenDocument files as one document with parts; older office files as the strings in them.
//   - PDFs and the QR codes in images, in a process of its own (see [Options.Child]).
//   - gzip, bzip2, zstd, zip, tar, WARC and WET, in each other to a depth of 8. Each entry is a document. What is no archive by its
//     beginning but a zip by its end is read as both.
//
// Nothing is lost on the way: what a reader does not understand is handed on as text, so that no document shows fewer links than
// its bytes. What cannot be read is told, see [scanner.Skip]: kinds that are not supported (sound, video, fonts, programs,
// other archives) are policy; what is broken, cut off, encrypted or a bomb is a failure, and the rest of it is still read.
//
// Nothing is ever written, so names in archives cannot do harm; in URIs they are shown without ways upwards. What a source may
// cost is bounded, see [Limits]. Bytes behind the end of an archive, other than zeros, are not read and are a failure. Parts are
// joined to their document's place with "!": "a.zip!b.eml!body". Compression adds no part.
//
// # Which file is which
//
//	extract.go kind.go media.go  Extractor; what kind content is; its name for reports
//	view.go mapped.go            text that remembers where it stood
//	budget.go                    what one source may cost
//	charset*.go                  encodings
//	archive.go zip*.go zstd.go behind.go warc*.go mbox.go   what holds other documents
//	html*.go feed.go table.go    pages, feeds, tables
//	calendar*.go vcard.go contentline.go                  iCalendar and vCard
//	mail*.go mime.go tnef.go     mail
//	office*.go ole.go rtf*.go    office files
//	child*.go serve_child.go image.go qr.go pdf/          what is read in another process
package extract
