#include "base/map.h"

static struct map_slot *map_slot(const struct map *map, struct str key)
{
    if (map->room == 0)
        return NULL;
    size_t at = str_hash(key) & (map->room - 1);
    while (map->slots[at].key.ptr && !str_equal(map->slots[at].key, key))
        at = (at + 1) & (map->room - 1);
    return &map->slots[at];
}

void *map_get(const struct map *map, struct str key)
{
    struct map_slot *slot = map_slot(map, key);
    return slot && slot->key.ptr ? slot->value : NULL;
}

bool map_has(const struct map *map, struct str key)
{
    struct map_slot *slot = map_slot(map, key);
    return slot && slot->key.ptr;
}

bool map_put(struct map *map, struct arena *arena, struct str key, void *value)
{
    if (!key.ptr)
        key.ptr = ""; /* an empty key is a key; NULL marks a free slot */
    if ((map->count + 1) * 4 > map->room * 3) {
        struct map bigger = {.room = map->room ? map->room * 2 : 16};
        bigger.slots = arena_new_array(arena, struct map_slot, bigger.room);
        if (!bigger.slots)
            return false;
        for (size_t i = 0; i < map->room; i++)
            if (map->slots[i].key.ptr)
                *map_slot(&bigger, map->slots[i].key) = map->slots[i];
        bigger.count = map->count;
        *map = bigger;
    }
    struct map_slot *slot = map_slot(map, key);
    if (!slot->key.ptr) {
        slot->key = key;
        map->count++;
    }
    slot->value = value;
    return true;
}
