package sqlitestore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"meetleaks/scanner"
)

// tx is a transaction under way. It is used by one goroutine.
type tx struct {
	ctx  context.Context
	pool *pool
	sql  *sql.Tx
}

// pool is connections, and the statements that were prepared on them: preparing takes longer than most statements.
type pool struct {
	db   *sql.DB
	turn chan struct{} // as many as may have a transaction at a time

	mu    sync.Mutex
	ready map[string]*sql.Stmt // by text: all texts are constants of this package
}

// newPool opens connections for so many transactions at a time, and one on which statements are prepared meanwhile.
func newPool(dsn string, size int) (*pool, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(size + 1)
	db.SetMaxIdleConns(size + 1)
	return &pool{db: db, turn: make(chan struct{}, size), ready: map[string]*sql.Stmt{}}, nil
}

// statement prepares a text once.
func (p *pool) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if prepared, ok := p.ready[query]; ok {
		return prepared, nil
	}
	prepared, err := p.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	p.ready[query] = prepared
	return prepared, nil
}

// change runs do in a transaction that writes, and commits it when do returns nil. Transactions that write come one after
// another: they stand in line here, not in SQLite, which knows no line.
func (s *Store) change(ctx context.Context, what string, do func(*tx) error) error {
	return s.run(ctx, s.write, nil, what, do)
}

// view runs do in a transaction that sees one moment.
func (s *Store) view(ctx context.Context, what string, do func(*tx) error) error {
	return s.run(ctx, s.read, &sql.TxOptions{ReadOnly: true}, what, do)
}

func (s *Store) run(ctx context.Context, p *pool, opts *sql.TxOptions, what string, do func(*tx) error) error {
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return failure(ctx, what, ctx.Err())
	}
	defer func() { <-p.turn }()
	if err := s.replaced(); err != nil {
		return failure(ctx, what, err)
	}
	begun, err := p.db.BeginTx(ctx, opts)
	if err != nil {
		return failure(ctx, what, err)
	}
	defer begun.Rollback() //nolint:errcheck // after a commit there is nothing to roll back; else there is an error already
	if err := do(&tx{ctx, p, begun}); err != nil {
		return failure(ctx, what, err)
	}
	if err := begun.Commit(); err != nil {
		return failure(ctx, what, err)
	}
	return nil
}

// failure says what an error means to callers. Ours stay what they are; the context's is told as such; all others come from
// SQLite, which then did not answer or could not write.
func failure(ctx context.Context, what string, err error) error {
	for _, ours := range []error{
		scanner.ErrNotFound, scanner.ErrConflict, scanner.ErrHeld, scanner.ErrLost, scanner.ErrNoOrganisation,
		scanner.ErrBadValue, scanner.ErrFull, errBroken,
	} {
		if errors.Is(err, ours) {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", what, context.Cause(ctx))
	}
	return fmt.Errorf("%s: %w: %w", what, scanner.ErrUnavailable, err)
}

// errBroken says that a record cannot be read back. It is no outage, and nothing to be passed over.
var errBroken = errors.New("a stored record cannot be read")

// decode reads a record back.
func decode(body []byte, record any) error {
	if err := json.Unmarshal(body, record); err != nil {
		return fmt.Errorf("%w: %w", errBroken, err)
	}
	return nil
}

// statement is a text made ready for this transaction.
func (t *tx) statement(query string) (*sql.Stmt, error) {
	prepared, err := t.pool.statement(t.ctx, query)
	if err != nil {
		return nil, err
	}
	return t.sql.StmtContext(t.ctx, prepared), nil
}

func (t *tx) exec(query string, args ...any) error {
	_, err := t.affected(query, args...)
	return err
}

// affected is exec that says how many rows it changed.
func (t *tx) affected(query string, args ...any) (int64, error) {
	prepared, err := t.statement(query)
	if err != nil {
		return 0, err
	}
	result, err := prepared.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// row reads one row, or sql.ErrNoRows.
func (t *tx) row(query string, args ...any) row {
	prepared, err := t.statement(query)
	if err != nil {
		return row{err: err}
	}
	return row{Row: prepared.QueryRowContext(t.ctx, args...)}
}

// row is an answer of one row.
type row struct {
	*sql.Row
	err error
}

// Scan is [sql.Row.Scan].
func (r row) Scan(to ...any) error {
	if r.err != nil {
		return r.err
	}
	return r.Row.Scan(to...)
}

// each calls scan for each row of an answer.
func (t *tx) each(scan func(*sql.Rows) error, query string, args ...any) error {
	prepared, err := t.statement(query)
	if err != nil {
		return err
	}
	rows, err := prepared.QueryContext(t.ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // Err tells
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// org is the organisation's number, or ErrNoOrganisation when it has no key.
func (t *tx) org(name string) (int64, error) {
	var id int64
	err := t.row("SELECT id FROM org WHERE name = ? AND wrapped IS NOT NULL", name).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, scanner.ErrNoOrganisation
	}
	return id, err
}

// list is values for json_each: one text serves lists of every length.
func list[T any](values []T) (string, error) {
	text, err := json.Marshal(values)
	return string(text), err
}
