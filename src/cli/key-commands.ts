/** The commands that say who may call: API keys, and whose tokens are taken. */
import type { Command } from 'commander';
import {
  type ProgramFlag,
  refreshProvider,
  removeProvider,
  type SetProviderFlags,
  setProvider,
  showProvider,
} from './identity-provider.ts';
import {
  type CreateKeyFlags,
  createKey,
  listKeys,
  type RotateKeyFlags,
  revokeKey,
  rotateKey,
} from './keys.ts';
import type { Add, Does } from './tree.ts';
import { API_KEY_ROLES, parseAlgorithms, parseEnd, parseRole, parseScopes } from './values.ts';
import type { Env } from './with-app.ts';

export function addKeys(root: Command, add: Add, does: Does, env: Env): void {
  const keys = add(root, 'key', 'API keys');
  does(
    add(keys, 'create', 'make an API key and print it, this once')
      .requiredOption('--program <key>', 'the program it belongs to')
      .requiredOption('--role <role>', API_KEY_ROLES.join(', '), parseRole)
      .option('--name <name>', 'what it is for', 'made at the command line')
      .option('--client <name>', 'the client whose operations it runs; PARTNER keys need one')
      .option('--scopes <list>', 'narrow it: READ, RECORD, REDEEM, MANAGE, KEYS', parseScopes)
      .option('--expires <when>', 'it works until then: like 90d, or a date', parseEnd),
    (output, flags: CreateKeyFlags) => createKey(env, output, flags),
  );
  does(
    add(
      keys,
      'list',
      'list API keys: ids, roles, names and ends, never the keys themselves',
    ).requiredOption('--program <key>', 'the program they belong to'),
    (output, { program }: { program: string }) => listKeys(env, output, program),
  );
  does(
    add(keys, 'rotate', 'make a successor of an API key and print it, this once')
      .argument('<id>', 'the id in its middle, or all of it')
      .option(
        '--ends <when>',
        'the old key works until then: 24h unless set; a date, or now',
        parseEnd,
      )
      .option(
        '--expires <when>',
        'the successor works until then; as long as the old one',
        parseEnd,
      ),
    (output, id: string, flags: RotateKeyFlags) => rotateKey(env, output, id, flags),
  );
  does(
    add(keys, 'revoke', 'end an API key').argument('<id>', 'the id in its middle, or all of it'),
    (output, id: string) => revokeKey(env, output, id),
  );
}

export function addIdentityProviders(root: Command, add: Add, does: Does, env: Env): void {
  const group = add(
    root,
    'identity-provider',
    'whose member tokens a program takes beside its own',
  );
  const ofProgram = (name: string, description: string) =>
    add(group, name, description).requiredOption('--program <key>', 'the program');
  does(
    ofProgram('set', 'trust a provider, instead of the one before')
      .requiredOption('--issuer <url>', 'claim iss of its tokens, letter by letter')
      .requiredOption('--jwks <url>', 'where its public keys are, https')
      .requiredOption('--audience <name>', 'claim aud of its tokens that are for this program')
      .option(
        '--algorithms <list>',
        'signatures that are taken: RS256, ES256, EdDSA …',
        parseAlgorithms,
        ['RS256'],
      )
      .option('--member-claim <name>', 'the claim that is the member’s external id', 'sub')
      .option('--client-claim <name>', 'the claim that names the client; none unless set'),
    (output, flags: SetProviderFlags) => setProvider(env, output, flags),
  );
  does(ofProgram('show', 'say what is set, and whether keys come'), (output, flags: ProgramFlag) =>
    showProvider(env, output, flags),
  );
  does(
    ofProgram('refresh', 'have every node fetch the keys anew, as after one was stolen'),
    (output, flags: ProgramFlag) => refreshProvider(env, output, flags),
  );
  does(ofProgram('remove', 'end the trust'), (output, flags: ProgramFlag) =>
    removeProvider(env, output, flags),
  );
}
