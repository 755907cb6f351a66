/** Writes manifest.json, which the operator pushes: every operation of the app by its id. */
import { writeFileSync } from 'node:fs';
import { print } from 'graphql';
import { documentIdOf } from './document-id.ts';
import * as operations from './operations.ts';

const manifest = Object.values(operations).map((document) => [
  documentIdOf(document),
  print(document),
]);
writeFileSync('manifest.json', `${JSON.stringify(Object.fromEntries(manifest), null, 2)}\n`);
