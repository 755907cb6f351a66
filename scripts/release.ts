/**
 * Makes a release of what is in .changeset/: raises the version in package.json and its lock by
 * the largest of them, and gives the Unreleased part of CHANGELOG.md that version and the date.
 * Commits and tags nothing: docs/releases.md says what comes next.
 *
 * Usage: npm run release
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const UNRELEASED = '## Unreleased\n';

const versionNow = (): string =>
  (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;

const changelog = readFileSync('CHANGELOG.md', 'utf8');
if (!changelog.includes(UNRELEASED)) throw new Error('CHANGELOG.md has no Unreleased part');
const before = versionNow();
execFileSync('npx', ['changeset', 'version'], { stdio: 'inherit' });
const version = versionNow();
if (version === before) {
  console.error('there is no changeset: npx changeset');
  process.exit(1);
}
execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts', '--silent']);
const today = new Date().toISOString().slice(0, 10);
writeFileSync(
  'CHANGELOG.md',
  changelog.replace(UNRELEASED, `${UNRELEASED}\n## ${version} – ${today}\n`),
);
console.log(`${before} → ${version}: read the diff, commit it, and tag it v${version}`);
