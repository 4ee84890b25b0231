#!lua flags=allow-oom
-- expire takes away what is too old of one organisation. With a leak go its sightings and what was told of it, uncounted.
--
-- ARGV: time, organisation's tag, then the moments in ms up to which sightings (by when they were gone), leaks (by their end), deliveries
-- (by when they were done) and audits (by their time) are taken away, "" for none, and the most of each kind, ten times the most leaks. Returns how many leaks, sightings,
-- deliveries and audits, and 1 when there is more. Takes O(most * log n), and for each leak as for its sightings.
local time = clock()
local tag = take()
local o = base .. 'o:' .. tag .. ':'
local sightings, leaks, deliveries, audits, most = take(), take(), take(), take(), number()
local more = 0

local function old(key, cut, most)
  if cut == '' then return {} end
  local members = redis.call('ZRANGEBYSCORE', key, '-inf', cut, 'LIMIT', 0, most)
  if #members == most then more = 1 end
  return members
end

local counts = { 0, 0, 0, 0 }
for _, member in ipairs(old(o .. 'gone', sightings, most)) do
  local cut = string.find(member, '\n', 1, true)
  dropSighting(o, string.sub(member, 1, cut - 1), string.sub(member, cut + 1))
  counts[2] = counts[2] + 1
end
for _, id in ipairs(old(o .. 'ended', leaks, math.ceil(most / 10))) do
  dropLeak(tag, o, id)
  redis.call('ZREM', o .. 'ended', id) -- also where the leak itself is missing
  for _, delivery in ipairs(redis.call('ZRANGE', o .. 'dl:' .. id, 0, -1)) do dropDelivery(o, delivery) end
  counts[1] = counts[1] + 1
end
for _, id in ipairs(old(o .. 'done', deliveries, most)) do
  dropDelivery(o, id)
  counts[3] = counts[3] + 1
end
for _, seq in ipairs(old(o .. 'audit:at', audits, most)) do
  dropAudit(o, seq)
  counts[4] = counts[4] + 1
end
for _, recipient in ipairs(old(o .. 'counted', digits(time - 86400000), most)) do
  redis.call('DEL', o .. 'c:' .. recipient)
  redis.call('ZREM', o .. 'counted', recipient)
end
-- Claims that end too late are ended; looked at are the first of what is due later, as many as are taken away of a kind.
for _, id in ipairs(redis.call('ZRANGEBYSCORE', o .. 'due', '(' .. digits(time + longest), '+inf', 'LIMIT', 0, most)) do
  local value = redis.call('GET', o .. 'd:' .. id)
  local f, body = { '0', '0', '' }, ''
  if value then f, body = head(value) end
  if tonumber(f[2]) > time + longest then
    putDelivery(o, id, tonumber(f[1]), 0, f[3], body)
    redis.call('ZADD', o .. 'due', time, id)
  end
end
ready(tag, o)
counts[5] = more
return counts
