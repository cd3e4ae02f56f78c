/* arena.h - memory that dies with a job: one request, one letter, one rule set.
 * Allocations are never freed one by one; arena_done frees all. An arena has a byte ceiling, so one hostile job
 * cannot take the machine.
 * Uses: base/mem.    Used by: everything.    Threads: one arena belongs to one thread at a time. */
#ifndef LUYTRE_BASE_ARENA_H
#define LUYTRE_BASE_ARENA_H

#include "base/err.h"
#include "base/text.h"

NONNULL_BEGIN

struct arena_block;
struct arena_hook;
struct arena {
    struct arena_block *NULLABLE block; /* newest first */
    struct arena_hook *NULLABLE hook;   /* newest first */
    size_t used_bytes;                  /* of all blocks */
    size_t ceiling_bytes;
};
/* A place to come back to: everything allocated after the mark is released by arena_rewind. */
struct arena_mark {
    struct arena_block *NULLABLE block;
    struct arena_hook *NULLABLE hook;
    size_t block_used_bytes;
    size_t used_bytes;
};

void arena_init(struct arena *arena, size_t ceiling_bytes);
void arena_done(struct arena *arena); /* safe twice */
static inline void arena_cleanup(struct arena *arena)
{
    arena_done(arena);
}
/* `AUTO_ARENA arena; arena_init(&arena, ...)` frees at the end of the scope. */
#define AUTO_ARENA __attribute__((cleanup(arena_cleanup))) struct arena

/* Zeroed memory, or NULL when over the ceiling or the machine has none. */
MUST_USE void *NULLABLE arena_alloc(struct arena *arena, size_t size_bytes, size_t align);
#define arena_new(arena, type)              ((type *)arena_alloc((arena), sizeof(type), _Alignof(type)))
#define arena_new_array(arena, type, count) ((type *)arena_alloc_array((arena), sizeof(type), (count), _Alignof(type)))
MUST_USE void *NULLABLE arena_alloc_array(struct arena *arena, size_t item_bytes, size_t count, size_t align);

/* Copies. ret->ptr is NUL-terminated one byte past the end, so it may be handed to libc when it holds no NUL.
 * On no memory the copy is the empty string with ptr NULL: check with str_is_null. */
MUST_USE struct str arena_str(struct arena *arena, struct str s);
MUST_USE struct str arena_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);
MUST_USE const char *NULLABLE arena_cstr(struct arena *arena, struct str s);

struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* fn(ctx) when what stands in the arena now goes: at arena_done, or at a rewind to an older mark; the newest first.
 * false when there is no memory: fn was not called and will not be. */
MUST_USE bool arena_on_done(struct arena *arena, void (*fn)(void *ctx), void *ctx);

/* The error every failed arena call turns into. */
enum err_code arena_full(const struct arena *arena, struct err *err);
#ifdef __clang_analyzer__ /* as in err.h */
#define arena_full(...) err_is_failure(arena_full(__VA_ARGS__))
#endif

NONNULL_END
#endif
