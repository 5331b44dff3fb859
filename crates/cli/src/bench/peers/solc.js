#!/usr/bin/env node
// npm's solc in the clothes of a native one, as far as Slither and forge look. SOLC_PACKAGE names the package.
const fs = require('fs'), path = require('path');
const modules = process.env.SOLC_MODULES;
const solc = require(path.join(modules, process.env.SOLC_PACKAGE));
const version = solc.version().replace('Emscripten.clang', 'Linux.g++');
const args = process.argv.slice(2);

const roots = [process.cwd(), modules];
const read = (name) => {
  for (const file of [name, ...roots.map((root) => path.join(root, name))]) {
    if (fs.existsSync(file) && fs.statSync(file).isFile()) return { contents: fs.readFileSync(file, 'utf8') };
  }
  return { error: 'File not found: ' + name };
};
const compile = (input) =>
  solc.compileStandardWrapper ? solc.compileStandardWrapper(input, read) : solc.compile(input, { import: read });

if (args.includes('--version')) {
  console.log('solc, the solidity compiler commandline interface\nVersion: ' + version);
} else if (args.includes('--help')) {
  console.log('--standard-json --combined-json --allow-paths');
} else if (args.includes('--standard-json')) {
  fs.writeSync(1, compile(fs.readFileSync(0, 'utf8')));
} else {
  combined();
}

// `--combined-json`, made of what `--standard-json` answers.
function combined() {
  const sources = {};
  for (const file of args.filter((arg) => arg.endsWith('.sol'))) sources[file] = { content: fs.readFileSync(file, 'utf8') };
  const code = (of) => ['object', 'sourceMap'].map((part) => `evm.${of}.${part}`);
  const wanted = ['abi', ...code('bytecode'), ...code('deployedBytecode'), 'evm.methodIdentifiers', 'userdoc', 'devdoc'];
  const settings = { outputSelection: { '*': { '*': wanted, '': ['ast', 'legacyAST'] } } };
  const output = JSON.parse(compile(JSON.stringify({ language: 'Solidity', sources, settings })));
  const errors = output.errors || [];
  for (const error of errors) process.stderr.write(error.formattedMessage + '\n');
  if (errors.some((error) => error.severity === 'error')) process.exit(1);
  const shown = (value) => (version < '0.8' ? JSON.stringify(value) : value);
  const result = { contracts: {}, sourceList: [], sources: {}, version };
  for (const [file, contracts] of Object.entries(output.contracts || {})) {
    for (const [name, { abi, evm, userdoc, devdoc }] of Object.entries(contracts)) {
      result.contracts[file + ':' + name] = {
        abi: shown(abi), userdoc: shown(userdoc || {}), devdoc: shown(devdoc || {}), hashes: evm.methodIdentifiers,
        bin: evm.bytecode.object, srcmap: evm.bytecode.sourceMap || '',
        'bin-runtime': evm.deployedBytecode.object, 'srcmap-runtime': evm.deployedBytecode.sourceMap || '',
      };
    }
  }
  for (const [file, { id, ast }] of Object.entries(output.sources || {})) {
    result.sourceList[id] = file;
    result.sources[file] = { AST: ast, id };
  }
  result.sourceList = Array.from(result.sourceList, (file) => file || '');
  process.stdout.write(JSON.stringify(result));
}
