"""What the files of knowledge/ may hold: one Section per table, one Field per column. knowgen.py checks rows against it and prints C."""
import datetime
import re

from strict_yaml import Node

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,47}$")
DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})$")
EPOCH = datetime.date(1970, 1, 1)


def c_str(text):
    out = []
    for char in text:
        if char in '"\\':
            out.append("\\" + char)
        elif char == "\n":
            out.append("\\n")
        elif char == "?":
            out.append("\\?")  # no trigraphs
        else:
            out.append(char)
    return '"' + "".join(out) + '"'


def str_init(text):
    return f"STR_INIT({c_str(text)})"


def need_text(node):
    if node.kind != "text":
        node.refuse(f"expected text, found a {node.kind}")
    if node.value != node.value.strip() or not node.value:
        node.refuse("empty text, or blanks at its ends")
    return node.value


def need_day(node):
    match = DAY.match(need_text(node))
    if not match:
        node.refuse(f"expected a day as YYYY-MM-DD, found {node.value}")
    try:
        return (datetime.date(*map(int, match.groups())) - EPOCH).days
    except ValueError:
        node.refuse(f"there is no day {node.value}")


class Field:
    """One column. keys: the YAML keys it reads; c: the C member; required: a missing key is an error, else default() is printed."""

    def __init__(self, key, c=None, required=True):
        self.keys, self.c, self.required = [key], c or key, required

    def read(self, row, out):
        """C text of the value, from a map node; out collects helper arrays."""
        node = row.value.get(self.keys[0])
        if node is None or node.kind == "null":
            if self.required:
                row.refuse(f"the key {self.keys[0]} is missing")
            return self.default()
        return self.emit(node, out)

    def default(self):
        return None  # zeroed by C


class Text(Field):
    def emit(self, node, out):
        return str_init(need_text(node))

    def default(self):
        return str_init("")


class Id(Text):
    def emit(self, node, out):
        if not ID.match(need_text(node)):
            node.refuse(f"{node.value} is no id: letters, digits, _ and -")
        return str_init(node.value)


class Name(Text):
    """An id that is a name people read: provinces."""


class Ref(Text):
    def __init__(self, key, target, c=None, required=True):
        super().__init__(key, c, required)
        self.target = target

    def emit(self, node, out):
        out.refer(self.target, need_text(node), node)
        return str_init(node.value)


class Pair(Field):
    """Vietnamese and English side by side: both or neither."""

    def __init__(self, c, vi="vi", en="en", required=True, struct=""):
        super().__init__(vi, c, required)
        self.keys = [vi, en]

    def read(self, row, out):
        vi, en = (row.value.get(key) for key in self.keys)
        if vi is None and en is None and not self.required:
            return "{" + str_init("") + ", " + str_init("") + "}"
        for key, node in zip(self.keys, (vi, en)):
            if node is None:
                row.refuse(f"the key {key} is missing: Vietnamese and English stand side by side")
        return "{" + str_init(need_text(vi)) + ", " + str_init(need_text(en)) + "}"


class Day(Field):
    def __init__(self, key, c=None, required=True, absent="CIVIL_NONE"):
        super().__init__(key, c, required)
        self.absent = absent

    def emit(self, node, out):
        return str(need_day(node))

    def default(self):
        return self.absent


class From(Day):
    def __init__(self):
        super().__init__("from", "from_day")


class To(Day):
    """Open when null; the key itself must stand there, so that nobody forgets to think of the end."""

    def __init__(self):
        super().__init__("to", "to_day", absent="CIVIL_FOREVER")

    def read(self, row, out):
        node = row.value.get("to")
        if node is None:
            row.refuse("the key to is missing: write null while the row holds")
        if node.kind == "null":
            return "CIVIL_FOREVER"
        if "from" in row.value and need_day(node) <= need_day(row.value["from"]):
            node.refuse("ends before it begins")
        return self.emit(node, out)


class Int(Field):
    def __init__(self, key, low, high, c=None, required=True):
        super().__init__(key, c, required)
        self.low, self.high = low, high

    def value(self, node):
        if not re.match(r"-?(0|[1-9]\d*)$", need_text(node)):
            node.refuse(f"expected a number, found {node.value}")
        if not self.low <= int(node.value) <= self.high:
            node.refuse(f"{node.value} is outside {self.low}..{self.high}")
        return int(node.value)

    def emit(self, node, out):
        return str(self.value(node))


class Bool(Field):
    def __init__(self, key, c=None):
        super().__init__(key, c, False)

    def emit(self, node, out):
        if need_text(node) not in ("true", "false"):
            node.refuse(f"expected true or false, found {node.value}")
        return node.value


class Choice(Field):
    """One of a few words; printed as an enum value, or as text when prefix is None."""

    def __init__(self, key, words, prefix=None, c=None, required=True):
        super().__init__(key, c, required)
        self.words, self.prefix = words, prefix

    def emit(self, node, out):
        if need_text(node) not in self.words:
            node.refuse(f"{node.value} is none of {', '.join(self.words)}")
        return str_init(node.value) if self.prefix is None else self.prefix + node.value.upper()

    def default(self):
        return str_init("") if self.prefix is None else None


