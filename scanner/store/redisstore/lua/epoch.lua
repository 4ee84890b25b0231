#!lua flags=allow-oom
-- epoch makes the epoch of a partition unless it has one: also on a full server, or nobody could begin who makes room.
--
-- ARGV: time, a new epoch's name. Returns the epoch's name. O(1).
local time = clock()
redis.call('SET', KEYS[1], take() .. '\t' .. digits(time) .. '\n', 'NX')
return head(redis.call('GET', KEYS[1]))[1]
