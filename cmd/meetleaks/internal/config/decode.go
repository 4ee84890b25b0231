package config

import (
	"path/filepath"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxNodes bounds the values that are read, aliases counted each time they are used.
const maxNodes = 200_000

// Origin says where a value came from: a line of the file, a name of the environment, or neither (the default).
type Origin struct {
	Line int
	Env  string
}

// decoder walks a YAML tree beside the structs of the schema.
type decoder struct {
	folder   string // of the file: relative names begin here
	origins  map[string]Origin
	problems *Problems
	nodes    int
}

// value reads node into v, which stands at path. Mistakes are noted and leave v as it was.
func (d *decoder) value(path string, node *yaml.Node, v reflect.Value) {
	node, ok := d.visit(path, node)
	if !ok {
		return
	}
	d.origins[path] = Origin{Line: node.Line}
	switch {
	case isScalar(v.Type()):
		d.scalar(path, node, v)
	case v.Kind() == reflect.Struct:
		d.mapping(path, node, v)
	case v.Type() == reflect.TypeFor[[]string]():
		d.texts(path, node, v)
	default:
		d.list(path, node, v)
	}
}

// visit counts the node, follows an alias, and refuses what says nothing.
func (d *decoder) visit(path string, node *yaml.Node) (*yaml.Node, bool) {
	if d.nodes++; d.nodes > maxNodes {
		if d.nodes == maxNodes+1 {
			d.problems.add(node.Line, path, "more than %d values: the rest was not read", maxNodes)
			d.problems.cut = true
		}
		return nil, false
	}
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind == yaml.ScalarNode && node.Tag == "!!null" {
		d.problems.add(node.Line, path, "has no value; leave the key out to use the default")
		return nil, false
	}
	return node, true
}

func (d *decoder) mapping(path string, node *yaml.Node, v reflect.Value) {
	if node.Kind != yaml.MappingNode {
		d.problems.add(node.Line, path, "want keys and values here")
		return
	}
	fields := fieldsOf(v.Type())
	seen := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		name := key.Value
		if line, twice := seen[name]; twice {
			d.problems.add(key.Line, join(path, printable(name)), "is given twice, first on line %d", line)
			continue
		}
		seen[name] = key.Line
		d.field(path, key, value, v, fields)
	}
}

// field reads one key of a mapping into the struct's field of that name.
func (d *decoder) field(path string, key, value *yaml.Node, v reflect.Value, fields []field) {
	for _, f := range fields {
		target := v.Field(f.index)
		switch {
		case key.Value == f.name && f.secret:
			d.secret(join(path, f.name), value, target, false)
		case key.Value == f.name+"_file" && f.secret:
			d.secret(join(path, f.name), value, target, true)
		case key.Value == f.name:
			d.value(join(path, f.name), value, target)
		default:
			continue
		}
		return
	}
	d.problems.addUnknown(key.Line, path, key.Value, names(fields))
}

func (d *decoder) secret(path string, node *yaml.Node, v reflect.Value, isFile bool) {
	shown := path
	if isFile {
		shown += "_file"
	}
	node, ok := d.visit(shown, node)
	if !ok {
		return
	}
	if node.Kind != yaml.ScalarNode || node.Value == "" {
		d.problems.add(node.Line, shown, "want one text")
		return
	}
	if v.Interface().(Secret).IsSet() {
		d.problems.add(node.Line, path, "is given twice: give either %s or %s_file", last(path), last(path))
		return
	}
	d.origins[path] = Origin{Line: node.Line}
	if isFile {
		v.Set(reflect.ValueOf(SecretFile(d.beside(node.Value))))
		return
	}
	value := node.Value
	if name, embedded := strings.CutPrefix(value, "sqlite:"); path == "store" && embedded && name != "" {
		value = "sqlite:" + d.beside(name)
	}
	v.Set(reflect.ValueOf(NewSecret(value)))
}

func (d *decoder) scalar(path string, node *yaml.Node, v reflect.Value) {
	if node.Kind != yaml.ScalarNode {
		d.problems.add(node.Line, path, "want one value here")
		return
	}
	if err := setScalar(v, node.Value); err != nil {
		d.problems.add(node.Line, path, "%v", err)
		return
	}
	if p, ok := v.Addr().Interface().(*Path); ok && *p != "" {
		*p = Path(d.beside(string(*p)))
	}
}

func (d *decoder) texts(path string, node *yaml.Node, v reflect.Value) {
	if node.Kind != yaml.SequenceNode {
		d.problems.add(node.Line, path, "want a list, [\"…\", \"…\"]")
		return
	}
	list := []string{}
	for i, item := range node.Content {
		at := entry(path, i)
		item, ok := d.visit(at, item)
		if !ok {
			continue
		}
		if item.Kind != yaml.ScalarNode {
			d.problems.add(item.Line, at, "want one value here")
			continue
		}
		d.origins[entry(path, len(list))] = Origin{Line: item.Line}
		list = append(list, item.Value)
	}
	v.Set(reflect.ValueOf(list))
}

func (d *decoder) list(path string, node *yaml.Node, v reflect.Value) {
	if node.Kind != yaml.SequenceNode {
		d.problems.add(node.Line, path, "want a list, each entry on a line that begins with \"-\"")
		return
	}
	list := reflect.MakeSlice(v.Type(), len(node.Content), len(node.Content))
	for i, item := range node.Content {
		d.value(entry(path, i), item, list.Index(i))
	}
	v.Set(list)
}

// beside makes a name of the file absolute or relative to the configuration's folder.
func (d *decoder) beside(name string) string {
	if filepath.IsAbs(name) || d.folder == "" {
		return name
	}
	return filepath.Join(d.folder, name)
}

// field is one key of the schema.
type field struct {
	name   string
	index  int
	secret bool
}

func fieldsOf(t reflect.Type) []field {
	list := make([]field, 0, t.NumField())
	for i := range t.NumField() {
		f := t.Field(i)
		list = append(list, field{f.Tag.Get("key"), i, f.Type == reflect.TypeFor[Secret]()})
	}
	return list
}

// isScalar reports whether one text gives the whole value. Secrets are apart.
func isScalar(t reflect.Type) bool {
	if t == reflect.TypeFor[ClearID]() {
		return true
	}
	return t.Kind() != reflect.Struct && t.Kind() != reflect.Slice
}

func names(fields []field) string {
	var list []string
	for _, f := range fields {
		list = append(list, f.name)
		if f.secret {
			list = append(list, f.name+"_file")
		}
	}
	return strings.Join(list, ", ")
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func last(path string) string {
	return path[strings.LastIndexByte(path, '.')+1:]
}

// printable cuts a name from outside to 60 characters and takes out what could move a cursor.
func printable(name string) string {
	runes := []rune(strings.ToValidUTF8(name, "?"))
	if len(runes) > 60 {
		runes = append(runes[:59], '…')
	}
	return strings.Map(func(r rune) rune {
		if isControl(r) {
			return '?'
		}
		return r
	}, string(runes))
}
