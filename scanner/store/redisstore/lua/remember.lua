#!lua
-- remember keeps fingerprints, anew where they are known.
--
-- Time is cut into windows. What is remembered goes into the bucket of the present window, and out of the buckets of older ones.
-- A bucket is a number of sets of integers, which Redis keeps packed, 8 bytes each, up to 512 to a set. A bucket that has
-- 384 to a set is full: the next level has four times as many sets. The hash "i" holds the size of each bucket, "WINDOW.LEVEL".
--
-- ARGV: as in seen.lua. Returns the number of those that were new. Takes O(pairs * buckets).
local time = clock()
local span, kept = number(), number()
local present = math.floor(time / span)
local window = digits(present)
local oldest = math.floor((time - kept) / span)
local ttl = digits((present + 1) * span + kept - time)
local meta = base .. 'i'
local old, levels, top = {}, {}, 0
local sizes = redis.call('HGETALL', meta)
for i = 1, #sizes, 2 do
  local w, level = string.match(sizes[i], '^(%d+)%.(%d+)$')
  if w == window then
    levels[tonumber(level)] = tonumber(sizes[i + 1])
    top = math.max(top, tonumber(level))
  elseif tonumber(w) >= oldest then
    old[#old + 1] = { name = sizes[i], shards = 4 ^ tonumber(level) }
  end
end

local function set(level, mix) return meta .. ':' .. window .. '.' .. digits(level) .. '.' .. digits(mix % (4 ^ level)) end

local new = 0
for i = 4, #ARGV, 2 do
  local print, mix, known = ARGV[i], tonumber(ARGV[i + 1]), false
  for level = 0, top do
    if redis.call('SISMEMBER', set(level, mix), print) == 1 then
      known = true
      break
    end
  end
  if not known then
    while (levels[top] or 0) >= 384 * 4 ^ top and top < 11 do top = top + 1 end
    local key = set(top, mix)
    redis.call('SADD', key, print)
    if redis.call('SCARD', key) == 1 then redis.call('PEXPIRE', key, ttl) end
    levels[top] = (levels[top] or 0) + 1
    redis.call('HINCRBY', meta, window .. '.' .. digits(top), 1)
    new = new + 1
    for _, b in ipairs(old) do
      if redis.call('SREM', meta .. ':' .. b.name .. '.' .. digits(mix % b.shards), print) == 1 then
        redis.call('HINCRBY', meta, b.name, -1)
        new = new - 1
      end
    end
  end
end
redis.call('PEXPIRE', meta, ttl)
return new
