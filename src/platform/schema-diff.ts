/**
 * The SQL that leads from one `schema.prisma` text to another, by Prisma's own differ.
 *
 * Prisma's native schema engine is a download that many networks refuse, so the WebAssembly build
 * from npm is loaded here by hand. It is development tooling: nothing of the service imports this.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';

/** Returns the migration script, or null when both schemas give the same database. */
export async function diffSchemas(before: string, after: string): Promise<string | null> {
  await loadWasm();
  const engine = await bindings.SchemaEngine.new(
    { datamodels: [['schema.prisma', after]] },
    () => {},
    unusedDatabase,
  );
  try {
    const { stdout } = await engine.diff({
      from: before === '' ? { tag: 'empty' } : schemaTarget(before),
      to: schemaTarget(after),
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return stdout === null || stdout.includes('-- This is an empty migration.')
      ? null
      : withoutCreateSchema(stdout);
  } finally {
    engine.free();
  }
}

function schemaTarget(content: string) {
  return { tag: 'schemaDatamodel' as const, files: [{ path: 'schema.prisma', content }] };
}

/** Every database has `public` already, and a role that may not create schemas must do. */
function withoutCreateSchema(sql: string): string {
  return sql.replace(/-- CreateSchema\nCREATE SCHEMA IF NOT EXISTS "public";\n+/, '').trimStart();
}

let loaded: Promise<void> | undefined;

function loadWasm(): Promise<void> {
  loaded ??= instantiate();
  return loaded;
}

/** The package's own entry imports the .wasm as a module, which Node 20 does only behind a flag. */
async function instantiate(): Promise<void> {
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm');
  const bytes = await readFile(path.join(path.dirname(entry), 'schema_engine_bg.wasm'));
  const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyHost };
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': bindings });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

/** What is used of WebAssembly: its types come with the DOM's, which a server leaves out. */
type WebAssemblyHost = {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, object>,
  ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
};

const ok = <T>(value: T) => ({ ok: true as const, value });

/**
 * The engine insists on a connection even to compare two texts, and asks it one question: which
 * server this is. Answering that needs no server.
 */
const unusedDatabase = {
  provider: 'postgres',
  adapterName: 'none',
  errorRegistry: { consumeError: () => undefined },
  connect: async () =>
    ok({
      provider: 'postgres',
      adapterName: 'none',
      errorRegistry: { consumeError: () => undefined },
      queryRaw: async () =>
        ok({
          columnNames: ['exists', 'version', 'numeric_version'],
          columnTypes: [5, 7, 0],
          rows: [[true, 'PostgreSQL 18.0', 180_000]],
        }),
      getConnectionInfo: () => ok({ schemaName: 'public', supportsRelationJoins: true }),
      dispose: async () => ok(undefined),
    }),
};
