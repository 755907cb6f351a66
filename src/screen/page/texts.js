/** Numbers, ages and periods as text. */

/** @typedef {import('./strings.js').Strings} Strings */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** @param {'en' | 'zh'} language */
export function createTexts(language) {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  const numbers = new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en');
  /** @param {number} value @param {string} unit */
  const amount = (value, unit) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit,
      unitDisplay: language === 'zh' ? 'short' : 'long',
    }).format(value);

  return {
    /** @param {number} value */
    number: (value) => numbers.format(value),

    /** @param {import('./board-window.js').Gap | undefined} gap @param {Strings} strings */
    gap(gap, strings) {
      if (gap === undefined) return '';
      if (gap.kind === 'level-at-top') return strings.levelAtTop;
      if (gap.kind === 'level') return strings.level(numbers.format(gap.rank));
      const points = numbers.format(gap.points);
      if (gap.kind === 'ahead') return strings.ahead(points);
      return strings.behind(points, numbers.format(gap.rank));
    },

    /** How long something took, in its largest unit. @param {number} ms */
    age(ms) {
      if (ms < MINUTE) return amount(Math.max(0, Math.floor(ms / SECOND)), 'second');
      if (ms < HOUR) return amount(Math.floor(ms / MINUTE), 'minute');
      return amount(Math.floor(ms / HOUR), 'hour');
    },

    /** What is left of a time, to the second: `00:07`, `59:12`, `5:00:00`, `2 days 05:00:00`. @param {number} ms */
    countdown(ms) {
      const seconds = Math.max(0, Math.ceil(ms / SECOND));
      const days = Math.floor(seconds / 86_400);
      const hours = Math.floor(seconds / 3_600) % 24;
      const minutes = Math.floor(seconds / 60) % 60;
      const last = `${two(minutes)}:${two(seconds % 60)}`;
      if (days > 0) return `${amount(days, 'day')} ${two(hours)}:${last}`;
      return hours > 0 ? `${hours}:${last}` : last;
    },

    /** A coming instant in a program's time zone: `24:00`, `Sun 24:00`, `30 Nov 24:00`. @param {Date} at @param {number} now @param {string} timeZone */
    instant: (at, now, timeZone) => instant(at, now, locale, timeZone),
  };
}

/** @typedef {ReturnType<typeof createTexts>} Texts */

/** @param {number} value */
const two = (value) => String(value).padStart(2, '0');

/**
 * A coming instant, as near as it needs to be told: `24:00`, `Sun 24:00`, `30 Nov 24:00`.
 * @param {Date} end
 * @param {number} now
 * @param {string} locale
 * @param {string} timeZone
 */
function instant(end, now, locale, timeZone) {
  /** @param {Intl.DateTimeFormatOptions} options @param {Date} at */
  const format = (options, at) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone }).format(at);
  /** @type {Intl.DateTimeFormatOptions} */
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  const atMidnight = format(clock, end) === '00:00';
  // A day that ends at midnight is the day before, at 24:00.
  const day = atMidnight ? new Date(end.getTime() - 1) : end;
  const hour = atMidnight ? '24:00' : format(clock, end);
  /** @type {Intl.DateTimeFormatOptions} */
  const date = { dateStyle: 'short' };
  if (format(date, day) === format(date, new Date(now))) return hour;
  /** @type {Intl.DateTimeFormatOptions} */
  const near = { weekday: 'short' };
  /** @type {Intl.DateTimeFormatOptions} */
  const far = { day: 'numeric', month: 'short' };
  return `${format(end.getTime() - now < 7 * DAY ? near : far, day)} ${hour}`;
}
