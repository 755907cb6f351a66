/** Explanations in words, in the languages the API offers. */
import type { EntryReason, Explained, ExplanationFacts } from './explain.ts';
import { type LimitParts, limitParts, type Names } from './names.ts';

export type Locale = 'EN' | 'ZH_CN';

type Sentence = (facts: ExplanationFacts, entry: Explained) => string;
type Words = Readonly<Record<EntryReason, Sentence>> & {
  readonly multiplied: (by: string) => string;
  readonly cut: (wanted: number, given: number, why: string) => string;
  readonly limit: (limit: LimitParts, size: number | undefined) => string;
  readonly repaid: (points: number) => string;
  readonly rule: (name: string) => string;
  readonly times: Readonly<Record<string, string>>;
};

/** What came back, of a reversal that says so: a whole activity, or some of its items. */
function cameBack(
  { reference, units, unitsTotal }: ExplanationFacts,
  some: (units: number, all: number, what: string) => string,
): string {
  if (typeof reference !== 'string') return '';
  const all = Number(unitsTotal);
  return all > 1 ? some(Number(units), all, reference) : `${reference}: `;
}

const english: Words = {
  CHECK_IN: ({ streakDay }) => `Day ${streakDay} in a row.`,
  STREAK_CORRECTION: ({ streakDay, was }) =>
    `A late check-in made this day ${streakDay} in a row instead of ${was}.`,
  MILESTONE: ({ days, cycle, from }) =>
    `${days} check-in${days === 1 ? '' : 's'} ${cycle === 'EVER' ? 'in all' : `in the ${String(cycle).toLowerCase()} from ${from}`}.`,
  RULE: ({ title, streakDay }) =>
    `${title ?? 'A rule for check-ins'}, on day ${streakDay} in a row.`,
  ACTIVITY: ({ title, activity, value }) =>
    `${title ?? `Activity "${activity}"`}${value === null || value === undefined ? '' : `, value ${value}`}.`,
  ENROLMENT: ({ title }) => `${title ?? 'Welcome'}.`,
  TASK: ({ title }) => `Task completed: ${title}.`,
  REDEMPTION: ({ quantity, title, price }) => `${quantity} × ${title}, ${price} points each.`,
  ENTRY_FEE: ({ title }) => `Entry fee of the challenge: ${title}.`,
  ENTRY_FEE_REFUND: ({ title, renewed }) =>
    `Entry fee given back: ${title}${
      Number(renewed) > 0 ? `; ${renewed} points had expired and live on for a while` : ''
    }.`,
  REFUND: ({ units, title, price, renewed }) =>
    `${units} × ${title} given back, ${price} points each${
      Number(renewed) > 0 ? `; ${renewed} of them had expired and live on for a while` : ''
    }.`,
  HOLD: ({ reason, held }) => `Taken from a hold of ${held} points: ${reason}.`,
  EXPIRY: ({ amount }) => `What was left of ${amount} points expired.`,
  REVERSAL: ({ reversed, of, debt, lapsed, unrecovered, ...back }) =>
    `${cameBack(back, (units, all, what) => `${units} of ${all} items of ${what}: `)}${reversed} points of line ${of} were taken back${
      Number(debt) > 0 ? `; ${debt} of them are owed` : ''
    }${Number(lapsed) > 0 ? `; ${lapsed} had expired` : ''}${
      Number(unrecovered) > 0 ? `; ${unrecovered} could not be recovered` : ''
    }.`,
  ADJUSTMENT: ({ reason, note, decidedBy }) =>
    `Adjusted: ${reason}${note === null || note === undefined ? '' : ` – ${note}`}${
      typeof decidedBy === 'string' ? '; approved by a second person' : ''
    }.`,
  PRIZE: ({ title, rank, season, target, team }) =>
    `${target === undefined ? `Rank ${rank} in ${title}` : `Target of ${target} reached in ${title}`}${
      season === undefined ? '' : `, from ${season} on`
    }${team === undefined ? '' : ', with a team'}.`,
  multiplied: (by) => ` Multiplied by ${by}.`,
  cut: (wanted, given, why) => ` ${given} of ${wanted} points were given: ${why}.`,
  limit: ({ kind, rule, period }, size) => {
    const whose = rule ?? 'all rules';
    if (kind === 'BUDGET') return `the budget of ${whose} is used up`;
    const each = period?.toLowerCase();
    if (size === undefined) return `the cap of ${whose} for the ${each} is reached`;
    return `the cap of ${size} point${size === 1 ? '' : 's'} a ${each} of ${whose} is reached`;
  },
  repaid: (points) => ` ${points} of them repaid what was owed.`,
  rule: (name) => ` (${name})`,
  times: { TIER: 'tier', CAMPAIGN: 'campaign', BOOST: 'boost' },
};

const periods: Readonly<Record<string, string>> = { DAY: '每日', WEEK: '每周', MONTH: '每月' };

