-- For loads of modules to the right: what others may see of a person. A deleted one keeps a row without a name.
CREATE OR REPLACE FUNCTION identity_show(p_person text) RETURNS TABLE (name text, avatar_url text) LANGUAGE sql STABLE AS
  $$ SELECT name, avatar_url FROM person WHERE person_id = p_person $$;

-- Whether an account is deleted, and stays so or not until the caller's commit: a deletion that is under way is waited for.
CREATE OR REPLACE FUNCTION identity_is_gone(p_person text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM person WHERE person_id = p_person AND deleted_at IS NULL FOR KEY SHARE;
  RETURN NOT FOUND;
END $$;

-- Who said that they are not 18 yet earns no rebates.
CREATE OR REPLACE FUNCTION identity_is_minor(p_person text) RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT EXISTS (SELECT FROM person WHERE person_id = p_person AND is_minor) $$;

-- A person's account, and those that were joined into it.
CREATE OR REPLACE FUNCTION identity_accounts(p_person text) RETURNS SETOF text LANGUAGE sql STABLE AS
  $$ SELECT person_id FROM person WHERE person_id = p_person OR joined_into = p_person $$;

-- Tells a person something, in the same commit as what happened. `body` fills the words of that kind in the app. WeChat
-- repeats it where the person has agreed to a message; for everybody else there is nothing to send, so no fact. A deleted one is told nothing.
CREATE OR REPLACE FUNCTION identity_notify(p_person text, p_kind text, p_body jsonb, p_link text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_id text := 'ntc_' || replace(gen_random_uuid()::text, '-', '');
BEGIN
  INSERT INTO notice (notice_id, person_id, kind, body, link)
  SELECT v_id, person_id, p_kind, p_body, p_link FROM person WHERE person_id = p_person AND deleted_at IS NULL;
  IF EXISTS (SELECT FROM subscription WHERE person_id = p_person AND quota > 0) THEN PERFORM kernel_emit('notice.added', v_id); END IF;
END $$;
