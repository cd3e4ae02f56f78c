-- name: directive_insert
-- result: none
-- scope: system
-- args: id int, issuer_id int, letter_id int?, parent_id int?, family_id int, instrument text?, edge_kind text, number text?, symbol text?, title text, issued_day int, contact_person_id int?, search_key text, created_ms int, is_sample int
INSERT INTO directive (id, issuer_id, letter_id, parent_id, family_id, instrument, edge_kind, number, symbol, title, issued_day, state, contact_person_id, search_key, created_ms, is_sample)
VALUES (:id, :issuer_id, :letter_id, :parent_id, :family_id, :instrument, :edge_kind, :number, :symbol, :title, :issued_day, 'draft', :contact_person_id, :search_key, :created_ms, :is_sample);

-- name: directive_get
-- One directive; visible to whoever may read its issuer, or a unit that owes something under it.
-- result: one
-- scope: org
-- args: id int
-- columns: id int, issuer_id int, issuer_name text, letter_id int?, parent_id int?, family_id int, instrument text?, edge_kind text, number text?, symbol text?, title text, issued_day int, state text, issued_ms int?, issued_by_name text?, withdrawn_reason text?, withdrawn_ms int?, contact_name text?, contact_phone text?
SELECT d.id, d.issuer_id, n.name AS issuer_name, d.letter_id, d.parent_id, d.family_id, d.instrument, d.edge_kind, d.number, d.symbol, d.title, d.issued_day, d.state, d.issued_ms,
       p.name AS issued_by_name, d.withdrawn_reason, d.withdrawn_ms, cp.name AS contact_name, cp.phone AS contact_phone
  FROM directive d JOIN unit_fact n ON n.unit_id = d.issuer_id AND n.from_day <= d.issued_day AND n.to_day > d.issued_day
  LEFT JOIN person p ON p.id = d.issued_by LEFT JOIN person cp ON cp.id = d.contact_person_id
 WHERE d.id = :id AND ({scope d.issuer_id} OR {scope_some assignment a, a.unit_id, a.directive_id = d.id});

-- name: directive_raw
-- result: one
-- scope: system
-- args: id int
-- columns: id int, issuer_id int, letter_id int?, parent_id int?, family_id int, instrument text?, edge_kind text, title text, issued_day int, state text, number text?, symbol text?, contact_person_id int?, revision int, is_sample int
SELECT id, issuer_id, letter_id, parent_id, family_id, instrument, edge_kind, title, issued_day, state, number, symbol, contact_person_id, revision, is_sample FROM directive WHERE id = :id;

-- name: directive_hold
-- Its row stays as it is until the commit.
-- result: one
-- scope: system
-- args: id int
-- columns: id int
-- sqlite:
SELECT id FROM directive WHERE id = :id;
-- postgres:
SELECT id FROM directive WHERE id = :id FOR UPDATE;

-- name: directive_draft_set
-- result: changes
-- scope: system
-- args: id int, letter_id int?, parent_id int?, family_id int, instrument text?, edge_kind text, number text?, symbol text?, title text, issued_day int, contact_person_id int?, search_key text
UPDATE directive SET letter_id = :letter_id, parent_id = :parent_id, family_id = :family_id, instrument = :instrument, edge_kind = :edge_kind, number = :number, symbol = :symbol, title = :title,
       issued_day = :issued_day, contact_person_id = :contact_person_id, search_key = :search_key, revision = revision + 1
 WHERE id = :id AND state = 'draft';

-- name: obligation_targets_drop
-- Of a draft only.
-- result: none
-- scope: system
-- args: directive_id int
-- outbox: directive_id
DELETE FROM obligation_target WHERE obligation_id IN (SELECT o.id FROM obligation o JOIN directive d ON d.id = o.directive_id WHERE d.id = :directive_id AND d.state = 'draft');

-- name: obligations_drop
-- Of a draft only.
-- result: none
-- scope: system
-- args: directive_id int
-- outbox: directive_id
DELETE FROM obligation WHERE directive_id IN (SELECT id FROM directive WHERE id = :directive_id AND state = 'draft');

