#!lua
-- health makes the epoch of a partition unless it has one, and says how the partition is.
--
-- ARGV: time, a new epoch's name. Returns the epoch's name and when it began in ms, the server's run id, the time, the number of deliveries that
-- are due and not claimed, and since when the first waits in ms ("" none). Takes O(organisations that are due * log n), at most 10,000 of them.
local time = clock()
local name = take()
redis.call('SET', KEYS[1], name .. '\t' .. digits(time) .. '\n', 'NX')
local epoch = head(redis.call('GET', KEYS[1]))
local orgs = redis.call('ZRANGEBYSCORE', base .. 'ready', '-inf', time, 'WITHSCORES', 'LIMIT', 0, 10000)
local due = 0
for i = 1, #orgs, 2 do
  due = due + redis.call('ZCOUNT', base .. 'o:' .. orgs[i] .. ':due', '-inf', time)
end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''
return { epoch[1], epoch[2], run, digits(time), due, orgs[2] or '' }
