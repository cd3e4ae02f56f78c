#include "report/document.h"

#include "base/buf.h"
#include "base/viet.h"

#define DOCUMENT_TEXT_MAX_BYTES (1u << 20) /* one block */
#define NBSP                    "\xC2\xA0" /* room for the clerk must neither collapse, break nor stretch */
#define NUMBER_ROOM             NBSP NBSP NBSP NBSP NBSP NBSP NBSP NBSP NBSP NBSP
#define DAY_ROOM                NBSP NBSP NBSP NBSP NBSP
#define YEAR_ROOM               DAY_ROOM DAY_ROOM

/* ---------- composed text ---------- */

static bool needs_cleaning(struct str text)
{
    /* Lead bytes only, so that the usual text is looked at once: C2 80..9F controls, CC CD marks, E2 80/81 separators
     * and overrides, EF and above the rest. */
    for (size_t i = 0; i < text.len_bytes; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        unsigned char next = i + 1 < text.len_bytes ? (unsigned char)text.ptr[i + 1] : 0;
        if (c < 0x20 || c == 0x7F || c == 0xCC || c == 0xCD || c >= 0xEF || (c == 0xC2 && next < 0xA0) ||
            (c == 0xE2 && (next == 0x80 || next == 0x81)))
            return true;
    }
    return !utf8_is_valid(text);
}

enum err_code document_text_clean(struct str text, struct arena *arena, struct str *ret_text, struct err *err)
{
    if (!needs_cleaning(text)) {
        *ret_text = text;
        return ERR_NONE;
    }
    AUTO_BUF plain;
    buf_init(&plain, DOCUMENT_TEXT_MAX_BYTES);
    for (size_t pos = 0; pos < text.len_bytes;) {
        uint32_t cp = utf8_next(text, &pos);
        if (cp == '\n' || cp == '\t' || cp == '\r' || cp == 0x2028 || cp == 0x2029)
            cp = ' ';
        /* Controls and non-characters are not XML and not print; bidirectional overrides could show another text than
         * is meant. */
        if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0xFEFF || cp == 0xFFFE || cp == 0xFFFF ||
            (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069))
            continue;
        buf_put_char(&plain, cp);
    }
    TRY(buf_check(&plain, err));
    AUTO_BUF out;
    buf_init(&out, 2 * DOCUMENT_TEXT_MAX_BYTES);
    viet_put_nfc(&out, buf_str(&plain));
    return buf_to_arena(&out, arena, ret_text, err);
}

/* "BÁO CÁO" in running text: "Báo cáo". */
static void sentence_put(struct buf *out, struct str capitals)
{
    for (size_t pos = 0; pos < capitals.len_bytes;) {
        bool is_first = pos == 0;
        uint32_t cp = utf8_next(capitals, &pos);
        buf_put_char(out, is_first ? cp : viet_lower_char(cp));
    }
}

/* ---------- figures ---------- */

static const char *const digit_words[] = {"không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"};

static void word_put(struct buf *out, const char *word)
{
    if (out->len_bytes)
        buf_put_byte(out, ' ');
    buf_put(out, str_from_cstr(word));
}

static void group_put(struct buf *out, unsigned group, bool is_whole) /* 0..999; whole: "không trăm linh" is said */
{
    unsigned hundreds = group / 100, tens = group / 10 % 10, units = group % 10;
    if (hundreds || is_whole) {
        word_put(out, digit_words[hundreds]);
        word_put(out, "trăm");
    }
    if (tens == 0 && units && (hundreds || is_whole))
        word_put(out, "linh");
    if (tens == 1)
        word_put(out, "mười");
    if (tens > 1) {
        word_put(out, digit_words[tens]);
        word_put(out, "mươi");
    }
    if (units == 1 && tens > 1)
        word_put(out, "mốt");
    else if (units == 4 && tens > 1)
        word_put(out, "tư");
    else if (units == 5 && tens > 0)
        word_put(out, "lăm");
    else if (units)
        word_put(out, digit_words[units]);
}

