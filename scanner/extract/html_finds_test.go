package extract

import (
	"slices"
	"strings"
	"testing"

	"meetleaks/matchers"
)

// htmlSamples are pages with meeting links, as programs write them, as people do, and as neither should. id is that of a
// meeting which the text must show; "" where none is to be found.
func htmlSamples() []struct{ name, page, id string } {
	return []struct{ name, page, id string }{
		{"link", `<a href="https://acme.zoom.us/j/84930275116?pwd=QmVydGhhMzc">Join</a>`, "84930275116"},
		{"link and passcode", `<p><a href="https://acme.zoom.us/j/84930275116">Join</a></p><p>Passcode: 771204</p>`, "84930275116"},
		{"card", `<a href="https://acme.zoom.us/j/84930275116" class="card"><h3>Board</h3><p>Passcode: 771204</p></a>`, "84930275116"},
		{"invitation", `<div>Acme is inviting you to a scheduled Zoom meeting.</div><div><br></div><div>Join Zoom Meeting</div><div><a href="https://acme.zoom.us/j/84930275116?pwd=aa">https://acme.zoom.us/j/84930275116?pwd=aa</a></div><div>Meeting ID: 849 3027 5116</div><div>Passcode: 771204</div>`, "84930275116"},
		{"number", `<p><b>Meeting ID:</b> 849 3027 5116</p><p><b>Passcode:</b> 771204</p><p>Zoom</p>`, "84930275116"},
		{"number without spaces", `<p>Zoom <b>Meeting ID:</b><span>849 3027 5116</span></p><p><b>Passcode:</b><span>771204</span></p>`, "84930275116"},
		{"number with nbsp", `<p>Zoom Meeting ID: 849&nbsp;3027&nbsp;5116<br>Passcode:&nbsp;771204</p>`, "84930275116"},
		{"number in list", `<ul><li>Zoom Meeting ID: 849 3027 5116</li><li>Passcode: 771204</li></ul>`, "84930275116"},
		{"number in rows", `<table><tr><td>Zoom Meeting ID</td><td>849 3027 5116</td></tr><tr><td>Passcode</td><td>771204</td></tr></table>`, "84930275116"},
		{"columns", "<table>\n<tr>\n<th>Course</th>\n<th>Link</th>\n<th>Password</th>\n</tr>\n<tr>\n<td>Biology</td>\n<td>https://acme.zoom.us/j/84930275116</td>\n<td>cell9x</td>\n</tr>\n</table>", "84930275116"},
		{"definition", `<dl><dt>Meeting ID</dt><dd>849 3027 5116 (Zoom)</dd><dt>Passcode</dt><dd>771204</dd></dl>`, "84930275116"},
		{"split by bold", `<p>https://acme.zoom.us/j/849<b>30</b>275116?pwd=Qx7</p>`, "84930275116"},
		{"split by wbr", `<p>https://<wbr>acme.zoom<wbr>.us/<wbr>j/84930275116</p>`, "84930275116"},
		{"split by shy", `<p>https://acme.zoom.us/j/849&shy;302&shy;75116</p>`, "84930275116"},
		{"split by spans, as Twitter shows links", `<a href="https://t.co/x"><span class="invisible">https://</span><span class="shown">acme.zoom.us/j/8493</span><span class="invisible">0275116</span></a>`, "84930275116"},
		{"number split", `<p>Zoom Meeting ID: 849 <font color=red>30</font>27 51<i>16</i></p>`, "84930275116"},
		{"word behind", `<p>https://meet.google.com/hvw-qkzr-tbn<span>or dial</span></p>`, "hvw-qkzr-tbn"},
		{"label behind", `<p>https://acme.zoom.us/j/84930275116<span>Passcode: 771204</span></p>`, "84930275116"},
		{"label behind a link", `<a href="https://acme.zoom.us/j/84930275116">https://acme.zoom.us/j/84930275116</a><span>Passcode: 771204</span>`, "84930275116"},
		{"footnote", `<p>https://acme.zoom.us/j/84930275116<sup>1</sup></p>`, "84930275116"},
		{"entities", `<a href="https&#58;&#x2F;&#x2f;acme&period;zoom&#46;us&sol;j&#x2F;84930275116&quest;pwd&equals;Qx7">J</a>`, "84930275116"},
		{"twice escaped", `<p>&amp;lt;a href=&amp;quot;https:&amp;#x2F;&amp;#x2F;acme.zoom.us&amp;#x2F;j&amp;#x2F;84930275116?a=1&amp;amp;pwd=Qx7&amp;quot;&amp;gt;</p>`, "84930275116"},
		{"escaped markup", `<pre>&lt;a href="https://acme.zoom.us/j/84930275116?pwd=Qx7"&gt;</pre>`, "84930275116"},
		{"teams", `<a href="https://teams.microsoft.com/l/meetup-join/19%3ameeting_YzRkMmQ3ZTItNzI4Ny00YzE3LWI2ODItNWNkZTk4ZTU1ZTFj%40thread.v2/0?context=%7b%22Tid%22%3a%226f1c0d2e-0000-4000-8000-000000000001%22%2c%22Oid%22%3a%227a2b1c3d-0000-4000-8000-000000000002%22%7d">Teams</a>`, "19:meeting_YzRkMmQ3ZTItNzI4Ny00YzE3LWI2ODItNWNkZTk4ZTU1ZTFj@thread.v2"},
		{"teams and its context unescaped", `<a href='https://teams.microsoft.com/l/meetup-join/19:meeting_YzRkMmQ3ZTItNzI4Ny00YzE3LWI2ODItNWNkZTk4ZTU1ZTFj@thread.v2/0?context={"Tid":"6f1c0d2e-0000-4000-8000-000000000001","Oid":"7a2b1c3d-0000-4000-8000-000000000002"}'>Teams</a>`, "19:meeting_YzRkMmQ3ZTItNzI4Ny00YzE3LWI2ODItNWNkZTk4ZTU1ZTFj@thread.v2"},
		{"webex", `<a href=https://acme.webex.com/acme/j.php?MTID=m4f0c2d7e91ab3568c0d1e2f3a4b5c6d7>Webex</a>`, "4f0c2d7e91ab3568c0d1e2f3a4b5c6d7"},
		{"onclick", `<button onclick="window.open('https://acme.zoom.us/j/84930275116?pwd=Qx7')">Join</button>`, "84930275116"},
		{"data attribute", `<div data-join="https://acme.zoom.us/j/84930275116?pwd=Qx7">Join</div>`, "84930275116"},
		{"data in JSON", `<div data-props='{"url":"https:\/\/acme.zoom.us\/j\/84930275116?pwd=Qx7"}'>Join</div>`, "84930275116"},
		{"data in escaped JSON", `<div data-props="{&quot;url&quot;:&quot;https:\/\/acme.zoom.us\/j\/84930275116?pwd=Qx7&quot;}">Join</div>`, "84930275116"},
		{"title", `<span title="Zoom: https://acme.zoom.us/j/84930275116">Join</span>`, "84930275116"},
		{"class", `<span class="https://acme.zoom.us/j/84930275116">Join</span>`, "84930275116"},
		{"class without scheme", `<span class="meet.google.com/hvw-qkzr-tbn">Join</span>`, "hvw-qkzr-tbn"},
		{"style", `<p style="background:url(//acme.zoom.us/j/84930275116)">Join</p>`, "84930275116"},
		{"alt", `<img src=x.png alt="Meeting ID: 849 3027 5116, Zoom">`, "84930275116"},
		{"value", `<label>Zoom Meeting ID: <input value="849 3027 5116"></label> Passcode: <input value="aB3xYz">`, "84930275116"},
		{"meta", `<head><meta property="og:description" content="Zoom Meeting ID: 849 3027 5116 Passcode: 771204"></head>`, "84930275116"},
		{"refresh", `<meta http-equiv=refresh content="0; url=https://acme.zoom.us/j/84930275116?pwd=Qx7">`, "84930275116"},
		{"iframe", `<iframe src="https://acme.zoom.us/wc/join/84930275116"></iframe>`, "84930275116"},
		{"srcdoc", `<iframe srcdoc="&lt;a href='https://acme.zoom.us/j/84930275116'&gt;"></iframe>`, "84930275116"},
		{"form", `<form action="https://acme.zoom.us/j/84930275116"><input type=submit></form>`, "84930275116"},
		{"formaction", `<button formaction="https://acme.zoom.us/j/84930275116">Join</button>`, "84930275116"},
		{"area", `<map><area href="https://acme.zoom.us/j/84930275116"></map>`, "84930275116"},
		{"svg", `<svg><a xlink:href="https://acme.zoom.us/j/84930275116"><text>Join</text></a></svg>`, "84930275116"},
		{"without scheme", `<a href="acme.zoom.us/j/84930275116">Join</a>`, "84930275116"},
		{"relative to the scheme", `<a href="//acme.zoom.us/j/84930275116">Join</a>`, "84930275116"},
		{"inside an address", `<a href="/go?to=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116">Join</a>`, "84930275116"},
		{"safe link", `<a href="https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.zoom.us%2Fj%2F84930275116%3Fpwd%3DQx7&amp;data=05">Join</a>`, "84930275116"},
		{"script", `<script>window.location="https:\/\/acme.zoom.us\/j\/84930275116?pwd=Qx7"</script>`, "84930275116"},
		{"script with escapes", `<script>var d={"join":"https:\u002f\u002facme.zoom.us\u002fj\u002f84930275116\u003fpwd\u003dQx7"}</script>`, "84930275116"},
		{"script that writes", `<script>document.write("<a href='https://acme.zoom.us/j/84930275116'>")</script>`, "84930275116"},
		{"script never closed", `<script>go("https://acme.zoom.us/j/84930275116")`, "84930275116"},
		{"comment", `<!-- old link: <a href="https://acme.zoom.us/j/84930275116?pwd=Qx7">Join</a> -->`, "84930275116"},
		{"conditional comment", `<!--[if mso]><a href="https://acme.zoom.us/j/84930275116">Join</a><![endif]-->`, "84930275116"},
		{"downlevel conditional", `<![if !mso]><a href="https://acme.zoom.us/j/84930275116">Join</a><![endif]>`, "84930275116"},
		{"comment never closed", `<!-- https://acme.zoom.us/j/84930275116`, "84930275116"},
		{"instruction", `<?go href="https://acme.zoom.us/j/84930275116"?>`, "84930275116"},
		{"CDATA", `<p><![CDATA[<a href="https://acme.zoom.us/j/84930275116">]]></p>`, "84930275116"},
		{"noscript", `<noscript><a href="https://acme.zoom.us/j/84930275116">Join</a></noscript>`, "84930275116"},
		{"template", `<template><a href="https://acme.zoom.us/j/84930275116">Join</a></template>`, "84930275116"},
		{"textarea", `<textarea>Join https://acme.zoom.us/j/84930275116 Passcode: 771204</textarea>`, "84930275116"},
		{"title element", `<title>https://acme.zoom.us/j/84930275116</title>`, "84930275116"},
		{"in angle brackets", `<p>Join <https://acme.zoom.us/j/84930275116?pwd=Qx7> now</p>`, "84930275116"},
		{"quote forgotten", `<a href="https://acme.zoom.us/j/84930275116>Join</a> Passcode: 771204`, "84930275116"},
		{"quote too much", `<a href=""https://acme.zoom.us/j/84930275116"">Join</a>`, "84930275116"},
		{"tag forgotten", `<p>Join <a href=https://acme.zoom.us/j/84930275116 <p>Passcode: 771204</p>`, "84930275116"},
		{"less-than in text", `<p>if a <b then https://acme.zoom.us/j/84930275116 else`, "84930275116"},
		{"text like a tag", `<p>a <b or Zoom Meeting ID: 849 3027 5116 Passcode: 771204 <p>c`, "84930275116"},
		{"no quotes", `<a href=https://acme.zoom.us/j/84930275116?pwd=Qx7>Join</a>`, "84930275116"},
		{"single quotes", `<a href='https://acme.zoom.us/j/84930275116'>Join</a>`, "84930275116"},
		{"capitals", `<A HREF="HTTPS://ACME.ZOOM.US/J/84930275116">JOIN</A>`, "84930275116"},
		{"end tag with attributes", `</a href="https://acme.zoom.us/j/84930275116">`, "84930275116"},
		{"one-tap", `<a href="tel:+13017158592,,84930275116#,,,,*771204#">One tap</a>`, "84930275116"},
		{"program scheme", `<a href="zoommtg://zoom.us/join?confno=84930275116&amp;pwd=Qx7">Join</a>`, "84930275116"},
		{"address over two lines", "<a href=\"https://acme.zoom.us/j/\n84930275116\">Join</a>", "84930275116"},
		{"word in a cell", `<table><tr><td>Zoom<td>https://acme.zoom.us/j/84930275116<td>Passcode: 771204</table>`, "84930275116"},
		{"full-width", `<p>https://acme．zoom．us/j/84930275116</p>`, "84930275116"},
		{"defanged", `<p>hxxps://acme[.]zoom[.]us/j/84930275116</p>`, "84930275116"},
		{"another's number", `<p>Invoice 84930275116</p>`, ""},
	}
}

