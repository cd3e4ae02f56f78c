/* page_audit_words.c - what the entries of the chain are called in the audit log. */
#include "base/viet.h"
#include "web/app_parts.h"

struct audit_word {
    struct str code;
    enum msg_id word;
};

static const struct audit_word kinds[] = {
    {STR_INIT("api_token_ended"), MSG_ADMIN_K_API_TOKEN_ENDED},
    {STR_INIT("api_token_made"), MSG_ADMIN_K_API_TOKEN_MADE},
    {STR_INIT("asset_sample_deleted"), MSG_ADMIN_K_ASSET_SAMPLE_DELETED},
    {STR_INIT("assignment_acknowledged"), MSG_ADMIN_K_ASSIGNMENT_ACKNOWLEDGED},
    {STR_INIT("assignment_given"), MSG_ADMIN_K_ASSIGNMENT_GIVEN},
    {STR_INIT("assignment_waived"), MSG_ADMIN_K_ASSIGNMENT_WAIVED},
    {STR_INIT("assignment_not_applicable"), MSG_ADMIN_K_ASSIGNMENT_NOT_APPLICABLE},
    {STR_INIT("assignment_applicable"), MSG_ADMIN_K_ASSIGNMENT_APPLICABLE},
    {STR_INIT("assignment_moved"), MSG_ADMIN_K_ASSIGNMENT_MOVED},
    {STR_INIT("budget_total_set"), MSG_ADMIN_K_BUDGET_TOTAL_SET},
    {STR_INIT("contact_confirmed"), MSG_ADMIN_K_CONTACT_CONFIRMED},
    {STR_INIT("content_erased"), MSG_ADMIN_K_CONTENT_ERASED},
    {STR_INIT("device_changed"), MSG_ADMIN_K_DEVICE_CHANGED},
    {STR_INIT("device_merge_undone"), MSG_ADMIN_K_DEVICE_MERGE_UNDONE},
    {STR_INIT("device_merged"), MSG_ADMIN_K_DEVICE_MERGED},
    {STR_INIT("device_registered"), MSG_ADMIN_K_DEVICE_REGISTERED},
    {STR_INIT("device_split"), MSG_ADMIN_K_DEVICE_SPLIT},
    {STR_INIT("devices_moved"), MSG_ADMIN_K_DEVICES_MOVED},
    {STR_INIT("devices_registered"), MSG_ADMIN_K_DEVICES_REGISTERED},
    {STR_INIT("directive_acknowledged"), MSG_ADMIN_K_DIRECTIVE_ACKNOWLEDGED},
    {STR_INIT("directive_draft_deleted"), MSG_ADMIN_K_DIRECTIVE_DRAFT_DELETED},
    {STR_INIT("directive_draft_edited"), MSG_ADMIN_K_DIRECTIVE_DRAFT_EDITED},
    {STR_INIT("directive_drafted"), MSG_ADMIN_K_DIRECTIVE_DRAFTED},
    {STR_INIT("directive_issued"), MSG_ADMIN_K_DIRECTIVE_ISSUED},
    {STR_INIT("directive_withdrawn"), MSG_ADMIN_K_DIRECTIVE_WITHDRAWN},
    {STR_INIT("evidence_accepted"), MSG_ADMIN_K_EVIDENCE_ACCEPTED},
    {STR_INIT("evidence_returned"), MSG_ADMIN_K_EVIDENCE_RETURNED},
    {STR_INIT("evidence_submitted"), MSG_ADMIN_K_EVIDENCE_SUBMITTED},
    {STR_INIT("evidence_withdrawn"), MSG_ADMIN_K_EVIDENCE_WITHDRAWN},
    {STR_INIT("figures_frozen"), MSG_ADMIN_K_FIGURES_FROZEN},
    {STR_INIT("finding_closed"), MSG_ADMIN_K_FINDING_CLOSED},
    {STR_INIT("finding_done"), MSG_ADMIN_K_FINDING_DONE},
    {STR_INIT("finding_moved"), MSG_ADMIN_K_FINDING_MOVED},
    {STR_INIT("finding_opened"), MSG_ADMIN_K_FINDING_OPENED},
    {STR_INIT("finding_reopened"), MSG_ADMIN_K_FINDING_REOPENED},
    {STR_INIT("grant_ended"), MSG_ADMIN_K_GRANT_ENDED},
    {STR_INIT("grant_given"), MSG_ADMIN_K_GRANT_GIVEN},
    {STR_INIT("import_undone"), MSG_ADMIN_K_IMPORT_UNDONE},
    {STR_INIT("letter_confirmed"), MSG_ADMIN_K_LETTER_CONFIRMED},
    {STR_INIT("letter_duty_added"), MSG_ADMIN_K_LETTER_DUTY_ADDED},
    {STR_INIT("letter_duty_confirmed"), MSG_ADMIN_K_LETTER_DUTY_CONFIRMED},
    {STR_INIT("letter_duty_corrected"), MSG_ADMIN_K_LETTER_DUTY_CORRECTED},
    {STR_INIT("letter_duty_reopened"), MSG_ADMIN_K_LETTER_DUTY_REOPENED},
    {STR_INIT("letter_kept"), MSG_ADMIN_K_LETTER_KEPT},
    {STR_INIT("link_accepted"), MSG_ADMIN_K_LINK_ACCEPTED},
    {STR_INIT("link_made"), MSG_ADMIN_K_LINK_MADE},
    {STR_INIT("link_mail_asked"), MSG_ADMIN_K_LINK_MAIL_ASKED},
    {STR_INIT("link_mail_refused"), MSG_ADMIN_K_LINK_MAIL_REFUSED},
    {STR_INIT("link_mailed"), MSG_ADMIN_K_LINK_MAILED},
    {STR_INIT("password_changed"), MSG_ADMIN_K_PASSWORD_CHANGED},
    {STR_INIT("password_set"), MSG_ADMIN_K_PASSWORD_SET},
    {STR_INIT("person_activated"), MSG_ADMIN_K_PERSON_ACTIVATED},
    {STR_INIT("person_added"), MSG_ADMIN_K_PERSON_ADDED},
    {STR_INIT("person_changed"), MSG_ADMIN_K_PERSON_CHANGED},
    {STR_INIT("person_deactivated"), MSG_ADMIN_K_PERSON_DEACTIVATED},
    {STR_INIT("person_erased"), MSG_ADMIN_K_PERSON_ERASED},
    {STR_INIT("person_joined"), MSG_ADMIN_K_PERSON_JOINED},
    {STR_INIT("person_left"), MSG_ADMIN_K_PERSON_LEFT},
    {STR_INIT("recovery_codes_renewed"), MSG_ADMIN_K_RECOVERY_CODES_RENEWED},
    {STR_INIT("reminders_sent"), MSG_ADMIN_K_REMINDERS_SENT},
    {STR_INIT("report_corrected"), MSG_ADMIN_K_REPORT_CORRECTED},
    {STR_INIT("report_filled"), MSG_ADMIN_K_REPORT_FILLED},
    {STR_INIT("report_frozen"), MSG_ADMIN_K_REPORT_FROZEN},
    {STR_INIT("report_opened"), MSG_ADMIN_K_REPORT_OPENED},
    {STR_INIT("report_sent"), MSG_ADMIN_K_REPORT_SENT},
    {STR_INIT("reports_opened"), MSG_ADMIN_K_REPORTS_OPENED},
    {STR_INIT("request_answered"), MSG_ADMIN_K_REQUEST_ANSWERED},
    {STR_INIT("request_opened"), MSG_ADMIN_K_REQUEST_OPENED},
    {STR_INIT("request_refused"), MSG_ADMIN_K_REQUEST_REFUSED},
    {STR_INIT("request_withdrawn"), MSG_ADMIN_K_REQUEST_WITHDRAWN},
    {STR_INIT("sample_built"), MSG_ADMIN_K_SAMPLE_BUILT},
    {STR_INIT("sample_deleted"), MSG_ADMIN_K_SAMPLE_DELETED},
    {STR_INIT("second_factor_begun"), MSG_ADMIN_K_SECOND_FACTOR_BEGUN},
    {STR_INIT("second_factor_failed"), MSG_ADMIN_K_SECOND_FACTOR_FAILED},
    {STR_INIT("second_factor_removed"), MSG_ADMIN_K_SECOND_FACTOR_REMOVED},
    {STR_INIT("second_factor_set"), MSG_ADMIN_K_SECOND_FACTOR_SET},
    {STR_INIT("session_ended"), MSG_ADMIN_K_SESSION_ENDED},
    {STR_INIT("session_opened"), MSG_ADMIN_K_SESSION_OPENED},
    {STR_INIT("sessions_closed"), MSG_ADMIN_K_SESSIONS_CLOSED},
    {STR_INIT("settings_changed"), MSG_ADMIN_K_SETTINGS_CHANGED},
    {STR_INIT("sign_in_failed"), MSG_ADMIN_K_SIGN_IN_FAILED},
    {STR_INIT("signed_in"), MSG_ADMIN_K_SIGNED_IN},
    {STR_INIT("signed_in_demo"), MSG_ADMIN_K_SIGNED_IN_DEMO},
    {STR_INIT("signed_in_recovery"), MSG_ADMIN_K_SIGNED_IN_RECOVERY},
    {STR_INIT("signed_out"), MSG_ADMIN_K_SIGNED_OUT},
    {STR_INIT("site_added"), MSG_ADMIN_K_SITE_ADDED},
    {STR_INIT("site_changed"), MSG_ADMIN_K_SITE_CHANGED},
    {STR_INIT("site_ended"), MSG_ADMIN_K_SITE_ENDED},
    {STR_INIT("store_restored"), MSG_ADMIN_K_STORE_RESTORED},
    {STR_INIT("system_added"), MSG_ADMIN_K_SYSTEM_ADDED},
    {STR_INIT("system_changed"), MSG_ADMIN_K_SYSTEM_CHANGED},
    {STR_INIT("system_database_added"), MSG_ADMIN_K_SYSTEM_DATABASE_ADDED},
    {STR_INIT("system_database_changed"), MSG_ADMIN_K_SYSTEM_DATABASE_CHANGED},
    {STR_INIT("system_database_ended"), MSG_ADMIN_K_SYSTEM_DATABASE_ENDED},
    {STR_INIT("system_domain_added"), MSG_ADMIN_K_SYSTEM_DOMAIN_ADDED},
    {STR_INIT("system_domain_dropped"), MSG_ADMIN_K_SYSTEM_DOMAIN_DROPPED},
    {STR_INIT("system_range_added"), MSG_ADMIN_K_SYSTEM_RANGE_ADDED},
    {STR_INIT("system_range_dropped"), MSG_ADMIN_K_SYSTEM_RANGE_DROPPED},
    {STR_INIT("unit_changed"), MSG_ADMIN_K_UNIT_CHANGED},
    {STR_INIT("unit_ended"), MSG_ADMIN_K_UNIT_ENDED},
    {STR_INIT("unit_event_placed"), MSG_ADMIN_K_UNIT_EVENT_PLACED},
    {STR_INIT("unit_event_undone"), MSG_ADMIN_K_UNIT_EVENT_UNDONE},
    {STR_INIT("unit_moved"), MSG_ADMIN_K_UNIT_MOVED},
    {STR_INIT("visit_cancelled"), MSG_ADMIN_K_VISIT_CANCELLED},
    {STR_INIT("visit_moved"), MSG_ADMIN_K_VISIT_MOVED},
    {STR_INIT("visit_planned"), MSG_ADMIN_K_VISIT_PLANNED},
};

