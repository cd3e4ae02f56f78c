/* answer_result.c - what an answer says was done: by each denominator, by duty, who is missing, and what people typed.
 */
#include "report/answer_parts.h"

#define ANSWER_NAMED_MAX 20u /* units named in the letter; all of them stand in the annex */

static int64_t figure(const struct answer *a, struct str group, struct str name)
{
    int64_t value = -1;
    return json_i64(json_get(json_get(json_get(a->fields, STR("auto")), group), name), &value) ? value : -1;
}

int64_t answer_owed_of(const int64_t n[DUTY_STATE_COUNT])
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
    answer_put(a, DOCUMENT_DASH, answer_say(a, "%s:", lead),
               answer_say(a, "%.*s trên %.*s %s (%.*s)%.*s", STR_ARG(answer_number(a, done)),
                          STR_ARG(answer_number(a, owed)), words, STR_ARG(answer_percent(a, done, owed)),
                          STR_ARG(more)));
}

static void put_by(struct answer *a, struct str denominator, const char *lead, const char *words)
{
    int64_t done = 0, owed = 0, late = 0;
    for (size_t i = 0; i < a->tallies.count; i++) {
        const struct tally *t = &a->tallies.items[i];
        if (!str_equal(t->denominator, denominator))
            continue;
        done += t->n[DUTY_OK];
        owed += answer_owed_of(t->n);
        late += t->n[DUTY_LATE] + t->n[DUTY_BIRTH];
    }
    if (owed)
        put_share(a, lead, done, owed, words,
                  late ? answer_say(a, "; %.*s quá hạn", STR_ARG(answer_number(a, late))) : STR(""));
}

/* The four denominators: people, units, systems (databases are objects of a system), devices. */
enum err_code answer_put_denominators(struct answer *a, struct err *err)
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
                  unknown > 0 ? answer_say(a, "; %.*s thiết bị chưa rõ, tính là chưa được bảo vệ",
                                           STR_ARG(answer_number(a, unknown)))
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

struct str answer_state_word(int64_t state)
{
    if (state == DUTY_OK)
        return STR("Đạt");
    for (size_t i = 0; i < ARRAY_LEN(state_words); i++)
        if (state_words[i].state == state)
            return str_from_cstr(state_words[i].words);
    return STR("");
}

void answer_put_obligation(struct answer *a, const struct tally *t)
{
    int64_t all = 0, owed = answer_owed_of(t->n);
    for (int s = 0; s < DUTY_STATE_COUNT; s++)
        all += t->n[s];
    struct str lead = answer_say(a, "%.*s:", STR_ARG(t->title));
    if (all == 1) { /* one unit answers for itself: words, not "1 trên 1" */
        struct str words = STR("đã thực hiện");
        for (size_t i = 0; i < ARRAY_LEN(state_words); i++)
            if (t->n[state_words[i].state])
                words = str_from_cstr(state_words[i].alone);
        answer_put(a, DOCUMENT_CLAUSE, lead, answer_say(a, "%.*s.", STR_ARG(words)));
        return;
    }
    struct str text = owed ? answer_say(a, "%.*s trên %.*s %s đạt (%.*s)", STR_ARG(answer_number(a, t->n[DUTY_OK])),
                                        STR_ARG(answer_number(a, owed)), counted_as(t->denominator),
                                        STR_ARG(answer_percent(a, t->n[DUTY_OK], owed)))
                           : answer_say(a, "không có %s nào phải thực hiện", counted_as(t->denominator));
    for (size_t i = 0; i < ARRAY_LEN(state_words); i++)
        if (t->n[state_words[i].state])
            text = answer_say(a, "%.*s; %.*s %s", STR_ARG(text), STR_ARG(answer_number(a, t->n[state_words[i].state])),
                              state_words[i].words);
    answer_put(a, DOCUMENT_CLAUSE, lead, answer_say(a, "%.*s.", STR_ARG(text)));
}

void answer_put_missing(struct answer *a)
{
    size_t missing = 0;
    for (size_t i = 0; i < a->units.count; i++) {
        const struct sql_answer_units_row *u = &a->units.items[i];
        missing += u->n_late + u->n_birth + u->n_unseen > 0;
    }
    if (!missing) {
        answer_put(a, DOCUMENT_PARAGRAPH, STR_NONE, STR("Không có đơn vị nào quá hạn hoặc chưa xem."));
        return;
    }
    if (a->units.count > 1)
        answer_put(a, DOCUMENT_PARAGRAPH, STR_NONE,
                   answer_say(a, "%.*s trên %.*s đơn vị còn việc quá hạn hoặc chưa xem:",
                              STR_ARG(answer_number(a, (int64_t)missing)),
                              STR_ARG(answer_number(a, (int64_t)a->units.count))));
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
                text = answer_say(a, "%.*s%s%.*s %s", STR_ARG(text), str_is_empty(text) ? "" : ", ",
                                  STR_ARG(answer_number(a, parts[k].n)), parts[k].words);
        if (str_is_empty(text))
            continue;
        named++;
        answer_put(a, DOCUMENT_DASH, answer_say(a, "%.*s:", STR_ARG(u->unit_name)), text);
    }
    if (missing > named)
        answer_put(a, DOCUMENT_PARAGRAPH, STR_NONE,
                   answer_say(a, "Còn %.*s đơn vị khác nêu tại Phụ lục.",
                              STR_ARG(answer_number(a, (int64_t)(missing - named)))));
}

/* What a person typed, a paragraph a line; nothing when nothing was typed. */
void answer_put_typed(struct answer *a, const char *heading, struct str name)
{
    struct str text = str_trim(json_str_or_none(json_get(json_get(a->fields, STR("hand")), name), a->arena)), line;
    if (str_is_empty(text))
        return;
    if (heading)
        answer_put(a, DOCUMENT_HEADING, STR_NONE, str_from_cstr(heading));
    while (str_split(&text, '\n', &line))
        if (!str_is_empty(str_trim(line)))
            answer_put(a, DOCUMENT_PARAGRAPH, STR_NONE, str_trim(line));
}

/* Numbers a form asks for that no table of ours holds: what was typed, with the words of the form. */
void answer_put_typed_numbers(struct answer *a)
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
            answer_put(a, DOCUMENT_DASH, answer_say(a, "%s:", numbers[i].words), answer_number(a, value));
    }
}
