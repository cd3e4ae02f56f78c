/* sample.h - makes the small archives the tests read: no binary files in the tree. */
#ifndef LUYTRE_TESTS_SAMPLE_H
#define LUYTRE_TESTS_SAMPLE_H

#include <stdlib.h>

#include "base/arena.h"
#include <archive.h>
#include <archive_entry.h>

struct part {
    const char *name;
    struct str bytes;
};

static inline struct str sample_zip(struct arena *arena, const struct part *parts, size_t count)
{
    size_t room = 1u << 20, used = 0;
    for (size_t i = 0; i < count; i++)
        room += parts[i].bytes.len_bytes + 1024;
    char *out = arena_alloc(arena, room, 1);
    if (!out)
        exit(1); /* a test without memory for its sample has nothing to say */
    struct archive *a = archive_write_new();
    must(archive_write_set_format_zip(a) == ARCHIVE_OK && archive_write_open_memory(a, out, room, &used) == ARCHIVE_OK);
    for (size_t i = 0; i < count; i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, parts[i].name);
        archive_entry_set_size(entry, (int64_t)parts[i].bytes.len_bytes);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        must(archive_write_header(a, entry) == ARCHIVE_OK);
        must(archive_write_data(a, parts[i].bytes.ptr, parts[i].bytes.len_bytes) ==
             (la_ssize_t)parts[i].bytes.len_bytes);
        archive_entry_free(entry);
    }
    must(archive_write_close(a) == ARCHIVE_OK && archive_write_free(a) == ARCHIVE_OK);
    return (struct str){out, used};
}

#define SAMPLE_WORKBOOK                                                                                                 \
    "<workbook xmlns:r='r'><workbookPr%s/><sheets><sheet name='Đơn vị' sheetId='1' r:id='rId1'/><sheet name='Hai' " \
    "sheetId='2' r:id='rId2'/>"                                                                                         \
    "</sheets></workbook>"
#define SAMPLE_RELS                                                                                   \
    "<Relationships><Relationship Id='rId1' Target='worksheets/sheet1.xml'/><Relationship Id='rId2' " \
    "Target='/xl/worksheets/sheet2.xml'/>"                                                            \
    "</Relationships>"
#define SAMPLE_STYLES                                                                                      \
    "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='dd\\/mm\\/yyyy;@'/><numFmt numFmtId='165' "   \
    "formatCode='0000'/>"                                                                                  \
    "<numFmt numFmtId='166' formatCode='[$-42A]hh:mm'/></numFmts><cellStyleXfs><xf "                       \
    "numFmtId='14'/></cellStyleXfs><cellXfs><xf numFmtId='0'/>"                                            \
    "<xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='22'/><xf numFmtId='165'/><xf numFmtId='9'/><xf " \
    "numFmtId='166'/></cellXfs></styleSheet>"
#define SAMPLE_STRINGS \
    "<sst><si><t>Mã</t></si><si><r><t>Tên </t></r><r><t>đơn vị</t></r><rPh><t>bỏ</t></rPh></si></sst>"

static inline struct str sample_xlsx(struct arena *arena, bool is_1904, struct str sheet1)
{
    struct part parts[] = {
        {"xl/workbook.xml", arena_printf(arena, SAMPLE_WORKBOOK, is_1904 ? " date1904='1'" : "")},
        {"xl/_rels/workbook.xml.rels", STR(SAMPLE_RELS)},
        {"xl/styles.xml", STR(SAMPLE_STYLES)},
        {"xl/sharedStrings.xml", STR(SAMPLE_STRINGS)},
        {"xl/worksheets/sheet1.xml", sheet1},
        {"xl/worksheets/sheet2.xml",
         STR("<worksheet><sheetData><row><c t='inlineStr'><is><t>hai</t></is></c></row></sheetData></worksheet>")},
    };
    return sample_zip(arena, parts, ARRAY_LEN(parts));
}

static inline struct str sample_docx(struct arena *arena, const char *body)
{
    struct part parts[] = {
        {"word/document.xml", arena_printf(arena, "<w:document xmlns:w='w'><w:body>%s</w:body></w:document>", body)},
        {"word/numbering.xml", STR("<w:numbering xmlns:w='w'><w:abstractNum w:abstractNumId='0'><w:lvl "
                                   "w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='decimal'/>"
                                   "<w:lvlText w:val='%1.'/></w:lvl><w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt "
                                   "w:val='lowerLetter'/><w:lvlText w:val='%2)'/></w:lvl>"
                                   "</w:abstractNum><w:abstractNum w:abstractNumId='1'><w:lvl w:ilvl='0'><w:numFmt "
                                   "w:val='bullet'/></w:lvl></w:abstractNum>"
                                   "<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num><w:num "
                                   "w:numId='2'><w:abstractNumId w:val='1'/></w:num></w:numbering>")},
        {"word/styles.xml", STR("<w:styles xmlns:w='w'><w:style w:styleId='Muc'><w:pPr><w:numPr><w:numId "
                                "w:val='1'/></w:numPr></w:pPr></w:style></w:styles>")},
    };
    return sample_zip(arena, parts, ARRAY_LEN(parts));
}

#endif
