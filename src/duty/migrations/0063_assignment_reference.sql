-- What a directive issues is inserted a hundred thousand rows at a time, and PostgreSQL looks up the obligation of each: an eighth of the whole
-- time, for ten obligations that the same transaction has just read. Nothing deletes those of an issued directive (obligations_drop), and
-- ledger_recount meets an assignment without one. SQLite looks at a page that lies in its cache anyway, and keeps the check.
-- sqlite:
SELECT 1;
-- postgres:
ALTER TABLE assignment DROP CONSTRAINT IF EXISTS assignment_obligation_id_fkey;
