// Must run on any Node that knows modules: nothing newer than that in here.
const major = Number(process.versions.node.split('.')[0]);

if (major < 20) {
  process.stderr.write(
    `Holdfast needs Node 20 or newer to set itself up, and this is Node ${process.versions.node}. Install a newer one from nodejs.org.\n`,
  );
  process.exit(1);
}