static void words_put(struct buf *out, uint64_t value, bool is_whole)
{
    static const struct {
        uint64_t scale;
        const char *word;
    } scales[] = {{1000000, "triệu"}, {1000, "nghìn"}, {1, NULL}};
    if (value >= 1000000000) { /* "tỷ tỷ" is how it is said above 10^18 */
        words_put(out, value / 1000000000, is_whole);
        word_put(out, "tỷ");
        value %= 1000000000;
        is_whole = true;
    }
    for (size_t i = 0; i < ARRAY_LEN(scales); i++) {
        unsigned group = (unsigned)(value / scales[i].scale);
        value %= scales[i].scale;
        if (group == 0)
            continue;
        group_put(out, group, is_whole);
        if (scales[i].word)
            word_put(out, scales[i].word);
        is_whole = true;
    }
}

enum err_code document_number_words(int64_t value, struct arena *arena, struct str *ret_text, struct err *err)
{
    AUTO_BUF out;
    buf_init(&out, 4096);
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    if (value < 0)
        word_put(&out, "âm");
    if (magnitude == 0)
        word_put(&out, digit_words[0]);
    words_put(&out, magnitude, false);
    return buf_to_arena(&out, arena, ret_text, err);
}

static size_t grouped(uint64_t value, char out[32]) /* Vietnamese writes "1.234.567" */
{
    char digits[24];
    size_t n = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)value), used = 0;
    for (size_t i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            out[used++] = '.';
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return used;
}

enum err_code document_number_print(int64_t value, struct arena *arena, struct str *ret_text, struct err *err)
{
    char text[32];
    grouped(value < 0 ? 0 - (uint64_t)value : (uint64_t)value, text);
    struct str made = arena_printf(arena, "%s%s", value < 0 ? "-" : "", text);
    if (str_is_null(made))
        return arena_full(arena, err);
    *ret_text = made;
    return ERR_NONE;
}

enum err_code document_percent_print(int64_t part, int64_t whole, struct arena *arena, struct str *ret_text,
                                     struct err *err)
{
    struct str made;
    if (whole <= 0 || part < 0) {
        made = STR("-");
    } else {
        __int128 tenths = ((__int128)part * 2000 + whole) / ((__int128)whole * 2);
        /* "100%" is a claim that nothing is missing, and "0%" that nothing was done: rounding may not make either. */
        if (tenths >= 1000 && part < whole)
            tenths = 999;
        if (tenths == 0 && part > 0)
            tenths = 1;
        int rest = (int)(tenths % 10);
        char text[32];
        grouped((uint64_t)(tenths / 10), text);
        made = rest ? arena_printf(arena, "%s,%d%%", text, rest) : arena_printf(arena, "%s%%", text);
    }
    if (str_is_null(made))
        return arena_full(arena, err);
    *ret_text = made;
    return ERR_NONE;
}

/* ---------- the words the rules fix ---------- */

static void date_put(struct buf *out, struct document_date date)
{
    buf_lit(out, "ngày ");
    if (date.day)
        buf_printf(out, "%02d", date.day);
    else
        buf_lit(out, DAY_ROOM);
    buf_lit(out, " tháng ");
    if (date.month)
        buf_printf(out, date.month <= 2 ? "%02d" : "%d", date.month);
    else
        buf_lit(out, DAY_ROOM);
    buf_lit(out, " năm ");
    if (date.year)
        buf_printf(out, "%d", date.year);
    else
        buf_lit(out, YEAR_ROOM);
}

static void number_put(struct buf *out, const struct document *document)
{
    int64_t value;
    if (str_is_empty(document->number))
        buf_lit(out, NUMBER_ROOM);
    else if (str_to_i64(document->number, &value) && value > 0 && value < 10)
        buf_printf(out, "%02d", (int)value);
    else
        buf_put(out, document->number);
    buf_lit(out, "/");
    buf_put(out, document->symbol);
}

