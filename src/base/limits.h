/* limits.h - the ceilings, together in one place so that they can be reviewed. Units are in the names.
 * A ceiling that guards against hostile input stands here; a rule of the law never does (knowledge/). */
#ifndef LUYTRE_BASE_LIMITS_H
#define LUYTRE_BASE_LIMITS_H

#define LETTER_FILE_MAX_BYTES       (20u << 20) /* a letter as handed in: .txt, .pdf, .docx */
#define LETTER_TEXT_MAX_BYTES       (2u << 20)  /* its text; an annexed plan of 500 pages is about 1 MB */
#define LETTER_PDF_MAX_PAGES        500u
#define LETTER_DUTIES_MAX           2000u
#define UPLOAD_MAX_BYTES            (50u << 20) /* one file of evidence */
#define REQUEST_BODY_MAX_BYTES      (64u << 20)
#define REQUEST_FORM_MAX_BYTES      (1u << 20) /* a form without files */
#define REQUEST_HEADER_MAX_BYTES    (16u << 10)
#define REQUEST_URI_MAX_BYTES       (8u << 10)
#define REQUEST_HEADERS_MAX         64u        /* header lines of one request */
#define REQUEST_PART_HEAD_MAX_BYTES (8u << 10) /* headers of one part of a multipart form */
#define REQUEST_FIELDS_MAX          4096u      /* fields of one form or query */
#define REQUEST_FILES_MAX           20u        /* files of one form */
#define RESPONSE_PAGE_MAX_BYTES     (16u << 20)
#define RATE_BUCKETS_MAX            65536u /* addresses and accounts remembered at a time */
#define JSON_DEPTH_MAX              64u
#define JSON_TEXT_MAX_BYTES         (512u << 20)
#define ZIP_ENTRIES_MAX             10000u
#define ZIP_UNPACKED_MAX_BYTES      (256u << 20) /* of all entries together */
#define ZIP_RATIO_MAX               200u         /* unpacked : packed, once past 1 MB */
#define XML_DEPTH_MAX               128u
#define CSV_ROWS_MAX                2000000u
#define CSV_FIELD_MAX_BYTES         (1u << 20)
#define YAML_FILE_MAX_BYTES         (16u << 20)
#define SECURITY_TXT_MAX_BYTES      (32u << 10) /* RFC 9116 5.4 */
#define SECURITY_TXT_FINDINGS_MAX   100u
#define RFC2350_TEXT_MAX_BYTES      (1u << 20)
#define PGP_KEY_MAX_BYTES           (1u << 20)
#define PGP_KEY_PACKETS_MAX         2000u
#define PGP_KEY_USER_IDS_MAX        100u
#define PGP_KEY_SUBKEYS_MAX         100u
#define PGP_USER_ID_MAX_BYTES       2048u
#define CERTIFICATE_FILE_MAX_BYTES  (256u << 10)
#define CERTIFICATE_FILE_MAX        20u /* certificates in one file */
#define CERTIFICATE_MAILS_MAX       100u
#define BLOB_INLINE_MAX_BYTES       (64u << 10) /* larger ones go to the blob folder (design: store) */
#define REQUEST_ARENA_BYTES         (256u << 20)
#define FORM_TEXT_MAX_BYTES         (1u << 20) /* one answer of an incident form */
#define FORM_NAME_MAX               600u       /* letters of a name around a form: issuer, addressee, signer */
#define FORM_ROWS_MAX               10000u     /* rows or files of one answer */

#endif
