---@brief
--- Solwright writes secure Solidity: `vim.lsp.enable("solwright")` is all it takes.
---
--- It lives beside a general Solidity server and does no navigation, rename or formatting.

---@type vim.lsp.Config
return {
  cmd = { 'solwright', 'lsp' },
  filetypes = { 'solidity' },
  root_markers = {
    'foundry.toml',
    'hardhat.config.ts',
    'hardhat.config.js',
    'hardhat.config.cts',
    'hardhat.config.cjs',
    'hardhat.config.mts',
    'hardhat.config.mjs',
    'remappings.txt',
    '.git',
  },
}
