package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxFileBytes bounds the configuration file.
const maxFileBytes = 8 << 20

// Loaded is a configuration that was read and found right.
type Loaded struct {
	Config
	File    string // as given, "" when there was none
	origins map[string]Origin
}

// Load reads the file (none when its name is empty), lays env ("NAME=value") over it and checks everything. Mistakes
// come as *[Problems], all at once. It opens no other file: secrets and lists of hosts are read when they are needed.
func Load(file string, env []string) (*Loaded, error) {
	content, err := contentOf(file)
	if err != nil {
		return nil, err
	}
	return Parse(file, content, env)
}

// LoadSections is Load for who uses only some of the sections: mistakes in the others do not keep it from loading. How many those are it
// says beside an error, too. What stands in no section counts always: what is no YAML, and names that are not known. So does everything
// where not all mistakes are known: more than the 200 kept, or more values than are read. What it loads of the other sections may be wrong.
func LoadSections(file string, env []string, sections ...string) (loaded *Loaded, elsewhere int, err error) {
	content, err := contentOf(file)
	if err != nil {
		return nil, 0, err
	}
	loaded, problems := decode(file, content, env)
	elsewhere = problems.keepSections(sections)
	if err := problems.err(); err != nil {
		return nil, elsewhere, err
	}
	return loaded, elsewhere, nil
}

// contentOf reads the file; there is none when its name is empty.
func contentOf(file string) ([]byte, error) {
	if file == "" {
		return nil, nil
	}
	content, err := ReadFile(file, maxFileBytes)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return content, nil
}

// Parse is Load for content that was read before; file names it in messages and gives the folder of relative names.
func Parse(file string, content []byte, env []string) (*Loaded, error) {
	loaded, problems := decode(file, content, env)
	if err := problems.err(); err != nil {
		return nil, err
	}
	return loaded, nil
}

// decode reads and checks everything. With mistakes what it loads is right only where there are none.
func decode(file string, content []byte, env []string) (*Loaded, *Problems) {
	d := &decoder{origins: map[string]Origin{}, problems: &Problems{File: file}}
	if file != "" {
		d.folder = filepath.Dir(file)
	}
	c := Default()
	if root := d.tree(content); root != nil {
		d.value("", root, reflect.ValueOf(&c).Elem())
	}
	d.applyEnv(env, &c)
	if d.nodes <= maxNodes {
		check(&c, d.origins, d.problems)
	}
	return &Loaded{c, file, d.origins}, d.problems
}

// tree parses the YAML into nodes; nil when the file is empty or broken, which is noted.
func (d *decoder) tree(content []byte) *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var document, second yaml.Node
	if err := decoder.Decode(&document); err != nil {
		if !errors.Is(err, io.EOF) {
			d.syntax(err)
		}
		return nil
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		d.problems.add(second.Line, "", "a second YAML document begins here; only one is read")
	case !errors.Is(err, io.EOF):
		d.syntax(err)
	}
	if len(document.Content) == 0 || document.Content[0].Tag == "!!null" {
		return nil
	}
	return document.Content[0]
}

// syntax notes an error of the YAML parser. What it quotes could be a piece of a secret and is taken out, but for the signs that it
// misses ("did not find expected ',' or ']'").
func (d *decoder) syntax(err error) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 0
	if m := regexp.MustCompile(`^line (\d+): `).FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = text[len(m[0]):]
	}
	if !regexp.MustCompile(`^(did|could) not find [a-z ]*('[[:punct:]]'[a-z ]*)+$`).MatchString(text) {
		text = regexp.MustCompile("['\"`].*['\"`]").ReplaceAllString(text, mask)
	}
	d.problems.add(line, "", "this is no YAML: %s", printable(text))
}

// Origin says where the value at path ("fetch.allow") came from.
func (l *Loaded) Origin(path string) Origin { return l.origins[path] }
