import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Ends a program when this process ends, in whatever way. A killed process runs no code, but its
 * pipes close. A shell waits for that and then ends the program.
 */
export function endWithThisProcess(child: ChildProcess): void {
  const script = 'trap "" HUP INT TERM; read -r _; kill -KILL "$0"'
  const watcher = spawn('sh', ['-c', script, String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.unref()
  // The process number could belong to another program later.
  child.once('exit', () => watcher.kill('SIGKILL'))
}

/** Ends a program, and waits until it has ended. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
