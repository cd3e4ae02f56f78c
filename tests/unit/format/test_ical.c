#include "test.h"

#include <stdlib.h>

#include "base/civil.h"
#include "base/clock.h"
#include "base/mem.h"
#include "format/ical.h"
#include "os/file.h"

static struct arena arena;
static struct err err;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 256u << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

/* --- helpers --- */

#define HEAD           "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" /* three lines */
#define TAIL           "END:VCALENDAR\r\n"
#define EVENT(lines)   "BEGIN:VEVENT\r\nUID:u@a.example\r\n" lines "END:VEVENT\r\n"
#define FILE_OF(lines) HEAD EVENT(lines) TAIL
#define NEW_YORK                                                                                       \
    "BEGIN:VTIMEZONE\r\nTZID:New York\r\nBEGIN:DAYLIGHT\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\n" \
    "DTSTART:20070311T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\nEND:DAYLIGHT\r\n"             \
    "BEGIN:STANDARD\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nDTSTART:20071104T020000\r\n"          \
    "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"

static int64_t ms(int year, int month, int day, int hour, int minute) /* of Viet Nam */
{
    return civil_day_start_ms(civil_to_day(year, month, day)) + (hour * 60 + minute) * 60000LL;
}

/* "2026-11-02 07:30..19:30 summary <mail>" of each shift, a line each. */
static struct str said(const struct ical_roster *roster)
{
    AUTO_BUF out;
    buf_init(&out, 1u << 20);
    for (size_t i = 0; i < roster->count; i++) {
        const struct ical_shift *s = &roster->shifts[i];
        char from[CIVIL_TEXT_BYTES], to[CIVIL_TEXT_BYTES];
        civil_iso_ms(s->from_ms, from);
        civil_iso_ms(s->to_ms, to);
        buf_printf(&out, "%.10s %.5s..%s%.5s %.*s%s%s", from, from + 11, memcmp(from, to, 10) ? "+" : "", to + 11,
                   STR_ARG(s->summary), s->is_replaced ? " replaced" : "", s->is_all_day ? " day" : "");
        for (size_t k = 0; k < s->people_count; k++)
            buf_printf(&out, " %.*s<%.*s>", STR_ARG(s->people[k].name), STR_ARG(s->people[k].mail));
        buf_lit(&out, "\n");
    }
    struct str text = STR("");
    assert_ok(buf_to_arena(&out, &arena, &text, &err));
    return text;
}

static enum err_code read_2026(struct str text, struct ical_roster *ret_roster)
{
    return ical_read(text, ms(2026, 11, 1, 0, 0), ms(2027, 2, 1, 0, 0), &arena, ret_roster, &err);
}

/* --- what is read --- */