static const struct audit_word objects[] = {
    {STR_INIT("person"), MSG_ADMIN_O_PERSON},
    {STR_INIT("unit"), MSG_ADMIN_O_UNIT},
    {STR_INIT("directive"), MSG_ADMIN_O_DIRECTIVE},
    {STR_INIT("assignment"), MSG_ADMIN_O_ASSIGNMENT},
    {STR_INIT("evidence"), MSG_ADMIN_O_EVIDENCE},
    {STR_INIT("letter"), MSG_ADMIN_O_LETTER},
    {STR_INIT("finding"), MSG_ADMIN_O_FINDING},
    {STR_INIT("device"), MSG_ADMIN_O_DEVICE},
    {STR_INIT("system"), MSG_ADMIN_O_SYSTEM},
    {STR_INIT("report"), MSG_ADMIN_O_REPORT},
    {STR_INIT("site"), MSG_ADMIN_O_SITE},
    {STR_INIT("day"), MSG_ADMIN_O_DAY},
    {STR_INIT("store"), MSG_ADMIN_O_STORE},
    {STR_INIT("unit_event"), MSG_ADMIN_O_UNIT_EVENT},
    {STR_INIT("import_batch"), MSG_ADMIN_O_IMPORT_BATCH},
    {STR_INIT("freeze"), MSG_ADMIN_O_FREEZE},
    {STR_INIT("request"), MSG_ADMIN_O_REQUEST},
    {STR_INIT("visit"), MSG_ADMIN_O_VISIT},
};

