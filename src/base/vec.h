/* vec.h - a growing array in an arena. VEC(struct duty) duties = {0}; struct duty *d = vec_push(&duties, arena);
 * Uses: base/arena.    Memory: the arena's; the old array is left behind when it grows (doubling: at most as much
 * again). Threads: no shared state. */
#ifndef LUYTRE_BASE_VEC_H
#define LUYTRE_BASE_VEC_H

#include "base/arena.h"

#define VEC(type)     \
    struct {          \
        type *items;  \
        size_t count; \
        size_t room;  \
    }

/* Address of a new zeroed item at the end, or NULL when the arena is full. */
#define vec_push(vec, arena)                                                                                     \
    ((vec)->count < (vec)->room ||                                                                               \
             vec_grow((void **)(void *)&(vec)->items, (vec)->count, &(vec)->room, sizeof *(vec)->items, (arena)) \
         ? &(vec)->items[(vec)->count++]                                                                         \
         : NULL)

static inline bool vec_grow(void **items, size_t count, size_t *room, size_t item_bytes, struct arena *arena)
{
    size_t want = *room ? *room * 2 : 8;
    void *grown = arena_alloc_array(arena, item_bytes, want, 16);
    if (!grown)
        return false;
    if (count)
        memcpy(grown, *items, count * item_bytes);
    *items = grown;
    *room = want;
    return true;
}

#endif
