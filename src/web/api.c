/* api.c - REST for programs over the same domain functions as the pages: /api/v1, JSON in and out.
 * Ids are decimal text, days ISO 8601, unknown is null. A list gives items and next: hand next back as `after` for the
 * following page; null is the end. Errors are problem+json with error, reason and field. A token carries rights, the
 * person's grants decide where: an object that is not theirs is not found. Every row describes itself (struct api_doc)
 * for /api/openapi.json. */
#include "web/api_parts.h"

#include "web/app_parts.h"

/* --- schemas --- */
#define ID_                   "{\"type\":\"string\",\"pattern\":\"^[0-9]+$\"}"
#define ID0_                  "{\"type\":[\"string\",\"null\"],\"pattern\":\"^[0-9]+$\"}"
#define TEXT_                 "{\"type\":\"string\"}"
#define TEXT0_                "{\"type\":[\"string\",\"null\"]}"
#define INT_                  "{\"type\":\"integer\"}"
#define INT0_                 "{\"type\":[\"integer\",\"null\"]}"
#define BOOL_                 "{\"type\":\"boolean\"}"
#define DAY_                  "{\"type\":\"string\",\"format\":\"date\"}"
#define DAY0_                 "{\"type\":[\"string\",\"null\"],\"format\":\"date\"}"
#define AT0_                  "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"
#define ARRAY_(of)            "{\"type\":\"array\",\"items\":" of "}"
#define OBJ_(required, props) "{\"type\":\"object\",\"required\":[" required "],\"properties\":{" props "}}"
#define TEXTS_                ARRAY_(TEXT_)
#define LIST_(item)           OBJ_("\"items\",\"next\"", "\"items\":" ARRAY_(item) ",\"next\":" TEXT0_)

#define UNIT_S                                           \
    OBJ_("\"id\",\"kind\",\"name\",\"code\",\"symbol\"", \
         "\"id\":" ID_ ",\"kind\":" TEXT_ ",\"name\":" TEXT_ ",\"code\":" TEXT0_ ",\"symbol\":" TEXT0_)
#define UNIT_NAMED_S OBJ_("\"id\",\"name\"", "\"id\":" ID_ ",\"name\":" TEXT_)
#define UNIT_FULL_S                                                                                               \
    OBJ_("\"id\",\"kind\",\"name\",\"code\",\"symbol\",\"parents\",\"people\"",                                   \
         "\"id\":" ID_ ",\"kind\":" TEXT_ ",\"name\":" TEXT_ ",\"code\":" TEXT0_ ",\"symbol\":" TEXT0_            \
         ",\"address\":" TEXT0_ ",\"phone\":" TEXT0_ ",\"email\":" TEXT0_ ",\"sector\":" TEXT0_ ",\"from\":" DAY_ \
         ",\"people\":" INT_ ",\"parents\":" ARRAY_(                                                              \
             OBJ_("\"edge_kind\",\"id\",\"name\"", "\"edge_kind\":" TEXT_ ",\"id\":" ID_ ",\"name\":" TEXT_)))
#define CHILD_S                                         \
    OBJ_("\"id\",\"kind\",\"name\",\"code\",\"below\"", \
         "\"id\":" ID_ ",\"kind\":" TEXT_ ",\"name\":" TEXT_ ",\"code\":" TEXT0_ ",\"below\":" INT_)
#define DIRECTIVE_S                                                                                         \
    OBJ_("\"id\",\"issuer\",\"title\",\"number\",\"symbol\",\"issued\",\"state\",\"parent\",\"family\"",    \
         "\"id\":" ID_ ",\"issuer\":" OBJ_(                                                                 \
             "\"id\",\"name\"", "\"id\":" ID_ ",\"name\":" TEXT_) ",\"title\":" TEXT_ ",\"number\":" TEXT0_ \
                                                                  ",\"symbol\":" TEXT0_ ",\"issued\":" DAY_ \
                                                                  ",\"state\":" TEXT_ ",\"parent\":" ID0_   \
                                                                  ",\"family\":" ID_ ",\"instrument\":" TEXT0_)