static void shifts_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *what, *file, *want;
    } cases[] = {
        {"a zone we know", FILE_OF("DTSTART;TZID=Asia/Ho_Chi_Minh:20261102T073000\r\nDTEND:20261102T123000Z\r\n"),
         "2026-11-02 07:30..19:30 \n"},
        {"no zone", FILE_OF("DTSTART:20261102T073000\r\nDURATION:PT12H\r\nSUMMARY:Trực\\, ca\\; 1\\nhai\r\n"),
         "2026-11-02 07:30..19:30 Trực, ca; 1\nhai\n"},
        {"LF, BOM, lower case",
         "\xEF\xBB\xBF"
         "begin:vcalendar\nversion:2.0\nBEGIN:vevent\nuid:1\ndtstart:20261102T003000Z\nduration:P1DT1H\nend:"
         "VEVENT\nEND:VCALENDAR\n\n",
         "2026-11-02 07:30..+08:30 \n"},
        {"days", FILE_OF("DTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270102\r\n"),
         "2026-12-31 00:00..+00:00  day\n"},
        {"one day", FILE_OF("DTSTART;VALUE=DATE:20261231\r\n"), "2026-12-31 00:00..+00:00  day\n"},
        {"a fold inside a character",
         FILE_OF("DTSTART:20261102T073000\r\nDURATION:PT1H\r\nSUMMARY:Tr\xE1\xBB\r\n \xB1"
                 "c\r\n\t ca\r\n"),
         "2026-11-02 07:30..08:30 Trực ca\n"},
        {"people",
         FILE_OF("DTSTART:20261102T073000\r\nDURATION:PT1H\r\nATTENDEE;ROLE=CHAIR;CN=\"A; B: "
                 "^'C^'\":MAILTO:a%40b@x.example\r\n"
                 "ATTENDEE;PARTSTAT=DECLINED;CN=Không:mailto:k@x.example\r\nATTENDEE:tel:+84-24\r\n"),
         "2026-11-02 07:30..08:30  A; B: \"C\"<a@b@x.example> <>\n"},
        {"alarms are not shifts",
         FILE_OF("DTSTART:20261102T073000\r\nBEGIN:VALARM\r\nDURATION:PT5M\r\nSUMMARY:x\r\nEND:VALARM\r\nDURATION:"
                 "PT1H\r\n"),
         "2026-11-02 07:30..08:30 \n"},
        {"a rule",
         FILE_OF(
             "DTSTART:20261130T190000\r\nDURATION:PT12H\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,SA;UNTIL=20261212T120000Z\r\n"),
         "2026-11-30 19:00..+07:00 \n2026-12-05 19:00..+07:00 \n2026-12-07 19:00..+07:00 \n2026-12-12 19:00..+07:00 "
         "\n"},
        {"EXDATE and RDATE",
         FILE_OF("DTSTART:20261102T073000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=5\r\nEXDATE:20261103T073000,"
                 "20261104T003000Z\r\n"
                 "EXDATE;VALUE=DATE:20261106\r\nRDATE:20261110T080000,20261105T073000\r\n"
                 "RDATE;VALUE=PERIOD:20261111T080000/PT2H,20261112T010000Z/20261112T020000Z\r\n"),
         "2026-11-02 07:30..08:30 \n2026-11-05 07:30..08:30 \n2026-11-10 08:00..09:00 \n2026-11-11 08:00..10:00 "
         "\n2026-11-12 08:00..09:00 \n"},
        {"days repeat", FILE_OF("DTSTART;VALUE=DATE:20261102\r\nRRULE:FREQ=WEEKLY;COUNT=2\r\n"),
         "2026-11-02 00:00..+00:00  day\n2026-11-09 00:00..+00:00  day\n"},
        {"an instance replaced, one cancelled, one moved out of the window",
         HEAD EVENT("DTSTART:20261102T073000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=4\r\n") EVENT(
             "RECURRENCE-ID:20261103T073000\r\nDTSTART:20261103T100000\r\nDURATION:PT1H\r\nSUMMARY:thay\r\n")
             EVENT("RECURRENCE-ID:20261104T003000Z\r\nSTATUS:CANCELLED\r\nDTSTART:20261104T073000\r\nDURATION:PT1H\r\n")
                 EVENT("RECURRENCE-ID:20261105T073000\r\nDTSTART:20270305T073000\r\nDURATION:PT1H\r\n") TAIL,
         "2026-11-02 07:30..08:30 \n2026-11-03 10:00..11:00 thay replaced\n"},
        {"the higher sequence holds",
         HEAD EVENT("DTSTART:20261102T090000\r\nDURATION:PT1H\r\nSEQUENCE:10\r\nSUMMARY:mới\r\n")
             EVENT("DTSTART:20261102T073000\r\nDURATION:PT1H\r\nSEQUENCE:9\r\nSUMMARY:cũ\r\n") TAIL,
         "2026-11-02 09:00..10:00 mới\n"},
        {"then the later stamp",
         HEAD EVENT("DTSTAMP:20261101T000001Z\r\nDTSTART:20261102T090000\r\nDURATION:PT1H\r\nSUMMARY:mới\r\n")
             EVENT("DTSTAMP:20261101T000000Z\r\nDTSTART:20261102T073000\r\nDURATION:PT1H\r\nSUMMARY:cũ\r\n") TAIL,
         "2026-11-02 09:00..10:00 mới\n"},
        {"a cancelled series goes with what replaced it before",
         HEAD EVENT("SEQUENCE:2\r\nSTATUS:CANCELLED\r\nDTSTART:20261102T073000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;"
                    "COUNT=4\r\n")
             EVENT("SEQUENCE:1\r\nRECURRENCE-ID:20261103T073000\r\nDTSTART:20261103T100000\r\nDURATION:PT1H\r\n") EVENT(
                 "SEQUENCE:3\r\nRECURRENCE-ID:20261104T073000\r\nDTSTART:20261104T100000\r\nDURATION:PT1H\r\n") TAIL,
         "2026-11-04 10:00..11:00  replaced\n"},
        {"METHOD:CANCEL", HEAD EVENT("DTSTART:20261102T073000\r\nDURATION:PT1H\r\n") "METHOD:CANCEL\r\n" TAIL, ""},
        {"an hour that comes twice and one that never comes, far away",
         HEAD NEW_YORK EVENT("DTSTART;TZID=New York:20261101T013000\r\nDURATION:PT1H\r\n") /* 01:30 EDT: 05:30 UTC */
         "BEGIN:VEVENT\r\nUID:2\r\nDTSTART;TZID=New York:20261102T013000\r\nDURATION:PT1H\r\nEND:VEVENT\r\n" TAIL,
         "2026-11-01 12:30..13:30 \n2026-11-02 13:30..14:30 \n"},
        {"DTEND passes exactly, a day of DURATION on the calendar",
         HEAD NEW_YORK EVENT("DTSTART;TZID=New York:20261101T000000\r\nDTEND;TZID=New "
                             "York:20261102T000000\r\nSUMMARY:25\r\n") "BEGIN:VEVENT\r\nUID:2\r\nDTSTART;TZID=New "
                                                                       "York:20261101T000000\r\nDURATION:"
                                                                       "PT24H\r\nSUMMARY:24\r\nEND:VEVENT\r\n"
                                                                       "BEGIN:VEVENT\r\nUID:3\r\nDTSTART;TZID=New "
                                                                       "York:20261101T000000\r\nDURATION:"
                                                                       "P1D\r\nSUMMARY:1\r\nEND:VEVENT\r\n" TAIL,
         "2026-11-01 11:00..+11:00 24\n2026-11-01 11:00..+12:00 1\n2026-11-01 11:00..+12:00 25\n"},
        {"DTSTART is the first instance, whatever the rule says",
         FILE_OF("DTSTART:20261103T073000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=3\r\n"),
         "2026-11-03 07:30..08:30 \n2026-11-04 07:30..08:30 \n2026-11-11 07:30..08:30 \n"},
        {"a shift that began before the window",
         FILE_OF("DTSTART:20261031T200000\r\nDURATION:PT6H\r\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20261201\r\n"),
         "2026-10-31 20:00..+02:00 \n2026-11-30 20:00..+02:00 \n"},
        {"outside the window", FILE_OF("DTSTART:20261031T200000\r\nDURATION:PT4H\r\n"), ""},
        {"METHOD is of its calendar alone",
         HEAD "METHOD:CANCEL\r\n" EVENT("DTSTART:20261102T073000\r\nDURATION:PT1H\r\n") TAIL HEAD
         "BEGIN:VEVENT\r\nUID:2\r\nDTSTART:20261103T073000\r\nDURATION:PT1H\r\nEND:VEVENT\r\n" TAIL,
         "2026-11-03 07:30..08:30 \n"},
        {"a day of each instance, one of 25 hours",
         HEAD NEW_YORK EVENT("DTSTART;TZID=New York:20261031T000000\r\nDURATION:P1D\r\nRRULE:FREQ=DAILY;COUNT=2\r\n")
             TAIL,
         "2026-10-31 11:00..+11:00 \n2026-11-01 11:00..+12:00 \n"},
        {"UNTIL as a day takes all of it",
         FILE_OF("DTSTART:20261102T230000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;UNTIL=20261103\r\n"),
         "2026-11-02 23:00..+00:00 \n2026-11-03 23:00..+00:00 \n"},
        {"a rule from afar, with a shift that reaches into the window",
         FILE_OF("DTSTART:20200101T200000\r\nDURATION:PT6H\r\nRRULE:FREQ=DAILY;UNTIL=20261101\r\n"),
         "2026-10-31 20:00..+02:00 \n2026-11-01 20:00..+02:00 \n"},
        {"an address that is no text stays as it was written",
         FILE_OF("DTSTART:20261102T073000\r\nDURATION:PT1H\r\nATTENDEE:mailto:%FF\r\nATTENDEE:mailto:a%0Ab\r\nATTENDEE:"
                 "mailto:a%4\r\n"),
         "2026-11-02 07:30..08:30  <%FF> <a%0Ab> <a%4>\n"},
        {"no event at all", HEAD TAIL, ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ical_roster roster;
        if (read_2026(str_from_cstr(cases[i].file), &roster) != ERR_NONE)
            fail_msg("%s: %s", cases[i].what, err.text);
        struct str got = said(&roster);
        if (!str_equal(got, str_from_cstr(cases[i].want)))
            fail_msg("%s: got\n%.*swanted\n%s", cases[i].what, STR_ARG(got), cases[i].want);
    }
}

