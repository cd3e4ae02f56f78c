-- Who helps with a duty and what must come out of it, as tables of tasks say. A letter read before has both in read_json.
ALTER TABLE letter_duty ADD COLUMN co_actors {text} NOT NULL DEFAULT '';   -- one a line
ALTER TABLE letter_duty ADD COLUMN product {text};
-- An obligation that was issued before said neither: it stays as it was issued.
ALTER TABLE obligation ADD COLUMN co_actors {text} NOT NULL DEFAULT '';    -- one a line
ALTER TABLE obligation ADD COLUMN product {text};
-- sqlite:
UPDATE letter_duty SET product = json_extract(read_json, '$.product'),
       co_actors = COALESCE((SELECT group_concat(j.value, char(10)) FROM (SELECT value FROM json_each(letter_duty.read_json, '$.co_actors') ORDER BY key) j), '')
 WHERE read_json LIKE '%"co_actors":[%' AND json_valid(read_json);
-- postgres:
UPDATE letter_duty SET product = read_json::json ->> 'product',
       co_actors = COALESCE((SELECT string_agg(j.value, chr(10) ORDER BY j.n) FROM json_array_elements_text(read_json::json -> 'co_actors') WITH ORDINALITY AS j (value, n)), '')
 WHERE read_json LIKE '%"co_actors":[%' AND position('\u0000' IN read_json) = 0;
