-- name: job_insert
-- Nothing happens when a waiting job has the same unique_key.
-- result: changes
-- scope: system
-- args: id int, queue text, kind text, unique_key text?, payload blob, run_at_ms int, attempts_max int, created_ms int
INSERT INTO job (id, queue, kind, unique_key, payload, state, run_at_ms, attempts, attempts_max, created_ms)
VALUES (:id, :queue, :kind, :unique_key, :payload, 0, :run_at_ms, 0, :attempts_max, :created_ms)
ON CONFLICT (unique_key) WHERE state = 0 DO NOTHING;

-- name: job_due
-- The first moment at which this queue has something to do: a job that waits, or a lease that ends.
-- result: one
-- scope: system
-- args: queue text
-- columns: due_ms int?
SELECT min(CASE WHEN lease_until_ms > run_at_ms THEN lease_until_ms ELSE run_at_ms END) AS due_ms
  FROM job WHERE queue = :queue AND state = 0;

-- name: job_lease
-- Take the job that waits longest, or one whose worker is gone.
-- result: one
-- scope: system
-- args: queue text, worker text, now_ms int, until_ms int
-- columns: id int, kind text, payload blob, attempts int, attempts_max int, created_ms int
UPDATE job SET lease_worker = :worker, lease_until_ms = :until_ms, attempts = attempts + 1, unique_key = NULL
 WHERE id = (SELECT id FROM job WHERE queue = :queue AND state = 0 AND run_at_ms <= :now_ms
                AND (lease_until_ms IS NULL OR lease_until_ms <= :now_ms) AND attempts < attempts_max
              ORDER BY run_at_ms, id LIMIT 1
-- postgres:
              FOR UPDATE SKIP LOCKED
-- both:
            )
RETURNING id, kind, payload, attempts, attempts_max, created_ms;

-- name: job_bury_lost
-- Jobs whose worker died in the last attempt.
-- result: changes
-- scope: system
-- args: queue text, now_ms int, error text
UPDATE job SET state = 1, failed_ms = :now_ms, error = :error, lease_worker = NULL, lease_until_ms = NULL
 WHERE queue = :queue AND state = 0 AND attempts >= attempts_max AND lease_until_ms <= :now_ms;

-- name: job_extend_lease
-- result: changes
-- scope: system
-- args: id int, worker text, until_ms int
UPDATE job SET lease_until_ms = :until_ms WHERE id = :id AND lease_worker = :worker AND state = 0;

-- name: job_delete_done
-- result: changes
-- scope: system
-- args: id int, worker text
DELETE FROM job WHERE id = :id AND lease_worker = :worker AND state = 0;

-- name: job_put_back
-- After a failure: wait again, or dead.
-- result: changes
-- scope: system
-- args: id int, worker text, state int, run_at_ms int, failed_ms int, error text
UPDATE job SET state = :state, run_at_ms = :run_at_ms, failed_ms = :failed_ms, error = :error, lease_worker = NULL, lease_until_ms = NULL
 WHERE id = :id AND lease_worker = :worker AND state = 0;

-- name: job_dead
-- Dead letters, newest first.
-- result: many
-- scope: system
-- args: limit_count int
-- columns: id int, queue text, kind text, attempts int, created_ms int, failed_ms int?, error text?
SELECT id, queue, kind, attempts, created_ms, failed_ms, error FROM job WHERE state = 1 ORDER BY failed_ms DESC, id DESC LIMIT :limit_count;

-- name: job_set_alive
-- result: changes
-- scope: system
-- args: id int, run_at_ms int
UPDATE job SET state = 0, attempts = 0, run_at_ms = :run_at_ms WHERE id = :id AND state = 1;

-- name: job_delete_dead
-- result: changes
-- scope: system
-- args: id int
DELETE FROM job WHERE id = :id AND state = 1;

-- name: job_count
-- result: many
-- scope: system
-- args: now_ms int
-- columns: queue text, waiting int, running int, dead int, oldest_ms int?
SELECT queue, sum(CASE WHEN state = 0 AND (lease_until_ms IS NULL OR lease_until_ms <= :now_ms) THEN 1 ELSE 0 END) AS waiting,
       sum(CASE WHEN state = 0 AND lease_until_ms > :now_ms THEN 1 ELSE 0 END) AS running,
       sum(CASE WHEN state = 1 THEN 1 ELSE 0 END) AS dead,
       min(CASE WHEN state = 0 THEN run_at_ms END) AS oldest_ms
  FROM job GROUP BY queue ORDER BY queue;
