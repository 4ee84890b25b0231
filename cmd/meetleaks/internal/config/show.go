package config

import (
	"bytes"
	"fmt"
	"net/url"
	"reflect"
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
		return l.leaf(path, scalarText(v))
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
		node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text})
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

// secretText is the name of the secret's file, or a mask. Of the store's URL all but user and password is shown.
func secretText(s Secret, show string) string {
	switch {
	case !s.IsSet():
		return ""
	case s.File() != "":
		return s.File()
	case show != "url":
		return mask
	}
	if strings.HasPrefix(s.held().value, "sqlite:") {
		return s.held().value
	}
	u, err := url.Parse(s.held().value)
	if err != nil {
		return mask
	}
	user := ""
	if u.User != nil {
		user = mask + "@"
	}
	return u.Scheme + "://" + user + u.Host + u.EscapedPath()
}
