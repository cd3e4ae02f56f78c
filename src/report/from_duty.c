#include "report/from_duty.h"

#include <stdarg.h>

#include "base/vec.h"
#include "base/viet.h"
#include "duty/page_report.sql.h"
#include "duty/state.h"
#include "format/json.h"
#include "know/know.h"
#include "org/unit.sql.h"
#include "os/crypto.h"
#include "report/sheet.h"

#define ANSWER_NAMED_MAX        20u /* units named in the letter; all of them stand in the annex */
#define ANSWER_CHAIN_MAX        8
#define ANSWER_XLSX_ARENA_BYTES ((size_t)512 << 20)

struct tally { /* one obligation over all units */
    struct str catalogue_id, title, denominator;
    int64_t n[DUTY_STATE_COUNT], units;
};
struct answer {
    struct db *db;
    struct arena *arena;
    const struct answer_order *order;
    const struct sql_answer_freeze_row *freeze;
    struct sql_unit_name_on_row *unit;
    struct sql_answer_committees_rows above; /* the unit itself first */
    struct sql_answer_units_rows units;
    const struct sql_answer_directive_row
        *chain[ANSWER_CHAIN_MAX]; /* the one to answer first, then what it carries out */
    size_t chain_count;
    struct json fields;
    VEC(struct tally) tallies;
    VEC(struct document_block) blocks;
    VEC(struct document_recipient) recipients;
    bool full; /* the arena is */
};

static struct str say(struct answer *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
static struct str say(struct answer *a, const char *fmt, ...)
{
    char small[4096];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    size_t bytes = n < 0 ? 0 : (size_t)n < sizeof small ? (size_t)n : sizeof small - 1;
    while (bytes && bytes == sizeof small - 1 && ((unsigned char)small[bytes] & 0xC0) == 0x80)
        bytes--; /* cut at a character */
    struct str text = arena_str(a->arena, (struct str){small, bytes});
    if (str_is_null(text))
        a->full = true;
    return str_is_null(text) ? STR("") : text;
}

static struct str number(struct answer *a, int64_t value)
{
    struct str text;
    struct err ignored;
    if (document_number_print(value, a->arena, &text, &ignored) == ERR_NONE)
        return text;
    a->full = true;
    return STR("");
}

static struct str percent(struct answer *a, int64_t part, int64_t whole)
{
    struct str text;
    struct err ignored;
    if (document_percent_print(part, whole, a->arena, &text, &ignored) == ERR_NONE)
        return text;
    a->full = true;
    return STR("");
}

static struct str upper(struct answer *a, struct str text)
{
    struct str up = viet_upper(a->arena, text);
    if (str_is_null(up))
        a->full = true;
    return str_is_null(up) ? STR("") : up;
}

static struct str day_text(struct answer *a, civil_day day)
{
    char text[CIVIL_TEXT_BYTES];
    return say(a, "%s", civil_vn(day, text));
}

static struct str long_day(struct answer *a, civil_day day)
{
    struct civil c = civil_from_day(day);
    struct str text;
    struct err ignored;
    if (document_date_text((struct document_date){c.day, c.month, c.year}, a->arena, &text, &ignored) == ERR_NONE)
        return text;
    a->full = true;
    return STR("");
}

/* "Ứng cứu sự cố" inside a sentence is "ứng cứu sự cố"; "UBND" stays. */
static struct str lower_first(struct answer *a, struct str text)
{
    size_t first = 1;
    while (first < text.len_bytes && ((unsigned char)text.ptr[first] & 0xC0) == 0x80)
        first++;
    if (first >= text.len_bytes || viet_is_all_upper(str_slice(text, 0, first + 1)))
        return text;
    struct str head = viet_lower(a->arena, str_slice(text, 0, first));
    return say(a, "%.*s%.*s", STR_ARG(head), STR_ARG(str_slice(text, first, text.len_bytes)));
}

static void put(struct answer *a, enum document_block_kind kind, struct str lead, struct str text)
{
    struct document_block *block = vec_push(&a->blocks, a->arena);
    if (!block) {
        a->full = true;
        return;
    }
    *block = (struct document_block){.kind = kind, .lead = lead, .text = text};
}

/* --- reading --- */

static enum err_code tallies_read(struct answer *a, struct err *err)
{
    struct sql_answer_obligations_rows rows;
    TRY(sql_answer_obligations(a->db, a->arena, &(struct sql_answer_obligations_args){.freeze_id = a->freeze->id},
                               &rows, err));
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_answer_obligations_row *r = &rows.items[i];
        struct tally *t = NULL;
        for (size_t k = 0; k < a->tallies.count && !t; k++) {
            struct tally *other = &a->tallies.items[k];
            if (str_is_null(r->catalogue_id) ? str_is_null(other->catalogue_id) && str_equal(r->title, other->title)
                                             : str_equal(r->catalogue_id, other->catalogue_id))
                t = other;
        }
        if (!t) {
            t = vec_push(&a->tallies, a->arena);
            if (!t)
                return arena_full(a->arena, err);
            *t = (struct tally){.catalogue_id = r->catalogue_id, .title = r->title, .denominator = r->denominator};
        }
        if (r->state >= 0 && r->state < DUTY_STATE_COUNT)
            t->n[r->state] += r->n;
        t->units += r->units;
    }
    return ERR_NONE;
}

