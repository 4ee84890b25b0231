package main

import (
	"fmt"
	"strings"
	"time"
)

// post is what somebody says, before a service writes it down in its own way.
type post struct {
	text   string
	link   string // where it leads, "" nowhere
	title  string // of the page it leads to
	alt    string // of an image
	reply  bool
	linked bool // the link is that of a meeting
}

// postOf is the i-th post of a film: talk in two scripts, answers, pictures, links to the news, words that begin as a meeting link does,
// and links of meetings.
func postOf(i int) post {
	switch {
	case i%linkedEvery == 7:
		return post{text: "come and join us", link: meetingLink(i / linkedEvery), linked: true}
	case i%100 == 41:
		return post{text: "Is zoom.us down again, or teams.microsoft.com, or is it only me? My discord. is fine", reply: true}
	case i%5 == 1:
		return post{
			text:  "The town council has voted for the new bridge after nine hours; what it costs nobody would say",
			title: "A bridge, at last",
			link:  fmt.Sprintf("https://news.globex.example/2026/11/22/the-town-council-votes-for-a-bridge-%d.html", 41_207+i*13),
		}
	case i%5 == 2:
		return post{text: "今日は海岸まで歩いて、灯台の前で写真を撮りました。風が強かったけれど、とても気持ちのいい朝でした。また来週も行きたいです。"}
	case i%10 == 3:
		return post{
			text: "Look who sat on the wall this morning",
			alt:  "A gull on a wall of grey stones; behind it the harbour with three boats, one of them red.",
		}
	case i%10 == 8:
		return post{
			text:  "Kann ich so nicht bestätigen: bei uns im Büro läuft die Heizung seit Oktober, und der Kaffee ist auch warm.",
			reply: true,
		}
	}
	const talk = "What a lovely morning it is on the coast, with the gulls about and nobody else up. "
	return post{text: strings.Repeat(talk, 1+i%3), reply: i%3 == 0}
}

// meetingLink is one of somebody who is not registered.
func meetingLink(i int) string {
	number := marks(forMeeting, 11)
	return []string{
		"https://globex.zoom.us/j/" + number + "?pwd=Zk3mQ9xWvT7bLr2sAq5",
		"https://us02web.zoom.us/j/" + number,
		"https://globex.zoom.us/w/" + number + "?tk=Rt6pLm2Xw8Qv",
		"https://initech.zoom.us/s/" + number,
	}[i%4]
}

// shown is a link as apps show it.
func shown(link string) string {
	_, bare, _ := strings.Cut(link, "://")
	if len(bare) > 24 {
		return bare[:24] + "..."
	}
	return bare
}

// name makes n characters of base32 that differ from post to post.
func name(seed, n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	var b strings.Builder
	for x := uint32(seed)*2654435761 + 97; b.Len() < n; x = x*1664525 + 1013904223 {
		b.WriteByte(letters[x>>27])
	}
	return b.String()
}

// recordOf is a post as a Jetstream tells of it.
func recordOf(i int, p post, now time.Time) string {
	text, more := p.text, ""
	if p.link != "" {
		at := len(text) + 1
		text += " " + shown(p.link)
		more += fmt.Sprintf(`,"facets":[{"$type":"app.bsky.richtext.facet",`+
			`"features":[{"$type":"app.bsky.richtext.facet#link",`+
			`"uri":%s}],"index":{"byteEnd":%d,"byteStart":%d}}]`, quoted(p.link), len(text), at)
	}
	if p.title != "" {
		more += fmt.Sprintf(`,"embed":{"$type":"app.bsky.embed.external",`+
			`"external":{"description":%s,"thumb":{"$type":"blob",`+
			`"ref":{"$link":"bafkrei%s"},"mimeType":"image/jpeg","size":%d},"title":%s,"uri":%s}}`, quoted(p.text), name(i, 52), 90_000+i, quoted(p.title), quoted(p.link))
	}
	if p.alt != "" {
		more += fmt.Sprintf(`,"embed":{"$type":"app.bsky.embed.images","images":[{"alt":%s,"aspectRatio":{"height":1500,`+
			`"width":2000},"image":{"$type":"blob","ref":{"$link":"bafkrei%s"},"mimeType":"image/jpeg","size":%d}}]}`, quoted(p.alt), name(i, 52), 90_000+i)
	}
	if p.reply {
		to := fmt.Sprintf(`{"cid":"bafyrei%s","uri":"at://did:plc:%s/app.bsky.feed.post/3m%s"}`, name(i+1, 52), name(i+2, 24),
			name(i+3, 11))
		more += `,"reply":{"parent":` + to + `,"root":` + to + `}`
	}
	return fmt.Sprintf(`{"did":"did:plc:%s","time_us":%s,"kind":"commit","commit":{"rev":"3m%s",`+
		`"operation":"create","collection":"app.bsky.feed.post","rkey":"3m%s","record":{"$type":"app.bsky.feed.post","createdAt":"%s","langs":["en"],"text":%s%s},"cid":"bafyrei%s"}}`,
		name(i, 24), marks(forTime, 16), name(i+4, 11), itemDigits(serviceBluesky), now.UTC().Format("2006-01-02T15:04:05.000Z"),
		quoted(text), more, name(i+5, 52))
}

