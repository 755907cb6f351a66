/** P5 to P8: one board on many screens. */
import type { Bar, Lab } from './lab/bar.ts';
import {
  changedRows,
  type Fanout,
  type FanoutCase,
  fanoutCase,
  tallymarkFanout,
  wholeBoard,
} from './lab/fanout.ts';
import { untilQuiet } from './lab/quiet.ts';
import { median, rounded, short, table } from './lab/stats.ts';

const CROWD = 1_000;
const BIG_CROWD = 5_000;
const WARMUP_MS = 1_500;
const QUIET_MS = Number(process.env.BENCH_PATIENCE_MS ?? 15_000);
/** Three rows ten times a second. */
const usual = { everyMs: 100, rows: 3 };

type Figure = keyof Pick<
  Fanout,
  'microsPerDelivery' | 'bytesPerDelivery' | 'perSecond' | 'delayP50Ms' | 'delayP99Ms' | 'behindMax'
>;
const figures: readonly Figure[] = [
  ...(['perSecond', 'microsPerDelivery', 'bytesPerDelivery'] as const),
  ...(['delayP50Ms', 'delayP99Ms', 'behindMax'] as const),
];

/** Each case by itself (crowds of two servers would be in each other's way), in rounds. */
async function rounds(lab: Lab, makers: readonly (() => Promise<FanoutCase>)[]) {
  const runs: Fanout[][] = [];
  const names: string[] = [];
  for (let round = 0; round < lab.rounds; round += 1) {
    const order = round % 2 === 0 ? [...makers.keys()] : [...makers.keys()].reverse();
    const ofRound: Fanout[] = [];
    for (const index of order) {
      const one = await (makers[index] as () => Promise<FanoutCase>)();
      names[index] = one.name;
      try {
        if (!(await untilQuiet(QUIET_MS))) console.error('  the machine is busy');
        const run = await one.run(WARMUP_MS, lab.measureMs);
        ofRound[index] = run;
        console.error(
          `  round ${round + 1}, ${one.name}: ${short(run.perSecond)}/s, ${short(run.microsPerDelivery)} us`,
        );
      } finally {
        await one.stop();
      }
    }
    runs.push(ofRound);
  }
  const medianOf = (index: number, figure: Figure) =>
    median(runs.map((round) => round[index]?.[figure] ?? Number.NaN));
  const rows = names.map((name, index) => [
    name,
    ...figures.map((figure) => short(medianOf(index, figure))),
  ]);
  console.log(table([['case', ...figures], ...rows]));
  const medians = Object.fromEntries(
    names.map((name, index) => [
      name,
      Object.fromEntries(figures.map((figure) => [figure, rounded(medianOf(index, figure))])),
    ]),
  );
  const ratios = (figure: Figure) =>
    runs.map((round) => rounded((round[0]?.[figure] ?? 0) / (round[1]?.[figure] ?? 0)));
  return { runs, medians, ratios, medianOf };
}

let made = 0;
const ours = (lab: Lab, sockets: number, query = wholeBoard, changes = usual) => {
  made += 1;
  return tallymarkFanout(lab, { name: `tallymark_${made}`, sockets, query, ...changes });
};

const conditions = (lab: Lab, sockets: number, note: string) => ({
  ...{ sockets, rounds: lab.rounds, seconds: lab.measureMs / 1000, note },
  database: lab.postgres.description,
});

async function against(lab: Lab, name: string, script: string, what: string) {
  const { runs, medians, ratios } = await rounds(lab, [
    () => ours(lab, CROWD),
    () => fanoutCase(lab, { name, script, sockets: CROWD, query: wholeBoard }),
  ]);
  const each = ratios('microsPerDelivery');
  return {
    ratio: median(each),
    unit: `CPU of the server per delivery, ${what}`,
    runs: each,
    figures: runs,
    medians,
    conditions: conditions(lab, CROWD, 'ours with engine, projection and PostgreSQL client'),
  };
}

export const p5: Bar = {
  title: '1,000 subscribers of a board of 50 rows, against Yoga + graphql-ws',
  wanted: '≤ 0.04 (1/25) of the CPU per delivery',
  measure: (lab) => against(lab, 'yoga', 'bench/baseline/yoga-fanout.js', 'to Yoga + graphql-ws'),
};

export const p6: Bar = {
  title: 'the same, against a raw ws.send of one prepared buffer',
  wanted: '≤ 2x of the CPU per delivery',
  measure: (lab) => against(lab, 'raw', 'bench/cases/raw-fanout.js', 'to raw ws'),
};

export const p7: Bar = {
  title: '5,000 subscribers on one process, 30 commands/s',
  wanted: 'delay p99 ≤ 250 ms, everybody within one version of the newest',
  async measure(lab) {
    const { runs, medians, medianOf } = await rounds(lab, [
      () => ours(lab, BIG_CROWD, wholeBoard, { everyMs: 33, rows: 1 }),
    ]);
    return {
      ratio: medianOf(0, 'delayP99Ms') / 250,
      unit: 'delay p99 to 250 ms, from the sending of the newest change in a message',
      runs: runs.map(([run]) => rounded((run?.delayP99Ms ?? Number.NaN) / 250)),
      medians,
      conditions: conditions(lab, BIG_CROWD, 'delay includes the command and both throttles'),
    };
  },
};

export const p8: Bar = {
  title: 'bytes of deltas against those of whole boards, 3 of 50 rows changed',
  wanted: '≤ 0.10',
  async measure(lab) {
    const sockets = 20;
    const { medians, ratios } = await rounds(lab, [
      () => ours(lab, sockets, changedRows),
      () => ours(lab, sockets, wholeBoard),
    ]);
    const each = ratios('bytesPerDelivery');
    const note = 'messages of changes alone, to messages of the whole window';
    return {
      ratio: median(each),
      unit: 'bytes per message',
      runs: each,
      medians,
      conditions: conditions(lab, sockets, note),
    };
  },
};
