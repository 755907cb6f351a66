/** Everything the screen says, in English and Chinese. */

/** @typedef {typeof en} Strings */

const en = {
  connecting: 'Connecting…',
  live: 'Live',
  paused: 'Updates paused',
  reconnecting: 'Reconnecting…',
  stopped: 'Not connected',
  /** @param {string} age */
  asOf: (age) => `standings from ${age} ago`,
  empty: 'Nobody has scored yet',
  /** @param {string} count @param {boolean} one */
  participants: (count, one) => (one ? `${count} participant` : `${count} participants`),
  /** @param {string} key */
  unknownBoard: (key) => `There is no leaderboard “${key}”.`,
  /** @param {string} message */
  fault: (message) => `The server could not show this leaderboard: ${message}`,
  /** @param {string} name @param {string} score */
  leads: (name, score) => `${name} leads with ${score}`,
  /** @param {number} places */
  up: (places) => `up ${places}`,
  /** @param {number} places */
  down: (places) => `down ${places}`,
  cadence: { ALL_TIME: 'All time', DAILY: 'Today', WEEKLY: 'This week', MONTHLY: 'This month' },
  /** @param {string} end */
  until: (end) => `until ${end}`,
  ended: 'ended',
  keyTitle: 'This screen needs a key',
  keyHelp: 'Make a screen key for your program and paste it here. It can only read live data.',
  keyLabel: 'Screen key',
  keyRemember: 'Remember it on this device',
  keySubmit: 'Show the leaderboard',
  keyRefused: 'The server did not accept this key. It may be mistyped, expired or revoked.',
  keyOfAnotherKind:
    'This is not a screen key: those begin with tm_screen_. Keep other keys away from screens.',
};

/** @type {Strings} */
const zh = {
  connecting: '正在连接…',
  live: '实时',
  paused: '更新已暂停',
  reconnecting: '正在重新连接…',
  stopped: '未连接',
  asOf: (age) => `数据截至 ${age}前`,
  empty: '还没有人得分',
  participants: (count) => `${count} 人参与`,
  unknownBoard: (key) => `没有名为“${key}”的排行榜。`,
  fault: (message) => `服务器无法显示此排行榜：${message}`,
  leads: (name, score) => `${name} 以 ${score} 分领先`,
  up: (places) => `上升 ${places} 位`,
  down: (places) => `下降 ${places} 位`,
  cadence: { ALL_TIME: '总榜', DAILY: '今日', WEEKLY: '本周', MONTHLY: '本月' },
  until: (end) => `至 ${end}`,
  ended: '已结束',
  keyTitle: '此屏幕需要密钥',
  keyHelp: '请为您的项目创建一个屏幕密钥并粘贴到此处。该密钥只能读取实时数据。',
  keyLabel: '屏幕密钥',
  keyRemember: '在此设备上记住',
  keySubmit: '显示排行榜',
  keyRefused: '服务器未接受此密钥。它可能有误、已过期或已撤销。',
  keyOfAnotherKind: '这不是屏幕密钥（屏幕密钥以 tm_screen_ 开头）。请勿在屏幕上使用其他密钥。',
};

/**
 * The language to speak: the one asked for, else the browser's, else English.
 * @param {string | null} wanted
 * @returns {'en' | 'zh'}
 */
export function chooseLanguage(wanted) {
  const languages = wanted === null ? navigator.languages : [wanted];
  for (const language of languages) {
    if (/^zh\b/i.test(language)) return 'zh';
    if (/^en\b/i.test(language)) return 'en';
  }
  return 'en';
}

/**
 * @param {'en' | 'zh'} language
 * @returns {Strings}
 */
export const stringsFor = (language) => (language === 'zh' ? zh : en);
