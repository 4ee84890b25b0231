-- Claims of domains. held is 1 for the one claim of a domain that keeps others from being proved.
CREATE TABLE claim (
	org     INTEGER NOT NULL REFERENCES org (id),
	domain  TEXT    NOT NULL,
	version INTEGER NOT NULL,
	held    INTEGER NOT NULL,
	body    BLOB    NOT NULL,
	PRIMARY KEY (org, domain)
) WITHOUT ROWID;
CREATE UNIQUE INDEX claim_held ON claim (domain) WHERE held = 1;