static void what_else_a_shift_says(void **state)
{
    (void)state;
    struct ical_roster roster;
    assert_ok(read_2026(
        STR(HEAD EVENT("DTSTART:20261102T073000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=3\r\n") EVENT(
            "RECURRENCE-ID:20261103T073000\r\nSEQUENCE:4\r\nSTATUS:TENTATIVE\r\nDTSTART:"
            "20261103T100000\r\nDURATION:PT1H\r\n")
                EVENT(
                    "RECURRENCE-ID:20261104T073000\r\nSTATUS:CANCELLED\r\nDTSTART:20261104T073000\r\nDURATION:PT1H\r\n")
                    TAIL),
        &roster));
    assert_int_equal(roster.count, 2);
    assert_int_equal(roster.cancelled, 1);
    assert_int_equal(roster.shifts[0].line, 4);
    assert_int_equal(roster.shifts[0].instance_ms, roster.shifts[0].from_ms);
    const struct ical_shift *replaced = &roster.shifts[1];
    assert_str(replaced->uid, STR("u@a.example"));
    assert_true(replaced->is_replaced && replaced->is_tentative);
    assert_int_equal(replaced->sequence, 4);
    assert_int_equal(replaced->line, 10);
    assert_true(replaced->instance_ms == ms(2026, 11, 3, 7, 30) && replaced->from_ms == ms(2026, 11, 3, 10, 0));
}

