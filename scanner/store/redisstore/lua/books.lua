#!lua flags=no-writes
-- books reads the ledger and the number of pending leaks. ARGV: time, organisation's tag. Returns the number, then fields and sums by turns. O(1).
take()
local o = base .. 'o:' .. take() .. ':'
local out = redis.call('HGETALL', o .. 'ledger')
table.insert(out, 1, redis.call('SCARD', o .. 'pending'))
return out
