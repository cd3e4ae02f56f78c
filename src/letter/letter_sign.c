/* letter_sign.c - who signed: one, or in a joint letter several, in columns or one below the other. */
#include "letter/letter_read.h"

#define NAME_WORDS_MAX      6u
#define BARE_NAME_WORDS_MAX 4u
#define SIGNERS_MAX         8u
#define BLOCK_PIECES_MAX    24u /* of a signature, what stands beside it included */
#define COLUMNS_LINES_MAX   4u  /* the second of two columns begins so many lines below the first at most */

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

static bool is_aside(const struct reader *r, uint32_t k)
{
    return is_bullet(r, piece_of(r, k)->first) || piece_starts(r, k, LEX_NOI_NHAN);
}

static bool is_office(const struct reader *r, uint32_t k)
{
    return piece_of(r, k)->is_upper && !is_aside(r, k) &&
           (piece_starts(r, k, LEX_ROLE) || piece_starts(r, k, LEX_TITLE));
}

uint32_t signer_find(const struct reader *r, uint32_t from)
{
    uint32_t count = (uint32_t)r->pieces.count;
    for (uint32_t k = from; k < count; k++)
        if (piece_of(r, k)->is_upper && piece_starts(r, k, LEX_ROLE)) {
            /* beside it, "GIÁM ĐỐC" of another authority */
            while (k > from && piece_of(r, k - 1)->line == piece_of(r, k)->line && is_office(r, k - 1))
                k--;
            return k;
        }
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

/* A line of the block says something of the signer; *ret_end: it was the name, the last. */
static enum err_code piece_read(struct reader *r, uint32_t k, struct letter_signer *signer, bool *ret_end)
{
    const struct piece *p = piece_of(r, k);
    const struct lex_phrase *hit;
    *ret_end = false;
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
        return ERR_NONE;
    }
    if (p->is_upper && has_class(r, p->first, LEX_TITLE))
        return words_value(r, p->first, trim_end(r, p->first, p->last), &signer->title);
    if (is_name_piece(r, k)) {
        *ret_end = true;
        return words_value(r, skip_rank(r, p->first, p->last), p->last, &signer->name);
    }
    return ERR_NONE;
}

/* The authority below "KT. BỘ TRƯỞNG" or over the title, over one line or two. */
static enum err_code authority_add(struct reader *r, uint32_t k, struct letter_signer *signer)
{
    struct letter_value more;
    const struct piece *p = piece_of(r, k);
    TRY(words_value(r, p->first, trim_end(r, p->first, p->last), &more));
    if (!signer->authority.at.to) {
        signer->authority = more;
        return ERR_NONE;
    }
    signer->authority.text = arena_printf(r->arena, "%.*s %.*s", STR_ARG(signer->authority.text), STR_ARG(more.text));
    signer->authority.at.to = more.at.to;
    return str_is_null(signer->authority.text) ? arena_full(r->arena, r->err) : ERR_NONE;
}

static bool is_joint(const struct letter *letter)
{
    return letter->issuers.count > 1 || letter->numbers.count > 1 ||
           (letter->document_type && strcmp(letter->document_type, "joint_circular") == 0);
}

/* One block from piece k on; *ret_next is the piece behind its name, or where the search ended. */
static enum err_code block_read(struct reader *r, uint32_t k, struct letter_signer *signer, uint32_t *ret_next)
{
    signer->is_known = true;
    bool end = false;
    for (uint32_t seen = 0; !end && k < r->pieces.count && seen < BLOCK_PIECES_MAX; k++, seen++) {
        if (is_aside(r, k))
            continue;
        if (piece_starts(r, k, LEX_ANNEX))
            break;
        /* "KT. BỘ TRƯỞNG" / "BỘ CÔNG AN" / "THỨ TRƯỞNG" */
        bool authority = is_joint(r->letter) && seen > 0 && piece_of(r, k)->is_upper && !is_office(r, k) &&
                         piece_starts(r, k, LEX_TITLE_ORG) && !signer->authority.at.to && !signer->title.at.to;
        if (authority)
            TRY(authority_add(r, k, signer));
        else
            TRY(piece_read(r, k, signer, &end));
    }
    *ret_next = k;
    return ERR_NONE;
}

/* Twice the column where the middle of a piece stands, in characters. */
static uint32_t middle_of(const struct reader *r, uint32_t k)
{
    const struct piece *p = piece_of(r, k);
    uint32_t line_from = r->lines[p->line].from, from = r->words[p->first].from;
    while (line_from > 0 && r->text.ptr[line_from - 1] != '\n')
        line_from--;
    size_t before = utf8_count((struct str){r->text.ptr + line_from, from - line_from});
    return (uint32_t)(2 * before + utf8_count((struct str){r->text.ptr + from, r->words[p->last - 1].to - from}));
}

/* Pieces of k's line from k on that each are the office of somebody. */
static uint32_t offices_beside(const struct reader *r, uint32_t k)
{
    uint32_t n = 0;
    while (k + n < r->pieces.count && n < SIGNERS_MAX && piece_of(r, k + n)->line == piece_of(r, k)->line &&
           is_office(r, k + n))
        n++;
    return n;
}

/* Several side by side: what stands below belongs to the column whose middle is the nearest, or by its place in the
 * line when the line has as many pieces as there are columns. */