#define OBLIGATION_S                                                                                                 \
    OBJ_("\"id\",\"no\",\"catalogue_id\",\"title\",\"text\",\"co_actors\",\"product\",\"denominator\",\"deadline\"", \
         "\"id\":" ID_ ",\"no\":" INT_ ",\"catalogue_id\":" TEXT0_ ",\"title\":" TEXT_ ",\"text\":" TEXT_            \
         ",\"co_actors\":" TEXTS_ ",\"product\":" TEXT0_ ",\"trigger\":" TEXT_ ",\"period_months\":" INT0_           \
         ",\"deadline\":" DAY0_ ",\"denominator\":" TEXT_ ",\"evidence_kinds\":" TEXTS_)
#define DIRECTIVE_FULL_S                                                                                               \
    OBJ_("\"id\",\"issuer\",\"title\",\"number\",\"symbol\",\"issued\",\"state\",\"parent\",\"family\",\"edge_kind\"," \
         "\"obligations\"",                                                                                            \
         "\"id\":" ID_ ",\"issuer\":" OBJ_(                                                                            \
             "\"id\",\"name\"",                                                                                        \
             "\"id\":" ID_ ",\"name\":" TEXT_) ",\"title\":" TEXT_ ",\"number\":" TEXT0_ ",\"symbol\":" TEXT0_         \
                                               ",\"issued\":" DAY_ ",\"state\":" TEXT_ ",\"parent\":" ID0_             \
                                               ",\"family\":" ID_ ",\"instrument\":" TEXT0_ ",\"edge_kind\":" TEXT_    \
                                               ",\"obligations\":" ARRAY_(OBLIGATION_S))
#define COUNTS_S                                                                                                   \
    OBJ_("\"unseen\",\"ack\",\"doing\",\"ok\",\"due\",\"late\",\"birth\",\"na\",\"waived\"",                       \
         "\"unseen\":" INT_ ",\"ack\":" INT_ ",\"doing\":" INT_ ",\"ok\":" INT_ ",\"due\":" INT_ ",\"late\":" INT_ \
         ",\"birth\":" INT_ ",\"na\":" INT_ ",\"waived\":" INT_)
#define STATUS_S                                                                                              \
    OBJ_("\"unit\",\"directive\",\"edge_kind\",\"as_of\",\"total\",\"owed\",\"counts\",\"missing\"",          \
         "\"unit\":" ID_ ",\"directive\":" ID0_ ",\"edge_kind\":" TEXT_ ",\"as_of\":" DAY_ ",\"total\":" INT_ \
         ",\"owed\":" INT_ ",\"counts\":" COUNTS_S                                                            \
         ",\"missing\":" ARRAY_(OBJ_("\"unit\",\"name\",\"unseen\",\"late\"",                                 \
                                     "\"unit\":" ID_ ",\"name\":" TEXT_ ",\"unseen\":" INT_ ",\"late\":" INT_ \
                                     ",\"focal_name\":" TEXT0_ ",\"focal_phone\":" TEXT0_)))
#define DUTY_S                                                                                                      \
    OBJ_("\"id\",\"unit\",\"title\",\"catalogue_id\",\"state\",\"awaiting_review\",\"due\",\"covered_until\"",      \
         "\"id\":" ID_                                                                                              \
         ",\"unit\":" OBJ_("\"id\",\"name\"",                                                                       \
                           "\"id\":" ID_ ",\"name\":" TEXT_) ",\"title\":" TEXT_ ",\"catalogue_id\":" TEXT0_        \
                                                             ",\"subject_kind\":" TEXT_ ",\"subject_name\":" TEXT0_ \
                                                             ",\"state\":" TEXT_ ",\"awaiting_review\":" BOOL_      \
                                                             ",\"due\":" DAY0_ ",\"covered_until\":" DAY0_)
#define CHAIN_S                                                                                                    \
    OBJ_("\"directive\",\"title\",\"issuer\",\"number\",\"symbol\",\"issued\"",                                    \
         "\"directive\":" ID_ ",\"title\":" TEXT_ ",\"issuer\":" TEXT_ ",\"number\":" TEXT0_ ",\"symbol\":" TEXT0_ \
         ",\"issued\":" DAY_ ",\"deadline\":" DAY0_)
