/**
 * What runs inside Redis, each in one go, so that an answer is of one version. The key is a season's
 * hash `{version, generation, size, participants}`; its generation names three more: `:board`, a
 * sorted set of all places; `:keys`, a hash of each member's instant and score; `:scores`, a sorted
 * set of the different scores.
 */
import type { Redis } from 'ioredis';

/** Opens a season for reading. What is not all there (an evicted key) is as good as missing. */
const open = `
local base = KEYS[1]
local meta = redis.call('HMGET', base, 'version', 'generation', 'size', 'participants')
if not meta[1] then return {'missing'} end
local run = base .. ':' .. meta[2]
local board, keys, scores = run .. ':board', run .. ':keys', run .. ':scores'
local size = tonumber(meta[3])
if redis.call('ZCARD', board) ~= size or redis.call('HLEN', keys) ~= size
  or (size > 0 and redis.call('EXISTS', scores) == 0) then return {'broken'} end
local mode = ARGV[1]`;

/** Mode, ids: for each the held place, or nothing, and how many are ahead by the mode. */
const own = `${open}
local held = redis.call('HMGET', keys, unpack(ARGV, 2))
local out = {meta[1], meta[4]}
local counted = {}
for i = 1, #held do
  local place, ahead = held[i], 0
  if place then
    if mode == 'UNIQUE' then
      ahead = redis.call('ZRANK', board, string.sub(place, 1, 10) .. ARGV[i + 1])
    else
      -- Equal scores share their rank: it is counted once.
      local score = string.sub(place, 11)
      ahead = counted[score]
      if not ahead then
        ahead = redis.call('ZCOUNT', mode == 'DENSE' and scores or board, '-inf', '(' .. score)
        counted[score] = ahead
      end
    end
  end
  out[2 * i + 1], out[2 * i + 2] = place, ahead
end
return out`;

/** Answers with the rows of a range: how many stand before it, score more, scores above; rows. */
const rows = `
local function rows(first, last)
  local found = redis.call('ZRANGE', board, first, last, 'WITHSCORES')
  local above, scoresAbove = 0, 0
  if found[2] and mode == 'DENSE' then
    scoresAbove = redis.call('ZCOUNT', scores, '-inf', '(' .. found[2])
  elseif found[2] and mode == 'COMPETITION' then
    above = redis.call('ZCOUNT', board, '-inf', '(' .. found[2])
  end
  return {meta[1], meta[4], first, above, scoresAbove, unpack(found)}
end`;

/** Mode, size; of a place: score and key, which need not be there any more. */
const page = `${open}
${rows}
-- Not by <, which goes by the language of the server.
local function isBefore(a, b)
  for i = 1, #a do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < (y or 0) end
  end
  return false
end
local from = 0
if ARGV[3] then
  -- Among equals keys ascend: the first that is greater is sought by halves.
  from = redis.call('ZCOUNT', board, '-inf', '(' .. ARGV[3])
  local to = redis.call('ZCOUNT', board, '-inf', ARGV[3])
  while from < to do
    local middle = math.floor((from + to) / 2)
    if isBefore(ARGV[4], redis.call('ZRANGE', board, middle, middle)[1]) then to = middle
    else from = middle + 1 end
  end
end
return rows(from, from + tonumber(ARGV[2]) - 1)`;

/** Mode, id, radius. */
const around = `${open}
${rows}
local held = redis.call('HGET', keys, ARGV[2])
if not held then return {meta[1], meta[4], 0, 0, 0} end
local at = redis.call('ZRANK', board, string.sub(held, 1, 10) .. ARGV[2])
local radius = tonumber(ARGV[3])
return rows(math.max(0, at - radius), at + radius)`;

/**
 * Puts places into a generation, from an argument on: id, instant (empty: remove), score. Each
 * member once. In portions, as many as fit into a call.
 */
