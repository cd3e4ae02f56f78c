#include "report/signer.h"

#include "base/viet.h"
#include "know/know.h"

static struct str mark_of(const char *form)
{
    const struct know_signing_form *row = know_signing_form_find(str_from_cstr(form));
    return row ? row->mark : STR_NONE;
}

/* "Thủ trưởng đơn vị" and the like name the role, not the post. */
static bool is_role_name(struct str title)
{
    for (size_t i = 0; i < know_role_count; i++)
        if (str_equal(title, know_roles[i].title.vi))
            return true;
    return false;
}

enum err_code signer_lines(const struct signer *signer, struct arena *arena,
                           const struct document_sign_line **ret_lines, size_t *ret_count, struct err *err)
{
    const struct know_signing_title *known = know_signing_title_of(signer->unit_kind, signer->unit_name, signer->day);
    *ret_lines = NULL;
    *ret_count = 0;
    if (!known)
        return ERR_NONE;
    struct document_sign_line *lines = arena_new_array(arena, struct document_sign_line, SIGNER_LINES_MAX);
    bool has_body = !str_is_empty(known->body), is_for_head = signer->is_deputy && !known->deputy_is_member;
    struct str head = known->head;
    if (!signer->is_deputy && !has_body && !str_is_empty(signer->own_title) && !is_role_name(signer->own_title))
        head = viet_upper(arena, signer->own_title);
    if (!lines || str_is_null(head))
        return arena_full(arena, err);
    size_t n = 0;
    if (has_body)
        lines[n++] = (struct document_sign_line){mark_of("tm"), known->body};
    if (!signer->is_deputy || is_for_head)
        lines[n++] = (struct document_sign_line){is_for_head ? mark_of("kt") : STR_NONE, head};
    if (signer->is_deputy)
        lines[n++] = (struct document_sign_line){STR_NONE, known->deputy};
    *ret_lines = lines;
    *ret_count = n;
    return ERR_NONE;
}
