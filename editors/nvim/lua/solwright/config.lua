--- Settings. The server checks them key by key and says what it does not take; nothing is checked twice here.

---@class solwright.Analysis
---@field onType? boolean Look for findings while you type, not only on open and save (default `true`)

---@class solwright.InlineCompletion
---@field enable? boolean Offer ghost text (default `true`; needs Neovim 0.12)

---@class solwright.Config
---@field candidates? integer How many bodies are drafted for one stub (default 4)
---@field repairs? integer How often a draft that fails is written anew from the failing statement on (default 8)
---@field seed? integer The same seed gives the same bodies (default 1)
---@field modelPath? string A GGUF to use instead of the bundled model
---@field device? 'auto'|'cpu'|'cuda'|'metal' Where the model runs (default `auto`)
---@field solcPath? string A native solc to use before any other compiler
---@field minConfidence? 'low'|'medium'|'high' Findings below it stay silent (default `low`)
---@field analysis? solwright.Analysis
---@field inlineCompletion? solwright.InlineCompletion
---@field debounce? integer Milliseconds of quiet before work starts on a change (default 150)
---@field detailsInHover? boolean Fold the reasoning in hovers; Neovim shows the tags as text, so leave it off (default `false`)

---@class solwright.Options: solwright.Config
---@field cmd? string[] How the server is started (default `{ "solwright", "lsp" }`)

local M = {}

--- Hands the options to Neovim's own configuration of the server.
---@param options solwright.Options
function M.apply(options)
  local settings = vim.deepcopy(options)
  settings.cmd = nil
  vim.lsp.config('solwright', {
    cmd = options.cmd,
    init_options = settings,
    settings = { solwright = settings },
  })
end

return M
