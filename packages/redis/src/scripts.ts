import { createHash } from 'node:crypto'

/** A Lua script, which Redis runs as one step. */
export interface Script {
  source: string
  /** The hash by which Redis finds the script after it has run once. */
  sha: string
}

export function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') }
}

// A script that refuses returns a word. Otherwise it returns a list or nothing. The KEYS of a stream are its
// meta hash and its log. All times come from Redis's clock, because the clocks of instances differ.

export const clock = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`

/**
 * Begins a stream, or takes it over from a dead producer. ARGV: channel, token, owner, ms of the lease, ms
 * to keep the stream.
 */
export const create: Script = script(`${clock}
local outcome, alive = unpack(redis.call('HMGET', KEYS[1], 'outcome', 'alive'))
if outcome or (alive and tonumber(alive) > now) then return 'exists' end
if not alive then
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('HSET', KEYS[1], 'owner', ARGV[3], 'length', 0, 'bytes', 0)
end
-- Messages of a dead producer's unfinished append were never part of the stream.
local length, bytes = unpack(redis.call('HMGET', KEYS[1], 'length', 'bytes'))
local partial = redis.call('XRANGE', KEYS[2], (length + 1) .. '-0', '+')
for _, entry in ipairs(partial) do
  bytes = bytes - #entry[2][2] - #entry[2][4]
  redis.call('XDEL', KEYS[2], entry[1])
end
if #partial > 0 then redis.call('XSETID', KEYS[2], length .. '-0') end
redis.call('HSET', KEYS[1], 'token', ARGV[2], 'alive', now + ARGV[4], 'bytes', bytes)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('PUBLISH', ARGV[1], ARGV[2])
return redis.call('HMGET', KEYS[1], 'length', 'stop')`)

/**
 * The common beginning of a producer's scripts. ARGV: channel, token, the number of messages that the
 * producer knows of.
 */
const producing = `${clock}
local token, outcome, length, bytes, stop =
  unpack(redis.call('HMGET', KEYS[1], 'token', 'outcome', 'length', 'bytes', 'stop'))
if token ~= ARGV[2] then return token and 'superseded' or 'finished' end
if outcome and outcome ~= ARGV[4] then return 'finished' end
length, bytes = tonumber(length), tonumber(bytes)
local known = tonumber(ARGV[3])
if length < known then return 'lost' end`

/**
 * Appends one slice. ARGV: as above, ms of the lease, ms to keep the stream, maxEvents, maxBytes, the number
 * of messages in earlier slices, the numbers of messages and bytes in later slices, then the event and data
 * of each message.
 *
 * The last slice makes all slices part of the stream. Until then `length` does not count them, so that
 * readers get all messages or none. If an earlier append may have failed, messages that it has added are
 * not added again. The limits are checked at the first missing message, together with all later slices.
 */
export const append: Script = script(`${producing}
local there = math.max(length, redis.call('XLEN', KEYS[2]))
local before = known + tonumber(ARGV[8])
local last = before + (#ARGV - 10) / 2
local rest = tonumber(ARGV[9])
if there < before then return 'lost' end
if there < last then
  if last + rest > tonumber(ARGV[6]) then return 'maxEvents' end
  local first = 11 + 2 * (there - before)
  for at = first, #ARGV do bytes = bytes + #ARGV[at] end
  if bytes + tonumber(ARGV[10]) > tonumber(ARGV[7]) then return 'maxBytes' end
  for at = first, #ARGV, 2 do
    there = there + 1
    redis.call('XADD', KEYS[2], there .. '-0', 'e', ARGV[at], 'd', ARGV[at + 1])
  end
end
local hasGrown = rest == 0 and last > length
if hasGrown then length = last end
redis.call('HSET', KEYS[1], 'length', length, 'bytes', bytes, 'alive', now + ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
if hasGrown then redis.call('PUBLISH', ARGV[1], '') end
return {length, stop}`)

/** Ends a stream. ARGV: as above, outcome, ms to keep the stream. Can be repeated after a lost reply. */
export const finish: Script = script(`${producing}
redis.call('HSET', KEYS[1], 'outcome', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('PUBLISH', ARGV[1], '')
return {}`)

/**
 * Reads messages. ARGV: the first id, the most messages. Returns nothing if there is no stream and 0 if
 * `expire` has deleted it.
 */
export const read: Script = script(`${clock}
local owner, length, outcome, alive, token, stop, expired =
  unpack(redis.call('HMGET', KEYS[1], 'owner', 'length', 'outcome', 'alive', 'token', 'stop', 'expired'))
if not token then return expired and 0 end
local entries = redis.call('XRANGE', KEYS[2], ARGV[1], length .. '-0', 'COUNT', ARGV[2])
return {owner, tonumber(length), outcome, alive - now, token, stop, entries}`)

/** Asks the producer to stop. ARGV: channel. */
export const stop: Script = script(`
local token, outcome = unpack(redis.call('HMGET', KEYS[1], 'token', 'outcome'))
if token and not outcome then
  -- Published first, because a Redis that is full refuses the next command.
  redis.call('PUBLISH', ARGV[1], 'stop')
  redis.call('HSET', KEYS[1], 'stop', 1)
end
return {}`)

/**
 * Deletes a stream. ARGV: channel. For 10 s, readers can learn that it was deleted and not lost. Returns its
 * owner, if it had one.
 */
export const expire: Script = script(`
local owner = redis.call('HGET', KEYS[1], 'owner')
if redis.call('DEL', KEYS[1], KEYS[2]) > 0 then
  redis.call('HSET', KEYS[1], 'expired', 1)
  redis.call('PEXPIRE', KEYS[1], 10000)
  redis.call('PUBLISH', ARGV[1], 'expired')
end
return {owner}`)

/**
 * Adds a stream to a list, or extends its time there. KEYS: the list, in which each stream has an expiry
 * time. ARGV: id, ms from now, the most streams, and the reply if there are too many. Returns whether the id
 * is new in the list.
 *
 * In a cluster, the list is on another node than most streams, so it needs its own script. If only one of
 * two scripts runs, the list is wrong by one stream until that stream's expiry time.
 */
export const enlist: Script = script(`${clock}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local listed = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not listed and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return ARGV[4] end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return {listed and 0 or 1}`)

/** Removes a stream from a list. KEYS: the list. ARGV: id. */
export const delist: Script = script(`redis.call('ZREM', KEYS[1], ARGV[1]) return {}`)
