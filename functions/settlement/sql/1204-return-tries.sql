-- A return that failed at WeChat has ended; the next one of the same money goes by a number of its own (return_id, then return_id_1 …).
ALTER TABLE split_return ADD COLUMN tries int NOT NULL DEFAULT 0;
