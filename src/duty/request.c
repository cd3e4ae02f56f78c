#include "duty/request.h"

#include "duty/act.h"
#include "duty/cover.h"
#include "duty/cover.sql.h"
#include "duty/notice.h"
#include "org/access.h"
#include "org/unit.h"

#define REQUEST_ARENA_BYTES (4u << 20)
/* Who is told at the tier above that something waits. */
#define DECIDER_ROLES STR(" unit_head deputy_head superior_reviewer coordinator ")
#define FINANCE_ROLES STR(" unit_head deputy_head finance_staff ")

static const struct {
    const char *id;
    struct request_words words;
} kinds[REQUEST_KIND_COUNT] = {
    [REQUEST_NOT_APPLICABLE] = {"not_applicable",
                                {STR_INIT("Đề nghị xác nhận không thuộc diện"), STR_INIT("Not applicable to us")}},
    [REQUEST_WAIVER] = {"waiver", {STR_INIT("Đề nghị tạm miễn"), STR_INIT("Waiver")}},
    [REQUEST_COST] = {"cost", {STR_INIT("Đề nghị kinh phí"), STR_INIT("Funds")}},
    [REQUEST_HELP] = {"help", {STR_INIT("Đề nghị hỗ trợ"), STR_INIT("Help")}},
};
static const struct {
    struct str id;
    struct request_words words;
} states[] = {
    {STR_INIT("open"), {STR_INIT("Chờ quyết định"), STR_INIT("Waiting")}},
    {STR_INIT("granted"), {STR_INIT("Đã chấp thuận"), STR_INIT("Granted")}},
    {STR_INIT("refused"), {STR_INIT("Không chấp thuận"), STR_INIT("Refused")}},
    {STR_INIT("withdrawn"), {STR_INIT("Đã rút"), STR_INIT("Withdrawn")}},
    {STR_INIT("done"), {STR_INIT("Đã xong"), STR_INIT("Done")}},
};

const char *request_kind_to_str(enum request_kind kind)
{
    return kinds[kind].id;
}

bool request_kind_from_str(struct str text, enum request_kind *ret_kind)
{
    for (int i = 0; i < REQUEST_KIND_COUNT; i++)
        if (str_equal(text, str_from_cstr(kinds[i].id))) {
            *ret_kind = (enum request_kind)i;
            return true;
        }
    return false;
}

struct request_words request_kind_words(enum request_kind kind)
{
    return kinds[kind].words;
}

bool request_state_words(struct str state, struct request_words *ret_words)
{
    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (str_equal(state, states[i].id)) {
            *ret_words = states[i].words;
            return true;
        }
    return false;
}

static struct opt_i64 opt_nonzero(int64_t v)
{
    return (struct opt_i64){v != 0, v};
}

static struct opt_i64 opt_day(civil_day day)
{
    return (struct opt_i64){day != CIVIL_NONE, day == CIVIL_NONE ? 0 : day};
}

/* --- asking --- */

struct opening {
    const struct actor *actor;
    const struct request_draft *draft;
    int64_t id;
};

static enum err_code check_draft(const struct request_draft *draft, civil_day today, struct err *err)
{
    if (str_is_empty(str_trim(draft->reason)))
        return err_set(err, ERR_SYNTAX, "cần nêu lý do");
    if (draft->reason.len_bytes > REQUEST_REASON_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "lý do dài nhất %u kB", REQUEST_REASON_MAX_BYTES >> 10);
    switch (draft->kind) {
    case REQUEST_NOT_APPLICABLE:
    case REQUEST_WAIVER:
        if (!draft->assignment_id)
            return err_set(err, ERR_SYNTAX, "cần nêu nghĩa vụ nào");
        if (draft->kind == REQUEST_WAIVER && (draft->until_day == CIVIL_NONE || draft->until_day <= today))
            return err_set(err, ERR_SYNTAX, "ngày hết miễn phải ở sau hôm nay");
        return ERR_NONE;
    case REQUEST_COST:
        if (draft->amount_vnd <= 0 || draft->amount_vnd > REQUEST_VND_MAX)
            return err_set(err, ERR_SYNTAX, "số tiền đề nghị phải lớn hơn 0");
        if (draft->budget_year != 0 && (draft->budget_year < 2000 || draft->budget_year > 2200))
            return err_set(err, ERR_SYNTAX, "năm ngân sách %d không hợp lệ", draft->budget_year);
        return ERR_NONE;
    case REQUEST_HELP:
    case REQUEST_KIND_COUNT:
        break;
    }
    return draft->kind == REQUEST_HELP ? ERR_NONE : err_set(err, ERR_SYNTAX, "không có loại đề nghị này");
}