static enum err_code columns_read(struct reader *r, uint32_t k, uint32_t columns)
{
    struct letter_signer found[SIGNERS_MAX] = {0};
    uint32_t middles[SIGNERS_MAX], named = 0, above = 0;
    bool done[SIGNERS_MAX] = {false};
    for (uint32_t c = 0; c < columns; c++)
        middles[c] = middle_of(r, k + c);
    /* each authority over its office: "CÔNG AN TỈNH      SỞ Y TẾ" */
    while (above < columns && above < k && piece_of(r, k)->line - piece_of(r, k - above - 1)->line == 1 &&
           piece_of(r, k - above - 1)->is_upper && piece_starts(r, k - above - 1, LEX_TITLE_ORG))
        above++;
    for (uint32_t c = 0; c < columns && above == columns; c++)
        TRY(authority_add(r, k - columns + c, &found[c]));
    for (uint32_t seen = 0; k < r->pieces.count && seen < BLOCK_PIECES_MAX * columns && named < columns;) {
        uint32_t line = piece_of(r, k)->line, n = 0;
        while (k + n < r->pieces.count && piece_of(r, k + n)->line == line)
            n++;
        if (piece_starts(r, k, LEX_ANNEX))
            break;
        for (uint32_t i = 0; i < n; i++) {
            if (is_aside(r, k + i))
                continue;
            uint32_t at = middle_of(r, k + i), best = 0;
            for (uint32_t c = 1; c < columns; c++) {
                uint32_t far = at > middles[c] ? at - middles[c] : middles[c] - at;
                uint32_t least = at > middles[best] ? at - middles[best] : middles[best] - at;
                best = far < least ? c : best;
            }
            struct letter_signer *signer = &found[n == columns ? i : best];
            bool *is_done = &done[signer - found], end = false;
            if (*is_done)
                continue;
            bool names_authority = piece_starts(r, k + i, LEX_TITLE_ORG) ||
                                   (signer->authority.at.to && !signer->title.at.to && !r->is_shouted);
            if (piece_of(r, k + i)->is_upper && !is_office(r, k + i) && names_authority)
                TRY(authority_add(r, k + i, signer));
            else
                TRY(piece_read(r, k + i, signer, &end));
            *is_done = end;
            named += end;
        }
        k += n;
        seen += n;
    }
    for (uint32_t c = 0; c < columns; c++) {
        if (!done[c])
            continue;
        struct letter_signer *signer = vec_push(&r->letter->signers, r->arena);
        if (!signer)
            return arena_full(r->arena, r->err);
        *signer = found[c];
        signer->is_known = true;
    }
    return ERR_NONE;
}

/* "SỞ A" on the line over "KT. GIÁM ĐỐC". */
static bool has_authority_above(const struct reader *r, uint32_t k)
{
    return k > 0 && piece_of(r, k - 1)->is_upper && piece_starts(r, k - 1, LEX_TITLE_ORG) && !is_office(r, k - 1) &&
           piece_of(r, k)->line - piece_of(r, k - 1)->line == 1;
}

void signer_first(const struct reader *r, uint32_t from, uint32_t *sg, uint32_t *ret_top)
{
    *ret_top = *sg;
    if (!is_joint(r->letter))
        return;
    /* "GIÁM ĐỐC" and a name over the block whose "KT." was found first */
    bool named = false;
    for (uint32_t k = *sg, seen = 0; k > from && seen < BLOCK_PIECES_MAX; seen++) {
        k--;
        named = named || (is_name_piece(r, k) && !is_office(r, k));
        if (named && is_office(r, k))
            *sg = k;
    }
    *ret_top = *sg - has_authority_above(r, *sg);
}

enum err_code signers_read(struct reader *r, uint32_t k)
{
    struct letter *letter = r->letter;
    uint32_t columns = 0, next, first_line = piece_of(r, k)->line;
    for (uint32_t at = k;
         at < r->pieces.count && piece_of(r, at)->line <= first_line + COLUMNS_LINES_MAX && columns < 2; at++) {
        columns = offices_beside(r, at);
        if (columns > 1)
            TRY(columns_read(r, at, columns));
    }
    if (letter->signers.count > 1) {
        letter->signer = letter->signers.items[0];
        return ERR_NONE;
    }
    letter->signers.count = 0;
    /* one below the other: only where several authorities issue, else it is the signature of a copy or a form */
    if (is_joint(letter) && has_authority_above(r, k))
        TRY(authority_add(r, k - 1, &letter->signer));
    TRY(block_read(r, k, &letter->signer, &next));
    struct letter_signer *first = vec_push(&letter->signers, r->arena);
    if (!first)
        return arena_full(r->arena, r->err);
    *first = letter->signer;
    while (is_joint(letter) && letter->signers.count < SIGNERS_MAX && first->name.at.to) {
        uint32_t end = next + BLOCK_PIECES_MAX;
        while (next < r->pieces.count && next < end && !is_office(r, next) && !piece_starts(r, next, LEX_ANNEX))
            next++;
        if (next >= r->pieces.count || next >= end || piece_starts(r, next, LEX_ANNEX))
            break;
        struct letter_signer one = {0};
        if (has_authority_above(r, next))
            TRY(authority_add(r, next - 1, &one));
        TRY(block_read(r, next, &one, &next));
        if (!one.name.at.to)
            break;
        struct letter_signer *signer = vec_push(&letter->signers, r->arena);
        if (!signer)
            return arena_full(r->arena, r->err);
        *signer = one;
    }
    return ERR_NONE;
}
