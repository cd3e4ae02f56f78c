-- What the pages of reports, the answer letters and the API read.

-- name: report_rows
-- Reports of one unit (box 'out') or addressed to it (box 'in'): what waits first, the nearest day on top. Latest versions only. Paged.
-- result: many
-- scope: org
-- args: unit_id int, box text, state text?, search text?, on_day int, limit_count int, offset_count int
-- columns: id int, series text, unit_id int, unit_name text, to_unit_id int?, to_name text?, directive_id int?, directive_title text?, number text?, symbol text?, period_from_day int, period_to_day int, due_day int?, state text, sent_ms int?, version int
SELECT r.id, r.series, r.unit_id, f.name AS unit_name, r.to_unit_id, t.name AS to_name, r.directive_id, d.title AS directive_title, d.number, d.symbol, r.period_from_day, r.period_to_day, r.due_day, r.state,
       r.sent_ms, r.version
  FROM report r JOIN unit_fact f ON f.unit_id = r.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN unit_fact t ON t.unit_id = r.to_unit_id AND t.from_day <= :on_day AND t.to_day > :on_day
  LEFT JOIN directive d ON d.id = r.directive_id
 WHERE r.is_latest = 1 AND {scope :unit_id}
   AND ((CAST(:box AS TEXT) = 'out' AND r.unit_id = :unit_id) OR (CAST(:box AS TEXT) = 'in' AND r.to_unit_id = :unit_id))
   AND (CAST(:state AS TEXT) IS NULL OR r.state = :state)
   AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search OR d.search_key LIKE :search)
 ORDER BY CASE r.state WHEN 'open' THEN 0 WHEN 'frozen' THEN 1 ELSE 2 END, COALESCE(r.due_day, 2147483647), COALESCE(r.sent_ms, 0) DESC, f.sort_key, r.id DESC
 LIMIT :limit_count OFFSET :offset_count;

-- name: report_row_counts
-- How many of those are in each state; late: past their day and not sent.
-- result: many
-- scope: org
-- args: unit_id int, box text, search text?, on_day int
-- columns: state text, n int, late int
SELECT r.state, COUNT(*) AS n, COALESCE(SUM(CASE WHEN r.state <> 'sent' AND r.due_day < :on_day THEN 1 ELSE 0 END), 0) AS late
  FROM report r JOIN unit_fact f ON f.unit_id = r.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN directive d ON d.id = r.directive_id
 WHERE r.is_latest = 1 AND {scope :unit_id}
   AND ((CAST(:box AS TEXT) = 'out' AND r.unit_id = :unit_id) OR (CAST(:box AS TEXT) = 'in' AND r.to_unit_id = :unit_id))
   AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search OR d.search_key LIKE :search)
 GROUP BY r.state ORDER BY r.state;

-- name: report_one
-- One report, for whoever may read its unit, or the unit it went to once it was sent.
-- result: one
-- scope: org
-- args: id int, on_day int
-- columns: id int, series text, unit_id int, unit_name text, to_unit_id int?, to_name text?, directive_id int?, directive_title text?, number text?, symbol text?, edge_kind text?, period_from_day int, period_to_day int, due_day int?, state text, freeze_id int?, fields_json text, opened_ms int, frozen_ms int?, sent_ms int?, sent_name text?, version int, replaces_id int?, correction text?, is_latest int, is_own int
SELECT r.id, r.series, r.unit_id, f.name AS unit_name, r.to_unit_id, t.name AS to_name, r.directive_id, d.title AS directive_title, d.number, d.symbol, d.edge_kind, r.period_from_day, r.period_to_day,
       r.due_day, r.state, r.freeze_id, r.fields_json, r.opened_ms, r.frozen_ms, r.sent_ms, p.name AS sent_name, r.version, r.replaces_id, r.correction, r.is_latest,
       CASE WHEN {scope r.unit_id} THEN 1 ELSE 0 END AS is_own
  FROM report r JOIN unit_fact f ON f.unit_id = r.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN unit_fact t ON t.unit_id = r.to_unit_id AND t.from_day <= :on_day AND t.to_day > :on_day
  LEFT JOIN directive d ON d.id = r.directive_id LEFT JOIN person p ON p.id = r.sent_by
 WHERE r.id = :id AND ({scope r.unit_id} OR (r.state = 'sent' AND {scope r.to_unit_id}));

