#include "fixtures.h"

#include "base/vec.h"

#define SENT_MS   1795423800000LL /* 15:50 23/11/2026 in Viet Nam */
#define FROZEN_MS 1795410000000LL

const char *fixture_name(enum fixture which)
{
    static const char *const names[FIXTURE_COUNT] = {"answer", "rollup", "periodic", "contacts"};
    return names[which];
}

static const struct str to_one[] = {STR_INIT("Sở Giáo dục và Đào tạo tỉnh Trúc Lâm")};
static const struct str to_many[] = {
    STR_INIT("Trưởng các phòng chuyên môn thuộc Sở"),
    STR_INIT("Hiệu trưởng các trường trung học phổ thông;"),
    STR_INIT("Giám đốc các trung tâm giáo dục nghề nghiệp - giáo dục thường xuyên"),
    STR_INIT("Thủ trưởng các đơn vị trực thuộc."),
};
static const struct document_recipient kept_by[] = {
    {STR_INIT("Như trên"), {NULL, 0}},
    {STR_INIT("UBND tỉnh"), STR_INIT("để b/c")},
    {STR_INIT("Công an tỉnh (PA05)"), STR_INIT("để p/h")},
    {STR_INIT("Cổng thông tin điện tử của Sở"), STR_INIT("để đăng tải")},
};
static const struct document_sign_line sign_deputy[] = {{STR_INIT("KT."), STR_INIT("GIÁM ĐỐC")},
                                                        {{NULL, 0}, STR_INIT("PHÓ GIÁM ĐỐC")}};
static const struct document_sign_line sign_committee[] = {{STR_INIT("TM."), STR_INIT("ỦY BAN NHÂN DÂN")},
                                                           {STR_INIT("KT."), STR_INIT("CHỦ TỊCH")},
                                                           {{NULL, 0}, STR_INIT("PHÓ CHỦ TỊCH")}};
static const struct document_sign_line sign_head[] = {{{NULL, 0}, STR_INIT("HIỆU TRƯỞNG")}};

static const struct document_block answer_blocks[] = {
    {.kind = DOCUMENT_BASIS,
     .text = STR_INIT("Căn cứ Chỉ thị số 18/CT-TTg ngày 13 tháng 10 năm 2022 của Thủ tướng Chính phủ về đẩy mạnh triển "
                      "khai các hoạt động ứng cứu sự cố "
                      "an toàn thông tin mạng Việt Nam")},
    {.kind = DOCUMENT_BASIS,
     .text = STR_INIT("Căn cứ Kế hoạch số 41/KH-UBND ngày 05 tháng 02 năm 2026 của Ủy ban nhân dân tỉnh Trúc Lâm")},
    {.kind = DOCUMENT_PARAGRAPH,
     .text = STR_INIT("Thực hiện Công văn số 915/UBND-NC ngày 02 tháng 11 năm 2026 của Ủy ban nhân dân tỉnh về rà quét "
                      "lỗ hổng và săn lùng mối nguy hại "
                      "trên các hệ thống thông tin, Sở Giáo dục và Đào tạo yêu cầu thủ trưởng các đơn vị thực hiện các "
                      "nội dung sau:")},
    {.kind = DOCUMENT_CLAUSE, .lead = STR_INIT("Về rà quét lỗ hổng"), .text = {NULL, 0}},
    {.kind = DOCUMENT_POINT,
     .text = STR_INIT("Rà quét toàn bộ máy chủ, máy trạm và thiết bị mạng thuộc phạm vi quản lý ít nhất một lần trong "
                      "sáu tháng; kết quả của từng hệ thống được "
                      "lưu kèm ngày quét, công cụ và phạm vi;")},
    {.kind = DOCUMENT_POINT,
     .text = STR_INIT("Lỗ hổng cho phép xâm nhập và kiểm soát hệ thống phải được khắc phục đồng thời với việc săn lùng "
                      "dấu vết đã bị khai thác;")},
    {.kind = DOCUMENT_POINT, .text = STR_INIT("Thiết bị chưa rõ chủ quản được tính là chưa được bảo vệ;")},
    {.kind = DOCUMENT_POINT,
     .text = STR_INIT("Thiết bị ngừng sử dụng phải được gỡ khỏi mạng trước ngày 15 tháng 12 năm 2026;")},
    {.kind = DOCUMENT_POINT, .text = STR_INIT("Kết quả gửi về Sở qua hệ thống, không gửi qua thư điện tử cá nhân.")},
    {.kind = DOCUMENT_CLAUSE,
     .lead = STR_INIT("Về đầu mối ứng cứu sự cố."),
     .text = STR_INIT("Mỗi đơn vị phân công ít nhất 01 cán bộ phụ trách an toàn thông tin và 01 người thay thế; cập "
                      "nhật số điện thoại trực trước "
                      "ngày 05 tháng 12 năm 2026.")},
    {.kind = DOCUMENT_PARAGRAPH,
     .text = STR_INIT("Sở Giáo dục và Đào tạo đề nghị thủ trưởng các đơn vị nghiêm túc triển khai thực hiện.")},
};

