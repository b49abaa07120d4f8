-- One row: how many sign-in codes went out in this hour, to all phones together. Each costs money, whoever asks for it.
CREATE TABLE phone_code_pace (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  window_at timestamptz NOT NULL,
  sent int NOT NULL
);