/* The nearest unit above along an edge kind; for help, a unit the asker has chosen. */
static enum err_code find_addressee(struct db *db, struct arena *arena, const struct request_draft *draft,
                                    int64_t unit_id, struct str edge_kind, int64_t issuer_id, civil_day day,
                                    int64_t *ret_to, struct err *err)
{
    if (draft->to_unit_id) {
        if (draft->kind != REQUEST_HELP)
            return err_set(err, ERR_SYNTAX, "đề nghị này gửi cấp trên trực tiếp, không chọn nơi nhận khác");
        struct sql_request_may_help_row *may = NULL;
        TRY(sql_request_may_help(
            db, arena,
            &(struct sql_request_may_help_args){.to_unit_id = draft->to_unit_id, .unit_id = unit_id, .on_day = day},
            &may, err));
        if (!may || may->n == 0)
            return err_set(err, ERR_SYNTAX, "nơi nhận không phải cấp trên, cũng không phải cơ quan chuyên trách");
        *ret_to = draft->to_unit_id;
        return ERR_NONE;
    }
    struct sql_request_unit_above_row *above = NULL;
    TRY(sql_request_unit_above(
        db, arena, &(struct sql_request_unit_above_args){.unit_id = unit_id, .edge_kind = edge_kind, .on_day = day},
        &above, err));
    if (above)
        *ret_to = above->parent_id;
    else if (issuer_id && issuer_id != unit_id)
        *ret_to = issuer_id; /* it moved out of the tree after the directive was issued: whoever issued decides */
    else
        return err_set(err, ERR_NOT_FOUND, "đơn vị này không có cấp trên trực tiếp để gửi đề nghị");
    return ERR_NONE;
}

static enum err_code open_in_transaction(struct db *db, void *ctx, struct err *err)
{
    struct opening *o = ctx;
    const struct request_draft *draft = o->draft;
    AUTO_ARENA arena;
    arena_init(&arena, REQUEST_ARENA_BYTES);
    civil_day today = db_today(db);
    int64_t unit_id = draft->unit_id, issuer_id = 0;
    struct str edge_kind = str_is_empty(draft->edge_kind) ? EDGE_ADMINISTRATIVE : draft->edge_kind, title = STR_NONE;
    if (draft->assignment_id) {
        struct sql_request_edge_of_assignment_row *edge = NULL;
        TRY(sql_request_edge_of_assignment(
            db, &arena, &(struct sql_request_edge_of_assignment_args){.assignment_id = draft->assignment_id}, &edge,
            err));
        if (!edge || (unit_id && unit_id != edge->unit_id))
            return err_set(err, ERR_NOT_FOUND, "không có nghĩa vụ này");
        unit_id = edge->unit_id;
        edge_kind = edge->edge_kind;
        issuer_id = edge->issuer_id;
        title = edge->title;
    }
    TRY(access_require(db, o->actor, RIGHT_EXECUTE, unit_id, "ask on behalf of this unit", err));
    TRY(check_draft(draft, today, err));
    struct str kind = str_from_cstr(kinds[draft->kind].id);
    if (draft->assignment_id) {
        struct sql_request_waiting_row *waiting = NULL;
        TRY(sql_request_waiting(db, &arena,
                                &(struct sql_request_waiting_args){.assignment_id = draft->assignment_id, .kind = kind},
                                &waiting, err));
        if (waiting && waiting->n > 0)
            return err_set(err, ERR_CONFLICT, "đã có một đề nghị cùng loại đang chờ quyết định");
    }
    int64_t to = 0;
    TRY(find_addressee(db, &arena, draft, unit_id, edge_kind, issuer_id, today, &to, err));
    bool is_cost = draft->kind == REQUEST_COST;
    int year = draft->budget_year ? draft->budget_year : civil_from_day(today).year;
    o->id = db_id(db);
    TRY(sql_request_insert(
        db,
        &(struct sql_request_insert_args){
            .id = o->id,
            .kind = kind,
            .unit_id = unit_id,
            .assignment_id = opt_nonzero(draft->assignment_id),
            .to_unit_id = to,
            .reason = str_trim(draft->reason),
            .amount_vnd = {is_cost, draft->amount_vnd},
            .budget_year = {is_cost, year},
            .until_day = draft->kind == REQUEST_WAIVER ? opt_day(draft->until_day) : (struct opt_i64)OPT_NONE,
            .by_person = opt_nonzero(o->actor->person_id),
            .at_ms = db_now_ms(db),
        },
        err));
    struct str line = arena_printf(&arena, "%.*s%s%.*s", STR_ARG(kinds[draft->kind].words.vi),
                                   str_is_empty(title) ? "" : ": ", STR_ARG(title));
    struct str link = arena_printf(&arena, "/request/%lld", (long long)o->id);
    if (str_is_null(line) || str_is_null(link))
        return arena_full(&arena, err);
    TRY(notice_add_roles(db, to, is_cost ? FINANCE_ROLES : DECIDER_ROLES, STR("request"), line, link, err));
    const struct act_field fields[] = {ACT_TEXT("kind", kind),
                                       ACT_ID("assignment", draft->assignment_id),
                                       ACT_ID("to_unit", to),
                                       ACT_TEXT("reason", str_trim(draft->reason)),
                                       ACT_NUMBER("amount_vnd", draft->amount_vnd),
                                       ACT_NUMBER("budget_year", is_cost ? year : 0)};
    return act_record(db, o->actor,
                      &(struct act){"request_opened", "request", o->id, unit_id, fields, ARRAY_LEN(fields)}, err);
}

