import { limits } from '../limits.ts';
import { NotInRedis, type SeasonGate } from './redis-gate.ts';
import { idText, keyOf, ownPlace, placeOf, scoreText } from './redis-rows.ts';
import {
  type Placements,
  type PlacementsView,
  type RankedSeason,
  rankRun,
  type StandingPlace,
} from './standings.ts';

type Waiting = {
  readonly season: RankedSeason;
  readonly memberId: number;
  resolve(view: PlacementsView): void;
  reject(error: unknown): void;
};

/** What a script answers: version and participants as text, then what it found; or one word. */
type Found = readonly [string, string, ...(string | number | null)[]];

/** The rankings of Redis. Each read throws NotInRedis for what Redis cannot tell. */
export class RedisPlacements implements Placements {
  readonly #gate: SeasonGate;
  /** Batches in the order they are sent, and those of them that still take more, by what they ask. */
  readonly #waiting: { readonly key: string; readonly batch: Waiting[] }[] = [];
  readonly #filling = new Map<string, Waiting[]>();
  #underWay = 0;

  constructor(gate: SeasonGate) {
    this.#gate = gate;
  }

  async page(season: RankedSeason, first: number, after?: StandingPlace) {
    const from = after === undefined ? [] : [scoreText(after.score), keyOf(after)];
    return this.#read('page', season, [season.rankMode, first, ...from]);
  }

  async around(season: RankedSeason, memberId: number, radius: number) {
    if (radius === 0) return this.#own(season, memberId);
    const view = await this.#read('around', season, [season.rankMode, idText(memberId), radius]);
    if (view.placements.length === 0) throw new NotInRedis('absent');
    return view;
  }

  async #read(
    script: 'page' | 'around',
    season: RankedSeason,
    args: readonly (string | number)[],
  ): Promise<PlacementsView> {
    const found = foundOf(await this.#gate.script(script, season.seasonId, args));
    const [, , before, above, scoresAbove, ...flat] = found;
    const run: StandingPlace[] = [];
    for (let at = 0; at < flat.length; at += 2) {
      run.push(placeOf(String(flat[at]), String(flat[at + 1])));
    }
    const ahead = {
      before: Number(before),
      above: Number(above),
      scoresAbove: Number(scoresAbove),
    };
    return viewOf(season, found, rankRun(season.rankMode, run, ahead));
  }

  /**
   * Own ranks that are asked for together are read together: a script costs more than a rank. While
   * enough are under way others gather, so that a crowd waits here and not before Redis.
   */
  #own(season: RankedSeason, memberId: number): Promise<PlacementsView> {
    return new Promise((resolve, reject) => {
      const key = `${season.seasonId}/${season.rankMode}`;
      let batch = this.#filling.get(key);
      if (batch === undefined) {
        batch = [];
        this.#filling.set(key, batch);
        this.#waiting.push({ key, batch });
        if (this.#waiting.length === 1) setImmediate(() => this.#send());
      }
      batch.push({ season, memberId, resolve, reject });
      if (batch.length >= limits.standingsOwnMax) this.#filling.delete(key);
    });
  }

  #send(): void {
    while (this.#underWay < limits.standingsOwnScriptsMax) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const { key, batch } = next;
      if (this.#filling.get(key) === batch) this.#filling.delete(key);
      this.#underWay += 1;
      void this.#readOwn(batch).finally(() => {
        this.#underWay -= 1;
        this.#send();
      });
    }
  }

  async #readOwn(list: readonly Waiting[]): Promise<void> {
    const [head] = list;
    if (head === undefined) return;
    const { seasonId, rankMode } = head.season;
    try {
      const ids = list.map(({ memberId }) => idText(memberId));
      const found = foundOf(await this.#gate.script('own', seasonId, [rankMode, ...ids]));
      for (const [index, { season, memberId, resolve, reject }] of list.entries()) {
        const held = found[2 + 2 * index];
        const rank = Number(found[3 + 2 * index]) + 1;
        try {
          if (typeof held !== 'string') throw new NotInRedis('absent');
          resolve(viewOf(season, found, [{ rank, ...ownPlace(memberId, held) }]));
        } catch (error) {
          reject(error);
        }
      }
    } catch (error) {
      for (const { reject } of list) reject(error);
    }
  }
}

function foundOf(answer: unknown): Found {
  const found = answer as Found;
  if (found.length === 1) throw new NotInRedis(found[0] as 'missing' | 'broken');
  return found;
}

function viewOf(
  { atLeast = 0 }: RankedSeason,
  [versionText, participants]: Found,
  placements: PlacementsView['placements'],
): PlacementsView {
  const version = Number(versionText);
  if (version < atLeast) throw new NotInRedis('behind');
  return { version, participants: Number(participants), placements };
}
