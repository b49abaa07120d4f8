-- WeChat's verdict on a picture comes later and names its trace.
ALTER TABLE media ADD COLUMN trace_id text UNIQUE;
