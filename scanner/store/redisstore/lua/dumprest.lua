#!lua flags=no-writes
-- dumprest reads deliveries that dumpleak leaves out: of no leak, of one that is gone, or too old among those of theirs.
--
-- ARGV: time, organisation's tag, most deliveries of a leak, ids. Returns values. Takes O(ids * log n).
take()
local o = base .. 'o:' .. take() .. ':'
local most = number()
local out = {}
for i = 4, #ARGV do
  local value = redis.call('GET', o .. 'd:' .. ARGV[i])
  local leak = value and head(value)[3]
  if value and (leak == '' or redis.call('EXISTS', o .. 'l:' .. leak) == 0
      or (redis.call('ZREVRANK', o .. 'dl:' .. leak, ARGV[i]) or most) >= most) then
    out[#out + 1] = value
  end
end
return out
