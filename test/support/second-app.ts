/** A second node of a test's installation: another App, with an engine of its own, on one database. */
import { createApp } from '../../src/app.ts';
import { createGraphqlServer } from '../../src/http/yoga.ts';
import { createLog } from '../../src/platform/log.ts';
import type { Answer, TestApp } from './app.ts';

/** Opens it with the same settings and clock. Close it before the first one. */
export async function openSecondApp(first: TestApp): Promise<TestApp> {
  const { config, clock } = first.app;
  const app = await createApp(config, {
    log: createLog({ level: 'silent' }),
    clock,
    purpose: 'serve',
  });
  const yoga = createGraphqlServer(app);
  return {
    app,
    databaseUrl: first.databaseUrl,
    async ask(credential, query, variables = {}) {
      const response = await yoga.fetch('http://test/graphql', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
        },
        body: JSON.stringify({ query, variables }),
      });
      const body = (await response.json()) as Pick<Answer, 'data' | 'errors'>;
      return { status: response.status, data: body.data, errors: body.errors };
    },
    close: () => app.close(),
  };
}
