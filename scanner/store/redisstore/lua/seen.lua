#!lua flags=no-writes
-- seen says which fingerprints are remembered.
--
-- ARGV: time, length of a window and how long items are kept after it, in ms (see remember.lua), then pairs of fingerprint (signed)
-- and a number of 32 bits made of it.
-- Returns 1 or 0 for each pair. Takes O(pairs * buckets): buckets are at most four windows of at most twelve levels.
local time = clock()
local span, kept = number(), number()
local oldest = math.floor((time - kept) / span)
local buckets = {}
for _, name in ipairs(redis.call('HKEYS', base .. 'i')) do
  local window, level = string.match(name, '^(%d+)%.(%d+)$')
  if tonumber(window) >= oldest then
    buckets[#buckets + 1] = { prefix = base .. 'i:' .. name .. '.', shards = 4 ^ tonumber(level) }
  end
end
local out = {}
for i = 4, #ARGV, 2 do
  local found, mix = 0, tonumber(ARGV[i + 1])
  for _, b in ipairs(buckets) do
    if redis.call('SISMEMBER', b.prefix .. digits(mix % b.shards), ARGV[i]) == 1 then
      found = 1
      break
    end
  end
  out[#out + 1] = found
end
return out
