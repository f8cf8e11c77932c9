// Loaded into every program that `holdfast up` starts, before the program itself (node --import). When the supervisor is gone,
// however it went, the channel to it closes: the program is then asked to stop as by SIGTERM, and ended when it does not.

const PATIENCE_MILLISECONDS = 8000;

const ignore = () => undefined;

process.once('disconnect', () => {
  // Nobody reads what we print any more; that must not keep the program from stopping cleanly.
  process.stdout.on('error', ignore);
  process.stderr.on('error', ignore);
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), PATIENCE_MILLISECONDS).unref();
});

// Listening must not keep a program alive that is through.
process.channel?.unref();