#define EVIDENCE_S                                                                                              \
    OBJ_("\"id\",\"kind\",\"title\",\"state\",\"done\",\"covers_from\",\"covers_to\"",                          \
         "\"id\":" ID_ ",\"kind\":" TEXT_ ",\"title\":" TEXT_ ",\"state\":" TEXT_ ",\"done\":" DAY_             \
         ",\"covers_from\":" DAY_ ",\"covers_to\":" DAY0_ ",\"submitted_by\":" TEXT0_ ",\"submitted_at\":" AT0_ \
         ",\"reason\":" TEXT0_ ",\"files\":" INT_)
#define CHAINS_S    ARRAY_(CHAIN_S)
#define EVIDENCES_S ARRAY_(EVIDENCE_S)
#define DUTY_FULL_S                                                                                               \
    OBJ_("\"id\",\"as_of\",\"unit\",\"directive\",\"title\",\"text\",\"co_actors\",\"product\",\"catalogue_id\"," \
         "\"state\",\"awaiting_review\","                                                                         \
         "\"due\",\"covered_until\",\"denominator\",\"evidence_kinds\",\"chain\",\"evidence\"",                   \
         "\"id\":" ID_ ",\"as_of\":" DAY_ ",\"unit\":" UNIT_NAMED_S ",\"directive\":" ID_ ",\"title\":" TEXT_     \
         ",\"text\":" TEXT_ ",\"co_actors\":" TEXTS_ ",\"product\":" TEXT0_ ",\"catalogue_id\":" TEXT0_           \
         ",\"subject_kind\":" TEXT_ ",\"subject_name\":" TEXT0_ ",\"state\":" TEXT_ ",\"awaiting_review\":" BOOL_ \
         ",\"due\":" DAY0_ ",\"covered_until\":" DAY0_ ",\"acknowledged_at\":" AT0_ ",\"denominator\":" TEXT_     \
         ",\"evidence_kinds\":" TEXTS_ ",\"chain\":" CHAINS_S ",\"evidence\":" EVIDENCES_S)
#define DEVICE_PAIR_                                                                                             \
    "\"reason\":{\"type\":\"string\",\"enum\":[\"seen_both\",\"same_agent_key\",\"same_mac\",\"same_hostname\"," \
    "\"person\",\"split\"]},\"words\":" TEXT_
#define DEVICE_PROPS_                                                                                 \
    "\"id\":" ID_ ",\"unit\":" UNIT_NAMED_S ",\"site\":" TEXT0_ ",\"name\":" TEXT_ ",\"kind\":" TEXT_ \
    ",\"os\":" TEXT0_ ",\"antimalware\":" TEXT0_                                                      \
    ",\"state\":{\"type\":\"string\",\"enum\":[\"protected\",\"unprotected\",\"unknown\",\"\"]},\"seen_at\":" AT0_
#define DEVICE_SAME_S  OBJ_("\"id\",\"name\",\"reason\",\"words\"", "\"id\":" ID_ ",\"name\":" TEXT_ "," DEVICE_PAIR_)
#define DEVICE_SAMES_S ARRAY_(DEVICE_SAME_S)
#define DEVICE_S                                                                    \
    OBJ_("\"id\",\"unit\",\"name\",\"kind\",\"state\",\"seen_at\",\"may_be_same\"", \
         DEVICE_PROPS_ ",\"may_be_same\":" DEVICE_SAMES_S)
#define DEVICE_PAIRED_S                                                                                              \
    OBJ_("\"id\",\"unit\",\"one\",\"other\",\"reason\",\"words\",\"at\"",                                            \
         "\"id\":" ID_ ",\"unit\":" UNIT_NAMED_S ",\"one\":" UNIT_NAMED_S ",\"other\":" UNIT_NAMED_S ",\"at\":" AT0_ \
         "," DEVICE_PAIR_)
