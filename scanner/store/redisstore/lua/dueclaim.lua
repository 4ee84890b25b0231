#!lua
-- dueclaim claims deliveries that are still due and not claimed by somebody else.
--
-- ARGV: time, how long, then pairs of organisation's tag and id. Returns, for each pair, the delivery's value as it then stands, "" where
-- it is not due any more. Takes O(pairs * log n).
local time = clock()
local lease = number()
local out, tags = {}, {}
for i = 3, #ARGV, 2 do
  local tag, id = ARGV[i], ARGV[i + 1]
  local o = base .. 'o:' .. tag .. ':'
  local score = redis.call('ZSCORE', o .. 'due', id)
  local value = score and tonumber(score) <= time and redis.call('GET', o .. 'd:' .. id)
  if value then
    local f, body = head(value)
    putDelivery(o, id, tonumber(f[1]) + 1, time + lease, f[3], body)
    redis.call('ZADD', o .. 'due', time + lease, id)
    out[#out + 1] = redis.call('GET', o .. 'd:' .. id)
    tags[tag] = o
  else
    out[#out + 1] = ''
  end
end
for tag, o in pairs(tags) do
  ready(tag, o)
  redis.call('ZADD', base .. 'served', redis.call('INCR', base .. 'turn'), tag)
end
return out
