package sqlitestore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"meetleaks/scanner"
)

var _ scanner.Dumper = (*Store)(nil)

// Kind and Schema name what a dump was made of.
const Kind = "sqlite"

// Schema is the number of the newest step of the schema that this program knows.
func Schema() (int, error) {
	files, err := schema.ReadDir("schema")
	return len(files), err
}

// Dump implements [scanner.Dumper]. All of it is of one moment, whatever others write meanwhile; as long as it runs the log
// grows with what they write.
func (s *Store) Dump(ctx context.Context, write func(scanner.Dumped) error) error {
	d := dumping{write: write}
	err := s.view(ctx, "dump", func(t *tx) error {
		d.tx = t
		for _, part := range []func() error{
			d.cursors, d.visits, d.keys, d.claims, d.leaks, d.sightings, d.deliveries, d.audits, d.ledgers,
		} {
			if err := part(); err != nil {
				return err
			}
		}
		return nil
	})
	if d.stopped != nil {
		return d.stopped // the caller's own, which is no outage of the store
	}
	return err
}

// dumping is a dump on its way.
type dumping struct {
	*tx
	write   func(scanner.Dumped) error
	stopped error // what write returned
}

func (d *dumping) put(record scanner.Dumped) error {
	d.stopped = d.write(record)
	return d.stopped
}

func (d *dumping) cursors() error {
	return d.each(func(rows *sql.Rows) error {
		var c scanner.DumpedCursor
		var next, saved int64
		if err := rows.Scan(&c.Name, &c.Value, &next, &saved); err != nil {
			return err
		}
		c.Next, c.Saved = fromMS(next), fromMS(saved)
		return d.put(scanner.Dumped{Cursor: &c})
	}, "SELECT name, value, next, saved FROM cursor ORDER BY name")
}

func (d *dumping) visits() error {
	return d.each(func(rows *sql.Rows) error {
		var v scanner.DumpedVisit
		var next int64
		if err := rows.Scan(&v.Source, &v.Page, &next, &v.Data); err != nil {
			return err
		}
		v.Next = fromMS(next)
		return d.put(scanner.Dumped{Visit: &v})
	}, "SELECT s.name, v.page, v.next, v.data FROM visit v JOIN visit_source s ON s.id = v.source")
}

func (d *dumping) keys() error {
	return d.each(func(rows *sql.Rows) error {
		var record scanner.Dumped
		if err := rows.Scan(&record.Org, &record.Key); err != nil {
			return err
		}
		return d.put(record)
	}, "SELECT name, wrapped FROM org WHERE wrapped IS NOT NULL ORDER BY id")
}

func (d *dumping) claims() error {
	return d.each(func(rows *sql.Rows) error {
		c, err := scanClaim(rows.Scan)
		if err != nil {
			return err
		}
		return d.put(scanner.Dumped{Org: c.Org, Claim: &c})
	}, `SELECT c.version, c.body FROM claim c JOIN org ON org.id = c.org AND org.wrapped IS NOT NULL ORDER BY org.id, c.domain`)
}

func (d *dumping) leaks() error {
	return d.each(func(rows *sql.Rows) error {
		var org string
		var body, keys []byte
		var wake sql.NullInt64
		if err := rows.Scan(&org, &body, &wake, &keys); err != nil {
			return err
		}
		l := scanner.DumpedLeak{}
		if err := decode(body, &l.Leak); err != nil {
			return err
		}
		if err := json.Unmarshal(keys, &l.Keys); err != nil {
			return fmt.Errorf("%w: keys of leak %s", errBroken, l.Leak.ID)
		}
		if wake.Valid {
			l.Wake = fromMS(wake.Int64)
		}
		return d.put(scanner.Dumped{Org: org, Leak: &l})
	}, `SELECT org.name, leak.body, leak.wake,
			(SELECT json_group_array(key) FROM (SELECT DISTINCT key FROM leak_key WHERE leak_key.leak = leak.row ORDER BY key))
		FROM leak JOIN org ON org.id = leak.org AND org.wrapped IS NOT NULL ORDER BY leak.row`)
}

func (d *dumping) sightings() error {
	return d.each(func(rows *sql.Rows) error {
		var record scanner.Dumped
		var body []byte
		if err := rows.Scan(&record.Org, &body); err != nil {
			return err
		}
		record.Sighting = &scanner.Sighting{}
		if err := decode(body, record.Sighting); err != nil {
			return err
		}
		return d.put(record)
	}, `SELECT org.name, sighting.body FROM sighting JOIN org ON org.id = sighting.org AND org.wrapped IS NOT NULL
		ORDER BY sighting.leak, sighting.place`)
}

func (d *dumping) deliveries() error {
	return d.each(func(rows *sql.Rows) error {
		var record scanner.Dumped
		var body []byte
		row := &scanner.OutboxRow{}
		if err := rows.Scan(&record.Org, &body, &row.Receipt, &row.Fence); err != nil {
			return err
		}
		if err := decode(body, &row.Delivery); err != nil {
			return err
		}
		record.Delivery = row
		return d.put(record)
	}, `SELECT org.name, o.body, o.receipt, o.fence FROM outbox o JOIN org ON org.id = o.org AND org.wrapped IS NOT NULL
		ORDER BY o.org, o.id`)
}

func (d *dumping) audits() error {
	return d.each(func(rows *sql.Rows) error {
		var record scanner.Dumped
		var body []byte
		if err := rows.Scan(&record.Org, &body); err != nil {
			return err
		}
		record.Audit = &scanner.Audit{}
		if err := decode(body, record.Audit); err != nil {
			return err
		}
		return d.put(record)
	}, `SELECT COALESCE(org.name, ''), audit.body FROM audit LEFT JOIN org ON org.id = audit.org
		WHERE audit.org = ? OR org.wrapped IS NOT NULL ORDER BY audit.seq`, deployment)
}

func (d *dumping) ledgers() error {
	current, books := "", (*scanner.Ledger)(nil)
	err := d.each(func(rows *sql.Rows) error {
		var org string
		var kind scanner.AccountKind
		var reason scanner.Withheld
		var n int64
		if err := rows.Scan(&org, &kind, &reason, &n); err != nil {
			return err
		}
		if books != nil && org != current {
			if err := d.put(scanner.Dumped{Org: current, Ledger: books}); err != nil {
				return err
			}
			books = nil
		}
		if books == nil {
			current, books = org, &scanner.Ledger{}
		}
		enter(books, kind, reason, n)
		return nil
	}, `SELECT org.name, l.kind, l.reason, l.n FROM ledger l JOIN org ON org.id = l.org AND org.wrapped IS NOT NULL ORDER BY l.org`)
	if err != nil || books == nil {
		return err
	}
	return d.put(scanner.Dumped{Org: current, Ledger: books})
}
