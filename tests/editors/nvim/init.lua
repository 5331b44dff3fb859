-- What a user writes, and no more: the plug-in on the runtime path, and one line.
vim.opt.runtimepath:prepend(vim.env.SOLWRIGHT_TEST_ROOT .. '/editors/nvim')
vim.o.swapfile = false
vim.lsp.enable('solwright')

-- A build without a bundled model can be tried with one from outside.
if vim.env.SOLWRIGHT_TEST_MODEL then
  vim.lsp.config('solwright', { init_options = { modelPath = vim.env.SOLWRIGHT_TEST_MODEL } })
end

-- For the pictures.
vim.o.columns, vim.o.lines, vim.o.winborder = 120, 40, 'rounded'
vim.diagnostic.config({ virtual_text = true })
