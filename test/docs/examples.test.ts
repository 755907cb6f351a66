/** The examples that no server is needed for; `npm run examples` plays all of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  applyChange,
  type Board,
  type Change,
  followBoard,
  type Place,
  type Row,
} from '../../examples/urql/src/board.ts';

const folder = path.join(import.meta.dirname, '../../examples');
const examples = readdirSync(folder).filter((name) =>
  existsSync(path.join(folder, name, 'package.json')),
);
const textOf = (...names: string[]) => readFileSync(path.join(folder, ...names), 'utf8');

const row = (id: string, score: number, reachedAt = '2027-06-01T00:00:00.000Z'): Row => ({
  ...{ rank: 0, score, reachedAt },
  member: { id, displayName: id },
});
const change = (kind: Change['kind'], version: number, ...changes: Row[]): Change => ({
  ...{ kind, version, changes, removed: [], season: { id: 's' } },
});
const idsOf = (board: Board | undefined) => board?.rows.map(({ member }) => member.id);

it('are packages with exact versions and a lock', () => {
  expect(examples).toEqual(['apollo', 'curl', 'graphql-ws', 'relay', 'urql']);
  for (const name of examples) {
    const { scripts, dependencies, devDependencies } = JSON.parse(textOf(name, 'package.json'));
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['check', 'start']));
    const versions = Object.values({ ...dependencies, ...devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
    expect(existsSync(path.join(folder, name, 'package-lock.json'))).toBe(true);
    expect(textOf(name, 'README.md').split('\n').length).toBeLessThan(60);
  }
});

it('tell the same story', () => {
  for (const file of ['story.ts', 'board.ts']) {
    const texts = examples
      .filter((name) => name !== 'curl')
      .map((name) => textOf(name, 'src', file));
    expect(new Set(texts).size, file).toBe(1);
  }
});

describe('a board of the examples', () => {
  it('takes in what differs, by score and then by who was first', () => {
    const first = applyChange(undefined, change('SNAPSHOT', 7, row('a', 5), row('b', 3)));
    const second = applyChange(first, change('DELTA', 8, row('b', 5, '2027-05-31T00:00:00.000Z')));
    expect(idsOf(second)).toEqual(['b', 'a']);
    const third = applyChange(second, { ...change('DELTA', 9, row('c', 9)), removed: ['a'] });
    expect(idsOf(third)).toEqual(['c', 'b']);
    expect(third?.version).toBe(9);
  });

  it('notices a gap, a new season and a beginning without a snapshot', () => {
    const first = applyChange(undefined, change('SNAPSHOT', 7, row('a', 5)));
    expect(applyChange(first, change('DELTA', 9))).toBeUndefined();
    expect(applyChange(first, change('DELTA', 7))).toBeUndefined();
    expect(applyChange(first, { ...change('DELTA', 8), season: { id: 't' } })).toBeUndefined();
    expect(applyChange(undefined, change('DELTA', 1))).toBeUndefined();
    expect(idsOf(applyChange(first, change('SNAPSHOT', 20)))).toEqual([]);
  });

  it('subscribes again after a gap, from where it was', () => {
    const places: Place[] = [];
    const listeners: ((change: Change) => void)[] = [];
    const shown: number[] = [];
    let ended = 0;
    const end = followBoard(
      (place, onChange) => {
        places.push(place);
        listeners.push(onChange);
        return () => {
          ended += 1;
        };
      },
      ({ version }) => shown.push(version),
    );
    listeners[0]?.(change('SNAPSHOT', 7, row('a', 5)));
    listeners[0]?.(change('DELTA', 9, row('a', 6)));
    expect(places).toEqual([
      { after: undefined, season: undefined },
      { after: 7, season: 's' },
    ]);
    listeners[0]?.(change('DELTA', 8, row('a', 7))); // Too late: that subscription is over.
    listeners[1]?.(change('DELTA', 8, row('a', 5)));
    listeners[1]?.(change('DELTA', 9, row('a', 6)));
    end();
    listeners[1]?.(change('DELTA', 10));
    expect(shown).toEqual([7, 8, 9]);
    expect(ended).toBe(2);
  });

  it('leaves no subscription behind when a client calls back at once', () => {
    const open = new Set<number>();
    const places: Place[] = [];
    const end = followBoard(
      (place, onChange) => {
        const mine = places.push(place);
        open.add(mine);
        if (mine === 1) {
          onChange(change('SNAPSHOT', 1));
          onChange(change('DELTA', 3));
        }
        return () => open.delete(mine);
      },
      () => {},
    );
    expect(places).toHaveLength(2);
    expect([...open]).toEqual([2]);
    end();
    expect([...open]).toEqual([]);
  });
});