static enum err_code chain_read(struct answer *a, struct err *err)
{
    int64_t id = a->freeze->directive_id.has ? a->freeze->directive_id.v : 0;
    while (id && a->chain_count < ANSWER_CHAIN_MAX) {
        struct sql_answer_directive_row *row;
        TRY(sql_answer_directive(a->db, a->arena, &(struct sql_answer_directive_args){.id = id}, &row, err));
        if (!row)
            break;
        a->chain[a->chain_count++] = row;
        id = row->parent_id.has ? row->parent_id.v : 0;
    }
    return ERR_NONE;
}

static enum err_code answer_read(struct answer *a, const struct actor *actor, struct err *err)
{
    struct sql_answer_freeze_row *freeze;
    TRY(sql_answer_freeze(a->db, actor, a->arena, &(struct sql_answer_freeze_args){.id = a->order->freeze_id}, &freeze,
                          err));
    if (!freeze)
        return err_set(err, ERR_NOT_FOUND, "không có số liệu chốt này");
    a->freeze = freeze;
    TRY(sql_unit_name_on(a->db, a->arena,
                         &(struct sql_unit_name_on_args){.unit_id = freeze->root_id, .on_day = freeze->as_of_day},
                         &a->unit, err));
    if (!a->unit)
        return err_set(err, ERR_CONFLICT, "đơn vị của số liệu chốt không có tên vào ngày chốt");
    TRY(sql_answer_committees(
        a->db, a->arena, &(struct sql_answer_committees_args){.unit_id = freeze->root_id, .on_day = freeze->as_of_day},
        &a->above, err));
    TRY(sql_answer_units(a->db, a->arena, &(struct sql_answer_units_args){.freeze_id = freeze->id}, &a->units, err));
    TRY(tallies_read(a, err));
    TRY(chain_read(a, err));
    if (!str_is_empty(a->order->fields_json))
        TRY(json_parse(a->order->fields_json, 0, a->arena, &a->fields, err));
    return ERR_NONE;
}

static int64_t figure(const struct answer *a, struct str group, struct str name)
{
    int64_t value = -1;
    return json_i64(json_get(json_get(json_get(a->fields, STR("auto")), group), name), &value) ? value : -1;
}

/* --- what a text is called --- */

/* "Công văn số 412/UBND-KGVX ngày 02 tháng 11 năm 2026 của Ủy ban nhân dân tỉnh Trúc Lâm". */
static struct str directive_name(struct answer *a, const struct sql_answer_directive_row *d)
{
    struct str number_text = str_is_empty(d->number) ? STR("…") : d->number;
    struct str slash = str_is_empty(d->symbol) ? STR("") : say(a, "/%.*s", STR_ARG(d->symbol));
    const struct know_document_kind *kind = know_document_kind_of(d->symbol, (civil_day)d->issued_day);
    return say(a, "%.*s số %.*s%.*s %.*s của %.*s", STR_ARG(kind->title.vi), STR_ARG(number_text), STR_ARG(slash),
               STR_ARG(long_day(a, (civil_day)d->issued_day)), STR_ARG(d->issuer_name));
}

/* The day of the letter it was made from; one that was left open is taken for the day it was issued on here. */
static civil_day letter_day(const struct sql_answer_directive_row *d)
{
    return (civil_day)(d->letter_day.has ? d->letter_day.v : d->issued_day);
}

/* The same of a letter that came from outside: its day may be left open. */
static struct str letter_name(struct answer *a, const struct sql_answer_directive_row *d)
{
    struct str number_text = str_is_empty(d->letter_number) ? STR("…") : d->letter_number;
    struct str slash = str_is_empty(d->letter_symbol) ? STR("") : say(a, "/%.*s", STR_ARG(d->letter_symbol));
    struct str day = d->letter_day.has ? say(a, " %.*s", STR_ARG(long_day(a, (civil_day)d->letter_day.v))) : STR("");
    const struct know_document_kind *kind = know_document_kind_of(d->letter_symbol, letter_day(d));
    return say(a, "%.*s số %.*s%.*s%.*s của %.*s", STR_ARG(kind->title.vi), STR_ARG(number_text), STR_ARG(slash),
               STR_ARG(day), STR_ARG(d->letter_issuer));
}

/* Was the directive made from the letter of somebody else? A unit's own letter has its number, or its name. */
static bool is_from_outside(struct answer *a, const struct sql_answer_directive_row *d)
{
    if (str_is_empty(d->letter_issuer) || (!str_is_empty(d->letter_number) && str_equal(d->letter_number, d->number) &&
                                           str_equal(d->letter_symbol, d->symbol)))
        return false;
    struct str by = know_authority_key(a->arena, d->letter_issuer, letter_day(d)),
               own = know_authority_key(a->arena, d->issuer_name, letter_day(d));
    a->full = a->full || str_is_null(by) || str_is_null(own);
    return !a->full && !str_starts_with(own, by);
}

/* Whom the answer goes to by what it answers: not the unit's own directive, but what that carries out. */
static const struct sql_answer_directive_row *NULLABLE answered(const struct answer *a)
{
    for (size_t i = 0; i < a->chain_count; i++)
        if (a->chain[i]->issuer_id != a->freeze->root_id)
            return a->chain[i];
    return NULL;
}

static const struct sql_answer_directive_row *NULLABLE from_outside(struct answer *a)
{
    const struct sql_answer_directive_row *first = a->chain_count ? a->chain[a->chain_count - 1] : NULL;
    return first && is_from_outside(a, first) ? first : NULL;
}