class Match(Text):
    def __init__(self, key, pattern, words, c=None, required=True):
        super().__init__(key, c, required)
        self.pattern, self.words = re.compile(pattern + "$"), words

    def emit(self, node, out):
        if not self.pattern.match(need_text(node)):
            node.refuse(f"{node.value} is not {self.words}")
        return str_init(node.value)


class Ids(Field):
    def __init__(self, key, target=None, c=None, required=True):
        super().__init__(key, c, required)
        self.target = target

    def emit(self, node, out):
        if node.kind != "list":
            node.refuse("expected a list: [a, b]")
        seen = []
        for item in node.value:
            if need_text(item) in seen:
                item.refuse(f"{item.value} stands twice in the list")
            seen.append(item.value)
            if self.target:
                out.refer(self.target, item.value, item)
        if self.required and not seen:
            node.refuse(f"the list {self.keys[0]} is empty")
        return out.ids(seen)


class Flags(Field):
    """Words of a fixed list, printed as an array of bool in that order."""

    def __init__(self, key, words, c=None):
        super().__init__(key, c)
        self.words = words

    def emit(self, node, out):
        if node.kind != "list" or not node.value:
            node.refuse("expected a list that is not empty")
        have = [need_text(item) for item in node.value]
        for item in node.value:
            if item.value not in self.words:
                item.refuse(f"{item.value} is none of {', '.join(self.words)}")
        return "{" + ", ".join("true" if word in have else "false" for word in self.words) + "}"


class Spread(Field):
    """A list of words, each of which sets one bool member."""

    def __init__(self, key, words):
        super().__init__(key)
        self.words = words

    def emit(self, node, out):
        return Flags(self.keys[0], self.words).emit(node, out) and [need_text(item) for item in node.value]


class Numbers(Field):
    """Exactly n whole numbers."""

    def __init__(self, key, count, c=None):
        super().__init__(key, c)
        self.count = count

    def emit(self, node, out):
        if node.kind != "list" or len(node.value) != self.count:
            node.refuse(f"expected a list of {self.count} numbers")
        return "{" + ", ".join(str(Int("", 0, 100000).value(item)) for item in node.value) + "}"


class Rows(Field):
    """Rows inside a row; printed as an array of its own, with pointer and count."""

    def __init__(self, key, struct, fields, c=None, c_count=None, required=True):
        super().__init__(key, c, required)
        self.struct, self.fields, self.c_count = struct, fields, c_count

    def emit(self, node, out):
        if node.kind != "list" or not node.value:
            node.refuse("expected a list of rows")
        seen, rows = {}, []
        for item in node.value:
            if item.kind != "map":
                item.refuse("expected a row of keys")
            if "id" in item.value:
                name = need_text(item.value["id"])
                if name in seen:
                    item.refuse(f"{name} stands twice (first on line {seen[name]})")
                seen[name] = item.line
            rows.append(out.row(item, self.fields))
        return out.array(self.struct, rows), len(rows)


class Section:
    """One table: the key in the file, the C struct and array; id_key None when rows have no id."""

    def __init__(self, key, struct, array, fields, count=None, id_key="id"):
        self.key, self.struct, self.array, self.fields, self.id_key = key, struct, array, fields, id_key
        self.count = count or (array and array[:-1] + "_count")


