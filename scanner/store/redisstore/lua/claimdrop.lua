#!lua flags=allow-oom
-- claimdrop takes claims away: one at a version, or all of an organisation.
--
-- ARGV: time, nonce of the call, first and last place among claims, version that must be stored ("" any). Returns "ok", "conflict", or "none".
-- Takes O(claims * log n), at most 200 of them.
take()
local nonce, first, last, version = take(), take(), take(), take()
if done(nonce) then return 'ok' end
local claims = redis.call('ZRANGEBYLEX', base .. 'claims:by', first, last)
if not claims[1] then return 'none' end
for _, claim in ipairs(claims) do
  local stored = redis.call('HGET', base .. 'claims', claim)
  if version ~= '' and stored and head(stored)[1] ~= version then return 'conflict' end
  local domain = string.sub(claim, string.find(claim, '\t', 1, true) + 1)
  if redis.call('HGET', base .. 'claims:held', domain) == claim then redis.call('HDEL', base .. 'claims:held', domain) end
  redis.call('HDEL', base .. 'claims', claim)
  redis.call('ZREM', base .. 'claims:by', claim)
end
if version ~= '' then remember(nonce) end
return 'ok'
