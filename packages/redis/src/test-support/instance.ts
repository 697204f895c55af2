import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { end, endWithThisProcess } from '@vectrade/test-kit/end-with-this-process'

/** A server in its own process. */
export interface Instance extends AsyncDisposable {
  port: number
  child: ChildProcess
}

export async function startInstance(
  redisSocket: string,
  upstream: string,
  lease: number,
  maxStreamsPerOwner: number = Infinity,
): Promise<Instance> {
  const file = fileURLToPath(new URL('./programs/instance.ts', import.meta.url))
  const limits = [String(lease), String(maxStreamsPerOwner)]
  const parameters = ['--conditions=@vectrade/source', file, redisSocket, upstream, ...limits]
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(process.execPath, parameters, {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  endWithThisProcess(child)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { port: Number(line.toString()), child, [Symbol.asyncDispose]: () => end(child) }
}
