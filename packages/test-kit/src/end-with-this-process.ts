import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Ends a program with this process, however it goes. A killed process runs no code, but its pipes
 * close: a shell that waits for that ends the program.
 */
export function endWithThisProcess(child: ChildProcess): void {
  const script = 'trap "" HUP INT TERM; read -r _; kill -KILL "$0"'
  const watcher = spawn('sh', ['-c', script, String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.unref()
  // The number may be another program's by then.
  child.once('exit', () => watcher.kill('SIGKILL'))
}

/** Ends a program, and waits until it has ended. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
