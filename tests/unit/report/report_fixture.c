/* report_fixture - print one fixture: report_fixture FORMAT NAME FILE. For golden pages and for looking at them. */
#include "fixtures.h"
#include "report/docx.h"
#include "report/pdf.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: report_fixture pdf|docx answer|rollup|periodic|contacts FILE\n");
        return 2;
    }
    AUTO_ARENA arena;
    arena_init(&arena, 64u << 20);
    struct err err;
    for (int i = 0; i < FIXTURE_COUNT; i++) {
        if (strcmp(argv[2], fixture_name((enum fixture)i)) != 0)
            continue;
        struct document document = fixture_make((enum fixture)i, &arena);
        enum err_code code;
        if (strcmp(argv[1], "docx") == 0) {
            code = docx_write_file(&document, argv[3], &err);
        } else {
            struct type_fonts *fonts = NULL;
            code = type_fonts_open(NULL, &fonts, &err);
            if (code == ERR_NONE)
                code = pdf_write_file(&document, fonts, argv[3], NULL, &err);
            type_fonts_free(fonts);
        }
        if (code != ERR_NONE)
            fprintf(stderr, "report_fixture: %s\n", err.text);
        return code == ERR_NONE ? 0 : 3;
    }
    fprintf(stderr, "report_fixture: no fixture %s\n", argv[2]);
    return 2;
}
