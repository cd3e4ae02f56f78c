#include "web/wall.h"

#include <stdlib.h>

#include "web/assets.h"
#include "web/words.h"

#define STEM_STEP      7
#define STEM_WIDTH     5
#define ROW_HEIGHT     29 /* of the second and later rows of a wide clump */
#define WALL_MAX_BYTES (4u << 20)

/* --- the wall --- */

static const enum duty_state worst_order[DUTY_STATE_COUNT] = {DUTY_LATE,  DUTY_BIRTH, DUTY_UNSEEN, DUTY_DUE, DUTY_ACK,
                                                              DUTY_DOING, DUTY_OK,    DUTY_WAIVED, DUTY_NA};

int wall_worst(const int64_t n[DUTY_STATE_COUNT])
{
    for (size_t i = 0; i < DUTY_STATE_COUNT; i++)
        if (n[worst_order[i]] > 0)
            return (int)worst_order[i];
    return DUTY_NOWHERE;
}

/* Who needs somebody stands first in a clump. */
static int rank_of(enum page_state state)
{
    static const int ranks[] = {
        [PAGE_STATE_NONE] = 9,   [PAGE_STATE_LATE] = 0, [PAGE_STATE_BIRTH] = 1, [PAGE_STATE_UNSEEN] = 2,
        [PAGE_STATE_DUE] = 3,    [PAGE_STATE_ACK] = 4,  [PAGE_STATE_DOING] = 5, [PAGE_STATE_OK] = 6,
        [PAGE_STATE_WAIVED] = 7, [PAGE_STATE_NA] = 8,
    };
    return ranks[state];
}

struct clump {
    int64_t parent_id;
    struct str name;
    size_t from, count; /* in the sorted units */
    size_t late, unseen, ok, owed;
};

static int compare_units(const void *a, const void *b)
{
    const struct wall_unit *x = a, *y = b;
    if (x->parent_id != y->parent_id)
        return x->parent_id < y->parent_id ? -1 : 1;
    int by_rank = rank_of(x->state) - rank_of(y->state);
    return by_rank ? by_rank : x->unit_id < y->unit_id ? -1 : x->unit_id > y->unit_id;
}

static int compare_parents(const void *a, const void *b)
{
    const struct wall_parent *x = a, *y = b;
    return x->unit_id < y->unit_id ? -1 : x->unit_id > y->unit_id;
}

static int compare_clumps(const void *a, const void *b)
{
    const struct clump *x = a, *y = b;
    if (x->late != y->late)
        return x->late > y->late ? -1 : 1;
    if (x->unseen != y->unseen)
        return x->unseen > y->unseen ? -1 : 1;
    int by_name = str_compare(x->name, y->name);
    return by_name ? by_name : x->parent_id < y->parent_id ? -1 : x->parent_id > y->parent_id;
}

static bool is_wanted(enum page_state state)
{
    return state == PAGE_STATE_LATE || state == PAGE_STATE_BIRTH || state == PAGE_STATE_UNSEEN;
}

static bool is_late(enum page_state state)
{
    return state == PAGE_STATE_LATE || state == PAGE_STATE_BIRTH;
}

struct drawing {
    const struct wall_options *options;
    struct page_out out;
    struct buf *buf;
    size_t links;
};

static void put_stem(struct drawing *d, const struct wall_unit *unit, size_t column, size_t row)
{
    struct buf *buf = d->buf;
    bool is_link = is_wanted(unit->state) && d->links < WALL_LINKS_MAX;
    if (is_link) {
        static const enum msg_id words[] = {[PAGE_STATE_LATE] = MSG_DIRECTIVE_STATE_LATE,
                                            [PAGE_STATE_BIRTH] = MSG_DIRECTIVE_STATE_BIRTH,
                                            [PAGE_STATE_UNSEEN] = MSG_DIRECTIVE_STATE_UNSEEN};
        d->links++;
        buf_lit(buf, "<a href=\"");
        out_attr(&d->out, d->options->unit_href);
        buf_printf(buf, "%lld\" tabindex=\"-1\"><title>", (long long)unit->unit_id);
        out_text(&d->out, unit->name);
        buf_lit(buf, ": ");
        out_text(&d->out, msg_text(d->options->lang, words[unit->state], 0));
        buf_lit(buf, "</title>");
    }
    buf_printf(buf, "<use href=\"%.*s#s-%.*s\" x=\"%zu\"", STR_ARG(ASSET_SPRITE_SVG),
               STR_ARG(page_state_name(unit->state)), column * STEM_STEP);
    if (row)
        buf_printf(buf, " y=\"%zu\"", row * ROW_HEIGHT);
    buf_lit(buf, "/>");
    if (is_link)
        buf_lit(buf, "</a>");
}