#define DEVICE_SUGGESTION_S                              \
    OBJ_("\"id\",\"other\",\"reason\",\"words\",\"at\"", \
         "\"id\":" ID_ ",\"other\":" UNIT_NAMED_S ",\"at\":" AT0_ "," DEVICE_PAIR_)
#define DEVICE_MERGE_S                                                                                           \
    OBJ_("\"id\",\"kept\",\"merged\",\"why\",\"at\",\"undone_at\"",                                              \
         "\"id\":" ID_ ",\"kept\":" UNIT_NAMED_S ",\"merged\":" UNIT_NAMED_S ",\"why\":" TEXT_ ",\"by\":" TEXT0_ \
         ",\"at\":" AT0_ ",\"undone_at\":" AT0_)
#define DEVICE_IDENTITY_S    OBJ_("\"kind\",\"value\"", "\"kind\":" TEXT_ ",\"value\":" TEXT_)
#define DEVICE_IDENTITIES_S  ARRAY_(DEVICE_IDENTITY_S)
#define DEVICE_SUGGESTIONS_S ARRAY_(DEVICE_SUGGESTION_S)
#define DEVICE_MERGES_S      ARRAY_(DEVICE_MERGE_S)
#define DEVICE_FULL_S                                                                                             \
    OBJ_("\"id\",\"unit\",\"name\",\"kind\",\"state\",\"merged_into\",\"identities\",\"suggestions\",\"merges\"", \
         DEVICE_PROPS_ ",\"merged_into\":" ID0_ ",\"identities\":" DEVICE_IDENTITIES_S                            \
                       ",\"suggestions\":" DEVICE_SUGGESTIONS_S ",\"merges\":" DEVICE_MERGES_S)
#define ME_S                                                                                 \
    OBJ_("\"id\",\"name\",\"rights\",\"units\"",                                             \
         "\"id\":" ID_ ",\"name\":" TEXT_ ",\"rights\":" ARRAY_(TEXT_) ",\"units\":" ARRAY_( \
             OBJ_("\"id\",\"name\",\"kind\",\"role\",\"edge_kind\"",                         \
                  "\"id\":" ID_ ",\"name\":" TEXT_ ",\"kind\":" TEXT_ ",\"role\":" TEXT_ ",\"edge_kind\":" TEXT_)))
#define LETTER_READ_S                                                                                \
    OBJ_("\"letter\",\"duties\",\"summary\"", "\"letter\":{\"type\":\"object\"},\"duties\":" ARRAY_( \
                                                  "{\"type\":\"object\"}") ",\"summary\":{\"type\":\"object\"}")

/* --- the rows, each with what OpenAPI says of it --- */

#define PAGING                                                   \
    {"after", "query", "string", "next of the page before"},     \
    {                                                            \
        "limit", "query", "integer", "1 to 500; 100 when absent" \
    }
static const struct api_param units_params[] = {{"q", "query", "string", "part of the name, with or without marks"},
                                                {"code", "query", "string", "the exact code"},
                                                PAGING,
                                                {0}};
static const struct api_param edge_params[] = {
    {"edge", "query", "string", "administrative, professional, incident; default: the one along which you see most"},
    {0}};
static const struct api_param status_params[] = {
    {"directive", "query", "string", "only what came from this directive; one at the top counts with its family"},
    {"as_of", "query", "date", "as it was known at the end of that day"},
    {"edge", "query", "string", "administrative, professional, incident; default: the one along which you see most"},
    {0}};
static const struct api_param directives_params[] = {{"q", "query", "string", "part of the title or number"},
                                                     {"state", "query", "string", "draft, issued, withdrawn"},
                                                     PAGING,
                                                     {0}};
static const struct api_param rollup_params[] = {
    {"unit", "query", "string", "at and below this unit; the issuer when absent"},
    {"as_of", "query", "date", "as it was known at the end of that day"},
    {0}};
static const struct api_param duty_params[] = {{"as_of", "query", "date", "as it was known at the end of that day"},
                                               {0}};
static const struct api_param rows_params[] = {
    {"unit", "query", "string", "at and below this unit; the issuer when absent"},
    {"state", "query", "string", "unseen, ack, doing, ok, due, late, birth, na, waived"},
    {"q", "query", "string", "part of the unit's name"},
    PAGING,
    {0}};

