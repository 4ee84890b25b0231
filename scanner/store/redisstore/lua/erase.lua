#!lua flags=allow-oom
-- erase takes away an organisation: its key first, then the rest in steps.
--
-- ARGV: time, organisation's tag, the most of each kind, ten times the most leaks. Returns how many leaks, sightings, deliveries and audits, and 1 when there is more.
-- Takes O(most * log n), and for each leak as for its sightings.
take()
local tag = take()
local o = base .. 'o:' .. tag .. ':'
local most = number()
redis.call('DEL', o .. 'key')
local counts, left = { 0, 0, 0, 0 }, 0

local function first(key, most)
  local members = redis.call('ZRANGE', key, 0, most - 1)
  if #members == most then left = 1 end
  return members
end

for _, member in ipairs(first(o .. 'first', math.ceil(most / 10))) do
  counts[2] = counts[2] + dropLeak(tag, o, string.sub(member, 17))
  redis.call('ZREM', o .. 'first', member) -- also where the leak itself is missing
  counts[1] = counts[1] + 1
end
for _, queue in ipairs({ 'due', 'done' }) do
  for _, id in ipairs(first(o .. queue, most)) do
    dropDelivery(o, id)
    counts[3] = counts[3] + 1
  end
end
for _, seq in ipairs(first(o .. 'audit:at', most)) do
  dropAudit(o, seq)
  counts[4] = counts[4] + 1
end
for _, recipient in ipairs(first(o .. 'counted', most)) do
  redis.call('DEL', o .. 'c:' .. recipient)
  redis.call('ZREM', o .. 'counted', recipient)
end
ready(tag, o)
if left == 0 then
  redis.call('DEL', o .. 'ledger', o .. 'seq')
  redis.call('ZREM', base .. 'served', tag)
  redis.call('HDEL', base .. 'orgs', tag)
end
counts[5] = left
return counts
