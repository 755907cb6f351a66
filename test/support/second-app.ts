/** A second node of a test's installation: another App, with an engine of its own, on one database. */
import { createApp } from '../../src/app.ts';
import { createLog } from '../../src/platform/log.ts';
import { asker, type TestApp } from './app.ts';

/** Opens it with the same settings and clock. Close it before the first one. */
export async function openSecondApp(first: TestApp): Promise<TestApp> {
  const { config, clock } = first.app;
  const app = await createApp(config, {
    log: createLog({ level: 'silent' }),
    clock,
    purpose: 'serve',
  });
  return {
    app,
    databaseUrl: first.databaseUrl,
    ask: asker(app),
    close: () => app.close(),
  };
}
