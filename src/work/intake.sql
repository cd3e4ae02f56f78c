-- name: intake_child_kinds
-- Kinds of units right below an issuer: a letter goes to its own children, who hand it down in their own words.
-- result: many
-- scope: system
-- args: unit_id int, edge_kind text, on_day int
-- columns: kind text
SELECT DISTINCT f.kind FROM unit_closure c JOIN unit_fact f ON f.unit_id = c.descendant_id AND f.from_day <= :on_day AND f.to_day > :on_day
 WHERE c.ancestor_id = :unit_id AND c.edge_kind = :edge_kind AND c.depth = 1 AND c.from_day <= :on_day AND c.to_day > :on_day ORDER BY f.kind;
