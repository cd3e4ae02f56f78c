#include "letter/letter_read.h"

#define CONTACTS_MAX     100u
#define PHONE_DIGITS_MIN 8u
#define PHONE_DIGITS_MAX 12u
#define NAME_WORDS_MAX   6u
#define LOOK_BACK_WORDS  40u
#define EMAIL_BYTES_MAX  120u

/* Does "điện thoại", "đường dây nóng", "hotline" stand right before word i? */
static bool called_before(const struct reader *r, uint32_t i)
{
    for (uint32_t k = 1; k <= 5 && k <= i; k++)
        if (has_class(r, i - k, LEX_PHONE_LABEL) || has_class(r, i - k, LEX_HOTLINE))
            return true;
    return false;
}

/* The plain digits of a number, which may stand full-width or with something invisible between; as many as digits says.
 */
static size_t digits_of(const struct reader *r, uint32_t i, char *out)
{
    struct str s = word_text(r, i);
    size_t n = 0;
    for (size_t pos = 0; pos < s.len_bytes && n < r->words[i].digits;) {
        uint32_t cp = utf8_next(s, &pos);
        cp = cp >= 0xFF10 && cp <= 0xFF19 ? cp - 0xFEE0 : cp;
        if (cp >= '0' && cp <= '9')
            out[n++] = (char)cp;
    }
    return n;
}

/* "0900 000 123", "0900.000.123", "(024) 3900 0000", "+84 900 000 123": words taken. */
static uint32_t phone_at(struct reader *r, uint32_t i, uint32_t end, struct letter_value *ret, enum err_code *code)
{
    *code = ERR_NONE;
    uint32_t start = i;
    struct when_date date;
    if (date_at(r, i, end, &date) && date.day && date.year)
        return 0; /* "01.12.2027" */
    if (i > 1 && !r->words[i].spaced && !r->words[i - 1].spaced && r->words[i - 1].kind == WORD_MARK &&
        strchr("./-", r->words[i - 1].mark) && r->words[i - 2].kind == WORD_NUMBER)
        return 0; /* … nor its "12.2027" with the next column behind it */
    char digits[PHONE_DIGITS_MAX + 4];
    size_t n = 0;
    bool plus = is_mark(r, i, '+'), paren = is_mark(r, i, '(');
    if (plus || paren)
        i++;
    if (i >= end || r->words[i].kind != WORD_NUMBER || r->words[i].digits < 2)
        return 0;
    char start_digits[PHONE_DIGITS_MAX + 4] = "";
    if (r->words[i].digits > PHONE_DIGITS_MAX)
        return 0;
    (void)digits_of(r, i, start_digits);
    /* "1900 1234", "1800 1234" are called by firms and hotlines */
    bool service = !plus && !paren && r->words[i].digits >= 4 &&
                   (memcmp(start_digits, "1900", 4) == 0 || memcmp(start_digits, "1800", 4) == 0) &&
                   called_before(r, i);
    if (!plus && !service && start_digits[0] != '0')
        return 0;
    uint32_t last = i;
    for (; i < end && i - start < 14; i++) {
        const struct word *w = &r->words[i];
        if (i > start && w->spaced && memchr(r->text.ptr + r->words[i - 1].to, '\t', w->from - r->words[i - 1].to))
            break; /* another cell */
        if (w->kind == WORD_NUMBER) {
            if (n + w->digits > PHONE_DIGITS_MAX)
                break;
            n += digits_of(r, i, digits + n);
            last = i;
            if (n >= 10 && !(plus && n < 11))
                break;
        } else if (w->kind != WORD_MARK || !strchr(".-)", w->mark)) {
            break;
        }
    }
    if (plus && n > 2 && digits[0] == '8' && digits[1] == '4') {
        memmove(digits + 1, digits + 2, n - 2);
        digits[0] = '0';
        n--;
    }
    if (n < PHONE_DIGITS_MIN || n > 11 || (digits[0] != '0' && !service))
        return 0;
    struct str copy = arena_str(r->arena, (struct str){digits, n});
    if (str_is_null(copy)) {
        *code = arena_full(r->arena, r->err);
        return 0;
    }
    *ret = (struct letter_value){copy, {r->words[start].from, r->words[last].to}};
    return last + 1 - start;
}

static bool is_mail_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("._-+", c);
}

/* The address around an "@" that stands at byte `at`. */
static bool email_around(const struct reader *r, uint32_t at, struct letter_value *ret)
{
    uint32_t from = at, to = at + 1;
    while (from > 0 && at - from < EMAIL_BYTES_MAX && r->text.ptr[from - 1] && is_mail_byte(r->text.ptr[from - 1]))
        from--;
    while (to < r->text.len_bytes && to - at < EMAIL_BYTES_MAX && r->text.ptr[to] && is_mail_byte(r->text.ptr[to]))
        to++;
    while (to > at + 1 && strchr("._-", r->text.ptr[to - 1]))
        to--;
    struct str s = {r->text.ptr + from, to - from};
    if (from == at || to < at + 4 || str_find_byte(s, '.', at - from) < 0)
        return false;
    *ret = (struct letter_value){s, {from, to}};
    return true;
}

