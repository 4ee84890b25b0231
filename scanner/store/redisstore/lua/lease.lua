#!lua
-- lease acquires, renews or releases a lease. Its value: holder, fence, end in ms, nonce of the call that acquired it.
--
-- ARGV: time, "acquire" | "renew" | "release", tag of the name, holder, how long in ms, then fence ("renew", "release") or nonce.
-- Returns {"ok", fence, end}, {"held"} or {"lost"}. The key outlives the lease by a day, for its fence. A fence is also at least the time in
-- ms: it rises even when the key is gone. O(1).
local time = clock()
local what = take()
local key = base .. 'e:' .. take()
local holder, ttl, token = take(), number(), take()
local value = redis.call('GET', key)
local f = value and head(value) or { '', '0', '0', '' }
local held = tonumber(f[3]) > time and tonumber(f[3]) <= time + longest

local function put(fence, stop, nonce)
  redis.call('SET', key, holder .. '\t' .. digits(fence) .. '\t' .. digits(stop) .. '\t' .. nonce .. '\n', 'PX',
    digits(math.max(stop - time, 0) + 86400000))
  return { 'ok', digits(fence), digits(stop) }
end

if what == 'acquire' then
  if held and f[4] == token then return { 'ok', f[2], f[3] } end
  if held then return { 'held' } end
  return put(math.max(tonumber(f[2]) + 1, time), time + ttl, token)
end
if not held or f[1] ~= holder or f[2] ~= token then return { 'lost' } end
if what == 'renew' then return put(tonumber(f[2]), time + ttl, f[4]) end
return put(tonumber(f[2]), 0, '')
