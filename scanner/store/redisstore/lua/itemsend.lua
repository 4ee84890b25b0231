#!lua flags=allow-oom
-- itemsend takes away buckets of windows that are over. ARGV: time, length of a window and how long items
-- are kept after it, in ms, most sets to take away. Returns the number of
-- fingerprints that ended, and 1 when there is more to take away. Takes O(sets), at most as many as are given.
local time = clock()
local span, kept, most = number(), number(), number()
local oldest = math.floor((time - kept) / span)
local meta = base .. 'i'
local sizes = redis.call('HGETALL', meta)
local ended = 0
for i = 1, #sizes, 2 do
  local window, level = string.match(sizes[i], '^(%d+)%.(%d+)$')
  if tonumber(window) < oldest then
    local shards, from = 4 ^ tonumber(level), tonumber(redis.call('HGET', base .. 'iend', sizes[i]) or 0)
    while from < shards and most > 0 do
      local key = meta .. ':' .. sizes[i] .. '.' .. digits(from)
      ended = ended + redis.call('SCARD', key)
      redis.call('UNLINK', key)
      from, most = from + 1, most - 1
    end
    if from < shards then
      redis.call('HSET', base .. 'iend', sizes[i], from)
      redis.call('PEXPIRE', base .. 'iend', 86400000)
      return { ended, 1 }
    end
    redis.call('HDEL', meta, sizes[i])
    redis.call('HDEL', base .. 'iend', sizes[i])
  end
end
return { ended, 0 }
