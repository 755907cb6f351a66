/** Random histories on two nodes: members have the badges of a plain model. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Economy, fixed, HOUR, openEconomies } from '../economy/api.ts';
import { seedOf } from '../rules/arbitraries.ts';
import { runJob, type TestApp } from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { openSecondApp } from '../support/second-app.ts';
import { badges, dayOf, Facts, Holdings } from './model.ts';
import { badgesPass, change, setBadge, shown } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let second: TestApp;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-27T12:00:00Z'); // The clocks change on the 29th.
  second = await openSecondApp(economies.test);
});
afterAll(async () => {
  await second.close();
  await economies.close();
});

const seed = seedOf('badges');
const hours = fc.oneof(fc.constant(0), fc.nat(70));
const nth = fc.nat(30);
const kind = <Name extends string>(weight: number, name: Name) => ({
  weight,
  arbitrary: fc.record({ do: fc.constant(name), hours, nth }),
});
const commands = fc.array(
  fc.oneof(
    kind(8, 'checkIn'),
    kind(6, 'share'),
    kind(3, 'walk'),
    kind(5, 'return'),
    kind(4, 'wait'),
    kind(2, 'publish'),
    kind(1, 'revoke'),
    kind(1, 'award'),
  ),
  { minLength: 10, maxLength: 40 },
);
type Command = (typeof commands extends fc.Arbitrary<(infer C)[]> ? C : never) & object;

/** One member of one program, played and counted by hand. */
class History {
  readonly #one: Economy;
  readonly #facts = new Facts();
  readonly #holdings = new Holdings();
  readonly #published = new Map<string, number>();

  constructor(one: Economy) {
    this.#one = one;
  }

  /** Both look at what is there: what is returned later was there before. */
  async look(): Promise<string[]> {
    const { app } = this.#one.test;
    await badgesPass(app);
    await Promise.all([runJob(app, 'awardBadges'), runJob(second.app, 'awardBadges')]);
    this.#holdings.look(this.#facts, this.#published);
    return this.#holdings.earned;
  }

  async publish(key: string): Promise<void> {
    const badge = badges.find((one) => one.key === key);
    if (badge === undefined || this.#published.has(key)) return;
    const since = this.#one.clock.now();
    await setBadge(this.#one, key, badge.definition, since.toISOString());
    this.#published.set(key, since.getTime());
  }

  async play(eco: Economy, command: Command, index: number): Promise<void> {
    eco.clock.advance(1_000);
    const at = eco.clock.now().getTime() - command.hours * HOUR;
    const occurredAt = new Date(at).toISOString();
    const { activities, days } = this.#facts;
    const key = badges[command.nth % badges.length]?.key ?? '';
    const about = { member: { externalId: 'ada' }, badge: key, reason: 'x' };
    if (command.do === 'wait') eco.clock.advance(command.hours * HOUR);
    if (command.do === 'publish') await this.publish(key);
    if (command.do === 'checkIn') {
      await eco.done('checkIn', 'ada', { occurredAt });
      if (!days.has(dayOf(at))) days.set(dayOf(at), at);
    }
    if (command.do === 'share' || command.do === 'walk') {
      const fact = { type: command.do, reference: `r${index}` };
      await eco.done('recordActivity', 'ada', { ...fact, occurredAt });
      activities.push({ type: command.do, at, returned: false, reference: fact.reference });
      this.#facts.points += command.do === 'walk' ? 15 : 0;
    }
    if (command.do === 'return' && activities.length > 0) {
      const one = activities[command.nth % activities.length];
      if (one === undefined || one.returned) return;
      await this.look();
      await eco.done('reverseActivity', 'ada', { type: one.type, reference: one.reference });
      one.returned = true;
      this.#facts.points -= one.type === 'walk' ? 15 : 0;
    }
    if (command.do === 'revoke' || command.do === 'award') {
      await this.look();
      const { code } = await change(eco, `${command.do}Badge`, about);
      if (command.do === 'revoke') this.#holdings.revoke(key);
      else if (this.#published.has(key)) this.#holdings.award(key);
      if (!this.#published.has(key)) expect(code).toBe('BADGE_NOT_FOUND');
    }
  }
}

it('a member has what the model says, whatever is done by whichever node', async () => {
  await fc.assert(
    fc.asyncProperty(commands, fc.subarray(badges.map(({ key }) => key)), async (given, early) => {
      const one = await economies.open();
      await one.earning('walk', fixed('walk', 15));
      await one.plan({ ladder: [0], milestones: [{ days: 366, cycle: 'EVER', points: 1 }] });
      await one.enrol('ada');
      const history = new History(one);
      for (const key of early) await history.publish(key);
      const nodes = [one, new Economy(second, one.clock, one.program)];
      for (const [index, command] of given.entries()) {
        await history.play(nodes[index % 2] ?? one, command, index);
      }
      const earned = await history.look();
      one.clock.advance(2_000);
      const having = (await shown(one, 'ada')).filter((text) => text.endsWith('*'));
      expect(having.map((text) => text.split(' ')[0] ?? '').toSorted()).toEqual(earned);
    }),
    { seed, numRuns: Number(process.env.RUNS ?? 12) },
  );
});
