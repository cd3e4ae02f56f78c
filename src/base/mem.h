/* mem.h - the only doors to the heap, so that a test can make any one of them fail.
 * Uses: libc.    Used by: base (arena, buf) and the few modules that keep heap objects.
 * Threads: the fault counter is atomic; it is only armed by tests. */
#ifndef LUYTRE_BASE_MEM_H
#define LUYTRE_BASE_MEM_H

#include "base/base.h"

NONNULL_BEGIN

MUST_USE void *NULLABLE mem_alloc(size_t size_bytes); /* zeroed; NULL when there is none */
MUST_USE void *NULLABLE mem_resize(void *NULLABLE old, size_t size_bytes);
void mem_free(void *NULLABLE ptr);

/* Tests: from now on the nth allocation (1 = the next) returns NULL, once; 0 disarms. Returns how many were made since
 * the last call. */
uint64_t mem_fail_at(uint64_t nth);

NONNULL_END
#endif
