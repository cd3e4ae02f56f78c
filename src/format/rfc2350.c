#include "format/rfc2350.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/vec.h"

#define WIDTH_CHARS  72u
#define INDENT_CHARS 3u

enum source { /* what a section is made of */
              HEADING,
              WORDS,
              LIST,
              DAY,
              NAME,
              ZONE,
              KEYS,
              MEMBERS,
              POINTS,
              CONSTITUENCY,
              FORMS,
};
#define FACT(member) offsetof(struct rfc2350_facts, member)

static const struct row {
    const char *number, *vi, *en;
    enum source source;
    size_t fact; /* of WORDS and LIST */
    bool is_optional;
    const char *missing_vi, *missing_en;
} rows[RFC2350_ITEM_COUNT] = {
    [RFC2350_DOCUMENT] = {"1", "Về tài liệu này", "About this document", HEADING, 0, false, "", ""},
    [RFC2350_UPDATED] = {"1.1", "Ngày cập nhật gần nhất", "Date of last update", DAY, 0, false,
                         "Chưa ghi ngày cập nhật.", "The date of the last update is not given yet."},
    [RFC2350_DISTRIBUTION] = {"1.2", "Danh sách nhận thông báo thay đổi", "Distribution list for notifications", WORDS,
                              FACT(distribution), true, "Không có danh sách nhận thông báo.",
                              "There is no list for notifications of changes."},
    [RFC2350_LOCATIONS] = {"1.3", "Nơi đăng bản mới nhất", "Where this document may be found", LIST, FACT(locations),
                           false, "Chưa ghi nơi đăng bản mới nhất.",
                           "The place of the newest version is not given yet."},
    [RFC2350_AUTHENTICATION] = {"1.4", "Cách xác thực tài liệu", "Authenticating this document", WORDS,
                                FACT(authentication), false, "Chưa ghi cách xác thực tài liệu.",
                                "How to authenticate this document is not given yet."},
    [RFC2350_CONTACT] = {"2", "Thông tin liên hệ", "Contact information", HEADING, 0, false, "", ""},
    [RFC2350_NAME] = {"2.1", "Tên đội", "Name of the team", NAME, 0, false, "Chưa ghi tên đội.",
                      "The name of the team is not given yet."},
    [RFC2350_ADDRESS] = {"2.2", "Địa chỉ", "Address", WORDS, FACT(address), false, "Chưa ghi địa chỉ.",
                         "The address is not given yet."},
    [RFC2350_TIME_ZONE] = {"2.3", "Múi giờ", "Time zone", ZONE, 0, false, "Chưa ghi múi giờ.",
                           "The time zone is not given yet."},
    [RFC2350_PHONE] = {"2.4", "Điện thoại", "Telephone number", LIST, FACT(phones), false, "Chưa ghi số điện thoại.",
                       "The telephone number is not given yet."},
    [RFC2350_FAX] = {"2.5", "Fax", "Facsimile number", LIST, FACT(faxes), true, "Không dùng fax.",
                     "There is no facsimile."},
    [RFC2350_OTHER_CHANNEL] = {"2.6", "Kênh liên lạc khác", "Other telecommunication", WORDS, FACT(other_channel), true,
                               "Không có kênh khác.", "There is no other channel."},
    [RFC2350_MAIL] = {"2.7", "Thư điện tử", "Electronic mail address", LIST, FACT(mails), false,
                      "Chưa ghi địa chỉ thư điện tử.", "The mail address is not given yet."},
    [RFC2350_KEYS] = {"2.8", "Khóa công khai và mã hóa", "Public keys and encryption", KEYS, 0, false,
                      "Chưa có khóa công khai: thư gửi đội chưa mã hóa được.",
                      "There is no public key yet: mail to the team cannot be encrypted."},
    [RFC2350_MEMBERS] = {"2.9", "Thành viên", "Team members", MEMBERS, 0, false, "Chưa nêu thành viên.",
                         "No member is named yet."},
    [RFC2350_OTHER] = {"2.10", "Thông tin khác", "Other information", WORDS, FACT(other), true,
                       "Không có thông tin khác.", "There is no other information."},
    [RFC2350_POINTS] = {"2.11", "Giờ làm việc và đường dây nóng", "Points of customer contact", POINTS, 0, false,
                        "Chưa ghi đủ giờ làm việc và đường dây nóng.",
                        "Working hours and hotline are not both given yet."},
    [RFC2350_CHARTER] = {"3", "Điều lệ", "Charter", HEADING, 0, false, "", ""},
    [RFC2350_MISSION] = {"3.1", "Sứ mệnh", "Mission statement", WORDS, FACT(mission), false, "Chưa ghi sứ mệnh.",
                         "The mission is not given yet."},
    [RFC2350_CONSTITUENCY] = {"3.2", "Phạm vi phục vụ", "Constituency", CONSTITUENCY, 0, false,
                              "Chưa ghi phạm vi phục vụ.", "The constituency is not given yet."},
    [RFC2350_SPONSOR] = {"3.3", "Cơ quan chủ quản", "Sponsorship and affiliation", WORDS, FACT(sponsor), false,
                         "Chưa ghi cơ quan chủ quản.", "The parent organisation is not given yet."},
    [RFC2350_AUTHORITY] = {"3.4", "Thẩm quyền", "Authority", WORDS, FACT(authority), false, "Chưa ghi thẩm quyền.",
                           "The authority is not given yet."},
    [RFC2350_POLICIES] = {"4", "Chính sách", "Policies", HEADING, 0, false, "", ""},
    [RFC2350_INCIDENTS] = {"4.1", "Loại sự cố và mức hỗ trợ", "Types of incidents and level of support", WORDS,
                           FACT(incidents), false, "Chưa ghi loại sự cố và mức hỗ trợ.",
                           "Types of incidents and level of support are not given yet."},
    [RFC2350_COOPERATION] = {"4.2", "Hợp tác và tiết lộ thông tin", "Co-operation and disclosure of information", WORDS,
                             FACT(cooperation), false, "Chưa ghi cách hợp tác và tiết lộ thông tin.",
                             "The policy of co-operation and disclosure is not given yet."},
    [RFC2350_COMMUNICATION] = {"4.3", "Liên lạc và xác thực", "Communication and authentication", WORDS,
                               FACT(communication), false, "Chưa ghi cách liên lạc và xác thực.",
                               "The policy of communication and authentication is not given yet."},
    [RFC2350_SERVICES] = {"5", "Dịch vụ", "Services", HEADING, 0, false, "", ""},
    [RFC2350_RESPONSE] = {"5.1", "Ứng cứu sự cố", "Incident response", HEADING, 0, false, "", ""},
    [RFC2350_TRIAGE] = {"5.1.1", "Phân loại ban đầu", "Incident triage", WORDS, FACT(triage), false,
                        "Chưa ghi dịch vụ phân loại.", "Triage is not described yet."},
    [RFC2350_COORDINATION] = {"5.1.2", "Điều phối", "Incident coordination", WORDS, FACT(coordination), false,
                              "Chưa ghi dịch vụ điều phối.", "Coordination is not described yet."},
    [RFC2350_RESOLUTION] = {"5.1.3", "Xử lý, khắc phục", "Incident resolution", WORDS, FACT(resolution), false,
                            "Chưa ghi dịch vụ xử lý, khắc phục.", "Resolution is not described yet."},
    [RFC2350_PROACTIVE] = {"5.2", "Hoạt động chủ động", "Proactive activities", WORDS, FACT(proactive), false,
                           "Chưa ghi hoạt động chủ động.", "Proactive activities are not described yet."},
    [RFC2350_FORMS] = {"6", "Mẫu báo cáo sự cố", "Incident reporting forms", FORMS, 0, false,
                       "Chưa ghi cách báo cáo hoặc mẫu báo cáo sự cố.",
                       "Neither a way nor a form for reporting is given yet."},
    [RFC2350_DISCLAIMERS] = {"7", "Miễn trừ trách nhiệm", "Disclaimers", WORDS, FACT(disclaimers), false,
                             "Chưa ghi phần miễn trừ trách nhiệm.", "Disclaimers are not given yet."},
};

