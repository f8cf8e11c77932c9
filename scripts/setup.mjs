import './check-node.mjs';
import { build } from './compile.mjs';
import { install } from './install.mjs';
import { findNode24 } from './node24.mjs';
import { say } from './root.mjs';

/** Installs and builds what is missing or has changed; gives the path of Node 24. Ends the program with a sentence when it cannot. */
export function setUp() {
  try {
    install();
    const node = findNode24();
    build(node);
    return node;
  } catch (error) {
    say(error.message);
    process.exit(1);
  }
}