enum err_code document_number_text(const struct document *document, struct arena *arena, struct str *ret_text,
                                   struct err *err)
{
    AUTO_BUF out;
    buf_init(&out, DOCUMENT_TEXT_MAX_BYTES);
    buf_lit(&out, "Số: ");
    number_put(&out, document);
    return buf_to_arena(&out, arena, ret_text, err);
}

enum err_code document_date_text(struct document_date date, struct arena *arena, struct str *ret_text, struct err *err)
{
    AUTO_BUF out;
    buf_init(&out, DOCUMENT_TEXT_MAX_BYTES);
    date_put(&out, date);
    return buf_to_arena(&out, arena, ret_text, err);
}

enum err_code document_annex_text(const struct document *document, struct arena *arena, struct str *ret_text,
                                  struct err *err)
{
    AUTO_BUF out;
    buf_init(&out, DOCUMENT_TEXT_MAX_BYTES);
    buf_lit(&out, "(Kèm theo ");
    if (str_is_empty(document->type_name))
        buf_lit(&out, "Công văn");
    else
        sentence_put(&out, document->type_name);
    buf_lit(&out, " số ");
    number_put(&out, document);
    buf_lit(&out, " ");
    date_put(&out, document->date);
    buf_lit(&out, " của ");
    buf_put(&out, str_is_empty(document->issuer_name) ? document->issuer : document->issuer_name);
    buf_lit(&out, ")");
    return buf_to_arena(&out, arena, ret_text, err);
}

enum err_code document_frozen_text(const struct document *document, struct arena *arena, struct str *ret_text,
                                   struct err *err)
{
    if (document->frozen_unix_ms == 0) {
        *ret_text = STR_NONE;
        return ERR_NONE;
    }
    char when[CIVIL_TEXT_BYTES];
    struct str made = arena_printf(arena, "Số liệu chốt lúc %s. SHA-256: %.*s",
                                   civil_vn_ms(document->frozen_unix_ms, when), STR_ARG(document->frozen_hash));
    if (str_is_null(made))
        return arena_full(arena, err);
    *ret_text = made;
    return ERR_NONE;
}

struct str document_sign_text(const struct document_sign_line *line, struct arena *arena)
{
    return arena_printf(arena, "%.*s%s%.*s", STR_ARG(line->mark), str_is_empty(line->mark) ? "" : " ",
                        STR_ARG(line->title));
}

static struct str without_end_marks(struct str s)
{
    s = str_trim(s);
    while (s.len_bytes && strchr(".;,/ ", s.ptr[s.len_bytes - 1]))
        s.len_bytes--;
    return s;
}

enum err_code document_item_text(struct str text, struct str purpose, bool is_last, struct arena *arena,
                                 struct str *ret_text, struct err *err)
{
    AUTO_BUF out;
    buf_init(&out, DOCUMENT_TEXT_MAX_BYTES);
    buf_lit(&out, "- ");
    buf_put(&out, without_end_marks(text));
    if (!str_is_empty(purpose)) {
        buf_lit(&out, " (");
        buf_put(&out, purpose);
        buf_lit(&out, ")");
    }
    buf_put(&out, is_last ? STR(".") : STR(";"));
    struct str made;
    TRY(buf_to_arena(&out, arena, &made, err));
    return document_text_clean(made, arena, ret_text, err);
}

/* Decree 30 counts points in the order of the Vietnamese alphabet; ă â ê ô ơ ư are not used. */
enum err_code document_point_label(size_t nth, struct arena *arena, struct str *ret_text, struct err *err)
{
    static const char *const letters[] = {"a", "b", "c", "d", "đ", "e", "g", "h", "i", "k", "l", "m",
                                          "n", "o", "p", "q", "r", "s", "t", "u", "v", "x", "y"};
    size_t round = nth / ARRAY_LEN(letters);
    const char *letter = letters[nth % ARRAY_LEN(letters)];
    struct str made = round ? arena_printf(arena, "%s%zu) ", letter, round) : arena_printf(arena, "%s) ", letter);
    if (str_is_null(made))
        return arena_full(arena, err);
    *ret_text = made;
    return ERR_NONE;
}

