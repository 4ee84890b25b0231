-- What all scripts share: it is put in front of each, behind its first line.
--
-- KEYS[1] is the epoch key of a partition, "PREFIX:{P}:epoch". All other keys of a script are made from it: they carry the
-- same hash tag, so that they lie in the same slot of a Cluster. ARGV[1] is the time in milliseconds, "" for the server's.
-- Values begin with a line of fields, divided by tabs; names hold no control characters.
local base = string.sub(KEYS[1], 1, -6)
local argument = 0

local function take()
  argument = argument + 1
  return ARGV[argument]
end

local function number() return tonumber(take()) end

-- The longest lease or claim in ms (Go: scanner.MaxLease). What ends later was given before the clock went back.
local longest = 3600000

local function digits(n) return string.format('%.0f', n) end

local function clock()
  local given = tonumber(take())
  if given then return given end
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- head returns the fields of the first line of a value, and the rest.
local function head(value)
  local stop = string.find(value, '\n', 1, true)
  local fields = {}
  for field in string.gmatch(string.sub(value, 1, stop - 1) .. '\t', '([^\t]*)\t') do
    fields[#fields + 1] = field
  end
  return fields, string.sub(value, stop + 1)
end

-- The first line of a leak: version, episode, state, pending (0 or 1), first seen (see Go: sortable), keys.
local function leakHead(value)
  local f = head(value)
  local leak = { version = tonumber(f[1]), episode = f[2], state = f[3], pending = f[4], first = f[5], keys = {} }
  for i = 6, #f do leak.keys[#leak.keys + 1] = f[i] end
  return leak
end

-- dropSighting takes a kept sighting away. O(log n).
local function dropSighting(o, leak, place)
  redis.call('HDEL', o .. 'x:' .. leak, place)
  redis.call('ZREM', o .. 'p:' .. place, leak)
  redis.call('ZREM', o .. 'gone', leak .. '\n' .. place)
end

-- putSighting keeps a sighting, where it is known or there is room. O(log n).
local function putSighting(o, leak, place, gone, value, most)
  local key = o .. 'x:' .. leak
  if redis.call('HEXISTS', key, place) == 0 and redis.call('HLEN', key) >= most then return end
  redis.call('HSET', key, place, value)
  if gone == '' then
    redis.call('ZADD', o .. 'p:' .. place, 0, leak)
    redis.call('ZREM', o .. 'gone', leak .. '\n' .. place)
  else
    redis.call('ZREM', o .. 'p:' .. place, leak)
    redis.call('ZADD', o .. 'gone', gone, leak .. '\n' .. place)
  end
end

-- dropIndex takes a leak out of what it is found by, but for its keys. O(log n).
local function dropIndex(o, id, leak)
  redis.call('ZREM', o .. 'first', leak.first .. id)
  redis.call('ZREM', o .. 's:' .. leak.state, leak.first .. id)
end

-- dropLeak takes a leak and its sightings away and says how many these were. O(sightings * log n), at most 100 of them.
local function dropLeak(tag, o, id)
  local value = redis.call('GET', o .. 'l:' .. id)
  if not value then return 0 end
  local leak = leakHead(value)
  dropIndex(o, id, leak)
  for _, key in ipairs(leak.keys) do
    if redis.call('HGET', o .. 'k:' .. key, leak.episode) == id then
      redis.call('HDEL', o .. 'k:' .. key, leak.episode)
    end
  end
  redis.call('ZREM', o .. 'ended', id)
  redis.call('SREM', o .. 'pending', id)
  redis.call('ZREM', base .. 'wake', tag .. id)
  local places = redis.call('HKEYS', o .. 'x:' .. id)
  for _, place in ipairs(places) do dropSighting(o, id, place) end
  redis.call('DEL', o .. 'l:' .. id)
  return #places
end

-- ready brings the queue of organisations up to date with the first that is due of one. O(log n).
local function ready(tag, o)
  local first = redis.call('ZRANGE', o .. 'due', 0, 0, 'WITHSCORES')
  if first[1] then
    redis.call('ZADD', base .. 'ready', first[2], tag)
  else
    redis.call('ZREM', base .. 'ready', tag)
  end
end

-- The first line of a delivery: fence, end of its claim in milliseconds (0: none), leak.
local function putDelivery(o, id, fence, lease, leak, body)
  redis.call('SET', o .. 'd:' .. id, digits(fence) .. '\t' .. digits(lease) .. '\t' .. leak .. '\n' .. body)
end

-- indexDelivery lets a delivery be found: where it is pending by when it is due, else by when it was done. O(log n).
local function indexDelivery(o, id, leak, pending, due, made, done)
  redis.call('ZADD', o .. 'dl:' .. leak, made, id)
  if pending == '1' then
    redis.call('ZADD', o .. 'due', due, id)
    redis.call('ZREM', o .. 'done', id)
  else
    redis.call('ZREM', o .. 'due', id)
    redis.call('ZADD', o .. 'done', done, id)
  end
end

-- dropDelivery takes a delivery away. O(log n).
local function dropDelivery(o, id)
  local value = redis.call('GET', o .. 'd:' .. id)
  redis.call('ZREM', o .. 'due', id)
  redis.call('ZREM', o .. 'done', id)
  if not value then return end
  redis.call('ZREM', o .. 'dl:' .. head(value)[3], id)
  redis.call('DEL', o .. 'd:' .. id)
end

-- putAudit appends an entry: "seq leak" in the first line, then the record. O(log n).
local function putAudit(o, at, leak, body)
  local seq = digits(redis.call('INCR', o .. 'seq'))
  redis.call('ZADD', o .. 'audit', seq, seq .. '\t' .. leak .. '\n' .. body)
  redis.call('ZADD', o .. 'audit:at', at, seq)
  if leak ~= '' then redis.call('ZADD', o .. 'al:' .. leak, seq, seq) end
end

-- dropAudit takes an entry away. O(log n).
local function dropAudit(o, seq)
  local value = redis.call('ZRANGEBYSCORE', o .. 'audit', seq, seq)[1]
  redis.call('ZREM', o .. 'audit:at', seq)
  if not value then return end
  local leak = head(value)[2]
  if leak ~= '' then redis.call('ZREM', o .. 'al:' .. leak, seq) end
  redis.call('ZREMRANGEBYSCORE', o .. 'audit', seq, seq)
end

-- done says whether this very call was carried out before: its answer was lost, and the client asked again.
local function done(nonce) return redis.call('EXISTS', base .. 'n:' .. nonce) == 1 end

local function remember(nonce) redis.call('SET', base .. 'n:' .. nonce, 1, 'PX', 30000) end
