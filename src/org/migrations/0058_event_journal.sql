-- Whether what an event moved was written down (unit_event_item): not of events that were entered before that was done. An event of which
-- nothing is written down is not told from one that moved nothing, so it cannot be undone.
ALTER TABLE unit_event ADD COLUMN has_items {int} NOT NULL DEFAULT 0;
UPDATE unit_event SET has_items = 1 WHERE id IN (SELECT event_id FROM unit_event_item);
