-- I-26: the day whose bill at WeChat lists a refund; what arrived and was in no bill yet is few.
ALTER TABLE refund ADD COLUMN billed_on date;
CREATE INDEX refund_unbilled ON refund (ended_at) WHERE state = 'succeeded' AND billed_on IS NULL;
-- What was sent before this was noted is not asked for: its bill may have been compared already.
UPDATE refund SET billed_on = (sent_at AT TIME ZONE 'Asia/Shanghai')::date WHERE sent_at IS NOT NULL;