static void answer_make(struct document *d)
{
    d->parent = STR("UBND TỈNH TRÚC LÂM");
    d->issuer = STR("SỞ GIÁO DỤC VÀ ĐÀO TẠO");
    d->symbol = STR("SGDĐT-VP");
    d->place = STR("Trúc Lâm");
    d->date = (struct document_date){0, 11, 2026};
    d->summary = STR("rà quét lỗ hổng, săn lùng mối nguy hại trên các hệ thống thông tin năm 2026");
    d->to = to_many;
    d->to_count = ARRAY_LEN(to_many);
    d->blocks = answer_blocks;
    d->block_count = ARRAY_LEN(answer_blocks);
    d->sign_lines = sign_deputy;
    d->sign_line_count = ARRAY_LEN(sign_deputy);
    d->signer_name = STR("Nguyễn Thị Thùy Dương");
    d->recipients = kept_by;
    d->recipient_count = ARRAY_LEN(kept_by);
    d->keep = STR("VT, VP (05)");
}

static const struct document_column unit_columns[] = {
    {STR_INIT("TT"), {NULL, 0}, 0.5, DOCUMENT_CENTRE},
    {STR_INIT("Đơn vị"), {NULL, 0}, 3.4, DOCUMENT_LEFT},
    {STR_INIT("Tổng số"), STR_INIT("Nhiệm vụ"), 0.9, DOCUMENT_RIGHT},
    {STR_INIT("Hoàn thành"), STR_INIT("Nhiệm vụ"), 1.0, DOCUMENT_RIGHT},
    {STR_INIT("Quá hạn"), STR_INIT("Nhiệm vụ"), 0.9, DOCUMENT_RIGHT},
    {STR_INIT("Tỷ lệ"), {NULL, 0}, 0.8, DOCUMENT_RIGHT},
    {STR_INIT("Thiết bị"), STR_INIT("Phòng chống mã độc"), 0.9, DOCUMENT_RIGHT},
    {STR_INIT("Được bảo vệ"), STR_INIT("Phòng chống mã độc"), 1.0, DOCUMENT_RIGHT},
    {STR_INIT("Ghi chú"), {NULL, 0}, 2.4, DOCUMENT_LEFT},
};
static const char *const communes[] = {"Đắk Nghĩa", "Thủy Xuân", "Yên Phượng", "Bình Thuỵ",
                                       "Ngọc Khuê", "Hòa Lễ",    "Mỹ Đường",   "Quế Sơn Thượng"};
static const char *const kinds[] = {"Trường THPT", "Trường THCS", "Trường Tiểu học", "Ủy ban nhân dân xã",
                                    "Trung tâm GDNN-GDTX"};

static struct str number(int64_t value, struct arena *arena)
{
    struct err err;
    struct str text = STR_NONE;
    must(document_number_print(value, arena, &text, &err) == ERR_NONE);
    return text;
}

static struct document_table units_table(size_t count, struct arena *arena)
{
    VEC(struct document_row) rows = {0};
    int64_t all = 0, done = 0;
    for (size_t i = 0; i < count; i++) {
        if (i % 20 == 0) {
            struct document_row *section = vec_push(&rows, arena);
            struct str *cell = arena_new(arena, struct str);
            must(section && cell);
            *cell = arena_printf(arena, "Khu vực %zu", i / 20 + 1);
            *section = (struct document_row){cell, DOCUMENT_ROW_SECTION};
        }
        struct str *cells = arena_new_array(arena, struct str, ARRAY_LEN(unit_columns));
        struct document_row *row = vec_push(&rows, arena);
        must(cells && row);
        int64_t total = (int64_t)(40 + i * 7 % 23), finished = total - (int64_t)(i * 5 % 11),
                devices = (int64_t)(900 + i * 131 % 700);
        struct err err;
        cells[0] = number((int64_t)i + 1, arena);
        cells[1] = arena_printf(arena, "%s %s", kinds[i % ARRAY_LEN(kinds)], communes[i * 3 % ARRAY_LEN(communes)]);
        cells[2] = number(total, arena);
        cells[3] = number(finished, arena);
        cells[4] = number((total - finished) / 2, arena);
        must(document_percent_print(finished, total, arena, &cells[5], &err) == ERR_NONE);
        cells[6] = number(devices, arena);
        cells[7] = number(devices - (int64_t)(i * 17 % 60), arena);
        cells[8] =
            i % 13 == 4
                ? STR("Chưa gửi kết quả rà quét sáu tháng cuối năm; đã đôn đốc hai lần, gia hạn đến ngày 05/12/2026")
                : STR("");
        *row = (struct document_row){cells, DOCUMENT_ROW_PLAIN};
        all += total;
        done += finished;
    }
    struct str *sum = arena_new_array(arena, struct str, ARRAY_LEN(unit_columns));
    struct document_row *row = vec_push(&rows, arena);
    must(sum && row);
    for (size_t c = 0; c < ARRAY_LEN(unit_columns); c++)
        sum[c] = STR("");
    sum[1] = STR("Tổng cộng");
    sum[2] = number(all, arena);
    sum[3] = number(done, arena);
    *row = (struct document_row){sum, DOCUMENT_ROW_TOTAL};
    return (struct document_table){unit_columns, ARRAY_LEN(unit_columns), rows.items, rows.count, 11};
}

