-- name: rollup_unit
-- Everything at and below a unit along an edge kind, in one scope (0 all, a directive, a family), as it stands today.
-- result: one
-- scope: org
-- args: root_id int, scope_id int, edge_kind text, on_day int
-- columns: units int, n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT COUNT(*) AS units, CAST(COALESCE(SUM(k.n_unseen), 0) AS BIGINT) AS n_unseen, CAST(COALESCE(SUM(k.n_ack), 0) AS BIGINT) AS n_ack, CAST(COALESCE(SUM(k.n_doing), 0) AS BIGINT) AS n_doing,
       CAST(COALESCE(SUM(k.n_ok), 0) AS BIGINT) AS n_ok, CAST(COALESCE(SUM(k.n_due), 0) AS BIGINT) AS n_due, CAST(COALESCE(SUM(k.n_late), 0) AS BIGINT) AS n_late,
       CAST(COALESCE(SUM(k.n_birth), 0) AS BIGINT) AS n_birth, CAST(COALESCE(SUM(k.n_na), 0) AS BIGINT) AS n_na, CAST(COALESCE(SUM(k.n_waived), 0) AS BIGINT) AS n_waived
  FROM unit_closure c JOIN duty_count k ON k.unit_id = c.descendant_id AND k.scope_id = :scope_id
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind};

-- name: rollup_past
-- As known at the end of a day that has ended: the unit's own sum of that day and the sum below it in the tree of that day.
-- result: one
-- scope: org
-- args: root_id int, scope_id int, edge_kind text, as_of_day int
-- columns: n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT CAST(COALESCE(SUM(n_unseen), 0) AS BIGINT) AS n_unseen, CAST(COALESCE(SUM(n_ack), 0) AS BIGINT) AS n_ack, CAST(COALESCE(SUM(n_doing), 0) AS BIGINT) AS n_doing, CAST(COALESCE(SUM(n_ok), 0) AS BIGINT) AS n_ok, CAST(COALESCE(SUM(n_due), 0) AS BIGINT) AS n_due, CAST(COALESCE(SUM(n_late), 0) AS BIGINT) AS n_late, CAST(COALESCE(SUM(n_birth), 0) AS BIGINT) AS n_birth, CAST(COALESCE(SUM(n_na), 0) AS BIGINT) AS n_na, CAST(COALESCE(SUM(n_waived), 0) AS BIGINT) AS n_waived
  FROM (SELECT p.n_unseen, p.n_ack, p.n_doing, p.n_ok, p.n_due, p.n_late, p.n_birth, p.n_na, p.n_waived FROM duty_past p
         WHERE p.unit_id = :root_id AND p.scope_id = :scope_id
           AND p.day = (SELECT MAX(q.day) FROM duty_past q WHERE q.unit_id = :root_id AND q.scope_id = :scope_id AND q.day <= :as_of_day)
           AND EXISTS (SELECT 1 FROM unit_closure c WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.descendant_id = :root_id AND c.from_day <= :as_of_day AND c.to_day > :as_of_day)
        UNION ALL
        SELECT b.n_unseen, b.n_ack, b.n_doing, b.n_ok, b.n_due, b.n_late, b.n_birth, b.n_na, b.n_waived FROM duty_past_below b
         WHERE b.edge_kind = :edge_kind AND b.unit_id = :root_id AND b.scope_id = :scope_id
           AND b.day = (SELECT MAX(q.day) FROM duty_past_below q WHERE q.edge_kind = :edge_kind AND q.unit_id = :root_id AND q.scope_id = :scope_id AND q.day <= :as_of_day)
           AND {scope_below 1, :root_id, :edge_kind}) x
 WHERE {scope :root_id};

