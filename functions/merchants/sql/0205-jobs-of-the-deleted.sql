-- Who deleted the account before that gave up their places (0203) still had them: given up now as that would have been, with a word
-- about the stores that nobody manages since.
SELECT merchants_drop_person(jsonb_build_object('personId', person_id)) FROM (SELECT DISTINCT person_id FROM staff WHERE removed_at IS NULL) s WHERE identity_is_gone(person_id);