-- name: report_to_answer
-- Directives a unit has duties under and has not opened an answer to, the newest first.
-- result: many
-- scope: org
-- args: unit_id int, on_day int, limit_count int
-- columns: directive_id int, title text, number text?, symbol text?, issued_day int, issuer_name text, due_day int?, duties int
SELECT d.id AS directive_id, d.title, d.number, d.symbol, d.issued_day, f.name AS issuer_name, MAX(a.due_day) AS due_day, COUNT(*) AS duties
  FROM assignment a JOIN directive d ON d.id = a.directive_id AND d.state = 'issued'
  JOIN unit_fact f ON f.unit_id = d.issuer_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE a.unit_id = :unit_id AND a.state >= 0 AND d.issuer_id <> :unit_id AND {scope :unit_id}
   AND NOT EXISTS (SELECT 1 FROM report r WHERE r.unit_id = :unit_id AND r.directive_id = d.id AND r.series = 'directive')
 GROUP BY d.id, d.title, d.number, d.symbol, d.issued_day, f.name ORDER BY d.issued_day DESC, d.id DESC LIMIT :limit_count;

-- name: report_child_directive
-- The directive by which a unit passed another one on: what the reports of the units below answer.
-- result: one
-- scope: org
-- args: unit_id int, directive_id int
-- columns: id int
SELECT d.id FROM directive d WHERE d.issuer_id = :unit_id AND d.parent_id = :directive_id AND d.state = 'issued' AND {scope :unit_id} ORDER BY d.id DESC LIMIT 1;

-- name: answer_freeze
-- The head of a freeze, for whoever may read its root, or a unit a report with it was sent to.
-- result: one
-- scope: org
-- args: id int
-- columns: id int, root_id int, directive_id int?, edge_kind text, as_of_day int, at_ms int, row_count int, hash blob
SELECT z.id, z.root_id, z.directive_id, z.edge_kind, z.as_of_day, z.at_ms, z.row_count, z.hash FROM data_freeze z
 WHERE z.id = :id AND ({scope z.root_id} OR EXISTS (SELECT 1 FROM report r WHERE r.freeze_id = z.id AND r.state = 'sent' AND {scope r.to_unit_id}));

-- name: answer_report
-- The report that stands on a freeze, with the figures frozen with it; a freeze taken without one has none. The caller has checked who may read it.
-- result: one
-- scope: system
-- args: freeze_id int
-- columns: id int, fields_json text
SELECT id, fields_json FROM report WHERE freeze_id = :freeze_id ORDER BY id DESC LIMIT 1;

-- name: answer_directive
-- A directive as a letter cites it. The caller has checked who may read it.
-- result: one
-- scope: system
-- args: id int
-- columns: id int, issuer_id int, issuer_name text, parent_id int?, instrument text?, number text?, symbol text?, title text, issued_day int, letter_number text?, letter_symbol text?, letter_day int?, letter_issuer text?, letter_subject text?
SELECT d.id, d.issuer_id, f.name AS issuer_name, d.parent_id, d.instrument, d.number, d.symbol, d.title, d.issued_day,
       l.number AS letter_number, l.symbol AS letter_symbol, l.issued_day AS letter_day, l.issuer AS letter_issuer, l.subject AS letter_subject
  FROM directive d JOIN unit_fact f ON f.unit_id = d.issuer_id AND f.from_day <= d.issued_day AND f.to_day > d.issued_day
  LEFT JOIN letter l ON l.id = d.letter_id WHERE d.id = :id;

-- name: answer_obligations
-- Per obligation and state of a freeze, with what it is counted by. The caller has checked who may read it, as in all of answer_*.
-- result: many
-- scope: system
-- args: freeze_id int
-- columns: catalogue_id text?, title text, denominator text, state int, n int, units int
SELECT o.catalogue_id, MIN(o.title) AS title, MIN(o.denominator) AS denominator, r.state, COUNT(*) AS n, COUNT(DISTINCT r.unit_id) AS units
  FROM data_freeze_row r JOIN obligation o ON o.id = r.obligation_id
 WHERE r.freeze_id = :freeze_id
 GROUP BY o.catalogue_id, CASE WHEN o.catalogue_id IS NULL THEN o.id ELSE 0 END, r.state ORDER BY MIN(o.no), o.catalogue_id, MIN(o.title), r.state;

-- name: answer_units
-- One row a unit of a freeze, by the name of the day: late first, then those late by birth, then unseen.
-- result: many
-- scope: system
-- args: freeze_id int
-- columns: unit_id int, unit_name text, n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT r.unit_id, r.unit_name, SUM(CASE WHEN r.state = 0 THEN 1 ELSE 0 END) AS n_unseen, SUM(CASE WHEN r.state = 1 THEN 1 ELSE 0 END) AS n_ack,
       SUM(CASE WHEN r.state = 2 THEN 1 ELSE 0 END) AS n_doing, SUM(CASE WHEN r.state = 3 THEN 1 ELSE 0 END) AS n_ok, SUM(CASE WHEN r.state = 4 THEN 1 ELSE 0 END) AS n_due,
       SUM(CASE WHEN r.state = 5 THEN 1 ELSE 0 END) AS n_late, SUM(CASE WHEN r.state = 6 THEN 1 ELSE 0 END) AS n_birth, SUM(CASE WHEN r.state = 7 THEN 1 ELSE 0 END) AS n_na,
       SUM(CASE WHEN r.state = 8 THEN 1 ELSE 0 END) AS n_waived
  FROM data_freeze_row r WHERE r.freeze_id = :freeze_id
 GROUP BY r.unit_id, r.unit_name
 ORDER BY SUM(CASE WHEN r.state = 5 THEN 1 ELSE 0 END) DESC, SUM(CASE WHEN r.state = 6 THEN 1 ELSE 0 END) DESC, SUM(CASE WHEN r.state = 0 THEN 1 ELSE 0 END) DESC, r.unit_id;