/* One row of at most WALL_ROW_STEMS: runs of healthy stems are one dashed path. */
static void put_row(struct drawing *d, const struct wall_unit *units, size_t count, size_t row)
{
    struct buf *buf = d->buf;
    size_t y = row * ROW_HEIGHT;
    for (size_t i = 0; i < count;) {
        enum page_state state = units[i].state;
        size_t end = i + 1;
        if (state != PAGE_STATE_OK && state != PAGE_STATE_DOING) {
            if (state != PAGE_STATE_NONE)
                put_stem(d, &units[i], i, row);
            i = end;
            continue;
        }
        while (end < count && units[end].state == state)
            end++;
        size_t x = i * STEM_STEP, width = (end - i) * STEM_STEP - (STEM_STEP - STEM_WIDTH);
        if (state == PAGE_STATE_OK)
            buf_printf(
                buf,
                "<path class=\"k-ok\" d=\"M%zu %zuh%zu\"/><path class=\"s-node\" d=\"M%zu %zu.5h%zuM%zu %zu.5h%zu\"/>",
                x, y + 11, width, x, y + 7, width, x, y + 14, width);
        else
            buf_printf(buf,
                       "<path class=\"k-doing\" d=\"M%zu %zu.5h%zu\"/><path class=\"s-node\" d=\"M%zu %zu.5h%zu\"/>", x,
                       y + 15, width, x, y + 14, width);
        i = end;
    }
    buf_printf(buf, "<path class=\"s-root\" d=\"M0 %zu.5h%zu\"/>", y + 23,
               count * STEM_STEP - (STEM_STEP - STEM_WIDTH));
}

/* A clump of many stems stands in pieces, side by side where the page is wide. */
#define PIECE_STEMS (WALL_ROW_STEMS * 4)

static void put_piece(struct drawing *d, const struct wall_unit *units, size_t count)
{
    size_t rows = (count + WALL_ROW_STEMS - 1) / WALL_ROW_STEMS,
           widest = count < WALL_ROW_STEMS ? count : WALL_ROW_STEMS;
    size_t width = widest * STEM_STEP - (STEM_STEP - STEM_WIDTH), height = (rows - 1) * ROW_HEIGHT + 25;
    buf_printf(d->buf, "<svg width=\"%zu\" height=\"%zu\" viewBox=\"0 0 %zu %zu\" aria-hidden=\"true\">", width, height,
               width, height);
    for (size_t row = 0; row < rows; row++) {
        size_t at = row * WALL_ROW_STEMS, left = count - at;
        put_row(d, units + at, left < WALL_ROW_STEMS ? left : WALL_ROW_STEMS, row);
    }
    buf_lit(d->buf, "</svg>");
}

static void put_clump(struct drawing *d, const struct clump *clump, const struct wall_unit *units)
{
    struct buf *buf = d->buf;
    buf_printf(buf, "<li class=\"lt-clump%s%s\">", clump->late ? " is-late" : "",
               clump->count > PIECE_STEMS ? " is-many" : "");
    for (size_t from = 0; from < clump->count; from += PIECE_STEMS)
        put_piece(d, units + clump->from + from, clump->count - from < PIECE_STEMS ? clump->count - from : PIECE_STEMS);
    buf_lit(buf, "<a href=\"");
    out_attr(&d->out, d->options->parent_href);
    buf_printf(buf, "%lld\">", (long long)clump->parent_id);
    out_text(&d->out, clump->name);
    buf_lit(buf, " <b>");
    words_number(buf, d->out.lang, (int64_t)clump->ok);
    buf_lit(buf, "/");
    words_number(buf, d->out.lang, (int64_t)clump->owed);
    buf_lit(buf, "<span class=\"visually-hidden\"> ");
    out_msg(&d->out, MSG_WALL_CLUMP, (int64_t)clump->late, MSG_ARGS(ARG_INT("n", (int64_t)clump->late)));
    buf_lit(buf, "</span></b></a></li>\n");
}