const char *rfc2350_number(enum rfc2350_item item)
{
    return rows[item].number;
}

const char *rfc2350_heading(enum rfc2350_item item, enum lang lang)
{
    return lang_text(lang, rows[item].vi, rows[item].en);
}

const char *rfc2350_missing_words(enum rfc2350_item item, enum lang lang)
{
    return lang_text(lang, rows[item].missing_vi, rows[item].missing_en);
}

/* --- what is missing --- */

static bool has_text(struct str s)
{
    return str_trim(s).len_bytes > 0;
}

static bool has_words(struct rfc2350_words words)
{
    return has_text(words.vi) || has_text(words.en);
}

static bool has_list(struct rfc2350_list list)
{
    for (size_t i = 0; i < list.count; i++)
        if (has_text(list.items[i]))
            return true;
    return false;
}

static bool has_keys(const struct rfc2350_facts *facts)
{
    for (size_t i = 0; i < facts->key_count; i++)
        if (has_text(facts->keys[i].fingerprint))
            return true;
    return false;
}

static bool has_members(const struct rfc2350_facts *facts)
{
    for (size_t i = 0; i < facts->member_count; i++)
        if (has_text(facts->members[i].name))
            return true;
    return false;
}

static struct rfc2350_words words_of(const struct rfc2350_facts *facts, enum rfc2350_item item)
{
    return *(const struct rfc2350_words *)(const void *)((const char *)facts + rows[item].fact);
}