static const struct document_block rollup_blocks[] = {
    {.kind = DOCUMENT_PARAGRAPH,
     .text = STR_INIT("Thực hiện Chỉ thị số 18/CT-TTg ngày 13 tháng 10 năm 2022 của Thủ tướng Chính phủ, Ủy ban nhân "
                      "dân tỉnh Trúc Lâm báo cáo kết quả như sau:")},
    {.kind = DOCUMENT_HEADING, .text = STR_INIT("KẾT QUẢ THỰC HIỆN")},
    {.kind = DOCUMENT_CLAUSE,
     .text = STR_INIT("Số đơn vị được giao nhiệm vụ: 60 đơn vị; đã gửi báo cáo: 55 đơn vị (đạt 91,7%); chưa gửi: 05 "
                      "đơn vị, có tên tại Phụ lục.")},
    {.kind = DOCUMENT_CLAUSE,
     .text = STR_INIT(
         "Quán triệt đến từng người: 4.182 trên tổng số 4.300 công chức, viên chức, người lao động (đạt 97,3%).")},
    {.kind = DOCUMENT_CLAUSE,
     .text =
         STR_INIT("Phòng chống mã độc: thiết bị chưa kiểm kê và thiết bị mất tín hiệu được tính là chưa được bảo vệ.")},
    {.kind = DOCUMENT_HEADING, .text = STR_INIT("TỒN TẠI, HẠN CHẾ")},
    {.kind = DOCUMENT_DASH, .text = STR_INIT("Một số trường chưa có cán bộ thay thế cho đầu mối ứng cứu sự cố;")},
    {.kind = DOCUMENT_DASH, .text = STR_INIT("Camera giám sát tại 12 xã chưa được rà soát theo định kỳ.")},
    {.kind = DOCUMENT_HEADING, .text = STR_INIT("KIẾN NGHỊ")},
    {.kind = DOCUMENT_PARAGRAPH,
     .text = STR_INIT("Ủy ban nhân dân tỉnh kính đề nghị Bộ Công an hướng dẫn mẫu báo cáo thống nhất. Chi tiết theo "
                      "từng đơn vị tại Phụ lục kèm theo báo cáo này.")},
};
static const struct str to_ministry[] = {STR_INIT("Bộ Công an")};

static void rollup_make(struct document *d, struct arena *arena)
{
    struct document_block *blocks = arena_new_array(arena, struct document_block, 2);
    struct document_annex *annex = arena_new(arena, struct document_annex);
    must(blocks && annex);
    blocks[0] = (struct document_block){.kind = DOCUMENT_TABLE, .table = units_table(60, arena)};
    blocks[1] = (struct document_block){
        .kind = DOCUMENT_NOTE,
        .text =
            STR("Ghi chú: tỷ lệ tính trên tổng số nhiệm vụ được giao; số liệu chốt theo thời điểm ghi ở chân trang.")};
    *annex = (struct document_annex){STR("PHỤ LỤC"), STR("KẾT QUẢ THỰC HIỆN CỦA TỪNG ĐƠN VỊ"), blocks, 2, true};
    d->issuer = STR("ỦY BAN NHÂN DÂN\nTỈNH TRÚC LÂM");
    d->issuer_name = STR("Ủy ban nhân dân tỉnh Trúc Lâm");
    d->symbol = STR("BC-UBND");
    d->place = STR("Trúc Lâm");
    d->date = (struct document_date){0, 0, 2026};
    d->type_name = STR("BÁO CÁO");
    d->summary = STR(
        "Kết quả thực hiện Chỉ thị số 18/CT-TTg ngày 13 tháng 10 năm 2022 của Thủ tướng Chính phủ trên địa bàn tỉnh");
    d->to = to_ministry;
    d->to_count = 1;
    d->blocks = rollup_blocks;
    d->block_count = ARRAY_LEN(rollup_blocks);
    d->sign_lines = sign_committee;
    d->sign_line_count = ARRAY_LEN(sign_committee);
    d->signer_name = STR("Trần Quốc Khải");
    d->recipients = kept_by;
    d->recipient_count = 3;
    d->keep = STR("VT, NC");
    d->annexes = annex;
    d->annex_count = 1;
    d->frozen_unix_ms = FROZEN_MS;
    d->frozen_hash = STR("9f2c7a41d0b85e6631c4f7a90e12bb5c8d7f40a3e96512cc07ab83d4fe21906b");
}