// foundIn is the meetings in a text, each with the names of its secrets.
func foundIn(text string) map[string][]string {
	found := map[string][]string{}
	for _, s := range matchers.Find([]byte(text)) {
		found[s.ID] = append(found[s.ID], s.Secrets...)
	}
	return found
}

// What is found in the bytes of a page is found in its text too, with all its secrets.
func TestHTMLTextShowsNoLessThanTheSource(t *testing.T) {
	for _, c := range htmlSamples() {
		for _, frame := range []string{"%", "<!doctype html>\n<html><body><div>%</div></body></html>", "<p>before%<p>after", "<a href=x>%</a>"} {
			page := strings.Replace(frame, "%", c.page, 1)
			text := htmlTextOf(page)
			got, raw := foundIn(text), foundIn(page)
			if _, ok := got[c.id]; !ok && c.id != "" || c.id == "" && len(got) > 0 {
				t.Errorf("%s: %s\ntext %q\nfound %q", c.name, page, text, got)
			}
			for id, secrets := range raw {
				for _, secret := range secrets {
					if !slices.Contains(got[id], secret) {
						t.Errorf("%s: %s of %s is not found any more: %s\ntext %q", c.name, secret, id, page, text)
					}
				}
				if _, ok := got[id]; !ok {
					t.Errorf("%s: %s is not found any more: %s\ntext %q", c.name, id, page, text)
				}
			}
			for id := range got {
				if _, ok := raw[id]; !ok && id != c.id {
					t.Errorf("%s: %s is not there: %s\ntext %q", c.name, id, page, text)
				}
			}
		}
	}
}
