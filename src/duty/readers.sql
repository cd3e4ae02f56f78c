-- name: readers_shares
-- Whether other directives carry this one out: what its units owe may then be theirs.
-- result: one
-- scope: system
-- args: directive_id int
-- columns: shares int
SELECT CASE WHEN EXISTS (SELECT 1 FROM directive d WHERE d.family_id = :directive_id AND d.id <> :directive_id) THEN 1 ELSE 0 END AS shares;

-- name: readers_units
-- Units that owe something under the directive itself; a past day: that owed it then.
-- result: many
-- scope: system
-- args: directive_id int, is_past int, on_day int
-- columns: unit_id int
SELECT k.unit_id FROM duty_count k
 WHERE k.scope_id = :directive_id
   AND EXISTS (SELECT 1 FROM assignment a WHERE a.unit_id = k.unit_id AND a.directive_id = :directive_id AND (a.closed_day IS NULL OR (:is_past = 1 AND a.closed_day > :on_day)))
 ORDER BY k.unit_id;

-- name: readers_acknowledged
-- Who has confirmed having read it before an instant.
-- result: many
-- scope: system
-- args: directive_id int, before_ms int
-- columns: person_id int, at_ms int
SELECT person_id, at_ms FROM acknowledgement WHERE directive_id = :directive_id AND at_ms < :before_ms ORDER BY person_id;
