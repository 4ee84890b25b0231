package report

import (
	"cmp"
	"slices"
	"strings"
)

// The bounds of the picture.
const (
	maxFolders   = 20_000 // folders counted; what lies deeper than there is room for counts for its parent
	maxDepth     = 12     // of a folder below its root
	drawnNodes   = 25     // bars drawn
	drawnDepth   = 3      // levels drawn
	maxOfMeeting = 256    // folders remembered for one meeting
)

// folder is a node of the tree of places: a host, a folder, an archive. Its id is its index in the tree.
type folder struct {
	id, parent int
	name       string
	byClass    map[string]int
	total      int  // meetings here and below
	here       bool // a document with a meeting lies right here
	children   map[string]int
}

// tree counts meetings by folder. Node 0 is the root, which stands for all.
type tree struct {
	nodes []*folder
	limit int // of nodes
}

func newTree() *tree {
	return &tree{limit: maxFolders, nodes: []*folder{{name: "everything", parent: -1, byClass: map[string]int{}, children: map[string]int{}}}}
}

// add notes a document with a meeting and returns the folder it lies in.
func (t *tree) add(uri string) int {
	at := 0
	for _, name := range folders(uri) {
		next, known := t.nodes[at].children[name]
		if !known {
			if len(t.nodes) >= t.limit {
				break
			}
			next = t.grow(at, name)
		}
		at = next
	}
	t.nodes[at].here = true
	return at
}

// count counts a meeting of a class in everything and in the folders it was seen in.
func (t *tree) count(class string, folders []int) {
	for _, id := range append([]int{0}, folders...) {
		t.nodes[id].total++
		t.nodes[id].byClass[class]++
	}
}

func (t *tree) grow(parent int, name string) int {
	id := len(t.nodes)
	name = strings.Clone(name) // it is part of a whole place
	t.nodes = append(t.nodes, &folder{id: id, parent: parent, name: name, byClass: map[string]int{}, children: map[string]int{}})
	t.nodes[parent].children[name] = id
	return id
}

// path is a folder as it is shown, from the root.
func (t *tree) path(at int) string {
	if at == 0 {
		return ""
	}
	node := t.nodes[at]
	if above := t.path(node.parent); above != "" {
		return strings.TrimSuffix(above, "/") + "/" + node.name
	}
	return node.name
}

// folders splits a place into the folders above its document: "https://host/a/b.html" is in host and a; what lies in an
// archive is in the archive.
func folders(uri string) []string {
	uri = strings.TrimPrefix(strings.TrimPrefix(uri, "https://"), "http://")
	uri, _, _ = strings.Cut(uri, "?")
	outer, _, inArchive := strings.Cut(uri, "!")
	parts := strings.FieldsFunc(outer, func(r rune) bool { return r == '/' || r == '\\' })
	if strings.HasPrefix(outer, "/") && len(parts) > 0 {
		parts[0] = "/" + parts[0]
	}
	if !inArchive && len(parts) > 0 {
		parts = parts[:len(parts)-1]
	}
	return parts[:min(len(parts), maxDepth)]
}

// bar is one line of the picture.
type bar struct {
	ID       int
	Name     string
	Path     string
	Depth    int
	Total    int
	Segments []segment
}

// segment is the share of one class in a bar, in percent of the longest bar.
type segment struct {
	Class    string
	Count    int
	X, Width float64
}

// bars returns the folders to draw, the ones with the most meetings, in the order of the tree: siblings sorted by
// number, a folder with a single child and nothing of its own joined with it. It says how many folders beside and right
// below the drawn ones were left out.
func (t *tree) bars() (drawn []bar, left int) {
	chosen, left := t.choose()
	longest := float64(max(t.nodes[0].total, 1))
	var draw func(c branch)
	draw = func(c branch) {
		node := t.nodes[c.at]
		drawn = append(drawn, bar{ID: c.at, Name: c.name, Path: t.path(c.at), Depth: c.depth, Total: node.total, Segments: segments(node, longest)})
		for _, child := range t.branches(c) {
			if chosen[child.at] {
				draw(child)
			}
		}
	}
	draw(t.root())
	return drawn, left
}

// branch is a folder as it may be drawn: joined with the single folders above it, whose names its name holds.
type branch struct {
	at, depth int
	name      string
}

func (t *tree) root() branch { return branch{name: t.nodes[0].name} }

// branches returns the branches right below one, the biggest first.
func (t *tree) branches(of branch) []branch {
	if of.depth >= drawnDepth {
		return nil
	}
	var out []branch
	for name, child := range t.nodes[of.at].children {
		at := child
		for len(t.nodes[at].children) == 1 && !t.nodes[at].here {
			for only, below := range t.nodes[at].children {
				at, name = below, name+"/"+only
			}
		}
		out = append(out, branch{at: at, depth: of.depth + 1, name: name})
	}
	slices.SortFunc(out, func(a, b branch) int {
		return cmp.Or(cmp.Compare(t.nodes[b.at].total, t.nodes[a.at].total), cmp.Compare(a.name, b.name))
	})
	return out
}

// choose picks drawnNodes branches: again and again the biggest of those whose parent is picked.
func (t *tree) choose() (chosen map[int]bool, left int) {
	chosen = map[int]bool{0: true}
	open := t.branches(t.root())
	for len(open) > 0 && len(chosen) < drawnNodes {
		biggest := 0
		for i, c := range open {
			if t.nodes[c.at].total > t.nodes[open[biggest].at].total {
				biggest = i
			}
		}
		c := open[biggest]
		chosen[c.at] = true
		open = append(slices.Delete(open, biggest, biggest+1), t.branches(c)...)
	}
	return chosen, len(open)
}

func segments(node *folder, longest float64) []segment {
	var out []segment
	x := 0.0
	for _, class := range classes() {
		if n := node.byClass[class]; n > 0 {
			width := float64(n) / longest * 100
			out = append(out, segment{Class: class, Count: n, X: x, Width: width})
			x += width
		}
	}
	return out
}

// ancestors returns a folder and all folders above it but the root.
func (t *tree) ancestors(at int) []int {
	var out []int
	for ; at > 0; at = t.nodes[at].parent {
		out = append(out, at)
	}
	return out
}
