/* letter_sign.c - who signed: one, or in a joint letter several, in columns or one below the other. */
#include "letter/letter_read.h"

#define NAME_WORDS_MAX      6u
#define BARE_NAME_WORDS_MAX 4u

/* First word of a name behind its rank: "Thượng tá Vừ Mí Sính". */
static uint32_t skip_rank(const struct reader *r, uint32_t first, uint32_t last)
{
    for (uint32_t n; first < last && (n = class_at(r, first, last, LEX_RANK, NULL)) > 0;) {
        first += n;
        while (first < last && r->words[first].kind == WORD_MARK && strchr(".,-", r->words[first].mark))
            first++;
    }
    return first;
}

/* TCVN3 has no codes for toned capitals: "Khà Văn Ún" was typed and "Khà Văn ún" arrives. */
static bool is_small_toned(const struct reader *r, uint32_t i)
{
    size_t pos = 0;
    struct str s = word_text(r, i);
    uint32_t cp = utf8_next(s, &pos);
    return r->words[i].kind == WORD_TEXT && cp >= 0x80 && cp != 0x111 && viet_is_letter(cp) && !viet_is_upper(cp);
}

static bool is_name_piece(const struct reader *r, uint32_t k)
{
    const struct piece *p = piece_of(r, k);
    uint32_t first = skip_rank(r, p->first, p->last), n = p->last - first;
    if (n < 2 || n > NAME_WORDS_MAX || has_class(r, first, LEX_TITLE) || has_class(r, first, LEX_ROLE))
        return false;
    for (uint32_t i = first; i < p->last; i++) {
        bool joins = is_mark(r, i, '\'') && i > first && i + 1 < p->last && !r->words[i].spaced &&
                     !r->words[i + 1].spaced; /* "H'Lin" */
        bool small = i > first && n > 2 && is_small_toned(r, i);
        if (!joins && !small && (r->words[i].kind != WORD_TEXT || !r->words[i].capital))
            return false;
    }
    const struct lex_phrase *hit;
    uint32_t org = class_at(r, first, p->last, LEX_ORG, &hit);
    /* the surname "Bàn" of a letter without marks is no "Ban" */
    bool only_bare = r->is_unmarked && org == 1 && n <= BARE_NAME_WORDS_MAX && lex_words[hit->at].exact;
    return !has_class(r, first, LEX_NOI_NHAN) && (!org || only_bare);
}

uint32_t signer_find(const struct reader *r, uint32_t from)
{
    uint32_t count = (uint32_t)r->pieces.count;
    for (uint32_t k = from; k < count; k++)
        if (piece_of(r, k)->is_upper && piece_starts(r, k, LEX_ROLE))
            return k;
    for (uint32_t k = from; k < count; k++) {
        const struct piece *p = piece_of(r, k);
        if (!p->is_upper || !piece_starts(r, k, LEX_TITLE) || p->last - p->first > 8)
            continue;
        for (uint32_t next = k + 1; next < count && next < k + 6; next++)
            if (is_name_piece(r, next))
                return k;
    }
    return UINT32_MAX;
}

enum err_code signers_read(struct reader *r, uint32_t k)
{
    struct letter_signer *signer = &r->letter->signer;
    signer->is_known = true;
    for (uint32_t seen = 0; k < r->pieces.count && seen < 24; k++, seen++) {
        const struct piece *p = piece_of(r, k);
        const struct lex_phrase *hit;
        if (is_bullet(r, p->first) || piece_starts(r, k, LEX_NOI_NHAN))
            continue;
        if (piece_starts(r, k, LEX_ANNEX))
            break;
        uint32_t taken = p->is_upper ? class_at(r, p->first, p->last, LEX_ROLE, &hit) : 0;
        if (taken) {
            signer->role = hit->value;
            uint32_t first = p->first + taken;
            struct letter_value value;
            TRY(words_value(r, first, trim_end(r, first, p->last), &value));
            if (has_class(r, first < r->word_count ? first : p->first, LEX_TITLE) && strcmp(hit->value, "Q.") == 0)
                signer->title = value; /* acting: the same line is the title */
            else if (strcmp(hit->value, "TM.") == 0)
                signer->on_behalf_of = value;
            else
                signer->title = (struct letter_value){0};
            continue;
        }
        if (p->is_upper && has_class(r, p->first, LEX_TITLE)) {
            TRY(words_value(r, p->first, trim_end(r, p->first, p->last), &signer->title));
            continue;
        }
        if (is_name_piece(r, k)) {
            TRY(words_value(r, skip_rank(r, p->first, p->last), p->last, &signer->name));
            break;
        }
    }
    return ERR_NONE;
}
