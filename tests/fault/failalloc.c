/* failalloc.c - preloaded into a unit test: allocation number FAILALLOC_AT of our own code fails, once.
 * It calls the program's own mem_fail_at (base/mem.h), which stands at offset FAILALLOC_DOOR (hexadecimal) of the
 * program; programs that a test starts are left alone, and what tests, cmocka, libc and the databases ask for
 * themselves. At the end the count goes to the file FAILALLOC_COUNT. A crash prints "CRASH signal N offset offset ..."
 * of the program's frames, innermost first.
 */
#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PROGRAM_MAX_BYTES (64u << 20) /* the program lies at its base; libraries lie far off */

static uintptr_t program_base;
static uint64_t (*door)(uint64_t nth);
static const char *count_path;
static int (*next_sigaction)(int, const struct sigaction *, struct sigaction *);

static int program_find(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    (void)data;
    program_base = info->dlpi_addr;
    return 1; /* the first one is the program */
}

static void crashed(int number)
{
    void *frames[32];
    char line[512];
    int used = snprintf(line, sizeof line, "\nCRASH signal %d", number), frame_count = backtrace(frames, 32);
    for (int i = 0; i < frame_count; i++) {
        uintptr_t offset = (uintptr_t)frames[i] - program_base;
        if (offset < PROGRAM_MAX_BYTES && used < 480)
            used += snprintf(line + used, sizeof line - (size_t)used, " %lx", (unsigned long)offset);
    }
    line[used++] = '\n';
    if (write(STDOUT_FILENO, line, (size_t)used) < 0)
        _exit(2);
    _exit(128 + number);
}

/* cmocka would take a crash for its own; it stays ours. */
static int is_crash(int number)
{
    return number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE || number == SIGABRT;
}
int sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
    if (!next_sigaction)
        *(void **)&next_sigaction = dlsym(RTLD_NEXT, "sigaction");
    return next_sigaction(number, is_crash(number) ? NULL : action, old);
}
void (*signal(int number, void (*handler)(int)))(int)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, old = {.sa_handler = SIG_DFL};
    return sigaction(number, &action, &old) == 0 ? old.sa_handler : SIG_ERR;
}

__attribute__((constructor)) static void start(void)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    const char *at = getenv("FAILALLOC_AT"), *offset = getenv("FAILALLOC_DOOR");
    if (!at || !offset)
        return;
    count_path = getenv("FAILALLOC_COUNT");
    unsetenv("LD_PRELOAD"); /* another program has no door there */
    void *warm[1];
    backtrace(warm, 1); /* loads what it needs now, not inside the handler */
    *(void **)&next_sigaction = dlsym(RTLD_NEXT, "sigaction");
    struct sigaction action = {.sa_handler = crashed};
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
        next_sigaction(fatal[i], &action, NULL);
    dl_iterate_phdr(program_find, NULL);
    *(uintptr_t *)&door = program_base + strtoul(offset, NULL, 16);
    door(strtoul(at, NULL, 10));
}

__attribute__((destructor)) static void finish(void)
{
    FILE *out = count_path && door ? fopen(count_path, "w") : NULL;
    if (out) {
        fprintf(out, "%lu\n", (unsigned long)door(0));
        fclose(out);
    }
}
