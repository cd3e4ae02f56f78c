-- Who may give ids in which lane, and up to which time (store/id_lane.h). One row for each lane an id has room for.
CREATE TABLE id_lane (
    lane {id},
    holder {int} NOT NULL,            -- random number of the process that has it; 0: nobody
    taken_ms {int} NOT NULL,          -- when it took it
    until_ms {int} NOT NULL           -- ids of this lane may exist whose time lies before; none at or after it
) {strict};
INSERT INTO id_lane (lane, holder, taken_ms, until_ms) VALUES
    (0, 0, 0, 0),
    (1, 0, 0, 0),
    (2, 0, 0, 0),
    (3, 0, 0, 0),
    (4, 0, 0, 0),
    (5, 0, 0, 0),
    (6, 0, 0, 0),
    (7, 0, 0, 0),
    (8, 0, 0, 0),
    (9, 0, 0, 0),
    (10, 0, 0, 0),
    (11, 0, 0, 0),
    (12, 0, 0, 0),
    (13, 0, 0, 0),
    (14, 0, 0, 0),
    (15, 0, 0, 0);
