#include "letter/letter_print.h"

#include "format/json.h"

static void put_cstr(struct json_writer *w, struct str key, const char *value)
{
    json_field_str(w, key, str_from_cstr(value));
}

static void put_span(struct json_writer *w, struct str key, struct letter_span at)
{
    json_put_key(w, key);
    if (!at.to) {
        json_put_null(w);
        return;
    }
    json_object_begin(w);
    json_field_i64(w, STR("from"), at.from);
    json_field_i64(w, STR("to"), at.to);
    json_object_end(w);
}

static void put_day(struct json_writer *w, struct str key, civil_day day)
{
    char text[CIVIL_TEXT_BYTES];
    json_field_str(w, key, day == CIVIL_NONE ? STR_NONE : str_from_cstr(civil_iso(day, text)));
}

static void put_refs(struct json_writer *w, const struct letter *letter)
{
    json_put_key(w, STR("legal_basis"));
    json_array_begin(w);
    for (size_t i = 0; i < letter->refs.count; i++)
        if (letter->refs.items[i].is_basis)
            json_put_str(w, letter->refs.items[i].number);
    json_array_end(w);
    json_put_key(w, STR("references"));
    json_array_begin(w);
    for (size_t i = 0; i < letter->refs.count; i++) {
        const struct letter_ref *ref = &letter->refs.items[i];
        json_object_begin(w);
        json_field_str(w, STR("number"), ref->number);
        json_field_str(w, STR("written"), ref->written);
        put_cstr(w, STR("document_type"), ref->type);
        put_day(w, STR("date"), ref->date);
        put_cstr(w, STR("title"), ref->title);
        put_cstr(w, STR("issuer"), ref->issuer);
        json_field_bool(w, STR("known"), ref->is_known);
        json_field_bool(w, STR("basis"), ref->is_basis);
        json_field_bool(w, STR("attached"), ref->is_attached);
        put_span(w, STR("quote"), ref->at);
        json_object_end(w);
    }
    json_array_end(w);
}

static void put_signer(struct json_writer *w, const struct letter_signer *signer, bool with_places)
{
    json_object_begin(w);
    put_cstr(w, STR("role"), signer->role);
    json_field_str(w, STR("title"), signer->title.text);
    json_field_str(w, STR("name"), signer->name.text);
    json_field_str(w, STR("on_behalf_of"), signer->on_behalf_of.text);
    if (with_places) {
        json_field_str(w, STR("authority"), signer->authority.text);
        put_span(w, STR("title_quote"), signer->title.at);
        put_span(w, STR("name_quote"), signer->name.at);
        put_span(w, STR("authority_quote"), signer->authority.at);
    }
    json_object_end(w);
}

/* Of a joint letter: every authority and every number, each with its place. */
static void put_joint(struct json_writer *w, const struct letter *letter)
{
    json_put_key(w, STR("issuers"));
    json_array_begin(w);
    for (size_t i = 0; i < letter->issuers.count; i++) {
        json_object_begin(w);
        json_field_str(w, STR("name"), letter->issuers.items[i].text);
        put_span(w, STR("quote"), letter->issuers.items[i].at);
        json_object_end(w);
    }
    json_array_end(w);
    json_put_key(w, STR("numbers"));
    json_array_begin(w);
    for (size_t i = 0; i < letter->numbers.count; i++) {
        const struct letter_number *n = &letter->numbers.items[i];
        json_object_begin(w);
        json_field_str(w, STR("number"), n->number.text);
        json_field_str(w, STR("symbol"), n->symbol.text);
        put_span(w, STR("number_quote"), n->number.at);
        put_span(w, STR("symbol_quote"), n->symbol.at);
        json_object_end(w);
    }
    json_array_end(w);
}

