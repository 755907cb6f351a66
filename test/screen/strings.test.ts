/** What the screen says is there in both languages, and all of it is said. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadStrings } from './page-modules.ts';

const { languages } = await loadStrings();

describe('every string', () => {
  type Said = { readonly name: string; readonly value: unknown };
  const flatten = (strings: object, prefix = ''): Said[] =>
    Object.entries(strings).flatMap(([key, value]) =>
      typeof value === 'object' && value !== null
        ? flatten(value, `${prefix}${key}.`)
        : [{ name: prefix + key, value }],
    );
  const say = (value: unknown) => (typeof value === 'function' ? value('7', '3') : value);
  const { en, zh } = languages;
  /** Their second part chooses the words. */
  const counted = ['participants', 'teams'];

  it('is there in both languages, in its own words', () => {
    const names = (strings: object) => flatten(strings).map(({ name }) => name);
    expect(names(zh)).toEqual(names(en));
    expect(names(en).length).toBeGreaterThan(35);
    const inEnglish = new Map(flatten(en).map(({ name, value }) => [name, value]));
    for (const { name, value } of flatten(zh)) {
      const english = inEnglish.get(name);
      expect(typeof value, name).toBe(typeof english);
      const [text, other] = [say(value), say(english)];
      expect(text, name).not.toBe('');
      expect(other, name).toMatch(/^[ -~…“”–—·]+$/);
      // A format of names and numbers alone has no words.
      if (name === 'ofBoard') continue;
      expect(text, name).toMatch(/\p{Script=Han}/u);
      expect(text.replace(/https?:\/\/|tm_screen_/g, ''), name).not.toMatch(/[A-Za-z]{2,}/);
    }
  });

  it('uses all that it is given', () => {
    for (const [language, strings] of Object.entries(languages)) {
      for (const { name, value } of flatten(strings)) {
        if (typeof value !== 'function' || counted.includes(name)) continue;
        const given = ['α', 'β'].slice(0, value.length);
        for (const part of given) expect(value('α', 'β'), `${language}.${name}`).toContain(part);
      }
    }
  });

  it('is said: none stands there unused, none is missing', () => {
    const page = path.join(import.meta.dirname, '../../src/screen/page');
    const code = readdirSync(page)
      .filter((name) => name.endsWith('.js') && name !== 'strings.js')
      .map((name) => readFileSync(path.join(page, name), 'utf8'))
      .join('\n');
    const unused = Object.keys(en).filter((name) => !new RegExp(`\\b${name}\\b`).test(code));
    expect(unused).toEqual([]);
  });
});
