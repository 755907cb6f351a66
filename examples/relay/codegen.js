// What comes before relay-compiler: it adds to a manifest that is there, and only what it compiles
// anew. Begun from nothing, the manifest has the operations of this version and no others.
const { rmSync, writeFileSync } = require('node:fs');

rmSync('src/__generated__', { recursive: true, force: true });
writeFileSync('manifest.json', '{}\n');
