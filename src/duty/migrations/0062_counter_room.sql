-- Counters change in place: half of every page of theirs stays free, so that a new version of a row lies beside the old one and no index is
-- written. Read in the order of units, a scope's ten thousand rows then lie on some hundred pages instead of one page each.
-- sqlite:
SELECT 1; -- writes over the row itself
-- postgres:
ALTER TABLE duty_count SET (fillfactor = 50);
DO $$ BEGIN
    EXECUTE (SELECT format('CLUSTER duty_count USING %I', conname) FROM pg_constraint WHERE conrelid = 'duty_count'::regclass AND contype = 'p');
END $$;