static void put_people(struct json_writer *w, const struct letter *letter)
{
    json_put_key(w, STR("recipients"));
    if (letter->has_recipients) {
        json_array_begin(w);
        for (size_t i = 0; i < letter->recipients.count; i++)
            json_put_str(w, letter->recipients.items[i].text);
        json_array_end(w);
    } else {
        json_put_null(w);
    }
    json_put_key(w, STR("attachments"));
    json_array_begin(w);
    for (size_t i = 0; i < letter->attachments.count; i++)
        json_put_str(w, letter->attachments.items[i].name.text);
    json_array_end(w);
    json_put_key(w, STR("signer"));
    if (letter->signer.is_known)
        put_signer(w, &letter->signer, false);
    else
        json_put_null(w);
    json_put_key(w, STR("signers"));
    json_array_begin(w);
    for (size_t i = 0; i < letter->signers.count; i++)
        put_signer(w, &letter->signers.items[i], true);
    json_array_end(w);
    json_put_key(w, STR("distribution"));
    json_array_begin(w);
    for (size_t i = 0; i < letter->distribution.count; i++) {
        json_object_begin(w);
        json_field_str(w, STR("to"), letter->distribution.items[i].to.text);
        put_cstr(w, STR("purpose"), letter_purpose_to_str(letter->distribution.items[i].purpose));
        json_object_end(w);
    }
    json_array_end(w);
    json_put_key(w, STR("contacts"));
    json_array_begin(w);
    for (size_t i = 0; i < letter->contacts.count; i++) {
        const struct letter_contact *c = &letter->contacts.items[i];
        static const char *const purposes[] = {NULL, "focal_point", "hotline"};
        json_object_begin(w);
        json_field_str(w, STR("name"), c->name.text);
        json_field_str(w, STR("title"), c->title.text);
        json_field_str(w, STR("phone"), c->phone.text);
        json_field_str(w, STR("email"), c->email.text);
        put_cstr(w, STR("purpose"), purposes[c->purpose]);
        json_object_end(w);
    }
    json_array_end(w);
}

/* Numbers that were not read as they stand. */
static void put_repairs(struct json_writer *w, const struct letter *letter)
{
    json_put_key(w, STR("repairs"));
    json_array_begin(w);
    for (size_t i = 0; i < letter->repairs.count; i++) {
        const struct letter_repair *repair = &letter->repairs.items[i];
        json_object_begin(w);
        json_field_str(w, STR("written"), repair->written.text);
        json_field_str(w, STR("read"), repair->read);
        put_span(w, STR("quote"), repair->written.at);
        json_object_end(w);
    }
    json_array_end(w);
}

/* Where each value was read, beside the values, so that these stay plain text. */
static void put_offsets(struct json_writer *w, const struct letter *letter)
{
    json_put_key(w, STR("offsets"));
    json_object_begin(w);
    put_span(w, STR("number"), letter->number.at);
    put_span(w, STR("symbol"), letter->symbol.at);
    put_span(w, STR("place"), letter->place.at);
    put_span(w, STR("date"), letter->date_text.at);
    put_span(w, STR("issuer"), letter->issuer.at);
    put_span(w, STR("issuer_parent"), letter->issuer_parent.at);
    put_span(w, STR("subject"), letter->subject.at);
    put_span(w, STR("signer_title"), letter->signer.title.at);
    put_span(w, STR("signer_name"), letter->signer.name.at);
    json_put_key(w, STR("recipients"));
    json_array_begin(w);
    for (size_t i = 0; i < letter->recipients.count; i++) {
        json_object_begin(w);
        json_field_i64(w, STR("from"), letter->recipients.items[i].at.from);
        json_field_i64(w, STR("to"), letter->recipients.items[i].at.to);
        json_object_end(w);
    }
    json_array_end(w);
    json_put_key(w, STR("attachments"));
    json_array_begin(w);
    for (size_t i = 0; i < letter->attachments.count; i++) {
        json_object_begin(w);
        json_field_i64(w, STR("from"), letter->attachments.items[i].name.at.from);
        json_field_i64(w, STR("to"), letter->attachments.items[i].name.at.to);
        json_object_end(w);
    }
    json_array_end(w);
    json_put_key(w, STR("distribution"));
    json_array_begin(w);
    for (size_t i = 0; i < letter->distribution.count; i++) {
        json_object_begin(w);
        json_field_i64(w, STR("from"), letter->distribution.items[i].to.at.from);
        json_field_i64(w, STR("to"), letter->distribution.items[i].to.at.to);
        json_object_end(w);
    }
    json_array_end(w);
    json_put_key(w, STR("contacts"));
    json_array_begin(w);
    for (size_t i = 0; i < letter->contacts.count; i++) {
        const struct letter_contact *c = &letter->contacts.items[i];
        json_object_begin(w);
        put_span(w, STR("name"), c->name.at);
        put_span(w, STR("title"), c->title.at);
        put_span(w, STR("phone"), c->phone.at);
        put_span(w, STR("email"), c->email.at);
        json_object_end(w);
    }
    json_array_end(w);
    json_object_end(w);
}

