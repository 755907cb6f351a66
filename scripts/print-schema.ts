/** Prints the schema to schema.graphql; with --check, fails when the committed one is stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../src/graphql/schema.ts';

const file = new URL('../schema.graphql', import.meta.url);
const text = `${printSchema(lexicographicSortSchema(schema))}\n`;
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    console.error('schema.graphql is stale: run `npm run schema` and commit it');
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, text);
}