-- name: directive_set_issued
-- result: changes
-- scope: system
-- args: id int, issued_day int, issued_ms int, issued_by int?
UPDATE directive SET state = 'issued', issued_day = :issued_day, issued_ms = :issued_ms, issued_by = :issued_by WHERE id = :id AND state = 'draft';

-- name: directive_set_withdrawn
-- result: changes
-- scope: system
-- args: id int, withdrawn_ms int, reason text
UPDATE directive SET state = 'withdrawn', withdrawn_ms = :withdrawn_ms, withdrawn_reason = :reason WHERE id = :id AND state = 'issued';

-- name: directive_delete_draft
-- result: changes
-- scope: system
-- args: id int
DELETE FROM directive WHERE id = :id AND state = 'draft';

-- name: directive_list
-- Directives issued by units the actor may read, newest first, with the counts of the family as it stands.
-- result: many
-- scope: org
-- args: search text?, state text?, before_id int, limit_count int, on_day int
-- columns: id int, issuer_id int, issuer_name text, title text, number text?, symbol text?, issued_day int, state text, parent_id int?, family_id int, instrument text?
SELECT d.id, d.issuer_id, n.name AS issuer_name, d.title, d.number, d.symbol, d.issued_day, d.state, d.parent_id, d.family_id, d.instrument
  FROM directive d JOIN unit_fact n ON n.unit_id = d.issuer_id AND n.from_day <= d.issued_day AND n.to_day > d.issued_day
 WHERE d.id < :before_id AND (CAST(:search AS TEXT) IS NULL OR d.search_key LIKE :search) AND (CAST(:state AS TEXT) IS NULL OR d.state = :state)
   AND :on_day = :on_day
   AND ({scope d.issuer_id} OR {scope_some assignment a, a.unit_id, a.directive_id = d.id})
 ORDER BY d.id DESC LIMIT :limit_count;

-- name: directive_parents_for
-- Issued directives a unit has duties under: what its own re-issue can carry out.
-- result: many
-- scope: org
-- args: unit_id int
-- columns: id int, title text, number text?, symbol text?, issued_day int, issuer_id int
SELECT DISTINCT d.id, d.title, d.number, d.symbol, d.issued_day, d.issuer_id
  FROM assignment a JOIN directive d ON d.id = a.directive_id
 WHERE a.unit_id = :unit_id AND d.state = 'issued' AND {scope :unit_id} ORDER BY d.issued_day DESC, d.id DESC;

-- name: directive_children
-- Directives of lower tiers that carry this one out.
-- result: many
-- scope: org
-- args: id int
-- columns: id int, issuer_id int, issuer_name text, title text, number text?, symbol text?, issued_day int, state text
SELECT d.id, d.issuer_id, n.name AS issuer_name, d.title, d.number, d.symbol, d.issued_day, d.state
  FROM directive d JOIN unit_fact n ON n.unit_id = d.issuer_id AND n.from_day <= d.issued_day AND n.to_day > d.issued_day
 WHERE d.parent_id = :id AND d.state <> 'draft' AND {scope d.issuer_id} ORDER BY d.issued_day, d.id;

-- name: obligation_insert
-- result: none
-- scope: system
-- args: id int, directive_id int, no int, catalogue_id text?, parent_id int?, letter_duty_id int?, title text, text text, trigger_kind text, period_months int?, deadline_day int?, deadline_note text?, denominator text, evidence_kinds text, needs_all int, min_level int, only_cameras int, co_actors text, product text?
INSERT INTO obligation (id, directive_id, no, catalogue_id, parent_id, letter_duty_id, title, text, trigger_kind, period_months, deadline_day, deadline_note, denominator, evidence_kinds, needs_all, min_level, only_cameras, co_actors, product)
VALUES (:id, :directive_id, :no, :catalogue_id, :parent_id, :letter_duty_id, :title, :text, :trigger_kind, :period_months, :deadline_day, :deadline_note, :denominator, :evidence_kinds, :needs_all, :min_level, :only_cameras, :co_actors, :product);

