-- What pages of a past day read: who held what then.

-- name: unit_systems_on
-- Systems that a unit operated on a day, also those that stand elsewhere today, with what the register said of them then and their level of
-- that day. is_dated 0: the register was not kept by day yet. Whoever may read a successor reads it too.
-- result: many
-- scope: org
-- args: unit_id int, on_day int
-- columns: id int, name text, code text?, is_important int, has_personal_data int, uses_camera int, is_dated int, level int?, level_state text?
SELECT y.id, CASE WHEN w.system_id IS NULL THEN y.name ELSE w.name END AS name, CASE WHEN w.system_id IS NULL THEN y.code ELSE w.code END AS code,
       CASE WHEN w.system_id IS NULL THEN y.is_important ELSE w.is_important END AS is_important, CASE WHEN w.system_id IS NULL THEN y.has_personal_data ELSE w.has_personal_data END AS has_personal_data,
       CASE WHEN w.system_id IS NULL THEN y.uses_camera ELSE w.uses_camera END AS uses_camera,
       CASE WHEN EXISTS (SELECT 1 FROM system_dated t WHERE t.from_day > :on_day) THEN 0 ELSE 1 END AS is_dated, l.level, l.state AS level_state
  FROM info_system y LEFT JOIN system_level l ON l.system_id = y.id AND l.from_day <= :on_day AND l.to_day > :on_day
  LEFT JOIN system_past w ON w.system_id = y.id AND w.to_day = (SELECT MIN(v.to_day) FROM system_past v WHERE v.system_id = y.id AND v.to_day > :on_day)
 WHERE (y.operator_id = :unit_id OR y.id IN (SELECT h.object_id FROM unit_handover h WHERE h.from_unit_id = :unit_id AND h.object_kind = 'system')
     OR y.id IN (SELECT v.system_id FROM system_past v WHERE v.operator_id = :unit_id)) AND y.from_day <= :on_day AND y.to_day > :on_day
   AND COALESCE(CASE WHEN w.to_day < COALESCE((SELECT MIN(h.on_day) FROM unit_handover h WHERE h.object_kind = 'system' AND h.role = 'operator' AND h.object_id = y.id AND h.on_day > :on_day), 2147483647) THEN w.operator_id END,
       (SELECT h.from_unit_id FROM unit_handover h WHERE h.object_kind = 'system' AND h.role = 'operator' AND h.object_id = y.id AND h.on_day > :on_day ORDER BY h.on_day, h.id LIMIT 1), y.operator_id) = :unit_id
   AND ({scope :unit_id} OR EXISTS (SELECT 1 FROM unit_succession s WHERE s.from_unit_id = :unit_id AND {scope s.to_unit_id}))
 ORDER BY y.sort_key, y.id;

-- name: holders_before
-- Units that held a thing before the one that holds it now (unit_id), newest first, each by its name of its last day.
-- result: many
-- scope: org
-- args: unit_id int, object_kind text, object_id int
-- columns: event_id int, from_unit_id int, name text?, on_day int
SELECT h.event_id, h.from_unit_id, (SELECT MAX(f.name) FROM unit_fact f WHERE f.unit_id = h.from_unit_id AND f.from_day < h.on_day AND f.to_day >= h.on_day) AS name, h.on_day
  FROM unit_handover h
 WHERE h.object_kind = :object_kind AND h.object_id = :object_id AND h.role IN ('', 'operator') AND {scope :unit_id} ORDER BY h.on_day DESC, h.id DESC;
