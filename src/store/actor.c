#include "store/actor.h"

const struct right_name right_names[RIGHT_COUNT] = {
    {RIGHT_READ, "read"},
    {RIGHT_ACKNOWLEDGE, "acknowledge"},
    {RIGHT_EXECUTE, "execute"},
    {RIGHT_REVIEW, "review"},
    {RIGHT_APPROVE, "approve"},
    {RIGHT_DRAFT, "draft"},
    {RIGHT_ISSUE, "issue"},
    {RIGHT_ASSIGN, "assign"},
    {RIGHT_REPORT, "report"},
    {RIGHT_EXPORT, "export"},
    {RIGHT_ORG_ADMIN, "org_admin"},
    {RIGHT_PEOPLE_ADMIN, "people_admin"},
    {RIGHT_ASSET_READ, "asset_read"},
    {RIGHT_HUNT, "hunt"},
    {RIGHT_INCIDENT, "incident"},
    {RIGHT_POLICE_READ, "police_read"},
    {RIGHT_ASSESS, "assess"},
    {RIGHT_APPRAISE, "appraise"},
    {RIGHT_DATA_PROTECTION, "data_protection"},
    {RIGHT_FINANCE, "finance"},
    {RIGHT_CONTACT_PUBLIC, "contact_public"},
    {RIGHT_PROVIDER, "provider"},
    {RIGHT_AUDIT, "audit"},
    {RIGHT_SYSTEM_ADMIN, "system_admin"},
};

uint64_t right_from_str(struct str name)
{
    for (size_t i = 0; i < RIGHT_COUNT; i++)
        if (str_equal(name, str_from_cstr(right_names[i].name)))
            return right_names[i].right;
    return 0;
}
