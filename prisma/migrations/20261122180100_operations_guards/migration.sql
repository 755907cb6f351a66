-- What clients and persisted operations want the database itself to keep.

ALTER TABLE client ADD CONSTRAINT client_cost_max CHECK (cost_max > 0);

-- An id of 64 hex digits is the SHA-256 of the text, whoever wrote the row (S99).
ALTER TABLE persisted_operation
  ADD CONSTRAINT persisted_operation_cost CHECK (cost >= 0),
  ADD CONSTRAINT persisted_operation_hash
    CHECK (hash = encode(sha256(convert_to(text, 'UTF8')), 'hex')),
  ADD CONSTRAINT persisted_operation_id CHECK (id !~ '^[0-9a-f]{64}$' OR id = hash);

-- What was registered never changes: clients in the field send its id. Only the date moves.
CREATE TRIGGER persisted_operation_kept BEFORE UPDATE ON persisted_operation
  FOR EACH ROW WHEN ((OLD.client_id, OLD.id, OLD.program_id, OLD.hash, OLD.text, OLD.name, OLD.kind)
    IS DISTINCT FROM (NEW.client_id, NEW.id, NEW.program_id, NEW.hash, NEW.text, NEW.name, NEW.kind))
  EXECUTE FUNCTION refuse_change();
CREATE TRIGGER persisted_operation_stays BEFORE DELETE ON persisted_operation
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER persisted_operation_no_truncate BEFORE TRUNCATE ON persisted_operation
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
