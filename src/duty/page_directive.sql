-- name: directive_my_acknowledgement
-- When the person asking confirmed having read a directive.
-- result: one
-- scope: self
-- args: directive_id int
-- columns: at_ms int
SELECT at_ms FROM acknowledgement WHERE directive_id = :directive_id AND person_id = :actor_person;

-- name: directive_count
-- How many directives a search finds, in each state.
-- result: many
-- scope: org
-- args: search text?
-- columns: state text, n int
SELECT d.state, COUNT(*) AS n FROM directive d
 WHERE (CAST(:search AS TEXT) IS NULL OR d.search_key LIKE :search)
   AND ({scope d.issuer_id} OR {scope_some assignment a, a.unit_id, a.directive_id = d.id})
 GROUP BY d.state ORDER BY d.state;

-- name: directive_rows
-- Directives a person may see, drafts first, then newest first. Paged by offset.
-- result: many
-- scope: org
-- args: search text?, state text?, limit_count int, offset_count int
-- columns: id int, issuer_id int, issuer_name text, title text, number text?, symbol text?, issued_day int, state text, parent_id int?, family_id int, edge_kind text
SELECT d.id, d.issuer_id, n.name AS issuer_name, d.title, d.number, d.symbol, d.issued_day, d.state, d.parent_id, d.family_id, d.edge_kind
  FROM directive d JOIN unit_fact n ON n.unit_id = d.issuer_id AND n.from_day <= d.issued_day AND n.to_day > d.issued_day
 WHERE (CAST(:search AS TEXT) IS NULL OR d.search_key LIKE :search) AND (CAST(:state AS TEXT) IS NULL OR d.state = :state)
   AND ({scope d.issuer_id} OR {scope_some assignment a, a.unit_id, a.directive_id = d.id})
 ORDER BY CASE d.state WHEN 'draft' THEN 0 ELSE 1 END, d.issued_day DESC, d.id DESC LIMIT :limit_count OFFSET :offset_count;
