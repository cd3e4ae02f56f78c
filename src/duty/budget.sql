-- name: budget_total_set
-- result: none
-- scope: system
-- args: id int, unit_id int, budget_year int, total_vnd int, basis text, by_person int?, at_ms int
INSERT INTO unit_budget (id, unit_id, budget_year, total_vnd, basis, by_person, at_ms) VALUES (:id, :unit_id, :budget_year, :total_vnd, :basis, :by_person, :at_ms)
ON CONFLICT (unit_id, budget_year) DO UPDATE SET total_vnd = excluded.total_vnd, basis = excluded.basis, by_person = excluded.by_person, at_ms = excluded.at_ms;

-- name: budget_total_get
-- result: one
-- scope: org
-- args: unit_id int, budget_year int
-- columns: total_vnd int, basis text, by_name text?, at_ms int
SELECT b.total_vnd, b.basis, p.name AS by_name, b.at_ms FROM unit_budget b LEFT JOIN person p ON p.id = b.by_person
 WHERE b.unit_id = :unit_id AND b.budget_year = :budget_year AND {scope :unit_id};

-- name: budget_lines
-- Units at and below a root that asked for money in a year or whose budget is known. Withdrawn requests do not count.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, budget_year int, on_day int
-- columns: unit_id int, name text, request_count int, open_count int, asked_vnd int, granted_vnd int, spent_vnd int, total_vnd int?
SELECT c.descendant_id AS unit_id, f.name, COALESCE(r.request_count, 0) AS request_count, COALESCE(r.open_count, 0) AS open_count, COALESCE(r.asked_vnd, 0) AS asked_vnd,
       COALESCE(r.granted_vnd, 0) AS granted_vnd, COALESCE(r.spent_vnd, 0) AS spent_vnd, b.total_vnd
  FROM unit_closure c
  JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
  LEFT JOIN (SELECT unit_id, COUNT(*) AS request_count, SUM(CASE WHEN state = 'open' THEN 1 ELSE 0 END) AS open_count, CAST(SUM(amount_vnd) AS BIGINT) AS asked_vnd,
                    CAST(SUM(COALESCE(granted_vnd, 0)) AS BIGINT) AS granted_vnd, CAST(SUM(COALESCE(spent_vnd, 0)) AS BIGINT) AS spent_vnd
               FROM duty_request WHERE kind = 'cost' AND budget_year = :budget_year AND state <> 'withdrawn' GROUP BY unit_id) r ON r.unit_id = c.descendant_id
  LEFT JOIN unit_budget b ON b.unit_id = c.descendant_id AND b.budget_year = :budget_year
 WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day AND (r.unit_id IS NOT NULL OR b.unit_id IS NOT NULL) AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
 ORDER BY COALESCE(r.granted_vnd, 0) DESC, COALESCE(r.asked_vnd, 0) DESC, f.sort_key, c.descendant_id;
