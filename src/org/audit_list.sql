-- name: audit_roots
-- Where the asking person's grants of this right begin.
-- result: many
-- scope: self
-- columns: unit_id int, edge_kind text
SELECT g.unit_id, g.edge_kind FROM person_grant g
 WHERE g.person_id = :actor_person AND (g.rights & :actor_right) = :actor_right AND g.from_day <= :actor_day AND g.to_day > :actor_day
 ORDER BY g.unit_id, g.edge_kind;

-- name: audit_works
-- Where everybody works or ever worked.
-- result: many
-- scope: system
-- columns: person_id int, unit_id int
SELECT DISTINCT w.person_id, w.unit_id FROM person_unit w ORDER BY w.person_id, w.unit_id;

-- name: audit_authors
-- result: many
-- scope: system
-- args: search text
-- columns: person_id int
SELECT p.id AS person_id FROM person p WHERE p.search_key LIKE :search ORDER BY p.id;

-- name: audit_walk
-- Entries of a stream, whosever they are, from behind one on to older ones.
-- result: many
-- scope: system
-- args: stream text, from_ms int, to_ms int, before_ms int, before_id int, limit_count int
-- columns: id int, unit_id int?, actor_id int?, kind text, at_ms int
SELECT e.id, e.unit_id, e.actor_id, e.kind, e.at_ms FROM chain_entry e
 WHERE e.stream = :stream AND e.at_ms >= :from_ms AND e.at_ms < :to_ms AND e.at_ms <= :before_ms AND (e.at_ms < :before_ms OR e.id < :before_id)
 ORDER BY e.at_ms DESC, e.id DESC LIMIT :limit_count;

-- name: audit_of_units
-- The same of some units, of who worked there, and of the system itself. units: [unit, ...]
-- result: many
-- scope: system
-- args: units text, stream text, kind text?, search text?, from_ms int, to_ms int, before_ms int, before_id int, limit_count int
-- columns: id int, at_ms int
-- sqlite:
WITH u AS (SELECT DISTINCT value AS unit_id FROM json_each(:units)),
-- postgres:
WITH u AS (SELECT DISTINCT CAST(value AS BIGINT) AS unit_id FROM json_array_elements_text(CAST(:units AS json))),
-- both:
     x AS (SELECT e.id FROM u CROSS JOIN chain_entry e WHERE e.unit_id = u.unit_id
           UNION ALL
           SELECT e.id FROM (SELECT DISTINCT w.person_id FROM u CROSS JOIN person_unit w WHERE w.unit_id = u.unit_id) a CROSS JOIN chain_entry e WHERE e.unit_id IS NULL AND e.actor_id = a.person_id
           UNION ALL
           SELECT e.id FROM chain_entry e WHERE e.unit_id IS NULL AND e.actor_id IS NULL)
SELECT e.id, e.at_ms FROM x CROSS JOIN chain_entry e LEFT JOIN person p ON p.id = e.actor_id
 WHERE e.id = x.id AND e.stream = :stream AND e.at_ms >= :from_ms AND e.at_ms < :to_ms AND e.at_ms <= :before_ms AND (e.at_ms < :before_ms OR e.id < :before_id)
   AND (CAST(:kind AS TEXT) IS NULL OR e.kind = :kind) AND (CAST(:search AS TEXT) IS NULL OR p.search_key LIKE :search)
 ORDER BY e.at_ms DESC, e.id DESC LIMIT :limit_count;

-- name: audit_rows
-- Some entries as the page shows them, in the order asked. ids: [id, ...]
-- result: many
-- scope: system
-- args: ids text, on_day int
-- columns: id int, seq int?, kind text, object_kind text, object_id int, unit_id int?, unit_name text?, actor_id int?, actor_name text?, at_ms int, content blob?, hash blob?, erased_by int?
SELECT e.id, e.seq, e.kind, e.object_kind, e.object_id, e.unit_id, f.name AS unit_name, e.actor_id, p.name AS actor_name, e.at_ms, e.content, e.hash, e.erased_by
-- sqlite:
  FROM (SELECT key AS place, value AS id FROM json_each(:ids)) x CROSS JOIN chain_entry e
-- postgres:
  FROM (SELECT ordinality AS place, CAST(value AS BIGINT) AS id FROM json_array_elements_text(CAST(:ids AS json)) WITH ORDINALITY) x CROSS JOIN chain_entry e
-- both:
  LEFT JOIN person p ON p.id = e.actor_id
  LEFT JOIN unit_fact f ON f.unit_id = e.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE e.id = x.id ORDER BY x.place;
