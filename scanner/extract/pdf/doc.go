// Package pdf makes text of PDF files.
//
// It promises to read as much as can be read: it believes no table of contents but looks for every object itself, so that
// files that are damaged, cut off, or written in several revisions give what is left of them. What stands in no page (titles,
// forms, earlier revisions, properties) is told behind the pages. It follows ISO 32000-2; what a program may leave out is
// left out: drawing, fonts' shapes, signatures, scripts. Pictures
// are handed out as they are.
//
// It never opens what a file names, and never runs what a file holds. Time and memory are bounded by [Limits] but for the
// nesting of hostile files, so callers run it in a process of its own. It does not panic on purpose; a page that makes it
// panic is reported and the others are read.
//
//	syntax.go    bytes to objects
//	file.go      where the objects stand, and getting them
//	stream.go    filters and predictors
//	crypt.go     the standard encryption, opened with the empty password
//	font.go cmap.go glyph.go    codes to letters and widths
//	content.go   what a page draws, to lines of text
//	pdf.go       the pages, what lies over them, and the rest
//	picture.go   pictures, in shades of grey
//	wrap.go      links that were broken over lines
package pdf
