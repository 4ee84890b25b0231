-- Schema 1. Times are milliseconds since 1970 in UTC; 0 or NULL is none. "body" is the record as JSON (scanner.EncodeRecord);
-- the columns beside it are what is searched by.

-- What the store knows of itself: epoch and since of its history, and the last fence that a lease got.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- wrapped is the data key under the master key; NULL while the organisation is being erased. Id 0 is the deployment.
CREATE TABLE org (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, wrapped BLOB);

CREATE TABLE leak (
	row     INTEGER PRIMARY KEY AUTOINCREMENT,
	org     INTEGER NOT NULL REFERENCES org (id),
	id      TEXT    NOT NULL,
	version INTEGER NOT NULL,
	state   TEXT    NOT NULL,
	first   INTEGER NOT NULL, -- FirstSeen
	ended   INTEGER,          -- scanner.Leak.Ended
	wake    INTEGER,
	pending INTEGER NOT NULL, -- 1 when the account is pending
	body    BLOB    NOT NULL,
	UNIQUE (org, id)
);
CREATE INDEX leak_by_first ON leak (org, first, id);
CREATE INDEX leak_by_state ON leak (org, state, first, id);
CREATE INDEX leak_pending ON leak (org) WHERE pending = 1;
CREATE INDEX leak_by_wake ON leak (wake) WHERE wake IS NOT NULL;
CREATE INDEX leak_by_end ON leak (ended) WHERE ended IS NOT NULL;

-- Which leak a meeting's key leads to, in each episode.
CREATE TABLE leak_key (
	org     INTEGER NOT NULL,
	key     TEXT    NOT NULL,
	episode INTEGER NOT NULL,
	leak    INTEGER NOT NULL REFERENCES leak (row) ON DELETE CASCADE,
	PRIMARY KEY (org, key, episode)
) WITHOUT ROWID;
CREATE INDEX leak_key_of ON leak_key (leak);

CREATE TABLE sighting (
	leak  INTEGER NOT NULL REFERENCES leak (row) ON DELETE CASCADE,
	place TEXT    NOT NULL, -- PlaceKey
	org   INTEGER NOT NULL,
	seen  INTEGER NOT NULL,
	gone  INTEGER,
	body  BLOB    NOT NULL,
	PRIMARY KEY (leak, place)
) WITHOUT ROWID;
CREATE INDEX sighting_there ON sighting (org, place, leak) WHERE gone IS NULL;
CREATE INDEX sighting_gone ON sighting (gone) WHERE gone IS NOT NULL;

CREATE TABLE outbox (
	org     INTEGER NOT NULL REFERENCES org (id),
	id      TEXT    NOT NULL,
	leak    TEXT    NOT NULL, -- id, "" for digests
	pending INTEGER NOT NULL,
	ready   INTEGER NOT NULL, -- when it may be claimed: when it is due, or the claim ends
	lease   INTEGER NOT NULL, -- until when it is claimed
	fence   INTEGER NOT NULL,
	made    INTEGER NOT NULL,
	done    INTEGER,
	body    BLOB    NOT NULL,
	receipt BLOB,
	PRIMARY KEY (org, id)
) WITHOUT ROWID;
CREATE INDEX outbox_ready ON outbox (org, ready, id) WHERE pending = 1;
CREATE INDEX outbox_of ON outbox (org, leak, made);
CREATE INDEX outbox_done ON outbox (done) WHERE done IS NOT NULL;

CREATE TABLE alert_count (
	org       TEXT    NOT NULL,
	recipient TEXT    NOT NULL,
	delivery  TEXT    NOT NULL,
	at        INTEGER NOT NULL,
	PRIMARY KEY (org, recipient, delivery)
) WITHOUT ROWID;
CREATE INDEX alert_count_at ON alert_count (at);

CREATE TABLE lease (
	name   TEXT    PRIMARY KEY,
	holder TEXT    NOT NULL,
	fence  INTEGER NOT NULL,
	until  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX lease_until ON lease (until);

CREATE TABLE cursor (name TEXT PRIMARY KEY, value BLOB, next INTEGER NOT NULL, saved INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE item (bucket INTEGER NOT NULL, print INTEGER NOT NULL, PRIMARY KEY (bucket, print)) WITHOUT ROWID;

-- pages is how many visits a source has.
CREATE TABLE visit_source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, pages INTEGER NOT NULL);
CREATE TABLE visit (
	source INTEGER NOT NULL REFERENCES visit_source (id),
	page   TEXT    NOT NULL,
	next   INTEGER NOT NULL,
	data   BLOB,
	PRIMARY KEY (source, page)
) WITHOUT ROWID;
CREATE INDEX visit_by_next ON visit (source, next, page);
CREATE INDEX visit_unread ON visit (next);

CREATE TABLE audit (
	seq  INTEGER PRIMARY KEY AUTOINCREMENT,
	org  INTEGER NOT NULL,
	leak TEXT    NOT NULL,
	at   INTEGER NOT NULL,
	body BLOB    NOT NULL
);
CREATE INDEX audit_of ON audit (org, leak, seq);
CREATE INDEX audit_by_org ON audit (org, seq);
CREATE INDEX audit_at ON audit (at);

-- kind is found, or a scanner.AccountKind.
CREATE TABLE ledger (
	org    INTEGER NOT NULL REFERENCES org (id),
	kind   TEXT    NOT NULL,
	reason TEXT    NOT NULL,
	n      INTEGER NOT NULL,
	PRIMARY KEY (org, kind, reason)
) WITHOUT ROWID;