enum err_code request_open(struct db *db, const struct actor *actor, const struct request_draft *draft, int64_t *ret_id,
                           struct err *err)
{
    struct opening opening = {actor, draft, 0};
    if (db_transact(db, open_in_transaction, &opening, err) != ERR_NONE)
        return err->code;
    *ret_id = opening.id;
    return ERR_NONE;
}

/* --- deciding --- */

enum verdict {
    VERDICT_GRANT,
    VERDICT_REFUSE,
    VERDICT_ANSWER,
    VERDICT_WITHDRAW,
};
struct deciding {
    const struct actor *actor;
    struct request_decision decision;
    enum verdict verdict;
};

static enum err_code load(struct db *db, struct arena *arena, int64_t id, struct sql_request_raw_row **ret_row,
                          enum request_kind *ret_kind, struct err *err)
{
    struct sql_request_raw_row *row = NULL;
    TRY(sql_request_raw(db, arena, &(struct sql_request_raw_args){.id = id}, &row, err));
    if (!row || !request_kind_from_str(row->kind, ret_kind))
        return err_set(err, ERR_NOT_FOUND, "không có đề nghị này");
    *ret_row = row;
    return ERR_NONE;
}

/* May this actor decide at the tier above? Never who asked, never somebody of the unit that asked. */
static enum err_code require_decider(struct db *db, struct arena *arena, const struct actor *actor,
                                     const struct sql_request_raw_row *row, enum request_kind kind, struct err *err)
{
    if (kind == REQUEST_NOT_APPLICABLE || kind == REQUEST_WAIVER)
        TRY(access_require(db, actor, RIGHT_APPROVE, row->unit_id, "decide on this request", err));
    else if (kind == REQUEST_COST) {
        bool is_head = false;
        TRY(access_has(db, actor, RIGHT_APPROVE, row->to_unit_id, &is_head, err));
        if (!is_head)
            TRY(access_require(db, actor, RIGHT_FINANCE, row->to_unit_id, "decide on funds", err));
    } else
        TRY(access_require(db, actor, RIGHT_EXECUTE, row->to_unit_id, "answer this request", err));
    if (actor->all)
        return ERR_NONE;
    if (row->by_person.has && row->by_person.v == actor->person_id)
        return err_set(err, ERR_DENIED, "người đề nghị không tự quyết định");
    struct sql_cover_is_of_row *works = NULL;
    TRY(sql_cover_is_of(db, arena,
                        &(struct sql_cover_is_of_args){.person_id = actor->person_id,
                                                       .unit_id = row->unit_id,
                                                       .on_day = db_today(db),
                                                       .work_rights = (int64_t)RIGHT_EXECUTE},
                        &works, err));
    if (works && works->n > 0)
        return err_set(err, ERR_DENIED, "đơn vị không tự quyết định đề nghị của mình; cấp trên quyết định");
    return ERR_NONE;
}

