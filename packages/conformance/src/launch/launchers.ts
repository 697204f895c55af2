import { browser } from './browser.ts'
import { bun } from './bun.ts'
import { bareDeno, deno } from './deno.ts'
import { edgeRuntime } from './edge-runtime.ts'
import type { Launcher } from './launcher.ts'
import { node } from './node.ts'
import { workerd } from './workerd.ts'

/** Every runtime, in the order of docs/runtimes.md. */
export const launchers: readonly Launcher[] = [
  node(22),
  node(24),
  node(26),
  bun,
  deno,
  workerd,
  edgeRuntime,
  browser('chromium', 'Chromium', { backpressure: true }),
  browser('firefox', 'Firefox'),
  browser('webkit', 'WebKit', { headerBytes: false }),
  bareDeno,
  browser('chromium', 'Chromium, older globals only', { backpressure: true, path: '/bare' }),
]