static struct str answered_name(struct answer *a)
{
    const struct sql_answer_directive_row *d = answered(a), *outside = from_outside(a);
    return d ? directive_name(a, d) : outside ? letter_name(a, outside) : directive_name(a, a->chain[0]);
}

static void put_basis(struct answer *a)
{
    const struct know_instrument *known = NULL;
    for (size_t i = a->chain_count; i-- > 0 && !known;)
        known = str_is_empty(a->chain[i]->instrument) ? NULL : know_instrument_find(a->chain[i]->instrument);
    const struct know_named *type = known ? know_instrument_type_find(known->type) : NULL;
    if (known && type && known->issued_day != CIVIL_NONE)
        put(a, DOCUMENT_BASIS, STR_NONE,
            say(a, "Căn cứ %.*s số %.*s %.*s của %.*s về %.*s", STR_ARG(type->title.vi), STR_ARG(known->number),
                STR_ARG(long_day(a, known->issued_day)), STR_ARG(known->issuer.vi),
                STR_ARG(lower_first(a, known->title.vi))));
    const struct sql_answer_directive_row *outside = from_outside(a);
    if (outside && known && !str_is_empty(outside->letter_number) &&
        str_equal(known->number, say(a, "%.*s/%.*s", STR_ARG(outside->letter_number), STR_ARG(outside->letter_symbol))))
        outside = NULL; /* the letter is that text itself */
    if (outside && !str_is_empty(outside->letter_subject))
        put(a, DOCUMENT_BASIS, STR_NONE,
            say(a, "Căn cứ %.*s về việc %.*s", STR_ARG(letter_name(a, outside)),
                STR_ARG(lower_first(a, outside->letter_subject))));
    else if (outside)
        put(a, DOCUMENT_BASIS, STR_NONE, say(a, "Căn cứ %.*s", STR_ARG(letter_name(a, outside))));
    for (size_t i = a->chain_count; i-- > 0;)
        put(a, DOCUMENT_BASIS, STR_NONE,
            say(a, "Căn cứ %.*s về việc %.*s", STR_ARG(directive_name(a, a->chain[i])),
                STR_ARG(lower_first(a, a->chain[i]->title))));
}

/* --- results --- */

static int64_t owed_of(const int64_t n[DUTY_STATE_COUNT])
{
    int64_t sum = 0;
    for (int s = 0; s < DUTY_STATE_COUNT; s++)
        if (s != DUTY_NA && s != DUTY_WAIVED)
            sum += n[s];
    return sum;
}

static void put_share(struct answer *a, const char *lead, int64_t done, int64_t owed, const char *words,
                      struct str more)
{
    put(a, DOCUMENT_DASH, say(a, "%s:", lead),
        say(a, "%.*s trên %.*s %s (%.*s)%.*s", STR_ARG(number(a, done)), STR_ARG(number(a, owed)), words,
            STR_ARG(percent(a, done, owed)), STR_ARG(more)));
}

static void put_by(struct answer *a, struct str denominator, const char *lead, const char *words)
{
    int64_t done = 0, owed = 0, late = 0;
    for (size_t i = 0; i < a->tallies.count; i++) {
        const struct tally *t = &a->tallies.items[i];
        if (!str_equal(t->denominator, denominator))
            continue;
        done += t->n[DUTY_OK];
        owed += owed_of(t->n);
        late += t->n[DUTY_LATE] + t->n[DUTY_BIRTH];
    }
    if (owed)
        put_share(a, lead, done, owed, words, late ? say(a, "; %.*s quá hạn", STR_ARG(number(a, late))) : STR(""));
}

/* The four denominators: people, units, systems (databases are objects of a system), devices. */
static enum err_code put_denominators(struct answer *a, struct err *err)
{
    int64_t people = figure(a, STR("people"), STR("owed")), acked = figure(a, STR("people"), STR("acked"));
    if (people < 0 && a->freeze->directive_id.has) {
        struct sql_answer_people_row *row;
        TRY(sql_answer_people(a->db, a->arena,
                              &(struct sql_answer_people_args){.freeze_id = a->freeze->id,
                                                               .directive_id = a->freeze->directive_id.v,
                                                               .as_of_day = a->freeze->as_of_day,
                                                               .at_ms = a->freeze->at_ms},
                              &row, err));
        people = row ? row->people : 0;
        acked = row ? row->acked : 0;
    }
    if (people > 0)
        put_share(a, "Theo người", acked < 0 ? 0 : acked, people, "người đã xác nhận đọc", STR(""));
    put_by(a, STR("person"), "Quán triệt đến từng người, theo đơn vị", "lượt đơn vị đã đủ người xác nhận");
    put_by(a, STR("unit"), "Theo đơn vị", "nhiệm vụ của đơn vị đã đạt");
    put_by(a, STR("system"), "Theo hệ thống thông tin", "nhiệm vụ trên từng hệ thống đã đạt");
    put_by(a, STR("database"), "Theo cơ sở dữ liệu", "nhiệm vụ trên từng cơ sở dữ liệu đã đạt");
    int64_t devices = figure(a, STR("devices"), STR("total")), covered = figure(a, STR("devices"), STR("covered")),
            unknown = figure(a, STR("devices"), STR("unknown"));
    if (devices > 0)
        put_share(a, "Theo thiết bị", covered < 0 ? 0 : covered, devices, "thiết bị có phòng, chống mã độc",
                  unknown > 0 ? say(a, "; %.*s thiết bị chưa rõ, tính là chưa được bảo vệ", STR_ARG(number(a, unknown)))
                              : STR(""));
    put_by(a, STR("device"), "Nhiệm vụ về thiết bị", "nhiệm vụ của đơn vị đã đạt");
    return ERR_NONE;
}

