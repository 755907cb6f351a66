/** Places at which a server’s database waits until the test lets it go on, or kills the server. */
import pg from 'pg';

/** What waits: statements on a table, some of them only. */
export type Gate = {
  readonly on: string;
  readonly event: 'insert' | 'update';
  readonly when?: string;
};

export type Gates = Awaited<ReturnType<typeof openGates>>;

/** Makes gates in a database, all of them open. */
export async function openGates(url: string, gates: readonly Gate[]) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create function test_gate() returns trigger language plpgsql as $$ begin
    perform pg_advisory_xact_lock_shared(4711, tg_argv[0]::int); return new; end $$`);
  for (const [index, { on, event, when = 'true' }] of gates.entries()) {
    await client.query(`create trigger test_gate_${index} before ${event} on ${on}
      for each row when (${when}) execute function test_gate(${index})`);
  }
  const waiting = async (index: number) => {
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_locks where locktype = 'advisory' and classid = 4711 and objid = $1
         and not granted`,
      [index],
    );
    return rows.map(({ pid }) => pid);
  };
  return {
    shut: (index: number) => client.query('select pg_advisory_lock(4711, $1)', [index]),
    open: (index: number) => client.query('select pg_advisory_unlock(4711, $1)', [index]),
    /** Whether somebody stands before it. */
    isReached: async (index: number) => (await waiting(index)).length > 0,
    /** Ends whoever stands before it: what they had not committed is gone. */
    async endWaiting(index: number): Promise<void> {
      for (const pid of await waiting(index))
        await client.query('select pg_terminate_backend($1)', [pid]);
    },
    close: () => client.end(),
  };
}
