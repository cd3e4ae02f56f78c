#include "org/access.h"

#include "org/access.sql.h"

enum err_code access_has(struct db *db, const struct actor *actor, uint64_t right, int64_t unit_id, bool *ret_has,
                         struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, 1u << 16);
    struct actor asked = actor_with(actor, right);
    struct sql_access_check_row *row = NULL;
    TRY(sql_access_check(db, &asked, &arena, &(struct sql_access_check_args){.unit_id = unit_id}, &row, err));
    *ret_has = row != NULL;
    return ERR_NONE;
}

enum err_code access_require(struct db *db, const struct actor *actor, uint64_t right, int64_t unit_id,
                             const char *what, struct err *err)
{
    bool has = false;
    TRY(access_has(db, actor, right, unit_id, &has, err));
    return has ? ERR_NONE : err_set(err, ERR_DENIED, "not allowed to %s here", what);
}
