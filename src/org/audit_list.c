#include "org/audit_list.h"

#include "base/buf.h"
#include "org/tree.h"
#include "store/keep.h"

#define FEW_UNITS  400u /* their entries are looked up unit by unit; of more, what they have is picked from a walk */
#define WALK_CHUNK 1024

struct root {
    int64_t unit_id;
    const struct tree *NULLABLE tree; /* of who stands below, too */
    uint32_t from, end;
};
struct works { /* by rising person */
    const struct sql_audit_works_row *items;
    size_t count;
};
struct looking {
    struct db *db;
    const struct actor *actor;
    const struct audit_ask *ask;
    struct arena *arena;
    struct root *roots;
    size_t root_count, unit_count; /* units: at most so many are seen */
    const struct works *works;
    struct sql_audit_authors_rows authors;
    int64_t *ids;
    size_t count;
    struct audit_page page;
};

static enum err_code make_works(struct db *db, struct str key, struct arena *arena, const void **ret_value,
                                struct err *err)
{
    (void)key;
    struct sql_audit_works_rows rows;
    TRY(sql_audit_works(db, arena, &rows, err));
    struct works *works = arena_new(arena, struct works);
    if (!works)
        return arena_full(arena, err);
    *works = (struct works){rows.items, rows.count};
    *ret_value = works;
    return ERR_NONE;
}

static enum err_code read_roots(struct looking *l, struct err *err)
{
    struct sql_audit_roots_rows rows;
    TRY(sql_audit_roots(l->db, l->actor, l->arena, &rows, err));
    l->roots = arena_new_array(l->arena, struct root, rows.count + 1);
    if (!l->roots)
        return arena_full(l->arena, err);
    for (size_t i = 0; i < rows.count; i++) {
        struct root root = {.unit_id = rows.items[i].unit_id};
        l->unit_count++;
        if (!str_is_empty(rows.items[i].edge_kind)) {
            TRY(tree_get(l->db, rows.items[i].edge_kind, l->actor->day, l->arena, &root.tree, err));
            root.from = tree_find(root.tree, root.unit_id);
            if (root.from == TREE_NONE)
                root.tree = NULL;
            else
                root.end = root.tree->units[root.from].end;
            l->unit_count += root.end - root.from;
        }
        l->roots[l->root_count++] = root;
    }
    return ERR_NONE;
}

static bool sees_unit(const struct looking *l, int64_t unit_id)
{
    for (size_t i = 0; i < l->root_count; i++) {
        const struct root *root = &l->roots[i];
        uint32_t at = root->tree ? tree_find(root->tree, unit_id) : TREE_NONE;
        if (root->unit_id == unit_id || (at != TREE_NONE && at >= root->from && at < root->end))
            return true;
    }
    return false;
}

static bool sees_author(const struct looking *l, int64_t person_id)
{
    size_t low = 0, high = l->works->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (l->works->items[mid].person_id < person_id)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < l->works->count && l->works->items[low].person_id == person_id; low++)
        if (sees_unit(l, l->works->items[low].unit_id))
            return true;
    return false;
}

