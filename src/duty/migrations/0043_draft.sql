-- A draft counts its changes: who edits, deletes or issues it names the revision that was looked at.
ALTER TABLE directive ADD COLUMN revision {int} NOT NULL DEFAULT 1;