-- name: answer_rows
-- Every row of a freeze, late first.
-- result: many
-- scope: system
-- args: freeze_id int
-- columns: unit_name text, catalogue_id text?, title text, state int, due_day int?
SELECT r.unit_name, o.catalogue_id, o.title, r.state, r.due_day FROM data_freeze_row r JOIN obligation o ON o.id = r.obligation_id
 WHERE r.freeze_id = :freeze_id
 ORDER BY CASE r.state WHEN 5 THEN 0 WHEN 6 THEN 1 WHEN 0 THEN 2 WHEN 4 THEN 3 WHEN 1 THEN 4 WHEN 2 THEN 5 WHEN 3 THEN 6 WHEN 8 THEN 7 ELSE 8 END, COALESCE(r.due_day, 2147483647), r.seq;

-- name: answer_people
-- People of the units of a freeze on its day, and how many of them had read the directive when it was taken.
-- result: one
-- scope: system
-- args: freeze_id int, directive_id int, as_of_day int, at_ms int
-- columns: people int, acked int
SELECT COUNT(*) AS people, COALESCE(SUM(x.acked), 0) AS acked FROM (
  SELECT pu.person_id, MAX(CASE WHEN k.person_id IS NULL THEN 0 ELSE 1 END) AS acked
    FROM person_unit pu LEFT JOIN acknowledgement k ON k.directive_id = :directive_id AND k.person_id = pu.person_id AND k.at_ms <= :at_ms
   WHERE pu.from_day <= :as_of_day AND pu.to_day > :as_of_day
     AND pu.unit_id IN (SELECT r.unit_id FROM data_freeze_row r JOIN obligation o ON o.id = r.obligation_id WHERE r.freeze_id = :freeze_id AND o.directive_id = :directive_id)
   GROUP BY pu.person_id) x;

-- name: answer_signer
-- Who signs for a unit on a day: its head, else a deputy who signs for.
-- result: one
-- scope: system
-- args: unit_id int, on_day int
-- columns: name text, title text?, role text
SELECT p.name, p.title, g.role FROM person_grant g JOIN person p ON p.id = g.person_id
 WHERE g.unit_id = :unit_id AND g.role IN ('unit_head', 'deputy_head') AND g.from_day <= :on_day AND g.to_day > :on_day
 ORDER BY CASE g.role WHEN 'unit_head' THEN 0 ELSE 1 END, g.from_day, g.id LIMIT 1;

-- name: answer_dedicated_body
-- The unit that is the dedicated body for an area holding this one, on a day.
-- result: one
-- scope: system
-- args: unit_id int, on_day int
-- columns: id int, name text
SELECT fn.unit_id AS id, f.name FROM unit_closure c
  JOIN unit_function fn ON fn.area_unit_id = c.ancestor_id AND fn.function = 'dedicated_body' AND fn.from_day <= :on_day AND fn.to_day > :on_day
  JOIN unit_fact f ON f.unit_id = fn.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE c.descendant_id = :unit_id AND c.edge_kind = 'administrative' AND c.from_day <= :on_day AND c.to_day > :on_day ORDER BY c.depth, fn.unit_id LIMIT 1;

-- name: answer_committees
-- The unit and what stands above it along the administrative tree, nearest first.
-- result: many
-- scope: system
-- args: unit_id int, on_day int
-- columns: id int, name text, kind text, depth int
SELECT c.ancestor_id AS id, f.name, f.kind, c.depth FROM unit_closure c JOIN unit_fact f ON f.unit_id = c.ancestor_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE c.descendant_id = :unit_id AND c.edge_kind = 'administrative' AND c.from_day <= :on_day AND c.to_day > :on_day ORDER BY c.depth, c.ancestor_id;

