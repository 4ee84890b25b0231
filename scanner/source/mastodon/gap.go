package mastodon

import (
	"context"
	"fmt"
)

// catchUp reads what was posted in each stream since its mark; of a stream without a mark the newest page.
func (p *passing) catchUp(ctx context.Context) error {
	p.catching = true
	defer func() { p.catching = false }()
	for i := range p.source.streams {
		of := &p.source.streams[i]
		before, known := p.cursor.Streams[of.name]
		p.first = !known
		err := p.gap(ctx, of, before.ID)
		p.first = false
		if err != nil {
			return err
		}
	}
	return nil
}

// gap reads pages of a timeline, oldest first, until there is nothing newer.
func (p *passing) gap(ctx context.Context, of *stream, after string) error {
	for page := 0; ; page++ {
		if page == p.source.o.GapPages {
			p.health.Truncated++
			p.note(fmt.Sprintf("%s: more was posted meanwhile than %d pages: the rest of the gap was not read", of.name, page))
			return nil
		}
		posts, newest, err := p.rest.timeline(ctx, of, after)
		if err != nil {
			p.refused(err)
			return err
		}
		for _, data := range posts {
			if err := p.understood(p.status(ctx, frame{kind: posted, stream: of.name, data: data})); err != nil {
				return err
			}
		}
		first := after == ""
		if len(posts) == 0 || newest == "" || newest == after {
			return nil
		}
		p.mark(of.name, newest, posts[len(posts)-1])
		if err := p.saveSometimes(ctx); err != nil {
			return err
		}
		p.tell()
		if after = newest; first {
			return nil
		}
	}
}

// mark moves the mark of a stream to where the server says that the next page begins.
func (p *passing) mark(stream, id string, latest []byte) {
	_, created, _ := heads(latest)
	at := timeOf(created)
	if at.After(p.now().Add(ahead)) {
		at = p.now()
	}
	p.cursor.Streams[stream] = mark{ID: id, At: at}
	p.moved = true
}
