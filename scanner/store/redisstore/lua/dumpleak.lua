#!lua flags=no-writes
-- dumpleak reads a leak and what belongs to it, as they are at one moment.
--
-- ARGV: time, organisation's tag, leak, most deliveries. Returns nothing when there is no such leak; else its value, its next look in ms
-- ("" never), the number of its sightings, their values, then the values of its newest deliveries. Takes O(sightings + deliveries * log n).
take()
local tag = take()
local o = base .. 'o:' .. tag .. ':'
local id, most = take(), number()
local value = redis.call('GET', o .. 'l:' .. id)
if not value then return {} end
local wake = redis.call('ZSCORE', base .. 'wake', tag .. id)
local seen = redis.call('HVALS', o .. 'x:' .. id)
local out = { value, wake and digits(tonumber(wake)) or '', digits(#seen) }
for _, sighting in ipairs(seen) do out[#out + 1] = sighting end
for _, delivery in ipairs(redis.call('ZREVRANGE', o .. 'dl:' .. id, 0, most - 1)) do
  local row = redis.call('GET', o .. 'd:' .. delivery)
  if row then out[#out + 1] = row end
end
return out