-- name: obligation_target_insert
-- result: none
-- scope: system
-- args: id int, obligation_id int, rule text, value text
INSERT INTO obligation_target (id, obligation_id, rule, value) VALUES (:id, :obligation_id, :rule, :value);

-- name: obligation_targets
-- result: many
-- scope: system
-- args: obligation_id int
-- columns: rule text, value text
SELECT rule, value FROM obligation_target WHERE obligation_id = :obligation_id ORDER BY id;

-- name: obligation_list
-- result: many
-- scope: system
-- args: directive_id int
-- columns: id int, no int, catalogue_id text?, parent_id int?, letter_duty_id int?, title text, text text, trigger_kind text, period_months int?, deadline_day int?, deadline_note text?, denominator text, evidence_kinds text, needs_all int, min_level int, only_cameras int, co_actors text, product text?
SELECT id, no, catalogue_id, parent_id, letter_duty_id, title, text, trigger_kind, period_months, deadline_day, deadline_note, denominator, evidence_kinds, needs_all, min_level, only_cameras, co_actors, product
  FROM obligation WHERE directive_id = :directive_id ORDER BY no;

-- name: obligation_get
-- result: one
-- scope: system
-- args: id int
-- columns: id int, directive_id int, no int, catalogue_id text?, parent_id int?, letter_duty_id int?, title text, text text, trigger_kind text, period_months int?, deadline_day int?, deadline_note text?, denominator text, evidence_kinds text, needs_all int, min_level int, only_cameras int, co_actors text, product text?
SELECT id, directive_id, no, catalogue_id, parent_id, letter_duty_id, title, text, trigger_kind, period_months, deadline_day, deadline_note, denominator, evidence_kinds, needs_all, min_level, only_cameras, co_actors, product
  FROM obligation WHERE id = :id;

-- name: obligation_target_units
-- Who an obligation goes to on a day: the preview, and the count for the ids. One row a (unit, subject).
-- Per-system and per-database obligations of a unit that has registered none go to the unit itself, so that it stays visible.
-- result: many
-- scope: system
-- args: obligation_id int, issuer_id int, edge_kind text, on_day int, denominator text
-- columns: unit_id int, name text, kind text, depth int, subject_kind text, subject_id int, subject_name text?, level int?, uses_camera int?
SELECT t.unit_id, t.name, t.kind, t.depth, COALESCE(b.name, s.name) AS subject_name, s.uses_camera,
       (SELECT MAX(l.level) FROM system_level l WHERE l.system_id = s.id AND l.from_day <= :on_day AND l.to_day > :on_day) AS level,
       CASE WHEN s.id IS NOT NULL AND CAST(:denominator AS TEXT) = 'system' THEN 'system' WHEN b.id IS NOT NULL THEN 'database' ELSE 'unit' END AS subject_kind,
       COALESCE(b.id, CASE WHEN CAST(:denominator AS TEXT) = 'system' THEN s.id END, t.unit_id) AS subject_id
  FROM (SELECT DISTINCT c.descendant_id AS unit_id, f.name, f.kind, f.sort_key, c.depth
          FROM unit_closure c
          JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
          JOIN obligation_target g ON g.obligation_id = :obligation_id
           AND ((g.rule = 'all' AND c.depth > 0) OR (g.rule = 'children' AND c.depth = 1) OR (g.rule = 'self' AND c.depth = 0)
             OR (g.rule = 'kind' AND f.kind = g.value AND c.depth > 0) OR (g.rule = 'child_kind' AND f.kind = g.value AND c.depth = 1) OR (g.rule = 'sector' AND f.sector = g.value)
             OR (g.rule = 'unit' AND CAST(c.descendant_id AS TEXT) = g.value)
             OR (g.rule = 'function' AND EXISTS (SELECT 1 FROM unit_function uf WHERE uf.unit_id = c.descendant_id AND uf.function = g.value AND uf.from_day <= :on_day AND uf.to_day > :on_day))
             OR (g.rule = 'member' AND EXISTS (SELECT 1 FROM unit_member um WHERE um.unit_id = c.descendant_id AND um.membership = g.value AND um.from_day <= :on_day AND um.to_day > :on_day)))
         WHERE c.ancestor_id = :issuer_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day
           AND NOT EXISTS (SELECT 1 FROM obligation_target x WHERE x.obligation_id = :obligation_id
                AND ((x.rule = 'except_unit' AND x.value = CAST(c.descendant_id AS TEXT)) OR (x.rule = 'except_kind' AND x.value = f.kind)))) t
  LEFT JOIN info_system s ON CAST(:denominator AS TEXT) IN ('system', 'database') AND s.operator_id = t.unit_id AND s.from_day <= :on_day AND s.to_day > :on_day
  LEFT JOIN system_database b ON CAST(:denominator AS TEXT) = 'database' AND b.system_id = s.id AND b.from_day <= :on_day AND b.to_day > :on_day
 WHERE CAST(:denominator AS TEXT) <> 'database' OR b.id IS NOT NULL OR s.id IS NULL
    OR NOT EXISTS (SELECT 1 FROM info_system s2 JOIN system_database b2 ON b2.system_id = s2.id WHERE s2.operator_id = t.unit_id AND b2.from_day <= :on_day AND b2.to_day > :on_day)
 ORDER BY t.unit_id, COALESCE(b.id, s.id, 0);

