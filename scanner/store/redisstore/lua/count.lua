#!lua
-- count counts an alert to a recipient, unless a cap is reached.
--
-- ARGV: time, organisation's tag, recipient, delivery, most in an hour, most in a day (0: no cap), most counted at all.
-- Returns -1 without the organisation's key; 1 when it is counted, also when it was before, or when as many are counted as ever are and no cap is reached; else 0.
-- Takes O(log n).
local time = clock()
local o = base .. 'o:' .. take() .. ':'
if redis.call('EXISTS', o .. 'key') == 0 then return -1 end
local recipient, delivery = take(), take()
local hour, day, most = number(), number(), number()
local key = o .. 'c:' .. recipient
redis.call('ZREMRANGEBYSCORE', key, '-inf', time - 86400000)
redis.call('ZREMRANGEBYSCORE', key, '(' .. digits(time + longest), '+inf') -- counted before the clock went back
if redis.call('ZSCORE', key, delivery) then return 1 end
local inDay = redis.call('ZCARD', key)
local inHour = redis.call('ZCOUNT', key, '(' .. digits(time - 3600000), '+inf')
if hour > 0 and inHour >= hour or day > 0 and inDay >= day then return 0 end
if inDay >= most then return 1 end
redis.call('ZADD', key, time, delivery)
redis.call('PEXPIRE', key, 90000000)
redis.call('ZADD', o .. 'counted', time, recipient)
redis.call('PEXPIRE', o .. 'counted', 90000000)
return 1
