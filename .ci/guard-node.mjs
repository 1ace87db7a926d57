// The project brings its own Node (the npm package `node`). Where install scripts are blocked npm says nothing and runs the host's.
import { readFileSync } from 'node:fs';

const wanted = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).dependencies.node;
const major = wanted.split('.')[0];

if (process.versions.node.split('.')[0] !== major) {
  console.error(
    [
      `Tenor runs on Node ${major} (${wanted}); this is Node ${process.versions.node} at ${process.execPath}.`,
      `The project's own Node comes from the npm package "node", whose install script did not run (scripts blocked, or the command was started without npm). Nothing was started.`,
      `Next: npm install-scripts approve node && npm rebuild node (or put Node ${major} first in PATH), then try again. [NODE-001]`,
    ].join('\n'),
  );
  process.exit(1);
}