-- name: assignment_insert
-- One row, so that on PostgreSQL those of a whole directive go out together (db_bulk).
-- result: none
-- scope: system
-- args: id int, obligation_id int, directive_id int, family_id int, unit_id int, subject_kind text, subject_id int, issued_day int, issued_ms int, due_day int?, soon_days int, na_from_day int?, state int
-- outbox: directive_id
INSERT INTO assignment (id, obligation_id, directive_id, family_id, unit_id, subject_kind, subject_id, issued_day, issued_ms, due_day, soon_days, na_from_day, state)
VALUES (:id, :obligation_id, :directive_id, :family_id, :unit_id, :subject_kind, :subject_id, :issued_day, :issued_ms, :due_day, :soon_days, :na_from_day, :state);

-- name: assignment_ids_of_unit_directive
-- result: many
-- scope: system
-- args: unit_id int, directive_id int
-- columns: id int
SELECT id FROM assignment WHERE unit_id = :unit_id AND directive_id = :directive_id AND closed_day IS NULL ORDER BY id;

-- name: assignment_ids_open_of_unit
-- result: many
-- scope: system
-- args: unit_id int
-- columns: id int
SELECT id FROM assignment WHERE unit_id = :unit_id AND closed_day IS NULL ORDER BY id;

-- name: assignment_ids_open_of_directive
-- result: many
-- scope: system
-- args: directive_id int
-- columns: id int
SELECT id FROM assignment WHERE directive_id = :directive_id AND closed_day IS NULL ORDER BY unit_id, id;

-- name: assignment_ids_person_denominator
-- Assignments that are covered by everybody's acknowledgement.
-- result: many
-- scope: system
-- args: unit_id int, directive_id int
-- columns: id int
SELECT a.id FROM assignment a JOIN obligation o ON o.id = a.obligation_id
 WHERE a.unit_id = :unit_id AND a.directive_id = :directive_id AND a.closed_day IS NULL AND o.denominator = 'person' ORDER BY a.id;

-- name: assignments_for_evidence
-- The duty itself, and every other open duty of the unit on the same subject that comes from the same entry of the catalogue, whichever
-- letter asked: one proof answers them all.
-- result: many
-- scope: system
-- args: unit_id int, subject_kind text, subject_id int, catalogue_id text?, assignment_id int
-- columns: id int
SELECT a.id FROM assignment a JOIN obligation o ON o.id = a.obligation_id
 WHERE a.unit_id = :unit_id AND a.subject_kind = :subject_kind AND a.subject_id = :subject_id AND a.closed_day IS NULL
   AND (a.id = :assignment_id OR o.catalogue_id = :catalogue_id) ORDER BY a.id;

