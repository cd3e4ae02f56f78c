/* bench_letter.c - letters read in a second on one core, and how time grows on hostile text. Usage: bench_letter FOLDER
 * [seconds] */
#include "base/clock.h"
#include "base/limits.h"
#include "base/viet.h"
#include "letter/letter.h"
#include "os/file.h"

#include <time.h>

#define LETTER_MIN_PER_SECOND 1000.0
#define PLAIN_MAX_BYTES       10240u

static bool calendar_days(void *ctx, civil_day from, int n, civil_day *ret_day)
{
    (void)ctx;
    *ret_day = from + n;
    return true;
}

static const struct letter_options options = {.workday_add = calendar_days};

static double cpu_seconds(void)
{
    struct timespec t;
    return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0 ? (double)t.tv_sec + (double)t.tv_nsec / 1e9 : 0;
}

static double milliseconds(struct str text)
{
    AUTO_ARENA arena;
    arena_init(&arena, 2u << 30);
    struct err err = {0};
    struct letter *letter;
    int64_t start = clock_monotonic_us();
    err_ignore(letter_parse(text, &options, &arena, &letter, &err), "hostile text may be refused for its size");
    return (double)(clock_monotonic_us() - start) / 1000.0;
}

static void hostile(const char *name, const char *head, const char *unit)
{
    double first = 0;
    printf("%-12s", name);
    for (size_t kb = 125; kb <= 1000; kb *= 2) {
        AUTO_BUF text;
        buf_init(&text, LETTER_TEXT_MAX_BYTES);
        buf_put(&text, str_from_cstr(head));
        while (text.len_bytes < kb * 1000)
            buf_put(&text, str_from_cstr(unit));
        double ms = milliseconds(buf_str(&text));
        if (kb == 125)
            first = ms;
        printf("  %4zu kB %7.1f ms", kb, ms);
        if (kb == 1000)
            printf("  x%.1f for x8", ms / (first > 0 ? first : 1));
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct err err = {0};
    struct file_list list;
    if (argc < 2 || file_list_folder(argv[1], 1000, &arena, &list, &err) != ERR_NONE) {
        fprintf(stderr, "bench_letter FOLDER [seconds]: %s\n", err.text);
        return 2;
    }
    int64_t seconds = 2;
    if (argc > 2 && !str_to_i64(str_from_cstr(argv[2]), &seconds))
        return 2;
    struct str texts[64];
    size_t count = 0, bytes = 0;
    for (size_t i = 0; i < list.count && count < ARRAY_LEN(texts); i++) {
        if (!str_ends_with(list.items[i].name, STR(".txt")) ||
            file_read(arena_printf(&arena, "%s/%.*s", argv[1], STR_ARG(list.items[i].name)).ptr, LETTER_FILE_MAX_BYTES,
                      &arena, &texts[count], &err) != ERR_NONE)
            continue;
        /* its items again and again, to just below 10 kB: the size the target speaks of, with as many duties as fit */
        AUTO_BUF long_text;
        buf_init(&long_text, PLAIN_MAX_BYTES + 1);
        ptrdiff_t from = str_find(texts[count], STR("\n- "), (size_t)str_find(texts[count], STR("yêu cầu"), 0) + 1);
        ptrdiff_t numbered = str_find(texts[count], STR("\n1. "), 0), to = str_find(texts[count], STR("./."), 0);
        if (numbered >= 0)
            from = numbered;
        if (from < 0 || to < from)
            continue;
        struct str items = str_slice(texts[count], (size_t)from, (size_t)to);
        buf_put(&long_text, str_slice(texts[count], 0, (size_t)from));
        while (long_text.len_bytes + items.len_bytes + texts[count].len_bytes - (size_t)to < PLAIN_MAX_BYTES)
            buf_put(&long_text, items);
        buf_put(&long_text, str_slice(texts[count], (size_t)to, texts[count].len_bytes));
        if (buf_to_arena(&long_text, &arena, &texts[count], &err) == ERR_NONE && texts[count].len_bytes)
            count++;
    }
    if (!count)
        return 2;
    size_t letters = 0, duties = 0;
    int64_t start = clock_monotonic_us();
    double cpu_start = cpu_seconds();
    while (clock_monotonic_us() - start < seconds * 1000000) {
        AUTO_ARENA job;
        arena_init(&job, 64u << 20);
        struct letter *letter;
        struct str text = texts[letters++ % count];
        if (letter_parse(text, &options, &job, &letter, &err) != ERR_NONE)
            return 3;
        duties += letter->duties.count;
        bytes += text.len_bytes;
    }
    /* per second of processor time: what one core does, whoever else is at work on the machine */
    double elapsed = cpu_seconds() - cpu_start, wall = (double)(clock_monotonic_us() - start) / 1e6;
    double rate = (double)letters / elapsed;
    printf("%.0f letters a second on one core (%.1f kB each, %.1f duties each, %.1f MB/s; %.0f by the wall clock)\n",
           rate, (double)bytes / 1000.0 / (double)letters, (double)duties / (double)letters,
           (double)bytes / 1e6 / elapsed, (double)letters / wall);
    hostile("brackets", "Kính gửi: A.\nĐề nghị các phòng ", "(");
    hostile("quotes", "Kính gửi: A.\nĐề nghị các phòng ", "\"(a ");
    hostile("commas", "Kính gửi: A.\nĐề nghị các phòng gửi báo cáo hằng năm", ", gửi và");
    hostile("semicolons", "Kính gửi: A.\nYêu cầu các phòng", "; các phòng");
    hostile("bullets", "Kính gửi: A.\n", "- a\n");
    hostile("helpers", "Kính gửi: A.\n1. Giao Sở A chủ trì, phối hợp với", " các Sở B, chủ trì, phối hợp với");
    hostile("numbers", "Kính gửi: A.\n", "1.1.1.1.1. ");
    hostile("dates", "Kính gửi: A.\nĐề nghị các phòng gửi ", "trước ngày 31/2/2027 ");
    hostile("annexes", "Kính gửi: A.\n", "PHỤ LỤC I\n");
    hostile("uppercase", "", "SỞ Y TẾ\n");
    hostile("references", "Kính gửi: A.\n", "18/CT-TTg gửi kèm theo ");
    hostile("signers", "Kính gửi: A.\n", "KT. GIÁM ĐỐC\n");
    hostile("mails", "Kính gửi: A.\n", "a@");
    hostile("phones", "Kính gửi: A.\n", "0900 000 111 ");
    return rate >= LETTER_MIN_PER_SECOND ? 0 : 1;
}
