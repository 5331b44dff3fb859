--- What the server is at: on request, and as a piece of a status line.

local M = {}

---@class solwright.Status
---@field version string
---@field engine { state: string, model?: { name: string, quantization: string, device: string }, load_milliseconds?: number, queued: integer, last_error?: string }
---@field compilers table[]
---@field compilerMessage? string
---@field documents integer

--- Asks the server and waits for its answer.
---@param timeout? integer Milliseconds (default 2000)
---@return solwright.Status? status
---@return string? error
function M.get(timeout)
  local client = vim.lsp.get_clients({ name = 'solwright' })[1]
  if not client then
    return nil, 'no server is running'
  end
  local answer, err = client:request_sync('workspace/executeCommand', { command = 'solwright.status' }, timeout or 2000)
  if not answer or answer.err then
    return nil, err or (answer and answer.err.message) or 'the server did not answer'
  end
  return answer.result
end

--- One line about the engine.
---@param status solwright.Status
---@return string
function M.describe(status)
  local engine = status.engine
  if engine.model then
    return ('%s %s on %s'):format(engine.model.name, engine.model.quantization, engine.model.device)
  end
  return engine.last_error or engine.state
end

--- Shows the status as a message.
function M.show()
  local status, err = M.get()
  if not status then
    vim.notify('Solwright: ' .. err, vim.log.levels.ERROR)
    return
  end
  local lines = {
    ('Solwright %s'):format(status.version),
    ('engine: %s, %s'):format(status.engine.state, M.describe(status)),
    ('compilers: %d'):format(#(status.compilers or {})),
  }
  if status.compilerMessage then
    lines[#lines + 1] = status.compilerMessage
  end
  vim.notify(table.concat(lines, '\n'))
end

--- A piece for a status line: what is being generated, else whether the server is there.
---@return string
function M.text()
  local client = vim.lsp.get_clients({ name = 'solwright', bufnr = 0 })[1]
  if not client then
    return ''
  end
  for _, value in pairs(client.progress.pending or {}) do
    return ('solwright: %s'):format(value)
  end
  return 'solwright'
end

return M
