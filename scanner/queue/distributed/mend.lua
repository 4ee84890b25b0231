-- Gives active tasks that have lost their lease entry a new one, and takes away active tasks whose message is lost.
-- asynq changes list and leases together in its scripts, so whoever finds one without the other finds damage, not a task between two states.
--
-- KEYS[1]  asynq:{queue}:active, a list of task ids
-- KEYS[2]  asynq:{queue}:lease, a sorted set of task ids by the second in which their lease ends
-- ARGV[1]  the second in which a new lease ends
-- ARGV[2]  what stands before a task id in the key of its hash (same slot: it has the hash tag of the queue)
-- Returns  the number of tasks mended or taken away.
-- Takes    a step for each active task: there is one for each worker of all processes. At most 10,000.
local broken = 0
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, 9999)) do
	if redis.call('HEXISTS', ARGV[2] .. id, 'msg') == 0 then
		redis.call('LREM', KEYS[1], 0, id)
		redis.call('ZREM', KEYS[2], id)
		redis.call('DEL', ARGV[2] .. id)
		broken = broken + 1
	else
		broken = broken + redis.call('ZADD', KEYS[2], 'NX', ARGV[1], id)
	end
end
return broken
