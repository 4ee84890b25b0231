#!lua
-- paceturn asks for a host's turn (see pacer.go). A turn that this very call has already is given again.
--
-- ARGV: time, tag of the host, tag of its domain, token of the call, the gap that the site asks for in ms (-1: not known), how long a
-- turn is held in ms, length of a budget's window in ms, gap between requests to a domain in ms, after how many ms to ask again, most
-- requests in a window to the host, the domain, all (below 1: any number), most hosts that are remembered, most that wait.
-- Returns {"go", troubles, times given up, the site's gap in ms}; {"wait", ms}; or {"refused", why, until in ms, reason}, why being
-- "rest", "host", "domain", "all", "waiters" or "hosts". Takes O(log n).
local time = clock()
local tag, domain, token, asked = take(), take(), take(), number()
local hold, window, gap, poll = number(), number(), number(), number()
local budgets = { { 'host', base .. 'ph:' .. tag, number() }, { 'domain', base .. 'pd:' .. domain, number() }, { 'all', base .. 'pa', number() } }
local mostHosts, mostWaiters = number(), number()
local h, d, hosts = budgets[1][2], budgets[2][2], base .. 'phosts'
local waiting, alive = base .. 'pw:' .. tag, base .. 'pl:' .. tag
local kept = 2 * window + longest

-- moment reads a time that is at most so far ahead: a later one was written before the clock went back.
local function moment(key, name, most)
  local n = tonumber(redis.call('HGET', key, name) or 0)
  return n <= time + most and n or 0
end

local function used(key)
  local since = moment(key, 'since', longest)
  if time - since >= window then return 0, time end
  return tonumber(redis.call('HGET', key, 'n') or 0), since
end

local function leave()
  redis.call('ZREM', waiting, token)
  redis.call('ZREM', alive, token)
end

local function go()
  return { 'go', redis.call('HGET', h, 'troubles') or '0', redis.call('HGET', h, 'times') or '0', redis.call('HGET', h, 'asked') or '0' }
end

-- room drops a host that nobody asks now, those at rest first, when as many are remembered as may be.
local function room()
  redis.call('ZREMRANGEBYSCORE', hosts, '-inf', time - kept)
  if redis.call('ZCARD', hosts) < mostHosts then return true end
  local idle
  for _, other in ipairs(redis.call('ZRANGE', hosts, 0, 31)) do
    local key = base .. 'ph:' .. other
    if moment(key, 'until', longest) <= time and redis.call('EXISTS', base .. 'pw:' .. other) == 0 then
      idle = idle or other
      if moment(key, 'next', longest) <= time and moment(key, 'rest', window + longest) <= time then
        idle = other
        break
      end
    end
  end
  if not idle then return false end
  redis.call('DEL', base .. 'ph:' .. idle)
  redis.call('ZREM', hosts, idle)
  return true
end

if redis.call('HGET', h, 'turn') == token and moment(h, 'until', longest) > time then return go() end

local rest = moment(h, 'rest', window + longest)
if rest > time then
  leave()
  return { 'refused', 'rest', digits(rest), redis.call('HGET', h, 'reason') or '' }
end
for _, b in ipairs(budgets) do
  local n, since = used(b[2])
  if b[3] > 0 and n >= b[3] then
    leave()
    return { 'refused', b[1], digits(since + window), '' }
  end
end
if redis.call('EXISTS', h) == 0 and not room() then return { 'refused', 'hosts', digits(time), '' } end

for _, dead in ipairs(redis.call('ZRANGEBYSCORE', alive, '-inf', time, 'LIMIT', 0, 100)) do
  redis.call('ZREM', waiting, dead)
  redis.call('ZREM', alive, dead)
end
if not redis.call('ZSCORE', waiting, token) then
  if redis.call('ZCARD', waiting) >= mostWaiters then return { 'refused', 'waiters', digits(time), '' } end
  redis.call('ZADD', waiting, redis.call('HINCRBY', h, 'line', 1), token)
end
if asked >= 0 then redis.call('HSET', h, 'asked', digits(asked)) end
redis.call('PEXPIRE', h, digits(kept))
redis.call('ZADD', hosts, time, tag)
redis.call('PEXPIRE', hosts, digits(kept))

local wait = math.max(moment(h, 'next', longest), moment(d, 'next', longest)) - time
if moment(h, 'until', longest) > time or redis.call('ZRANGE', waiting, 0, 0)[1] ~= token then wait = math.max(wait, poll) end
if wait > 0 then
  wait = math.min(wait, 10000)
  redis.call('ZADD', alive, time + wait + 10000, token)
  redis.call('PEXPIRE', waiting, 60000)
  redis.call('PEXPIRE', alive, 60000)
  return { 'wait', digits(wait) }
end

leave()
redis.call('HSET', h, 'turn', token, 'until', digits(time + hold))
for _, b in ipairs(budgets) do
  local n, since = used(b[2])
  redis.call('HSET', b[2], 'since', digits(since), 'n', digits(n + 1))
  redis.call('PEXPIRE', b[2], digits(kept))
end
redis.call('HSET', d, 'next', digits(time + gap), 'by', token)
return go()
