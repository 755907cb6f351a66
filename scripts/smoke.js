/**
 * Starts a server (`node scripts/smoke.js npm start`) on a fresh data folder and a free port, does
 * what its banner says, and stops it. Exits 1 when a check-in is not answered within a minute.
 */
import { startDemo } from './demo-server.js';

const [command = 'npm', ...args] = process.argv.slice(2);
const demo = await startDemo(command, args);
try {
  const answer = await checkIn(await demo.serviceKey());
  const { alreadyCheckedIn, awards } = answer.data.checkIn;
  if (alreadyCheckedIn !== false || awards[0]?.points === undefined) {
    throw new Error(`an unexpected answer: ${JSON.stringify(answer)}`);
  }
  const seconds = ((performance.now() - demo.startedAt) / 1000).toFixed(1);
  console.log(`started and answered a check-in with ${awards[0].points} points in ${seconds} s`);
} catch (error) {
  console.error(demo.output());
  console.error(error);
  process.exitCode = 1;
} finally {
  await demo.stop();
}

async function checkIn(key) {
  const query =
    'mutation { checkIn(input: { member: { externalId: "ada" } }) ' +
    '{ ... on CheckInPayload { alreadyCheckedIn awards { points } } } }';
  const response = await fetch(`${demo.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query }),
  });
  return response.json();
}