/* "UBND xã Bến Nước" stands as "xã Bến Nước": the clump says where, not who signs. */
static struct str short_name(struct str name)
{
    static const struct str heads[] = {STR_INIT("UBND "), STR_INIT("Ủy ban nhân dân ")};
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        if (str_starts_with(name, heads[i]) && name.len_bytes > heads[i].len_bytes)
            return str_slice(name, heads[i].len_bytes, name.len_bytes);
    return name;
}

enum err_code wall_draw(struct arena *arena, const struct wall_options *options, const struct wall_unit *units,
                        size_t count, const struct wall_parent *parents, size_t parent_count, struct wall *ret_wall,
                        struct err *err)
{
    struct wall_unit *sorted = arena_new_array(arena, struct wall_unit, count + 1);
    struct wall_parent *names = arena_new_array(arena, struct wall_parent, parent_count + 1);
    struct clump *clumps = arena_new_array(arena, struct clump, count + 1);
    if (!sorted || !names || !clumps)
        return arena_full(arena, err);
    if (count)
        memcpy(sorted, units, count * sizeof *sorted);
    if (parent_count)
        memcpy(names, parents, parent_count * sizeof *names);
    qsort(sorted, count, sizeof *sorted, compare_units);
    qsort(names, parent_count, sizeof *names, compare_parents);
    size_t clump_count = 0, troubled = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || sorted[i].parent_id != sorted[i - 1].parent_id) {
            const struct wall_parent key = {sorted[i].parent_id, STR_NONE};
            const struct wall_parent *found =
                parent_count ? bsearch(&key, names, parent_count, sizeof *names, compare_parents) : NULL;
            clumps[clump_count++] = (struct clump){
                .parent_id = sorted[i].parent_id, .name = found ? short_name(found->name) : STR("…"), .from = i};
        }
        struct clump *c = &clumps[clump_count - 1];
        c->count++;
        c->late += is_late(sorted[i].state);
        c->unseen += sorted[i].state == PAGE_STATE_UNSEEN;
        c->ok += sorted[i].state == PAGE_STATE_OK;
        c->owed += sorted[i].state != PAGE_STATE_NA && sorted[i].state != PAGE_STATE_WAIVED;
    }
    qsort(clumps, clump_count, sizeof *clumps, compare_clumps);
    while (troubled < clump_count && clumps[troubled].late)
        troubled++;
    AUTO_BUF buf;
    buf_init(&buf, WALL_MAX_BYTES);
    struct drawing d = {.options = options, .out = {.buf = &buf, .lang = options->lang}, .buf = &buf};
    struct wall wall = {.troubled_count = troubled, .quiet_count = clump_count - troubled};
    struct str markup;
    for (size_t i = 0; i < troubled; i++)
        put_clump(&d, &clumps[i], sorted);
    TRY(buf_to_arena(&buf, arena, &markup, err));
    wall.troubled = html_trust(markup);
    buf_clear(&buf);
    if (wall.quiet_count <= WALL_QUIET_MAX)
        for (size_t i = troubled; i < clump_count; i++)
            put_clump(&d, &clumps[i], sorted);
    TRY(buf_to_arena(&buf, arena, &markup, err));
    wall.quiet = html_trust(markup);
    *ret_wall = wall;
    return ERR_NONE;
}

/* --- bars and lines --- */

static struct html finish(const struct buf *buf, struct arena *arena)
{
    return html_trust(buf->failed ? STR_NONE : arena_str(arena, buf_str(buf)));
}

