#!lua
-- wakeclaim puts leaks off whose look has still come.
--
-- ARGV: time, how long, then pairs of organisation's tag and leak. Returns, for each pair, the organisation's name, "" where somebody
-- else was faster. Takes O(pairs * log n).
local time = clock()
local lease = number()
local out = {}
for i = 3, #ARGV, 2 do
  local member = ARGV[i] .. ARGV[i + 1]
  local score = redis.call('ZSCORE', base .. 'wake', member)
  local name = score and tonumber(score) <= time and redis.call('HGET', base .. 'orgs', ARGV[i])
  if name then redis.call('ZADD', base .. 'wake', time + lease, member) end
  out[#out + 1] = name or ''
end
return out
