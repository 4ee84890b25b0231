#!lua flags=no-writes
-- duepeek proposes deliveries to be claimed: those of organisations that were served longest ago first, one of each, then the
-- second of each, and so on. Organisations that are being erased have none.
--
-- ARGV: time, most deliveries. Returns, for each: the round, when its organisation was served (a number that rises, -1 never), when
-- it was due, organisation's tag, id. Takes O(organisations that are due, at most 1000, + deliveries * log n).
local time = clock()
local limit = number()
local orgs = redis.call('ZRANGEBYSCORE', base .. 'ready', '-inf', time, 'WITHSCORES', 'LIMIT', 0, 1000)
local queue = {}
for i = 1, #orgs, 2 do
  if redis.call('EXISTS', base .. 'o:' .. orgs[i] .. ':key') == 1 then
    local served = redis.call('ZSCORE', base .. 'served', orgs[i])
    queue[#queue + 1] = { tag = orgs[i], first = tonumber(orgs[i + 1]), served = served and tonumber(served) or -1, offset = 0 }
  end
end
table.sort(queue, function(a, b)
  if a.served ~= b.served then return a.served < b.served end
  return a.first < b.first
end)
while #queue > limit do table.remove(queue) end

local out, got = {}, 0
while got < limit and #queue > 0 do
  local chunk = math.ceil((limit - got) / #queue)
  local more = {}
  for _, org in ipairs(queue) do
    local rows = redis.call('ZRANGEBYSCORE', base .. 'o:' .. org.tag .. ':due', '-inf', time, 'WITHSCORES', 'LIMIT', org.offset, chunk)
    for i = 1, #rows, 2 do
      out[#out + 1] = { digits(org.offset + (i + 1) / 2), digits(org.served), rows[i + 1], org.tag, rows[i] }
      got = got + 1
    end
    org.offset = org.offset + chunk
    if #rows == 2 * chunk then more[#more + 1] = org end
  end
  queue = more
end
return out