/* --- what is refused --- */

static void bad_files_are_refused_with_their_line(void **state)
{
    (void)state;
#define TIMES "DTSTART:20261102T073000\r\nDURATION:PT1H\r\n" /* lines 6 and 7 */
    static const struct {
        const char *file;
        enum err_code code;
        const char *want;
    } cases[] = {
        {"", ERR_SYNTAX, "no calendar"},
        {"\r\n\r\n", ERR_SYNTAX, "no calendar"},
        {"<html>\n", ERR_SYNTAX, "line 1: not a property"},
        {"BEGIN:VEVENT\n", ERR_SYNTAX, "line 1: outside a calendar"},
        {"X:1\n", ERR_SYNTAX, "line 1: outside a calendar"},
        {HEAD TAIL "X:1\n", ERR_SYNTAX, "line 5: outside a calendar"},
        {HEAD "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261102T073000Z\r\n", ERR_SYNTAX, "line 4: 'VEVENT' begins here"},
        {HEAD "BEGIN:VEVENT\r\nEND:VTODO\r\n" TAIL, ERR_SYNTAX, "line 5: 'VTODO' ends here, but 'VEVENT' of line 4"},
        {HEAD "X:\xFF\r\n" TAIL, ERR_SYNTAX, "line 4: not UTF-8"},
        {HEAD "X:a\x01\r\n" TAIL, ERR_SYNTAX, "line 4: a control"},
        {HEAD "X;A=\"b:c\r\n" TAIL, ERR_SYNTAX, "line 4: not a property"},
        {"BEGIN:VCALENDAR\nVERSION:1.0\nEND:VCALENDAR\n", ERR_UNSUPPORTED, "line 2: version 1.0"},
        {HEAD "CALSCALE:CHINESE\r\n" TAIL, ERR_SYNTAX, "line 4: CALSCALE"},
        {FILE_OF("DTSTART:20261102T073000Z\r\nDTEND:20261102T063000Z\r\n"), ERR_SYNTAX,
         "line 7: the shift does not end"},
        {FILE_OF("DTSTART:20261102T073000Z\r\nDTEND:20261102T073000Z\r\n"), ERR_SYNTAX,
         "line 7: the shift does not end"},
        {FILE_OF("DTSTART:20261102T073000Z\r\nDURATION:PT0S\r\n"), ERR_SYNTAX, "line 7: the shift does not end"},
        {FILE_OF("DTSTART:20261102T073000Z\r\nDURATION:-PT1H\r\n"), ERR_SYNTAX, "line 7: DURATION"},
        {FILE_OF("DTSTART:20261102T073000Z\r\nDTEND:20271104T073000Z\r\n"), ERR_LIMIT,
         "line 7: a shift longer than 366"},
        {FILE_OF("DTSTART:20261102T073000Z\r\nDURATION:P367D\r\n"), ERR_SYNTAX, "line 7: DURATION"},
        {FILE_OF("DTSTART:20261102T073000Z\r\n"), ERR_SYNTAX, "line 4: the shift has no end"},
        {FILE_OF("DTSTART:20261102T073000Z\r\nDTEND:20261103\r\n"), ERR_SYNTAX, "line 7: DTEND"},
        {FILE_OF("DTSTART:20260229T073000Z\r\nDURATION:PT1H\r\n"), ERR_SYNTAX, "line 6: DTSTART"},
        {FILE_OF("DTSTART:22000101T000000Z\r\nDURATION:PT1H\r\n"), ERR_SYNTAX, "line 6: DTSTART"},
        {FILE_OF("DTSTART:20261102T240000Z\r\nDURATION:PT1H\r\n"), ERR_SYNTAX, "line 6: DTSTART"},
        {FILE_OF(TIMES "DTEND:20261103T000000Z\r\n"), ERR_SYNTAX, "line 7: DTEND and DURATION"},
        {FILE_OF(TIMES "DTSTART:20261103T000000Z\r\n"), ERR_SYNTAX, "line 8: DTSTART stands twice"},
        {FILE_OF("SUMMARY:x\r\n"), ERR_SYNTAX, "line 4: a shift needs UID and DTSTART"},
        {HEAD "BEGIN:VEVENT\r\n" TIMES "END:VEVENT\r\n" TAIL, ERR_SYNTAX, "line 4: a shift needs UID"},
        {FILE_OF("DTSTART;TZID=Europe/Paris:20261102T073000\r\nDURATION:PT1H\r\n"), ERR_SYNTAX,
         "line 6: the time zone 'Europe/Paris'"},
        {FILE_OF(TIMES "RRULE:FREQ=DAILY\r\nEXDATE;TZID=Nowhere:20261103T073000\r\n"), ERR_SYNTAX,
         "line 9: the time zone 'Nowhere'"},
        {FILE_OF(TIMES "RRULE:FREQ=SECONDLY\r\n"), ERR_UNSUPPORTED, "line 8: FREQ=SECONDLY"},
        {FILE_OF(TIMES "RRULE:COUNT=2;FREQ=minutely;INTERVAL=600\r\n"), ERR_UNSUPPORTED, "line 8: FREQ=minutely"},
        {FILE_OF(TIMES "RRULE:FREQ=HOURLY;BYMINUTE=0,30\r\n"), ERR_UNSUPPORTED, "line 8: BYMINUTE=0,30"},
        {FILE_OF(TIMES "RRULE:FREQ=DAILY;BYSECOND=0,1\r\n"), ERR_UNSUPPORTED, "line 8: BYSECOND=0,1"},
        {FILE_OF(TIMES "RRULE:FREQ=YEARLY;BYWEEKNO=3\r\n"), ERR_UNSUPPORTED, "line 8: rules with BYWEEKNO"},
        {FILE_OF(TIMES "RRULE:RSCALE=CHINESE;FREQ=YEARLY\r\n"), ERR_UNSUPPORTED, "line 8: rules with RSCALE"},
        {FILE_OF(TIMES "EXRULE:FREQ=DAILY\r\n"), ERR_UNSUPPORTED, "line 8: events with EXRULE"},
        {FILE_OF(TIMES "RECURRENCE-ID;RANGE=THISANDFUTURE:20261102T073000\r\n"), ERR_UNSUPPORTED,
         "line 8: events with RANGE"},
        {FILE_OF(TIMES "RRULE:FREQ=DAILY;COUNT=5001\r\n"), ERR_LIMIT, "line 8: more than 5000 shifts"},
        {FILE_OF(TIMES "RRULE:FREQ=DAILY\r\nRRULE:FREQ=WEEKLY\r\n"), ERR_SYNTAX, "line 9: RRULE stands twice"},
        {FILE_OF(TIMES "SEQUENCE:-1\r\n"), ERR_SYNTAX, "line 8: SEQUENCE"},
        {FILE_OF(TIMES "RDATE:2026\r\n"), ERR_SYNTAX, "line 8: RDATE"},
        {FILE_OF(TIMES "RDATE;VALUE=PERIOD:20261102T073000Z/20261102T073000Z\r\n"), ERR_SYNTAX, "line 8: RDATE"},
        {HEAD "BEGIN:VTIMEZONE\r\nTZID:X\r\nEND:VTIMEZONE\r\n" TAIL, ERR_SYNTAX, "line 4: a time zone without"},
        {HEAD "BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nEND:STANDARD\r\nEND:"
              "VTIMEZONE\r\n" TAIL,
         ERR_SYNTAX, "line 6: a time zone needs"},
        {HEAD "BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+"
              "07\r\nTZOFFSETTO:+0700\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n" TAIL,
         ERR_SYNTAX, "line 8: TZOFFSETFROM"},
        {HEAD "BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+"
              "0700\r\nTZOFFSETTO:+0700\r\nRRULE:FREQ=DAILY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n" TAIL,
         ERR_UNSUPPORTED, "line 10: a time zone that changes more often"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ical_roster roster = {.count = 77};
        enum err_code code = read_2026(str_from_cstr(cases[i].file), &roster);
        if (code != cases[i].code || !strstr(err.text, cases[i].want))
            fail_msg("case %zu: wanted %s \"%s\", got %s \"%s\"", i, err_code_to_str(cases[i].code), cases[i].want,
                     err_code_to_str(code), code ? err.text : "");
        assert_int_equal(roster.count, 77); /* nothing of the file is used */
    }
}

static void ceilings_hold(void **state)
{
    (void)state;
    AUTO_BUF buf;
    struct ical_roster roster;
    buf_init(&buf, 64u << 20);
    /* 5000 shifts are read, 5001 are not */
    buf_lit(&buf, HEAD);
    for (int i = 0; i < 5000; i++)
        buf_printf(&buf, "BEGIN:VEVENT\r\nUID:%d\r\nDTSTART:20261102T073000\r\nDURATION:PT1H\r\nEND:VEVENT\r\n", i);
    buf_lit(&buf, TAIL);
    assert_ok(read_2026(buf_str(&buf), &roster));
    assert_int_equal(roster.count, 5000);
    buf.len_bytes -= strlen(TAIL);
    buf_lit(&buf, EVENT(TIMES) TAIL);
    assert_err(read_2026(buf_str(&buf), &roster), ERR_LIMIT);
    assert_non_null(strstr(err.text, "more than 5000 shifts"));
    /* hours of 60 events of 90 days each */
    buf_clear(&buf);
    buf_lit(&buf, HEAD);
    for (int i = 0; i < 60; i++)
        buf_printf(&buf, "BEGIN:VEVENT\r\nUID:%d\r\n" TIMES "RRULE:FREQ=HOURLY\r\nEND:VEVENT\r\n", i);
    buf_lit(&buf, TAIL);
    assert_err(read_2026(buf_str(&buf), &roster), ERR_LIMIT);
    /* rules that fit no day, counted from afar */
    buf_clear(&buf);
    buf_lit(&buf, HEAD);
    for (int i = 0; i < 3000; i++)
        buf_printf(&buf,
                   "BEGIN:VEVENT\r\nUID:%d\r\nDTSTART:16000101T000000\r\nDURATION:PT1H\r\n"
                   "RRULE:FREQ=HOURLY;COUNT=2;BYMONTH=2;BYMONTHDAY=30\r\nEND:VEVENT\r\n",
                   i);
    buf_lit(&buf, TAIL);
    assert_err(read_2026(buf_str(&buf), &roster), ERR_LIMIT);
    assert_non_null(strstr(err.text, "line 8: the rules of this file have too many days"));
    /* deep, long, many, big */
    buf_clear(&buf);
    for (int i = 0; i < 9; i++)
        buf_lit(&buf, "BEGIN:VCALENDAR\n");
    assert_err(read_2026(buf_str(&buf), &roster), ERR_LIMIT);
    assert_non_null(strstr(err.text, "line 9: nested deeper than 8"));
    buf_clear(&buf);
    buf_lit(&buf, "X:");
    for (int i = 0; i < 1000; i++)
        buf_lit(&buf, "\n aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_err(read_2026(buf_str(&buf), &roster), ERR_LIMIT);
    assert_non_null(strstr(err.text, "line 1: longer than 64 kB"));
    buf_clear(&buf);
    for (unsigned i = 0; i < ICAL_LINES_MAX + 2; i++)
        buf_lit(&buf, "\n");
    assert_err(read_2026(buf_str(&buf), &roster), ERR_LIMIT);
    assert_err(read_2026((struct str){"BEGIN:VCALENDAR", ICAL_FILE_MAX_BYTES + 1}, &roster), ERR_LIMIT);
    assert_err(ical_read(STR(HEAD TAIL), ms(2026, 1, 1, 0, 0), ms(2030, 1, 1, 0, 0), &arena, &roster, &err), ERR_LIMIT);
    assert_err(ical_read(STR(HEAD TAIL), INT64_MIN, INT64_MAX, &arena, &roster, &err), ERR_LIMIT);
    assert_err(ical_read(STR(HEAD TAIL), 0, 1000, &arena, &roster, &err), ERR_LIMIT);
}

static void every_cut_is_survived(void **state)
{
    (void)state;
    static const char file[] = HEAD NEW_YORK EVENT(
        "DTSTART;TZID=New York:20261102T073000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=5;BYHOUR=7,8\r\n"
        "EXDATE:20261103T073000\r\nRDATE:20261110T080000\r\nATTENDEE;CN=\"A\":mailto:a%40b@x.example\r\n") TAIL;
    for (size_t n = 0; n < sizeof file - 1; n++) {
        char *copy = mem_alloc(n ? n : 1);
        assert_non_null(copy);
        memcpy(copy, file, n);
        struct ical_roster roster;
        enum err_code code = read_2026((struct str){copy, n}, &roster);
        mem_free(copy);
        /* whole but for its last line break, it is read */
        if (code != (n >= sizeof file - 3 ? ERR_NONE : ERR_SYNTAX))
            fail_msg("cut at %zu: %s", n, code ? err.text : "read");
    }
}

/* --- writing --- */

static void a_calendar_is_written(void **state)
{
    (void)state;
    struct ical_person people[] = {{STR("Nguyễn Văn \"A\"; một"), STR("a+b%c@tinh.example")}, {STR(""), STR("")}};
    struct ical_shift shifts[] = {
        {.uid = STR("1@tinh.example"),
         .from_ms = ms(2026, 12, 31, 19, 0),
         .to_ms = ms(2027, 1, 1, 7, 0),
         .summary = STR("Trực đêm, giao thừa; dòng này rất dài để bắt buộc phải gấp dòng ở 75 octet\nhai \\"),
         .people = people,
         .people_count = 2,
         .sequence = 3,
         .is_tentative = true}};
    static const char want[] =
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//luytre//roster//VI\r\nCALSCALE:GREGORIAN\r\n"
        "X-WR-CALNAME:Lịch trực\r\nBEGIN:VEVENT\r\nUID:1@tinh.example\r\nDTSTAMP:20261122T230000Z\r\n"
        "DTSTART:20261231T120000Z\r\nDTEND:20270101T000000Z\r\nSEQUENCE:3\r\nSTATUS:TENTATIVE\r\n"
        "SUMMARY:Trực đêm\\, giao thừa\\; dòng này rất dài để bắt bu\r\n"
        " ộc phải gấp dòng ở 75 octet\\nhai \\\\\r\n"
        "ATTENDEE;CN=\"Nguyễn Văn ^'A^'; một\":mailto:a+b%25c@tinh.example\r\n"
        "ATTENDEE:invalid:nomail\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    AUTO_BUF out;
    buf_init(&out, 1u << 20);
    int64_t stamp_ms = ms(2026, 11, 23, 6, 0);
    assert_ok(ical_write(STR("Lịch trực"), shifts, 1, stamp_ms, &out, &err));
    assert_str(buf_str(&out), str_from_cstr(want));
    struct str line, rest = buf_str(&out);
    while (str_split(&rest, '\n', &line))
        assert_true(line.len_bytes <= 76 && utf8_is_valid(line)); /* 75 and the CR */
}

static void what_no_file_can_say_is_not_written(void **state)
{
    (void)state;
    struct ical_person person = {STR("a"), STR("a@b.example")}, bad_name = {STR("a\r"), STR("")},
                       bad_mail = {STR(""), STR("a@b\nBCC")};
    const struct ical_shift good = {.uid = STR("1"),
                                    .from_ms = ms(2026, 12, 31, 19, 0),
                                    .to_ms = ms(2027, 1, 1, 7, 0),
                                    .summary = STR(""),
                                    .people = &person,
                                    .people_count = 1};
    AUTO_BUF out;
    buf_init(&out, 1u << 20);
    for (int i = 0; i < 10; i++) {
        struct ical_shift shifts[2] = {good, good};
        shifts[1].uid = STR("2");
        enum err_code want = ERR_SYNTAX;
        switch (i) {
        case 0:
            shifts[1].uid = STR("1");
            want = ERR_CONFLICT;
            break;
        case 1:
            shifts[1].uid = STR("");
            break;
        case 2:
            shifts[1].summary = STR("a\x01");
            break;
        case 3:
            shifts[1].summary = STR("\xFF");
            break;
        case 4:
            shifts[1].to_ms = shifts[1].from_ms;
            break;
        case 5:
            shifts[1].from_ms += 1;
            break;
        case 6:
            shifts[1].people = &bad_name;
            break;
        case 7:
            shifts[1].people = &bad_mail;
            break;
        case 8:
            shifts[1].to_ms += 400 * CIVIL_DAY_MS;
            break;
        default:
            want = ERR_NONE;
            break;
        }
        buf_clear(&out);
        enum err_code code = ical_write(STR(""), shifts, 2, good.from_ms, &out, &err);
        if (code != want)
            fail_msg("case %d: %s", i, err_code_to_str(code));
        assert_true(code == ERR_NONE || out.len_bytes == 0);
    }
    assert_err(ical_write(STR("a\x01"), &good, 1, good.from_ms, &out, &err), ERR_SYNTAX);
    assert_err(ical_write(STR(""), &good, 1, INT64_MIN, &out, &err), ERR_SYNTAX);
    assert_err(ical_write(STR(""), &good, ICAL_INSTANCES_MAX + 1, good.from_ms, &out, &err), ERR_LIMIT);
    buf_clear(&out);
    struct ical_shift long_one = good;
    long_one.summary.len_bytes = ICAL_LINE_MAX_BYTES;
    char *words = arena_alloc(&arena, long_one.summary.len_bytes, 1);
    assert_non_null(words);
    memset(words, 'a', long_one.summary.len_bytes);
    long_one.summary.ptr = words;
    assert_err(ical_write(STR(""), &long_one, 1, good.from_ms, &out, &err), ERR_LIMIT);
}

static struct str random_text(struct rng *rng, size_t max_characters, bool with_lines)
{
    static const char *const pieces[] = {"a", "ệ",  "ở", "\\", ";", ",", ":", "\"", "^", "%", " ",
                                         "=", "^n", "😀", "Đ",  "n", "'", "Z", "1",  "@", ".", "\\n"};
    AUTO_BUF out;
    buf_init(&out, 1u << 16);
    for (size_t n = rng_below(rng, max_characters + 1); n; n--)
        buf_put(&out, with_lines && rng_below(rng, 20) == 0 ? STR("\n")
                                                            : str_from_cstr(pieces[rng_below(rng, ARRAY_LEN(pieces))]));
    struct str text = STR("");
    assert_ok(buf_to_arena(&out, &arena, &text, &err));
    return text;
}

static void assert_same(const struct ical_shift *got, const struct ical_shift *want)
{
    assert_str(got->uid, want->uid);
    assert_str(got->summary, want->summary);
    assert_true(got->from_ms == want->from_ms && got->to_ms == want->to_ms && got->sequence == want->sequence &&
                got->is_tentative == want->is_tentative && !got->is_replaced && !got->is_all_day);
    assert_int_equal(got->people_count, want->people_count);
    for (size_t k = 0; k < want->people_count; k++) {
        assert_str(got->people[k].name, want->people[k].name);
        assert_str(got->people[k].mail, want->people[k].mail);
    }
}

static void what_is_written_is_read_the_same(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 31);
    for (int round = 0; round < 60; round++) {
        struct ical_shift shifts[20];
        size_t count = rng_below(&rng, 21);
        int64_t at_ms = ms(2026, 11, 2, 7, 0);
        for (size_t i = 0; i < count; i++) { /* in the order they are read in */
            at_ms += 1000 + (int64_t)rng_below(&rng, 100000) * 1000;
            struct ical_person *people = arena_new_array(&arena, struct ical_person, 3);
            assert_non_null(people);
            size_t people_count = rng_below(&rng, 4);
            for (size_t k = 0; k < people_count; k++)
                people[k] = (struct ical_person){random_text(&rng, 40, true), random_text(&rng, 30, false)};
            struct str tail = random_text(&rng, 100, true);
            struct str uid = arena_printf(&arena, "%zu%.*s", i, STR_ARG(tail));
            assert_false(str_is_null(uid));
            shifts[i] = (struct ical_shift){.uid = uid,
                                            .from_ms = at_ms,
                                            .to_ms = at_ms + 1000 + (int64_t)rng_below(&rng, 500000) * 1000,
                                            .summary = random_text(&rng, 300, true),
                                            .people = people,
                                            .people_count = people_count,
                                            .sequence = (int64_t)rng_below(&rng, 3),
                                            .is_tentative = rng_below(&rng, 4) == 0};
        }
        AUTO_BUF out, again;
        buf_init(&out, 4u << 20);
        buf_init(&again, 4u << 20);
        struct ical_roster roster;
        assert_ok(ical_write(random_text(&rng, 30, true), shifts, count, at_ms, &out, &err));
        struct str line, rest = buf_str(&out);
        while (str_split(&rest, '\n', &line))
            assert_true(line.len_bytes <= 76); /* 75 and the CR */
        assert_ok(read_2026(buf_str(&out), &roster));
        assert_int_equal(roster.count, count);
        for (size_t i = 0; i < count; i++)
            assert_same(&roster.shifts[i], &shifts[i]);
    }
}

/* --- the samples beside the tree --- */

static void samples_give_what_they_should(void **state)
{
    (void)state;
    const char *folder = SOURCE_ROOT "/../shared/data/exchange/ical";
    static const struct {
        const char *name;
        enum err_code code;
        const char *want;
    } cases[] = {
        {"bad-end-before-start.ics", ERR_SYNTAX, "line 8: the shift does not end"},
        {"bad-no-end.ics", ERR_SYNTAX, "line 4: 'VEVENT' begins here and does not end"},
        {"bad-rrule-secondly.ics", ERR_UNSUPPORTED, "line 9: FREQ=SECONDLY"},
        {"roster-good.ics", ERR_NONE, ""},
    };
    if (!file_exists(folder)) {
        print_message("SKIP: the samples of the exchange do not lie beside the tree\n");
        skip();
    }
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str text;
        struct ical_roster roster = {0};
        struct str path = arena_printf(&arena, "%s/%s", folder, cases[i].name);
        assert_false(str_is_null(path));
        assert_ok(file_read(path.ptr, ICAL_FILE_MAX_BYTES, &arena, &text, &err));
        enum err_code code = read_2026(text, &roster);
        if (code != cases[i].code || (code && !strstr(err.text, cases[i].want)))
            fail_msg("%s: %s %s", cases[i].name, err_code_to_str(code), code ? err.text : "");
        if (code)
            continue;
        size_t replaced = 0;
        assert_int_equal(roster.count, 30);
        for (size_t k = 0; k < roster.count; k++) {
            replaced += roster.shifts[k].is_replaced;
            assert_true(roster.shifts[k].from_ms == ms(2026, 11, 2, 7, 30) + (int64_t)k * 2 * CIVIL_DAY_MS);
            assert_true(roster.shifts[k].to_ms - roster.shifts[k].from_ms == 12 * 3600000LL);
        }
        assert_int_equal(replaced, 1);
        assert_str(roster.shifts[1].people[0].mail, STR("b@tinh.example"));
        assert_str(roster.shifts[1].people[0].name, STR("Trần Thị B"));
        assert_str(roster.shifts[1].summary, STR("Trực thay - Trần Thị B (dòng này rất dài để bắt buộc phải gấp dòng "
                                                 "theo RFC 5545 ở 75 octet)"));
        assert_str(roster.shifts[2].people[0].mail, STR("a@tinh.example"));
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {TEST(shifts_are_read),
                                       TEST(what_else_a_shift_says),
                                       TEST(bad_files_are_refused_with_their_line),
                                       TEST(ceilings_hold),
                                       TEST(every_cut_is_survived),
                                       TEST(a_calendar_is_written),
                                       TEST(what_no_file_can_say_is_not_written),
                                       TEST(what_is_written_is_read_the_same),
                                       TEST(samples_give_what_they_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