static void put_deadline(struct json_writer *w, const struct letter_deadline *d)
{
    json_put_key(w, STR("deadline"));
    if (!d->is_known) {
        json_put_null(w);
        return;
    }
    char text[CIVIL_TEXT_BYTES];
    json_object_begin(w);
    put_day(w, STR("date"), d->date);
    put_day(w, STR("from"), d->from);
    if (d->time_minutes >= 0) {
        (void)snprintf(text, sizeof text, "%02d:%02d", d->time_minutes / 60 % 100, d->time_minutes % 60);
        json_field_str(w, STR("time"), str_from_cstr(text));
    } else {
        json_field_null(w, STR("time"));
    }
    json_field_bool(w, STR("strict_before"), d->strict_before);
    json_put_key(w, STR("relative"));
    if (d->has_relative) {
        json_object_begin(w);
        json_field_i64(w, STR("n"), d->relative_n);
        put_cstr(w, STR("unit"), letter_unit_to_str(d->relative_unit));
        json_field_bool(w, STR("working"), d->relative_working);
        json_field_str(w, STR("from"), d->relative_from.text);
        json_object_end(w);
    } else {
        json_put_null(w);
    }
    json_field_str(w, STR("quoted"), d->quoted.text);
    json_field_str(w, STR("note"), d->note);
    json_field_str(w, STR("note_en"), d->note_en);
    json_field_str(w, STR("due_at"),
                   d->due_at_ms == INT64_MIN ? STR_NONE : str_from_cstr(civil_iso_ms(d->due_at_ms, text)));
    put_span(w, STR("quote"), d->quoted.at);
    json_object_end(w);
}

static void put_duty(struct json_writer *w, const struct letter_duty *duty)
{
    json_object_begin(w);
    json_field_str(w, STR("type"), STR("duty"));
    json_field_i64(w, STR("no"), duty->no);
    json_field_str(w, STR("text"), duty->text);
    put_span(w, STR("quote"), duty->quote);
    json_field_str(w, STR("actor"), duty->actor.text);
    put_span(w, STR("actor_quote"), duty->actor.at);
    json_put_key(w, STR("co_actors"));
    json_array_begin(w);
    for (size_t i = 0; i < duty->co_actors.count; i++)
        json_put_str(w, duty->co_actors.items[i].text);
    json_array_end(w);
    json_put_key(w, STR("co_actor_quotes"));
    json_array_begin(w);
    for (size_t i = 0; i < duty->co_actors.count; i++) {
        json_object_begin(w);
        json_field_i64(w, STR("from"), duty->co_actors.items[i].at.from);
        json_field_i64(w, STR("to"), duty->co_actors.items[i].at.to);
        json_object_end(w);
    }
    json_array_end(w);
    json_field_str(w, STR("product"), duty->product.text);
    put_span(w, STR("product_quote"), duty->product.at);
    json_field_str(w, STR("clause"), duty->clause.text);
    put_cstr(w, STR("trigger"), letter_trigger_to_str(duty->trigger));
    json_put_key(w, STR("period"));
    if (duty->period.is_known) {
        json_object_begin(w);
        json_field_i64(w, STR("count"), duty->period.count);
        json_field_i64(w, STR("per_months"), duty->period.per_months);
        json_object_end(w);
    } else {
        json_put_null(w);
    }
    put_deadline(w, &duty->deadline);
    json_put_key(w, STR("obligations"));
    json_array_begin(w);
    for (size_t i = 0; i < duty->obligation_count; i++)
        json_put_str(w, str_from_cstr(duty->obligations[i]));
    json_array_end(w);
    json_field_double(w, STR("confidence"), (double)duty->confidence_percent / 100.0);
    json_object_end(w);
    json_end_line(w);
}