static const struct api_doc doc_me = {"who this token acts for", NULL, NULL, ME_S};
static const struct api_doc doc_units = {"units one may read, by id", units_params, NULL, LIST_(UNIT_S)};
static const struct api_doc doc_unit = {"one unit", NULL, NULL, UNIT_FULL_S};
static const struct api_doc doc_children = {"units right below", edge_params, NULL, LIST_(CHILD_S)};
static const struct api_doc doc_status = {"how far everything at and below a unit is", status_params, NULL, STATUS_S};
static const struct api_doc doc_unit_duties = {"what a unit owes, late first", NULL, NULL, LIST_(DUTY_S)};
static const struct api_doc doc_directives = {"directives, newest first", directives_params, NULL, LIST_(DIRECTIVE_S)};
static const struct api_doc doc_directive = {"one directive with its obligations", NULL, NULL, DIRECTIVE_FULL_S};
static const struct api_doc doc_rollup = {"roll-up of one directive", rollup_params, NULL, STATUS_S};
static const struct api_doc doc_rows = {"the rows behind the numbers, late first", rows_params, NULL, LIST_(DUTY_S)};
static const struct api_doc doc_acknowledge = {"confirm having read a directive, in one's own name", NULL,
                                               OBJ_("\"unit\"", "\"unit\":" ID_),
                                               OBJ_("\"is_new\"", "\"is_new\":" BOOL_)};
static const struct api_doc doc_duty = {"one duty with its chain up to the first directive and its evidence",
                                        duty_params, NULL, DUTY_FULL_S};
static const struct api_doc doc_evidence = {
    "hand in evidence; files: multipart/form-data with this JSON in the field \"evidence\"", NULL,
    OBJ_("\"kind\",\"done\",\"fields\"",
         "\"kind\":" TEXT_ ",\"title\":" TEXT0_ ",\"done\":" DAY_ ",\"fields\":{\"type\":\"object\"}"),
    OBJ_("\"id\"", "\"id\":" ID_)};
static const struct api_doc doc_review = {
    "accept or return evidence", NULL,
    OBJ_("\"decision\"", "\"decision\":{\"type\":\"string\",\"enum\":[\"accept\",\"return\"]},\"reason\":" TEXT0_),
    OBJ_("\"id\",\"state\"", "\"id\":" ID_ ",\"state\":" TEXT_)};
static const struct api_param devices_params[] = {
    {"kind", "query", "string", "server, workstation ...; hosts: those that anti-malware is counted for"},
    {"state", "query", "string", "protected, unprotected, unknown"},
    {"q", "query", "string", "part of the name or product, or an identifier as written"},
    {"edge", "query", "string", "administrative, professional, incident; default: the one along which you see most"},
    PAGING,
    {0}};
static const struct api_param pairs_params[] = {
    {"edge", "query", "string", "administrative, professional, incident; default: the one along which you see most"},
    PAGING,
    {0}};
static const struct api_doc doc_devices = {
    "devices at and below a unit, unprotected and unknown first, each with those it may be one machine with",
    devices_params, NULL, LIST_(DEVICE_S)};
static const struct api_doc doc_device_pairs = {
    "pairs of devices that may be one machine and that nobody decided about, at and below a unit", pairs_params, NULL,
    LIST_(DEVICE_PAIRED_S)};
static const struct api_doc doc_device = {"one device with its identifiers, suggestions and merges", NULL, NULL,
                                          DEVICE_FULL_S};
static const struct api_doc doc_device_merge = {
    "the other device of a suggestion is this one; this one is kept", NULL,
    OBJ_("\"suggestion\",\"reason\"", "\"suggestion\":" ID_ ",\"reason\":" TEXT_), OBJ_("\"merge\"", "\"merge\":" ID_)};
static const struct api_doc doc_device_apart = {"the two of a suggestion stay apart and are not suggested again", NULL,
                                                OBJ_("\"suggestion\"", "\"suggestion\":" ID_),
                                                OBJ_("\"suggestion\"", "\"suggestion\":" ID_)};
