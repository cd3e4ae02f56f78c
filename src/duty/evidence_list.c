#include "duty/evidence_list.h"

#include "base/buf.h"

#define FEW_UNITS  400u /* their evidence is looked up unit by unit; of more, what they have is picked from a walk */
#define WALK_CHUNK 1024

static const struct str state_ids[EVIDENCE_STATES] = {STR_INIT("submitted"), STR_INIT("returned"), STR_INIT("accepted"),
                                                      STR_INIT("withdrawn")};

struct str evidence_state_id(enum evidence_state state)
{
    return state_ids[state];
}

struct looking {
    struct db *db;
    const struct evidence_ask *ask;
    struct arena *arena;
    struct tree_part part;
    bool *is_wanted; /* of each unit of the part */
    size_t wanted;
    struct str units; /* [id, ...] of them when they are few */
    int64_t *n;
};

static bool is_wanted(const struct looking *l, int64_t unit_id)
{
    uint32_t at = tree_find(l->part.tree, unit_id);
    return at != TREE_NONE && at >= l->part.from && at - l->part.from < l->part.count &&
           l->is_wanted[at - l->part.from];
}

static enum err_code pick_units(struct looking *l, struct err *err)
{
    l->is_wanted = arena_new_array(l->arena, bool, (size_t)l->part.count + 1);
    if (!l->is_wanted)
        return arena_full(l->arena, err);
    AUTO_BUF buf;
    buf_init(&buf, 1u << 20);
    buf_lit(&buf, "[");
    for (uint32_t i = 0; i < l->part.count; i++) {
        const struct tree_unit *unit = &l->part.tree->units[l->part.from + i];
        l->is_wanted[i] = tree_is_found(unit, l->ask->search);
        if (l->is_wanted[i] && l->wanted++ < FEW_UNITS)
            buf_printf(&buf, "%s%lld", l->wanted > 1 ? "," : "", (long long)unit->id);
    }
    buf_lit(&buf, "]");
    TRY(buf_check(&buf, err));
    l->units = arena_str(l->arena, buf_str(&buf));
    return str_is_null(l->units) ? arena_full(l->arena, err) : ERR_NONE;
}

static void count(struct looking *l, int64_t unit_id, struct str state, int64_t n)
{
    if (!is_wanted(l, unit_id))
        return;
    for (int s = 0; s < EVIDENCE_STATES; s++)
        if (str_equal(state, state_ids[s]))
            l->n[s] += n;
}

static enum err_code take_count(void *ctx, const struct sql_evidence_counts_row *row, struct err *err)
{
    (void)err;
    count(ctx, row->unit_id, row->state, row->n);
    return ERR_NONE;
}

static enum err_code take_count_of(void *ctx, const struct sql_evidence_counts_of_row *row, struct err *err)
{
    (void)err;
    count(ctx, row->unit_id, row->state, row->n);
    return ERR_NONE;
}

static enum err_code count_all(struct looking *l, struct err *err)
{
    AUTO_ARENA scratch;
    arena_init(&scratch, 1u << 16);
    if (l->wanted <= FEW_UNITS)
        return sql_evidence_counts_of_each(
            l->db, &scratch, &(struct sql_evidence_counts_of_args){.units = l->units, .kind = l->ask->kind},
            take_count_of, l, err);
    return sql_evidence_counts_each(l->db, &scratch, &(struct sql_evidence_counts_args){.kind = l->ask->kind},
                                    take_count, l, err);
}

/* The ids [skip, skip + limit) of one state. */
static enum err_code ids_of_few(const struct looking *l, enum evidence_state state, int64_t limit, int64_t skip,
                                int64_t *ids, size_t *ret_count, struct err *err)
{
    struct sql_evidence_of_units_rows rows;
    TRY(sql_evidence_of_units(l->db, l->arena,
                              &(struct sql_evidence_of_units_args){.units = l->units,
                                                                   .state = state_ids[state],
                                                                   .kind = l->ask->kind,
                                                                   .by_new = state != EVIDENCE_SUBMITTED,
                                                                   .limit_count = limit,
                                                                   .offset_count = skip},
                              &rows, err));
    for (size_t i = 0; i < rows.count; i++)
        ids[i] = rows.items[i].id;
    *ret_count = rows.count;
    return ERR_NONE;
}

