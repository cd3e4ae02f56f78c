-- name: person_reach
-- What a person can see today: every live grant on a unit the actor holds his right on, with how many units it reaches.
-- result: many
-- scope: org
-- args: person_id int, on_day int
-- columns: id int, role text, unit_id int, unit_name text?, edge_kind text, rights int, reach int
SELECT g.id, g.role, g.unit_id, f.name AS unit_name, g.edge_kind, g.rights,
       CASE WHEN g.edge_kind = '' THEN 1 ELSE (SELECT COUNT(*) FROM unit_closure c WHERE c.ancestor_id = g.unit_id AND c.edge_kind = g.edge_kind AND c.from_day <= :on_day AND c.to_day > :on_day) END AS reach
  FROM person_grant g LEFT JOIN unit_fact f ON f.unit_id = g.unit_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE g.person_id = :person_id AND g.from_day <= :on_day AND g.to_day > :on_day AND {scope g.unit_id} ORDER BY g.id;