static const struct api_doc doc_device_unmerge = {
    "undo a merge that this device was kept in: each has again what was said of it", NULL,
    OBJ_("\"merge\",\"reason\"", "\"merge\":" ID_ ",\"reason\":" TEXT_), OBJ_("\"merge\"", "\"merge\":" ID_)};
static const struct api_doc doc_letter_read = {"read a letter without keeping it", NULL,
                                               OBJ_("\"text\"", "\"text\":" TEXT_), LETTER_READ_S};
static const struct api_doc doc_letter_import = {
    "put a letter into a unit's book", NULL,
    OBJ_("\"unit\",\"text\"", "\"unit\":" ID_ ",\"text\":" TEXT_ ",\"file_name\":" TEXT0_),
    OBJ_("\"id\",\"is_new\"", "\"id\":" ID_ ",\"is_new\":" BOOL_)};

static const struct route routes[] = {
    {GET, "/api/v1/me", api_me_get, 0, READS | API, &doc_me},
    {GET, "/api/v1/units", api_units_get, RIGHT_READ, READS | API, &doc_units},
    {GET, "/api/v1/units/{id}", api_unit_one_get, RIGHT_READ, READS | API, &doc_unit},
    {GET, "/api/v1/units/{id}/children", api_unit_children_get, RIGHT_READ, READS | API, &doc_children},
    {GET, "/api/v1/units/{id}/status", api_unit_status_get, RIGHT_READ, READS | API, &doc_status},
    {GET, "/api/v1/units/{id}/duties", api_unit_duties_get, RIGHT_READ, READS | API, &doc_unit_duties},
    {GET, "/api/v1/units/{id}/devices", api_devices_get, RIGHT_ASSET_READ, READS | API, &doc_devices},
    {GET, "/api/v1/units/{id}/device-suggestions", api_device_pairs_get, RIGHT_ASSET_READ, READS | API,
     &doc_device_pairs},
    {GET, "/api/v1/devices/{id}", api_device_one_get, RIGHT_ASSET_READ, READS | API, &doc_device},
    {POST, "/api/v1/devices/{id}/merge", api_device_merge_post, RIGHT_EXECUTE, CHANGES | API, &doc_device_merge},
    {POST, "/api/v1/devices/{id}/apart", api_device_apart_post, RIGHT_EXECUTE, CHANGES | API, &doc_device_apart},
    {POST, "/api/v1/devices/{id}/unmerge", api_device_unmerge_post, RIGHT_EXECUTE, CHANGES | API, &doc_device_unmerge},
    {GET, "/api/v1/directives", api_directives_get, RIGHT_READ, READS | API, &doc_directives},
    {GET, "/api/v1/directives/{id}", api_directive_one_get, RIGHT_READ, READS | API, &doc_directive},
    {GET, "/api/v1/directives/{id}/rollup", api_directive_rollup_get, RIGHT_READ, READS | API, &doc_rollup},
    {GET, "/api/v1/directives/{id}/rows", api_directive_rows_get, RIGHT_READ, READS | API, &doc_rows},
    {POST, "/api/v1/directives/{id}/acknowledge", api_acknowledge_post, RIGHT_ACKNOWLEDGE, CHANGES | API,
     &doc_acknowledge},
    {GET, "/api/v1/duties/{id}", api_duty_one_get, RIGHT_READ, READS | API, &doc_duty},
    {POST, "/api/v1/duties/{id}/evidence", api_evidence_post, RIGHT_EXECUTE, CHANGES | API | UPLOAD | SLOW,
     &doc_evidence},
    {POST, "/api/v1/evidence/{id}/review", api_review_post, RIGHT_REVIEW, CHANGES | API, &doc_review},
    {POST, "/api/v1/letters/read", api_letter_read_post, RIGHT_READ, CHANGES | API, &doc_letter_read},
    {POST, "/api/v1/letters", api_letter_import_post, RIGHT_DRAFT, CHANGES | API | SLOW, &doc_letter_import},
};
const struct route_list api_routes = {routes, ARRAY_LEN(routes)};
