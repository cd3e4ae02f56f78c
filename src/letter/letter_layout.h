/* letter_layout.h - what the files that read around the body share: letter_layout.c finds where the head ends and
 * reads addressees and tail, letter_head.c what stands in the head, letter_secrecy.c the stamp. Inside src/letter only.
 * Memory: the caller's arena.    Threads: no shared state. */
#ifndef LUYTRE_LETTER_LETTER_LAYOUT_H
#define LUYTRE_LETTER_LETTER_LAYOUT_H

#include "letter/letter_read.h"

NONNULL_BEGIN

/* --- letter_layout.c --- */
/* The phrase is all of the piece but for marks. */
const struct lex_phrase *NULLABLE piece_is(const struct reader *r, uint32_t k, enum letter_class cls);
uint32_t head_pieces(const struct reader *r); /* pieces [0, return) are the head */

/* --- letter_secrecy.c --- */
const char *NULLABLE stamp_at(const struct reader *r, uint32_t k);

/* --- letter_head.c: of the pieces [0, head) --- */
MUST_USE enum err_code number_read(struct reader *r, uint32_t head);
MUST_USE enum err_code date_read(struct reader *r, uint32_t head);
MUST_USE enum err_code type_read(struct reader *r, uint32_t head);
MUST_USE enum err_code subject_read(struct reader *r, uint32_t head);
MUST_USE enum err_code issuer_read(struct reader *r, uint32_t head); /* behind the others, which tell what is theirs */

NONNULL_END
#endif