static const char *counted_as(struct str denominator)
{
    return str_equal(denominator, STR("system"))     ? "hệ thống"
           : str_equal(denominator, STR("database")) ? "cơ sở dữ liệu"
                                                     : "đơn vị";
}

static const struct {
    int state;
    const char *words, *alone;
} state_words[] = {
    {DUTY_LATE, "quá hạn", "quá hạn"},
    {DUTY_BIRTH, "trễ từ khi giao", "đến tay khi đã hết hạn, chưa xong"},
    {DUTY_UNSEEN, "chưa xem", "chưa xem"},
    {DUTY_DUE, "sắp đến hạn", "chưa xong, sắp đến hạn"},
    {DUTY_DOING, "đang làm", "đang làm"},
    {DUTY_ACK, "đã tiếp nhận", "đã tiếp nhận"},
    {DUTY_NA, "không thuộc diện", "không thuộc diện"},
    {DUTY_WAIVED, "được tạm miễn", "được tạm miễn"},
};

static void put_obligation(struct answer *a, const struct tally *t)
{
    int64_t all = 0, owed = owed_of(t->n);
    for (int s = 0; s < DUTY_STATE_COUNT; s++)
        all += t->n[s];
    struct str lead = say(a, "%.*s:", STR_ARG(t->title));
    if (all == 1) { /* one unit answers for itself: words, not "1 trên 1" */
        struct str words = STR("đã thực hiện");
        for (size_t i = 0; i < ARRAY_LEN(state_words); i++)
            if (t->n[state_words[i].state])
                words = str_from_cstr(state_words[i].alone);
        put(a, DOCUMENT_CLAUSE, lead, say(a, "%.*s.", STR_ARG(words)));
        return;
    }
    struct str text =
        owed ? say(a, "%.*s trên %.*s %s đạt (%.*s)", STR_ARG(number(a, t->n[DUTY_OK])), STR_ARG(number(a, owed)),
                   counted_as(t->denominator), STR_ARG(percent(a, t->n[DUTY_OK], owed)))
             : say(a, "không có %s nào phải thực hiện", counted_as(t->denominator));
    for (size_t i = 0; i < ARRAY_LEN(state_words); i++)
        if (t->n[state_words[i].state])
            text = say(a, "%.*s; %.*s %s", STR_ARG(text), STR_ARG(number(a, t->n[state_words[i].state])),
                       state_words[i].words);
    put(a, DOCUMENT_CLAUSE, lead, say(a, "%.*s.", STR_ARG(text)));
}

static void put_missing(struct answer *a)
{
    size_t missing = 0;
    for (size_t i = 0; i < a->units.count; i++) {
        const struct sql_answer_units_row *u = &a->units.items[i];
        missing += u->n_late + u->n_birth + u->n_unseen > 0;
    }
    if (!missing) {
        put(a, DOCUMENT_PARAGRAPH, STR_NONE, STR("Không có đơn vị nào quá hạn hoặc chưa xem."));
        return;
    }
    if (a->units.count > 1)
        put(a, DOCUMENT_PARAGRAPH, STR_NONE,
            say(a, "%.*s trên %.*s đơn vị còn việc quá hạn hoặc chưa xem:", STR_ARG(number(a, (int64_t)missing)),
                STR_ARG(number(a, (int64_t)a->units.count))));
    size_t named = 0;
    for (size_t i = 0; i < a->units.count && named < ANSWER_NAMED_MAX; i++) {
        const struct sql_answer_units_row *u = &a->units.items[i];
        const struct {
            int64_t n;
            const char *words;
        } parts[] = {{u->n_late, "quá hạn"}, {u->n_birth, "trễ từ khi giao"}, {u->n_unseen, "chưa xem"}};
        struct str text = STR("");
        for (size_t k = 0; k < ARRAY_LEN(parts); k++)
            if (parts[k].n)
                text = say(a, "%.*s%s%.*s %s", STR_ARG(text), str_is_empty(text) ? "" : ", ",
                           STR_ARG(number(a, parts[k].n)), parts[k].words);
        if (str_is_empty(text))
            continue;
        named++;
        put(a, DOCUMENT_DASH, say(a, "%.*s:", STR_ARG(u->unit_name)), text);
    }
    if (missing > named)
        put(a, DOCUMENT_PARAGRAPH, STR_NONE,
            say(a, "Còn %.*s đơn vị khác nêu tại Phụ lục.", STR_ARG(number(a, (int64_t)(missing - named)))));
}

/* What a person typed, a paragraph a line; nothing when nothing was typed. */
static void put_typed(struct answer *a, const char *heading, struct str name)
{
    struct str text = str_trim(json_str_or_none(json_get(json_get(a->fields, STR("hand")), name), a->arena)), line;
    if (str_is_empty(text))
        return;
    if (heading)
        put(a, DOCUMENT_HEADING, STR_NONE, str_from_cstr(heading));
    while (str_split(&text, '\n', &line))
        if (!str_is_empty(str_trim(line)))
            put(a, DOCUMENT_PARAGRAPH, STR_NONE, str_trim(line));
}

