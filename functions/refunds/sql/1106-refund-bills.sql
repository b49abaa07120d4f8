-- I-26: the day whose bill at WeChat lists a refund; what arrived and was in no bill yet is few.
ALTER TABLE refund ADD COLUMN billed_on date;
CREATE INDEX refund_unbilled ON refund (ended_at) WHERE state = 'succeeded' AND billed_on IS NULL;
-- Bills that were compared before this was noted are not asked again.
UPDATE refund SET billed_on = bill_date FROM bill_day WHERE bill_date = (sent_at AT TIME ZONE 'Asia/Shanghai')::date;