CERTAINTY = Choice("certainty", ["certain", "recalled", "inferred", "planned"], "KNOW_")
SOURCE = Text("source")
TITLE = Pair("title")
MMDD = lambda key, c=None, required=True: Match(key, r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "a month and day, MM-DD", c, required)
NAMED = [Id("id"), TITLE, Pair("text", "text_vi", "text_en", required=False), Text("source", required=False)]
DENOMINATORS = ["person", "unit", "system", "database", "device"]
FIELD_TYPES = ["text", "long_text", "date", "instant", "number", "yes_no", "choice", "file", "person", "system", "unit", "phone", "email", "link"]
# Of incident forms: what a fact may be; a column of rows is one of the plain ones.
FORM_CELL_TYPES = ["text", "instant", "day", "number", "yes_no", "person", "unit", "phone", "email"]
FORM_TYPES = FORM_CELL_TYPES + ["long_text", "choice", "rows", "files"]
FORM_PURPOSES = ["first", "after_72h", "progress", "final", "personal_data", "data_subjects"]
FORM_WORDS = ["unknown_required", "unknown", "none", "yes", "no", "row_number", "file_name", "file_bytes", "file_hash", "reading_copy"]
FORM_KEY = lambda key: Match(key, r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", "the key of a fact, such as owner.name")
HELP = Pair("text", "text_vi", "text_en", required=False)
# 8 MiB to 1 GiB a guess: less is no hindrance, more and two sign-ins at a time take the machine.
PASSWORD_COST = [Int("memory_kib", 8192, 1048576), Int("passes", 1, 10)]

FILES = {
    "instruments.yaml": [
        Section("instrument_types", "know_named", "know_instrument_types", NAMED),
        Section("instruments", "know_instrument", "know_instruments", [
            Id("id"), Text("number"), Ref("type", "instrument_types"),
            TITLE, Pair("issuer", "issuer_vi", "issuer_en"), Day("issued", "issued_day", required=False), From(), To(),
            Ids("replaced_by", "instruments", required=False), CERTAINTY, SOURCE]),
    ],
    "org_kinds.yaml": [
        Section("org_kinds", "know_org_kind", "know_org_kinds", [
            Id("id"), TITLE, Choice("group", ["committee", "department", "commune", "school", "enterprise", "health", "force", "central", "ministry", "other"]),
            Int("tier", 0, 4), From(), To(), Ids("becomes", "org_kinds", required=False), SOURCE]),
        Section("edge_kinds", "know_named", "know_edge_kinds", NAMED),
        Section("functions", "know_named", "know_functions", NAMED),
        Section("sectors", "know_sector", "know_sectors", [Id("id"), TITLE, Ids("named_kinds", "org_kinds", required=False), SOURCE]),
        Section("classes", "know_class", "know_classes", [
            Id("id"), TITLE, Ids("kinds", "org_kinds", required=False), Ids("groups", required=False), Ids("functions", "functions", required=False),
            Bool("in_priority_sector"), Bool("in_network")], count="know_class_count"),
    ],
    "roles.yaml": [
        Section("rights", "know_right", "know_rights", NAMED + [Bool("flows_down")]),
        Section("roles", "know_role", "know_roles", [
            Id("id"), TITLE, Ids("rights", "rights", required=False), Bool("needs_second_factor"), Bool("acts_for_unit"),
            Ids("never_with", "roles", required=False), Ids("names", "roles", required=False)]),
    ],
    "evidence_kinds.yaml": [
        Section("evidence_kinds", "know_evidence_kind", "know_evidence_kinds", [
            Id("id"), TITLE, Pair("text", "text_vi", "text_en"), Flags("counts", DENOMINATORS), Int("cover_months", 0, 120, required=False),
            Ref("cover_rule", "activities", required=False), Bool("made_by_engine"), Bool("never_by_operator"), Ids("accepted_by", "roles"),
            Rows("fields", "know_field", [
                Id("id"), TITLE, Choice("type", FIELD_TYPES, "KNOW_FIELD_"), Bool("required", "is_required"),
                Rows("choices", "know_named", NAMED, c="choices", c_count="choice_count", required=False)], c="fields", c_count="field_count"),
            From(), To(), SOURCE]),
    ],
    "obligations.yaml": [
        Section("recipients", "know_named", "know_recipients", NAMED),
        Section("obligations", "know_obligation", "know_obligations", [
            Id("id"), Ref("instrument", "instruments"), TITLE, Pair("text", "text_vi", "text_en"), Flags("seeds", ["S0", "S1", "S2", "S3", "S4"]),
            Ids("owed_by", "classes"), Ref("to_whom", "recipients"),
            Choice("trigger", ["once", "periodic", "on_change", "on_request", "at_once", "standing"], "KNOW_"),
            Day("due", "due_day", required=False), Bool("due_is_strict"), Pair("due_note", "due_note_vi", "due_note_en", required=False),
            Ref("period_rule", "activities", required=False), Int("period_months", 1, 60, required=False), Int("period_count", 1, 100, required=False),
            Int("min_level", 1, 5, required=False), Bool("only_cameras"), Choice("denominator", DENOMINATORS, "KNOW_"),
            Ids("evidence", "evidence_kinds"), Bool("needs_all_evidence"), Spread("system", ["automate", "track", "produce"]), Bool("is_personal"),
            Match("page", r"/[a-z0-9{}/_?=&-]*", "a path pattern"), From(), To(), SOURCE]),
    ],
    "rules.yaml": [
        Section("activities", None, None, [Id("id"), TITLE, Choice("measure", ["at_most", "at_least"]), Choice("unit", ["months", "days", "hours", "percent"])]),
        Section("rules", "know_rule", "know_rules", [
            Id("id"), Ref("activity", "activities"), TITLE, Numbers("by_level", 6),
            Choice("jurisdiction", ["directive", "law", "decree", "circular", "standard", "practice"]), Ref("instrument", "instruments"),
            From(), To(), CERTAINTY, SOURCE]),
    ],
    "report_series.yaml": [
        Section("report_series", "know_report_series", "know_report_series", [
            Id("id"), TITLE, Text("form", required=False), MMDD("due", required=False), Bool("due_is_strict"), MMDD("covers_from", required=False),
            MMDD("covers_to", required=False), Ids("sent_by", "classes"), Ref("to_whom", "recipients"), Ref("compiled_by", "recipients", required=False),
            Ref("instrument", "instruments"), From(), To(), CERTAINTY, SOURCE], count="know_report_series_count"),
    ],
    "states.yaml": [
        Section("states", "know_state", "know_states", [Id("id"), TITLE, Match("css", "is-[a-z]+", "a class is-…"), Int("urgency", 0, 20), Bool("is_open"), Bool("is_good")]),
    ],
    "reminders.yaml": [
        Section("reminders", "know_reminder", "know_reminders", [
            Id("id"), TITLE, Int("offset_days", -60, 60), Bool("in_workdays"), Ids("roles", "roles"), Bool("to_superior"), SOURCE]),
    ],
    "holidays.yaml": [
        Section("holiday_rules", "workday_rule", "know_holiday_rules", [
            Id("id"), TITLE, Bool("is_lunar"), Int("month", 1, 12), Int("day", 1, 31), Int("before_days", 0, 10, required=False), Int("day_count", 1, 10),
            Bool("is_planned"), From(), To(), Text("source", c="-")]),
        Section("holiday_notices", "workday_notice", "know_holiday_notices", [
            Choice("kind", ["off", "rest", "work"], "WORKDAY_NOTICE_"), Ref("rule", "holiday_rules", c="rule_id", required=False), Day("day"),
            Pair("reason", "vi", "en", required=False), Text("source", c="-")], id_key=None),
        Section("holiday_years", "know_holiday_year", "know_holiday_years", [Int("year", 2000, 2100), CERTAINTY, Pair("text", "vi", "en")], id_key="year"),
    ],
    "passwords.yaml": [
        Section("password_floors", None, None, [Id("id"), *PASSWORD_COST, CERTAINTY, SOURCE]),
        Section("password_costs", "know_password_cost", "know_password_costs", [Id("id"), *PASSWORD_COST, From(), To(), CERTAINTY, SOURCE]),
    ],
    "thresholds.yaml": [
        Section("threshold_kinds", "know_threshold_kind", "know_threshold_kinds", [
            Id("id"), TITLE, Choice("unit", ["seconds", "minutes", "hours", "days", "times", "characters", "codes", "megabytes"]), Int("least", 0, 1000000), Int("most", 0, 1000000)]),
        Section("thresholds", "know_threshold", "know_thresholds", [
            Id("id"), Ref("kind", "threshold_kinds"), Int("value", 0, 1000000), From(), To(), CERTAINTY, SOURCE]),
    ],
    "device_kinds.yaml": [
        Section("device_kinds", "know_named", "know_device_kinds", NAMED),
        Section("host_kinds", "know_host_kinds", "know_host_kinds", [Id("id"), Ids("kinds", "device_kinds"), From(), To(), CERTAINTY, SOURCE], count="know_host_kinds_count"),
    ],
    "signing.yaml": [
        Section("signing_forms", "know_signing_form", "know_signing_forms", [
            Id("id"), Match("mark", r"[A-Z/]{1,5}\.", "a mark such as TM."), TITLE, From(), To(), Ref("instrument", "instruments"), CERTAINTY, SOURCE]),
        Section("signing_titles", "know_signing_title", "know_signing_titles", [
            Id("id"), Ids("kinds", "org_kinds", required=False), Ids("groups", required=False), Ids("names", required=False), Text("body", required=False), Text("head"),
            Text("deputy"), Bool("deputy_is_member"), Bool("stands_alone"), From(), To(), CERTAINTY, SOURCE]),
    ],
    "document_names.yaml": [
        Section("document_kinds", "know_document_kind", "know_document_kinds", [
            Id("id"), Match("mark", r"[A-ZĐ][A-ZĐa-zđ]{1,4}", "the letters a symbol opens with, such as CT", required=False), TITLE, From(), To(),
            Ref("instrument", "instruments"), CERTAINTY, SOURCE]),
        Section("authority_names", "know_authority_name", "know_authority_names", [Id("id"), TITLE, Ids("briefs"), From(), To(), CERTAINTY, SOURCE]),
        Section("area_words", "know_area_word", "know_area_words", [Id("id"), TITLE, From(), To(), CERTAINTY, SOURCE]),
    ],
    "incidents.yaml": [
        Section("incident_schemes", "know_incident_scheme", "know_incident_schemes", [
            Id("id"), TITLE, Ref("instrument", "instruments"), From(), To(), CERTAINTY, SOURCE]),
        Section("incident_groups", "know_incident_group", "know_incident_groups", [Id("id"), Ref("scheme", "incident_schemes"), TITLE]),
        Section("incident_facts", "know_incident_fact", "know_incident_facts", [Id("id"), TITLE, Int("min_level", 1, 5, required=False)]),
        Section("incident_labels", "know_incident_label", "know_incident_labels", [
            Id("id"), Id("rsit_class"), Id("rsit_type"), TITLE, Pair("form", "form_vi", "form_en", required=False), Ids("groups", "incident_groups"),
            Ids("facts", "incident_facts", required=False), Bool("is_weakness"), Bool("never_leaves")]),
        Section("incident_severities", "know_incident_severity", "know_incident_severities", [
            Id("id"), Ref("scheme", "incident_schemes"), Int("rank", 1, 9), TITLE, Pair("text", "text_vi", "text_en")], count="know_incident_severity_count"),
        Section("incident_severity_rules", "know_incident_severity_rule", "know_incident_severity_rules", [
            Id("id"), Ref("severity", "incident_severities"), TITLE, Ids("facts", "incident_facts", required=False), Ref("instrument", "instruments"),
            From(), To(), CERTAINTY, SOURCE]),
        Section("incident_clocks", "know_incident_clock", "know_incident_clocks", [
            Id("id"), TITLE, Ids("severities", "incident_severities", required=False), Ids("facts", "incident_facts", required=False),
            Ids("owed_by", "classes", required=False), Choice("t0", ["detected", "personal", "restored", "reported"], "KNOW_T0_"), Bool("at_once"), Ids("after", "forms", required=False),
            Ref("rule", "activities", required=False), Ids("forms", "forms"), Ids("to_whom", "recipients"), Ref("instrument", "instruments"),
            From(), To(), CERTAINTY, SOURCE]),
        Section("clock_alarms", "know_clock_alarm", "know_clock_alarms", [
            Id("id"), Choice("kind", ["report", "request"], "KNOW_ALARM_"), Int("percent", 1, 100), TITLE, Ids("roles", "roles"), From(), To(), CERTAINTY, SOURCE]),
    ],
    "reform_2025.yaml": [
        Section("provinces", "know_province", "know_provinces", [Text("code", required=False), TITLE, Bool("is_city"), Ids("merged")], id_key="vi"),
        Section("reform_events", "know_reform_event", "know_reform_events", [
            Id("id"), Choice("type", ["merge", "dissolve", "reparent", "transfer_function", "rename"]), TITLE, Day("on", "on_day"),
            Ref("from_kind", "org_kinds", required=False), Ref("to_kind", "org_kinds", required=False), Ref("function", "functions", required=False),
            Ref("edge_kind", "edge_kinds", required=False), Ref("basis", "instruments"), CERTAINTY]),
    ],
    "sample_province.yaml": [
        Section("sample_units", "know_sample_unit", "know_sample_units", [
            Id("id"), Ref("kind", "org_kinds"), Pair("title"), Int("count", 1, 2000), Ref("parent_kind", "org_kinds", required=False),
            Ref("professional_kind", "org_kinds", required=False), Ref("incident_kind", "org_kinds", required=False), Ids("functions", "functions", required=False), Ids("names", required=False),
            Text("domain", required=False), Int("people", 1, 20)]),
        Section("sample_words", "know_sample_words", "know_sample_words", [Id("id"), Ids("words")], count="know_sample_words_count"),
        Section("sample_people", "know_sample_person", "know_sample_people", [Ref("role", "roles"), Pair("title"), Int("share", 1, 100)], count="know_sample_person_count", id_key=None),
    ],
    "incident_forms.yaml": [
        Section("form_words", "know_named", "know_form_words", [Id("id"), TITLE]),
        Section("form_keys", "know_form_key", "know_form_keys", [
            FORM_KEY("id"), Choice("type", FORM_TYPES, "KNOW_FORM_"), TITLE, HELP,
            Rows("choices", "know_named", [Id("id"), TITLE], c_count="choice_count", required=False),
            Rows("columns", "know_form_column", [Id("id"), TITLE, Choice("type", FORM_CELL_TYPES, "KNOW_FORM_"), Int("weight", 1, 20)],
                 c_count="column_count", required=False)]),
        Section("forms", "know_form", "know_forms", [
            Id("id"), Choice("purpose", FORM_PURPOSES), TITLE, Pair("summary", "summary_vi", "summary_en"), Pair("opening", "opening_vi", "opening_en"),
            Pair("pending", "pending_vi", "pending_en", required=False), Pair("closing", "closing_vi", "closing_en"), Ref("document", "document_kinds"), Ids("instruments", "instruments"),
            Pair("clause", "clause_vi", "clause_en", required=False), Ref("addressee", "recipients"),
            Rows("sections", "know_form_section", [
                Id("id"), TITLE,
                Rows("fields", "know_form_field", [
                    Id("id"), Ref("key", "form_keys"), Choice("type", FORM_TYPES, "KNOW_FORM_"), TITLE, HELP, Bool("required", "is_required")],
                    c_count="field_count")], c_count="section_count"),
            From(), To(), CERTAINTY, SOURCE]),
    ],
}


def number_of(row, key):
    return int(row.value[key].value)


def check_passwords(floors, costs):
    """Each cost reaches a floor; on every day from the first on exactly one cost is in force."""
    for row in costs:
        if not any(number_of(row, "memory_kib") >= number_of(floor, "memory_kib") and number_of(row, "passes") >= number_of(floor, "passes") for floor in floors):
            row.refuse("cheaper to try than every row of password_floors")
    for row, after in zip(costs, costs[1:] + [None]):
        end = row.value["to"]
        if after is None and end.kind != "null":
            end.refuse("the last cost has no end: something must be in force")
        if after is not None and (end.kind == "null" or need_day(end) != need_day(after.value["from"])):
            end.refuse(f"the next cost begins on {after.value['from'].value}: this one ends on that day")


def check_host_kinds(kinds, rows):
    """The sums of all and of hosts stand beside the kinds; on every day from the first on one set is in force."""
    for row in kinds:
        if row.value["id"].value in ("all", "hosts"):
            row.refuse("all and hosts are names of sums")
    for row, after in zip(rows, rows[1:] + [None]):
        end = row.value["to"]
        if after is None and end.kind != "null":
            end.refuse("the last set of hosts has no end: something must be in force")
        if after is not None and (end.kind == "null" or need_day(end) != need_day(after.value["from"])):
            end.refuse(f"the next set begins on {after.value['from'].value}: this one ends on that day")


def check_thresholds(kinds, rows):
    """Of each kind one row is in force on every day from the first on, and says something that makes sense."""
    for kind in kinds:
        of_kind = [row for row in rows if row.value["kind"].value == kind.value["id"].value]
        if not of_kind:
            kind.refuse(f"no row of thresholds says what {kind.value['id'].value} is")
        for row, after in zip(of_kind, of_kind[1:] + [None]):
            if not number_of(kind, "least") <= number_of(row, "value") <= number_of(kind, "most"):
                row.refuse(f"{row.value['value'].value} is outside {kind.value['least'].value}..{kind.value['most'].value} {kind.value['unit'].value}")
            end = row.value["to"]
            if after is None and end.kind != "null":
                end.refuse("the last row of a threshold has no end: something must be in force")
            if after is not None and (end.kind == "null" or need_day(end) != need_day(after.value["from"])):
                end.refuse(f"the next row begins on {after.value['from'].value}: this one ends on that day")


def items_of(row, key):
    return row.value[key].value if key in row.value else []


def check_signing(forms, titles, kinds):
    """The two marks the program writes are there; every kind of unit has a title, whatever its name, and no row stands behind one that takes all of its units."""
    for name in ("tm", "kt"):
        if not any(row.value["id"].value == name for row in forms):
            forms[0].refuse(f"the form {name} is missing")
    groups = {row.value["group"].value for row in kinds}
    seen = set()
    for row in titles:
        for item in items_of(row, "groups"):
            if item.value not in groups:
                item.refuse(f"no kind of organisation is in the group {item.value}")
        reached = {k.value["id"].value for k in kinds
                   if any(k.value["id"].value == item.value for item in items_of(row, "kinds")) or any(k.value["group"].value == item.value for item in items_of(row, "groups"))}
        if not reached:
            row.refuse("names no kind and no group")
        if reached <= seen:
            row.refuse("never reached: the rows above take every unit of these kinds")
        if "names" not in row.value and row.value["to"].kind == "null":
            seen |= reached
        if "deputy_is_member" in row.value and "body" not in row.value:
            row.refuse("deputy_is_member without a body")
    for row in kinds:
        if row.value["id"].value not in seen:
            row.refuse("no row of signing_titles says what its head is called")


def meet(one, other):
    """Is there a day on which both rows hold?"""
    def ends(row):
        return None if row.value["to"].kind == "null" else need_day(row.value["to"])
    return (ends(other) is None or need_day(one.value["from"]) < ends(other)) and (ends(one) is None or need_day(other.value["from"]) < ends(one))


def check_document_names(kinds, authorities, areas):
    """On no day do the same letters stand for two things; what a symbol without a mark is called is said for every day from the first on."""
    plain = [row for row in kinds if "mark" not in row.value]
    if not plain:
        kinds[0].refuse("no row without a mark says what a letter is called")
    for row, after in zip(plain, plain[1:] + [None]):
        end = row.value["to"]
        if after is None and end.kind != "null":
            end.refuse("the last row without a mark has no end: something must be in force")
        if after is not None and (end.kind == "null" or need_day(end) != need_day(after.value["from"])):
            end.refuse(f"the next row without a mark begins on {after.value['from'].value}: this one ends on that day")
    words = [(row, row.value["mark"]) for row in kinds if "mark" in row.value]
    for told in (words, [(row, item) for row in authorities for item in [row.value["vi"], *row.value["briefs"].value]], [(row, row.value["vi"]) for row in areas]):
        for i, (row, word) in enumerate(told):
            for other, same in told[:i]:
                if word.value == same.value and meet(row, other):
                    word.refuse(f"{word.value} stands for two rows on the same day (the other on line {same.line})")


def names_of(row, key):
    return [item.value for item in items_of(row, key)]


def check_incidents(tables):
    """A label has one group of each scheme; every day from the first scheme on has one scheme and one floor of severity; a clock has hours or is at once."""
    schemes = tables["incident_schemes"]
    for row, after in zip(schemes, schemes[1:] + [None]):
        end = row.value["to"]
        if after is None and end.kind != "null":
            end.refuse("the last scheme has no end: something must be in force")
        if after is not None and (end.kind == "null" or need_day(end) != need_day(after.value["from"])):
            end.refuse(f"the next scheme begins on {after.value['from'].value}: this one ends on that day")
    scheme_of = {row.value["id"].value: row.value["scheme"].value for row in tables["incident_groups"]}
    for row in tables["incident_labels"]:
        for scheme in schemes:
            name = scheme.value["id"].value
            if len([group for group in names_of(row, "groups") if scheme_of[group] == name]) != 1:
                row.value["groups"].refuse(f"needs one group of the scheme {name}")
    severities = {row.value["id"].value: row for row in tables["incident_severities"]}
    by_scheme = {row.value["id"].value: row for row in schemes}
    ranks = {}
    for row in tables["incident_severities"]:
        key = (row.value["scheme"].value, row.value["rank"].value)
        if key in ranks:
            row.value["rank"].refuse(f"two severities of the scheme {key[0]} have the rank {key[1]}")
        ranks[key] = row
    rules = tables["incident_severity_rules"]
    for row in rules:
        scheme = by_scheme[severities[row.value["severity"].value].value["scheme"].value]
        if not meet(row, scheme):
            row.value["from"].refuse("holds on no day of its scheme")
    for scheme in schemes:
        name = scheme.value["id"].value
        floors = [row for row in rules if "facts" not in row.value and severities[row.value["severity"].value].value["scheme"].value == name]
        lowest = min((int(rank) for key, rank in ranks if key == name), default=0)
        if not floors or any(number_of(severities[row.value["severity"].value], "rank") != lowest for row in floors):
            scheme.refuse("needs a rule without facts for its lowest severity")
        begin, end = need_day(scheme.value["from"]), scheme.value["to"]
        for row in floors:
            if need_day(row.value["from"]) != begin:
                row.value["from"].refuse("the floor of a scheme holds on every day of it")
            begin = None if row.value["to"].kind == "null" else need_day(row.value["to"])
        if begin != (None if end.kind == "null" else need_day(end)):
            floors[-1].value["to"].refuse("the floor of a scheme holds on every day of it")
    if len(tables["incident_facts"]) > 31:
        tables["incident_facts"][31].refuse("more than 31 facts do not fit the word their answers are kept in")
    units = {row.value["id"].value: row.value["unit"].value for row in tables["activities"]}
    for row in tables["incident_clocks"]:
        at_once = "at_once" in row.value and row.value["at_once"].value == "true"
        if at_once == ("rule" in row.value):
            row.refuse("a clock is at once or has a rule, one of the two")
        if (row.value["t0"].value == "reported") != ("after" in row.value):
            row.value["t0"].refuse("after says which reports begin a clock of t0 reported, and no other")
        if "rule" in row.value and units[row.value["rule"].value] != "hours":
            row.value["rule"].refuse("counts in something else than hours")
        if "rule" in row.value and not any(meet(row, rule) for rule in tables["rules"] if rule.value["activity"].value == row.value["rule"].value):
            row.value["rule"].refuse("no rule of this activity holds on a day of the clock")
        if not any(meet(row, form) for form in tables["forms"] if form.value["id"].value in names_of(row, "forms")):
            row.value["forms"].refuse("none of these forms holds on a day of the clock")


def fields_of(form):
    return [field for section in form.value["sections"].value for field in section.value["fields"].value]


def prepare_forms(document):
    """A field without words of its own has those of its key. Comes before the rows are checked, so it takes nothing for granted."""
    def rows(node, key):
        found = node.value.get(key) if node is not None and node.kind == "map" else None
        return [row for row in found.value if row.kind == "map"] if found is not None and found.kind == "list" else []
    keys = {row.value["id"].value: row.value for row in rows(document, "form_keys") if "id" in row.value and row.value["id"].kind == "text"}
    for form in rows(document, "forms"):
        for section in rows(form, "sections"):
            for field in rows(section, "fields"):
                key = field.value.get("key")
                if key is None or key.kind != "text":
                    continue
                words = keys.get(key.value, {"vi": key, "en": key})  # of an unknown key: refused when the references are looked up
                for pair in (("vi", "en"), ("text_vi", "text_en")):
                    if not any(name in field.value for name in pair):
                        field.value.update({name: words[name] for name in pair if name in words})


PREPARE = {"incident_forms.yaml": prepare_forms}


def check_form_keys(keys, forms):
    """A choice has its words, rows have their columns, nothing else has either; every fact is asked for somewhere."""
    asked = {field.value["key"].value for form in forms for field in fields_of(form)}
    for row in keys:
        name, kind = row.value["id"].value, row.value["type"].value
        for part, of in (("choices", "choice"), ("columns", "rows")):
            if (part in row.value) != (kind == of):
                row.refuse(f"{part} go with the type {of}, and {name} is of type {kind}")
        if name not in asked:
            row.refuse(f"no form asks for {name}")


def check_forms(words, keys, forms):
    """A field is of the type of its key, a form asks for a fact once, and of one purpose one form holds on a day."""
    for name in FORM_WORDS:
        if not any(row.value["id"].value == name for row in words):
            words[0].refuse(f"the word {name} is missing")
    check_form_keys(keys, forms)
    types = {row.value["id"].value: row.value["type"].value for row in keys}
    for i, form in enumerate(forms):
        asked, ids = {}, {}
        for field in fields_of(form):
            key, kind, name = (field.value[part] for part in ("key", "type", "id"))
            if kind.value != types[key.value]:
                kind.refuse(f"{key.value} is of type {types[key.value]}, not {kind.value}")
            if key.value in asked:
                key.refuse(f"{form.value['id'].value} asks for {key.value} twice (first on line {asked[key.value]})")
            if name.value in ids:
                name.refuse(f"{name.value} stands twice (first on line {ids[name.value]})")
            asked[key.value], ids[name.value] = key.line, name.line
        for part in ("opening_vi", "opening_en", "closing_vi", "closing_en"):
            for name in re.findall(r"\{([^}]*)", form.value[part].value):
                if name != "unit":
                    form.value[part].refuse(f"{{{name}}} stands for nothing: only {{unit}} does")
        for other in forms[:i]:
            if form.value["purpose"].value == other.value["purpose"].value and meet(form, other):
                form.refuse(f"on the same day {other.value['id'].value} is for {form.value['purpose'].value} too")


def cross_check(tables):
    """What no single row can see. tables: section key -> list of row nodes."""
    check_incidents(tables)
    kinds = {row.value["id"].value: row for row in tables["evidence_kinds"]}
    measures = {row.value["id"].value: row for row in tables["activities"]}
    instruments = {row.value["id"].value: row for row in tables["instruments"]}
    groups = {row.value["group"].value for row in tables["org_kinds"]}
    for row in tables["classes"]:
        for item in row.value.get("groups", Node("list", [], "", 0)).value:
            if item.value not in groups:
                item.refuse(f"no kind of organisation is in the group {item.value}")
    for row in tables["obligations"]:
        what, denominator = row.value, row.value["denominator"].value
        for item in what["evidence"].value:
            if denominator not in [c.value for c in kinds[item.value].value["counts"].value]:
                item.refuse(f"the evidence kind {item.value} does not count by {denominator}")
        periodic = what["trigger"].value == "periodic"
        if periodic and "period_rule" not in what and "period_months" not in what and "due_note_vi" not in what:
            row.refuse("a periodic obligation needs period_rule, period_months or a note that says who sets the period")
        if what.get("due_is_strict") and "due" not in what:
            row.refuse("due_is_strict without a day")
        law = instruments[what["instrument"].value].value
        if "issued" in law and law["issued"].kind == "text" and need_day(what["from"]) < need_day(law["issued"]):
            what["from"].refuse(f"begins before {what['instrument'].value} was issued")
    for row in tables["rules"]:
        law = instruments[row.value["instrument"].value].value
        if need_day(row.value["from"]) < need_day(law["from"]):
            row.value["from"].refuse(f"begins before {row.value['instrument'].value} is in force")
        if not any(item.value != "0" for item in row.value["by_level"].value):
            row.refuse("says nothing for any level")
    for name, row in measures.items():
        if not any(rule.value["activity"].value == name for rule in tables["rules"]):
            row.refuse(f"no rule speaks of the activity {name}")
    seen = {}
    for row in tables["provinces"]:
        for item in row.value["merged"].value:
            if item.value in seen:
                item.refuse(f"{item.value} was merged twice (first on line {seen[item.value]})")
            seen[item.value] = item.line
    check_signing(tables["signing_forms"], tables["signing_titles"], tables["org_kinds"])
    check_passwords(tables["password_floors"], tables["password_costs"])
    check_thresholds(tables["threshold_kinds"], tables["thresholds"])
    check_host_kinds(tables["device_kinds"], tables["host_kinds"])
    check_document_names(tables["document_kinds"], tables["authority_names"], tables["area_words"])
    check_forms(tables["form_words"], tables["form_keys"], tables["forms"])
    days = {}
    for row in tables["holiday_notices"]:
        day = row.value["day"].value
        if day in days:
            row.refuse(f"{day} is given twice (first on line {days[day]})")
        days[day] = row.line
        if (row.value["kind"].value == "off") != ("rule" in row.value):
            row.refuse("kind off names its rule, rest and work do not")