static struct str word_of(const struct request *request, const struct audit_word *words, size_t n, struct str code)
{
    for (size_t i = 0; i < n; i++)
        if (str_equal(words[i].code, code))
            return msg_text(request->lang, words[i].word, 0);
    return code;
}

struct str audit_kind_word(const struct request *request, struct str kind)
{
    return word_of(request, kinds, ARRAY_LEN(kinds), kind);
}

bool audit_kind_code(struct str typed, struct str *ret_code)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        bool is_it = str_equal(kinds[i].code, typed);
        for (int lang = 0; lang < LANG_COUNT && !is_it; lang++)
            is_it = viet_equal_folded(msg_text((enum lang)lang, kinds[i].word, 0), typed);
        if (is_it) {
            *ret_code = kinds[i].code;
            return true;
        }
    }
    return false;
}

enum err_code audit_kind_words(const struct request *request, struct pg_audit_kind **ret_words, size_t *ret_count,
                               struct err *err)
{
    struct pg_audit_kind *words = arena_new_array(request->arena, struct pg_audit_kind, ARRAY_LEN(kinds));
    if (!words)
        return arena_full(request->arena, err);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        words[i] = (struct pg_audit_kind){msg_text(request->lang, kinds[i].word, 0)};
    *ret_words = words;
    *ret_count = ARRAY_LEN(kinds);
    return ERR_NONE;
}

struct str audit_object_word(const struct request *request, struct str object_kind)
{
    return word_of(request, objects, ARRAY_LEN(objects), object_kind);
}
