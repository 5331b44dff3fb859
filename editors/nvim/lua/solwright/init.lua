--- Solwright for Neovim: thin. The server does the work; this asks it, and says what it answered.

local M = {}

---@class solwright.Answer
---@field applied boolean
---@field message string

--- Requests for a generation that run, by buffer.
---@type table<integer, integer>
local running = {}

--- Sets options and enables the server. Without options `vim.lsp.enable("solwright")` does the same.
---@param options? solwright.Options
function M.setup(options)
  require('solwright.config').apply(options or {})
  vim.lsp.enable('solwright')
end

--- The client of a buffer; says how to get one when there is none.
---@param bufnr? integer
---@return vim.lsp.Client?
function M.client(bufnr)
  local client = vim.lsp.get_clients({ name = 'solwright', bufnr = bufnr or 0 })[1]
  if not client then
    vim.notify('Solwright is not attached to this buffer, see `:checkhealth solwright`', vim.log.levels.WARN)
  end
  return client
end

---@param client vim.lsp.Client
---@param command string
---@param arguments table[]
---@param on_answer fun(answer: any)
---@return integer? request
local function execute(client, command, arguments, on_answer)
  local _, request = client:request('workspace/executeCommand', { command = command, arguments = arguments }, function(err, answer)
    -- A cancel was asked for, so it is no news.
    if err and err.code ~= vim.lsp.protocol.ErrorCodes.RequestCancelled then
      vim.notify(('%s: %s'):format(command, err.message), vim.log.levels.ERROR)
    end
    on_answer(not err and answer or nil)
  end)
  return request
end

--- Writes the stub under the cursor.
function M.generate()
  local client, bufnr = M.client(), vim.api.nvim_get_current_buf()
  if not client then
    return
  end
  if running[bufnr] then
    vim.notify('A function of this buffer is being generated already, `:Solwright cancel` stops it', vim.log.levels.WARN)
    return
  end
  local position = vim.lsp.util.make_position_params(0, client.offset_encoding).position
  local target = { uri = vim.uri_from_bufnr(bufnr), position = position, version = vim.lsp.util.buf_versions[bufnr] }
  running[bufnr] = execute(client, 'solwright.generate', { target }, function(answer)
    running[bufnr] = nil
    -- What was not written the server has said already.
    if answer and answer.applied then
      vim.notify(answer.message)
    end
  end)
end

--- Whether a function of this buffer is being generated.
---@return boolean
function M.is_running()
  return running[vim.api.nvim_get_current_buf()] ~= nil
end

--- Stops the generation in this buffer.
function M.cancel()
  local client, bufnr = M.client(), vim.api.nvim_get_current_buf()
  if client and running[bufnr] then
    client:cancel_request(running[bufnr])
    running[bufnr] = nil
  end
end

--- Checks the buffer with every layer now; the findings arrive as diagnostics.
function M.check()
  local client = M.client()
  if not client then
    return
  end
  execute(client, 'solwright.checkFile', { { uri = vim.uri_from_bufnr(0) } }, function(answer)
    if answer then
      local text = ('%d findings, %d messages of the compiler'):format(#answer.findings, #answer.diagnostics)
      vim.notify(answer.compilerMessage and text .. '; ' .. answer.compilerMessage or text)
    end
  end)
end

--- Shows what works and what does not.
function M.status()
  require('solwright.status').show()
end

--- Shows the health page.
function M.health()
  vim.cmd.checkhealth('solwright')
end

--- Stops the server and starts it anew.
function M.restart()
  vim.lsp.enable('solwright', false)
  -- The old process must be gone before `enable` may reuse its name.
  vim.wait(2000, function()
    return #vim.lsp.get_clients({ name = 'solwright' }) == 0
  end, 20)
  vim.lsp.enable('solwright', true)
end

--- Opens the log of Neovim's language clients.
function M.log()
  vim.cmd.edit(vim.lsp.log and vim.lsp.log.get_filename and vim.lsp.log.get_filename() or vim.lsp.get_log_path())
end

--- Turns ghost text on or off.
---@param choice? 'on'|'off'
function M.inline(choice)
  require('solwright.inline').toggle(choice)
end

--- Runs a subcommand of `:Solwright`.
---@param words string[]
function M.run(words)
  local commands = {
    cancel = M.cancel,
    check = M.check,
    generate = M.generate,
    health = M.health,
    inline = M.inline,
    log = M.log,
    restart = M.restart,
    status = M.status,
  }
  local command = commands[words[1]]
  if not command then
    vim.notify(('`%s` is no subcommand, see `:help :Solwright`'):format(words[1]), vim.log.levels.ERROR)
    return
  end
  command(words[2])
end

return M
