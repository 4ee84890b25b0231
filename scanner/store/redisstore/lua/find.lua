#!lua flags=no-writes
-- find returns the newest leak of each key.
--
-- ARGV: time, organisation's tag, keys. Returns values of leaks, each once. Takes O(keys * episodes), at most 16 keys.
take()
local o = base .. 'o:' .. take() .. ':'
local ids, seen = {}, {}
for i = 3, #ARGV do
  local owners = redis.call('HGETALL', o .. 'k:' .. ARGV[i])
  local newest, id = -1, nil
  for j = 1, #owners, 2 do
    local episode = tonumber(owners[j])
    if episode > newest then newest, id = episode, owners[j + 1] end
  end
  if id and not seen[id] then
    seen[id] = true
    ids[#ids + 1] = id
  end
end
local out = {}
for _, id in ipairs(ids) do
  local value = redis.call('GET', o .. 'l:' .. id)
  if value then out[#out + 1] = value end
end
return out
