#!lua
-- visitsave keeps a visit. ARGV: time, tag and name of the source, page, next (sortable), value (its first line: next, sortable and in full),
-- most pages. Returns "ok" or "full". O(log n).
take()
local tag, name, page, next, value, most = take(), take(), take(), take(), take(), number()
local v = base .. 'v:' .. tag .. ':'
local have = redis.call('HGET', v .. 'data', page)
if not have and redis.call('HLEN', v .. 'data') >= most then return 'full' end
if have then redis.call('ZREM', v .. 'due', head(have)[1] .. page) end
redis.call('HSET', base .. 'sources', tag, name)
redis.call('HSET', v .. 'data', page, value)
redis.call('ZADD', v .. 'due', 0, next .. page)
return 'ok'
