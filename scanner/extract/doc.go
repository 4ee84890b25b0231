// Package extract turns bytes into documents: it opens archives, takes compression off, and makes text of what is not
// UTF-8. What something is is decided by its content, never by its name.
//
// Read are: text in UTF-8 (broken bytes stay as they are), in any encoding that agrees with it in ASCII, and in UTF-16 and
// UTF-32 (with a mark; UTF-16 without one as well); gzip, bzip2, zip (office files among them, part by part) and tar, in
// each other to a depth of 8. Other binary files are read as they are, since links stand in them in plain text; NUL bytes
// separate. Not read, each with a policy skip, are PDF, images, sound, video, fonts, programs, old office files, and other
// kinds of archives.
//
// Nothing is ever written, so names in archives cannot do harm; in URIs they are shown without ways upwards. What an
// archive may cost is bounded, see [Limits]; what goes beyond is a failure, and the rest is still read. Bytes behind
// the end of an archive, other than zeros, are not read and are a failure too. Places inside archives are joined with "!":
// "a.zip!b.tar!c.txt". Compression adds no part.
package extract
