#include "know/know_incident.h"

#define FIND_ROW(rows, count, wanted)             \
    for (size_t row_ = 0; row_ < (count); row_++) \
        if (str_equal((rows)[row_].id, (wanted))) \
            return &(rows)[row_];                 \
    return NULL

const struct know_incident_scheme *know_incident_scheme_on(civil_day day)
{
    size_t at = 0;
    for (size_t i = 0; i < know_incident_scheme_count; i++)
        if (know_incident_schemes[i].from_day <= day)
            at = i;
    return &know_incident_schemes[at];
}

const struct know_incident_group *know_incident_group_find(struct str id)
{
    FIND_ROW(know_incident_groups, know_incident_group_count, id);
}

int know_incident_fact_place(struct str id)
{
    for (size_t i = 0; i < know_incident_fact_count; i++)
        if (str_equal(know_incident_facts[i].id, id))
            return (int)i;
    return -1;
}

const struct know_incident_label *know_incident_label_find(struct str id)
{
    FIND_ROW(know_incident_labels, know_incident_label_count, id);
}

const struct know_incident_label *know_incident_label_of_rsit(struct str rsit_class, struct str rsit_type)
{
    const struct know_incident_label *unknown = NULL;
    for (size_t i = 0; i < know_incident_label_count; i++) {
        const struct know_incident_label *label = &know_incident_labels[i];
        if (!str_equal(label->id, label->rsit_type))
            continue; /* a label of daily speech: the type has a row of its own */
        if (str_equal(label->rsit_class, rsit_class) && str_equal(label->rsit_type, rsit_type))
            return label;
        if (str_equal(label->id, STR("undetermined")))
            unknown = label;
    }
    must(unknown); /* a test holds the file to it */
    return unknown;
}

const struct know_incident_group *know_incident_group_of(const struct know_incident_label *label, civil_day day)
{
    struct str scheme = know_incident_scheme_on(day)->id;
    for (size_t i = 0; i < label->groups.count; i++) {
        const struct know_incident_group *group = know_incident_group_find(label->groups.items[i]);
        if (group && str_equal(group->scheme, scheme))
            return group;
    }
    must(!"the generator gives each label a group of each scheme");
    return &know_incident_groups[0];
}

const struct know_incident_severity *know_incident_severity_find(struct str id)
{
    FIND_ROW(know_incident_severities, know_incident_severity_count, id);
}

const struct know_incident_clock *know_incident_clock_find(struct str id)
{
    FIND_ROW(know_incident_clocks, know_incident_clock_count, id);
}
