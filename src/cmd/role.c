/* role.c - which roles this program can be, and what its parse role can read. One row each. */
#include "cmd/role.h"

#include "base/limits.h"
#include "cmd/options.h"
#include "cmd/role_store.h"
#include "format/doctext.h"
#include "os/file.h"

/* A letter as handed in, whatever it is: text, DOCX, web page, PDF. It may start pdftotext, so it runs under the role's
 * own rules. */
static enum err_code letter_text(const struct parse_input *input, struct arena *arena, struct str *ret_result,
                                 struct err *err)
{
    struct str bytes;
    TRY(file_read_fd(input->fd, "letter", LETTER_FILE_MAX_BYTES, arena, &bytes, err));
    struct doc_text doc;
    if (doc_kind_of(bytes) == DOC_PDF)
        TRY(doc_pdf_text(input->fd, arena, &doc, err));
    else
        TRY(doc_text(bytes, arena, &doc, err));
    *ret_result = doc.decoded.text;
    return ERR_NONE;
}

static const struct parse_handler parse_handlers[] = {
    {"pdf_text", parse_pdf_text, true},
    {"letter_text", letter_text, true},
};

static int parse_main(void)
{
    return role_parse_main(parse_handlers, ARRAY_LEN(parse_handlers), (struct parse_ceilings){0});
}

static const struct {
    enum role role;
    int (*main)(void);
} role_table[] = {
    {ROLE_WEB, role_web_main},     {ROLE_WORKER, role_worker_main}, {ROLE_PARSE, parse_main},
    {ROLE_FETCH, role_fetch_main}, {ROLE_SIGN, role_sign_main},
};

int cmd_role(int argc, char **argv)
{
    enum role role;
    if (argc == 2 && role_from_str(str_from_cstr(argv[1]), &role))
        for (size_t i = 0; i < ARRAY_LEN(role_table); i++)
            if (role_table[i].role == role)
                return role_table[i].main();
    fputs(lang_text(options_language(&argc, argv), "luytre: -x dành riêng cho luytre\n",
                    "luytre: -x is for luytre itself\n"),
          stderr);
    return EXIT_USAGE;
}