#define WALK(direction)                                                                                              \
    do {                                                                                                             \
        struct sql_evidence_walk_##direction##_rows rows;                                                            \
        TRY(sql_evidence_walk_##direction(l->db, &scratch,                                                           \
                                          &(struct sql_evidence_walk_##direction##_args){.state = state_ids[state],  \
                                                                                         .kind = l->ask->kind,       \
                                                                                         .after_ms = after_ms,       \
                                                                                         .after_id = after_id,       \
                                                                                         .limit_count = WALK_CHUNK}, \
                                          &rows, err));                                                              \
        for (size_t i = 0; i < rows.count && (int64_t)found < limit; i++)                                            \
            if (is_wanted(l, rows.items[i].unit_id) && skip-- <= 0)                                                  \
                ids[found++] = rows.items[i].id;                                                                     \
        is_over = rows.count < WALK_CHUNK;                                                                           \
        if (rows.count) {                                                                                            \
            after_ms = rows.items[rows.count - 1].submitted_ms;                                                      \
            after_id = rows.items[rows.count - 1].id;                                                                \
        }                                                                                                            \
    } while (0)

static enum err_code ids_of_many(const struct looking *l, enum evidence_state state, int64_t limit, int64_t skip,
                                 int64_t *ids, size_t *ret_count, struct err *err)
{
    AUTO_ARENA scratch;
    arena_init(&scratch, 1u << 20);
    bool up = state == EVIDENCE_SUBMITTED, is_over = false;
    int64_t after_ms = up ? INT64_MIN : INT64_MAX, after_id = after_ms;
    size_t found = 0;
    while (!is_over && (int64_t)found < limit) {
        struct arena_mark mark = arena_mark(&scratch);
        if (up)
            WALK(up);
        else
            WALK(down);
        arena_rewind(&scratch, mark);
    }
    *ret_count = found;
    return ERR_NONE;
}

static enum err_code show(const struct looking *l, const int64_t *ids, size_t id_count, struct evidence_page *page,
                          struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, 1u << 24);
    buf_lit(&buf, "[");
    for (size_t i = 0; i < id_count; i++)
        buf_printf(&buf, "%s%lld", i ? "," : "", (long long)ids[i]);
    buf_lit(&buf, "]");
    TRY(buf_check(&buf, err));
    struct sql_evidence_rows_rows rows;
    TRY(sql_evidence_rows(l->db, l->arena, &(struct sql_evidence_rows_args){.ids = buf_str(&buf)}, &rows, err));
    page->items = arena_new_array(l->arena, struct evidence_item, rows.count + 1);
    if (!page->items)
        return arena_full(l->arena, err);
    for (size_t i = 0; i < rows.count; i++) {
        uint32_t at = tree_find(l->part.tree, rows.items[i].unit_id);
        page->items[i] =
            (struct evidence_item){&rows.items[i], at == TREE_NONE ? STR("") : l->part.tree->units[at].name};
    }
    page->count = rows.count;
    return ERR_NONE;
}

enum err_code evidence_list(struct db *db, const struct actor *actor, const struct evidence_ask *ask, int64_t limit,
                            int64_t offset, struct arena *arena, struct evidence_page *ret_page, struct err *err)
{
    struct evidence_page page = {.count = 0};
    struct looking l = {.db = db, .ask = ask, .arena = arena, .n = page.n};
    TRY(access_tree(db, actor, ask->root_id, ask->edge_kind, ask->day, arena, &l.part, err));
    TRY(pick_units(&l, err));
    TRY(count_all(&l, err));
    int64_t total = 0;
    for (int s = 0; s < EVIDENCE_STATES; s++)
        total += str_is_null(ask->state) || str_equal(ask->state, state_ids[s]) ? page.n[s] : 0;
    size_t room = total <= offset ? 0 : (size_t)(total - offset < limit ? total - offset : limit), found = 0;
    int64_t *ids = arena_new_array(arena, int64_t, room + 1), before = 0;
    if (!ids)
        return arena_full(arena, err);
    for (int s = 0; s < EVIDENCE_STATES && found < room; s++) {
        if (!str_is_null(ask->state) && !str_equal(ask->state, state_ids[s]))
            continue;
        int64_t skip = offset > before ? offset - before : 0;
        size_t got = 0;
        if (skip < page.n[s])
            TRY((l.wanted <= FEW_UNITS ? ids_of_few : ids_of_many)(&l, (enum evidence_state)s, (int64_t)(room - found),
                                                                   skip, ids + found, &got, err));
        found += got;
        before += page.n[s];
    }
    TRY(show(&l, ids, found, &page, err));
    *ret_page = page;
    return ERR_NONE;
}