static struct str roman(size_t value, struct arena *arena)
{
    static const struct {
        size_t value;
        const char *text;
    } steps[] = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
                 {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"}};
    char text[64];
    size_t used = 0;
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        for (; value >= steps[i].value && used + 4 < sizeof text; value -= steps[i].value)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s", steps[i].text);
    return arena_printf(arena, "%s. ", text);
}

struct numbering {
    size_t headings, clauses, points;
};

static enum err_code line_number(struct numbering *numbers, struct document_line *line, struct arena *arena,
                                 struct err *err)
{
    if (line->kind != DOCUMENT_POINT && line->kind != DOCUMENT_DASH)
        numbers->points = 0;
    switch (line->kind) {
    case DOCUMENT_HEADING:
        numbers->clauses = 0;
        line->label = roman(++numbers->headings, arena);
        break;
    case DOCUMENT_CLAUSE:
        line->label = arena_printf(arena, "%zu. ", ++numbers->clauses);
        break;
    case DOCUMENT_POINT:
        return document_point_label(numbers->points++, arena, &line->label, err);
    case DOCUMENT_DASH:
        line->label = STR("- ");
        break;
    case DOCUMENT_BASIS:
    case DOCUMENT_PARAGRAPH:
    case DOCUMENT_CAPTION:
    case DOCUMENT_NOTE:
    case DOCUMENT_TABLE:
        line->label = STR("");
        break;
    }
    return str_is_null(line->label) ? arena_full(arena, err) : ERR_NONE;
}

static enum err_code end_with(struct document_line *line, struct str mark, struct arena *arena, struct err *err)
{
    struct str text = without_end_marks(line->text);
    struct str made = arena_printf(arena, "%.*s%.*s", STR_ARG(text), STR_ARG(mark));
    if (str_is_null(made))
        return arena_full(arena, err);
    line->text = made;
    return ERR_NONE;
}

enum err_code document_lines_make(const struct document_block *blocks, size_t count, bool closes, struct arena *arena,
                                  struct document_lines *ret_lines, struct err *err)
{
    struct document_line *lines = arena_new_array(arena, struct document_line, count);
    if (!lines)
        return arena_full(arena, err);
    struct numbering numbers = {0};
    for (size_t i = 0; i < count; i++) {
        struct document_line *line = &lines[i];
        line->kind = blocks[i].kind;
        line->table = blocks[i].kind == DOCUMENT_TABLE ? &blocks[i].table : NULL;
        TRY(line_number(&numbers, line, arena, err));
        TRY(document_text_clean(str_trim(blocks[i].text), arena, &line->text, err));
        if (!str_is_empty(blocks[i].lead)) {
            TRY(document_text_clean(str_trim(blocks[i].lead), arena, &line->lead, err));
            if (!str_is_empty(line->text)) {
                line->lead = arena_printf(arena, "%.*s ", STR_ARG(line->lead));
                if (str_is_null(line->lead))
                    return arena_full(arena, err);
            }
        }
        if (line->kind == DOCUMENT_BASIS) {
            bool is_last = i + 1 == count || blocks[i + 1].kind != DOCUMENT_BASIS;
            TRY(end_with(line, is_last ? STR(".") : STR(";"), arena, err));
        }
        if (closes && i + 1 == count && line->kind != DOCUMENT_TABLE)
            TRY(end_with(line, STR("./."), arena, err));
    }
    *ret_lines = (struct document_lines){lines, count};
    return ERR_NONE;
}

/* ---------- checks ---------- */

static enum err_code text_check(struct str text, const char *what, struct err *err)
{
    if (text.len_bytes > DOCUMENT_TEXT_MAX_BYTES / 2)
        return err_set(err, ERR_LIMIT, "document: %s is longer than %u kB", what, DOCUMENT_TEXT_MAX_BYTES / 2 >> 10);
    if (!utf8_is_valid(text))
        return err_set(err, ERR_SYNTAX, "document: %s is not UTF-8", what);
    return ERR_NONE;
}

static enum err_code table_check(const struct document_table *table, struct err *err)
{
    if (table->column_count == 0 || table->column_count > 64)
        return err_set(err, ERR_SYNTAX, "document: a table has %zu columns, 1 to 64 can be printed",
                       table->column_count);
    for (size_t i = 0; i < table->column_count; i++) {
        TRY(text_check(table->columns[i].title, "a column title", err));
        TRY(text_check(table->columns[i].group, "a column group", err));
    }
    for (size_t r = 0; r < table->row_count; r++) {
        if (!table->rows[r].cells)
            return err_set(err, ERR_SYNTAX, "document: table row %zu has no cells", r + 1);
        size_t cells = table->rows[r].kind == DOCUMENT_ROW_SECTION ? 1 : table->column_count;
        for (size_t c = 0; c < cells; c++)
            if (text_check(table->rows[r].cells[c], "a cell", err) != ERR_NONE)
                return err_wrap(err, "table row %zu, column %zu", r + 1, c + 1);
    }
    return ERR_NONE;
}

static enum err_code blocks_check(const struct document_block *blocks, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        TRY(text_check(blocks[i].text, "a paragraph", err));
        TRY(text_check(blocks[i].lead, "a paragraph", err));
        if (blocks[i].kind == DOCUMENT_TABLE)
            TRY(table_check(&blocks[i].table, err));
    }
    return ERR_NONE;
}

