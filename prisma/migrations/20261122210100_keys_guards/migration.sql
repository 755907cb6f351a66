-- What API keys and identity providers want the database itself to keep.

-- What a key may do was decided when it was made: nobody widens one later. Its end only comes
-- nearer, and a revoked key stays revoked. Audit rows and ledger lines name keys for ever.
CREATE FUNCTION keep_api_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE'
     AND (NEW.id, NEW.program_id, NEW.role, NEW.name, NEW.secret_hash, NEW.created_at,
       NEW.client_id, NEW.scopes, NEW.replaces_id) IS NOT DISTINCT FROM
       (OLD.id, OLD.program_id, OLD.role, OLD.name, OLD.secret_hash, OLD.created_at,
       OLD.client_id, OLD.scopes, OLD.replaces_id)
     AND (OLD.revoked_at IS NULL OR NEW.revoked_at = OLD.revoked_at)
     AND (OLD.expires_at IS NULL OR NEW.expires_at <= OLD.expires_at) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'an API key stays as it was made: only its end comes nearer'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER api_key_stays BEFORE UPDATE OR DELETE ON api_key
  FOR EACH ROW EXECUTE FUNCTION keep_api_key();

ALTER TABLE api_key
  ALTER COLUMN scopes SET NOT NULL,
  ADD CONSTRAINT api_key_secret_hash CHECK (octet_length(secret_hash) = 32),
  -- What operators do is for OPERATOR keys; a SCREEN key reads and nothing else.
  ADD CONSTRAINT api_key_scopes CHECK (role = 'OPERATOR' OR NOT scopes && '{MANAGE,KEYS}'),
  ADD CONSTRAINT api_key_scopes_screen CHECK (role <> 'SCREEN' OR scopes <@ '{READ}');

-- A symmetric algorithm with public keys, or none, would let anybody sign (RFC 8725).
ALTER TABLE identity_provider
  ADD CONSTRAINT identity_provider_issuer
    CHECK (issuer <> 'tallymark' AND length(issuer) BETWEEN 1 AND 500),
  ADD CONSTRAINT identity_provider_audience CHECK (length(audience) BETWEEN 1 AND 500),
  ADD CONSTRAINT identity_provider_jwks_url CHECK (jwks_url ~ '^https?://'),
  ADD CONSTRAINT identity_provider_algorithms CHECK (cardinality(algorithms) > 0 AND algorithms <@
    '{EdDSA,Ed25519,ES256,ES384,ES512,PS256,PS384,PS512,RS256,RS384,RS512}');
