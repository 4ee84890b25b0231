#!lua flags=allow-oom
-- visitdrop takes away visits of a source, those first that are due first. ARGV: time, tag of the source, up to (sortable, excluded; "" all), most.
-- Returns how many. Takes O(most * log n).
take()
local tag = take()
local v = base .. 'v:' .. tag .. ':'
local before = take()
local members = redis.call('ZRANGEBYLEX', v .. 'due', '-', before == '' and '+' or '(' .. before, 'LIMIT', 0, number())
for _, member in ipairs(members) do
  redis.call('HDEL', v .. 'data', string.sub(member, 17))
  redis.call('ZREM', v .. 'due', member)
end
if redis.call('EXISTS', v .. 'due') == 0 then
  redis.call('DEL', v .. 'data')
  redis.call('HDEL', base .. 'sources', tag)
end
return #members
