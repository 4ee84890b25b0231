#!lua
-- commit makes a change of one organisation's leaks, whole or not at all. All is checked before anything is written.
--
-- ARGV: time, organisation's tag, nonce of the call, most sightings of a leak; then seven lists, each led by its length:
--   merged:     leak, version, leak to merge into
--   leaks:      id, version, episode, state, pending (0 or 1), first seen (sortable), end for retention ("" none), next look ("" never),
--               number of keys, the keys, record
--   sightings:  leak, place key, gone since ("" not), value (first line: seen in ms, rest in ns, gone since)
--   deliveries: id, leak, pending (0 or 1), due, made, done, record
--   settled:    id, fence, leak, pending, due, made, done, record
--   moves:      ledger's field from ("" none), ledger's field to
--   audits:     at, leak, record
-- Returns "ok"; "conflict"; "no organisation"; "bad": a leak changes its episode. Times are in ms.
-- Takes O((leaks * keys + sightings + deliveries + settled + audits) * log n); the caller bounds each list.
local time = clock()
local tag = take()
local o = base .. 'o:' .. tag .. ':'
local nonce = take()
local most = number()

local function list(read)
  local out = {}
  for i = 1, number() do out[i] = read() end
  return out
end

local function delivery()
  return { id = take(), leak = take(), pending = take(), due = take(), made = take(), done = take(), body = take() }
end

local merged = list(function() return { from = take(), version = number(), into = take() } end)
local leaks = list(function()
  local l = { id = take(), version = number(), episode = take(), state = take(), pending = take(), first = take(),
    ended = take(), wake = take(), keys = {} }
  for i = 1, number() do l.keys[i] = take() end
  l.body = take()
  return l
end)
local sightings = list(function() return { leak = take(), place = take(), gone = take(), value = take() } end)
local deliveries = list(delivery)
local settled = list(function()
  local id, fence = take(), number()
  return { id = id, fence = fence, leak = take(), pending = take(), due = take(), made = take(), done = take(), body = take() }
end)
local moves = list(function() return { from = take(), to = take() } end)
local audits = list(function() return { at = take(), leak = take(), body = take() } end)

if done(nonce) then return 'ok' end
if redis.call('EXISTS', o .. 'key') == 0 then return 'no organisation' end

local isMerged, isWritten = {}, {}
for _, m in ipairs(merged) do
  local value = redis.call('GET', o .. 'l:' .. m.from)
  if not value or leakHead(value).version ~= m.version then return 'conflict' end
  isMerged[m.from] = true
end

-- whose says whether another leak has the key in an episode in which this one cannot have it too.
local claimed = {}
local function taken(l, key)
  local owners = redis.call('HGETALL', o .. 'k:' .. key)
  for i = 1, #owners, 2 do
    local episode, owner = owners[i], owners[i + 1]
    if owner ~= l.id and not isMerged[owner] and
      (episode == l.episode or l.version == 0 and tonumber(episode) > tonumber(l.episode)) then
      return true
    end
  end
  local claim = l.episode .. '\n' .. key
  if claimed[claim] and claimed[claim] ~= l.id then return true end
  claimed[claim] = l.id
  return false
end

for _, l in ipairs(leaks) do
  local value = redis.call('GET', o .. 'l:' .. l.id)
  if value then l.old = leakHead(value) end
  if (l.old and l.old.version or 0) ~= l.version then return 'conflict' end
  if l.old and l.old.episode ~= l.episode then return 'bad' end
  for _, key in ipairs(l.keys) do
    if taken(l, key) then return 'conflict' end
  end
  isWritten[l.id] = true
end

for _, s in ipairs(sightings) do
  if isMerged[s.leak] or not isWritten[s.leak] and redis.call('EXISTS', o .. 'l:' .. s.leak) == 0 then return 'conflict' end
end

local isNew = {}
for _, d in ipairs(deliveries) do
  if redis.call('EXISTS', o .. 'd:' .. d.id) == 0 then isNew[d.id] = true end
end
for _, d in ipairs(settled) do
  local value = redis.call('GET', o .. 'd:' .. d.id)
  local fence = value and tonumber(head(value)[1]) or isNew[d.id] and 1
  if fence ~= d.fence then return 'conflict' end
end

-- From here on everything is written.
for _, m in ipairs(merged) do
  local from, into = o .. 'x:' .. m.from, o .. 'x:' .. m.into
  local places = redis.call('HGETALL', from)
  dropLeak(tag, o, m.from)
  for i = 1, #places, 2 do
    local place, value = places[i], places[i + 1]
    local have = redis.call('HGET', into, place)
    local newer = not have
    local f = head(value)
    if have then
      local g = head(have)
      local a, b = tonumber(f[1]), tonumber(g[1])
      newer = a > b or a == b and tonumber(f[2]) > tonumber(g[2])
    end
    if newer then putSighting(o, m.into, place, f[3], value, most) end
  end
end

for _, l in ipairs(leaks) do
  if l.old then
    dropIndex(o, l.id, l.old)
    local has = {}
    for _, key in ipairs(l.keys) do has[key] = true end
    for _, key in ipairs(l.old.keys) do
      if not has[key] then l.keys[#l.keys + 1] = key end
    end
  end
  for _, key in ipairs(l.keys) do redis.call('HSET', o .. 'k:' .. key, l.episode, l.id) end
  redis.call('SET', o .. 'l:' .. l.id, table.concat({ digits(l.version + 1), l.episode, l.state, l.pending, l.first,
    table.concat(l.keys, '\t') }, '\t') .. '\n' .. l.body)
  redis.call('ZADD', o .. 'first', 0, l.first .. l.id)
  redis.call('ZADD', o .. 's:' .. l.state, 0, l.first .. l.id)
  redis.call(l.pending == '1' and 'SADD' or 'SREM', o .. 'pending', l.id)
  if l.ended == '' then
    redis.call('ZREM', o .. 'ended', l.id)
  else
    redis.call('ZADD', o .. 'ended', l.ended, l.id)
  end
  if l.wake == '' then
    redis.call('ZREM', base .. 'wake', tag .. l.id)
  else
    redis.call('ZADD', base .. 'wake', l.wake, tag .. l.id)
  end
end

for _, s in ipairs(sightings) do putSighting(o, s.leak, s.place, s.gone, s.value, most) end

for _, d in ipairs(deliveries) do
  if isNew[d.id] then
    isNew[d.id] = nil
    putDelivery(o, d.id, 1, 0, d.leak, d.body)
    indexDelivery(o, d.id, d.leak, d.pending, d.due, d.made, d.done)
  end
end
for _, d in ipairs(settled) do
  local old = head(redis.call('GET', o .. 'd:' .. d.id))[3]
  if old ~= d.leak then redis.call('ZREM', o .. 'dl:' .. old, d.id) end
  putDelivery(o, d.id, d.fence + 1, 0, d.leak, d.body)
  indexDelivery(o, d.id, d.leak, d.pending, d.due, d.made, d.done)
end
if #deliveries + #settled > 0 then ready(tag, o) end

for _, m in ipairs(moves) do
  if m.from == '' then
    redis.call('HINCRBY', o .. 'ledger', 'found', 1)
  else
    redis.call('HINCRBY', o .. 'ledger', m.from, -1)
  end
  redis.call('HINCRBY', o .. 'ledger', m.to, 1)
end
for _, a in ipairs(audits) do putAudit(o, a.at, a.leak, a.body) end
remember(nonce)
return 'ok'