static const struct document_column form_columns[] = {
    {STR_INIT("TT"), {NULL, 0}, 0.6, DOCUMENT_CENTRE},          {STR_INIT("Nội dung"), {NULL, 0}, 5, DOCUMENT_LEFT},
    {STR_INIT("Đơn vị tính"), {NULL, 0}, 1.3, DOCUMENT_CENTRE}, {STR_INIT("Kỳ trước"), {NULL, 0}, 1.2, DOCUMENT_RIGHT},
    {STR_INIT("Kỳ này"), {NULL, 0}, 1.2, DOCUMENT_RIGHT},
};
#define T(lit) STR_INIT(lit)
static const struct str form_cells[][5] = {
    {T("A. Công tác chỉ đạo"), T(""), T(""), T(""), T("")},
    {T("1"), T("Số văn bản chỉ đạo đã ban hành"), T("văn bản"), T("3"), T("5")},
    {T("2"), T("Số người đã được quán triệt"), T("người"), T("112"), T("118")},
    {T("B. Sự cố trong kỳ"), T(""), T(""), T(""), T("")},
    {T("3"),
     T("Sự cố đã ghi nhận, trong đó sự cố nghiêm trọng do hệ thống bị xâm nhập, chiếm quyền điều khiển hoặc lộ lọt dữ "
       "liệu cá nhân"),
     T("sự cố"), T("0"), T("1")},
    {T("4"), T("Thời gian từ khi phát hiện đến khi báo cáo ban đầu"), T("giờ"), T("-"), T("6")},
    {T(""), T("Tổng số sự cố đã xử lý xong"), T("sự cố"), T("0"), T("1")},
};
static const struct document_row form_rows[] = {
    {form_cells[0], DOCUMENT_ROW_SECTION}, {form_cells[1], DOCUMENT_ROW_PLAIN}, {form_cells[2], DOCUMENT_ROW_PLAIN},
    {form_cells[3], DOCUMENT_ROW_SECTION}, {form_cells[4], DOCUMENT_ROW_PLAIN}, {form_cells[5], DOCUMENT_ROW_PLAIN},
    {form_cells[6], DOCUMENT_ROW_TOTAL},
};
static const struct document_block periodic_blocks[] = {
    {.kind = DOCUMENT_CLAUSE,
     .lead = STR_INIT("Kỳ báo cáo:"),
     .text = STR_INIT("từ ngày 15 tháng 6 năm 2026 đến ngày 14 tháng 12 năm 2026")},
    {.kind = DOCUMENT_CLAUSE, .lead = STR_INIT("Số liệu:")},
    {.kind = DOCUMENT_CAPTION, .text = STR_INIT("Bảng 1. Số liệu trong kỳ")},
    {.kind = DOCUMENT_TABLE, .table = {form_columns, ARRAY_LEN(form_columns), form_rows, ARRAY_LEN(form_rows), 0}},
    {.kind = DOCUMENT_NOTE, .text = STR_INIT("Dấu \"-\" là không phát sinh.")},
    {.kind = DOCUMENT_PARAGRAPH,
     .text = STR_INIT("Kinh phí đã chi cho bảo đảm an toàn thông tin: 48.500.000 đồng (Bằng chữ: bốn mươi tám triệu "
                      "năm trăm nghìn đồng)")},
};

