#!lua
-- audit appends entries. ARGV: time, organisation's tag, nonce of the call, 1 when the organisation must have a key, then at, leak and record of
-- each. Returns "ok" or "no organisation". Takes O(entries * log n).
take()
local o = base .. 'o:' .. take() .. ':'
local nonce, must = take(), take()
if done(nonce) then return 'ok' end
if must == '1' and redis.call('EXISTS', o .. 'key') == 0 then return 'no organisation' end
for i = 5, #ARGV, 3 do putAudit(o, ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
remember(nonce)
return 'ok'
