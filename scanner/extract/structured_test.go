package extract

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Links in formats of data are found with their places in the file: the matcher knows the escapes of JSON, YAML, TOML and XML;
// tables and feeds have readers.
func TestStructuredText(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"list.csv": {
			"name,link,note\n\"Doe, Jane\",\"https://acme.zoom.us/j/84930275116?pwd=k2\",\"say \"\"hi\"\"\"\nRoe,https://meet.google.com/xqz-bnrw-kfo,\n",
			[]string{"zoom 84930275116 2:14 pwd", "google-meet xqz-bnrw-kfo 3:5"},
		},
		"columns.csv": {
			"Topic,Zoom Meeting ID,Passcode,Start\nBoard,\"849 3027 5116\",\"771904\",10:00\nStaff,918 2736 4509,k2jd83,11:00\n",
			[]string{"zoom 84930275116 2:8 passcode", "zoom 91827364509 3:7 passcode"},
		},
		"columns.tsv": {
			"Topic\tZoom Meeting ID\tPasscode\nBoard\t849 3027 5116\t771904\nStaff\t918 2736 4509\tk2jd83\n",
			[]string{"zoom 84930275116 2:7 passcode", "zoom 91827364509 3:7 passcode"},
		},
		"events.json": {
			`{"events": [` + "\n" + `  {"join": "https:\/\/acme.zoom.us\/j\/84930275116?pwd=k2\u0026from=web"},` + "\n" +
				`  {"join": "https:\u002f\u002fmeet.google.com\u002fxqz-bnrw-kfo"},` + "\n" +
				`  {"body": "Zoom Meeting ID: 918 2736 4509\r\nPasscode: 771904\r\n"},` + "\n" +
				`  {"data": "{\"url\":\"https:\\\/\\\/acme.zoom.us\\\/j\\\/92837465018\",\"more\":\"https:\\u002f\\u002facme.zoom.us\\u002fj\\u002f93847561027\"}"}]}`,
			[]string{"zoom 84930275116 2:13 pwd", "google-meet xqz-bnrw-kfo 3:13", "zoom 91827364509 4:30 passcode", "zoom 92837465018 5:38", "zoom 93847561027 5:104"},
		},
		"events.jsonl": {
			"{\"a\":\"https://acme.zoom.us/j/84930275116\"}\n{\"a\":\"<a href=\\\"https://meet.google.com/xqz-bnrw-kfo\\\">x</a>\"}\n",
			[]string{"zoom 84930275116 1:7", "google-meet xqz-bnrw-kfo 2:17"},
		},
		"events.yaml": {
			"a: https://acme.zoom.us/j/84930275116\nb: 'https://meet.google.com/xqz-bnrw-kfo'\nc: \"https:\\/\\/acme.zoom.us\\/j\\/91827364509\"\n" +
				"d: >-\n  Zoom Meeting ID:\n  928 3746 5018\n  Passcode: 771904\ne: |\n  https://acme.zoom.us/j/93847561027\n",
			[]string{"zoom 84930275116 1:4", "google-meet xqz-bnrw-kfo 2:5", "zoom 91827364509 3:5", "zoom 92837465018 6:3 passcode", "zoom 93847561027 9:3"},
		},
		"events.toml": {
			"join = \"https://acme.zoom.us/j/84930275116?pwd=k2\\u0026x=1\"\nroom = 'https://meet.google.com/xqz-bnrw-kfo'\ntext = \"\"\"\nhttps://acme.zoom.us/j/91827364509\"\"\"\n",
			[]string{"zoom 84930275116 1:9 pwd", "google-meet xqz-bnrw-kfo 2:9", "zoom 91827364509 4:1"},
		},
		"events.xml": {
			"<?xml version=\"1.0\"?>\n<e url=\"https://acme.zoom.us/j/84930275116?a=1&amp;pwd=k2\">\n<![CDATA[<a href=\"https://meet.google.com/xqz-bnrw-kfo\">x</a>]]>\n" +
				"<d>Meeting ID: 918&#160;2736&#160;4509 Zoom</d><f>https:&#47;&#x2f;acme.zoom.us&#x2F;j&#x2F;92837465018</f></e>",
			[]string{"zoom 84930275116 2:9 pwd", "google-meet xqz-bnrw-kfo 3:19", "zoom 91827364509 4:16", "zoom 92837465018 4:68"},
		},
		"feed.rss": {
			"<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><item>\n<description>&lt;a href=&quot;https://acme.zoom.us/j/84930275116?a=1&amp;amp;pwd=k2&quot;&gt;Join&lt;/a&gt;&lt;b&gt;Zoom Meeting ID:&lt;/b&gt; 918&amp;nbsp;2736&amp;nbsp;4509&lt;br&gt;&lt;b&gt;Passcode&lt;/b&gt;: 771904</description>\n" +
				"<link>https://meet.google.com/xqz-bnrw-kfo</link></item></channel></rss>",
			[]string{"zoom 84930275116 2:31 pwd", "zoom 91827364509 2:144 passcode", "google-meet xqz-bnrw-kfo 3:7"},
		},
		"feed.atom": {
			"<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry>\n<link rel=\"related\" href=\"https://acme.zoom.us/j/84930275116\"/>\n<content type=\"html\">&lt;p&gt;Google Meet: https://meet.google.com/xqz-bnrw-kfo&lt;/p&gt;</content></entry></feed>",
			[]string{"zoom 84930275116 2:27", "google-meet xqz-bnrw-kfo 3:44"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := readOne(t, name, []byte(c.text))
			if diff := cmp.Diff(c.want, d.found(t)); diff != "" {
				t.Error(diff)
			}
			losesNothing(t, []byte(c.text), []byte(d.text))
		})
	}
}
