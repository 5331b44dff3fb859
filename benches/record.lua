-- Records edits for `solwright bench checker --session`: `:luafile benches/record.lua` in the buffer, then type.
-- Every change becomes a line {"offset","delete","insert"} in `session.jsonl` of the working folder, in bytes.
local session = assert(io.open("session.jsonl", "w"))
vim.api.nvim_buf_attach(0, false, {
  on_bytes = function(_, buffer, _, row, column, offset, _, _, deleted, rows, columns)
    local last = rows == 0 and column + columns or columns
    local inserted = vim.api.nvim_buf_get_text(buffer, row, column, row + rows, last, {})
    local edit = { offset = offset, delete = deleted, insert = table.concat(inserted, "\n") }
    session:write(vim.json.encode(edit), "\n")
    session:flush()
  end,
})
