-- What has been accepted, by kind and unit: one unit's last of a kind, and all units' last of a kind, without the evidence itself.
CREATE INDEX evidence_accepted_kind_idx ON evidence (kind, unit_id, done_day) WHERE state = 'accepted';
DROP INDEX evidence_accepted_idx;

-- A stream of the chain from its newest entry on, page after page.
CREATE INDEX chain_entry_stream_newest_idx ON chain_entry (stream, at_ms, id);
DROP INDEX chain_entry_stream_time_idx;

-- What somebody did that belongs to no unit, signing in above all.
CREATE INDEX chain_entry_person_idx ON chain_entry (actor_id, at_ms) WHERE unit_id IS NULL;
