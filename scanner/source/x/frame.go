package x

import (
	"encoding/json"
	"errors"
	"time"

	"meetleaks/scanner/source/x/internal/postid"
	"meetleaks/scanner/source/x/internal/posttext"
)

// frame is what the stream brings; answers of searches and look-ups are taken apart into frames.
type frame struct {
	Data     post     `json:"data"`
	Includes includes `json:"includes"`
}

// includes are the things that posts refer to, in both spellings. Users are not among them.
type includes struct {
	Tweets []post  `json:"tweets"`
	Posts  []post  `json:"posts"`
	Media  []media `json:"media"`
	Polls  []poll  `json:"polls"`
}

type media struct {
	Key string `json:"media_key"`
	Alt string `json:"alt_text"`
}

type poll struct {
	ID      string `json:"id"`
	Options []struct {
		Label string `json:"label"`
	} `json:"options"`
}

// post is what is read of a post. There is no field for its author.
type post struct {
	ID         string    `json:"id"`
	Text       string    `json:"text"`
	Created    string    `json:"created_at"`
	Entities   entities  `json:"entities"`
	NoteTweet  note      `json:"note_tweet"`
	NotePost   note      `json:"note_post"`
	EditTweets []string  `json:"edit_history_tweet_ids"`
	EditPosts  []string  `json:"edit_history_post_ids"`
	RefTweets  []refer   `json:"referenced_tweets"`
	RefPosts   []refer   `json:"referenced_posts"`
	Attached   attached  `json:"attachments"`
	Metrics    metrics   `json:"public_metrics"`
	Withheld   *withheld `json:"withheld"`
}

type entities struct {
	URLs []posttext.Link `json:"urls"`
}

type note struct {
	Text     string   `json:"text"`
	Entities entities `json:"entities"`
}

type refer struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

type attached struct {
	Media []string `json:"media_keys"`
	Polls []string `json:"poll_ids"`
}

type metrics struct {
	Impressions int64 `json:"impression_count"`
	Retweets    int64 `json:"retweet_count"`
	Reposts     int64 `json:"repost_count"`
	Quotes      int64 `json:"quote_count"`
}

type withheld struct {
	Countries []string `json:"country_codes"`
}

// errNoPost is that of a frame without a post.
var errNoPost = errors.New("no post in it")

// decodeFrame reads a frame. Fields of a wrong type are left out and rough is set: what else can be read of the post is not lost.
func decodeFrame(body []byte) (f *frame, rough bool, err error) {
	f = new(frame)
	if rough, err = decodeInto(body, f); err != nil {
		return nil, false, err
	}
	if _, ok := postid.Parse(f.Data.ID); !ok {
		return nil, false, errNoPost
	}
	return f, rough, nil
}

func decodeInto(body []byte, v any) (rough bool, err error) {
	var wrongType *json.UnmarshalTypeError
	err = json.Unmarshal(body, v)
	if errors.As(err, &wrongType) {
		return true, nil
	}
	if err != nil {
		return false, errNoPost // the error may hold what was read
	}
	return false, nil
}

// history is the first and the latest id of a post, as far as they are known. ok is false when it has no id.
func (p *post) history() (first, own, latest uint64, ok bool) {
	if own, ok = postid.Parse(p.ID); !ok {
		return 0, 0, 0, false
	}
	first, latest = own, own
	for _, ids := range [][]string{p.EditTweets, p.EditPosts} {
		for _, text := range ids[:min(len(ids), maxIncluded)] {
			if id, ok := postid.Parse(text); ok {
				first, latest = min(first, id), max(latest, id)
			}
		}
	}
	return first, own, latest, true
}

// edited says whether the post has an older version, or a newer one.
func (p *post) edited() bool {
	first, _, latest, _ := p.history()
	return first != latest
}

func (p *post) note() note {
	if p.NoteTweet.Text != "" {
		return p.NoteTweet
	}
	return p.NotePost
}

// refersTo is the id of the first post that it refers to in a way, "" for none.
func (p *post) refersTo(way string) string {
	for _, refs := range [][]refer{p.RefTweets, p.RefPosts} {
		for _, r := range refs {
			if r.Type == way {
				return r.ID
			}
		}
	}
	return ""
}

// maxReach is believed at most.
const maxReach = 10_000_000_000

// reach is how many people may have seen it, as far as X says.
func (p *post) reach() int64 {
	m := p.Metrics
	return min(max(m.Impressions, m.Retweets, m.Reposts, m.Quotes, 0), maxReach)
}

// hidden says whether the post is withheld everywhere.
func (p *post) hidden() bool {
	if p.Withheld == nil {
		return false
	}
	for _, code := range p.Withheld.Countries {
		if code == "XX" || code == "XY" { // content, or for a claim of copyright
			return true
		}
	}
	return false
}

// posted is when the version of the post was made, by X's word.
func (p *post) posted(own uint64) time.Time {
	if at, err := time.Parse(time.RFC3339, p.Created); err == nil && len(p.Created) < 64 {
		if !postid.HasTime(own) || postid.Time(own).Before(at) {
			return at.UTC()
		}
	}
	return postid.Time(own)
}

// find is an included post, nil when it is not there.
func (in *includes) find(id string) *post {
	for _, posts := range [][]post{in.Tweets, in.Posts} {
		for i := range posts {
			if posts[i].ID == id && id != "" {
				return &posts[i]
			}
		}
	}
	return nil
}
