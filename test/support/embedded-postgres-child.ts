/**
 * A process that opens an embedded database and holds it, for tests that kill such processes.
 * Prints one line of JSON when it is open or refused; closes and ends when its input ends.
 *
 * Arguments: the data folder, the purpose, and `exit` to end at once without closing.
 */
import { openEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';

const [dataDir = '', purpose, ending] = process.argv.slice(2);
// As in a terminal's foreground group, where Ctrl-C reaches every process: ours drains first.
process.on('SIGINT', () => {});

try {
  const database = await openEmbeddedPostgres({
    dataDir,
    purpose: purpose === 'serve' ? 'serve' : 'tool',
    settings: { fsync: 'off' },
  });
  console.log(JSON.stringify({ url: database.url }));
  if (ending === 'exit') process.exit(0);
  process.stdin.resume();
  process.stdin.once('end', () => void database.close());
} catch (error) {
  console.log(JSON.stringify({ error: String(error) }));
}
