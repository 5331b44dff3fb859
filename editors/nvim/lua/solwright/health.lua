--- `:checkhealth solwright`

local M = {}

local function check_neovim()
  vim.health.start('Neovim')
  if vim.fn.has('nvim-0.11') == 1 then
    vim.health.ok(tostring(vim.version()))
  else
    vim.health.error('Solwright needs Neovim 0.11 or later', 'Install a newer Neovim')
  end
  if require('solwright.inline').is_supported() then
    vim.health.ok('ghost text is supported, `:Solwright inline on` shows it')
  else
    vim.health.info('ghost text needs Neovim 0.12 (`vim.lsp.inline_completion`); everything else works on this one')
  end
end

---@return boolean
local function check_binary()
  vim.health.start('The server')
  local config = vim.lsp.config.solwright
  local cmd = config and config.cmd
  if type(cmd) ~= 'table' then
    vim.health.error('`vim.lsp.config.solwright` names no command', 'Put `editors/nvim` of Solwright into the runtime path')
    return false
  end
  local path = vim.fn.exepath(cmd[1])
  if path == '' then
    vim.health.error(('`%s` is not executable'):format(cmd[1]), 'Put `solwright` into PATH, or name it by `vim.lsp.config("solwright", { cmd = { "/path/to/solwright", "lsp" } })`')
    return false
  end
  local result = vim.system({ path, '--version' }, { text = true, timeout = 5000 }):wait()
  if result.code ~= 0 then
    vim.health.error(('`%s --version` failed with code %d'):format(path, result.code), vim.trim(result.stderr or ''))
    return false
  end
  vim.health.ok(('%s: %s'):format(path, vim.trim(result.stdout)))
  if not vim.lsp.is_enabled or vim.lsp.is_enabled('solwright') then
    vim.health.ok('enabled')
  else
    vim.health.warn('not enabled', 'Call `vim.lsp.enable("solwright")`')
  end
  return true
end

local function check_running()
  vim.health.start('What it can do')
  local status, err = require('solwright.status').get()
  if not status then
    vim.health.info(('%s; open a Solidity file and come back'):format(err))
    return
  end
  if status.engine.state == 'ready' then
    vim.health.ok('model: ' .. require('solwright.status').describe(status))
  elseif status.engine.state == 'loading' then
    vim.health.info('the model is being loaded')
  else
    vim.health.error('no model: ' .. (status.engine.last_error or 'unknown reason'))
  end
  if status.compilerMessage then
    vim.health.warn('no compiler: ' .. status.compilerMessage)
  elseif #(status.compilers or {}) > 0 then
    vim.health.ok(('compilers: %d'):format(#status.compilers))
  else
    vim.health.info('no compiler is installed yet, `solwright solc install` gets one')
  end
end

function M.check()
  check_neovim()
  if check_binary() then
    check_running()
  end
end

return M