static enum err_code apply_grant(struct db *db, const struct deciding *d, const struct sql_request_raw_row *row,
                                 enum request_kind kind, struct sql_request_decide_args *args, struct err *err)
{
    struct str reason = str_is_empty(str_trim(d->decision.words)) ? row->reason : str_trim(d->decision.words);
    switch (kind) {
    case REQUEST_NOT_APPLICABLE:
        return duty_set_not_applicable(db, d->actor, row->assignment_id.v, true, reason, err);
    case REQUEST_WAIVER: {
        civil_day to_day = d->decision.to_day == CIVIL_NONE ? (civil_day)row->until_day.v : d->decision.to_day;
        args->granted_to_day = opt_day(to_day);
        return duty_set_waiver(db, d->actor, row->assignment_id.v, to_day, reason, err);
    }
    case REQUEST_COST:
        args->granted_vnd = OPT_I64(d->decision.granted_vnd ? d->decision.granted_vnd : row->amount_vnd.v);
        if (args->granted_vnd.v <= 0 || args->granted_vnd.v > REQUEST_VND_MAX)
            return err_set(err, ERR_SYNTAX, "số tiền chấp thuận phải lớn hơn 0");
        return ERR_NONE;
    case REQUEST_HELP:
    case REQUEST_KIND_COUNT:
        break;
    }
    return err_set(err, ERR_SYNTAX, "đề nghị hỗ trợ thì trả lời, không chấp thuận");
}

static const struct {
    const char *act;
    struct str state;
    struct str words;
} verdicts[] = {
    [VERDICT_GRANT] = {"request_granted", STR_INIT("granted"), STR_INIT("Đã chấp thuận")},
    [VERDICT_REFUSE] = {"request_refused", STR_INIT("refused"), STR_INIT("Không chấp thuận")},
    [VERDICT_ANSWER] = {"request_answered", STR_INIT("done"), STR_INIT("Đã trả lời")},
    [VERDICT_WITHDRAW] = {"request_withdrawn", STR_INIT("withdrawn"), STR_INIT("Đã rút")},
};

static enum err_code decide_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct deciding *d = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, REQUEST_ARENA_BYTES);
    struct sql_request_raw_row *row = NULL;
    enum request_kind kind = REQUEST_HELP;
    TRY(load(db, &arena, d->decision.request_id, &row, &kind, err));
    if (d->verdict == VERDICT_WITHDRAW)
        TRY(access_require(db, d->actor, RIGHT_EXECUTE, row->unit_id, "withdraw this request", err));
    else
        TRY(require_decider(db, &arena, d->actor, row, kind, err));
    struct str words = str_trim(d->decision.words);
    if (d->verdict != VERDICT_GRANT && d->verdict != VERDICT_WITHDRAW && str_is_empty(words))
        return err_set(err, ERR_SYNTAX, d->verdict == VERDICT_ANSWER ? "cần có nội dung trả lời" : "cần nêu lý do");
    if (words.len_bytes > REQUEST_REASON_MAX_BYTES)
        return err_set(err, ERR_LIMIT, "nội dung dài nhất %u kB", REQUEST_REASON_MAX_BYTES >> 10);
    if (d->verdict == VERDICT_ANSWER && kind != REQUEST_HELP)
        return err_set(err, ERR_SYNTAX, "chỉ đề nghị hỗ trợ mới trả lời; đề nghị này cần chấp thuận hoặc từ chối");
    struct sql_request_decide_args args = {
        .id = row->id,
        .state = verdicts[d->verdict].state,
        .decided_by = opt_nonzero(d->actor->person_id),
        .decided_ms = db_now_ms(db),
        .decision = str_is_empty(words) ? STR_NONE : words,
    };
    if (!str_equal(row->state, STR("open")))
        return err_set(err, ERR_CONFLICT, "đề nghị này đã được xử lý trước đó");
    if (d->verdict == VERDICT_GRANT)
        TRY(apply_grant(db, d, row, kind, &args, err));
    int64_t changes = 0;
    TRY(sql_request_decide(db, &args, &changes, err));
    if (changes != 1)
        return err_set(err, ERR_CONFLICT, "đề nghị này đã được xử lý trước đó");
    if (d->verdict != VERDICT_WITHDRAW && row->by_person.has) {
        struct str line = arena_printf(&arena, "%.*s: %.*s%s%.*s", STR_ARG(verdicts[d->verdict].words),
                                       STR_ARG(kinds[kind].words.vi), str_is_empty(words) ? "" : " - ", STR_ARG(words));
        struct str link = arena_printf(&arena, "/request/%lld", (long long)row->id);
        if (str_is_null(line) || str_is_null(link))
            return arena_full(&arena, err);
        TRY(notice_add(db, &(struct notice){row->by_person.v, STR("request"), line, link}, err));
    }
    const struct act_field fields[] = {ACT_TEXT("kind", row->kind), ACT_ID("assignment", row->assignment_id.v),
                                       ACT_TEXT("words", words), ACT_NUMBER("granted_vnd", args.granted_vnd.v)};
    return act_record(
        db, d->actor,
        &(struct act){verdicts[d->verdict].act, "request", row->id, row->unit_id, fields, ARRAY_LEN(fields)}, err);
}

