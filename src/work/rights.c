#include "work/rights.h"

/* What the sample province brought may be removed again (work/demo.sql, org/sample.sql); no query can make a unit a
 * sample later. */
#define OF_SAMPLE(unit) "EXISTS (SELECT 1 FROM unit u WHERE u.id = " unit " AND u.is_sample = 1)"
#define OF_SAMPLE_EVIDENCE                                                                                             \
    "EXISTS (SELECT 1 FROM evidence e JOIN unit u ON u.id = e.unit_id WHERE e.id = old.evidence_id AND u.is_sample = " \
    "1)"

static const struct store_guard guards[] = {
    /* Sealed once, and only what is erased by rule goes: content and salt, never the entry (design.md 3.7). */
    {"chain_entry",
     "(old.seq IS NULL OR (new.seq, new.prev_hash, new.hash) IS NOT DISTINCT FROM (old.seq, old.prev_hash, old.hash)) "
     "AND (new.content IS NULL OR new.content IS NOT DISTINCT FROM old.content) "
     "AND (new.salt IS NULL OR new.salt IS NOT DISTINCT FROM old.salt) "
     "AND (old.erased_by IS NULL OR new.erased_by IS NOT DISTINCT FROM old.erased_by) "
     "AND (new.id, new.node, new.stream, new.kind, new.object_kind, new.object_id, new.unit_id, new.actor_id, "
     "new.at_ms, "
     "new.content_hash) IS NOT DISTINCT FROM (old.id, old.node, old.stream, old.kind, old.object_kind, old.object_id, "
     "old.unit_id, old.actor_id, old.at_ms, old.content_hash)",
     NULL},
    {"chain_signature", NULL, NULL},
    {"chain_key", NULL, NULL},
    {"acknowledgement", NULL, OF_SAMPLE("old.unit_id")},
    {"evidence", "", OF_SAMPLE("old.unit_id")},
    {"evidence_file", NULL, OF_SAMPLE_EVIDENCE},
    {"assignment_evidence", NULL, OF_SAMPLE_EVIDENCE},
    {"data_freeze", "old.row_count = 0 AND length(old.hash) = 0", OF_SAMPLE("old.root_id")},
    {"data_freeze_row", NULL,
     "EXISTS (SELECT 1 FROM data_freeze f JOIN unit u ON u.id = f.root_id WHERE f.id = old.freeze_id AND u.is_sample = "
     "1)"},
    {"finding_event", NULL,
     "EXISTS (SELECT 1 FROM finding f JOIN unit u ON u.id = f.unit_id WHERE f.id = old.finding_id AND u.is_sample = "
     "1)"},
};
const struct store_grants work_grants = {guards, ARRAY_LEN(guards)};
