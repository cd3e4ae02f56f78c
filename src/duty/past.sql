-- name: past_obligations_kept
-- For each obligation of a directive or family, and each way to count: how many duties stood in which state when the day ended, from the
-- sums kept below the unit and the changes of the unit itself.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, as_of_day int, scope_id int
-- columns: catalogue_id text?, title text, denominator text, n_unseen int, n_ack int, n_doing int, n_ok int, n_due int, n_late int, n_birth int, n_na int, n_waived int
SELECT o.catalogue_id, MIN(o.title) AS title, o.denominator, CAST(SUM(x.n_unseen) AS BIGINT) AS n_unseen, CAST(SUM(x.n_ack) AS BIGINT) AS n_ack, CAST(SUM(x.n_doing) AS BIGINT) AS n_doing, CAST(SUM(x.n_ok) AS BIGINT) AS n_ok, CAST(SUM(x.n_due) AS BIGINT) AS n_due, CAST(SUM(x.n_late) AS BIGINT) AS n_late, CAST(SUM(x.n_birth) AS BIGINT) AS n_birth, CAST(SUM(x.n_na) AS BIGINT) AS n_na, CAST(SUM(x.n_waived) AS BIGINT) AS n_waived
  FROM (SELECT p.obligation_id, p.n_unseen, p.n_ack, p.n_doing, p.n_ok, p.n_due, p.n_late, p.n_birth, p.n_na, p.n_waived
          FROM directive v JOIN obligation q ON q.directive_id = v.id
          JOIN duty_past_obligation p ON p.edge_kind = :edge_kind AND p.unit_id = :root_id AND p.obligation_id = q.id
           AND p.day = (SELECT MAX(r.day) FROM duty_past_obligation r WHERE r.edge_kind = :edge_kind AND r.unit_id = :root_id AND r.obligation_id = q.id AND r.day <= :as_of_day)
         WHERE (CAST(:scope_id AS BIGINT) = 0 OR v.family_id = :scope_id OR v.id = :scope_id) AND {scope_below 1, :root_id, :edge_kind}
        UNION ALL
        SELECT d.obligation_id,
               {piece state_sums}
          FROM assignment_delta d
         WHERE d.unit_id = :root_id AND d.visible_day <= :as_of_day AND (CAST(:scope_id AS BIGINT) = 0 OR d.family_id = :scope_id OR d.directive_id = :scope_id)
           AND EXISTS (SELECT 1 FROM unit_closure c WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.descendant_id = :root_id AND c.from_day <= :as_of_day AND c.to_day > :as_of_day)
         GROUP BY d.obligation_id) x JOIN obligation o ON o.id = x.obligation_id
 WHERE {scope :root_id}
 GROUP BY o.catalogue_id, CASE WHEN o.catalogue_id IS NULL THEN o.id ELSE 0 END, o.denominator ORDER BY o.catalogue_id, MIN(o.title), o.denominator;

-- name: past_obligations
-- For each obligation of a directive or family, and each way to count: how many duties stood in which state when the day ended.
-- result: many
-- scope: org
-- args: root_id int, edge_kind text, as_of_day int, family_id int?, directive_id int?
-- columns: catalogue_id text?, title text, denominator text, state int, n int
SELECT o.catalogue_id, MIN(o.title) AS title, o.denominator, x.state, CAST(SUM(x.n) AS BIGINT) AS n
  FROM (SELECT d.obligation_id, d.state, SUM(d.delta) AS n
          FROM unit_closure c JOIN assignment_delta d ON d.unit_id = c.descendant_id AND d.visible_day <= :as_of_day
         WHERE c.ancestor_id = :root_id AND c.edge_kind = :edge_kind AND c.from_day <= :as_of_day AND c.to_day > :as_of_day AND {scope :root_id} AND {scope_below c.depth, :root_id, :edge_kind}
           AND (CAST(:family_id AS BIGINT) IS NULL OR d.family_id = :family_id) AND (CAST(:directive_id AS BIGINT) IS NULL OR d.directive_id = :directive_id)
         GROUP BY d.obligation_id, d.state) x JOIN obligation o ON o.id = x.obligation_id
 WHERE x.n > 0
 GROUP BY o.catalogue_id, CASE WHEN o.catalogue_id IS NULL THEN o.id ELSE 0 END, o.denominator, x.state ORDER BY o.catalogue_id, MIN(o.title), o.denominator, x.state;
