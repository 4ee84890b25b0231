package config

import (
	"reflect"
	"sort"
	"strings"
)

// Prefix begins every name of the environment that meetleaks reads.
const Prefix = "MEETLEAKS_"

// EnvNames lists the names of the environment that are read, sorted. The rule: MEETLEAKS_ and the key's path in capitals
// with "_" for ".": console.listen is MEETLEAKS_CONSOLE_LISTEN. Secrets also have a name that ends in _FILE. Lists of
// texts are divided by commas. What stands inside a list of entries (organisations, sources) has no name.
func EnvNames() []string {
	var list []string
	for _, v := range variables() {
		list = append(list, v.name)
	}
	sort.Strings(list)
	return list
}

// CheckEnv returns the MEETLEAKS_* names of env ("NAME=value") that nothing reads, sorted.
func CheckEnv(env []string) (unknown []string) {
	known := map[string]bool{}
	for _, v := range variables() {
		known[v.name] = true
	}
	for name := range ours(env) {
		if !known[name] {
			unknown = append(unknown, printable(name))
		}
	}
	sort.Strings(unknown)
	return unknown
}

// ours gives the MEETLEAKS_* entries of env; of a name given twice the last counts.
func ours(env []string) map[string]string {
	values := map[string]string{}
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, Prefix) {
			values[name] = value
		}
	}
	return values
}

// variable is one name of the environment and the field it sets.
type variable struct {
	name, path string
	index      []int // for reflect.Value.FieldByIndex
	file       bool  // the value is the name of a file with the secret
}

func variables() []variable {
	return walkVariables(reflect.TypeFor[Config](), "", nil)
}

func walkVariables(t reflect.Type, path string, index []int) []variable {
	var list []variable
	for _, f := range fieldsOf(t) {
		at, inner := join(path, f.name), t.Field(f.index).Type
		here := append(append([]int(nil), index...), f.index)
		name := Prefix + strings.ToUpper(strings.ReplaceAll(at, ".", "_"))
		switch {
		case f.secret:
			list = append(list, variable{name, at, here, false}, variable{name + "_FILE", at, here, true})
		case isScalar(inner), inner == reflect.TypeFor[[]string]():
			list = append(list, variable{name, at, here, false})
		case inner.Kind() == reflect.Struct:
			list = append(list, walkVariables(inner, at, here)...)
		}
	}
	return list
}

// applyEnv lays the environment over what the file set. An empty value counts as not given.
func (d *decoder) applyEnv(env []string, c *Config) {
	values := ours(env)
	set := map[string]string{} // path of a secret -> the name that gave it
	for _, v := range variables() {
		text := values[v.name]
		if text == "" {
			continue
		}
		if other, twice := set[v.path]; twice {
			d.problems.add(0, v.name, "is given together with %s: give one of them", other)
			continue
		}
		set[v.path] = v.name
		d.origins[v.path] = Origin{Env: v.name}
		d.applyOne(v, text, reflect.ValueOf(c).Elem().FieldByIndex(v.index))
	}
	for _, name := range CheckEnv(env) {
		d.problems.add(0, name, "is no name that meetleaks reads")
	}
}

func (d *decoder) applyOne(v variable, text string, target reflect.Value) {
	switch p := target.Addr().Interface().(type) {
	case *Secret:
		*p = NewSecret(text)
		if v.file {
			*p = SecretFile(text)
		}
	case *[]string:
		*p = (*p)[:0:0]
		for item := range strings.SplitSeq(text, ",") {
			*p = append(*p, strings.TrimSpace(item))
		}
	default:
		if err := setScalar(target, text); err != nil {
			d.problems.add(0, v.name, "%v", err)
		}
	}
}
