#!lua flags=no-writes
-- visitdue reads a page of what is due. ARGV: time, tag of the source, after ("" from the start), up to (sortable, excluded), most. Returns pages
-- and values by turns, then the member to go on after, "" at the end. Takes O(most * length of a value + log n).
take()
local v = base .. 'v:' .. take() .. ':'
local after, before, most = take(), take(), number()
local members = redis.call('ZRANGEBYLEX', v .. 'due', after == '' and '-' or '(' .. after, '(' .. before, 'LIMIT', 0, most)
local out, size = {}, 0
for i, member in ipairs(members) do
  local page = string.sub(member, 17)
  local value = redis.call('HGET', v .. 'data', page)
  if value then
    out[#out + 1] = page
    out[#out + 1] = value
    size = size + #value
  end
  if size > 1048576 or i == #members and i == most then
    out[#out + 1] = member
    return out
  end
end
out[#out + 1] = ''
return out