static bool is_author(const struct looking *l, int64_t person_id)
{
    size_t low = 0, high = l->authors.count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (l->authors.items[mid].person_id < person_id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < l->authors.count && l->authors.items[low].person_id == person_id;
}

static bool is_wanted(const struct looking *l, const struct sql_audit_walk_row *e)
{
    if (!str_is_null(l->ask->kind) && !str_equal(l->ask->kind, e->kind))
        return false;
    if (!str_is_null(l->ask->search) && !(e->actor_id.has && is_author(l, e->actor_id.v)))
        return false;
    if (l->actor->all)
        return true;
    return e->unit_id.has    ? sees_unit(l, e->unit_id.v)
           : e->actor_id.has ? sees_author(l, e->actor_id.v)
                             : l->root_count > 0;
}

static void take(struct looking *l, int64_t id, int64_t at_ms)
{
    l->ids[l->count++] = id;
    l->page.before_id = id;
    l->page.before_ms = at_ms;
}

/* Entry by entry from the newest on. */
static enum err_code walk(struct looking *l, size_t limit, size_t look_max, struct err *err)
{
    static const struct keep_kind kind = {"audit_works", "people", 1, make_works};
    const void *works = NULL;
    TRY(keep_get(l->db, &kind, STR("all"), l->arena, &works, err));
    l->works = works;
    if (!str_is_null(l->ask->search))
        TRY(sql_audit_authors(l->db, l->arena, &(struct sql_audit_authors_args){l->ask->search}, &l->authors, err));
    AUTO_ARENA scratch;
    arena_init(&scratch, 1u << 20);
    int64_t before_ms = l->ask->before_ms, before_id = l->ask->before_id;
    for (size_t looked = 0;;) {
        struct arena_mark mark = arena_mark(&scratch);
        struct sql_audit_walk_rows rows;
        TRY(sql_audit_walk(l->db, &scratch,
                           &(struct sql_audit_walk_args){.stream = l->ask->stream,
                                                         .from_ms = l->ask->from_ms,
                                                         .to_ms = l->ask->to_ms,
                                                         .before_ms = before_ms,
                                                         .before_id = before_id,
                                                         .limit_count = WALK_CHUNK},
                           &rows, err));
        for (size_t i = 0; i < rows.count; i++) {
            const struct sql_audit_walk_row *e = &rows.items[i];
            if (is_wanted(l, e)) {
                if (l->count == limit) {
                    l->page.has_more = true;
                    return ERR_NONE;
                }
                take(l, e->id, e->at_ms);
            }
            before_ms = e->at_ms;
            before_id = e->id;
        }
        if (rows.count < WALK_CHUNK)
            return ERR_NONE;
        looked += rows.count;
        if (look_max && looked >= look_max) {
            l->page.before_ms = before_ms;
            l->page.before_id = before_id;
            l->page.has_more = l->page.stopped = true;
            return ERR_NONE;
        }
        arena_rewind(&scratch, mark);
    }
}

static void put_id(struct buf *buf, int64_t id)
{
    buf_printf(buf, "%s%lld", buf->len_bytes > 1 ? "," : "", (long long)id);
}

static enum err_code of_units(struct looking *l, size_t limit, struct err *err)
{
    AUTO_BUF buf;
    buf_init(&buf, 1u << 20);
    buf_lit(&buf, "[");
    for (size_t i = 0; i < l->root_count; i++) {
        const struct root *root = &l->roots[i];
        put_id(&buf, root->unit_id);
        for (uint32_t at = root->from + 1; root->tree && at < root->end; at++)
            put_id(&buf, root->tree->units[at].id);
    }
    buf_lit(&buf, "]");
    TRY(buf_check(&buf, err));
    struct sql_audit_of_units_rows rows;
    TRY(sql_audit_of_units(l->db, l->arena,
                           &(struct sql_audit_of_units_args){.units = buf_str(&buf),
                                                             .stream = l->ask->stream,
                                                             .kind = l->ask->kind,
                                                             .search = l->ask->search,
                                                             .from_ms = l->ask->from_ms,
                                                             .to_ms = l->ask->to_ms,
                                                             .before_ms = l->ask->before_ms,
                                                             .before_id = l->ask->before_id,
                                                             .limit_count = (int64_t)limit + 1},
                           &rows, err));
    l->page.has_more = rows.count > limit;
    for (size_t i = 0; i < rows.count && i < limit; i++)
        take(l, rows.items[i].id, rows.items[i].at_ms);
    return ERR_NONE;
}

enum err_code audit_list(struct db *db, const struct actor *actor, const struct audit_ask *ask, size_t limit,
                         size_t look_max, struct arena *arena, struct audit_page *ret_page, struct err *err)
{
    struct looking l = {.db = db, .actor = actor, .ask = ask, .arena = arena};
    l.ids = arena_new_array(arena, int64_t, limit + 1);
    if (!l.ids)
        return arena_full(arena, err);
    TRY(read_roots(&l, err));
    if (l.root_count || actor->all)
        TRY(actor->all || l.unit_count > FEW_UNITS ? walk(&l, limit, look_max, err) : of_units(&l, limit, err));
    AUTO_BUF buf;
    buf_init(&buf, 1u << 24);
    buf_lit(&buf, "[");
    for (size_t i = 0; i < l.count; i++)
        put_id(&buf, l.ids[i]);
    buf_lit(&buf, "]");
    TRY(buf_check(&buf, err));
    struct sql_audit_rows_rows rows;
    TRY(sql_audit_rows(db, arena, &(struct sql_audit_rows_args){.ids = buf_str(&buf), .on_day = actor->day}, &rows,
                       err));
    l.page.items = rows.items;
    l.page.count = rows.count;
    *ret_page = l.page;
    return ERR_NONE;
}