/* The last person named in [from, at): "đồng chí Vũ Đình Khôi (chuyên viên Văn phòng, số điện thoại …". */
static enum err_code person_before(struct reader *r, uint32_t from, uint32_t at, struct letter_contact *contact)
{
    for (uint32_t i = at; i-- > from;) {
        uint32_t n = has_class(r, i, LEX_PERSON_INTRO) ? class_at(r, i, at, LEX_PERSON_INTRO, NULL) : 0;
        if (!n)
            continue;
        uint32_t first = i + n;
        while (first < at && r->words[first].kind == WORD_MARK && strchr(":,.", r->words[first].mark))
            first++;
        for (uint32_t inner; (inner = class_at(r, first, at, LEX_PERSON_INTRO, NULL)) > 0;) {
            first += inner;
            while (first < at && r->words[first].kind == WORD_MARK && strchr(":,.", r->words[first].mark))
                first++;
        }
        uint32_t last = first;
        while (last < at && last - first < NAME_WORDS_MAX && r->words[last].kind == WORD_TEXT &&
               r->words[last].capital &&
               !(last > first && has_class(r, last, LEX_NOT_NAME) && r->words[last].capital && last - first >= 2))
            last++;
        if (last - first < 2 || has_class(r, first, LEX_ORG))
            continue;
        TRY(words_value(r, first, last, &contact->name));
        /* what stands between the name and the number is the post */
        uint32_t t = last;
        while (t < at && r->words[t].kind == WORD_MARK && strchr("(,-:", r->words[t].mark))
            t++;
        uint32_t end = t;
        while (end < at && !has_class(r, end, LEX_PHONE_LABEL) &&
               !(r->words[end].kind == WORD_MARK && strchr(",;:()", r->words[end].mark)) &&
               !has_class(r, end, LEX_MAIL_LABEL))
            end++;
        bool is_post = end > t && (is_mark(r, t - 1, '(') || is_mark(r, t - 1, ',') || is_mark(r, t - 1, '-'));
        if (is_post)
            TRY(words_value(r, t, end, &contact->title));
        return ERR_NONE;
    }
    return ERR_NONE;
}

static enum err_code contact_add(struct reader *r, uint32_t word, struct letter_value phone, struct letter_value email)
{
    struct letter *letter = r->letter;
    uint32_t from = word > LOOK_BACK_WORDS + r->body_from ? word - LOOK_BACK_WORDS : r->body_from;
    /* not past the end of the sentence before, nor past the number of another person */
    for (uint32_t i = from; i < word; i++)
        if ((is_mark(r, i, '.') && i + 1 < word && r->words[i + 1].spaced && r->words[i + 1].upper_first) ||
            (is_mark(r, i, ';') && i + 1 < word && !has_class(r, i + 1, LEX_PHONE_LABEL) &&
             !has_class(r, i + 1, LEX_MAIL_LABEL)))
            from = i + 1;
    if (letter->contacts.count) {
        struct letter_contact *previous = &letter->contacts.items[letter->contacts.count - 1];
        uint32_t previous_at = previous->phone.at.to ? previous->phone.at.from : previous->email.at.from;
        bool near = r->words[from].from <= previous_at;
        for (uint32_t i = word; near && i-- > from && r->words[i].from > previous_at;)
            near = !has_class(r, i, LEX_PERSON_INTRO) && !has_class(r, i, LEX_HOTLINE);
        /* "điện thoại …, email …" of one person */
        if (near && email.at.to && !previous->email.at.to) {
            previous->email = email;
            return ERR_NONE;
        }
        if (near && phone.at.to && !previous->phone.at.to) {
            previous->phone = phone;
            return ERR_NONE;
        }
        for (size_t i = 0; i < letter->contacts.count; i++)
            if (phone.at.to && str_equal(letter->contacts.items[i].phone.text, phone.text))
                return ERR_NONE;
    }
    if (letter->contacts.count >= CONTACTS_MAX)
        return ERR_NONE;
    struct letter_contact *c = vec_push(&letter->contacts, r->arena);
    if (!c)
        return arena_full(r->arena, r->err);
    c->phone = phone;
    c->email = email;
    uint32_t after = word + 24 < r->body_to ? word + 24 : r->body_to;
    for (uint32_t i = word; i + 1 < after; i++)
        if (is_mark(r, i, '.') && r->words[i + 1].spaced && r->words[i + 1].upper_first)
            after = i;
    if (class_in(r, from, word, LEX_HOTLINE, NULL))
        c->purpose = LETTER_CONTACT_HOTLINE;
    else if (class_in(r, from, after, LEX_FOCAL, NULL))
        c->purpose = LETTER_CONTACT_FOCAL_POINT;
    return person_before(r, from, word, c);
}

enum err_code contacts_read(struct reader *r)
{
    for (uint32_t i = r->body_from; i < r->body_to; i++) {
        struct letter_value phone = {0}, email = {0};
        enum err_code code;
        uint32_t taken = phone_at(r, i, r->body_to, &phone, &code);
        TRY(code);
        if (taken) {
            TRY(contact_add(r, i, phone, email));
            i += taken - 1;
        } else if (is_mark(r, i, '@') && email_around(r, r->words[i].from, &email)) {
            TRY(contact_add(r, i, phone, email));
        }
    }
    return ERR_NONE;
}
