import type { App } from '../app.ts';
import { signMemberToken } from '../auth/member-token.ts';
import { DEMO_PROGRAM, type DemoKeys } from './seed.ts';

const DAY_MS = 86_400_000;
const TOKEN_DAYS = 30;
const MEMBER = 'ada';

/** What `npm start` prints: where it runs, what to call it with, and three lines to try. */
export async function demoBanner(app: App, url: string, keys: DemoKeys): Promise<string> {
  const program = await app.db.program.findUniqueOrThrow({ where: { key: DEMO_PROGRAM } });
  const issuedAt = app.clock.now();
  const token = await signMemberToken(
    {
      programKey: DEMO_PROGRAM,
      externalId: MEMBER,
      issuedAt,
      expiresAt: new Date(issuedAt.getTime() + TOKEN_DAYS * DAY_MS),
    },
    program.tokenSecret,
  );
  const curl = (options: string, query: string) =>
    `curl -s ${options}${url}/graphql -H 'content-type: application/json' \\\n` +
    `  -H 'authorization: Bearer ${keys.service}' \\\n  -d '${JSON.stringify({ query })}'`;
  const checkIn =
    `mutation { checkIn(input: { member: { externalId: "${MEMBER}" } }) { ` +
    '... on CheckInPayload { alreadyCheckedIn awards { points explanation } member { points { available } streak { current } } } ' +
    '... on Refusal { code message } } }';
  const board =
    '{ leaderboard(key: "all-time") { season { standings(first: 5) { nodes { rank score member { displayName } } } } } }';
  const live =
    'subscription { leaderboardChanged(key: "all-time", first: 3) { kind version standings { rank score member { displayName } } } }';
  return `
Tallymark is running.

  URL           ${url}/graphql   (a browser shows GraphiQL)
  Live screen   ${url}/screen?board=all-time
  Service key   ${keys.service}
  Operator key  ${keys.operator}
  Member token  ${token}
                (of ${MEMBER}, for ${TOKEN_DAYS} days)

Check in:
${curl('', checkIn)}

Read the board:
${curl('', board)}

Follow it live (SSE; Ctrl-C ends it):
${curl(`-N -H 'accept: text/event-stream' `, live)}

`;
}