-- name: calendar_duties
-- Days that come for what the units owe a person works in, and what was given to them by name.
-- result: many
-- scope: self
-- args: on_day int
-- columns: id int, title text, unit_name text, directive_title text, number text?, symbol text?, due_day int, state int, issued_ms int
SELECT a.id, o.title, f.name AS unit_name, d.title AS directive_title, d.number, d.symbol, COALESCE(CASE WHEN a.state = 3 AND o.period_months IS NOT NULL THEN a.covered_to_day - 1 END, a.due_day) AS due_day, a.state, a.issued_ms
  FROM assignment a JOIN obligation o ON o.id = a.obligation_id JOIN directive d ON d.id = a.directive_id
  JOIN unit_fact f ON f.unit_id = a.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  JOIN person p ON p.id = :actor_person AND p.is_active = 1
 WHERE a.state IN (0, 1, 2, 3, 4, 5, 6) AND (a.state <> 3 OR o.period_months IS NOT NULL) AND a.due_day IS NOT NULL AND a.due_day < 2147483647
   AND (a.assignee_id = :actor_person OR EXISTS (SELECT 1 FROM person_unit pu WHERE pu.person_id = :actor_person AND pu.unit_id = a.unit_id AND pu.from_day <= :on_day AND pu.to_day > :on_day))
   AND EXISTS (SELECT 1 FROM person_grant g WHERE g.person_id = :actor_person AND g.unit_id = a.unit_id AND g.from_day <= :on_day AND g.to_day > :on_day)
 ORDER BY 7, a.id LIMIT 2000;

-- name: api_me_units
-- Units somebody holds a role on today.
-- result: many
-- scope: self
-- args: on_day int
-- columns: unit_id int, name text, kind text, role text, edge_kind text, rights int
SELECT g.unit_id, f.name, f.kind, g.role, g.edge_kind, g.rights FROM person_grant g JOIN unit_fact f ON f.unit_id = g.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE g.person_id = :actor_person AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.unit_id, g.role, g.id;

-- name: api_units
-- Every unit the actor may read, by id.
-- result: many
-- scope: org
-- args: search text?, code text?, on_day int, after_id int, limit_count int
-- columns: id int, kind text, name text, code text?, symbol text?
SELECT f.unit_id AS id, f.kind, f.name, f.code, f.symbol FROM unit_fact f
 WHERE f.from_day <= :on_day AND f.to_day > :on_day AND f.unit_id > :after_id AND {scope f.unit_id}
   AND (CAST(:search AS TEXT) IS NULL OR f.search_key LIKE :search) AND (CAST(:code AS TEXT) IS NULL OR f.code = :code)
 ORDER BY f.unit_id LIMIT :limit_count;

-- name: report_answers
-- Who owes an answer to a directive and where it is: who has not sent first, the ones past their day on top, with whom to call.
-- result: many
-- scope: org
-- args: issuer_id int, directive_id int, on_day int, limit_count int
-- columns: unit_id int, unit_name text, report_id int?, state text?, due_day int?, sent_ms int?, focal_name text?, focal_phone text?
SELECT x.unit_id, f.name AS unit_name, r.id AS report_id, r.state, COALESCE(r.due_day, x.due_day) AS due_day, r.sent_ms,
       (SELECT p.name FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = x.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_name,
       (SELECT p.phone FROM person_grant g JOIN person p ON p.id = g.person_id WHERE g.unit_id = x.unit_id AND g.role = 'focal_officer' AND g.from_day <= :on_day AND g.to_day > :on_day ORDER BY g.id LIMIT 1) AS focal_phone
  FROM (SELECT a.unit_id, MAX(a.due_day) AS due_day FROM assignment a JOIN directive d ON d.id = a.directive_id
         WHERE a.directive_id = :directive_id AND d.issuer_id = :issuer_id AND a.unit_id <> :issuer_id AND a.state >= 0 AND {scope :issuer_id} GROUP BY a.unit_id) x
  JOIN unit_fact f ON f.unit_id = x.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN report r ON r.unit_id = x.unit_id AND r.directive_id = :directive_id AND r.series = 'directive' AND r.is_latest = 1
 ORDER BY CASE WHEN r.state = 'sent' THEN 1 ELSE 0 END, CASE WHEN r.state IS NULL THEN 0 ELSE 1 END, COALESCE(r.due_day, x.due_day, 2147483647), f.sort_key, x.unit_id LIMIT :limit_count;

-- name: report_roots
-- Units nothing stands above administratively, with how many stand below them, the largest first.
-- result: many
-- scope: system
-- args: on_day int
-- columns: id int, name text, code text?, below int
SELECT f.unit_id AS id, f.name, f.code, (SELECT COUNT(*) FROM unit_closure c WHERE c.ancestor_id = f.unit_id AND c.edge_kind = 'administrative' AND c.depth > 0 AND c.from_day <= :on_day AND c.to_day > :on_day) AS below
  FROM unit_fact f WHERE f.from_day <= :on_day AND f.to_day > :on_day
   AND NOT EXISTS (SELECT 1 FROM unit_edge e WHERE e.child_id = f.unit_id AND e.edge_kind = 'administrative' AND e.from_day <= :on_day AND e.to_day > :on_day)
 ORDER BY 4 DESC, f.unit_id LIMIT 20;