/* Numbers a form asks for that no table of ours holds: what was typed, with the words of the form. */
static void put_typed_numbers(struct answer *a)
{
    static const struct {
        struct str name;
        const char *words;
    } numbers[] = {
        {STR_INIT("incidents"), "Sự cố đã tiếp nhận và xử lý"},
        {STR_INIT("warnings"), "Cảnh báo đã nhận và đã xử lý"},
        {STR_INIT("drills"), "Cuộc diễn tập đã tổ chức hoặc tham gia"},
        {STR_INIT("trainings"), "Lượt người được tập huấn, tuyên truyền"},
    };
    struct json hand = json_get(a->fields, STR("hand"));
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        int64_t value;
        struct json typed = json_get(hand, numbers[i].name);
        struct str text = str_trim(json_str_or_none(typed, a->arena));
        if (json_i64(typed, &value) || str_to_i64(text, &value))
            put(a, DOCUMENT_DASH, say(a, "%s:", numbers[i].words), number(a, value));
    }
}

/* --- who signs, where, to whom --- */

static struct str mark_of(const char *form)
{
    const struct know_signing_form *row = know_signing_form_find(str_from_cstr(form));
    return row ? row->mark : STR_NONE;
}

static const struct know_signing_title *title_of(const struct answer *a)
{
    return know_signing_title_of(a->unit->kind, a->unit->name, (civil_day)a->freeze->as_of_day);
}

/* "Thủ trưởng đơn vị" and the like name the role, not the post. */
static bool is_role_name(struct str title)
{
    for (size_t i = 0; i < know_role_count; i++)
        if (str_equal(title, know_roles[i].title.vi))
            return true;
    return false;
}

static enum err_code put_signer(struct answer *a, struct document *d, struct err *err)
{
    struct sql_answer_signer_row *signer;
    TRY(sql_answer_signer(
        a->db, a->arena,
        &(struct sql_answer_signer_args){.unit_id = a->freeze->root_id, .on_day = a->freeze->as_of_day}, &signer, err));
    struct document_sign_line *lines = arena_new_array(a->arena, struct document_sign_line, 3);
    if (!lines)
        return arena_full(a->arena, err);
    const struct know_signing_title *known = title_of(a);
    d->signer_name = signer ? signer->name : STR("");
    if (!known) /* a kind the tables do not know: its line is left to the clerk */
        return ERR_NONE;
    bool is_deputy = signer && str_equal(signer->role, STR("deputy_head")), has_body = !str_is_empty(known->body);
    struct str head = known->head, own = signer ? signer->title : STR_NONE;
    if (!is_deputy && !has_body && !str_is_empty(own) && !is_role_name(own))
        head = upper(a, own);
    bool is_for_head = is_deputy && !known->deputy_is_member;
    size_t n = 0;
    if (has_body)
        lines[n++] = (struct document_sign_line){mark_of("tm"), known->body};
    if (!is_deputy || is_for_head)
        lines[n++] = (struct document_sign_line){is_for_head ? mark_of("kt") : STR_NONE, head};
    if (is_deputy)
        lines[n++] = (struct document_sign_line){STR_NONE, known->deputy};
    d->sign_lines = lines;
    d->sign_line_count = n;
    return ERR_NONE;
}

/* "Trúc Lâm": of the nearest committee at or above the unit. */
static struct str place_of(const struct answer *a)
{
    for (size_t i = 0; i < a->above.count; i++) {
        struct str place = know_authority_place(a->above.items[i].name, (civil_day)a->freeze->as_of_day);
        if (!str_is_null(place))
            return place;
    }
    return STR("");
}

static void add_recipient(struct answer *a, struct str name, struct str purpose)
{
    struct document_recipient *r = vec_push(&a->recipients, a->arena);
    if (r)
        *r = (struct document_recipient){name, purpose};
    else
        a->full = true;
}

static enum err_code put_addresses(struct answer *a, struct document *d, struct err *err)
{
    int64_t to_id = a->order->to_unit_id;
    struct str to_name = STR_NONE;
    const struct sql_answer_directive_row *to_whom = answered(a), *outside = from_outside(a);
    if (!to_whom && outside) { /* it stands in no tree of ours */
        to_id = -1;
        to_name = outside->letter_issuer;
    } else if (!to_id && to_whom) {
        to_id = to_whom->issuer_id;
        to_name = to_whom->issuer_name;
    } else if (!to_id && a->above.count > 1) {
        to_id = a->above.items[1].id;
    }
    if (to_id == a->freeze->root_id) {
        to_id = a->above.count > 1 ? a->above.items[1].id : 0;
        to_name = STR_NONE;
    }
    if (to_id && str_is_null(to_name)) {
        struct sql_unit_name_on_row *to;
        TRY(sql_unit_name_on(a->db, a->arena,
                             &(struct sql_unit_name_on_args){.unit_id = to_id, .on_day = a->freeze->as_of_day}, &to,
                             err));
        to_name = to ? to->name : STR_NONE;
    }
    if (!str_is_null(to_name)) {
        struct str *to = arena_new(a->arena, struct str);
        if (!to)
            return arena_full(a->arena, err);
        *to = to_name;
        d->to = to;
        d->to_count = 1;
        add_recipient(a, STR("Như trên"), STR_NONE);
    }
    if (a->above.count > 1 && a->above.items[1].id != to_id)
        add_recipient(a, a->above.items[1].name, STR("để b/c"));
    struct sql_answer_dedicated_body_row *body;
    TRY(sql_answer_dedicated_body(
        a->db, a->arena,
        &(struct sql_answer_dedicated_body_args){.unit_id = a->freeze->root_id, .on_day = a->freeze->as_of_day}, &body,
        err));
    if (body && body->id != to_id && body->id != a->freeze->root_id &&
        !(a->above.count > 1 && body->id == a->above.items[1].id))
        add_recipient(a, body->name, STR("để p/h"));
    d->recipients = a->recipients.items;
    d->recipient_count = a->recipients.count;
    d->keep = STR("VT");
    return ERR_NONE;
}

