package sqlitestore

import (
	"database/sql"
	"errors"
	"fmt"

	"meetleaks/scanner"
)

// leaks writes each leak where it still is at its version.
func (c *commit) leaks() error {
	for _, w := range c.Leaks {
		row, version, err := c.find(w.Leak.ID)
		if err != nil {
			return err
		}
		if version != w.Leak.Version {
			return fmt.Errorf("leak %s is at version %d, not %d: %w", w.Leak.ID, version, w.Leak.Version, scanner.ErrConflict)
		}
		if row, err = c.writeLeak(row, w); err != nil {
			return err
		}
		if err := c.keys(row, w.Leak); err != nil {
			return err
		}
		c.rows[w.Leak.ID] = row
	}
	return nil
}

func (c *commit) writeLeak(row int64, w scanner.LeakWrite) (int64, error) {
	l := w.Leak
	l.Version++
	body, err := scanner.EncodeRecord(l)
	if err != nil {
		return 0, err
	}
	pending := l.Account.Kind == scanner.AccountPending
	if row != 0 {
		return row, c.exec("UPDATE leak SET version = ?, state = ?, first = ?, ended = ?, wake = ?, pending = ?, body = ? WHERE row = ?",
			l.Version, l.State, ms(l.FirstSeen), orNull(l.Ended()), orNull(w.Wake), pending, body, row)
	}
	err = c.row(`INSERT INTO leak (org, id, version, state, first, ended, wake, pending, body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING row`,
		c.org, l.ID, l.Version, l.State, ms(l.FirstSeen), orNull(l.Ended()), orNull(w.Wake), pending, body).Scan(&row)
	return row, err
}

// keys lets the leak's keys lead to it, unless they lead to another of its episode or, of a leak that begins, of a later one.
func (c *commit) keys(row int64, l scanner.Leak) error {
	var moved bool
	if err := c.row("SELECT COUNT(*) > 0 FROM leak_key WHERE leak = ? AND episode <> ?", row, l.Episode).Scan(&moved); err != nil {
		return err
	}
	if moved {
		return fmt.Errorf("leak %s changes its episode: %w", l.ID, scanner.ErrBadValue)
	}
	for _, key := range l.Keys {
		var taken bool
		err := c.row("SELECT COUNT(*) > 0 FROM leak_key WHERE org = ? AND key = ? AND leak <> ? AND (episode = ? OR ? AND episode > ?)",
			c.org, key, row, l.Episode, l.Version == 0, l.Episode).Scan(&taken)
		if err != nil {
			return err
		}
		if taken {
			return fmt.Errorf("a key of leak %s belongs to another: %w", l.ID, scanner.ErrConflict)
		}
		if err := c.exec("INSERT OR IGNORE INTO leak_key (org, key, episode, leak) VALUES (?, ?, ?, ?)", c.org, key, l.Episode, row); err != nil {
			return err
		}
	}
	return nil
}

// freeMerged checks the leaks that are taken away, and frees their keys for those that are written.
func (c *commit) freeMerged() error {
	for _, m := range c.Merged {
		row, version, err := c.find(m.From)
		if err != nil {
			return err
		}
		if version != m.Version {
			return fmt.Errorf("leak %s is at version %d, not %d: %w", m.From, version, m.Version, scanner.ErrConflict)
		}
		if err := c.exec("DELETE FROM leak_key WHERE leak = ?", row); err != nil {
			return err
		}
	}
	return nil
}

// merge hands the sightings of the merged over, and takes them away.
func (c *commit) merge() error {
	for _, m := range c.Merged {
		from, _, err := c.find(m.From)
		if err != nil {
			return err
		}
		if err := c.handOver(from, m.Into); err != nil {
			return err
		}
		if err := c.exec("DELETE FROM leak WHERE row = ?", from); err != nil {
			return err
		}
	}
	return nil
}

func (c *commit) handOver(from int64, into string) error {
	kept, err := c.sightingsOf(from)
	if err != nil {
		return err
	}
	for _, s := range kept {
		s.Leak = into
		var seen int64
		err := c.row("SELECT seen FROM sighting WHERE leak = ? AND place = ?", c.rows[into], s.PlaceKey).Scan(&seen)
		switch {
		case err == nil && seen >= ms(s.SeenAt):
			continue
		case err != nil && !errors.Is(err, sql.ErrNoRows):
			return err
		}
		one := *c
		one.Sightings = []scanner.Sighting{s}
		if err := one.sightings(); err != nil {
			return err
		}
	}
	return nil
}