struct html wall_bar(struct arena *arena, const struct rollup *rollup)
{
    const int64_t parts[] = {rollup->n[DUTY_OK], rollup->n[DUTY_DOING] + rollup->n[DUTY_ACK], rollup->n[DUTY_DUE],
                             rollup->n[DUTY_LATE] + rollup->n[DUTY_BIRTH]};
    static const char *const classes[] = {"ok", "doing", "due", "late"};
    AUTO_BUF buf;
    buf_init(&buf, 4096);
    buf_lit(&buf, "<svg class=\"lt-bar-s\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    int64_t at = 0, whole = rollup->owed > 0 ? rollup->owed : 1;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (parts[i] <= 0)
            continue;
        int64_t x = at * 1000 / whole;
        at += parts[i];
        int64_t width = at * 1000 / whole - x;
        buf_printf(&buf, "<rect class=\"g-%s\" x=\"%lld.%lld\" width=\"%lld.%lld\" height=\"8\"/>", classes[i],
                   (long long)(x / 10), (long long)(x % 10), (long long)(width / 10), (long long)(width % 10));
    }
    buf_lit(&buf, "</svg>");
    return finish(&buf, arena);
}

#define SPARK_LEFT  36
#define SPARK_RIGHT 290
#define SPARK_TOP   10
#define SPARK_FOOT  110

static int spark_x(const struct wall_point *points, size_t count, size_t i)
{
    int64_t span = points[count - 1].day - points[0].day;
    return SPARK_LEFT + (int)(span > 0 ? (points[i].day - points[0].day) * (SPARK_RIGHT - SPARK_LEFT) / span : 0);
}

static int spark_y(const struct wall_point *point)
{
    return SPARK_FOOT - (int)(point->tenths * (SPARK_FOOT - SPARK_TOP) / 1000);
}

struct html wall_spark(struct arena *arena, enum lang lang, const struct wall_point *points, size_t count,
                       struct str sentence)
{
    if (count < 2)
        return html_trust(STR_NONE);
    AUTO_BUF buf;
    buf_init(&buf, 64u << 10);
    struct page_out o = {.buf = &buf, .lang = lang};
    char day[CIVIL_TEXT_BYTES];
    buf_lit(&buf, "<svg class=\"lt-spark\" viewBox=\"0 0 300 134\" role=\"img\" aria-label=\"");
    out_attr(&o, sentence);
    buf_lit(
        &buf,
        "\"><path class=\"g-grid\" d=\"M36 10.5h254M36 60.5h254M36 110.5h254\"/><path class=\"g-area\" d=\"M36 110");
    for (size_t i = 0; i < count; i++)
        buf_printf(&buf, "L%d %d", spark_x(points, count, i), spark_y(&points[i]));
    buf_printf(&buf, "L%d 110z\"/><polyline class=\"g-line\" points=\"", spark_x(points, count, count - 1));
    for (size_t i = 0; i < count; i++)
        buf_printf(&buf, "%s%d,%d", i ? " " : "", spark_x(points, count, i), spark_y(&points[i]));
    const struct wall_point *last = &points[count - 1];
    int y = spark_y(last);
    buf_printf(&buf, "\"/><circle class=\"g-dot\" cx=\"%d\" cy=\"%d\" r=\"4\"/>", spark_x(points, count, count - 1), y);
    buf_lit(
        &buf,
        "<text x=\"30\" y=\"14\" text-anchor=\"end\">100</text><text x=\"30\" y=\"64\" text-anchor=\"end\">50</text>"
        "<text x=\"30\" y=\"114\" text-anchor=\"end\">0%</text>");
    buf_printf(&buf, "<text x=\"36\" y=\"128\">%.5s</text>", civil_vn(points[0].day, day));
    buf_printf(&buf,
               "<text x=\"290\" y=\"128\" text-anchor=\"end\">%.5s</text><text class=\"strong\" x=\"284\" y=\"%d\" "
               "text-anchor=\"end\">",
               civil_vn(last->day, day), y > 40 ? y - 12 : y + 26);
    words_percent(&buf, lang, last->tenths);
    buf_lit(&buf, "</text></svg>");
    return finish(&buf, arena);
}
