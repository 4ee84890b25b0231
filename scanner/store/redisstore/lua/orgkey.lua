#!lua
-- orgkey adds or replaces the wrapped key of an organisation. ARGV: time, tag and name of the organisation, "add" | "replace", key, old key.
-- Returns the key that is stored then; "" when the old key is not what was stored, or the organisation is being erased. O(1).
take()
local tag, name, what, new, old = take(), take(), take(), take(), take()
local key = base .. 'o:' .. tag .. ':key'
local have = redis.call('GET', key)
if what == 'add' and have then return have end
if what == 'add' and redis.call('HEXISTS', base .. 'orgs', tag) == 1 then return '' end
if what == 'replace' and have ~= old and have ~= new then return '' end
redis.call('SET', key, new)
redis.call('HSET', base .. 'orgs', tag, name)
return new
