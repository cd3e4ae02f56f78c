#include "web/act.h"

struct acting {
    struct act *act;
    const struct act_table *table;
    const struct act_row *row;
};

static enum err_code run_and_follow(struct db *db, void *ctx, struct err *err)
{
    const struct acting *a = ctx;
    (void)db; /* act->db */
    TRY(a->row->run(a->act, err));
    return a->table->follow(a->act, err);
}

static struct str last_piece(struct str path)
{
    struct str piece = path, rest = path;
    while (str_split(&rest, '/', &piece))
        continue;
    return piece;
}

/* Does it; *ret_problem is what the person is told when it was refused in words. */
static enum err_code do_it(struct request *request, struct response *response, const struct act_table *table,
                           const struct act_row *row, struct str *ret_problem, struct err *err)
{
    AUTO_DB db = NULL;
    TRY(app_db(request, &db, err));
    struct act act = {.request = request,
                      .db = db,
                      .actor = table->right ? app_actor_with(request, table->right) : app_actor(request)};
    TRY(request_id(request, STR("id"), &act.id, err));
    if (table->load)
        TRY(table->load(&act, err));
    act.to = app_href(request, "%s%lld", table->page, (long long)act.id);
    struct acting acting = {&act, table, row};
    enum err_code code = table->follow ? db_transact(db, run_and_follow, &acting, err) : row->run(&act, err);
    if (code == ERR_NONE)
        return kit_done(request, response, act.to, row->said, STR_NONE);
    if (!kit_is_words(err))
        return err->code;
    *ret_problem = arena_str(request->arena, kit_problem(request, err));
    return str_is_null(*ret_problem) ? arena_full(request->arena, err) : ERR_NONE;
}

enum err_code act_answer(struct request *request, struct response *response, const struct act_table *table,
                         struct err *err)
{
    struct str name = last_piece(request->path), problem = STR_NONE;
    const struct act_row *row = NULL;
    for (size_t i = 0; i < table->row_count; i++)
        if (str_equal(table->rows[i].name, name))
            row = &table->rows[i];
    must(row); /* each route that leads here has one */
    TRY(do_it(request, response, table, row, &problem, err));
    return str_is_null(problem) ? ERR_NONE : table->again(request, response, problem, err);
}

struct str act_text(struct kit_form *form, const char *name, enum msg_id missing)
{
    struct str text = kit_typed(form->request, name);
    if (str_is_empty(text))
        kit_error(form, str_from_cstr(name), kit_text(form->request, missing));
    return text;
}

civil_day act_day(struct kit_form *form, const char *name)
{
    civil_day day = CIVIL_NONE;
    struct err wrong;
    if (app_day(form->request, str_from_cstr(name), &day, &wrong) != ERR_NONE) {
        kit_error(form, str_from_cstr(name), request_said(form->request, &wrong));
        return CIVIL_NONE;
    }
    return day;
}

civil_day act_day_needed(struct kit_form *form, const char *name, enum msg_id missing)
{
    size_t before = form->error_count;
    civil_day day = act_day(form, name);
    if (day == CIVIL_NONE && form->error_count == before)
        kit_error(form, str_from_cstr(name), kit_text(form->request, missing));
    return day;
}

enum err_code act_refused(struct kit_form *form, const char *at, const struct err *err)
{
    if (!kit_is_words(err))
        return err->code;
    kit_error(form, str_from_cstr(at), request_said(form->request, err));
    return ERR_NONE;
}