enum err_code document_check(const struct document *document, struct err *err)
{
    if (str_is_empty(str_trim(document->issuer)))
        return err_set(err, ERR_SYNTAX, "document: no issuer (box 2)");
    if (str_is_empty(str_trim(document->summary)))
        return err_set(err, ERR_SYNTAX, "document: no summary (box 5)");
    const struct {
        struct str text;
        const char *what;
    } texts[] = {{document->parent, "the parent"},       {document->issuer, "the issuer"},
                 {document->issuer_name, "the issuer"},  {document->number, "the number"},
                 {document->symbol, "the symbol"},       {document->place, "the place"},
                 {document->type_name, "the type name"}, {document->summary, "the summary"},
                 {document->signer_name, "the signer"},  {document->keep, "the keeping line"},
                 {document->frozen_hash, "the hash"}};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        TRY(text_check(texts[i].text, texts[i].what, err));
    struct document_date d = document->date;
    if (d.day < 0 || d.day > 31 || d.month < 0 || d.month > 12 || d.year < 0 || d.year > 9999 ||
        (d.day && d.month && d.year && !civil_is_valid(d.year, d.month, d.day)))
        return err_set(err, ERR_SYNTAX, "document: %d/%d/%d is no date", d.day, d.month, d.year);
    for (size_t i = 0; i < document->to_count; i++)
        TRY(text_check(document->to[i], "an addressee", err));
    for (size_t i = 0; i < document->sign_line_count; i++)
        TRY(text_check(document->sign_lines[i].title, "a title of the signer", err));
    for (size_t i = 0; i < document->recipient_count; i++) {
        TRY(text_check(document->recipients[i].name, "a recipient", err));
        TRY(text_check(document->recipients[i].purpose, "a recipient's purpose", err));
    }
    TRY(blocks_check(document->blocks, document->block_count, err));
    for (size_t i = 0; i < document->annex_count; i++) {
        TRY(text_check(document->annexes[i].title, "an annex title", err));
        TRY(text_check(document->annexes[i].summary, "an annex summary", err));
        TRY(blocks_check(document->annexes[i].blocks, document->annexes[i].block_count, err));
    }
    return ERR_NONE;
}
