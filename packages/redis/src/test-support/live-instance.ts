import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Sandbox } from '@vectrade/sandbox'
import { end, endWithThisProcess } from '@vectrade/test-kit/end-with-this-process'

/** An instance in its own process. */
export interface LiveInstance extends AsyncDisposable {
  child: ChildProcess
  /** The types of the events that it has read. */
  types: string[]
}

/** Starts an instance that follows a symbol. Waits until it has read an event. */
export async function startLiveInstance(
  redisSocket: string,
  { liveURL, apiKey }: Sandbox,
  lease: number,
  symbol: string,
): Promise<LiveInstance> {
  const file = fileURLToPath(new URL('./programs/live-instance.ts', import.meta.url))
  const parameters = [redisSocket, liveURL, apiKey, String(lease), symbol]
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(process.execPath, ['--conditions=@vectrade/source', file, ...parameters], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  endWithThisProcess(child)
  const types: string[] = []
  const output = createInterface(child.stdout)
  output.on('line', (line) => types.push(line))
  while (types.length === 0) await once(output, 'line')
  return { child, types, [Symbol.asyncDispose]: () => end(child) }
}

/** Returns the number of connections to the live data of a sandbox that are open. */
export function openConnections({ requests }: Sandbox): number {
  return requests.filter(({ path, closed }) => path.startsWith('/ws/') && closed === undefined)
    .length
}