/* --- the annex --- */

static const struct document_column annex_columns[] = {
    {STR_INIT("TT"), {NULL, 0}, 0.5, DOCUMENT_CENTRE},
    {STR_INIT("Đơn vị"), {NULL, 0}, 4.2, DOCUMENT_LEFT},
    {STR_INIT("Phải làm"), STR_INIT("Nhiệm vụ"), 0.9, DOCUMENT_RIGHT},
    {STR_INIT("Đạt"), STR_INIT("Nhiệm vụ"), 0.8, DOCUMENT_RIGHT},
    {STR_INIT("Tỷ lệ"), STR_INIT("Nhiệm vụ"), 0.9, DOCUMENT_RIGHT},
    {STR_INIT("Quá hạn"), STR_INIT("Còn thiếu"), 0.9, DOCUMENT_RIGHT},
    {STR_INIT("Trễ từ khi giao"), STR_INIT("Còn thiếu"), 1.0, DOCUMENT_RIGHT},
    {STR_INIT("Chưa xem"), STR_INIT("Còn thiếu"), 0.9, DOCUMENT_RIGHT},
    {STR_INIT("Đang làm"), STR_INIT("Chưa đến hạn"), 0.9, DOCUMENT_RIGHT},
    {STR_INIT("Sắp đến hạn"), STR_INIT("Chưa đến hạn"), 1.0, DOCUMENT_RIGHT},
    {STR_INIT("Không thuộc diện"), STR_INIT("Không tính"), 1.1, DOCUMENT_RIGHT},
    {STR_INIT("Tạm miễn"), STR_INIT("Không tính"), 0.9, DOCUMENT_RIGHT},
};

static void unit_counts(const struct sql_answer_units_row *u, int64_t n[DUTY_STATE_COUNT])
{
    const int64_t all[DUTY_STATE_COUNT] = {
        [DUTY_UNSEEN] = u->n_unseen, [DUTY_ACK] = u->n_ack, [DUTY_DOING] = u->n_doing,
        [DUTY_OK] = u->n_ok,         [DUTY_DUE] = u->n_due, [DUTY_LATE] = u->n_late,
        [DUTY_BIRTH] = u->n_birth,   [DUTY_NA] = u->n_na,   [DUTY_WAIVED] = u->n_waived,
    };
    memcpy(n, all, sizeof all);
}

static bool annex_cells(struct answer *a, struct str no, struct str name, const int64_t n[DUTY_STATE_COUNT],
                        struct document_row *row)
{
    struct str *cells = arena_new_array(a->arena, struct str, ARRAY_LEN(annex_columns));
    if (!cells)
        return false;
    const int64_t values[] = {n[DUTY_LATE], n[DUTY_BIRTH], n[DUTY_UNSEEN], n[DUTY_DOING] + n[DUTY_ACK],
                              n[DUTY_DUE],  n[DUTY_NA],    n[DUTY_WAIVED]};
    cells[0] = no;
    cells[1] = name;
    cells[2] = number(a, owed_of(n));
    cells[3] = number(a, n[DUTY_OK]);
    cells[4] = percent(a, n[DUTY_OK], owed_of(n));
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        cells[5 + i] = number(a, values[i]);
    row->cells = cells;
    return true;
}

static enum err_code put_annex(struct answer *a, struct document *d, struct err *err)
{
    struct document_row *rows = arena_new_array(a->arena, struct document_row, a->units.count + 1);
    struct document_block *block = arena_new(a->arena, struct document_block);
    struct document_annex *annex = arena_new(a->arena, struct document_annex);
    if (!rows || !block || !annex)
        return arena_full(a->arena, err);
    int64_t sum[DUTY_STATE_COUNT] = {0}, n[DUTY_STATE_COUNT];
    for (size_t i = 0; i < a->units.count; i++) {
        unit_counts(&a->units.items[i], n);
        for (int s = 0; s < DUTY_STATE_COUNT; s++)
            sum[s] += n[s];
        if (!annex_cells(a, number(a, (int64_t)i + 1), a->units.items[i].unit_name, n, &rows[i]))
            return arena_full(a->arena, err);
    }
    if (!annex_cells(a, STR(""), STR("Cộng"), sum, &rows[a->units.count]))
        return arena_full(a->arena, err);
    rows[a->units.count].kind = DOCUMENT_ROW_TOTAL;
    *block = (struct document_block){.kind = DOCUMENT_TABLE,
                                     .table = {.columns = annex_columns,
                                               .column_count = ARRAY_LEN(annex_columns),
                                               .rows = rows,
                                               .row_count = a->units.count + 1,
                                               .font_pt = 11}};
    *annex = (struct document_annex){.title = STR("PHỤ LỤC"),
                                     .summary = say(a, "Tình hình thực hiện của từng đơn vị, tính đến hết ngày %.*s",
                                                    STR_ARG(day_text(a, (civil_day)a->freeze->as_of_day))),
                                     .blocks = block,
                                     .block_count = 1,
                                     .is_landscape = true};
    d->annexes = annex;
    d->annex_count = 1;
    return ERR_NONE;
}

/* --- the whole --- */

