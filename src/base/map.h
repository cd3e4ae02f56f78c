/* map.h - text to pointer, in an arena; keys are views that must outlive the map.
 * Uses: base/arena.    Memory: the arena's.    Threads: readers may share a map nobody changes. */
#ifndef LUYTRE_BASE_MAP_H
#define LUYTRE_BASE_MAP_H

#include "base/arena.h"

NONNULL_BEGIN

struct map_slot {
    struct str key; /* null: free */
    void *NULLABLE value;
};
struct map {
    struct map_slot *NULLABLE slots;
    size_t room; /* power of two */
    size_t count;
};

void *NULLABLE map_get(const struct map *map, struct str key); /* NULL when absent */
bool map_has(const struct map *map, struct str key);
/* Add or replace. false: the arena is full, nothing changed. */
MUST_USE bool map_put(struct map *map, struct arena *arena, struct str key, void *NULLABLE value);

NONNULL_END
#endif
