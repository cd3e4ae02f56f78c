#include "base/arena.h"

#include "base/mem.h"
#include <stdarg.h>

#undef arena_full /* a macro for the analyser alone */

#define ARENA_BLOCK_BYTES 4080u

struct arena_block {
    struct arena_block *next;
    size_t size_bytes;
    size_t used_bytes;
    _Alignas(16) unsigned char data[];
};

struct arena_hook {
    struct arena_hook *next;
    void (*fn)(void *ctx);
    void *ctx;
};

void arena_init(struct arena *arena, size_t ceiling_bytes)
{
    *arena = (struct arena){.ceiling_bytes = ceiling_bytes};
}

bool arena_on_done(struct arena *arena, void (*fn)(void *ctx), void *ctx)
{
    struct arena_hook *hook = arena_new(arena, struct arena_hook);
    if (!hook)
        return false;
    *hook = (struct arena_hook){arena->hook, fn, ctx};
    arena->hook = hook;
    return true;
}

static void run_hooks(struct arena *arena, const struct arena_hook *until)
{
    while (arena->hook != until) {
        struct arena_hook *hook = arena->hook;
        arena->hook = hook->next;
        hook->fn(hook->ctx);
    }
}

void arena_done(struct arena *arena)
{
    run_hooks(arena, NULL);
    struct arena_block *block = arena->block;
    while (block) {
        struct arena_block *next = block->next;
        mem_free(block);
        block = next;
    }
    arena->block = NULL;
    arena->used_bytes = 0;
}

void *arena_alloc(struct arena *arena, size_t size_bytes, size_t align)
{
    if (size_bytes == 0)
        size_bytes = 1;
    size_t after;
    if (!size_add(arena->used_bytes, size_bytes, &after) || after > arena->ceiling_bytes)
        return NULL;
    struct arena_block *block = arena->block;
    if (block) {
        size_t start = (block->used_bytes + align - 1) & ~(align - 1);
        size_t end;
        if (size_add(start, size_bytes, &end) && end <= block->size_bytes) {
            block->used_bytes = end;
            arena->used_bytes = after;
            return block->data + start; /* blocks are zeroed when made and when rewound */
        }
    }
    /* Blocks double with the arena's size, so that a big job makes few calls and a small one stays small. */
    size_t want = ARENA_BLOCK_BYTES;
    while (want < arena->used_bytes / 2 && want < ((size_t)1 << 20))
        want *= 2;
    if (want < size_bytes)
        want = size_bytes;
    size_t total;
    if (!size_add(want, sizeof(struct arena_block), &total))
        return NULL;
    struct arena_block *fresh = mem_alloc(total);
    if (!fresh)
        return NULL;
    fresh->next = block;
    fresh->size_bytes = want;
    fresh->used_bytes = size_bytes;
    arena->block = fresh;
    arena->used_bytes = after;
    return fresh->data;
}

void *arena_alloc_array(struct arena *arena, size_t item_bytes, size_t count, size_t align)
{
    size_t total;
    if (!size_mul(item_bytes, count, &total))
        return NULL;
    return arena_alloc(arena, total, align);
}

struct str arena_str(struct arena *arena, struct str s)
{
    size_t total;
    char *copy = size_add(s.len_bytes, 1, &total) ? arena_alloc(arena, total, 1) : NULL;
    if (!copy)
        return (struct str){NULL, 0};
    if (s.len_bytes)
        memcpy(copy, s.ptr, s.len_bytes);
    copy[s.len_bytes] = '\0';
    return (struct str){copy, s.len_bytes};
}

const char *arena_cstr(struct arena *arena, struct str s)
{
    return arena_str(arena, s).ptr;
}

struct str arena_printf(struct arena *arena, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *out = n >= 0 ? arena_alloc(arena, (size_t)n + 1, 1) : NULL;
    if (out)
        vsnprintf(out, (size_t)n + 1, fmt, again);
    va_end(again);
    return out ? (struct str){out, (size_t)n} : (struct str){NULL, 0};
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){arena->block, arena->hook, arena->block ? arena->block->used_bytes : 0,
                               arena->used_bytes};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    run_hooks(arena, mark.hook);
    while (arena->block != mark.block) {
        struct arena_block *next = arena->block->next;
        mem_free(arena->block);
        arena->block = next;
    }
    if (arena->block) {
        memset(arena->block->data + mark.block_used_bytes, 0, arena->block->used_bytes - mark.block_used_bytes);
        arena->block->used_bytes = mark.block_used_bytes;
    }
    arena->used_bytes = mark.used_bytes;
}

enum err_code arena_full(const struct arena *arena, struct err *err)
{
    if (arena->used_bytes > arena->ceiling_bytes / 2)
        return err_set(err, ERR_LIMIT, "over the memory ceiling of %zu bytes", arena->ceiling_bytes);
    return err_set(err, ERR_NOMEM, "no memory");
}
