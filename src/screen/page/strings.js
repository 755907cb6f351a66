/** Everything the screen says, in English and Chinese. */

/** @typedef {typeof en} Strings */

const en = {
  boards: 'Leaderboards',
  challenges: 'Challenges',
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
  /** @param {string} id */
  unknownChallenge: (id) => `There is no challenge “${id}”.`,
  /** @param {string} message */
  fault: (message) => `The server could not show this: ${message}`,
  /** @param {string} name @param {string} score */
  leads: (name, score) => `${name} leads with ${score}`,
  /** @param {string} name @param {string} points */
  wins: (name, points) => `${name} wins ${points} points`,
  /** @param {string} points */
  prize: (points) => `wins ${points} points`,
  /** @param {string} board @param {string} news */
  ofBoard: (board, news) => `${board}: ${news}`,
  /** @param {string} places */
  up: (places) => `up ${places}`,
  /** @param {string} places */
  down: (places) => `down ${places}`,
  newcomer: 'new',
  /** @param {string} points @param {string} rank */
  behind: (points, rank) => `${points} behind place ${rank}`,
  /** @param {string} rank */
  level: (rank) => `level with place ${rank}`,
  /** @param {string} points */
  ahead: (points) => `${points} ahead`,
  levelAtTop: 'level at the top',
  cadence: { ALL_TIME: 'All time', DAILY: 'Today', WEEKLY: 'This week', MONTHLY: 'This month' },
  /** @param {string} end */
  until: (end) => `until ${end}`,
  /** @param {string} start */
  from: (start) => `starts ${start}`,
  phases: {
    SCHEDULED: 'Announced',
    JOINING: 'Open to join',
    READY: 'About to start',
    ACTIVE: 'On now',
    CLOSING: 'Over, being counted',
    FROZEN: 'Final ranking',
    SETTLED: 'The result',
    CANCELLED: 'Called off',
  },
  countdown: {
    /** @param {string} time */
    opens: (time) => `joining opens in ${time}`,
    /** @param {string} time */
    closes: (time) => `joining closes in ${time}`,
    /** @param {string} time */
    starts: (time) => `starts in ${time}`,
    /** @param {string} time */
    ends: (time) => `ends in ${time}`,
    /** @param {string} time */
    final: (time) => `final in ${time}`,
  },
  target: {
    /** @param {string} score */
    FIRST_TO_TARGET: (score) => `first to ${score}`,
    /** @param {string} score */
    EVERYONE_AT_TARGET: (score) => `reach ${score}`,
  },
  /** @param {string} count @param {boolean} one */
  teams: (count, one) => (one ? `${count} team` : `${count} teams`),
  /** @param {string} reason */
  calledOff: (reason) => `Called off: ${reason}`,
  join: 'Scan to join',
  joinRefused:
    'No code is shown: its address must begin with https:// or http://, have at most 256 characters and no password.',
  joinFault: 'The code could not be made.',
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
  boards: '排行榜',
  challenges: '挑战赛',
  connecting: '正在连接…',
  live: '实时',
  paused: '更新已暂停',
  reconnecting: '正在重新连接…',
  stopped: '未连接',
  asOf: (age) => `数据截至 ${age}前`,
  empty: '还没有人得分',
  participants: (count) => `${count} 人参与`,
  unknownBoard: (key) => `没有名为“${key}”的排行榜。`,
  unknownChallenge: (id) => `没有编号为“${id}”的挑战赛。`,
  fault: (message) => `服务器无法显示此内容：${message}`,
  leads: (name, score) => `${name} 以 ${score} 分领先`,
  wins: (name, points) => `${name} 赢得 ${points} 积分`,
  prize: (points) => `赢得 ${points} 积分`,
  ofBoard: (board, news) => `${board}：${news}`,
  up: (places) => `上升 ${places} 位`,
  down: (places) => `下降 ${places} 位`,
  newcomer: '新上榜',
  behind: (points, rank) => `距第 ${rank} 名差 ${points}`,
  level: (rank) => `与第 ${rank} 名持平`,
  ahead: (points) => `领先 ${points}`,
  levelAtTop: '并列领先',
  cadence: { ALL_TIME: '总榜', DAILY: '今日', WEEKLY: '本周', MONTHLY: '本月' },
  until: (end) => `至 ${end}`,
  from: (start) => `${start} 开始`,
  phases: {
    SCHEDULED: '即将开放',
    JOINING: '报名中',
    READY: '等待开始',
    ACTIVE: '进行中',
    CLOSING: '已结束，统计中',
    FROZEN: '最终排名',
    SETTLED: '比赛结果',
    CANCELLED: '已取消',
  },
  countdown: {
    opens: (time) => `${time} 后开放报名`,
    closes: (time) => `${time} 后截止报名`,
    starts: (time) => `${time} 后开始`,
    ends: (time) => `${time} 后结束`,
    final: (time) => `${time} 后确定最终排名`,
  },
  target: {
    FIRST_TO_TARGET: (score) => `先达到 ${score}`,
    EVERYONE_AT_TARGET: (score) => `达到 ${score}`,
  },
  teams: (count) => `${count} 支队伍`,
  calledOff: (reason) => `已取消：${reason}`,
  join: '扫码参与',
  joinRefused: '未显示二维码：地址须以 https:// 或 http:// 开头，不超过 256 个字符，且不含密码。',
  joinFault: '无法生成二维码。',
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

/** All there are, by language. @type {Readonly<Record<'en' | 'zh', Strings>>} */
export const languages = { en, zh };
