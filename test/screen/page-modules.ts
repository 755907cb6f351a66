/** The page's plain JavaScript, as tests use it. tsc checks it by itself (src/screen/page). */

export type Row = {
  readonly id: string;
  readonly name: string;
  readonly rank: number;
  readonly score: number;
  readonly reachedAt: string;
  readonly prize?: number;
};

export type Change = {
  readonly kind: 'SNAPSHOT' | 'DELTA';
  readonly version: number;
  readonly seasonId: string;
  readonly removed: readonly string[];
  readonly changes: readonly Row[];
};

export type Window = { readonly version: number; readonly standings: readonly Row[] };

type BoardWindowModule = {
  applyChange(before: Window | undefined, change: Change, first: number): Window | undefined;
  gapsOf(standings: readonly Row[]): readonly unknown[];
};

type Topic = { readonly kind: 'board' | 'challenge'; readonly key: string };

type Settings = {
  readonly topics: readonly Topic[];
  readonly first: number;
  readonly theme: string | undefined;
  readonly transport: string | undefined;
  readonly join: { readonly address: string } | 'refused' | undefined;
};

type SettingsModule = { readSettings(query: URLSearchParams): Settings };

export type Strings = { readonly [name: string]: unknown };
type StringsModule = { readonly languages: Readonly<Record<'en' | 'zh', Strings>> };

type Drawable = { prepare(mayMove: boolean): () => readonly unknown[] };
type PaceModule = {
  readonly Pace: new (
    move: (rows: readonly unknown[]) => void,
  ) => { request(view: Drawable): void; now(view: Drawable): void };
};

export type Challenge = Readonly<Record<string, string>>;
export type About = {
  readonly kind: string;
  readonly challenge: Challenge;
  readonly winners: readonly Row[];
};
type ChallengeModule = {
  phaseAt(challenge: Challenge, now: number | undefined): string;
  nextAnchor(
    challenge: Challenge,
    now: number | undefined,
  ): { readonly what: string; readonly inMs: number } | undefined;
  rowsOf(window: { about: About; standings: readonly Row[] }): readonly Row[];
};

type Place = { readonly version: number; readonly seasonId: string };
type SubscriptionModule = {
  payloadOf(subscription: { topic: Topic; first: number; place: Place | undefined }): {
    readonly query: string;
    readonly operationName: string;
    readonly variables: Readonly<Record<string, unknown>>;
  };
  changeOf(result: object): (Change & { readonly about: About }) | undefined;
  reasonOf(errors: readonly object[]): { readonly reason: string };
};

type WordsModule = {
  createWords(
    texts: object,
    strings: Strings,
  ): Record<'title' | 'period' | 'participants' | 'empty', (about: object, now?: number) => string>;
};
type TextsModule = { createTexts(language: 'en' | 'zh'): object };

const load = async <Module>(name: string): Promise<Module> =>
  (await import(new URL(`../../src/screen/page/${name}.js`, import.meta.url).href)) as Module;

export const loadBoardWindow = () => load<BoardWindowModule>('board-window');
export const loadSettings = () => load<SettingsModule>('settings');
export const loadStrings = () => load<StringsModule>('strings');
export const loadPace = () => load<PaceModule>('pace');
export const loadSubscription = () => load<SubscriptionModule>('subscription');
export const loadChallenge = () => load<ChallengeModule>('challenge');
export const loadWords = () => load<WordsModule>('words');
export const loadTexts = () => load<TextsModule>('texts');