void letter_print_json(const struct letter *letter, struct buf *out)
{
    struct json_writer w;
    json_writer_init(&w, out, 0);
    json_object_begin(&w);
    json_field_str(&w, STR("type"), STR("letter"));
    json_field_str(&w, STR("kind"), letter->is_article ? STR("article") : STR("letter"));
    json_field_str(&w, STR("number"), letter->number.text);
    json_field_str(&w, STR("symbol"), letter->symbol.text);
    put_cstr(&w, STR("document_type"), letter->document_type);
    json_field_str(&w, STR("place"), letter->place.text);
    put_day(&w, STR("date"), letter->date);
    if (letter->year)
        json_field_i64(&w, STR("year"), letter->year);
    else
        json_field_null(&w, STR("year"));
    json_field_str(&w, STR("issuer"), letter->issuer.text);
    json_field_str(&w, STR("issuer_parent"), letter->issuer_parent.text);
    put_joint(&w, letter);
    json_field_str(&w, STR("subject"), letter->subject.text);
    put_cstr(&w, STR("urgency"), letter->urgency);
    put_refs(&w, letter);
    put_people(&w, letter);
    put_repairs(&w, letter);
    put_offsets(&w, letter);
    json_object_end(&w);
    json_end_line(&w);
    size_t matched = 0, dated = 0;
    for (size_t i = 0; i < letter->duties.count; i++) {
        const struct letter_duty *duty = &letter->duties.items[i];
        put_duty(&w, duty);
        matched += duty->obligation_count > 0;
        dated += duty->deadline.is_known;
    }
    json_object_begin(&w);
    json_field_str(&w, STR("type"), STR("summary"));
    json_field_i64(&w, STR("duties"), (int64_t)letter->duties.count);
    json_field_i64(&w, STR("matched"), (int64_t)matched);
    json_field_i64(&w, STR("with_deadline"), (int64_t)dated);
    json_field_i64(&w, STR("text_bytes"), (int64_t)letter->text.len_bytes);
    json_object_end(&w);
    json_end_line(&w);
}

/* --- for people --- */

#define PAGE_COLUMNS   100u
#define LABEL_COLUMNS  14u
#define NUMBER_COLUMNS 4u       /* "12. " before a duty */
#define NUMBER_INDENT  SIZE_MAX /* asks for that layout */

/* Words wrapped into the column behind a label. */
static void put_wrapped(struct buf *out, const char *label, struct str text, size_t indent)
{
    const size_t text_column = indent == NUMBER_INDENT ? NUMBER_COLUMNS : indent + LABEL_COLUMNS;
    if (indent == NUMBER_INDENT)
        indent = 0;
    size_t column = indent;
    buf_printf(out, "%*s%s", (int)indent, "", label);
    column += utf8_count(str_from_cstr(label));
    for (; column < text_column; column++)
        buf_lit(out, " ");
    bool first = true;
    struct str part, rest = text;
    while (str_split(&rest, ' ', &part)) {
        size_t n = utf8_count(part);
        if (!first && column + 1 + n > PAGE_COLUMNS) {
            buf_printf(out, "\n%*s", (int)text_column, "");
            column = text_column;
        } else if (!first) {
            buf_lit(out, " ");
            column++;
        }
        /* control characters of a hostile letter must not reach a terminal */
        for (size_t i = 0; i < part.len_bytes; i++)
            buf_put_byte(out, (unsigned char)part.ptr[i] < ' ' || part.ptr[i] == 0x7f ? '?' : part.ptr[i]);
        column += n;
        first = false;
    }
    buf_lit(out, "\n");
}

