#!lua flags=no-writes
-- wakepeek proposes leaks whose look has come. ARGV: time, most leaks. Returns members (organisation's tag and id) and times, by
-- turns, those waiting longest first. Takes O(leaks + log n).
local time = clock()
return redis.call('ZRANGEBYSCORE', base .. 'wake', '-inf', time, 'WITHSCORES', 'LIMIT', 0, number())
