#!lua flags=no-writes
-- loads counts what recipients were sent. ARGV: time, organisation's tag, recipients. Returns for each what was sent in the hour, and in the
-- day, before. Takes O(recipients * log n).
local time = clock()
local o = base .. 'o:' .. take() .. ':'
local out, last = {}, digits(time + longest)
for i = 3, #ARGV do
  local key = o .. 'c:' .. ARGV[i]
  out[#out + 1] = redis.call('ZCOUNT', key, '(' .. digits(time - 3600000), last)
  out[#out + 1] = redis.call('ZCOUNT', key, '(' .. digits(time - 86400000), last)
end
return out