-- name: acknowledgement_insert
-- result: changes
-- scope: system
-- args: directive_id int, person_id int, unit_id int, at_ms int
-- outbox: directive_id
INSERT INTO acknowledgement (directive_id, person_id, unit_id, at_ms) VALUES (:directive_id, :person_id, :unit_id, :at_ms)
ON CONFLICT (directive_id, person_id) DO NOTHING;

-- name: acknowledgement_missing_count
-- People of a unit on a day who have not acknowledged.
-- result: one
-- scope: system
-- args: directive_id int, unit_id int, on_day int
-- columns: people int, missing int
SELECT COUNT(*) AS people, COALESCE(SUM(CASE WHEN k.person_id IS NULL THEN 1 ELSE 0 END), 0) AS missing
  FROM (SELECT DISTINCT pu.person_id FROM person_unit pu JOIN person p ON p.id = pu.person_id AND p.is_active = 1
         WHERE pu.unit_id = :unit_id AND pu.from_day <= :on_day AND pu.to_day > :on_day) m
  LEFT JOIN acknowledgement k ON k.directive_id = :directive_id AND k.person_id = m.person_id;

-- name: acknowledgement_rollup
-- Persons below a unit that owe an acknowledgement of a directive, and how many have given it.
-- result: one
-- scope: org
-- args: root_id int, directive_id int, edge_kind text, on_day int
-- columns: people int, acked int
SELECT COUNT(*) AS people, COALESCE(SUM(CASE WHEN k.person_id IS NULL THEN 0 ELSE 1 END), 0) AS acked
  FROM unit_closure c
  JOIN person_unit pu ON pu.unit_id = c.descendant_id AND pu.from_day <= :on_day AND pu.to_day > :on_day
  JOIN person p ON p.id = pu.person_id AND p.is_active = 1
  LEFT JOIN acknowledgement k ON k.directive_id = :directive_id AND k.person_id = pu.person_id
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
   AND EXISTS (SELECT 1 FROM assignment a WHERE a.unit_id = c.descendant_id AND a.directive_id = :directive_id AND a.closed_day IS NULL);

-- name: assignment_evidence_insert
-- result: none
-- scope: system
-- args: assignment_id int, evidence_id int
-- outbox: assignment_id
INSERT INTO assignment_evidence (assignment_id, evidence_id) VALUES (:assignment_id, :evidence_id) ON CONFLICT (assignment_id, evidence_id) DO NOTHING;

-- name: assignment_evidence_ids
-- result: many
-- scope: system
-- args: evidence_id int
-- columns: assignment_id int
SELECT assignment_id FROM assignment_evidence WHERE evidence_id = :evidence_id ORDER BY assignment_id;

-- name: assignment_has_submitted
-- COALESCE: see cover_accepted.
-- result: one
-- scope: system
-- args: assignment_id int
-- columns: n int
SELECT COUNT(*) AS n FROM assignment_evidence ae JOIN evidence e ON e.id = ae.evidence_id WHERE ae.assignment_id = :assignment_id AND COALESCE(e.state, '') IN ('submitted', 'accepted', 'returned');

-- name: assignment_subject_obligations
-- Obligations counted by system or database that a unit owes.
-- result: many
-- scope: system
-- args: unit_id int
-- columns: obligation_id int
SELECT DISTINCT a.obligation_id FROM assignment a JOIN obligation o ON o.id = a.obligation_id
 WHERE a.unit_id = :unit_id AND a.closed_day IS NULL AND o.denominator IN ('system', 'database') ORDER BY a.obligation_id;

-- name: assignment_subjects
-- result: many
-- scope: system
-- args: unit_id int, obligation_id int
-- columns: id int, subject_kind text, subject_id int, is_na int
SELECT id, subject_kind, subject_id, CASE WHEN na_from_day IS NULL THEN 0 ELSE 1 END AS is_na
  FROM assignment WHERE unit_id = :unit_id AND obligation_id = :obligation_id AND closed_day IS NULL ORDER BY id;
