-- Why two devices may be one machine was kept as a Vietnamese sentence; it is a code now (device_reasons of asset/device.h), worded for who reads.
-- What is none of those sentences is what a person wrote when merging a pair nobody had suggested: it stands in device_merge.
UPDATE device_suggestion SET why = CASE why
    WHEN 'hai thiết bị cùng mang định danh của một máy vừa thấy' THEN 'seen_both'
    WHEN 'cùng khóa chương trình bảo vệ nhưng khác số sê-ri' THEN 'same_agent_key'
    WHEN 'cùng địa chỉ MAC nhưng khác số sê-ri hoặc khóa chương trình bảo vệ' THEN 'same_mac'
    WHEN 'cùng tên máy tại một địa điểm' THEN 'same_hostname'
    WHEN 'đã tách' THEN 'split'
    ELSE 'person' END;