static void put_value(struct buf *out, enum lang lang, const char *label, struct str value, size_t indent)
{
    put_wrapped(out, label, str_is_null(value) ? str_from_cstr(lang_text(lang, "(không ghi)", "(not written)")) : value,
                indent);
}

static void people_due(struct buf *out, enum lang lang, const struct letter_duty *duty)
{
    static const char *const triggers_vi[] = {"một lần",        "định kỳ", "khi có thay đổi",
                                              "khi có yêu cầu", "ngay",    "thường xuyên"};
    static const char *const triggers_en[] = {"once", "periodic", "on a change", "when asked", "at once", "always"};
    char when[256], text[CIVIL_TEXT_BYTES];
    const struct letter_deadline *d = &duty->deadline;
    if (duty->period.is_known)
        (void)snprintf(when, sizeof when, lang_text(lang, "%d lần trong %d tháng", "%d times in %d months"),
                       duty->period.count, duty->period.per_months);
    else
        (void)snprintf(when, sizeof when, "%s", lang_text(lang, triggers_vi, triggers_en)[duty->trigger]);
    put_wrapped(out, lang_text(lang, "Khi nào", "When"), str_from_cstr(when), 4);
    if (!d->is_known)
        return;
    AUTO_BUF due;
    buf_init(&due, 4096);
    if (d->due_at_ms != INT64_MIN)
        buf_printf(&due, lang_text(lang, "đến %s", "until %s"), civil_vn_ms(d->due_at_ms, text));
    else
        buf_put(&due, str_from_cstr(lang_text(lang, "chưa tính được ngày", "no day can be told")));
    if (d->from != CIVIL_NONE)
        buf_printf(&due, lang_text(lang, ", từ %s", ", from %s"), civil_vn(d->from, text));
    buf_printf(&due, " (“%.*s”%s)", STR_ARG(d->quoted.text),
               d->strict_before ? lang_text(lang, ": không gồm ngày đó", ": that day not included") : "");
    put_wrapped(out, lang_text(lang, "Hạn", "Due"), buf_str(&due), 4);
    if (!str_is_null(d->note))
        put_wrapped(out, lang_text(lang, "Lưu ý", "Note"), lang_text(lang, d->note, d->note_en), 4);
}

