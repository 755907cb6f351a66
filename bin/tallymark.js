#!/usr/bin/env node
// In a checkout the command builds itself when the sources are newer; an installed package has
// no sources and starts at once.
import { existsSync } from 'node:fs';

const buildScript = new URL('../scripts/build.js', import.meta.url);
if (existsSync(buildScript)) {
  const { build } = await import(buildScript.href);
  try {
    build();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
await import('../dist/cli.js');
