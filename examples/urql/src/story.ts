/** A member's app in five steps, whatever its client. The same file in all examples. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Board, followBoard, type Subscribe } from './board.ts';

export type Card = {
  readonly id: string;
  readonly displayName: string;
  readonly points: { readonly available: number };
  readonly streak: { readonly current: number; readonly checkedInToday: boolean };
};

/** What may come instead; more kinds may be added, so apps tell by `code` and show `message`. */
export type Refused = { readonly code: string; readonly message: string };

export type CheckedIn = {
  readonly replayed: boolean;
  readonly alreadyCheckedIn: boolean;
  readonly awards: readonly { readonly points: number; readonly explanation: string }[];
};

export type Reward = { readonly id: string; readonly title: string; readonly price: number };

export type Order = {
  readonly rewardId: string;
  /** What the member was shown: at another price nothing is bought. */
  readonly expectedPrice: number;
  readonly key: string;
};

export type Line = { readonly seq: number; readonly amount: number; readonly explanation: string };

/** The lines that were read so far, all pages together, newest first. */
export type Ledger = { readonly lines: readonly Line[]; readonly next: string | undefined };

/** What the app does, made with a client in app.ts. */
export type App = {
  /** Calls back with the card, and again whenever it changes. */
  watchCard(show: (card: Card) => void): () => void;
  checkIn(key: string): Promise<CheckedIn | Refused>;
  rewards(): Promise<readonly Reward[]>;
  redeem(order: Order): Promise<{ readonly state: string } | Refused>;
  /** Reads the page after a cursor; without one, the first. */
  ledger(after: string | undefined): Promise<Ledger>;
  /** Sets the name on boards; null: the program's name for the member. Answers what is shown. */
  rename(nickname: string | null): Promise<string>;
  readonly subscribeBoard: Subscribe;
  close(): void;
};

const PATIENCE_MS = 10_000;

/** Runs the story. Throws when anything is not as told. */
export async function runStory(app: App): Promise<void> {
  const latest: { card?: Card } = {};
  const stop = app.watchCard((card) => {
    latest.card = card;
  });
  const cardOnce = async (is: (card: Card) => boolean, told: string) => {
    const card = () => latest.card;
    const until = Date.now() + PATIENCE_MS;
    while (!is(card() ?? nobody)) {
      assert(Date.now() < until, `the card did not show ${told}`);
      await sleep(10);
    }
    return card() ?? nobody;
  };

  // 1. The card. From here on it follows by itself.
  const me = await cardOnce(({ id }) => id !== '', 'anybody: is the token a member’s?');
  console.log(`${me.displayName}: ${me.points.available} points, ${me.streak.current} in a row`);

  // 2. Check in. With a key it is safe to repeat after a lost answer: it is the first one again.
  const key = randomUUID();
  const first = accepted(await app.checkIn(key));
  const again = accepted(await app.checkIn(key));
  assert(!first.replayed && again.replayed);
  const earned = first.awards.reduce((sum, { points }) => sum + points, 0);
  console.log(first.alreadyCheckedIn ? 'here today already' : `checked in for ${earned} points`);
  for (const { explanation } of first.awards) console.log(`  ${explanation}`);
  const points = me.points.available + earned;
  await cardOnce(({ points: { available } }) => available >= points, `${points} points`);
  await cardOnce(({ streak }) => streak.checkedInToday, 'the check-in');

  // 3. A "no" is an answer: typed, with the numbers that matter.
  const [dearest] = [...(await app.rewards())].sort((a, b) => b.price - a.price);
  assert(dearest !== undefined);
  const { id: rewardId, title, price: expectedPrice } = dearest;
  const answer = await app.redeem({ rewardId, expectedPrice, key: randomUUID() });
  assert('code' in answer && answer.code === 'INSUFFICIENT_POINTS', JSON.stringify(answer));
  assert('required' in answer && answer.required === expectedPrice);
  console.log(`${title}: ${answer.message}`);

  // 4. The ledger, page after page.
  let ledger = await app.ledger(undefined);
  while (ledger.next !== undefined) {
    const { lines } = ledger;
    ledger = await app.ledger(ledger.next);
    assert(ledger.lines.length > lines.length);
  }
  const seqs = ledger.lines.map(({ seq }) => seq);
  assert.deepEqual(
    seqs,
    [...new Set(seqs)].sort((a, b) => b - a),
    'no line twice, newest first',
  );
  console.log(`${seqs.length} lines in the ledger`);

  // 5. A board: follow it, lose the connection, and go on where it was.
  const before = await untilShown(app, me, me.displayName);
  const nickname = `${me.displayName.slice(0, 20)} ${Date.now() % 10_000}`;
  const [seen] = await Promise.all([untilShown(app, me, nickname, before), app.rename(nickname)]);
  await cardOnce(({ displayName }) => displayName === nickname, 'the nickname');
  // Nobody listens while the name changes back; what was missed comes with `after`.
  const resumed = await untilShown(app, me, await app.rename(null), seen);
  assert(resumed.version > seen.version);
  stop();
  app.close();
  console.log('All as told.');
}

const nobody: Card = {
  id: '',
  displayName: '',
  points: { available: 0 },
  streak: { current: 0, checkedInToday: false },
};

function accepted<Answer extends object>(answer: Answer | Refused): Answer {
  if ('code' in answer) throw new Error(`${answer.code}: ${answer.message}`);
  return answer as Answer;
}

/** Follows until the board shows the member under this name, which it does within a second. */
function untilShown(app: App, me: Card, name: string, from?: Board): Promise<Board> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      end();
      reject(new Error(`the board did not show ${name}`));
    }, PATIENCE_MS);
    const end = followBoard(
      app.subscribeBoard,
      (board, { kind, version }) => {
        console.log(`  ${kind} to version ${version}, ${board.rows.length} rows`);
        const row = board.rows.find(({ member }) => member.id === me.id);
        if (row?.member.displayName !== name) return;
        clearTimeout(timer);
        // A client may call back before the call above has returned.
        queueMicrotask(() => end());
        resolve(board);
      },
      from,
    );
  });
}
