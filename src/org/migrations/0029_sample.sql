-- Every page says whether sample data is still here; this index holds nothing once it is gone.
CREATE INDEX unit_sample_idx ON unit (is_sample) WHERE is_sample = 1;