-- name: rollup_past_by_unit
-- The same from every unit below: right also while the sums of a tree that was changed for past days wait to be counted anew.
-- result: one
-- scope: org
-- args: root_id int, scope_id int, edge_kind text, as_of_day int
-- columns: n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT CAST(COALESCE(SUM(p.n_unseen), 0) AS BIGINT) AS n_unseen, CAST(COALESCE(SUM(p.n_ack), 0) AS BIGINT) AS n_ack, CAST(COALESCE(SUM(p.n_doing), 0) AS BIGINT) AS n_doing, CAST(COALESCE(SUM(p.n_ok), 0) AS BIGINT) AS n_ok, CAST(COALESCE(SUM(p.n_due), 0) AS BIGINT) AS n_due, CAST(COALESCE(SUM(p.n_late), 0) AS BIGINT) AS n_late, CAST(COALESCE(SUM(p.n_birth), 0) AS BIGINT) AS n_birth, CAST(COALESCE(SUM(p.n_na), 0) AS BIGINT) AS n_na, CAST(COALESCE(SUM(p.n_waived), 0) AS BIGINT) AS n_waived
  FROM unit_closure c JOIN duty_past p ON p.unit_id = c.descendant_id AND p.scope_id = :scope_id
   AND p.day = (SELECT MAX(q.day) FROM duty_past q WHERE q.unit_id = c.descendant_id AND q.scope_id = :scope_id AND q.day <= :as_of_day)
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :as_of_day AND c.to_day > :as_of_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind};

-- name: rollup_tree_changed
-- Whether the sums of a tree on a past day still wait to be counted anew.
-- result: one
-- scope: system
-- args: root_id int, edge_kind text, as_of_day int
-- columns: n int
SELECT COUNT(*) AS n FROM unit_tree_change WHERE edge_kind = :edge_kind AND ancestor_id = :root_id AND from_day <= :as_of_day;

-- name: rollup_past_first
-- The first day that has ended with something in a scope at or below a unit.
-- result: one
-- scope: system
-- args: root_id int, scope_id int, edge_kind text
-- columns: day int?
SELECT MIN(day) AS day
  FROM (SELECT MIN(p.day) AS day FROM duty_past p WHERE p.unit_id = :root_id AND p.scope_id = :scope_id
        UNION ALL SELECT MIN(b.day) FROM duty_past_below b WHERE b.edge_kind = :edge_kind AND b.unit_id = :root_id AND b.scope_id = :scope_id) x;

