/** Measured processes run plain JavaScript, as users do: compiled, without a loader in between. */
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const root = path.resolve(import.meta.dirname, '../..');

/** Where the compiled tree lies: `bench/…` and `src/…` below it. */
export const buildDir = path.join(root, 'bench/.build');

/** Compiles the measured processes and what they import of src. */
export function build(): void {
  rmSync(buildDir, { recursive: true, force: true });
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
  const args = [compiler, '-p', path.join(root, 'bench/tsconfig.json')];
  const result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`tsc failed\n${result.stdout}${result.stderr}`);
  cpSync(path.join(root, 'prisma/migrations'), path.join(buildDir, 'prisma/migrations'), {
    recursive: true,
  });
  cpSync(path.join(root, 'src'), path.join(buildDir, 'src'), {
    recursive: true,
    filter: (file) => statSync(file).isDirectory() || !file.endsWith('.ts'),
  });
}
