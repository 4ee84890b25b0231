package extract

import (
	"path"
	"strings"
)

// relation is what a part of an OOXML package leads to (ECMA-376 part 2, section 6.5).
type relation struct {
	kind     string // the last word of its type: "hyperlink", "slide"
	target   string // an address, or the name of a part
	external bool
	used     bool // it was told
}

// relations are those of one part.
type relations struct {
	byID map[string]*relation
	list []*relation
}

// The bounds of the relations of one part. Where there are more, the first are resolved, and the whole list is in the text.
const (
	maxRelations     = 20_000
	maxRelationBytes = 2 << 20
)

// relations reads those of the part of that name.
func (p *office) relations(name string) *relations {
	r := &relations{byID: make(map[string]*relation)}
	dir, base := path.Split(name)
	part := p.part(dir + "_rels/" + base + ".rels")
	if part == nil || part.done || p.budget.spent != nil || !p.entry(part) {
		return r
	}
	source, closing, err := p.unpack(p.dir, part.entry)
	if err != nil {
		return r // it is told when the part is read
	}
	defer closing()
	failed := &failedReader{Reader: source}
	x := newXMLTokens(failed)
	size, odd := 0, false
	for len(r.list) < maxRelations && size < maxRelationBytes {
		t, ok := x.next()
		if !ok {
			part.done = failed.err == nil && !odd
			break
		}
		switch {
		case t.kind == xmlRaw && !isDeclaration(t.text), t.kind == xmlText && worthOf(t.text).ofText():
			odd = true
		case t.kind == xmlStart && string(t.name) == "Relationship":
			size += len(t.attrs)
			r.add(t, dir)
		case t.kind == xmlStart && string(t.name) != "Relationships":
			odd = true
		}
	}
	return r
}

func isDeclaration(text []byte) bool { return len(text) < 200 && hasPrefixFold(text, "xml ") }

func (r *relations) add(t xmlToken, dir string) {
	id, target := t.attr("Id"), t.attr("Target")
	kind := t.attr("Type")
	rel := &relation{kind: kind[strings.LastIndexByte(kind, '/')+1:], target: target, external: strings.EqualFold(t.attr("TargetMode"), "External")}
	switch {
	case target == "":
		return
	case rel.external:
	case strings.HasPrefix(target, "/"):
		rel.target = target[1:]
	default:
		rel.target = path.Join(dir, target)
		if worthOf([]byte(target)).link { // an address whose mode was forgotten
			rel.target, rel.external = target, true
		}
	}
	r.list = append(r.list, rel)
	if r.byID[id] == nil {
		r.byID[id] = rel
	}
}

// leads is the name of the first part that a relation of that kind leads to, "" without one.
func (r *relations) leads(kind string) string {
	for _, rel := range r.list {
		if rel.kind == kind && !rel.external {
			return rel.target
		}
	}
	return ""
}

// tellUnused writes the addresses that stood nowhere in the part.
func (r *relations) tellUnused(o *officeText) {
	o.blank()
	for _, rel := range r.list {
		if rel.external && !rel.used {
			o.remark("<"+rel.target+">", rel.target)
			o.endLine()
		}
	}
}
