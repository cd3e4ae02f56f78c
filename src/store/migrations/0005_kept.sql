-- How often tables of which processes keep something in memory were written; moved in the transaction of the write (store/keep.h).
CREATE TABLE kept_version (
    name {text} PRIMARY KEY NOT NULL,
    n {int} NOT NULL
) {strict};