static void put_head(struct answer *a, struct document *d)
{
    struct civil day = civil_from_day((civil_day)a->freeze->as_of_day);
    d->issuer = upper(a, a->unit->name);
    d->issuer_name = a->unit->name;
    const struct know_signing_title *known = title_of(a);
    if (a->above.count > 1 && !(known && known->stands_alone))
        d->parent = upper(a, a->above.items[1].name);
    struct str symbol = str_is_empty(a->unit->symbol) ? upper(a, str_is_empty(a->unit->code) ? STR("…") : a->unit->code)
                                                      : a->unit->symbol;
    d->symbol = a->order->kind == ANSWER_LETTER ? symbol : say(a, "BC-%.*s", STR_ARG(symbol));
    d->place = place_of(a);
    d->date = (struct document_date){0, day.month, day.year};
    struct str what = a->chain_count ? answered_name(a) : STR("các nhiệm vụ được giao");
    if (a->order->kind != ANSWER_LETTER)
        d->type_name = STR("BÁO CÁO");
    if (a->order->kind == ANSWER_PERIODIC && !str_is_empty(a->order->series_title)) {
        struct str title = a->order->series_title, word = STR("Báo cáo ");
        if (str_starts_with(title, word))
            title = str_slice(title, word.len_bytes, title.len_bytes);
        d->summary = say(a, "%.*s%s%.*s%s", STR_ARG(title), str_is_empty(a->order->form) ? "" : " (Mẫu số ",
                         STR_ARG(a->order->form), str_is_empty(a->order->form) ? "" : ")");
    } else {
        d->summary = say(a, "%s kết quả thực hiện %.*s", a->order->kind == ANSWER_LETTER ? "báo cáo" : "Tổng hợp",
                         STR_ARG(what));
    }
}

static void put_opening(struct answer *a)
{
    struct str as_of = day_text(a, (civil_day)a->freeze->as_of_day);
    if (a->order->kind == ANSWER_PERIODIC && a->order->period_from_day != CIVIL_NONE &&
        a->order->period_to_day != CIVIL_NONE) {
        struct str from = day_text(a, a->order->period_from_day), to = day_text(a, a->order->period_to_day - 1);
        put(a, DOCUMENT_PARAGRAPH, STR_NONE,
            say(a, "%.*s báo cáo kỳ từ ngày %.*s đến ngày %.*s, số liệu chốt đến hết ngày %.*s, như sau:",
                STR_ARG(a->unit->name), STR_ARG(from), STR_ARG(to), STR_ARG(as_of)));
    } else if (a->chain_count) {
        put(a, DOCUMENT_PARAGRAPH, STR_NONE,
            say(a, "Thực hiện %.*s, %.*s báo cáo kết quả, số liệu chốt đến hết ngày %.*s, như sau:",
                STR_ARG(answered_name(a)), STR_ARG(a->unit->name), STR_ARG(as_of)));
    } else {
        put(a, DOCUMENT_PARAGRAPH, STR_NONE,
            say(a, "%.*s báo cáo kết quả thực hiện các nhiệm vụ được giao, số liệu chốt đến hết ngày %.*s, như sau:",
                STR_ARG(a->unit->name), STR_ARG(as_of)));
    }
}

enum err_code answer_document(struct db *db, const struct actor *actor, const struct answer_order *order,
                              struct arena *arena, struct document *ret_document, struct err *err)
{
    struct answer answer = {.db = db, .arena = arena, .order = order}, *a = &answer;
    struct document d = {0};
    TRY(answer_read(a, actor, err));
    put_head(a, &d);
    put_basis(a);
    put_opening(a);
    put(a, DOCUMENT_HEADING, STR_NONE, STR("KẾT QUẢ CHUNG"));
    TRY(put_denominators(a, err));
    put_typed_numbers(a);
    put_typed(a, NULL, ANSWER_RESULTS);
    if (a->tallies.count) {
        put(a, DOCUMENT_HEADING, STR_NONE, STR("KẾT QUẢ TỪNG NHIỆM VỤ"));
        for (size_t i = 0; i < a->tallies.count; i++)
            put_obligation(a, &a->tallies.items[i]);
    }
    put(a, DOCUMENT_HEADING, STR_NONE, STR("ĐƠN VỊ CÒN THIẾU"));
    put_missing(a);
    put_typed(a, "NGUYÊN NHÂN, KHÓ KHĂN", ANSWER_CAUSES);
    put_typed(a, "ĐỀ XUẤT, KIẾN NGHỊ", ANSWER_PROPOSALS);
    put(a, DOCUMENT_PARAGRAPH, STR_NONE, say(a, "%.*s kính báo cáo", STR_ARG(a->unit->name)));
    TRY(put_addresses(a, &d, err));
    TRY(put_signer(a, &d, err));
    TRY(put_annex(a, &d, err));
    if (a->full)
        return arena_full(arena, err);
    d.blocks = a->blocks.items;
    d.block_count = a->blocks.count;
    d.frozen_unix_ms = a->freeze->at_ms;
    d.made_unix_ms = a->freeze->at_ms;
    d.frozen_hash = crypto_to_hex(a->freeze->hash, arena);
    if (str_is_null(d.frozen_hash))
        return arena_full(arena, err);
    TRY(document_check(&d, err));
    *ret_document = d;
    return ERR_NONE;
}

/* --- the spreadsheet --- */

struct cells {
    const struct sheet_cell *items;
    size_t column_count, row_count, at;
};

