#!lua
-- cursor saves a cursor under its lease. ARGV: time, tag of the name, holder, fence, next reading, value. The stored value's first line: next,
-- saved in ms. Returns when it was saved, or "lost". O(1).
local time = clock()
local tag, holder, fence, next = take(), take(), take(), take()
local lease = redis.call('GET', base .. 'e:' .. tag)
local f = lease and head(lease)
if not f or f[1] ~= holder or f[2] ~= fence or tonumber(f[3]) <= time or tonumber(f[3]) > time + longest then return 'lost' end
redis.call('SET', base .. 'u:' .. tag, next .. '\t' .. digits(time) .. '\n' .. take())
return digits(time)
