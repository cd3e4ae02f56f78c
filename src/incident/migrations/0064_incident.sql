-- A case: what happened to one unit, from T0 to the lessons. It belongs to its parties (case_member), not to the tree.
-- version rises with every change of this row: who writes says which version he read, so two people never overwrite each other.
CREATE TABLE incident (
    id {id},
    code {text} NOT NULL UNIQUE,      -- SC-2026-00017: for people; never a secret
    unit_id {int} NOT NULL,           -- whom it happened to
    lead_unit_id {int} NOT NULL,      -- who runs it
    system_id {int},
    title {text} NOT NULL,
    summary {text},
    source {text} NOT NULL,           -- unit, public, finding, isp, authority, api, drill
    source_id {int},
    label {text} NOT NULL,            -- knowledge/incidents.yaml; RSIT and the national group follow from it
    label_said {text},                -- what somebody else's taxonomy called it
    facts {int} NOT NULL,             -- answers, two bits a question, by place in incident_facts
    severity {text} NOT NULL,         -- as the rules have it, or higher
    severity_by {int},                -- the person who confirmed it; NULL: nobody yet
    severity_ms {int},
    severity_note {text},             -- why another than the rules have it
    classified_ms {int} NOT NULL,     -- when the present label, answers and severity were given
    detected_ms {int} NOT NULL,       -- T0, to the minute
    occurred_ms {int},
    personal_ms {int},                -- T0 of personal data
    contained_ms {int},
    restored_ms {int},
    state {text} NOT NULL,            -- open, closed, cancelled, joined
    joined_id {int},                  -- the case it was joined to
    tlp {text} NOT NULL,              -- red, amber_strict, amber, green, clear
    is_exercise {int} NOT NULL,
    opened_ms {int} NOT NULL,
    opened_by {int},
    closed_ms {int},
    closed_by {int},
    last_ms {int} NOT NULL,           -- of the newest entry
    version {int} NOT NULL,
    is_sample {int} NOT NULL DEFAULT 0
) {strict};
CREATE INDEX incident_unit_idx ON incident (unit_id, state);
CREATE INDEX incident_last_idx ON incident (last_ms);
CREATE INDEX incident_system_idx ON incident (system_id) WHERE system_id IS NOT NULL;
CREATE INDEX incident_source_idx ON incident (source, source_id) WHERE source_id IS NOT NULL;
CREATE INDEX incident_joined_idx ON incident (joined_id) WHERE joined_id IS NOT NULL;
CREATE INDEX incident_sample_idx ON incident (is_sample) WHERE is_sample = 1;
CREATE TABLE incident_year (          -- the last number given in a year
    year {int} PRIMARY KEY NOT NULL,
    last_no {int} NOT NULL
) {strict};
-- Folded words of code, title, summary, units and system, so that a search is an index look-up on both engines.
CREATE TABLE incident_word (
    word {text} NOT NULL,
    case_id {int} NOT NULL,
    PRIMARY KEY (word, case_id)
) {strict_no_rowid};
CREATE INDEX incident_word_case_idx ON incident_word (case_id);
-- A party: everybody of a unit who holds the right, or one named person of it.
CREATE TABLE case_member (
    id {id},
    case_id {int} NOT NULL REFERENCES incident (id),
    unit_id {int} NOT NULL,
    person_id {int},                  -- NULL: whoever holds the right in the unit
    part {text} NOT NULL,             -- lead, own, help, provider, police, observer
    view_bits {int} NOT NULL,         -- what of the room this part may read (incident/party.h)
    from_day {int} NOT NULL,
    to_day {int} NOT NULL,
    reason {text},
    by_person {int},
    at_ms {int} NOT NULL
) {strict};
CREATE INDEX case_member_case_idx ON case_member (case_id, unit_id);
CREATE INDEX case_member_unit_idx ON case_member (unit_id, case_id);
CREATE INDEX case_member_person_idx ON case_member (person_id) WHERE person_id IS NOT NULL;
-- What happened, in the order it became known; nothing is overwritten: a correction is an entry that names the one it corrects.
CREATE TABLE incident_entry (
    id {id},
    case_id {int} NOT NULL REFERENCES incident (id),
    at_ms {int} NOT NULL,             -- when it happened, as told
    known_ms {int} NOT NULL,          -- when it was written
    kind {text} NOT NULL,             -- note, decision, call, measure, cost, and what the program itself writes
    text {text} NOT NULL,
    detail_json {text},
    amount_vnd {int},                 -- cost
    tlp {text} NOT NULL,
    audience_bits {int} NOT NULL,
    corrects_id {int},
    by_person {int},
    by_unit_id {int},
    once_key {text}                   -- the same act sent twice (a double click, a queue that repeats) is one entry
) {strict};
CREATE INDEX incident_entry_case_idx ON incident_entry (case_id, id);
CREATE INDEX incident_entry_corrects_idx ON incident_entry (corrects_id) WHERE corrects_id IS NOT NULL;
CREATE UNIQUE INDEX incident_entry_once_idx ON incident_entry (case_id, once_key);
CREATE TABLE incident_task (
    id {id},
    case_id {int} NOT NULL REFERENCES incident (id),
    kind {text} NOT NULL,             -- task, contain, repair, hunt, lesson, step
    pair_id {int},                    -- repair and hunt: each names the other
    title {text} NOT NULL,
    text {text},
    unit_id {int} NOT NULL,           -- who does it
    person_id {int},
    due_ms {int},
    state {text} NOT NULL,            -- open, done, dropped
    result {text},
    done_ms {int},
    done_by {int},
    sort_no {int} NOT NULL,
    audience_bits {int} NOT NULL,
    opened_ms {int} NOT NULL,
    opened_by {int},
    version {int} NOT NULL
) {strict};
CREATE INDEX incident_task_case_idx ON incident_task (case_id, sort_no);
CREATE INDEX incident_task_person_idx ON incident_task (person_id, state) WHERE person_id IS NOT NULL;
CREATE INDEX incident_task_unit_idx ON incident_task (unit_id, state);
-- Affected: a system or device of the register, or what nobody registered.
CREATE TABLE incident_asset (
    id {id},
    case_id {int} NOT NULL REFERENCES incident (id),
    kind {text} NOT NULL,             -- system, device, address, domain, account, other
    object_id {int},
    value {text} NOT NULL,
    note {text},
    audience_bits {int} NOT NULL,
    by_person {int},
    at_ms {int} NOT NULL,
    ended_ms {int}
) {strict};
CREATE INDEX incident_asset_case_idx ON incident_asset (case_id);
CREATE INDEX incident_asset_object_idx ON incident_asset (kind, object_id) WHERE object_id IS NOT NULL;
-- value_key: as compared (lower case, without defanging), so that the same indicator in two cases is found.
CREATE TABLE incident_indicator (
    id {id},
    case_id {int} NOT NULL REFERENCES incident (id),
    kind {text} NOT NULL,             -- ipv4, ipv6, domain, url, email, md5, sha1, sha256, file_name, account
    value {text} NOT NULL,
    value_key {text} NOT NULL,
    tlp {text} NOT NULL,
    audience_bits {int} NOT NULL,
    note {text},
    seen_ms {int},
    by_person {int},
    at_ms {int} NOT NULL,
    ended_ms {int},
    ended_reason {text}
) {strict};
CREATE INDEX incident_indicator_case_idx ON incident_indicator (case_id);
CREATE INDEX incident_indicator_key_idx ON incident_indicator (kind, value_key);
-- Evidence (chứng cứ) and its custody: who had it, from when, for what.
CREATE TABLE incident_file (
    id {id},
    case_id {int} NOT NULL REFERENCES incident (id),
    name {text} NOT NULL,
    media_type {text} NOT NULL,       -- by content, never by name
    size_bytes {int} NOT NULL,
    sha256 {blob} NOT NULL,
    collected_ms {int} NOT NULL,
    collected_where {text},
    note {text},
    tlp {text} NOT NULL,
    audience_bits {int} NOT NULL,
    by_person {int},
    at_ms {int} NOT NULL
) {strict};
CREATE INDEX incident_file_case_idx ON incident_file (case_id);
CREATE TABLE incident_custody (
    id {id},
    file_id {int} NOT NULL REFERENCES incident_file (id),
    what {text} NOT NULL,             -- collected, handed, copied, opened, returned
    from_text {text},
    to_text {text},
    reason {text},
    by_person {int},
    at_ms {int} NOT NULL
) {strict};
CREATE INDEX incident_custody_idx ON incident_custody (file_id, id);
-- A report of a case: its form, what was said, when and how it went out, what came back.
CREATE TABLE incident_report (
    id {id},
    case_id {int} NOT NULL REFERENCES incident (id),
    form {text} NOT NULL,             -- knowledge/incident_forms.yaml
    no {int} NOT NULL,                -- of this form in this case
    state {text} NOT NULL,            -- sent, withdrawn
    values_json {text} NOT NULL,
    is_last {int} NOT NULL,           -- 0: it says that more will follow
    to_unit_id {int},
    to_text {text} NOT NULL,
    number {text},
    sent_ms {int},
    sent_by {int},
    sent_how {text},                  -- system, letter, mail, phone, hand
    receipt_ms {int},
    receipt_text {text},
    receipt_by {int},
    sha256 {blob},                    -- of the file as sent
    made_ms {int} NOT NULL,
    made_by {int},
    once_key {text}                   -- sent twice by one form is one report
) {strict};
CREATE UNIQUE INDEX incident_report_once_idx ON incident_report (case_id, once_key);
CREATE UNIQUE INDEX incident_report_idx ON incident_report (case_id, form, no);
CREATE INDEX incident_report_to_idx ON incident_report (to_unit_id, sent_ms) WHERE to_unit_id IS NOT NULL;
-- What people said of a case for its reports, under the key of the fact (knowledge/incident_forms.yaml): asked once, in every form.
CREATE TABLE incident_answer (
    case_id {int} NOT NULL REFERENCES incident (id),
    key {text} NOT NULL,
    value {text} NOT NULL,
    by_person {int},
    at_ms {int} NOT NULL,
    PRIMARY KEY (case_id, key)
) {strict_no_rowid};
-- When the next alarm of a case rings, and until when it has been rung: the job looks here once a minute.
CREATE TABLE incident_ring (
    case_id {int} PRIMARY KEY NOT NULL,
    rung_ms {int} NOT NULL,
    next_ms {int}
) {strict};
CREATE INDEX incident_ring_idx ON incident_ring (next_ms) WHERE next_ms IS NOT NULL;
