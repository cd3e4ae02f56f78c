#include "letter/letter_read.h"

#include <stdlib.h>

static bool group_in(const struct reader *r, uint32_t from, uint32_t to, struct lex_group group)
{
    for (uint16_t a = group.at; a < group.at + group.count; a++)
        if (phrase_in(r, from, to, lex_alternatives[a], NULL))
            return true;
    return false;
}

static bool has_known_ref(const struct letter *letter, struct str number)
{
    for (size_t i = 0; i < letter->refs.count; i++)
        if (letter->refs.items[i].is_known && str_equal(letter->refs.items[i].number, number))
            return true;
    return false;
}

static bool span_has_class(const struct reader *r, struct letter_span span, enum letter_class cls)
{
    for (uint32_t i = 0; i < r->word_count && r->words[i].from < span.to; i++)
        if (r->words[i].from >= span.from && has_class(r, i, cls))
            return true;
    return false;
}

void match_family(struct reader *r)
{
    struct letter *letter = r->letter;
    unsigned family = 0;
    if (has_known_ref(letter, STR("18/CT-TTg")) || has_known_ref(letter, STR("14/CT-TTg")))
        family |= FAMILY_CT18;
    if (has_known_ref(letter, STR("23/CT-TTg")))
        family |= FAMILY_CT23;
    if (letter->subject.at.to && span_has_class(r, letter->subject.at, LEX_HOLIDAY))
        family |= FAMILY_HOL;
    /* A letter that cites none of them is told by its words, those of its annexes too. */
    if (!family) {
        if (class_in(r, r->body_from, r->word_count, LEX_FAMILY_CAMERA, NULL))
            family = FAMILY_CT23;
        else if (class_in(r, r->body_from, r->word_count, LEX_FAMILY_INCIDENT, NULL))
            family = FAMILY_CT18;
    }
    letter->family = family;
}

static unsigned who_of(const struct reader *r, uint32_t from, uint32_t to)
{
    unsigned who = 0;
    if (from >= to)
        return WHO_UNIT;
    static const struct {
        enum letter_class cls;
        unsigned bit;
    } rows[] = {
        {LEX_CLASS_DEDICATED, WHO_DEDICATED}, {LEX_CLASS_POLICE, WHO_POLICE}, {LEX_CLASS_ENTERPRISE, WHO_ENTERPRISE},
        {LEX_CLASS_FINANCE, WHO_FINANCE},     {LEX_CLASS_TEAM, WHO_TEAM},     {LEX_CLASS_SECTOR, WHO_SECTOR}};
    for (unsigned k = 0; k < ARRAY_LEN(rows); k++)
        if (class_in(r, from, to, rows[k].cls, NULL))
            who |= rows[k].bit;
    /* The police are the dedicated body since 2025: they may stand for either. */
    if (who & WHO_POLICE)
        who |= WHO_DEDICATED;
    /* "Các doanh nghiệp …" alone are no units; a body with a name of its own is not "every unit". */
    bool own_name = (who & ~(unsigned)WHO_ENTERPRISE) != 0 && !(who & WHO_SECTOR);
    if (!own_name) {
        uint32_t unit_to = to;
        bool starts_enterprise = false;
        for (uint32_t i = from; i < to && i < from + 3; i++)
            starts_enterprise = starts_enterprise || has_class(r, i, LEX_CLASS_ENTERPRISE);
        if (!starts_enterprise && class_in(r, from, unit_to, LEX_CLASS_UNIT, NULL))
            who |= WHO_UNIT;
        if (!who)
            who |= WHO_UNIT;
    }
    return who;
}

static void duty_add(struct letter_duty *duty, const char *id)
{
    for (size_t i = 0; i < duty->obligation_count; i++)
        if (strcmp(duty->obligations[i], id) == 0)
            return;
    if (duty->obligation_count < ARRAY_LEN(duty->obligations))
        duty->obligations[duty->obligation_count++] = id;
}

void match_duty(const struct reader *r, uint32_t from, uint32_t to, uint32_t actor_from, uint32_t actor_to,
                struct letter_duty *duty)
{
    unsigned who = who_of(r, actor_from, actor_to);
    bool common = false;
    for (unsigned i = 0; i < lex_pattern_count; i++) {
        const struct lex_pattern *p = &lex_patterns[i];
        if (!(p->family & r->letter->family) || !(p->who & who) || !group_in(r, from, to, p->any) ||
            (p->also.count && !group_in(r, from, to, p->also)) ||
            (p->also2.count && !group_in(r, from, to, p->also2)) || (p->never.count && group_in(r, from, to, p->never)))
            continue;
        duty_add(duty, p->id);
        common = common || ((p->family & FAMILY_CT18) && (p->who & WHO_UNIT));
    }
    /* Members of the response network owe what the units owe. */
    if (common && (who & WHO_ENTERPRISE) && class_in(r, actor_from, actor_to, LEX_CLASS_NETWORK, NULL))
        duty_add(duty, "CT18-8g");
}
