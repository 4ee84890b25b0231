package config

import (
	"bytes"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// YAML writes the effective configuration, each value with a comment that says where it came from. Secrets and clear ids
// are "•"; what is not set is left out.
func (l *Loaded) YAML() ([]byte, error) {
	root := l.node("", reflect.ValueOf(l.Config), "")
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(root); err != nil {
		return nil, fmt.Errorf("show configuration: %w", err)
	}
	return out.Bytes(), nil
}

// node turns the value at path into YAML, nil when it is not set.
func (l *Loaded) node(path string, v reflect.Value, show string) *yaml.Node {
	switch value := v.Interface().(type) {
	case Secret:
		return l.leaf(path, secretText(value, show))
	case ClearID:
		if !value.IsSet() {
			return nil
		}
		return l.leaf(path, value.Platform()+":"+mask)
	case []string:
		return l.texts(path, value)
	}
	switch v.Kind() {
	case reflect.Struct:
		return l.mapping(path, v)
	case reflect.Slice:
		return l.list(path, v)
	default:
		return l.leaf(path, hideInURLs(scalarText(v)))
	}
}

func (l *Loaded) mapping(path string, v reflect.Value) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for _, f := range fieldsOf(v.Type()) {
		value := l.node(join(path, f.name), v.Field(f.index), v.Type().Field(f.index).Tag.Get("show"))
		if value == nil {
			continue
		}
		name := f.name
		if f.secret && v.Field(f.index).Interface().(Secret).File() != "" {
			name += "_file"
		}
		node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, value)
	}
	if len(node.Content) == 0 {
		return nil
	}
	return node
}

func (l *Loaded) list(path string, v reflect.Value) *yaml.Node {
	if v.Len() == 0 {
		return nil
	}
	node := &yaml.Node{Kind: yaml.SequenceNode}
	for i := range v.Len() {
		if item := l.node(entry(path, i), v.Index(i), ""); item != nil {
			node.Content = append(node.Content, item)
		}
	}
	return node
}

func (l *Loaded) texts(path string, list []string) *yaml.Node {
	if len(list) == 0 {
		return nil
	}
	node := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle, LineComment: l.comment(path)}
	for _, text := range list {
		node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: hideInURLs(text)})
	}
	return node
}

func (l *Loaded) leaf(path, text string) *yaml.Node {
	if text == "" {
		return nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: text, LineComment: l.comment(path)}
}

// comment says where the value at path came from.
func (l *Loaded) comment(path string) string {
	origin, ok := l.origins[path]
	switch {
	case !ok:
		return "default"
	case origin.Env != "":
		return "environment " + origin.Env
	default:
		return fmt.Sprintf("%s:%d", printable(l.File), origin.Line)
	}
}

func scalarText(v reflect.Value) string {
	if v.IsZero() {
		return ""
	}
	return fmt.Sprint(v.Interface())
}

// secretText is the name of the secret's file, or a mask. Of the store's URL all but user, password and parameters is shown.
func secretText(s Secret, show string) string {
	switch {
	case !s.IsSet():
		return ""
	case s.File() != "":
		return s.File()
	case show != "url":
		return mask
	}
	value := s.held().value
	if path, ok := strings.CutPrefix(value, "sqlite:"); ok {
		path, parameters, _ := strings.Cut(path, "?")
		return "sqlite:" + path + hiddenValues("?", parameters)
	}
	u, err := url.Parse(value)
	if err != nil {
		return mask
	}
	user := ""
	if u.User != nil {
		user = mask + "@"
	}
	return u.Scheme + "://" + user + u.Host + u.EscapedPath()
}

// hideInURLs hides user, password, the values of parameters and the fragment of all URLs in a text: what is no secret by
// its name may hold a token all the same.
func hideInURLs(text string) string {
	return regexp.MustCompile(`://[^\s"'<>]+`).ReplaceAllStringFunc(text, func(found string) string {
		rest, fragment, _ := strings.Cut(strings.TrimPrefix(found, "://"), "#")
		rest, parameters, _ := strings.Cut(rest, "?")
		host, path, slash := strings.Cut(rest, "/")
		if at := strings.LastIndexByte(host, '@'); at >= 0 {
			host = mask + host[at:]
		}
		if slash {
			path = "/" + path
		}
		return "://" + host + path + hiddenValues("?", parameters) + hiddenValues("#", fragment)
	})
}

// hiddenValues writes parameters with their names only. What has no name is hidden as a whole.
func hiddenValues(mark, parameters string) string {
	if parameters == "" {
		return ""
	}
	list := strings.FieldsFunc(parameters, func(r rune) bool { return r == '&' || r == ';' })
	for i, parameter := range list {
		name, _, named := strings.Cut(parameter, "=")
		if list[i] = mask; named {
			list[i] = name + "=" + mask
		}
	}
	return mark + strings.Join(list, "&")
}
