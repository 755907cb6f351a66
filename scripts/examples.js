/**
 * Runs the examples as their READMEs say, against one demo: installs and checks each, registers
 * its operations for a client that may run nothing else, and plays its story as a member; then a
 * team challenge with short days.
 * `npm run examples -- urql relay` takes only these. Exits 1 when any fails.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.js';
import { startDemo } from './demo-server.js';

/** Installing waits for the network, compiling for a core. */
const AT_ONCE = 3;
/** Where the tools put their manifests. */
const MANIFESTS = ['manifest.json', 'src/gql/persisted-documents.json'];
/** Each has a member of the demo to itself. */
const MEMBERS = ['ada', 'grace', 'tu', 'alan', 'barbara', 'radia', 'margaret', 'linus'];

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const folder = path.join(root, 'examples');
const all = readdirSync(folder).filter((name) =>
  existsSync(path.join(folder, name, 'package.json')),
);
const CHALLENGE = 'team-challenge';
const wanted = process.argv.slice(2);
const isWanted = (name) => wanted.length === 0 || wanted.includes(name);
const examples = all.filter(isWanted);
const unknown = wanted.filter((name) => name !== CHALLENGE && !all.includes(name));
if (unknown.length > 0) {
  console.error(`there are these examples: ${[...all, CHALLENGE].join(', ')}`);
  process.exit(2);
}

build();
const demo = await startDemo(process.execPath, [
  '--max-semi-space-size=64',
  path.join(root, 'dist/main.js'),
]);
try {
  await demo.serviceKey();
  const waiting = examples.map((name) => ({ name, member: MEMBERS[all.indexOf(name)] }));
  const failed = [];
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      if (!(await passes(job))) failed.push(job.name);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  // Afterwards: it pays points to everybody's members.
  if (isWanted(CHALLENGE) && !(await playsChallenge())) failed.push(CHALLENGE);
  if (failed.length > 0) throw new Error(`failed: ${failed.join(', ')}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await demo.stop();
}

/** Installs, checks, registers and plays one example; says how it went. */
async function passes({ name, member }) {
  const startedAt = performance.now();
  const cwd = path.join(folder, name);
  const steps = [];
  const step = async (words, env = {}) => {
    const answer = await run(words, cwd, env);
    steps.push(`$ ${words.join(' ')}\n${answer}`);
    return answer;
  };
  const tallymark = (...words) =>
    step([process.execPath, path.join(root, 'bin/tallymark.js'), ...words]);
  const client = ['--program', 'demo', '--client', name];
  try {
    await step(['npm', 'ci', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']);
    await step(['npm', 'run', 'check']);
    const manifest = MANIFESTS.find((file) => existsSync(path.join(cwd, file))) ?? MANIFESTS[0];
    await tallymark('operations', 'push', manifest, ...client);
    await tallymark('operations', 'mode', name, 'REQUIRED', '--program', 'demo');
    const token = (await tallymark('token', ...client, '--member', member)).trim();
    const told = await step(['npm', 'start'], {
      TALLYMARK_URL: `${demo.url}/graphql`,
      TALLYMARK_TOKEN: token,
    });
    if (!told.includes('All as told.')) throw new Error('the story did not come to its end');
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`examples/${name}: all as told, ${seconds} s`);
    return true;
  } catch (error) {
    console.error(`examples/${name} failed\n${steps.join('\n')}\n${error.message}`);
    return false;
  }
}

/** A week of the team challenge, with short days. */
async function playsChallenge() {
  const startedAt = performance.now();
  const [key] = /tm_operator_[0-9a-f]{16}_[\w-]{43}/.exec(demo.output()) ?? [];
  const env = { TALLYMARK_URL: `${demo.url}/graphql`, TALLYMARK_KEY: key, DAY_MS: '1500' };
  try {
    const told = await run([process.execPath, `${CHALLENGE}.js`], folder, env);
    if (!/wins \d+ points[\s\S]* points were paid/.test(told)) throw new Error(told);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`examples/${CHALLENGE}.js: played and paid, ${seconds} s`);
    return true;
  } catch (error) {
    console.error(`examples/${CHALLENGE}.js failed\n${error.message}`);
    return false;
  }
}

/** Runs a program and answers what it printed; throws with all of it when it fails. */
function run([command, ...args], cwd, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, TALLYMARK_DATA_DIR: demo.dataDir, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let text = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      text += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`$ ${command} ${args.join(' ')} ended with ${code}\n${text}`));
    });
  });
}