static enum err_code decide(struct db *db, const struct actor *actor, const struct request_decision *decision,
                            enum verdict verdict, struct err *err)
{
    struct deciding deciding = {actor, *decision, verdict};
    return db_transact(db, decide_in_transaction, &deciding, err);
}

enum err_code request_grant(struct db *db, const struct actor *actor, const struct request_decision *decision,
                            struct err *err)
{
    return decide(db, actor, decision, VERDICT_GRANT, err);
}

enum err_code request_refuse(struct db *db, const struct actor *actor, int64_t request_id, struct str words,
                             struct err *err)
{
    return decide(db, actor, &(struct request_decision){.request_id = request_id, .words = words}, VERDICT_REFUSE, err);
}

enum err_code request_answer(struct db *db, const struct actor *actor, int64_t request_id, struct str words,
                             struct err *err)
{
    return decide(db, actor, &(struct request_decision){.request_id = request_id, .words = words}, VERDICT_ANSWER, err);
}

enum err_code request_withdraw(struct db *db, const struct actor *actor, int64_t request_id, struct str words,
                               struct err *err)
{
    return decide(db, actor, &(struct request_decision){.request_id = request_id, .words = words}, VERDICT_WITHDRAW,
                  err);
}

/* --- spending --- */

struct spending {
    const struct actor *actor;
    int64_t request_id;
    int64_t spent_vnd;
    bool is_all;
    struct str words;
};

static enum err_code spend_in_transaction(struct db *db, void *ctx, struct err *err)
{
    const struct spending *s = ctx;
    AUTO_ARENA arena;
    arena_init(&arena, REQUEST_ARENA_BYTES);
    struct sql_request_raw_row *row = NULL;
    enum request_kind kind = REQUEST_HELP;
    TRY(load(db, &arena, s->request_id, &row, &kind, err));
    bool may_execute = false;
    TRY(access_has(db, s->actor, RIGHT_EXECUTE, row->unit_id, &may_execute, err));
    if (!may_execute)
        TRY(access_require(db, s->actor, RIGHT_FINANCE, row->unit_id, "record what was spent", err));
    if (kind != REQUEST_COST || !row->granted_vnd.has)
        return err_set(err, ERR_CONFLICT, "chỉ ghi chi cho kinh phí đã được chấp thuận");
    if (s->spent_vnd < 0 || s->spent_vnd > row->granted_vnd.v)
        return err_set(err, ERR_SYNTAX, "số đã chi phải từ 0 đến số được chấp thuận, %lld đồng",
                       (long long)row->granted_vnd.v);
    int64_t changes = 0;
    TRY(sql_request_set_spent(db,
                              &(struct sql_request_set_spent_args){.id = row->id,
                                                                   .spent_vnd = s->spent_vnd,
                                                                   .spent_ms = db_now_ms(db),
                                                                   .state = s->is_all ? STR("done") : STR("granted")},
                              &changes, err));
    if (changes != 1)
        return err_set(err, ERR_CONFLICT, "kinh phí này không còn được theo dõi");
    const struct act_field fields[] = {ACT_NUMBER("spent_vnd", s->spent_vnd),
                                       ACT_NUMBER("before_vnd", row->spent_vnd.v), ACT_NUMBER("is_all", s->is_all),
                                       ACT_TEXT("words", str_trim(s->words))};
    return act_record(db, s->actor,
                      &(struct act){"request_spent", "request", row->id, row->unit_id, fields, ARRAY_LEN(fields)}, err);
}

enum err_code request_spend(struct db *db, const struct actor *actor, int64_t request_id, int64_t spent_vnd,
                            bool is_all, struct str words, struct err *err)
{
    struct spending spending = {actor, request_id, spent_vnd, is_all, words};
    return db_transact(db, spend_in_transaction, &spending, err);
}
