#include "format/ical.h"

#include "base/civil.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* The window of the sample: November 2026 to January 2027. */
#define FROM_MS 1793466000000LL
#define TO_MS   (FROM_MS + 92 * CIVIL_DAY_MS)

static void must_be_same(const struct ical_shift *a, const struct ical_shift *b)
{
    must(a->from_ms == b->from_ms && a->to_ms == b->to_ms && a->sequence == b->sequence &&
         a->is_tentative == b->is_tentative && a->people_count == b->people_count);
    must(str_equal(a->uid, b->uid) && str_equal(a->summary, b->summary));
    for (size_t i = 0; i < a->people_count; i++)
        must(str_equal(a->people[i].name, b->people[i].name) && str_equal(a->people[i].mail, b->people[i].mail));
}

/* What is read lies in the window, in order; written, with uids of their own, it is read again the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    struct err err;
    AUTO_ARENA arena;
    AUTO_BUF out;
    struct ical_roster first, again;
    arena_init(&arena, 64u << 20);
    buf_init(&out, ICAL_FILE_MAX_BYTES);
    if (ical_read((struct str){(const char *)data, size_bytes}, FROM_MS, TO_MS, &arena, &first, &err) != ERR_NONE)
        return 0;
    must(first.count <= ICAL_INSTANCES_MAX);
    for (size_t i = 0; i < first.count; i++) {
        struct ical_shift *s = &first.shifts[i];
        must(s->from_ms < s->to_ms && s->to_ms > FROM_MS && s->from_ms < TO_MS && s->line > 0);
        must(i == 0 || s[-1].from_ms <= s->from_ms);
        /* rising, so that shifts of the same time stay in their order */
        s->uid = arena_printf(&arena, "%06zu%.*s", i, STR_ARG(s->uid));
        if (str_is_null(s->uid))
            return 0; /* a long one, thousands of times */
    }
    for (size_t i = 0; i < first.count;) { /* those of one start by their end, as they are read */
        size_t end = i + 1;
        while (end < first.count && first.shifts[end].from_ms == first.shifts[i].from_ms &&
               first.shifts[end].to_ms == first.shifts[i].to_ms)
            end++;
        must(end == first.count || first.shifts[end].from_ms > first.shifts[i].from_ms ||
             first.shifts[end].to_ms > first.shifts[i].to_ms);
        i = end;
    }
    enum err_code code = ical_write(STR("fuzz"), first.shifts, first.count, FROM_MS, &out, &err);
    must(code == ERR_NONE || code == ERR_LIMIT); /* escapes make texts longer */
    if (code != ERR_NONE)
        return 0;
    must(ical_read(buf_str(&out), FROM_MS, TO_MS, &arena, &again, &err) == ERR_NONE);
    must(again.count == first.count);
    for (size_t i = 0; i < first.count; i++)
        must_be_same(&first.shifts[i], &again.shifts[i]);
    return 0;
}