const put = `
local function portion(board, keys, scores, from, to)
  local ids, gone, places, different, fields, removed = {}, {}, {}, {}, {}, {}
  for i = from, to, 3 do ids[#ids + 1] = ARGV[i] end
  local held = redis.call('HMGET', keys, unpack(ids))
  for n, id in ipairs(ids) do
    local i = from + 3 * n - 3
    local instant, score = ARGV[i + 1], ARGV[i + 2]
    if held[n] then
      redis.call('ZREM', board, string.sub(held[n], 1, 10) .. id)
      gone[string.sub(held[n], 11)] = true
    end
    if instant ~= '' then
      local at = #places
      places[at + 1], places[at + 2] = score, instant .. id
      different[at + 1], different[at + 2] = score, score
      fields[at + 1], fields[at + 2] = id, instant .. score
    elseif held[n] then
      removed[#removed + 1] = id
    end
  end
  if #places > 0 then
    redis.call('ZADD', board, unpack(places))
    redis.call('ZADD', scores, unpack(different))
    redis.call('HSET', keys, unpack(fields))
  end
  if #removed > 0 then redis.call('HDEL', keys, unpack(removed)) end
  for score in pairs(gone) do
    if redis.call('ZCOUNT', board, score, score) == 0 then redis.call('ZREM', scores, score) end
  end
end
local function put(run, from)
  for i = from, #ARGV, 3000 do
    portion(run .. ':board', run .. ':keys', run .. ':scores', i, math.min(i + 2999, #ARGV))
  end
end
local function expire(run, ttl)
  for _, part in ipairs({':board', ':keys', ':scores'}) do redis.call('PEXPIRE', run .. part, ttl) end
end`;

/**
 * Version it must have, next version, participants, places: moves a season on, or says where it is.
 * One that is not all there stays so: nobody could tell it from a whole one afterwards.
 */
const advance = `${put}
${open}
if meta[1] ~= ARGV[1] then return {meta[1]} end
put(run, 4)
redis.call('HSET', base, 'version', ARGV[2], 'participants', ARGV[3],
  'size', redis.call('ZCARD', run .. ':board'))
expire(run, math.max(1000, redis.call('PTTL', base)))
return {ARGV[2]}`;

/** Generation, time to live of it, of its lock, places: fills a generation while the lock is ours. */
const fill = `${put}
local lock = KEYS[1] .. ':lock'
if redis.call('GET', lock) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', lock, ARGV[3])
put(KEYS[1] .. ':' .. ARGV[1], 4)
expire(KEYS[1] .. ':' .. ARGV[1], ARGV[2])
return 1`;

/** Generation, time to live, version, participants: the generation is the one that is read. */
const publish = `${put}
local base = KEYS[1]
if redis.call('GET', base .. ':lock') ~= ARGV[1] then return 0 end
local old = redis.call('HGET', base, 'generation')
if old then
  for _, part in ipairs({':board', ':keys', ':scores'}) do
    redis.call('UNLINK', base .. ':' .. old .. part)
  end
end
local run = base .. ':' .. ARGV[1]
redis.call('HSET', base, 'generation', ARGV[1], 'version', ARGV[3], 'participants', ARGV[4],
  'size', redis.call('ZCARD', run .. ':board'))
redis.call('PEXPIRE', base, ARGV[2])
expire(run, ARGV[2])
redis.call('DEL', base .. ':lock')
return 1`;

/** Time to live: somebody reads this season. */
const touch = `${put}
local generation = redis.call('HGET', KEYS[1], 'generation')
if not generation then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
expire(KEYS[1] .. ':' .. generation, ARGV[1])
return 1`;

const scripts = { own, page, around, advance, fill, publish, touch };

export type ScriptName = keyof typeof scripts;

const commandOf = (name: ScriptName) => `standings_${name}`;

/** Makes the scripts commands of a connection. */
export function defineScripts(redis: Redis): void {
  for (const [name, lua] of Object.entries(scripts)) {
    redis.defineCommand(commandOf(name as ScriptName), { numberOfKeys: 1, lua });
  }
}

type Commands = Record<string, (key: string, ...args: (string | number)[]) => Promise<unknown>>;

/** Runs a script on the key of a season. */
export const runScript = (
  redis: Redis,
  name: ScriptName,
  key: string,
  args: readonly (string | number)[],
): Promise<unknown> =>
  (redis as unknown as Commands)[commandOf(name)]?.(key, ...args) ??
  Promise.reject(new Error(`there is no script ${name}`));
