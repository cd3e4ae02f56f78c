#include "base/mem.h"

#include <stdatomic.h>

static _Atomic uint64_t mem_made;
static _Atomic uint64_t mem_fail_nth;

static bool mem_should_fail(void)
{
    uint64_t n = atomic_fetch_add_explicit(&mem_made, 1, memory_order_relaxed) + 1;
    return n == atomic_load_explicit(&mem_fail_nth, memory_order_relaxed);
}

void *mem_alloc(size_t size_bytes)
{
    if (mem_should_fail())
        return NULL;
    return calloc(1, size_bytes ? size_bytes : 1);
}

void *mem_resize(void *old, size_t size_bytes)
{
    if (mem_should_fail())
        return NULL;
    return realloc(old, size_bytes ? size_bytes : 1);
}

void mem_free(void *ptr)
{
    free(ptr);
}

uint64_t mem_fail_at(uint64_t nth)
{
    atomic_store(&mem_fail_nth, nth);
    return atomic_exchange(&mem_made, 0);
}