static struct rfc2350_list list_of(const struct rfc2350_facts *facts, enum rfc2350_item item)
{
    return *(const struct rfc2350_list *)(const void *)((const char *)facts + rows[item].fact);
}

static bool has_facts(const struct rfc2350_facts *facts, enum rfc2350_item item)
{
    switch (rows[item].source) {
    case HEADING:
        return true;
    case WORDS:
        return has_words(words_of(facts, item));
    case LIST:
        return has_list(list_of(facts, item));
    case DAY:
        return facts->updated_day != CIVIL_NONE && facts->updated_day != CIVIL_FOREVER;
    case NAME:
        return has_words(facts->name);
    case ZONE:
        return facts->has_zone;
    case KEYS:
        return has_keys(facts);
    case MEMBERS:
        return has_members(facts);
    case POINTS: /* a hotline without hours leaves open when somebody answers, and the other way round */
        return has_words(facts->hours) && has_list(facts->hotlines);
    case CONSTITUENCY:
        return has_words(facts->constituency) || has_list(facts->units) || has_list(facts->ranges) ||
               has_list(facts->domains) || facts->as_count;
    case FORMS:
        return has_words(facts->reporting) || has_list(facts->forms);
    }
    return false;
}

size_t rfc2350_missing(const struct rfc2350_facts *facts, enum rfc2350_item ret_items[RFC2350_ITEM_COUNT])
{
    size_t count = 0;
    for (int i = 0; i < RFC2350_ITEM_COUNT; i++)
        if (!rows[i].is_optional && !has_facts(facts, (enum rfc2350_item)i))
            ret_items[count++] = (enum rfc2350_item)i;
    return count;
}

/* --- paragraphs --- */

struct maker {
    const struct rfc2350_facts *facts;
    enum lang lang;
    struct arena *arena;
    struct buf line; /* the one that is being made */
    VEC(struct str) lines;
    bool is_full;
};

/* A character that would end the line, or turn the direction of what stands around it. */
static bool is_control(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029 || (cp >= 0x202a && cp <= 0x202e) ||
           (cp >= 0x2066 && cp <= 0x2069);
}

static void put(struct maker *m, struct str text)
{
    for (size_t at = 0; at < text.len_bytes;) {
        uint32_t cp = utf8_next(text, &at);
        buf_put_char(&m->line, is_control(cp) ? ' ' : cp);
    }
}

static void put_lit(struct maker *m, const char *vi, const char *en)
{
    buf_put(&m->line, str_from_cstr(lang_text(m->lang, vi, en)));
}

/* The line is done; an empty one is none. */
static void end_line(struct maker *m)
{
    struct str text = str_trim(buf_str(&m->line));
    if (text.len_bytes && !m->line.failed) {
        struct str copy = arena_str(m->arena, text);
        struct str *line = str_is_null(copy) ? NULL : vec_push(&m->lines, m->arena);
        if (line)
            *line = copy;
        else
            m->is_full = true;
    }
    m->line.len_bytes = 0; /* a failure stays, for the end */
}

/* Each line of a text by itself; the label stands before the first. */
static void put_words(struct maker *m, const char *label, struct rfc2350_words words)
{
    bool is_en = m->lang == LANG_EN;
    struct str wanted = is_en ? words.en : words.vi, line;
    bool is_other = !has_text(wanted);
    if (is_other)
        wanted = is_en ? words.vi : words.en;
    if (!has_text(wanted))
        return;
    buf_put(&m->line, str_from_cstr(label));
    for (struct str rest = str_trim(wanted); str_line(&rest, &line);) {
        put(m, line);
        end_line(m);
    }
    if (is_other) {
        put_lit(m, "(chỉ có bản tiếng Anh)", "(in Vietnamese only)");
        end_line(m);
    }
}

