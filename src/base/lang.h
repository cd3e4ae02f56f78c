/* lang.h - the two languages a person may be spoken to in.
 * Uses: nothing.    Used by: know/refusal.h, web/texts.h (generated), cmd.    Memory: none.    Threads: no shared
 * state. */
#ifndef LUYTRE_BASE_LANG_H
#define LUYTRE_BASE_LANG_H

enum lang {
    LANG_VI,
    LANG_EN,
    LANG_COUNT,
};

/* One of two literals; a macro, so that formats stay literals. */
#define lang_text(lang, vi, en) ((lang) == LANG_EN ? (en) : (vi))

#endif