static void periodic_make(struct document *d)
{
    d->parent = STR("SỞ GIÁO DỤC VÀ ĐÀO TẠO TỈNH TRÚC LÂM");
    d->issuer = STR("TRƯỜNG TRUNG HỌC PHỔ THÔNG NGUYỄN ĐÌNH PHƯỢNG");
    d->number = STR("9");
    d->symbol = STR("BC-NĐP");
    d->place = STR("Thủy Xuân");
    d->date = (struct document_date){5, 2, 2026};
    d->type_name = STR("BÁO CÁO");
    d->summary = STR("Định kỳ về ứng cứu sự cố an toàn thông tin mạng 6 tháng cuối năm 2026");
    d->to = to_one;
    d->to_count = 1;
    d->blocks = periodic_blocks;
    d->block_count = ARRAY_LEN(periodic_blocks);
    d->sign_lines = sign_head;
    d->sign_line_count = 1;
    d->signer_name = STR("Lê Hoàng Ngọc Ánh");
    d->recipients = kept_by;
    d->recipient_count = 1;
    d->keep = STR("VT");
}

static const struct document_column contact_columns[] = {
    {STR_INIT("TT"), {NULL, 0}, 0.5, DOCUMENT_CENTRE},        {STR_INIT("Đơn vị"), {NULL, 0}, 2.6, DOCUMENT_LEFT},
    {STR_INIT("Họ và tên"), {NULL, 0}, 2, DOCUMENT_LEFT},     {STR_INIT("Vai trò"), {NULL, 0}, 1.2, DOCUMENT_LEFT},
    {STR_INIT("Thư điện tử"), {NULL, 0}, 2.6, DOCUMENT_LEFT},
};
static const struct document_block contact_lead[] = {
    {.kind = DOCUMENT_PARAGRAPH,
     .text = STR_INIT("Sở Giáo dục và Đào tạo tổng hợp danh sách đầu mối ứng cứu sự cố của các đơn vị trực thuộc để "
                      "Công an tỉnh công khai theo quy định.")},
};
static const char *const people[] = {"Đỗ Thị Hồng Nhung", "Vũ Đức Thắng", "Hoàng Mỹ Ý", "Phan Văn Huỳnh",
                                     "Bùi Thế Nghĩa"};

static void contacts_make(struct document *d, struct arena *arena)
{
    answer_make(d);
    VEC(struct document_row) rows = {0};
    for (size_t i = 0; i < 18; i++) {
        struct str *cells = arena_new_array(arena, struct str, ARRAY_LEN(contact_columns));
        struct document_row *row = vec_push(&rows, arena);
        must(cells && row);
        cells[0] = number((int64_t)i + 1, arena);
        cells[1] = arena_printf(arena, "%s %s", kinds[i % 3], communes[i % ARRAY_LEN(communes)]);
        cells[2] = str_from_cstr(people[i % ARRAY_LEN(people)]);
        cells[3] = i % 2 ? STR("Thay thế") : STR("Đầu mối");
        cells[4] = arena_printf(arena, "ungcuu.%zu@truong-%zu.truclam.example", i, i);
        *row = (struct document_row){cells, DOCUMENT_ROW_PLAIN};
    }
    struct document_block *blocks = arena_new_array(arena, struct document_block, 3);
    must(blocks);
    blocks[0] = contact_lead[0];
    blocks[1] = (struct document_block){
        .kind = DOCUMENT_TABLE, .table = {contact_columns, ARRAY_LEN(contact_columns), rows.items, rows.count, 0}};
    blocks[2] =
        (struct document_block){.kind = DOCUMENT_PARAGRAPH, .text = STR("Trân trọng đề nghị Công an tỉnh phối hợp.")};
    static const struct str to_police[] = {STR_INIT("Công an tỉnh Trúc Lâm")};
    d->summary = STR("danh sách đầu mối ứng cứu sự cố");
    d->to = to_police;
    d->to_count = 1;
    d->blocks = blocks;
    d->block_count = 3;
}

struct document fixture_make(enum fixture which, struct arena *arena)
{
    struct document d = {.made_unix_ms = SENT_MS};
    switch (which) {
    case FIXTURE_ANSWER:
        answer_make(&d);
        break;
    case FIXTURE_ROLLUP:
        rollup_make(&d, arena);
        break;
    case FIXTURE_PERIODIC:
        periodic_make(&d);
        break;
    case FIXTURE_CONTACTS:
        contacts_make(&d, arena);
        break;
    case FIXTURE_COUNT:
        break;
    }
    return d;
}

struct document fixture_table(size_t row_count, struct arena *arena)
{
    struct document d = {.made_unix_ms = SENT_MS};
    answer_make(&d);
    struct document_block *blocks = arena_new(arena, struct document_block);
    must(blocks);
    *blocks = (struct document_block){.kind = DOCUMENT_TABLE, .table = units_table(row_count, arena)};
    d.blocks = blocks;
    d.block_count = 1;
    return d;
}