static void put_each(struct maker *m, struct rfc2350_list list)
{
    for (size_t i = 0; i < list.count; i++) {
        put(m, list.items[i]);
        end_line(m);
    }
}

/* "Label: a; b; c", or nothing. */
static void put_joined(struct maker *m, const char *vi, const char *en, struct rfc2350_list list)
{
    bool is_first = true;
    if (!has_list(list))
        return;
    put_lit(m, vi, en);
    for (size_t i = 0; i < list.count; i++) {
        if (!has_text(list.items[i]))
            continue;
        if (!is_first)
            buf_lit(&m->line, "; ");
        put(m, str_trim(list.items[i]));
        is_first = false;
    }
    end_line(m);
}

static void put_labelled(struct maker *m, const char *vi, const char *en, struct str text)
{
    if (!has_text(text))
        return;
    put_lit(m, vi, en);
    put(m, text);
    end_line(m);
}

static void put_day(struct maker *m, civil_day day)
{
    char text[CIVIL_TEXT_BYTES];
    buf_put(&m->line, str_from_cstr(m->lang == LANG_EN ? civil_iso(day, text) : civil_vn(day, text)));
}

static void put_zone(struct maker *m)
{
    int offset = m->facts->utc_offset_min, minutes = offset < 0 ? -offset : offset;
    buf_printf(&m->line, "UTC%c%02d:%02d", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
    if (has_text(m->facts->zone_name)) {
        buf_lit(&m->line, " (");
        put(m, m->facts->zone_name);
        buf_lit(&m->line, ")");
    }
    end_line(m);
}

static void put_keys(struct maker *m)
{
    for (size_t i = 0; i < m->facts->key_count; i++) {
        const struct rfc2350_key *key = &m->facts->keys[i];
        if (!has_text(key->fingerprint))
            continue;
        put_labelled(m, "Khóa của: ", "Key of: ", key->user_id);
        put_labelled(m, "Vân tay: ", "Fingerprint: ", key->fingerprint);
        put_labelled(m, "Thuật toán: ", "Algorithm: ", key->algorithm);
        if (key->last_day == CIVIL_FOREVER) {
            put_lit(m, "Không đặt ngày hết hạn.", "It has no end.");
        } else if (key->last_day != CIVIL_NONE) {
            put_lit(m, "Dùng đến hết ngày: ", "Usable to the end of: ");
            put_day(m, key->last_day);
        }
        end_line(m);
        put_labelled(m, "Tải khóa tại: ", "The key stands at: ", key->where);
    }
}

static void put_members(struct maker *m)
{
    for (size_t i = 0; i < m->facts->member_count; i++) {
        const struct rfc2350_member *member = &m->facts->members[i];
        if (!has_text(member->name))
            continue;
        put(m, member->name);
        if (has_words(member->role))
            put_words(m, ", ", member->role);
        else
            end_line(m);
    }
}

static void put_constituency(struct maker *m)
{
    put_words(m, "", m->facts->constituency);
    put_joined(m, "Đơn vị: ", "Units: ", m->facts->units);
    put_joined(m, "Dải địa chỉ: ", "Address ranges: ", m->facts->ranges);
    put_joined(m, "Tên miền: ", "Domains: ", m->facts->domains);
    if (m->facts->as_count == 0)
        return;
    put_lit(m, "Số hiệu mạng: ", "AS numbers: ");
    for (size_t i = 0; i < m->facts->as_count; i++)
        buf_printf(&m->line, "%sAS%u", i ? "; " : "", m->facts->as_numbers[i]);
    end_line(m);
}

static void put_points(struct maker *m)
{
    put_words(m, lang_text(m->lang, "Giờ làm việc: ", "Working hours: "), m->facts->hours);
    put_joined(m, "Đường dây nóng: ", "Hotline: ", m->facts->hotlines);
}

static void put_name(struct maker *m)
{
    put_words(m, "", m->facts->name);
    put_labelled(m, "Tên tắt: ", "Short name: ", m->facts->short_name);
}

static void put_item(struct maker *m, enum rfc2350_item item)
{
    switch (rows[item].source) {
    case HEADING:
        break;
    case WORDS:
        put_words(m, "", words_of(m->facts, item));
        break;
    case LIST:
        put_each(m, list_of(m->facts, item));
        break;
    case DAY:
        put_day(m, m->facts->updated_day);
        end_line(m);
        break;
    case NAME:
        put_name(m);
        break;
    case ZONE:
        if (m->facts->has_zone)
            put_zone(m);
        break;
    case KEYS:
        put_keys(m);
        break;
    case MEMBERS:
        put_members(m);
        break;
    case POINTS:
        put_points(m);
        break;
    case CONSTITUENCY:
        put_constituency(m);
        break;
    case FORMS:
        put_words(m, "", m->facts->reporting);
        put_each(m, m->facts->forms);
        break;
    }
}

static struct rfc2350_paragraph paragraph(struct maker *m, enum rfc2350_item item)
{
    struct rfc2350_paragraph p = {
        .item = item, .level = 1, .number = rows[item].number, .heading = rfc2350_heading(item, m->lang)};
    for (const char *c = p.number; *c; c++)
        p.level += *c == '.';
    memset(&m->lines, 0, sizeof m->lines);
    put_item(m, item);
    if (!has_facts(m->facts, item)) {
        p.is_missing = !rows[item].is_optional;
        buf_put(&m->line, str_from_cstr(rfc2350_missing_words(item, m->lang)));
        end_line(m);
    }
    p.lines = m->lines.items;
    p.line_count = m->lines.count;
    return p;
}

static struct str title_of(struct maker *m)
{
    memset(&m->lines, 0, sizeof m->lines);
    bool has_name = has_words(m->facts->name);
    put_words(m, lang_text(m->lang, "Mô tả theo RFC 2350: ", "Description after RFC 2350: "), m->facts->name);
    if (!has_name) {
        put_lit(m, "Mô tả đội ứng cứu sự cố theo RFC 2350", "Description of an incident response team after RFC 2350");
        end_line(m);
    }
    return m->lines.count ? m->lines.items[0] : STR("");
}

enum err_code rfc2350_make(const struct rfc2350_facts *facts, enum lang lang, struct arena *arena,
                           struct rfc2350_document *ret_document, struct err *err)
{
    struct maker m = {.facts = facts, .lang = lang, .arena = arena};
    struct rfc2350_document document;
    buf_init(&m.line, RFC2350_TEXT_MAX_BYTES);
    document.title = title_of(&m);
    for (int i = 0; i < RFC2350_ITEM_COUNT; i++)
        document.paragraphs[i] = paragraph(&m, (enum rfc2350_item)i);
    enum err_code code =
        m.line.is_over ? err_set(err, ERR_LIMIT, "bản mô tả RFC 2350 quá dài") : buf_check(&m.line, err);
    buf_done(&m.line);
    TRY(code);
    if (m.is_full)
        return arena_full(arena, err);
    *ret_document = document;
    return ERR_NONE;
}

/* --- plain text --- */

static void print_line(struct buf *out, struct str line)
{
    size_t column = 0;
    struct str rest = line, word;
    while (str_split(&rest, ' ', &word)) {
        size_t chars = utf8_count(word);
        if (chars == 0)
            continue;
        if (column && column + 1 + chars > WIDTH_CHARS) {
            buf_lit(out, "\n");
            column = 0;
        }
        if (column == 0) {
            buf_printf(out, "%*s", (int)INDENT_CHARS, "");
            column = INDENT_CHARS;
        } else {
            buf_lit(out, " ");
            column++;
        }
        buf_put(out, word);
        column += chars;
    }
    buf_lit(out, "\n");
}

enum err_code rfc2350_text(const struct rfc2350_facts *facts, enum lang lang, struct arena *arena, struct str *ret_text,
                           struct err *err)
{
    struct rfc2350_document document;
    AUTO_BUF out;
    buf_init(&out, RFC2350_TEXT_MAX_BYTES);
    TRY(rfc2350_make(facts, lang, arena, &document, err));
    buf_printf(&out, "%.*s\n", STR_ARG(document.title));
    for (size_t i = 0; i < RFC2350_ITEM_COUNT; i++) {
        const struct rfc2350_paragraph *p = &document.paragraphs[i];
        buf_printf(&out, "\n%s. %s\n", p->number, p->heading);
        for (size_t k = 0; k < p->line_count; k++)
            print_line(&out, p->lines[k]);
    }
    if (out.failed && out.is_over)
        return err_set(err, ERR_LIMIT, "bản mô tả RFC 2350 quá dài");
    return buf_to_arena(&out, arena, ret_text, err);
}
