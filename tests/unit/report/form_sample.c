#include "form_sample.h"

#define AT(hour, minute) (1795280400000LL + ((hour)*60LL + (minute)) * 60000LL) /* 22/11/2026 in Viet Nam */
#define HASH             "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

#define T(lit)                                   \
    {                                            \
        .kind = FORM_TEXT, .text = STR_INIT(lit) \
    }
#define N(value)                               \
    {                                          \
        .kind = FORM_NUMBER, .number = (value) \
    }
#define I(value)                                \
    {                                           \
        .kind = FORM_INSTANT, .number = (value) \
    }
#define Y(value)                               \
    {                                          \
        .kind = FORM_YES_NO, .number = (value) \
    }

static const struct form_value told_1[] = {T("Công an tỉnh Trúc Lâm"), I(AT(8, 20)), T("điện thoại")};
static const struct form_value told_2[] = {T("Công ty Viễn thông Măng Non"), {.kind = FORM_UNKNOWN}, T("thư điện tử")};
static const struct form_row told[] = {{told_1}, {told_2}};
static const struct form_value asset_1[] = {T("Máy chủ web-01"), T("203.0.113.15"), T("bị chiếm quyền quản trị")};
static const struct form_value asset_2[] = {T("Tài khoản quản trị nội dung"), T("hoso.truclam.example"),
                                            T("mật khẩu bị đổi, đã khóa lúc 08:05")};
static const struct form_row assets[] = {{asset_1}, {asset_2}};
static const struct form_value kept_1[] = {T("Ảnh đĩa của máy chủ web-01"), I(AT(9, 40)),
                                           T("Trần Văn Măng, két của phòng máy")};
static const struct form_row kept[] = {{kept_1}};
static const struct form_value lesson_1[] = {T("Trang quản trị mở ra Internet"),
                                             T("Chỉ cho vào qua mạng riêng, có xác thực hai lớp"),
                                             T("Trần Văn Măng"),
                                             {.kind = FORM_DAY, .number = 20779 + 14}};
static const struct form_row lessons[] = {{lesson_1}};
static const struct form_value breach_1[] = {T("Họ tên, ngày sinh học sinh"), Y(0), N(1250)};
static const struct form_value breach_2[] = {T("Tình trạng sức khỏe"), Y(1), {.kind = FORM_UNKNOWN}};
static const struct form_row breached[] = {{breach_1}, {breach_2}};
static const struct form_file files[] = {
    {STR_INIT("nhat-ky-web-01_22-11-2026.log.gz"), 18432771, STR_INIT(HASH)},
    {STR_INIT("mau-nghi-ngo.bin"), 4096, STR_INIT(HASH)},
};

