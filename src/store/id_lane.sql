-- name: id_lane_take
-- A lane nobody has, or whose holder has no time left in it: first one whose ids all lie in the past. Its new time
-- begins where the time of all its holders ended.
-- result: one
-- scope: system
-- args: holder int, now_ms int, window_ms int
-- columns: lane int, until_ms int
UPDATE id_lane SET holder = :holder, taken_ms = :now_ms,
       until_ms = CASE WHEN until_ms > :now_ms THEN until_ms ELSE :now_ms END + :window_ms
 WHERE lane = (SELECT lane FROM id_lane WHERE holder = 0 OR until_ms <= :now_ms
               ORDER BY CASE WHEN until_ms > :now_ms THEN 2 WHEN holder <> 0 THEN 1 ELSE 0 END, until_ms, lane LIMIT 1
-- postgres:
               FOR UPDATE SKIP LOCKED
-- both:
              )
RETURNING lane, until_ms;

-- name: id_lane_renew
-- Nothing changes when somebody else has the lane by now.
-- result: changes
-- scope: system
-- args: lane int, holder int, until_ms int
UPDATE id_lane SET until_ms = CASE WHEN until_ms > :until_ms THEN until_ms ELSE :until_ms END
 WHERE lane = :lane AND holder = :holder;

-- name: id_lane_give_back
-- result: none
-- scope: system
-- args: lane int, holder int, until_ms int
UPDATE id_lane SET holder = 0, until_ms = :until_ms WHERE lane = :lane AND holder = :holder;

-- name: id_lane_first_free
-- When the first lane has no time left, if nobody goes on with it.
-- result: one
-- scope: system
-- columns: until_ms int?
SELECT min(until_ms) AS until_ms FROM id_lane WHERE holder <> 0;
