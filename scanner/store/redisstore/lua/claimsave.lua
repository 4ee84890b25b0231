#!lua
-- claimsave writes the claim of a domain. All claims lie in one partition, so that of one domain at most one is held.
--
-- ARGV: time, nonce of the call, claim ("organisation TAB domain"), domain, the organisation's first and last place among claims, version that must be
-- stored (0: none), 1 when it is held, most claims of all and of the organisation, record. The stored value's first line: version.
-- Returns "ok", "conflict", "taken" or "full". Takes O(log n).
take()
local nonce, claim, domain, first, last, version, held = take(), take(), take(), take(), take(), take(), take()
local all, own, body = number(), number(), take()
if done(nonce) then return 'ok' end
local stored = redis.call('HGET', base .. 'claims', claim)
if (stored and head(stored)[1] or '0') ~= version then return 'conflict' end
local holder = redis.call('HGET', base .. 'claims:held', domain)
if held == '1' and holder and holder ~= claim then return 'taken' end
if not stored and (redis.call('HLEN', base .. 'claims') >= all
    or redis.call('ZLEXCOUNT', base .. 'claims:by', first, last) >= own) then return 'full' end
if held == '1' then
  redis.call('HSET', base .. 'claims:held', domain, claim)
elseif holder == claim then
  redis.call('HDEL', base .. 'claims:held', domain)
end
redis.call('HSET', base .. 'claims', claim, digits(tonumber(version) + 1) .. '\n' .. body)
redis.call('ZADD', base .. 'claims:by', 0, claim)
remember(nonce)
return 'ok'
