package demo

import (
	"context"
	"fmt"
	"time"

	"meetleaks/scanner/source/bluesky/fakejetstream"
)

// Who posts. Names are made up, and must not come out anywhere.
const (
	poster   = "quillbert.acme-pupils.example"
	stranger = "marlowe.globex.example"
)

// The stream is never silent for longer than this, as the real one is not: a silent one would be taken for dead.
const chatEvery = 2 * time.Second

// chat is what people post who have nothing to do with the school.
func chat() []string {
	return []string{
		"first snow of the year, and my bike is still outside",
		"does anybody know a good recipe for pumpkin soup?",
		"the train is late again. there is a surprise",
		"finished the book. no spoilers, but wow",
		"our choir rehearsal moves to eight tonight",
		"three cats, one chair, no peace",
	}
}

// chatter lets people post until ctx is done. Their records are the same few, written anew, so that nothing grows.
func (w *World) chatter(ctx context.Context) {
	ticker := time.NewTicker(chatEvery)
	defer ticker.Stop()
	texts := chat()
	for n := 0; ; n = (n + 1) % len(texts) {
		key := fmt.Sprintf("3chatter%05d", n)
		w.Stream.Write(stranger, "create", fakejetstream.Posts, key, fakejetstream.Record(texts[n], w.clock.Now(), nil))
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// startStream begins the stream, and the talk on it, which [World.Close] ends.
func (w *World) startStream(ctx context.Context) error {
	var err error
	if w.Stream, err = fakejetstream.New(fakejetstream.Options{Now: w.clock.Now}); err != nil {
		return err
	}
	if w.streamAt, err = w.serve(ctx, w.Stream); err != nil {
		return err
	}
	talking, quiet := context.WithCancel(ctx)
	w.quiet = quiet
	w.done.Go(func() { w.chatter(talking) })
	return nil
}

// heard says whether somebody listens to the stream.
func (w *World) heard() bool { return len(w.Stream.Asked()) > 0 }

// postRaid lets a stranger post a meeting of their own, and a pupil call for a raid on the lesson. key is the pupil's post.
func (w *World) postRaid(text string) (key string) {
	now := w.clock.Now()
	w.Stream.Post(stranger, fakejetstream.Record("our book club, all welcome: "+linkOf("globex", numberTheirs, secretTheirs), now, nil))
	w.Stream.Identity(poster, poster)
	return w.Stream.Post(poster, fakejetstream.Record(text, now, nil))
}

// deleteRaid lets the pupil delete the post.
func (w *World) deleteRaid(key string) { w.Stream.Delete(poster, fakejetstream.Posts, key) }
