#!lua flags=no-writes
-- claimlist reads claims in their order. ARGV: time, first and last place, most. Returns claims and values by turns. Takes O(log n + most).
take()
local first, last, most = take(), take(), number()
local out = {}
for _, claim in ipairs(redis.call('ZRANGEBYLEX', base .. 'claims:by', first, last, 'LIMIT', 0, most)) do
  local value = redis.call('HGET', base .. 'claims', claim)
  if value then
    out[#out + 1] = claim
    out[#out + 1] = value
  end
end
return out