-- name: assignments_as_of
-- The rows behind a past figure: what each assignment at and below a unit was on a day, as known then, by unit. The counts of the day
-- (those that stand, while it has not ended) say in which units the rows of a page lie, so that only their changes are read.
-- result: many
-- scope: org
-- args: root_id int, scope_id int, kind text, edge_kind text, as_of_day int, state int, limit_count int, offset_count int
-- columns: assignment_id int, unit_id int, unit_name text, obligation_id int, title text, catalogue_id text?, state int, due_day int?
SELECT x.assignment_id, x.unit_id, f.name AS unit_name, x.obligation_id, o.title, o.catalogue_id, x.state, a.due_day
  FROM (SELECT y.assignment_id, y.unit_id, y.obligation_id, y.state, MIN(y.rows_before) OVER () + ROW_NUMBER() OVER (ORDER BY y.unit_id, y.assignment_id) AS place
          FROM (SELECT d.assignment_id, d.unit_id, d.obligation_id, d.state, SUM(d.delta) AS n, MIN(u.rows_before) AS rows_before
                  FROM (SELECT w.unit_id, w.rows_before
                          FROM (SELECT v.unit_id, v.n, SUM(v.n) OVER (ORDER BY v.unit_id) - v.n AS rows_before
                                  FROM (SELECT p.unit_id, CASE CAST(:state AS BIGINT) WHEN 0 THEN p.n_unseen WHEN 1 THEN p.n_ack WHEN 2 THEN p.n_doing WHEN 3 THEN p.n_ok WHEN 4 THEN p.n_due WHEN 5 THEN p.n_late WHEN 6 THEN p.n_birth WHEN 7 THEN p.n_na WHEN 8 THEN p.n_waived ELSE p.n_unseen + p.n_ack + p.n_doing + p.n_ok + p.n_due + p.n_late + p.n_birth + p.n_na + p.n_waived END AS n
                                          FROM unit_closure c JOIN duty_past p ON p.unit_id = c.descendant_id AND p.scope_id = :scope_id
                                           AND p.day = (SELECT MAX(q.day) FROM duty_past q WHERE q.unit_id = c.descendant_id AND q.scope_id = :scope_id AND q.day <= :as_of_day)
                                         WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :as_of_day AND c.to_day > :as_of_day
                                           AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind} AND (SELECT t.day FROM duty_clock t WHERE t.id = 1) > :as_of_day
                                        UNION ALL
                                        SELECT k.unit_id, CASE CAST(:state AS BIGINT) WHEN 0 THEN k.n_unseen WHEN 1 THEN k.n_ack WHEN 2 THEN k.n_doing WHEN 3 THEN k.n_ok WHEN 4 THEN k.n_due WHEN 5 THEN k.n_late WHEN 6 THEN k.n_birth WHEN 7 THEN k.n_na WHEN 8 THEN k.n_waived ELSE k.n_unseen + k.n_ack + k.n_doing + k.n_ok + k.n_due + k.n_late + k.n_birth + k.n_na + k.n_waived END
                                          FROM unit_closure c JOIN duty_count k ON k.unit_id = c.descendant_id AND k.scope_id = :scope_id
                                         WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :as_of_day AND c.to_day > :as_of_day
                                           AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind} AND (SELECT t.day FROM duty_clock t WHERE t.id = 1) <= :as_of_day) v
                                 WHERE v.n > 0) w
                         WHERE w.rows_before + w.n > CAST(:offset_count AS BIGINT) AND w.rows_before < CAST(:offset_count AS BIGINT) + CAST(:limit_count AS BIGINT)) u
                  JOIN assignment_delta d ON d.unit_id = u.unit_id AND d.visible_day <= :as_of_day
                 WHERE CAST(:kind AS TEXT) = 'all' OR (CAST(:kind AS TEXT) = 'family' AND d.family_id = :scope_id) OR (CAST(:kind AS TEXT) = 'directive' AND d.directive_id = :scope_id)
                 GROUP BY d.assignment_id, d.unit_id, d.obligation_id, d.state) y
         WHERE y.n > 0 AND (CAST(:state AS BIGINT) < 0 OR y.state = :state)) x
  JOIN unit_fact f ON f.unit_id = x.unit_id AND f.from_day <= :as_of_day AND f.to_day > :as_of_day
  JOIN obligation o ON o.id = x.obligation_id JOIN assignment a ON a.id = x.assignment_id
 WHERE x.place > :offset_count AND x.place <= CAST(:offset_count AS BIGINT) + CAST(:limit_count AS BIGINT)
 ORDER BY x.unit_id, x.assignment_id;

-- name: assignment_list_unit
-- What one unit owes, late first. waits: evidence of it waits for review.
-- result: many
-- scope: org
-- args: unit_id int, on_day int
-- columns: id int, obligation_id int, directive_id int, catalogue_id text?, title text, directive_title text, number text?, symbol text?, subject_kind text, subject_id int, subject_name text?, state int, due_day int?, covered_from_day int?, covered_to_day int?, waived_to_day int?, period_months int?, issued_day int, acked_ms int?, assignee_id int?, denominator text, soon_days int, waits int
SELECT a.id, a.obligation_id, a.directive_id, o.catalogue_id, o.title, d.title AS directive_title, d.number, d.symbol, a.subject_kind, a.subject_id, s.name AS subject_name, a.state, a.due_day,
       a.covered_from_day, a.covered_to_day, a.waived_to_day, o.period_months, a.issued_day, a.acked_ms, a.assignee_id, o.denominator, a.soon_days,
       CASE WHEN EXISTS (SELECT 1 FROM assignment_evidence we JOIN evidence w ON w.id = we.evidence_id WHERE we.assignment_id = a.id AND w.state = 'submitted') THEN 1 ELSE 0 END AS waits
  FROM assignment a JOIN obligation o ON o.id = a.obligation_id JOIN directive d ON d.id = a.directive_id
  LEFT JOIN info_system s ON a.subject_kind = 'system' AND s.id = a.subject_id
 WHERE a.unit_id = :unit_id AND a.state >= 0 AND :on_day = :on_day AND {scope :unit_id}
 ORDER BY CASE a.state WHEN 5 THEN 0 WHEN 6 THEN 1 WHEN 0 THEN 2 WHEN 4 THEN 3 WHEN 1 THEN 4 WHEN 2 THEN 5 WHEN 3 THEN 6 WHEN 8 THEN 7 ELSE 8 END,
       COALESCE(a.covered_to_day, a.due_day, 2147483647), o.catalogue_id, a.id;