void letter_print_people(const struct letter *letter, enum lang lang, struct buf *out)
{
    char text[CIVIL_TEXT_BYTES];
    AUTO_BUF line;
    buf_init(&line, 1u << 20);
    if (letter->is_article) {
        buf_put(out, str_from_cstr(lang_text(lang, "BÀI VIẾT (không có khối số, nơi nhận, chữ ký)\n",
                                             "ARTICLE (no block of number, recipients, signature)\n")));
    } else {
        buf_printf(&line, "%.*s/%.*s", STR_ARG(str_is_null(letter->number.text) ? STR("……") : letter->number.text),
                   STR_ARG(str_is_null(letter->symbol.text) ? STR("……") : letter->symbol.text));
        buf_put(out, str_from_cstr(lang_text(lang, "VĂN BẢN\n", "LETTER\n")));
        put_wrapped(out, lang_text(lang, "Số", "Number"), buf_str(&line), 0);
        put_value(out, lang, lang_text(lang, "Cơ quan", "From"), letter->issuer.text, 0);
        put_value(out, lang, lang_text(lang, "Nơi, ngày", "Day"),
                  letter->date == CIVIL_NONE ? letter->date_text.text : str_from_cstr(civil_vn(letter->date, text)), 0);
    }
    if (letter->urgency)
        put_wrapped(out, lang_text(lang, "Độ khẩn", "Urgency"), str_from_cstr(letter->urgency), 0);
    put_value(out, lang, lang_text(lang, "Về việc", "Subject"), letter->subject.text, 0);
    for (size_t i = 0; i < letter->recipients.count; i++)
        put_wrapped(out, i ? "" : lang_text(lang, "Kính gửi", "To"), letter->recipients.items[i].text, 0);
    bool first = true;
    for (size_t i = 0; i < letter->refs.count; i++) {
        const struct letter_ref *ref = &letter->refs.items[i];
        if (!ref->is_basis)
            continue;
        buf_clear(&line);
        buf_put(&line, ref->number);
        if (ref->date != CIVIL_NONE)
            buf_printf(&line, lang_text(lang, " ngày %s", " of %s"), civil_vn(ref->date, text));
        if (ref->title)
            buf_printf(&line, ": %s", ref->title);
        if (!str_equal(ref->number, ref->written))
            buf_printf(&line, lang_text(lang, " (trong văn bản viết “%.*s”)", " (the letter writes “%.*s”)"),
                       STR_ARG(ref->written));
        put_wrapped(out, first ? lang_text(lang, "Căn cứ", "Basis") : "", buf_str(&line), 0);
        first = false;
    }
    for (size_t i = 0; i < letter->attachments.count; i++)
        put_wrapped(out, i ? "" : lang_text(lang, "Kèm theo", "Attached"), letter->attachments.items[i].name.text, 0);
    for (size_t i = 0; i < letter->signers.count; i++) {
        const struct letter_signer *signer = &letter->signers.items[i];
        buf_clear(&line);
        buf_printf(&line, "%s%s%.*s %.*s", signer->role ? signer->role : "", signer->role ? " " : "",
                   STR_ARG(signer->title.text), STR_ARG(signer->name.text));
        put_wrapped(out, i ? "" : lang_text(lang, "Người ký", "Signed by"), buf_str(&line), 0);
    }
    for (size_t i = 0; i < letter->repairs.count; i++) {
        const struct letter_repair *repair = &letter->repairs.items[i];
        buf_clear(&line);
        buf_printf(&line,
                   lang_text(lang, "văn bản viết “%.*s”, có chữ cái lẫn trong số; đọc là %.*s",
                             "the letter writes “%.*s”, with letters in the number; read as %.*s"),
                   STR_ARG(repair->written.text), STR_ARG(repair->read));
        put_wrapped(out, i ? "" : lang_text(lang, "Lưu ý", "Note"), buf_str(&line), 0);
    }
    buf_printf(out, lang_text(lang, "\n%zu NHIỆM VỤ\n", "\n%zu DUTIES\n"), letter->duties.count);
    for (size_t i = 0; i < letter->duties.count; i++) {
        const struct letter_duty *duty = &letter->duties.items[i];
        buf_clear(&line);
        buf_printf(&line, "%u.", duty->no);
        buf_lit(out, "\n");
        put_wrapped(out, buf_str(&line).ptr, duty->text, NUMBER_INDENT);
        put_value(out, lang, lang_text(lang, "Ai làm", "Who"), duty->actor.text, 4);
        for (size_t k = 0; k < duty->co_actors.count; k++)
            put_wrapped(out, k ? "" : lang_text(lang, "Phối hợp", "With"), duty->co_actors.items[k].text, 4);
        if (duty->product.at.to)
            put_wrapped(out, lang_text(lang, "Sản phẩm", "Product"), duty->product.text, 4);
        people_due(out, lang, duty);
        buf_clear(&line);
        for (size_t k = 0; k < duty->obligation_count; k++)
            buf_printf(&line, "%s%s", k ? ", " : "", duty->obligations[k]);
        put_wrapped(out, lang_text(lang, "Nghĩa vụ", "Obligations"),
                    duty->obligation_count ? buf_str(&line)
                                           : str_from_cstr(lang_text(lang, "(chưa rõ, cần người chọn)",
                                                                     "(not sure: somebody must choose)")),
                    4);
    }
}
