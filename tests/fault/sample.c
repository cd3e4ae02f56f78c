/* sample.c - three allocations; the bad one writes through the third without a look. */
#include "base/mem.h"

int main(void)
{
    char *own = malloc(1); /* a test's own memory never fails */
    own[0] = 'x';
    free(own);
    for (int i = 1; i <= 3; i++) {
        volatile char *p = mem_alloc(16);
        if (!p && (IS_GOOD || i < 3)) {
            puts("no memory");
            return 1;
        }
        p[0] = 'x';
        mem_free((void *)(uintptr_t)p);
    }
    return 0;
}