const chinese: Words = {
  CHECK_IN: ({ streakDay }) => `连续签到第 ${streakDay} 天。`,
  STREAK_CORRECTION: ({ streakDay, was }) =>
    `补报的签到使这一天成为连续第 ${streakDay} 天（原为第 ${was} 天）。`,
  MILESTONE: ({ days, cycle, from }) =>
    cycle === 'EVER'
      ? `累计签到 ${days} 天。`
      : `自 ${from} 起的${cycle === 'WEEK' ? '一周' : '一个月'}内签到 ${days} 天。`,
  RULE: ({ title, streakDay }) => `${title ?? '签到规则'}，连续签到第 ${streakDay} 天。`,
  ACTIVITY: ({ title, activity, value }) =>
    `${title ?? `活动“${activity}”`}${value === null || value === undefined ? '' : `，数值 ${value}`}。`,
  ENROLMENT: ({ title }) => `${title ?? '新人礼'}。`,
  TASK: ({ title }) => `完成任务：${title}。`,
  REDEMPTION: ({ quantity, title, price }) => `${title} × ${quantity}，每件 ${price} 积分。`,
  ENTRY_FEE: ({ title }) => `挑战赛报名费：${title}。`,
  ENTRY_FEE_REFUND: ({ title, renewed }) =>
    `退还挑战赛报名费：${title}${
      Number(renewed) > 0 ? `，其中 ${renewed} 积分原已过期，已延长有效期` : ''
    }。`,
  REFUND: ({ units, title, price, renewed }) =>
    `退还 ${title} × ${units}，每件 ${price} 积分${
      Number(renewed) > 0 ? `，其中 ${renewed} 积分原已过期，已延长有效期` : ''
    }。`,
  HOLD: ({ reason, held }) => `从冻结的 ${held} 积分中扣除：${reason}。`,
  EXPIRY: ({ amount }) => `${amount} 积分中剩余的部分已过期。`,
  REVERSAL: ({ reversed, of, debt, lapsed, unrecovered, ...back }) =>
    `${cameBack(back, (units, all, what) => `${what} 的 ${all} 件中退回 ${units} 件：`)}第 ${of} 笔的 ${reversed} 积分已收回${Number(debt) > 0 ? `，其中 ${debt} 积分记为欠账` : ''}${
      Number(lapsed) > 0 ? `，${lapsed} 积分此前已过期` : ''
    }${Number(unrecovered) > 0 ? `，${unrecovered} 积分未能收回` : ''}。`,
  ADJUSTMENT: ({ reason, note, decidedBy }) =>
    `人工调整：${reason}${note === null || note === undefined ? '' : `（${note}）`}${
      typeof decidedBy === 'string' ? '，已由第二人批准' : ''
    }。`,
  PRIZE: ({ title, rank, season, target, team }) =>
    `“${title}”${season === undefined ? '' : `（${season} 起）`}${
      target === undefined ? `第 ${rank} 名` : `达成目标 ${target}`
    }${team === undefined ? '' : '，团队奖励'}。`,
  multiplied: (by) => `倍率：${by}。`,
  cut: (wanted, given, why) => `应得 ${wanted} 积分，实得 ${given} 积分：${why}。`,
  limit: ({ kind, rule, period }, size) => {
    if (kind === 'BUDGET') return `${rule} 的预算已用完`;
    const most = size === undefined ? '上限' : ` ${size} 积分上限`;
    return `${rule ?? '全部规则'}的${periods[period ?? '']}${most}已达到`;
  },
  repaid: (points) => `其中 ${points} 积分用于偿还欠账。`,
  rule: (name) => `（${name}）`,
  times: { TIER: '等级', CAMPAIGN: '活动', BOOST: '加成' },
};

const languages: Readonly<Record<Locale, Words>> = { EN: english, ZH_CN: chinese };

/** A sentence for the reason, then what multiplied it, what cut it, and the rule's version. */
export function explainIn(
  locale: Locale,
  reason: EntryReason,
  entry: Explained,
  facts: ExplanationFacts,
  names: Names,
): string {
  const words = languages[locale];
  const { multipliers = [], limits = [], wanted } = facts;
  let text = words[reason](facts, entry);
  if (multipliers.length > 0) {
    const by = multipliers.map((one) => {
      return `${words.times[one.kind]} ${names.multiplier(one)} ${one.percent / 100}×`;
    });
    text += words.multiplied(by.join(locale === 'EN' ? ', ' : '，'));
  }
  if (wanted !== undefined && wanted !== null && Number(wanted) !== entry.amount) {
    const parts = limits.map(limitParts);
    const why = parts
      .map((one) => words.limit(one, names.capSize(one)))
      .join(locale === 'EN' ? '; ' : '；');
    text += words.cut(Number(wanted), entry.amount, why);
  }
  if (Number(facts.debtRepaid) > 0) text += words.repaid(Number(facts.debtRepaid));
  return entry.ruleVersion === null ? text : `${text}${words.rule(entry.ruleVersion)}`;
}
