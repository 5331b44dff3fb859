--- Ghost text, by Neovim's own client of LSP 3.18 (Neovim 0.12 and later).

local M = {}

--- Whether this Neovim can show ghost text.
---@return boolean
function M.is_supported()
  return vim.lsp.inline_completion ~= nil
end

--- Turns ghost text on or off; without a choice, to what it is not.
---@param choice? 'on'|'off'
function M.toggle(choice)
  if not M.is_supported() then
    vim.notify('Ghost text needs Neovim 0.12; everything else of Solwright works on this one', vim.log.levels.WARN)
    return
  end
  local on = choice == 'on' or (choice ~= 'off' and not vim.lsp.inline_completion.is_enabled())
  vim.lsp.inline_completion.enable(on)
end

--- Accepts the ghost text at the cursor; returns false when there is none, so that a map can do its usual work.
---@return boolean
function M.accept()
  return M.is_supported() and vim.lsp.inline_completion.get() or false
end

return M
