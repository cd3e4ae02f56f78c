/* form_print - print one form of an incident: form_print pdf|docx|text FORM filled|empty vi|en FILE. For looking at
 * it. */
#include "form_sample.h"
#include "os/file.h"
#include "report/docx.h"
#include "report/pdf.h"

#include <stdio.h>

static enum err_code print(char **args, struct arena *arena, struct err *err)
{
    const struct know_form *form = know_form_find(str_from_cstr(args[2]));
    struct form_head head = form_sample_head();
    struct form_values *values;
    struct document document;
    struct str text;
    enum lang lang = strcmp(args[4], "en") == 0 ? LANG_EN : LANG_VI;
    if (!form)
        return err_set(err, ERR_NOT_FOUND, "no form %s", args[2]);
    if (strcmp(args[3], "empty") == 0)
        TRY(form_values_new(arena, &values, err));
    else
        TRY(form_sample_values(arena, &values, err));
    if (strcmp(args[1], "text") == 0) {
        TRY(form_plain(form, values, &head, lang, arena, &text, err));
        return file_write_atomic(args[5], text, 0644, err);
    }
    TRY(form_document(form, values, &head, lang, arena, &document, err));
    if (strcmp(args[1], "docx") == 0)
        return docx_write_file(&document, args[5], err);
    struct type_fonts *fonts = NULL;
    TRY(type_fonts_open(NULL, &fonts, err));
    enum err_code code = pdf_write_file(&document, fonts, args[5], NULL, err);
    type_fonts_free(fonts);
    return code;
}

int main(int argc, char **argv)
{
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct err err;
    if (argc != 6) {
        fprintf(stderr, "usage: form_print pdf|docx|text FORM filled|empty vi|en FILE\n");
        return 2;
    }
    if (print(argv, &arena, &err) == ERR_NONE)
        return 0;
    fprintf(stderr, "form_print: %s\n", err.text);
    return 3;
}