static const struct {
    struct str key;
    struct form_value value;
} facts[] = {
    {STR_INIT("reporter.name"), T("Sở Giáo dục và Đào tạo tỉnh Trúc Lâm")},
    {STR_INIT("owner.name"), T("Ủy ban nhân dân tỉnh Trúc Lâm")},
    {STR_INIT("operator.name"), T("Sở Giáo dục và Đào tạo tỉnh Trúc Lâm")},
    {STR_INIT("focal.name"), T("Trần Văn Măng")},
    {STR_INIT("focal.phone"), T("0900 000 015")},
    {STR_INIT("focal.email"), T("ungcuu@truclam.example")},
    {STR_INIT("system.name"), T("Cổng hồ sơ học sinh")},
    {STR_INIT("system.level"), N(3)},
    {STR_INIT("system.approval"), T("Quyết định số 87/QĐ-UBND ngày 12/3/2026 của Ủy ban nhân dân tỉnh Trúc Lâm")},
    {STR_INIT("system.purpose"), T("Quản lý hồ sơ học sinh của các trường trong tỉnh")},
    {STR_INIT("system.provider"), T("Công ty Viễn thông Măng Non")},
    {STR_INIT("system.software"), T("Debian 12, máy chủ web nginx")},
    {STR_INIT("system.services"), T("Web 443; cơ sở dữ liệu 5432 trong mạng nội bộ")},
    {STR_INIT("system.protections"), T("Tường lửa, phòng chống mã độc trên máy chủ, sao lưu hằng ngày")},
    {STR_INIT("system.addresses"), T("203.0.113.15; hoso.truclam.example")},
    {STR_INIT("incident.detected_at"), I(AT(7, 45))},
    {STR_INIT("incident.occurred_at"), I(AT(2, 10))},
    {STR_INIT("incident.group"), T("Xâm nhập, chiếm quyền điều khiển")},
    {STR_INIT("incident.signs"),
     T("Tài khoản quản trị lạ được tạo lúc 02:10.\nTệp lạ trong thư mục tải lên.\nLưu lượng ra ngoài tăng bất thường "
       "đến địa chỉ 198.51.100.77.")},
    {STR_INIT("incident.description"),
     T("Kẻ xâm nhập tải tệp lạ lên máy chủ, tạo tài khoản quản trị và tải dữ liệu ra")},
    {STR_INIT("incident.scope"), T("Một máy chủ web; chưa thấy dấu vết ở máy chủ cơ sở dữ liệu")},
    {STR_INIT("incident.severity"), T("Nghiêm trọng")},
    {STR_INIT("incident.harms_order"), Y(0)},
    {STR_INIT("incident.severe_outage"), Y(1)},
    {STR_INIT("incident.state"), T("handling")},
    {STR_INIT("incident.found_by"), T("Cán bộ trực thấy cảnh báo đăng nhập")},
    {STR_INIT("incident.measures"), T("Khóa tài khoản lạ, tách máy chủ khỏi mạng, sao chép nhật ký và ảnh đĩa")},
    {STR_INIT("incident.confidential"), Y(1)},
    {STR_INIT("incident.told_to"), {.kind = FORM_ROWS, .rows = told, .count = ARRAY_LEN(told)}},
    {STR_INIT("response.help"), T("Phân tích mẫu nghi ngờ; rà soát địa chỉ 198.51.100.77")},
    {STR_INIT("response.report_due_at"), I(AT(72 + 7, 45))},
    {STR_INIT("report.kind"), T("update")},
    {STR_INIT("report.number"), N(2)},
    {STR_INIT("report.attachments"), {.kind = FORM_FILES, .files = files, .count = ARRAY_LEN(files)}},
    {STR_INIT("cause.state"), T("supposed")},
    {STR_INIT("incident.cause"), T("Lỗ hổng ở chức năng tải tệp lên")},
    {STR_INIT("cause.vector"), T("Trang quản trị mở ra Internet")},
    {STR_INIT("cause.vulnerability"), T("CVE-2026-00015")},
    {STR_INIT("scope.assets"), {.kind = FORM_ROWS, .rows = assets, .count = ARRAY_LEN(assets)}},
    {STR_INIT("scope.data"), T("Bảng hồ sơ học sinh lớp 10")},
    {STR_INIT("scope.personal_data"), Y(1)},
    {STR_INIT("scope.users"), N(12345)},
    {STR_INIT("scope.downtime_minutes"), N(340)},
    {STR_INIT("scope.others"), T("03 trường trung học phổ thông")},
    {STR_INIT("repair.done"), T("Vá lỗ hổng, đổi mọi mật khẩu quản trị")},
    {STR_INIT("repair.doing"), T("Săn lùng dấu vết trên các máy chủ còn lại")},
    {STR_INIT("repair.plan"), T("Đưa trang quản trị vào mạng riêng")},
    {STR_INIT("repair.restored_at"), I(AT(13, 25))},
    {STR_INIT("evidence.kept"), {.kind = FORM_ROWS, .rows = kept, .count = ARRAY_LEN(kept)}},
    {STR_INIT("result.text"), T("Hệ thống hoạt động lại, không còn dấu vết xâm nhập")},
    {STR_INIT("result.root_cause"), T("Bản vá tháng 9 không được cài đặt")},
    {STR_INIT("result.damage"), T("Gián đoạn 340 phút; 1.250 hồ sơ bị tải ra ngoài")},
    {STR_INIT("result.lessons"), {.kind = FORM_ROWS, .rows = lessons, .count = ARRAY_LEN(lessons)}},
    {STR_INIT("result.proposals"), T("Bổ sung kinh phí giám sát ngoài giờ")},
    {STR_INIT("breach.officer"), T("Lê Thị Nứa")},
    {STR_INIT("breach.officer_contact"), T("0900 000 016, dulieu@truclam.example")},
    {STR_INIT("breach.detected_at"), I(AT(10, 5))},
    {STR_INIT("breach.place"), T("Phòng máy của Sở, phường Tre Ngà")},
    {STR_INIT("breach.act"), T("Tải hồ sơ học sinh ra ngoài trái phép")},
    {STR_INIT("breach.parties"), T("Kẻ xâm nhập chưa rõ danh tính; đơn vị vận hành")},
    {STR_INIT("breach.data"), {.kind = FORM_ROWS, .rows = breached, .count = ARRAY_LEN(breached)}},
    {STR_INIT("breach.consequence"), T("Hồ sơ có thể bị dùng để mạo danh phụ huynh")},
    {STR_INIT("breach.measures"), T("Báo cho phụ huynh qua nhà trường, theo dõi mạo danh")},
    {STR_INIT("breach.advice"), T("Không trả lời cuộc gọi lạ hỏi về hồ sơ của con")},
    {STR_INIT("breach.subjects_told"), Y(0)},
};

enum err_code form_sample_values(struct arena *arena, struct form_values **ret_values, struct err *err)
{
    struct form_values *values;
    TRY(form_values_new(arena, &values, err));
    for (size_t i = 0; i < ARRAY_LEN(facts); i++)
        TRY(form_values_put(values, facts[i].key, facts[i].value, err));
    *ret_values = values;
    return ERR_NONE;
}

struct form_head form_sample_head(void)
{
    static const struct str to[] = {STR_INIT("Công an tỉnh Trúc Lâm")};
    static const struct document_recipient copies[] = {
        {STR_INIT("Ủy ban nhân dân tỉnh Trúc Lâm"), STR_INIT("để b/c")},
    };
    return (struct form_head){
        .unit_name = STR("Sở Giáo dục và Đào tạo tỉnh Trúc Lâm"),
        .unit_kind = STR("dept_education"),
        .parent_name = STR("Ủy ban nhân dân tỉnh Trúc Lâm"),
        .symbol = STR("SGDĐT-VP"),
        .place = STR("Trúc Lâm"),
        .date = {0, 11, 2026},
        .on_day = civil_to_day(2026, 11, 22),
        .to = to,
        .to_count = ARRAY_LEN(to),
        .signer_name = STR("Nguyễn Thị Thùy Dương"),
        .signer_is_deputy = true,
        .recipients = copies,
        .recipient_count = ARRAY_LEN(copies),
        .made_unix_ms = AT(9, 0),
    };
}
