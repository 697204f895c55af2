import { clock, type Script, script } from './scripts.ts'

// A feed has the same KEYS in all scripts: state, events, latest, since, wishes, instances.
//
//   state      a hash: the token of the leader, until when it leads, the number of its last batch, and which of its
//              connections to VecTrade are open
//   events     a Redis Stream: the events of all symbols, as JSON
//   latest     a hash: the id and the JSON of the latest quote of each symbol
//   since      a hash: the id after which the events about a symbol are complete
//   wishes     a hash: the symbols that each instance follows
//   instances  a sorted set: until when the wishes of an instance count
//
// All times come from Redis's clock, because the clocks of instances differ. A `~` lets Redis trim in larger steps.

/**
 * A sign of life of an instance. ARGV: channel, token, ms of the lease, ms to keep the keys, instance, symbols, gap, and
 * the names of the connections that are open if this instance leads.
 *
 * The instance becomes the leader if there is none. Its first entry is a gap if there was another leader before.
 * Otherwise it is an empty entry, so that each event has one before it. Returns whether the instance leads, the ms that
 * are left of the leader's lease, for the leader the symbols that any instance follows, the names of the leader's
 * connections that are open, and whether the wishes of this instance still counted.
 */
export const beat: Script = script(`${clock}
local state, events, latest, since, wishes, instances = unpack(KEYS)
local lease = tonumber(ARGV[3])
local before = redis.call('HGET', wishes, ARGV[5])
local counted = before and 1 or 0
redis.call('HSET', wishes, ARGV[5], ARGV[6])
redis.call('ZADD', instances, now + 2 * lease, ARGV[5])
local token, alive, open = unpack(redis.call('HMGET', state, 'token', 'alive', 'open'))
if token ~= ARGV[2] then
  local left = (tonumber(alive) or 0) - now
  if left > 0 then
    if before ~= ARGV[6] then redis.call('PUBLISH', ARGV[1], 'wish') end
    return {0, left, {}, open or '', counted}
  end
  redis.call('XADD', events, '*', 'e', token and ARGV[7] or '')
  redis.call('HSET', state, 'token', ARGV[2], 'batch', 0)
  redis.call('PUBLISH', ARGV[1], '')
end
redis.call('HSET', state, 'alive', now + lease)
if open ~= ARGV[8] then
  redis.call('HSET', state, 'open', ARGV[8])
  redis.call('PUBLISH', ARGV[1], 'open')
end
for _, dead in ipairs(redis.call('ZRANGEBYSCORE', instances, '-inf', now)) do
  redis.call('HDEL', wishes, dead)
  redis.call('ZREM', instances, dead)
end
local wanted, symbols = {}, {}
for _, wish in ipairs(redis.call('HVALS', wishes)) do
  for symbol in string.gmatch(wish, '[^,]+') do
    if not wanted[symbol] then symbols[#symbols + 1] = symbol end
    wanted[symbol] = true
  end
end
for _, symbol in ipairs(redis.call('HKEYS', since)) do
  if not wanted[symbol] then
    redis.call('HDEL', since, symbol)
    redis.call('HDEL', latest, symbol)
  end
end
local last = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
for _, symbol in ipairs(symbols) do
  redis.call('HSETNX', since, symbol, last and last[1] or '0-0')
end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[4]) end
return {1, lease, symbols, ARGV[8], counted}`)

/**
 * Adds a batch of events. ARGV: channel, token, ms of the lease, the most events to keep, the number of the batch, then
 * the symbol and the JSON of each event. The symbol is empty if the event is not a quote.
 *
 * Refuses to write for an instance that no longer leads. A batch that is repeated after a lost reply is not added again.
 */
export const publish: Script = script(`${clock}
local state, events, latest, since = unpack(KEYS)
local token, batch = unpack(redis.call('HMGET', state, 'token', 'batch'))
if token ~= ARGV[2] then return {0} end
if tonumber(batch) < tonumber(ARGV[5]) then
  for at = 6, #ARGV, 2 do
    local symbol, json = ARGV[at], ARGV[at + 1]
    local id = redis.call('XADD', events, 'MAXLEN', '~', ARGV[4], '*', 'e', json)
    if symbol ~= '' and redis.call('HEXISTS', since, symbol) == 1 then
      redis.call('HSET', latest, symbol, id .. ' ' .. json)
    end
  end
  redis.call('HSET', state, 'batch', ARGV[5])
  redis.call('PUBLISH', ARGV[1], '')
end
redis.call('HSET', state, 'alive', now + ARGV[3])
return {1}`)

/**
 * Takes an instance out, and lets another one lead. ARGV: channel, token, ms of the lease, instance.
 *
 * Its wishes count for another lease, because its readers come back to other instances.
 */
export const leave: Script = script(`${clock}
redis.call('ZADD', KEYS[6], 'XX', now + ARGV[3], ARGV[4])
-- The token stays, so that the next leader knows that there was one.
if redis.call('HGET', KEYS[1], 'token') == ARGV[2] then
  redis.call('HSET', KEYS[1], 'alive', 0)
  redis.call('PUBLISH', ARGV[1], 'free')
end
return {}`)

/**
 * Reads events. ARGV: an id, or an empty text to read no events; the most events; then symbols. Returns the id of the
 * last event, the events from the given id on, and the entries of `since` and `latest` for each symbol.
 *
 * If the event with the id is missing, the result begins with a later one. A Redis that has lost its data may have none
 * that is later. Then the result has all events.
 */
export const readEvents: Script = script(`
local events, latest, since = KEYS[2], KEYS[3], KEYS[4]
local last = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
local entries = {}
if last and ARGV[1] ~= '' then
  entries = redis.call('XRANGE', events, ARGV[1], '+', 'COUNT', ARGV[2])
  if #entries == 0 then entries = redis.call('XRANGE', events, '-', '+', 'COUNT', ARGV[2]) end
end
local known = {}
for at = 3, #ARGV do
  known[at - 2] = {redis.call('HGET', since, ARGV[at]), redis.call('HGET', latest, ARGV[at])}
end
return {last and last[1] or '', entries, known}`)
