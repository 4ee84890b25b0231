#!lua
-- visitsave keeps a visit. ARGV: time, tag and name of the source, page, next (sortable), value (its first line: next, sortable and in full),
-- most pages, what the page was known by until now ("" the same). Returns "ok" or "full". O(log n).
take()
local tag, name, page, next, value, most, was = take(), take(), take(), take(), take(), number(), take()
local v = base .. 'v:' .. tag .. ':'
local have = redis.call('HGET', v .. 'data', page)
local old = was ~= '' and was ~= page and redis.call('HGET', v .. 'data', was)
if not have and redis.call('HLEN', v .. 'data') - (old and 1 or 0) >= most then return 'full' end
if have then redis.call('ZREM', v .. 'due', head(have)[1] .. page) end
if old then
  redis.call('ZREM', v .. 'due', head(old)[1] .. was)
  redis.call('HDEL', v .. 'data', was)
end
redis.call('HSET', base .. 'sources', tag, name)
redis.call('HSET', v .. 'data', page, value)
redis.call('ZADD', v .. 'due', 0, next .. page)
return 'ok'