static enum err_code next_cells(void *ctx, const struct sheet_cell **ret_cells, struct err *err)
{
    (void)err;
    struct cells *cells = ctx;
    *ret_cells = cells->at < cells->row_count ? cells->items + cells->at * cells->column_count : NULL;
    cells->at++;
    return ERR_NONE;
}

static const struct sheet_column unit_columns[] = {
    {STR_INIT("Đơn vị"), SHEET_TEXT, 48},     {STR_INIT("Phải làm"), SHEET_INT, 10},
    {STR_INIT("Đạt"), SHEET_INT, 8},          {STR_INIT("Tỷ lệ"), SHEET_PERCENT, 9},
    {STR_INIT("Quá hạn"), SHEET_INT, 9},      {STR_INIT("Trễ từ khi giao"), SHEET_INT, 14},
    {STR_INIT("Chưa xem"), SHEET_INT, 10},    {STR_INIT("Đang làm"), SHEET_INT, 10},
    {STR_INIT("Sắp đến hạn"), SHEET_INT, 12}, {STR_INIT("Không thuộc diện"), SHEET_INT, 16},
    {STR_INIT("Tạm miễn"), SHEET_INT, 10},
};
static const struct sheet_column row_columns[] = {
    {STR_INIT("Đơn vị"), SHEET_TEXT, 48},     {STR_INIT("Mã"), SHEET_TEXT, 10},  {STR_INIT("Nhiệm vụ"), SHEET_TEXT, 60},
    {STR_INIT("Trạng thái"), SHEET_TEXT, 18}, {STR_INIT("Hạn"), SHEET_DATE, 12},
};

static struct sheet_cell text_cell(struct str text)
{
    return (struct sheet_cell){.is_empty = str_is_empty(text), .text = text};
}

static struct str state_word(int64_t state)
{
    if (state == DUTY_OK)
        return STR("Đạt");
    for (size_t i = 0; i < ARRAY_LEN(state_words); i++)
        if (state_words[i].state == state)
            return str_from_cstr(state_words[i].words);
    return STR("");
}

enum err_code answer_xlsx(struct db *db, const struct actor *actor, int64_t freeze_id, const char *path,
                          struct err *err)
{
    AUTO_ARENA arena;
    arena_init(&arena, ANSWER_XLSX_ARENA_BYTES);
    struct sql_answer_freeze_row *freeze;
    TRY(sql_answer_freeze(db, actor, &arena, &(struct sql_answer_freeze_args){.id = freeze_id}, &freeze, err));
    if (!freeze)
        return err_set(err, ERR_NOT_FOUND, "không có số liệu chốt này");
    struct sql_answer_units_rows units;
    struct sql_answer_rows_rows rows;
    TRY(sql_answer_units(db, &arena, &(struct sql_answer_units_args){.freeze_id = freeze_id}, &units, err));
    TRY(sql_answer_rows(db, &arena, &(struct sql_answer_rows_args){.freeze_id = freeze_id}, &rows, err));
    struct sheet_cell *u = arena_new_array(&arena, struct sheet_cell, units.count * ARRAY_LEN(unit_columns) + 1);
    struct sheet_cell *r = arena_new_array(&arena, struct sheet_cell, rows.count * ARRAY_LEN(row_columns) + 1);
    if (!u || !r)
        return arena_full(&arena, err);
    for (size_t i = 0; i < units.count; i++) {
        int64_t n[DUTY_STATE_COUNT];
        unit_counts(&units.items[i], n);
        int64_t owed = owed_of(n);
        const int64_t tail[] = {n[DUTY_LATE], n[DUTY_BIRTH], n[DUTY_UNSEEN], n[DUTY_DOING] + n[DUTY_ACK],
                                n[DUTY_DUE],  n[DUTY_NA],    n[DUTY_WAIVED]};
        struct sheet_cell *c = u + i * ARRAY_LEN(unit_columns);
        c[0] = text_cell(units.items[i].unit_name);
        c[1].value = owed;
        c[2].value = n[DUTY_OK];
        c[3] = (struct sheet_cell){.is_empty = owed == 0, .share = owed ? (double)n[DUTY_OK] / (double)owed : 0};
        for (size_t k = 0; k < ARRAY_LEN(tail); k++)
            c[4 + k].value = tail[k];
    }
    for (size_t i = 0; i < rows.count; i++) {
        const struct sql_answer_rows_row *row = &rows.items[i];
        struct sheet_cell *c = r + i * ARRAY_LEN(row_columns);
        c[0] = text_cell(row->unit_name);
        c[1] = text_cell(row->catalogue_id);
        c[2] = text_cell(row->title);
        c[3] = text_cell(state_word(row->state));
        c[4] = (struct sheet_cell){.is_empty = !row->due_day.has,
                                   .day = row->due_day.has ? (civil_day)row->due_day.v : CIVIL_NONE};
    }
    struct cells unit_cells = {u, ARRAY_LEN(unit_columns), units.count, 0},
                 row_cells = {r, ARRAY_LEN(row_columns), rows.count, 0};
    const struct sheet sheets[] = {
        {.name = STR("Đơn vị"),
         .columns = unit_columns,
         .column_count = ARRAY_LEN(unit_columns),
         .next = next_cells,
         .ctx = &unit_cells},
        {.name = STR("Từng nhiệm vụ"),
         .columns = row_columns,
         .column_count = ARRAY_LEN(row_columns),
         .next = next_cells,
         .ctx = &row_cells},
    };
    return sheet_write_xlsx(sheets, ARRAY_LEN(sheets), freeze->at_ms, path, err);
}
