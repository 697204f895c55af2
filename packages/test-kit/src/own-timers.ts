/** The timers of this SDK that have neither fired nor been cleared. */
export interface OwnTimers extends Disposable {
  /** How many there are. */
  readonly live: number
}

/**
 * Starts to count the SDK's timers. The stack tells them apart from the timers of Node and its fetch.
 */
export function watchOwnTimers(): OwnTimers {
  const { setTimeout: set, clearTimeout: clear } = globalThis
  const live = new Set<unknown>()
  globalThis.setTimeout = ((callback: () => void, ms?: number) => {
    const timer = set(() => {
      live.delete(timer)
      callback()
    }, ms)
    if (/[/\\](core|node)[/\\]src[/\\](?!.*test)/.test(callerOf())) live.add(timer)
    return timer
  }) as typeof setTimeout
  globalThis.clearTimeout = (timer) => {
    live.delete(timer)
    clear(timer)
  }
  return {
    get live() {
      return live.size
    },
    [Symbol.dispose]() {
      globalThis.setTimeout = set
      globalThis.clearTimeout = clear
    },
  }
}

/** Returns the stack line that called `setTimeout`: the first one outside this file. */
function callerOf(): string {
  const lines = (new Error().stack ?? '').split('\n').slice(1)
  return lines.find((line) => !/own-timers|node_modules|node:internal/.test(line)) ?? ''
}
