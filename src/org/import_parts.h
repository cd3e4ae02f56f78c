/* import_parts.h - what the registers of org share: rows of a unit as cells, the key of two words, who writes.
 * Uses: org/import.h.    Used by: org/import_registers.c, org/import_system.c.    Memory: the run's arena.    Threads:
 * one db, one owner. */
#ifndef LUYTRE_ORG_IMPORT_PARTS_H
#define LUYTRE_ORG_IMPORT_PARTS_H

#include "org/access.h"
#include "org/import.h"

NONNULL_BEGIN

/* "unit, name": what makes two rows of a unit the same. */
struct str import_pair_key(struct import_run *run, struct str unit, struct str name);
/* An object of a unit; one whose unit has no code cannot be named by a table and is left out. all: as many cells
 * as the register has columns. */
MUST_USE enum err_code import_put_there(struct import_run *run, int64_t id, const struct known_unit *NULLABLE unit,
                                        const struct str *all, size_t count, struct err *err);
/* The rows were judged against the root and the actor's reach; what they touch is then written in the name of the
 * system. */
struct actor import_writer(const struct actor *actor);

/* import_system.c: the addresses, domains and databases of systems */
extern const struct import_register import_ranges, import_domains, import_databases;

NONNULL_END
#endif
