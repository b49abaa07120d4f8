-- What is over is forgotten after a while (kernel_forget), the oldest first. With ten million orders there would be a hundred million
-- facts and accepted keys that nobody asks for. Each index grows at its end only.
CREATE INDEX fact_done ON fact (due_at) WHERE state = 'done';
CREATE INDEX ON idempotency (created_at);
CREATE INDEX ON session_family (expires_at);
