-- name: tree_rows
-- Every unit of one kind of relation on a day, with its parent in it.
-- result: many
-- scope: system
-- args: edge_kind text, on_day int
-- columns: unit_id int, name text, kind text, code text?, search_key text, sort_key text, parent_id int?
SELECT f.unit_id, f.name, f.kind, f.code, f.search_key, f.sort_key, e.parent_id
  FROM unit_fact f
  JOIN unit_closure s ON s.ancestor_id = f.unit_id AND s.edge_kind = :edge_kind AND s.descendant_id = f.unit_id AND s.from_day <= :on_day AND s.to_day > :on_day
  LEFT JOIN unit_edge e ON e.child_id = f.unit_id AND e.edge_kind = :edge_kind AND e.from_day <= :on_day AND e.to_day > :on_day
 WHERE f.from_day <= :on_day AND f.to_day > :on_day
 ORDER BY f.sort_key, f.unit_id;