-- name: assignment_list_scope
-- The rows behind a number: assignments at and below a unit in a directive or family, filtered by state, obligation and search. Paged.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, on_day int, family_id int?, directive_id int?, catalogue_id text?, state int, search text?, limit_count int, offset_count int
-- columns: id int, unit_id int, unit_name text, kind text, catalogue_id text?, title text, subject_kind text, subject_name text?, state int, due_day int?, covered_from_day int?, covered_to_day int?, waived_to_day int?, period_months int?, issued_day int, soon_days int, waits int, focal_name text?, focal_phone text?
SELECT a.id, a.unit_id, f.name AS unit_name, f.kind, o.catalogue_id, o.title, a.subject_kind, s.name AS subject_name, a.state, a.due_day, a.covered_from_day, a.covered_to_day, a.waived_to_day,
       o.period_months, a.issued_day, a.soon_days,
       CASE WHEN EXISTS (SELECT 1 FROM assignment_evidence we JOIN evidence w ON w.id = we.evidence_id WHERE we.assignment_id = a.id AND w.state = 'submitted') THEN 1 ELSE 0 END AS waits,
       (SELECT p.name FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = a.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_name,
       (SELECT p.phone FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = a.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_phone
  FROM unit_closure c JOIN assignment a ON a.unit_id = c.descendant_id
  JOIN obligation o ON o.id = a.obligation_id
  JOIN unit_fact f ON f.unit_id = a.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN info_system s ON a.subject_kind = 'system' AND s.id = a.subject_id
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND (CAST(:family_id AS BIGINT) IS NULL OR a.family_id = :family_id) AND (CAST(:directive_id AS BIGINT) IS NULL OR a.directive_id = :directive_id)
   AND (CAST(:catalogue_id AS TEXT) IS NULL OR o.catalogue_id = :catalogue_id)
   AND a.state >= 0 AND (CAST(:state AS BIGINT) < 0 OR a.state = :state) AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search)
 ORDER BY CASE a.state WHEN 5 THEN 0 WHEN 6 THEN 1 WHEN 0 THEN 2 WHEN 4 THEN 3 WHEN 1 THEN 4 WHEN 2 THEN 5 WHEN 3 THEN 6 WHEN 8 THEN 7 ELSE 8 END,
       COALESCE(a.covered_to_day, a.due_day, 2147483647), f.sort_key, a.id LIMIT :limit_count OFFSET :offset_count;

-- name: obligation_rollup
-- For each obligation of a scope (a directive, a family, 0: all): how many assignments at and below a unit are in which state, by catalogue id.
-- result: many
-- scope: org
-- args: root_id int, scope_id int, edge_kind text, on_day int
-- columns: catalogue_id text?, title text, denominator text, state int, n int
SELECT o.catalogue_id, MIN(o.title) AS title, o.denominator, a.state, COUNT(*) AS n
  FROM unit_closure c CROSS JOIN assignment a CROSS JOIN obligation o
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND a.unit_id = c.descendant_id AND a.state >= 0 AND (CAST(:scope_id AS BIGINT) = 0 OR a.family_id = :scope_id OR a.directive_id = :scope_id) AND o.id = a.obligation_id
 GROUP BY o.catalogue_id, CASE WHEN o.catalogue_id IS NULL THEN o.id ELSE 0 END, o.denominator, a.state ORDER BY o.catalogue_id, MIN(o.title), o.denominator, a.state;

-- name: obligation_rollup_whole
-- The same when everything of the scope stands at or below the unit: from the sums of the obligations.
-- result: many
-- scope: org
-- args: root_id int, scope_id int, edge_kind text
-- columns: catalogue_id text?, title text, denominator text, state int, n int
SELECT o.catalogue_id, MIN(o.title) AS title, o.denominator, a.state, CAST(SUM(a.n) AS BIGINT) AS n
  FROM obligation o
  JOIN (SELECT t.scope_id AS obligation_id, s.state, CASE s.state WHEN 0 THEN t.n_unseen WHEN 1 THEN t.n_ack WHEN 2 THEN t.n_doing WHEN 3 THEN t.n_ok WHEN 4 THEN t.n_due WHEN 5 THEN t.n_late WHEN 6 THEN t.n_birth WHEN 7 THEN t.n_na WHEN 8 THEN t.n_waived END AS n
          FROM (SELECT x.scope_id, SUM(x.n_unseen) AS n_unseen, SUM(x.n_ack) AS n_ack, SUM(x.n_doing) AS n_doing, SUM(x.n_ok) AS n_ok, SUM(x.n_due) AS n_due, SUM(x.n_late) AS n_late, SUM(x.n_birth) AS n_birth, SUM(x.n_na) AS n_na, SUM(x.n_waived) AS n_waived
                  FROM (SELECT k.scope_id, k.n_unseen, k.n_ack, k.n_doing, k.n_ok, k.n_due, k.n_late, k.n_birth, k.n_na, k.n_waived FROM obligation q JOIN directive d ON d.id = q.directive_id JOIN duty_total k ON k.scope_id = q.id WHERE d.family_id = :scope_id OR d.id = :scope_id
                        UNION ALL
                        SELECT k.scope_id, k.n_unseen, k.n_ack, k.n_doing, k.n_ok, k.n_due, k.n_late, k.n_birth, k.n_na, k.n_waived FROM obligation q JOIN directive d ON d.id = q.directive_id JOIN duty_total_change k ON k.scope_id = q.id WHERE d.family_id = :scope_id OR d.id = :scope_id) x
                 GROUP BY x.scope_id) t
          CROSS JOIN (SELECT 0 AS state UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8) s) a ON a.obligation_id = o.id AND a.n > 0
 WHERE {scope :root_id} AND {scope_below 1, :root_id, :edge_kind}
 GROUP BY o.catalogue_id, CASE WHEN o.catalogue_id IS NULL THEN o.id ELSE 0 END, o.denominator, a.state ORDER BY o.catalogue_id, MIN(o.title), o.denominator, a.state;

-- name: assignment_page
-- One assignment as a page shows it.
-- result: one
-- scope: org
-- args: id int, on_day int
-- columns: id int, obligation_id int, directive_id int, family_id int, unit_id int, unit_name text, subject_kind text, subject_id int, subject_name text?, issued_day int, issued_ms int, due_day int?, acked_ms int?, acked_name text?, started_ms int?, covered_from_day int?, covered_to_day int?, na_from_day int?, waived_to_day int?, soon_days int, closed_day int?, state int, assignee_id int?, assignee_name text?, moved_from_id int?, moved_to_id int?, catalogue_id text?, title text, text text, trigger_kind text, period_months int?, deadline_note text?, denominator text, evidence_kinds text, letter_duty_id int?, co_actors text, product text?
SELECT a.id, a.obligation_id, a.directive_id, a.family_id, a.unit_id, f.name AS unit_name, a.subject_kind, a.subject_id, s.name AS subject_name, a.issued_day, a.issued_ms, a.due_day, a.acked_ms, ap.name AS acked_name, a.started_ms,
       a.covered_from_day, a.covered_to_day, a.na_from_day, a.waived_to_day, a.soon_days, a.closed_day, a.state, a.assignee_id, sp.name AS assignee_name, a.moved_from_id, a.moved_to_id,
       o.catalogue_id, o.title, o.text, o.trigger_kind, o.period_months, o.deadline_note, o.denominator, o.evidence_kinds, o.letter_duty_id, o.co_actors, o.product
  FROM assignment a JOIN obligation o ON o.id = a.obligation_id
  JOIN unit_fact f ON f.unit_id = a.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN info_system s ON a.subject_kind = 'system' AND s.id = a.subject_id
  LEFT JOIN person ap ON ap.id = a.acked_by LEFT JOIN person sp ON sp.id = a.assignee_id
 WHERE a.id = :id AND {scope a.unit_id};

-- name: assignment_chain
-- Why do I owe this: from this obligation up to the first directive, with the issuer's name of that day.
-- Readable by whoever may read the assignment at its foot.
-- result: many
-- scope: org
-- args: assignment_id int
-- columns: depth int, obligation_id int, directive_id int, title text, text text, deadline_day int?, letter_duty_id int?, directive_title text, number text?, symbol text?, instrument text?, letter_id int?, issued_day int, issuer_id int, issuer_name text
WITH RECURSIVE up (depth, obligation_id) AS (
    SELECT 0, a.obligation_id FROM assignment a WHERE a.id = :assignment_id AND {scope a.unit_id}
    UNION ALL
    SELECT up.depth + 1, o.parent_id FROM up JOIN obligation o ON o.id = up.obligation_id WHERE o.parent_id IS NOT NULL AND up.depth < 20)
SELECT up.depth, o.id AS obligation_id, d.id AS directive_id, o.title, o.text, o.deadline_day, o.letter_duty_id, d.title AS directive_title, d.number, d.symbol, d.instrument, d.letter_id, d.issued_day, d.issuer_id, f.name AS issuer_name
  FROM up JOIN obligation o ON o.id = up.obligation_id JOIN directive d ON d.id = o.directive_id
  JOIN unit_fact f ON f.unit_id = d.issuer_id AND f.from_day <= d.issued_day AND f.to_day > d.issued_day
 ORDER BY up.depth DESC;

-- name: assignment_evidence_list
-- Evidence of an assignment, newest first.
-- result: many
-- scope: org
-- args: assignment_id int
-- columns: id int, kind text, title text, done_day int, covers_from_day int, covers_to_day int, state text, source text, submitted_name text?, submitted_ms int, decided_name text?, decided_ms int?, reason text?, file_count int
SELECT e.id, e.kind, e.title, e.done_day, e.covers_from_day, e.covers_to_day, e.state, e.source, sp.name AS submitted_name, e.submitted_ms, dp.name AS decided_name, e.decided_ms, e.reason,
       (SELECT COUNT(*) FROM evidence_file ef WHERE ef.evidence_id = e.id) AS file_count
  FROM assignment_evidence ae JOIN evidence e ON e.id = ae.evidence_id
  LEFT JOIN person sp ON sp.id = e.submitted_by LEFT JOIN person dp ON dp.id = e.decided_by
 WHERE ae.assignment_id = :assignment_id AND {scope e.unit_id} ORDER BY e.id DESC;

-- name: freeze_get
-- result: one
-- scope: org
-- args: id int
-- columns: id int, root_id int, directive_id int?, edge_kind text, as_of_day int, at_ms int, row_count int, hash blob
SELECT z.id, z.root_id, z.directive_id, z.edge_kind, z.as_of_day, z.at_ms, z.row_count, z.hash FROM data_freeze z WHERE z.id = :id AND {scope z.root_id};

-- name: unit_missing
-- Who is missing first: units in a scope that have not even acknowledged, with whom to call.
-- result: many
-- scope: org
-- args: root_id int, scope_id int, edge_kind text, on_day int, limit_count int
-- columns: unit_id int, name text, n_unseen int, n_late int, focal_name text?, focal_phone text?, head_name text?
SELECT c.descendant_id AS unit_id, f.name, k.n_unseen, k.n_late,
       (SELECT p.name FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = c.descendant_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_name,
       (SELECT p.phone FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = c.descendant_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_phone,
       (SELECT p.name FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = c.descendant_id AND g.role = 'unit_head' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS head_name
  FROM unit_closure c JOIN duty_count k ON k.unit_id = c.descendant_id AND k.scope_id = :scope_id
  JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND k.n_late + k.n_unseen > 0 AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
 ORDER BY k.n_late DESC, k.n_unseen DESC, f.sort_key, c.descendant_id LIMIT :limit_count;

-- name: rollup_scope
-- What a scope id is: a family or a directive within one.
-- result: one
-- scope: system
-- args: id int
-- columns: family_id int
SELECT family_id FROM directive WHERE id = :id;
