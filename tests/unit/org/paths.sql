-- name: paths_kept
-- The paths of one tree on a day, as they are kept.
-- result: many
-- scope: system
-- args: edge_kind text, on_day int
-- columns: ancestor_id int, descendant_id int, depth int
SELECT ancestor_id, descendant_id, depth FROM unit_closure WHERE edge_kind = :edge_kind AND from_day <= :on_day AND to_day > :on_day ORDER BY ancestor_id, descendant_id;

-- name: paths_edges
-- The edges they are to be made of.
-- result: many
-- scope: system
-- args: edge_kind text, on_day int
-- columns: parent_id int, child_id int
SELECT parent_id, child_id FROM unit_edge WHERE edge_kind = :edge_kind AND from_day <= :on_day AND to_day > :on_day ORDER BY child_id;