func deletedRecord(i int) string {
	return fmt.Sprintf(`{"did":"did:plc:%s","time_us":%s,"kind":"commit","commit":{"rev":"3m%s","operation":"delete",`+
		`"collection":"app.bsky.feed.post","rkey":"3m%s"}}`, name(i, 24), marks(forTime, 16), name(i+4, 11), itemDigits(serviceBluesky))
}

// statusOf is a post as a Mastodon server streams it.
func statusOf(i int, p post, now time.Time) string {
	at, id, who := now.UTC().Format("2006-01-02T15:04:05.000Z"), itemDigits(serviceMastodon), name(i, 7)
	content, card, media := "<p>"+p.text, "null", ""
	if p.link != "" {
		_, bare, _ := strings.Cut(p.link, "://")
		cut := min(len(bare), 30)
		content += fmt.Sprintf(` <a href="%s" target="_blank" rel="nofollow noopener" translate="no"><span class="invisible">https://</span>`+
			`<span class="ellipsis">%s</span><span class="invisible">%s</span></a>`, p.link, bare[:cut], bare[cut:])
	}
	if p.title != "" {
		card = fmt.Sprintf(`{"url":%s,"title":%s,"description":%s,"language":"en","type":"link",`+
			`"provider_name":"Globex News","html":"","width":0,"height":0,"image":null,"embed_url":"","blurhash":null}`, quoted(p.link), quoted(p.title), quoted(p.text))
	}
	if p.alt != "" {
		media = fmt.Sprintf(`{"id":"11558912%04d","type":"image","url":"https://files.globex.example/%s.jpeg",`+
			`"preview_url":"https://files.globex.example/%s.jpeg","meta":{"original":{"width":2000,"height":1500,"size":"2000x1500","aspect":1.33}},"description":%s,"blurhash":"UBL_:rOpGG-oBUNG"}`,
			i, name(i, 16), name(i+1, 16), quoted(p.alt))
	}
	reply := "null"
	if p.reply {
		reply = `"115589127841` + fmt.Sprintf("%06d", i) + `"`
	}
	return fmt.Sprintf(`{"id":"%s","created_at":"%s","in_reply_to_id":%s,"sensitive":false,"spoiler_text":"","visibility":"public","language":"en",`+
		`"uri":"https://globex.example/users/%s/statuses/%s","url":"https://globex.example/@%s/%s","replies_count":0,`+
		`"reblogs_count":0,"favourites_count":0,"edited_at":null,"content":%s,"reblog":null,"account":%s,"media_attachments":[%s],"mentions":[],"tags":[],`+
		`"emojis":[],"card":%s,"poll":null}`,
		id, at, reply, who, id, who, id, quoted(content+"</p>"), accountOf(i, who, at), media, card)
}

func accountOf(i int, who, at string) string {
	return fmt.Sprintf(`{"id":"1090%08d","username":"%s","acct":"%s@globex.example","display_name":"%s","locked":false,"bot":false,"discoverable":true,`+
		`"indexable":false,"group":false,"created_at":"%s","note":%s,"url":"https://globex.example/@%s","uri":"https://globex.example/users/%s",`+
		`"avatar":"https://files.globex.example/%s.png","header":"https://files.globex.example/%s.png","followers_count":%d,"following_count":%d,`+
		`"statuses_count":%d,"emojis":[],"fields":[{"name":"pronouns","value":"they","verified_at":null}]}`,
		i, who, who, who, at, quoted("<p>"+strings.Repeat("Gardens, boats, and what the tide leaves. ", 4)+"</p>"), who, who, name(i, 16),
		name(i+1, 16), 37+i%900, 90+i%300, 1200+i)
}

// tweetOf is a post as X streams it, with the fields that are asked for.
func tweetOf(i int, p post, now time.Time) string {
	id, text, more := itemDigits(serviceX), p.text, ""
	if p.link != "" {
		short, at := "https://t.co/"+name(i, 10), len([]rune(text))+1
		title := ""
		if p.title != "" {
			title = fmt.Sprintf(`,"title":%s,"description":%s`, quoted(p.title), quoted(p.text))
		}
		text += " " + short
		more += fmt.Sprintf(`,"entities":{"urls":[{"start":%d,"end":%d,"url":"%s","expanded_url":%s,"display_url":%s,"status":200,`+
			`"unwound_url":%s%s}]}`,
			at, at+len(short), short, quoted(p.link), quoted(shown(p.link)), quoted(p.link), title)
	}
	if p.reply {
		more += fmt.Sprintf(`,"referenced_tweets":[{"type":"replied_to","id":"19922004117%08d"}]`, i)
	}
	includes := ""
	if p.alt != "" {
		more += fmt.Sprintf(`,"attachments":{"media_keys":["3_19922%08d"]}`, i)
		includes = fmt.Sprintf(`"includes":{"media":[{"media_key":"3_19922%08d","type":"photo","alt_text":%s}]},`, i, quoted(p.alt))
	}
	return fmt.Sprintf(`{"data":{"id":"%s","text":%s,"created_at":"%s","edit_history_tweet_ids":["%s"],"possibly_sensitive":false,`+
		`"public_metrics":{"retweet_count":0,"reply_count":1,"like_count":4,"quote_count":0,"bookmark_count":0,"impression_count":%d}%s},%s`+
		`"matching_rules":[{"id":"1992200411700000%03d","tag":"somebody-else"}]}`,
		id, quoted(text), now.UTC().Format("2006-01-02T15:04:05.000Z"), id, 20+i, more, includes, i%900+100)
}
