#!lua flags=allow-oom
-- pacegive keeps a host's turn, gives it back, or leaves the line for it (see pacer.go).
--
-- ARGV: time, "renew" | "leave" | "release", tag of the host, tag of its domain, token of the call, then as paceturn.lua: how long a turn is
-- held, length of a window; then of "release": the wait before the next request and the rest for which the host is given up, in ms (0: it is not),
-- reason, troubles, times given up. "leave" is also for a turn that was not used. Returns 1 when the turn was held, else 0: then of
-- "release" the wait and the rest hold all the same. Takes O(log n).
local time = clock()
local what, tag, domain, token = take(), take(), take(), take()
local hold, window = number(), number()
local h, d, hosts = base .. 'ph:' .. tag, base .. 'pd:' .. domain, base .. 'phosts'
local kept = digits(2 * window + longest)
local mine = redis.call('HGET', h, 'turn') == token

if what == 'renew' then
  if not mine then return 0 end
  redis.call('HSET', h, 'until', digits(time + hold))
  return 1
end

redis.call('ZREM', base .. 'pw:' .. tag, token)
redis.call('ZREM', base .. 'pl:' .. tag, token)
if mine then redis.call('HDEL', h, 'turn', 'until') end
if what == 'leave' then
  if redis.call('HGET', d, 'by') == token then redis.call('HDEL', d, 'next', 'by') end -- it costs nobody a wait
  return mine and 1 or 0
end

local wait, rest, reason, troubles, times = number(), number(), take(), take(), take()
local next = tonumber(redis.call('HGET', h, 'next') or 0)
if next < time + wait or next > time + longest then redis.call('HSET', h, 'next', digits(time + wait)) end
if rest > 0 then redis.call('HSET', h, 'rest', digits(time + rest), 'reason', reason) end
if mine then redis.call('HSET', h, 'troubles', troubles, 'times', times) end
redis.call('PEXPIRE', h, kept)
redis.call('ZADD', hosts, time, tag)
redis.call('PEXPIRE', hosts, kept)
return mine and 1 or 0
