import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { startStopwatch } from './stopwatch.ts'
import { delay } from './delay.ts'

test('counts a wait', async () => {
  const watch = startStopwatch()
  await delay(300)
  expect(watch.ms + watch.lateness).toBeGreaterThan(295)
})

test('counts the work of this process, even if it blocks the event loop', () => {
  const { user } = process.cpuUsage()
  const watch = startStopwatch()
  for (let sum = 0; process.cpuUsage().user - user < 100_000;) while ((sum += 1) % 1e6 > 0);
  expect(watch.ms).toBeGreaterThan(80)
})

test('counts the time for which this process waits for another one', () => {
  const watch = startStopwatch()
  execFileSync('sleep', ['0.3'])
  expect(watch.ms + watch.lateness).toBeGreaterThan(295)
})

test.runIf(process.platform === 'linux')(
  'leaves out the time for which a child waits for a processor',
  async () => {
    const start = (): ReturnType<typeof spawn> =>
      spawn('sh', ['-c', 'echo started; while :; do :; done'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
    // There are more programs than processors, so some have to wait.
    const busy = Array.from({ length: availableParallelism() + 1 }, start)
    onTestFinished(() => busy.forEach((child) => child.kill('SIGKILL')))
    await Promise.all(busy.map(({ stdout }) => once(stdout!, 'data')))
    const watch = startStopwatch()
    await expect.poll(() => watch.lateness).toBeGreaterThan(50)
  },
)
