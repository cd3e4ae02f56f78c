/* role.c - which roles this program can be, and what its parse role can read. One row each. */
#include "cmd/role.h"

#include "cmd/options.h"

static const struct parse_handler parse_handlers[] = {
    {"pdf_text", parse_pdf_text, true},
};

static int parse_main(void)
{
    return role_parse_main(parse_handlers, ARRAY_LEN(parse_handlers), (struct parse_ceilings){0});
}

static const struct {
    enum role role;
    int (*main)(void);
} role_table[] = {
    {ROLE_PARSE, parse_main},
    {ROLE_FETCH, role_fetch_main},
    {ROLE_SIGN, role_sign_main},
};

int cmd_role(int argc, char **argv)
{
    enum role role;
    if (argc == 2 && role_from_str(str_from_cstr(argv[1]), &role))
        for (size_t i = 0; i < ARRAY_LEN(role_table); i++)
            if (role_table[i].role == role)
                return role_table[i].main();
    fprintf(stderr, "luytre: -x dành riêng cho luytre / -x is for luytre itself\n");
    return EXIT_USAGE;
}
