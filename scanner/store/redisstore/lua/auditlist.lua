#!lua flags=no-writes
-- auditlist reads entries, the newest first. ARGV: time, organisation's tag, leak ("" all), before (0: from the newest), most. Takes O(most * log n).
take()
local o = base .. 'o:' .. take() .. ':'
local leak, before, most = take(), take(), number()
local max = before == '0' and '+inf' or '(' .. before
if leak == '' then return redis.call('ZREVRANGEBYSCORE', o .. 'audit', max, '-inf', 'LIMIT', 0, most) end
local out = {}
for _, seq in ipairs(redis.call('ZREVRANGEBYSCORE', o .. 'al:' .. leak, max, '-inf', 'LIMIT', 0, most)) do
  out[#out + 1] = redis.call('ZRANGEBYSCORE', o .. 'audit', seq, seq)[1]
end
return out
