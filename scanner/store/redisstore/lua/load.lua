#!lua
-- load writes one record of a dump. Until "end" the organisation has no key, so that nothing can be done with it. What is there stays.
--
-- ARGV: time, organisation's tag, then
--   "leak":     id, version before, episode, state, pending (0 or 1), first seen (sortable), end for retention ("" none), next look ("" never),
--               number of keys, the keys, record; number of other keys that lead to it, these
--   "sighting": most sightings of a leak, leak, place key, gone since ("" not), value
--   "delivery": id, fence, leak, pending, due, made, done, record
--   "end":      the wrapped key, then fields and sums of the ledger by turns
-- Returns {"ok"}; {"taken", keys...}: they lead to another leak of that episode, nothing is written; {"conflict"}: no such leak. Times are in ms.
-- Takes O(keys * log n).
take()
local tag, what = take(), take()
local o = base .. 'o:' .. tag .. ':'

local function list()
  local out = {}
  for i = 1, number() do out[i] = take() end
  return out
end

local function leak()
  local l = { id = take(), version = number(), episode = take(), state = take(), pending = take(), first = take(), ended = take(), wake = take() }
  local keys, body = list(), take()
  for _, key in ipairs(list()) do keys[#keys + 1] = key end
  if redis.call('EXISTS', o .. 'l:' .. l.id) == 1 then return { 'ok' } end
  local taken = { 'taken' }
  for _, key in ipairs(keys) do
    if redis.call('HEXISTS', o .. 'k:' .. key, l.episode) == 1 then taken[#taken + 1] = key end
  end
  if #taken > 1 then return taken end
  for _, key in ipairs(keys) do redis.call('HSET', o .. 'k:' .. key, l.episode, l.id) end
  redis.call('SET', o .. 'l:' .. l.id, table.concat({ digits(l.version + 1), l.episode, l.state, l.pending, l.first,
    table.concat(keys, '\t') }, '\t') .. '\n' .. body)
  redis.call('ZADD', o .. 'first', 0, l.first .. l.id)
  redis.call('ZADD', o .. 's:' .. l.state, 0, l.first .. l.id)
  if l.pending == '1' then redis.call('SADD', o .. 'pending', l.id) end
  if l.ended ~= '' then redis.call('ZADD', o .. 'ended', l.ended, l.id) end
  if l.wake ~= '' then redis.call('ZADD', base .. 'wake', l.wake, tag .. l.id) end
  return { 'ok' }
end

local function sighting()
  local most, id, place, gone = number(), take(), take(), take()
  if redis.call('EXISTS', o .. 'l:' .. id) == 0 then return { 'conflict' } end
  if redis.call('HEXISTS', o .. 'x:' .. id, place) == 0 then putSighting(o, id, place, gone, take(), most) end
  return { 'ok' }
end

local function delivery()
  local id, fence = take(), number()
  if redis.call('EXISTS', o .. 'd:' .. id) == 1 then return { 'ok' } end
  local of, pending, due, made, done = take(), take(), take(), take(), take()
  putDelivery(o, id, fence, 0, of, take())
  indexDelivery(o, id, of, pending, due, made, done)
  ready(tag, o)
  return { 'ok' }
end

local function finish()
  local key = take()
  redis.call('DEL', o .. 'ledger')
  for i = argument + 1, #ARGV, 2 do redis.call('HSET', o .. 'ledger', ARGV[i], ARGV[i + 1]) end
  redis.call('SET', o .. 'key', key)
  return { 'ok' }
end

return ({ leak = leak, sighting = sighting, delivery = delivery, ['end'] = finish })[what]()
