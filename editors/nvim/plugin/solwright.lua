-- One command with subcommands, and <Plug> maps. Everything else is loaded when it is first used.

if vim.g.loaded_solwright then
  return
end
vim.g.loaded_solwright = true

local names = { 'cancel', 'check', 'generate', 'health', 'inline', 'log', 'restart', 'status' }

vim.api.nvim_create_user_command('Solwright', function(command)
  require('solwright').run(command.fargs)
end, {
  nargs = '+',
  desc = 'Solwright: write, check and explain Solidity',
  complete = function(lead, line)
    -- Only the first word is ours to complete.
    if #vim.split(vim.trim(line), '%s+') > (lead == '' and 1 or 2) then
      return {}
    end
    return vim.tbl_filter(function(name)
      return vim.startswith(name, lead)
    end, names)
  end,
})

for _, name in ipairs({ 'generate', 'cancel', 'check', 'status' }) do
  vim.keymap.set('n', ('<Plug>(solwright-%s)'):format(name), function()
    require('solwright')[name]()
  end, { desc = 'Solwright: ' .. name })
end
